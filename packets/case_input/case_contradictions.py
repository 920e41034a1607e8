"""Compare the facts of a case with each other: the side with the schedule's words, and times with each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from packets.case_input.arrivals import arrival_after, arrival_time_after, late_arrival
from packets.case_input.order_of_times import times_out_of_order
from packets.case_input.sides import sides_of_answer, sides_of_schedule
from packets.errors import Problem
from packets.model.handout import Handout


def contradictions(
    answers: Mapping[str, str], handout: Handout, surgery: dt.date | None, procedure_text: str, start_time: str
) -> Iterator[Problem]:
    """Yield what cannot be right in a case.

    `procedure_text` are the schedule's own words for the operation (LEFT TKA), `start_time` is HH:MM; each is "" if it
    is not known.
    """
    if (question := handout.side) and question.name in answers:
        named, answered = sides_of_schedule(procedure_text, question), sides_of_answer(question, answers[question.name])
        if named and answered and named != answered:
            message = f'the words of the procedure name another side than the answer to "{question.name}"'
            hint = "Ask the surgeon's office which is right, then correct the one that is wrong."
            yield Problem("C42", message, hint, field=question.name)
    late = arrival_time_after(answers, handout, start_time) if start_time else ""
    if not late and surgery:
        late = arrival_after(answers, handout, f"{surgery} {start_time or '23:59'}")
    if late:
        yield late_arrival(late)
    if surgery:
        yield from times_out_of_order(answers, handout, surgery)
