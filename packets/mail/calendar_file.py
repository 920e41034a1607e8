"""The days of a recovery in, a calendar file (RFC 5545) out: whole days, and one neutral title for all."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator

from packets.model.recovery import Milestone

_FOLD_AT = 75  # octets, RFC 5545, 3.1


def calendar(
    milestones: Iterable[Milestone],
    surgery: dt.date,
    *,
    title: str,
    episode: bytes,
    sequence: int,
    domain: str,
    written: dt.datetime,
) -> str:
    """`episode` keeps an entry's name the same when its date moves; `sequence` must then be higher than before."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//packets//packets//EN"]
    for milestone in milestones:
        days = milestone.dates(surgery)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_uid(episode, milestone.id, domain)}",
            f"DTSTAMP:{written.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
            f"SEQUENCE:{sequence}",
            f"DTSTART;VALUE=DATE:{days[0]:%Y%m%d}",
            f"DTEND;VALUE=DATE:{days[-1] + dt.timedelta(days=1):%Y%m%d}",  # the day after the last
            f"SUMMARY:{_escaped(title)}",
            "CLASS:PRIVATE",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def cancellation(
    milestones: Iterable[str],
    *,
    title: str,
    episode: bytes,
    sequence: int,
    domain: str,
    organizer: str,
    written: dt.datetime,
) -> str:
    """Return a calendar file that takes back the entries of these milestones' ids (RFC 5546, 3.2.5)."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//packets//packets//EN", "METHOD:CANCEL"]
    for milestone in milestones:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_uid(episode, milestone, domain)}",
            f"DTSTAMP:{written.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
            f"SEQUENCE:{sequence}",
            f"ORGANIZER:mailto:{organizer}",
            f"SUMMARY:{_escaped(title)}",
            "STATUS:CANCELLED",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _uid(episode: bytes, milestone: str, domain: str) -> str:
    """Name an entry of the calendar; not by the milestone's own name, which would tell of the operation."""
    return f"{hashlib.sha256(episode + milestone.encode()).hexdigest()[:32]}@{domain}"


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, "\\" + sign)
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """A continued line begins with a blank; no letter is cut."""
    part = ""
    for letter in line:
        if len((part + letter).encode()) > _FOLD_AT:
            yield part
            part = " "
        part += letter
    yield part
