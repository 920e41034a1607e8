"""Compare the facts of a case with each other: the side with the schedule's words, the arrival with the start."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from packets.case_input.arrivals import ARRIVAL, arrival_after, late_arrival
from packets.case_input.sides import sides_of_answer, sides_of_schedule
from packets.errors import Problem
from packets.model.handout import Handout
from packets.model.question import Answer


def contradictions(
    answers: Mapping[str, str], handout: Handout, surgery: dt.date | None, procedure_text: str, start_time: str
) -> Iterator[Problem]:
    """Yield what cannot be right in a case.

    `procedure_text` are the schedule's own words for the operation (LEFT TKA), `start_time` is HH:MM; each is "" if it
    is not known.
    """
    if (ask := handout.side) and ask.name in answers:
        named, answered = sides_of_schedule(procedure_text, ask), sides_of_answer(ask, answers[ask.name])
        if named and answered and named != answered:
            message = f'the words of the procedure name another side than the answer to "{ask.name}"'
            hint = "Ask the surgeon's office which is right, then correct the one that is wrong."
            yield Problem("C42", message, hint, field=ask.name)
    arrival = next((ask for ask in handout.asks if ask.name == ARRIVAL and ask.kind is Answer.TIME), None)
    if arrival and start_time and answers.get(ARRIVAL, "") > start_time:
        yield late_arrival(ARRIVAL)
    elif surgery and (late := arrival_after(answers, handout, f"{surgery} {start_time or '23:59'}")):
        yield late_arrival(late)
