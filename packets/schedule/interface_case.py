"""Define a case as a FHIR server or an HL7 v2 interface sent it, before it becomes a schedule row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from packets.schedule.clinic_time import ClinicTime
from packets.values import HiddenFields

CORRECT_THE_SOURCE = "Ask your interface team to correct it, or enter this patient's packet yourself."
NO_TEST_DATA = "Nothing is printed from it, except by `batch --test-data`, which marks every page."
HELD = "A person has to decide. If the packet is needed, enter it yourself."
# Types of HL7 table 0203 that identify a person outside of the clinic.
NEVER_A_RECORD_NUMBER = frozenset(("SS", "NI", "NNUSA", "DL", "PPN", "TAX", "MC", "MA"))


class CaseProblem(Struct, frozen=True):
    """Why a case cannot be used: code, message and hint, never with patient data; `field` is ours, or ""."""

    code: str
    message: str
    hint: str
    field: str = ""


class InterfaceProfile(Struct, frozen=True):
    """What a schedule profile says about the messages or resources of one program."""

    format: str
    time_zone: str  # tz database name, "" if neither the profile nor the clinic has one
    identifier_system: str  # FHIR Identifier.system, HL7 v2 CX.4; "" accepts any
    identifier_type: str  # FHIR Identifier.type code, HL7 v2 CX.5; "" accepts any
    name_use: str
    surgeon_role: str
    cases: str  # the FHIR resource that is a case: Appointment or Procedure
    service_types: frozenset[str]  # codes of Appointment.serviceType that are operations; empty: all
    paths: Mapping[str, str]  # our field -> where else it is: PID-15, ServiceRequest.bodySite
    when_missing: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    test_data: bool = False  # take test messages and resources too


class InterfaceCase(HiddenFields, Struct):
    """One case. `left_out` says why it is not an operation; then it is counted, and no row is made."""

    place: str  # where it was found: monday.json, entry 3
    key: str = ""  # the sender's own number of the case
    sent: ClinicTime | None = None
    values: dict[str, str] = field(default_factory=dict)
    problems: list[CaseProblem] = field(default_factory=list)
    left_out: str = ""
    source_time: str = ""  # the start as the source wrote it
    note: str = ""  # what a person should know about the row

    @property
    def message(self) -> tuple[str, str] | None:
        """Return the case's number and the time of the message, as text that sorts by time."""
        if not self.key or self.sent is None:
            return None
        day, time = self.sent.order
        return self.key, f"{day.isoformat()} {time.isoformat('seconds')}"

    def report(self, code: str, message: str, hint: str = CORRECT_THE_SOURCE, field: str = "") -> None:
        self.problems.append(CaseProblem(code, message, hint, field))

    def put(self, field: str, value: str) -> None:
        if value:
            self.values[field] = value

    def put_only(self, field: str, values: Iterable[str], what: str) -> None:
        """Put the one value that all values agree on, or report (B84) that there is none, or several."""
        distinct = {value for value in values if value}
        if len(distinct) == 1:
            self.put(field, distinct.pop())
        else:
            self.report("B84", f"expected one {what}, found {len(distinct) or 'none'}", field=field)


class Merge(HiddenFields, Struct, frozen=True):
    """Two record numbers that the sender has merged (HL7 v2 ADT^A40): a person decides which is printed."""

    place: str
    numbers: frozenset[str]


class InterfaceFile(HiddenFields, Struct):
    """What the readers found in all files."""

    cases: list[InterfaceCase] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)


def chosen(
    case: InterfaceCase, field: str, candidates: Iterable[str], profile: InterfaceProfile, noun: str = "value"
) -> None:
    """Put the one value that the candidates have into the case: our word for it if the profile has one.

    `candidates` are the ways in which the source writes the same value: its code, its text.
    """
    written = list(dict.fromkeys(filter(None, (text.strip() for text in candidates))))
    words = profile.words.get(field, {})
    ours = {words[text] for text in written if text in words}
    if len(ours) > 1:
        case.report("B86", f"the {noun} has several meanings", "Look at words: in the schedule profile.", field)
    elif ours:
        case.put(field, ours.pop())
    elif written:
        case.put(field, written[0])


def put_procedure(
    case: InterfaceCase, services: Sequence[Sequence[str]], profile: InterfaceProfile, where: str
) -> None:
    """Put the procedure into the case: the one that the profile has a word for, if there are no others beside it.

    `services` has the ways in which the source writes each procedure. A case without a known one is left out.
    """
    put_procedure_text(case, (text for service in services for text in service))
    words = profile.words.get("procedure", {})
    known = {words[text] for service in services for text in service if text in words}
    unknown = sum(not any(text in words for text in service) for service in services)
    if not known:
        # A code or coded text, to count what was left out; it does not name a person.
        case.left_out = next((text[:40] for service in services for text in service if text), "without a procedure")
    elif len(known) > 1 or unknown:
        message = f"the case has several procedures ({where}): {len(known)} with a handout, {unknown} without"
        case.report("B94", message, HELD, "procedure")
    else:
        case.put("procedure", known.pop())


def put_procedure_text(case: InterfaceCase, texts: Iterable[str]) -> None:
    """Add the source's own words for the operation, so that a side in them can be compared with the answer."""
    words = dict.fromkeys([case.values.get("procedure_text", ""), *(" ".join(text.split()) for text in texts)])
    case.put("procedure_text", " ; ".join(filter(None, words)))


def newest_of_each(cases: Sequence[InterfaceCase]) -> tuple[list[InterfaceCase], list[InterfaceCase]]:
    """Return the last message of each case, and the older ones; equal times that disagree are problems."""
    newest: dict[str, InterfaceCase] = {}
    older: list[InterfaceCase] = []
    for number, case in enumerate(cases):
        key = case.key or f"#{number}"
        other = newest.get(key)
        if other is None:
            newest[key] = case
            continue
        if _order(case) == _order(other) and (case.values, case.left_out) != (other.values, other.left_out):
            message = "another message of the same case has the same time and says something else"
            case.report("B87", message, f"Find out which is right: {other.place}, {case.place}.")
        if _order(case) >= _order(other):
            newest[key] = case
            older.append(other)
        else:
            older.append(case)
    return list(newest.values()), older


def _order(case: InterfaceCase) -> tuple[dt.date, dt.time]:
    return case.sent.order if case.sent is not None else (dt.date.min, dt.time())
