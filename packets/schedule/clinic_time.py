"""Convert times of FHIR and HL7 v2 to the clinic's local day and time.

A surgery day decides every date of a packet, so a time with an offset is converted to the clinic's time zone before its
day is taken: 13:30Z is 7:30 AM in Kansas City, and an evening case in Honolulu is another day in UTC.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

from msgspec import Struct

_FHIR = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_HL7V2 = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:\.[0-9]{1,4})?)?)?)?([+-][0-9]{4})?"
)
_DAY_IS_MISSING = re.compile(r"[0-9]{4}(-?[0-9]{2})?")


class TimeError(ValueError):
    """A point in time that cannot be used; `reason` completes "the time …" and never contains the value."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason, self.hint = reason, hint


class ClinicTime(Struct, frozen=True):
    """A local day, and a time of day if the source had one."""

    day: dt.date
    time: dt.time | None
    had_offset: bool
    source: str  # as written

    @property
    def order(self) -> tuple[dt.date, dt.time]:
        return (self.day, self.time or dt.time())

    @property
    def start_time(self) -> str:
        """Return the time as HH:MM, "" without one."""
        return f"{self.time:%H:%M}" if self.time is not None else ""


def fhir_time(text: str, zone: str) -> ClinicTime:
    """Parse a FHIR R4 date, dateTime or instant. Raise TimeError.

    `zone` is the clinic's (tz database). A time of day without an offset is refused, as FHIR requires one.
    """
    match = _FHIR.fullmatch(text)
    clinic_time = _clinic_time(match, text, zone, _seconds_of_fhir_offset)
    if clinic_time.time is not None and not clinic_time.had_offset:
        raise TimeError("has no offset from UTC", "FHIR requires one: 2026-12-07T07:30:00-06:00")
    return clinic_time


def hl7v2_time(text: str, zone: str) -> ClinicTime:
    """Parse an HL7 v2 time stamp (DTM, TS). Raise TimeError. Without an offset, it is the clinic's wall time."""
    return _clinic_time(_HL7V2.fullmatch(text), text, zone, _seconds_of_hl7_offset)


def _clinic_time(match: re.Match[str] | None, text: str, zone: str, seconds: Callable[[str], int]) -> ClinicTime:
    if match is None:
        if _DAY_IS_MISSING.fullmatch(text):
            raise TimeError("has no day", "Ask your interface team to send the day.")
        raise TimeError("is not in the form of the standard", "Ask your interface team to correct it.")
    year, month, day, hour, minute, second, offset = match.groups()
    try:
        date = dt.date(int(year), int(month), int(day))
        time = dt.time(int(hour), int(minute or 0), min(int(second or 0), 59)) if hour is not None else None
    except ValueError:
        raise TimeError("does not exist in the calendar or on the clock", "24:00 is 00:00 of the next day.") from None
    if offset is None:
        return ClinicTime(date, time, False, text)
    if time is None:
        raise TimeError("is a day with an offset", "Ask your interface team to send the time of day too.")
    if not zone:
        hint = "Add the clinic's time zone to the schedule profile or to clinic.yaml: time_zone: America/Chicago"
        raise TimeError("has an offset, and the clinic's time zone is not known", hint)
    try:
        source_zone = dt.timezone(dt.timedelta(seconds=seconds(offset)))
        local = dt.datetime.combine(date, time, source_zone).astimezone(ZoneInfo(zone))
    except (ValueError, OverflowError):
        raise TimeError("has an impossible offset", "Ask your interface team to correct it.") from None
    return ClinicTime(local.date(), local.time(), True, text)


def _seconds_of_fhir_offset(offset: str) -> int:
    return 0 if offset == "Z" else _seconds(offset[0], offset[1:3], offset[4:])


def _seconds_of_hl7_offset(offset: str) -> int:
    return _seconds(offset[0], offset[1:3], offset[3:])


def _seconds(sign: str, hours: str, minutes: str) -> int:
    if int(hours) > 14 or int(minutes) > 59:
        raise ValueError("no time zone has this offset")
    return (int(hours) * 60 + int(minutes)) * 60 * (-1 if sign == "-" else 1)
