"""Test which day a surgery has at the clinic, from times of other time zones."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packets.schedule.clinic_time import TimeError, fhir_time, hl7v2_time

ZONES = ("America/Chicago", "Pacific/Honolulu", "Pacific/Auckland", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns")
MOMENTS = st.datetimes().map(lambda moment: moment.replace(year=1990 + moment.year % 100, day=min(moment.day, 28)))
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))


@given(MOMENTS, OFFSETS, st.sampled_from(ZONES))
def test_one_moment_has_one_day_at_the_clinic_however_it_is_written(
    moment: dt.datetime, offset: dt.timezone, zone: str
) -> None:
    moment = moment.replace(microsecond=0)
    at_clinic = moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone))
    elsewhere = moment.replace(tzinfo=dt.UTC).astimezone(offset)
    hl7 = hl7v2_time(f"{elsewhere:%Y%m%d%H%M%S%z}", zone)
    fhir = fhir_time(elsewhere.isoformat(), zone)
    assert (fhir.day, fhir.time) == (hl7.day, hl7.time) == (at_clinic.date(), at_clinic.time())


@given(MOMENTS, st.sampled_from(ZONES))
def test_a_time_without_an_offset_is_the_clinics(moment: dt.datetime, zone: str) -> None:
    read = hl7v2_time(f"{moment:%Y%m%d%H%M}", zone)
    assert (read.day, read.start_time) == (moment.date(), f"{moment:%H:%M}")


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)), st.sampled_from(ZONES))
def test_a_day_stays_the_same_day(day: dt.date, zone: str) -> None:
    assert fhir_time(day.isoformat(), zone).day == hl7v2_time(f"{day:%Y%m%d}", zone).day == day


@given(st.text(max_size=30))
def test_anything_else_is_refused_without_showing_it(text: str) -> None:
    for parse in (fhir_time, hl7v2_time):
        try:
            parse(text, "America/Chicago")
        except TimeError as error:
            assert not text.strip() or len(text) < 6 or text not in f"{error.reason} {error.hint}"


def test_an_offset_needs_a_time_zone() -> None:
    with pytest.raises(TimeError, match="has an offset, and the clinic's time zone is not known") as refused:
        hl7v2_time("20261207133000+0000", "")
    assert refused.value.hint == (
        "Add the clinic's time zone to the schedule profile or to clinic.yaml: time_zone: America/Chicago"
    )
