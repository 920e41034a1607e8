"""Compare the time at which a patient is to arrive with the surgery."""

from __future__ import annotations

from collections.abc import Mapping

from packets.errors import Problem
from packets.model.handout import BEFORE_SURGERY, Handout
from packets.model.question import AnswerKind
from packets.model.recovery import Kind

_ARRIVAL = "arrival_time"
_ARRIVALS = ("arrival", _ARRIVAL)  # names of questions of the kind `date and time`


def arrivals(handout: Handout) -> tuple[str, ...]:
    """Return the questions for an arrival: those with such a name, and those for an appointment on the surgery day."""
    named = [question.name for question in handout.questions if question.name in _ARRIVALS]
    return tuple(dict.fromkeys((*named, *_times_of_arrival(handout))))


def arrival_time_after(answers: Mapping[str, str], handout: Handout, start: str) -> str:
    """Return the question whose answer, a time on the day of surgery, is after the start; "" if there is none."""
    asked = [
        question.name
        for question in handout.questions
        if question.name == _ARRIVAL and question.kind is AnswerKind.TIME
    ]
    return next((name for name in (*asked, *_times_of_arrival(handout)) if answers.get(name, "") > start), "")


def _times_of_arrival(handout: Handout) -> tuple[str, ...]:
    """Return the questions for times of appointments on the day of surgery.

    Only in a handout for the days before the surgery is each of these appointments an arrival.
    """
    if handout.kind != BEFORE_SURGERY:
        return ()
    return tuple(
        item.asked_time
        for item in handout.milestones
        if item.asked_time and item.kind is Kind.APPOINTMENT and item.sort_key == (0,)
    )


def arrival_after(answers: Mapping[str, str], handout: Handout, moment: str) -> str:
    """Return the question whose answer is an arrival after this moment (2026-12-07 06:30); "" if there is none."""
    asked = (
        question.name
        for question in handout.questions
        if question.name in _ARRIVALS and question.kind is AnswerKind.DATE_TIME
    )
    return next((name for name in asked if answers.get(name, "") > moment), "")


def late_arrival(question: str) -> Problem:
    message = "the patient would arrive after the surgery has begun"
    return Problem("C43", message, "Compare both times, and correct the one that is wrong.", field=question)
