"""Test the days of a patient's calendar: the milestones, and where the steps of a schedule begin and end."""

from __future__ import annotations

import datetime as dt

import icalendar

from packets.mail.calendar_days import calendar_days, event_names
from packets.mail.calendar_file import calendar
from packets.model.applicable import milestones_for
from tests.pages.variants import SAMPLES, library
from tests.samples import case

CATARACT = "cataract-surgery"
HANDOUT = library(SAMPLES, CATARACT, "en", "discharge").handouts[CATARACT, "en"]
PATIENT = case(procedure=CATARACT, answers={"eye": "left", "lens": "far", "visit_time": "08:30"})
WRITTEN = dt.datetime(2026, 12, 8, 14, 30, tzinfo=dt.UTC)


def events() -> list[icalendar.Component]:
    days = calendar_days(HANDOUT, PATIENT)
    text = calendar(
        days, PATIENT.surgery_date, title="A date", episode=b"e", sequence=0, domain="x.example", written=WRITTEN
    )
    return icalendar.Calendar.from_ical(text).walk("VEVENT")


def test_the_calendar_has_the_day_on_which_the_eye_drops_change_and_the_last_one() -> None:
    drops = events()[len(milestones_for(HANDOUT, PATIENT)) :]
    assert [(event.decoded("DTSTART"), event.decoded("DTEND")) for event in drops] == [
        (dt.date(2026, month, day), dt.date(2026, month, day) + dt.timedelta(days=1))
        for month, day in ((12, 8), (12, 15), (12, 22), (12, 29))
    ] + [(dt.date(2027, 1, 4), dt.date(2027, 1, 5))]
    assert {str(event["SUMMARY"]) for event in drops} == {"A date"}
    assert len({str(event["UID"]) for event in events()}) == len(events())


def test_every_event_of_a_calendar_can_be_taken_back() -> None:
    assert {milestone.id for milestone in calendar_days(HANDOUT, PATIENT)} <= set(event_names(HANDOUT))
