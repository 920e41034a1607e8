"""Compare a schedule row with itself: the side in the words of the procedure, the time of arrival."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packets.case_input.arrivals import ARRIVAL, arrival_after, late_arrival
from packets.content.lint.fact_words import LANGUAGES
from packets.content.lint.translation_facts import facts
from packets.errors import Problem
from packets.model.case import Case
from packets.model.handout import Handout
from packets.model.question import Answer

# Besides the words for left and right of each language (content/lint/fact_words.py).
_SIDES = {
    "left": re.compile(r"\blt\b|\(l\)", re.IGNORECASE),
    "right": re.compile(r"\brt\b|\(r\)", re.IGNORECASE),
    "both": re.compile(r"\b(?:bilateral|bilat|both|ambos|ambas|beide|beidseits)\b", re.IGNORECASE),
}
# On prescriptions and schedules of eye surgery: oculus sinister, dexter, uterque.
_EYE = re.compile(r"\b(?:eye|ojo|auge)", re.IGNORECASE)
_SIDES_OF_EYES = {"left": re.compile(r"\bOS\b"), "right": re.compile(r"\bOD\b"), "both": re.compile(r"\bOU\b")}


def contradictions(case: Case, handout: Handout, procedure: str, start_time: str) -> Iterator[Problem]:
    """Yield what cannot be right in a row; `procedure` are the schedule's own words for the operation (LEFT TKA)."""
    if ask := handout.side:
        answer = case.answers[ask.name]
        is_eye = any(_EYE.search(option.words) for option in ask.options)
        named, answered = _sides(procedure, is_eye=is_eye), _sides(f"{answer.replace('_', ' ')} {ask.words(answer)}")
        if named and answered and named != answered:
            message = f'the words of the procedure name another side than the answer to "{ask.name}"'
            hint = "Ask the surgeon's office which is right, then correct the schedule."
            yield Problem("C42", message, hint, field=ask.name)
    arrival = next((ask for ask in handout.asks if ask.name == ARRIVAL and ask.kind is Answer.TIME), None)
    if arrival and start_time and case.answers.get(ARRIVAL, "") > start_time:
        yield late_arrival(ARRIVAL)
    elif start_time and (late := arrival_after(case.answers, handout, f"{case.surgery_date} {start_time}")):
        yield late_arrival(late)


def _sides(words: str, *, is_eye: bool = False) -> frozenset[str]:
    sides = {side for language in LANGUAGES for side in facts(words, language).sides}
    sides |= {side for side, pattern in _SIDES.items() if pattern.search(words)}
    if is_eye:
        sides |= {side for side, pattern in _SIDES_OF_EYES.items() if pattern.search(words)}
    return frozenset({"left", "right"}) if "both" in sides else frozenset(sides)
