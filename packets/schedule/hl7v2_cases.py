"""Turn HL7 v2 scheduling messages (SIU, HL7 2.5.1 chapter 10) into cases.

The event of MSH-9 says what happened. A status word that contradicts it holds the case for a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from packets.schedule.clinic_time import ClinicTime, TimeError, hl7v2_time
from packets.schedule.hl7v2_messages import Message, MessageError, messages
from packets.schedule.interface_case import (
    CORRECT_THE_SOURCE,
    HELD,
    NEVER_A_RECORD_NUMBER,
    NO_TEST_DATA,
    InterfaceCase,
    InterfaceFile,
    InterfaceProfile,
    Merge,
    chosen,
    put_procedure,
    put_procedure_text,
)

HEADINGS = {
    "mrn": "PID-3",
    "patient_name": "PID-5",
    "dob": "PID-7",
    "procedure": "AIS-3",
    "surgery_date": "AIS-4",
    "start_time": "AIS-4 time",
    "surgeon": "AIP-3",
    "status": "MSH-9",
    "room": "AIL-3",
    "procedure_text": "AIS-3 and SCH-7",
}
_PLANNED = ("SIU^S12", "SIU^S13", "SIU^S14")
_CANCELLED = ("SIU^S15", "SIU^S17", "SIU^S26")
# HL7 table 0278. Pending, waitlist, blocked, overbook and discontinued do not say whether the operation takes place.
_STATUS_WORDS = {
    "booked": "planned", "started": "planned", "complete": "performed",
    "cancelled": "cancelled", "canceled": "cancelled", "deleted": "cancelled", "noshow": "cancelled",
}  # fmt: skip
_PATH = re.compile(r"([A-Z][A-Z0-9]{2})-([0-9]{1,2})(?:\.([0-9]{1,2}))?(?:\.([0-9]{1,2}))?")


def is_path(text: str) -> bool:
    """Return whether this names a field: PID-15, ZSU-3.2"""
    return _PATH.fullmatch(text) is not None


def read_messages(data: bytes, name: str, profile: InterfaceProfile, found: InterfaceFile) -> None:
    """Add the cases and merges of a file. Raise InvalidInputError (B80, B81)."""
    for item in messages(data, name):
        if isinstance(item, Message):
            _read(item, profile, found)
        else:
            place, error = item
            case = InterfaceCase(place)
            _report_unreadable(case, error)
            found.cases.append(case)


def _read(message: Message, profile: InterfaceProfile, found: InterfaceFile) -> None:
    case = InterfaceCase(message.place)
    try:
        kind = message.first("MSH", 9)[:8]
        event = f"{kind}^{message.first('MSH', 9, 2)[:8]}"
        if message.count("MRG") and kind == "ADT":
            numbers = {message.part(text, 1) for field in (("PID", 3), ("MRG", 1)) for text in message.all(*field)}
            found.merges.append(Merge(message.place, frozenset(numbers)))
            return
        if kind != "SIU" and not message.count("SCH"):
            case.left_out = event
            found.cases.append(case)
            return
        _case(message, event, case, profile)
    except MessageError as error:
        _report_unreadable(case, error)
    found.cases.append(case)


def _report_unreadable(case: InterfaceCase, error: MessageError, field: str = "") -> None:
    where = f" ({error.where})" if error.where else ""
    case.report("B82", f"the message cannot be read: {error.reason}{where}", error.hint or CORRECT_THE_SOURCE, field)


def _case(message: Message, event: str, case: InterfaceCase, profile: InterfaceProfile) -> None:
    _check_processing(message, case, profile)
    case.sent = _message_time(message, case, profile)
    placer, filler = message.first("SCH", 1), message.first("SCH", 2)
    case.key = f"filler {filler}" if filler else f"placer {placer}" if placer else ""
    if not case.key:
        case.report("B83", "the message does not say which case it is about (SCH-1, SCH-2)")
    _status(message, event, case, profile)
    if message.count("PID") != 1:
        case.report("B84", f"expected one patient (PID segment), found {message.count('PID') or 'none'}")
        return
    time = _start(message, case, profile)
    readers: dict[str, Callable[[], None]] = {
        "mrn": lambda: _record_number(message, case, profile, time),
        "patient_name": lambda: _patient_name(message, case, profile),
        "dob": lambda: _birth_date(message, case),
        "procedure": lambda: _procedure(message, case, profile),
        "surgeon": lambda: _surgeon(message, case, profile),
        "room": lambda: chosen(case, "room", _room(message), profile, "room"),
    }
    for field, path in profile.paths.items():
        readers[field] = lambda field=field, path=path: _from_path(message, case, profile, field, path)  # type: ignore[misc]
    for field, read in readers.items():
        try:
            read()
        except MessageError as error:
            _report_unreadable(case, error, field)


def _check_processing(message: Message, case: InterfaceCase, profile: InterfaceProfile) -> None:
    processing = message.first("MSH", 11)
    if processing in ("T", "D"):
        if not profile.test_data:
            case.report("B85", "this is a test message (MSH-11)", NO_TEST_DATA)
    elif processing != "P":
        case.report("B85", "the message does not say that it is a production message (MSH-11)")


def _message_time(message: Message, case: InterfaceCase, profile: InterfaceProfile) -> ClinicTime | None:
    try:
        return hl7v2_time(message.first("MSH", 7), profile.time_zone)
    except TimeError as error:
        case.report("B88", f"the time of the message {error.reason} (MSH-7)", error.hint)
        return None


def _status(message: Message, event: str, case: InterfaceCase, profile: InterfaceProfile) -> None:
    """Take the status from the event of MSH-9; the status words of SCH-25 and AIS-10 may only agree."""
    if event not in (*_PLANNED, *_CANCELLED):
        case.report("B89", f"it is not known what a message {event} does to a case", HELD, "status")
        return
    written = [(name, message.part(text, 1) or message.part(text, 2)) for name, text in _status_words(message)]
    meanings = [(name, _meaning(word, profile)) for name, word in written if word]
    expected = ("cancelled",) if event in _CANCELLED else ("planned", "performed")
    for name, meaning in meanings:
        if not meaning:
            hint = "Add it to the schedule profile: in: status, theirs: …, ours: planned"
            case.report("B91", f"the status ({name}) is not known", hint, "status")
        elif meaning not in expected:
            message_text = f"the event {event} says {expected[0]}, and the status ({name}) says {meaning}"
            case.report("B90", message_text, HELD, "status")
    if all(meaning in expected for _, meaning in meanings):
        stated = {meaning for _, meaning in meanings}
        case.put("status", "performed" if stated == {"performed"} else expected[0])


def _status_words(message: Message) -> list[tuple[str, str]]:
    return [
        (f"{segment}-{field}", text)
        for segment, field in (("SCH", 25), ("AIS", 10))
        for text in message.all(segment, field)
    ]


def _meaning(word: str, profile: InterfaceProfile) -> str:
    """Return our status for a word of HL7 table 0278 or of the profile, "" if it is not known."""
    return profile.words.get("status", {}).get(word) or _STATUS_WORDS.get(word.lower(), "")


def _start(message: Message, case: InterfaceCase, profile: InterfaceProfile) -> ClinicTime | None:
    """Take the start from AIS-4, TQ1-7 and SCH-11.4, which must agree."""
    written = [message.part(text, 1, where="AIS-4") for text in message.all("AIS", 4)]
    written += [message.part(text, 1, where="TQ1-7") for text in message.all("TQ1", 7)]
    written += [message.part(text, 4, where="SCH-11") for text in message.all("SCH", 11)]
    times: list[ClinicTime] = []
    for text in filter(None, written):
        try:
            times.append(hl7v2_time(text, profile.time_zone))
        except TimeError as error:
            case.report("B88", f"the start of the surgery {error.reason}", error.hint, "surgery_date")
            return None
    if not times:
        case.report("B92", "the message has no start of the surgery (AIS-4, TQ1-7, SCH-11)", field="surgery_date")
        return None
    if len({time.day for time in times}) > 1:
        case.report("B93", "the message has several surgery dates (AIS-4, TQ1-7, SCH-11)", HELD, "surgery_date")
        return None
    if len({time.had_offset for time in times if time.time is not None}) > 1:
        message_text = "some times of the message have an offset from UTC and others do not"
        case.report("B93", message_text, CORRECT_THE_SOURCE, "surgery_date")
        return None
    first = min(times, key=lambda time: time.order)
    case.source_time = first.source
    case.put("surgery_date", first.day.isoformat())
    case.put("start_time", first.start_time)
    return first


def _record_number(message: Message, case: InterfaceCase, profile: InterfaceProfile, day: ClinicTime | None) -> None:
    """Take the one current identifier of PID-3 that the profile describes (CX.4 assigning authority, CX.5 type)."""
    numbers = []
    for text in message.all("PID", 3):
        value, kind = message.part(text, 1, where="PID-3"), message.part(text, 5, where="PID-3")
        authority = {message.part(text, 4, part, "PID-3") for part in (1, 2)} - {""}
        until = message.part(text, 8, where="PID-3")[:8]
        if kind in NEVER_A_RECORD_NUMBER or (profile.identifier_type and kind != profile.identifier_type):
            continue
        if profile.identifier_system and profile.identifier_system not in authority:
            continue
        if until and day is not None and until < f"{day.day:%Y%m%d}":
            continue
        numbers.append(value)
    case.put_only("mrn", numbers, "record number (PID-3) that matches the schedule profile")


def _patient_name(message: Message, case: InterfaceCase, profile: InterfaceProfile) -> None:
    names = message.all("PID", 5)
    of_use = [text for text in names if message.part(text, 7, where="PID-5") == profile.name_use]
    usable = of_use or (names if len(names) == 1 else [])
    case.put_only(
        "patient_name",
        [_name(message, text, "PID-5") for text in usable],
        "name (PID-5) of the type in the schedule profile",
    )


def _name(message: Message, text: str, where: str, first: int = 1) -> str:
    """Return a name in spoken order; the first component is the family name (XPN), or the second (XCN)."""
    family, given, middle, suffix = (message.part(text, first + place, where=where) for place in range(4))
    return " ".join(filter(None, (given, middle, family, suffix)))


def _birth_date(message: Message, case: InterfaceCase) -> None:
    """Take the day as written: a date of birth is never converted to another time zone."""
    text = message.first("PID", 7)
    if not text:
        return
    try:
        case.put("dob", hl7v2_time(text[:8], "").day.isoformat())
    except TimeError as error:
        case.report("B88", f"the date of birth {error.reason} (PID-7)", error.hint, "dob")


def _procedure(message: Message, case: InterfaceCase, profile: InterfaceProfile) -> None:
    """Take the one procedure of the AIS segments that the profile has a word for."""
    services = [[message.part(text, part, where="AIS-3") for part in (1, 2, 4, 5)] for text in message.all("AIS", 3)]
    put_procedure(case, services, profile, "AIS-3")
    reasons = message.all("SCH", 7)
    put_procedure_text(case, [message.part(text, part, where="SCH-7") for text in reasons for part in (2, 5)])


def _surgeon(message: Message, case: InterfaceCase, profile: InterfaceProfile) -> None:
    surgeons = []
    for person, role in message.rows("AIP", 3, 4):
        if profile.surgeon_role in {message.part(role, part, where="AIP-4") for part in (1, 2)}:
            name = _name(message, person, "AIP-3", 2)
            prefix = message.part(person, 6, where="AIP-3")
            surgeons.append((message.part(person, 1, where="AIP-3"), " ".join(filter(None, (prefix, name))), name))
    distinct = sorted(set(surgeons))
    if len(distinct) == 1:
        number, titled, name = distinct[0]
        known = profile.words.get("surgeon", {})
        chosen(case, "surgeon", [text for text in (number, titled, name) if text in known] or [titled], profile)
    else:
        message_text = (
            f"expected one person with the role {profile.surgeon_role} (AIP-4), found {len(distinct) or 'none'}"
        )
        case.report("B84", message_text, "Look at surgeon_role: in the schedule profile.", "surgeon")


def _room(message: Message) -> list[str]:
    """Return the room of the first location, or its point of care if it names no room."""
    rooms = message.all("AIL", 3)
    return [message.part(rooms[0], part, where="AIL-3") for part in (2, 1)] if rooms else []


def _from_path(message: Message, case: InterfaceCase, profile: InterfaceProfile, field: str, path: str) -> None:
    match = _PATH.fullmatch(path)
    assert match is not None  # noqa: S101  the profile was checked
    segment, number, component, subcomponent = match[1], int(match[2]), int(match[3] or 1), int(match[4] or 1)
    texts = {message.part(text, component, subcomponent, path) for text in message.all(segment, number)} - {""}
    if len(texts) > 1:
        case.report("B84", f"expected one value in {path}, found {len(texts)}", field=field)
    else:
        chosen(case, field, texts, profile)
