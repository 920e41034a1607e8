"""Compare the time at which a patient is to arrive with the surgery."""

from __future__ import annotations

from collections.abc import Mapping

from packets.errors import Problem
from packets.model.handout import Handout
from packets.model.question import Answer

ARRIVAL = "arrival_time"
ARRIVALS = ("arrival", ARRIVAL)  # names of questions of the kind `date and time`


def arrival_after(answers: Mapping[str, str], handout: Handout, moment: str) -> str:
    """Return the question whose answer is an arrival after this moment (2026-12-07 06:30); "" if there is none."""
    asked = (ask.name for ask in handout.asks if ask.name in ARRIVALS and ask.kind is Answer.DATE_TIME)
    return next((name for name in asked if answers.get(name, "") > moment), "")


def late_arrival(question: str) -> Problem:
    message = "the patient would arrive after the surgery has begun"
    return Problem("C43", message, "Compare both times, and correct the one that is wrong.", field=question)
