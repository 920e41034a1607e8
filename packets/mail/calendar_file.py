"""Write the recovery dates as a calendar file (RFC 5545): all-day events with one neutral title."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator

from packets.model.recovery import Milestone

_MAX_LINE = 75  # octets, RFC 5545 section 3.1


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
    """Return a calendar file with one event for each milestone.

    The UIDs depend on `episode`, so an event keeps its UID when its date moves; `sequence` must then be higher than
    before.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//packets//packets//EN"]
    for milestone in milestones:
        dates = milestone.dates(surgery)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_uid(episode, milestone.id, domain)}",
            f"DTSTAMP:{written.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
            f"SEQUENCE:{sequence}",
            f"DTSTART;VALUE=DATE:{dates[0]:%Y%m%d}",
            f"DTEND;VALUE=DATE:{dates[-1] + dt.timedelta(days=1):%Y%m%d}",  # exclusive
            f"SUMMARY:{_escaped(title)}",
            "CLASS:PRIVATE",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def cancellation(
    milestone_ids: Iterable[str],
    *,
    title: str,
    episode: bytes,
    sequence: int,
    domain: str,
    organizer: str,
    written: dt.datetime,
) -> str:
    """Return a calendar file that cancels the events of these milestone ids (RFC 5546 section 3.2.5)."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//packets//packets//EN", "METHOD:CANCEL"]
    for milestone_id in milestone_ids:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_uid(episode, milestone_id, domain)}",
            f"DTSTAMP:{written.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
            f"SEQUENCE:{sequence}",
            f"ORGANIZER:mailto:{organizer}",
            f"SUMMARY:{_escaped(title)}",
            "STATUS:CANCELLED",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _uid(episode: bytes, milestone_id: str, domain: str) -> str:
    """Return the UID of an event; a hash, because the milestone's name would reveal the operation."""
    return f"{hashlib.sha256(episode + milestone_id.encode()).hexdigest()[:32]}@{domain}"


def _escaped(text: str) -> str:
    for character in ("\\", ";", ","):
        text = text.replace(character, "\\" + character)
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Split a line; each continuation begins with a space, and no character is split."""
    part = ""
    for character in line:
        if len((part + character).encode()) > _MAX_LINE:
            yield part
            part = " "
        part += character
    yield part
