"""Turn FHIR R4 Appointments or Procedures into cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from packets.schedule.clinic_time import ClinicTime, TimeError, fhir_time
from packets.schedule.fhir_resources import Json, Resource, ResourceIndex, UnresolvedError, each, text
from packets.schedule.interface_case import (
    CORRECT_THE_SOURCE,
    HELD,
    NEVER_A_RECORD_NUMBER,
    NO_TEST_DATA,
    InterfaceCase,
    InterfaceFile,
    InterfaceProfile,
    chosen,
    put_procedure,
    put_procedure_text,
)

APPOINTMENT, PROCEDURE = "Appointment", "Procedure"
HEADINGS = {
    "mrn": "Patient.identifier",
    "patient_name": "Patient.name",
    "dob": "Patient.birthDate",
    "procedure": "procedure code",
    "surgery_date": "start",
    "start_time": "start time",
    "surgeon": "surgeon",
    "status": "status",
    "procedure_text": "procedure text",
}
_STATUS = {
    APPOINTMENT: {
        "booked": "planned", "arrived": "planned", "checked-in": "planned", "fulfilled": "performed",
        "cancelled": "cancelled", "noshow": "cancelled", "entered-in-error": "cancelled",
    },
    PROCEDURE: {
        "preparation": "planned", "in-progress": "planned", "completed": "performed",
        "not-done": "cancelled", "entered-in-error": "cancelled",
    },
}  # fmt: skip
_NOT_BOOKED = ("proposed", "pending", "waitlist")
_NO_OPERATION = frozenset(("FOLLOWUP", "CHECKUP"))  # of v2-0276, the value set of Appointment.appointmentType
_PATH = re.compile("(Appointment|Procedure|ServiceRequest|Patient)((?:\\.[a-z][A-Za-z]*)+)")


def is_path(path: str) -> bool:
    """Return whether this names an element: ServiceRequest.bodySite"""
    return _PATH.fullmatch(path) is not None


def read_cases(found_resources: Sequence[Resource], profile: InterfaceProfile, found: InterfaceFile) -> None:
    """Add the cases of all resources; the others are used where a case refers to them."""
    index = ResourceIndex(found_resources)
    for resource in found_resources:
        if resource.type == profile.cases:
            case = InterfaceCase(resource.place, f"{resource.type}/{resource.id}" if resource.id else "")
            _Reader(resource, case, profile, index).read()
            found.cases.append(case)


class _Reader:
    """Read one case and collect its problems."""

    def __init__(
        self, resource: Resource, case: InterfaceCase, profile: InterfaceProfile, index: ResourceIndex
    ) -> None:
        self.resource, self.case, self.profile, self.index = resource, case, profile, index
        self.content = resource.content
        self.order: Resource | None = None  # the ServiceRequest
        self.patient: Resource | None = None
        self.start: ClinicTime | None = None

    def read(self) -> None:
        meta = self.content.get("meta")
        if any(text(tag, "code") == "HTEST" for tag in each(meta, "tag")) and not self.profile.test_data:
            self.case.report("B85", "this is test data (meta.tag HTEST)", NO_TEST_DATA)
        if updated := text(meta, "lastUpdated"):
            self.case.sent = self.time(updated, "the time of the last change", "")
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            ("procedure", self.read_order),
            ("procedure", self.read_procedure),
            ("procedure_text", self.read_procedure_text),
            ("status", self.read_status),
            ("surgery_date", self.read_start),
            ("", self.read_patient),
            ("surgeon", self.read_surgeon),
        )
        for field, step in steps:
            try:
                step()
            except UnresolvedError as error:
                self.case.report("B95", str(error), "Export the resource that is referred to together with it.", field)
        for field, path in self.profile.paths.items():
            self.read_path(field, path)

    def time(self, written: str, noun: str, field: str) -> ClinicTime | None:
        try:
            return fhir_time(written, self.profile.time_zone)
        except TimeError as error:
            self.case.report("B88", f"{noun} {error.reason}", error.hint, field)
            return None

    def read_order(self) -> None:
        orders = each(self.content, "basedOn")
        if len(orders) > 1:
            raise UnresolvedError("the case is based on several orders, so its procedure is not clear")
        if orders and (text(orders[0], "reference") or self.profile.service_types):
            try:
                self.order = self.index.resolve(orders[0], self.resource, "ServiceRequest")
            except UnresolvedError:
                if self.profile.service_types or (self.profile.cases == PROCEDURE and not self.content.get("code")):
                    raise

    def read_procedure(self) -> None:
        """Decide whether this is an operation, and which."""
        if self.profile.cases == PROCEDURE:
            put_procedure(self.case, [concept(code) for code in each(self.content, "code")], self.profile, "code")
            return
        kinds = [code for kind in each(self.content, "appointmentType") for code in _codes(kind)]
        services = [concept(service) for service in each(self.content, "serviceType")]
        if no_operation := _NO_OPERATION.intersection(kinds):
            self.case.left_out = min(no_operation)
        elif not self.profile.service_types:
            put_procedure(self.case, services, self.profile, "serviceType")
        elif not self.profile.service_types.intersection(code for service in services for code in service):
            self.case.left_out = next((code[:40] for service in services for code in service), "without a service type")
        else:
            if self.order is None:
                if not each(self.content, "basedOn"):
                    raise UnresolvedError("the operation is based on no order, so its procedure is not known")
                return  # reported by read_order
            codes = [concept(code) for code in each(self.order.content, "code")]
            put_procedure(self.case, codes, self.profile, "ServiceRequest.code")

    def read_procedure_text(self) -> None:
        """Take what else is said about the operation; the codes are there already (put_procedure)."""
        order = self.order.content if self.order is not None else {}
        concepts = [*each(self.content, "bodySite"), *each(order, "bodySite"), *each(order, "code")]
        texts = [text(self.content, "description"), *(word for entry in concepts for word in concept(entry))]
        put_procedure_text(self.case, texts)

    def read_status(self) -> None:
        status = text(self.content, "status")
        if not status:
            self.case.report("B91", "the case has no status, so it may be cancelled", CORRECT_THE_SOURCE, "status")
        elif status in _NOT_BOOKED:
            self.case.left_out = self.case.left_out or f"not booked ({status})"
        elif status in _STATUS[self.profile.cases]:
            self.case.put("status", _STATUS[self.profile.cases][status])
            if status == "entered-in-error":
                self.case.note = "the case was entered in error: find the paper, if there is any"
        else:
            self.case.report("B91", "the status does not say whether the operation takes place", HELD, "status")

    def read_start(self) -> None:
        if self.profile.cases == APPOINTMENT:
            written = text(self.content, "start")
        else:
            period = self.content.get("performedPeriod")
            written = text(self.content, "performedDateTime") or text(period, "start")
        if not written:
            self.case.report("B92", "the case has no start", CORRECT_THE_SOURCE, "surgery_date")
            return
        self.case.source_time = written
        self.start = self.time(written, "the start", "surgery_date")
        if self.start is not None:
            self.case.put("surgery_date", self.start.day.isoformat())
            self.case.put("start_time", self.start.start_time)

    def read_patient(self) -> None:
        if self.profile.cases == APPOINTMENT:
            actors = [actor for entry in each(self.content, "participant") for actor in each(entry, "actor")]
        else:
            actors = each(self.content, "subject")
        patients = [actor for actor in actors if self.index.type_of(actor, self.resource) == "Patient"]
        if len(patients) != 1:
            raise UnresolvedError(f"expected one patient, found {len(patients) or 'none'}")
        self.patient = self.index.resolve(patients[0], self.resource, "Patient")
        patient = self.patient.content
        if patient.get("active") is False or any(text(link, "type") == "replaced-by" for link in each(patient, "link")):
            message = "the patient's record is not in use any more, or was merged with another one"
            self.case.report("B96", message, HELD, "mrn")
        self.read_record_number(patient)
        self.read_name(patient)
        if birth := text(patient, "birthDate"):
            try:
                self.case.put("dob", fhir_time(birth, "").day.isoformat())
            except TimeError as error:
                self.case.report("B88", f"the date of birth {error.reason}", error.hint, "dob")

    def read_record_number(self, patient: Json) -> None:
        numbers = []
        for identifier in each(patient, "identifier"):
            types = {code for kind in each(identifier, "type") for code in _codes(kind)}
            is_described = (
                not types & NEVER_A_RECORD_NUMBER
                and text(identifier, "system") != "http://hl7.org/fhir/sid/us-ssn"
                and self.profile.identifier_type in ("", *types)
                and self.profile.identifier_system in ("", text(identifier, "system"))
            )
            if is_described and self.is_current(identifier):
                numbers.append(text(identifier, "value"))
        self.case.put_only("mrn", numbers, "record number that matches the schedule profile")

    def read_name(self, patient: Json) -> None:
        names = [name for name in each(patient, "name") if self.is_current(name)]
        of_use = [name for name in names if text(name, "use") == self.profile.name_use]
        whole = [name for name in names if text(name, "use") in ("", "usual") and text(name, "family")]
        usable = of_use or (whole if len(names) == 1 else [])
        self.case.put_only(
            "patient_name", [spoken_name(name) for name in usable], "name of the use in the schedule profile"
        )

    def is_current(self, item: Json) -> bool:
        """Return whether an identifier or name is in use on the day of surgery."""
        if text(item, "use") == "old":
            return False
        end = text(item.get("period"), "end")
        if not end or self.start is None:
            return not end
        return end[:10] >= self.start.day.isoformat()[: len(end[:10])]

    def read_surgeon(self) -> None:
        """Take the one Practitioner who has the profile's role."""
        name = "participant" if self.profile.cases == APPOINTMENT else "performer"
        function = "type" if self.profile.cases == APPOINTMENT else "function"
        actors = [
            entry.get("actor")
            for entry in each(self.content, name)
            if text(entry, "status") != "declined"
            and self.profile.surgeon_role in {code for role in each(entry, function) for code in _codes(role)}
        ]
        if len(actors) != 1:
            message = f"expected one person with the role {self.profile.surgeon_role}, found {len(actors) or 'none'}"
            self.case.report("B84", message, "Look at surgeon_role: in the schedule profile.", "surgeon")
            return
        practitioner = self.index.resolve(actors[0], self.resource, "Practitioner")
        names = [
            " ".join(filter(None, (*_strings(entry, "prefix"), spoken_name(entry))))
            for entry in each(practitioner.content, "name")
            if text(entry, "use") in ("", "official", "usual")
        ]
        known = self.profile.words.get("surgeon", {})
        candidates = [practitioner.id, *names]
        chosen(self.case, "surgeon", [entry for entry in candidates if entry in known] or names[:1], self.profile)

    def read_path(self, field: str, path: str) -> None:
        match = _PATH.fullmatch(path)
        assert match is not None  # noqa: S101  the profile was checked
        sources = {self.profile.cases: self.resource, "ServiceRequest": self.order, "Patient": self.patient}
        resource = sources.get(match[1])
        values: list[object] = [resource.content] if resource is not None else []
        for name in match[2][1:].split("."):
            values = [inner for value in values if isinstance(value, dict) for inner in _entries(value.get(name))]
        written = [concept(value) if isinstance(value, dict) else [_word(value)] for value in values]
        if len({tuple(words) for words in written}) > 1:
            message = f"expected one value in {path}, found {len(written)}"
            self.case.report("B84", message, CORRECT_THE_SOURCE, field)
        elif written:
            chosen(self.case, field, written[0], self.profile)


def concept(value: Json) -> list[str]:
    """Return the ways in which a CodeableConcept names one thing: its codes, then its displays and text."""
    codings = each(value, "coding") or [value]
    displays = [text(coding, "display") for coding in codings]
    return [entry for entry in (*_codes(value), *displays, text(value, "text")) if entry]


def _codes(value: Json) -> list[str]:
    codings = each(value, "coding") or [value]
    return [code for coding in codings if (code := text(coding, "code"))]


def spoken_name(name: Json) -> str:
    """Return a HumanName in spoken order, "" if it is only in `text`."""
    return " ".join(filter(None, (*_strings(name, "given"), text(name, "family"), *_strings(name, "suffix"))))


def _strings(value: Json, name: str) -> list[str]:
    found = value.get(name)
    return [entry for entry in found if isinstance(entry, str)] if isinstance(found, list) else []


def _entries(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _word(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
