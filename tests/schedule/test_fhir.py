"""Test surgery schedules from FHIR R4: which packet each resource asks for, and which are refused."""

from __future__ import annotations

import datetime as dt
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from packets.batch.preflight import open_rows
from packets.errors import InvalidInputError
from packets.model.case import Stage
from packets.schedule.rows import Row, ScheduleRows
from packets.schedule.source_files import SourceFile
from tests.schedule.reader import load_library

Json = dict[str, Any]
SAMPLES = Path(__file__).parent / "interop" / "fhir-r4"
SYSTEM = "urn:oid:1.2.36.146.595.217.0.1"
PROFILE = f"""\
source: server
format: fhir-r4
time_zone: America/Chicago
record_number: {{system: "{SYSTEM}", type: MR}}
when_missing: {{collar: undecided}}
words:
  - {{in: procedure, theirs: CERVFORAM, ours: cervical-foraminotomy}}
"""
NO_NUMBER = "B84 expected one record number that matches the schedule profile, found none"
NO_NAME = "B84 expected one name of the use in the schedule profile, found none"
PATIENT: Json = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [
        {"type": {"coding": [{"code": "MR"}]}, "system": SYSTEM, "value": "00418823"},
        {"type": {"coding": [{"code": "SS"}]}, "system": "http://hl7.org/fhir/sid/us-ssn", "value": "123456789"},
    ],
    "name": [
        {"use": "official", "family": "Muster", "given": ["Änne", "B"]},
        {"use": "usual", "given": ["Anni"]},
        {"use": "maiden", "family": "Alt", "given": ["Änne"], "period": {"end": "2002"}},
    ],
    "birthDate": "1961-03-09",
}
SURGEON: Json = {
    "resourceType": "Practitioner",
    "id": "d1",
    "name": [{"family": "Rivera", "given": ["Jane"], "prefix": ["Dr."]}],
}
APPOINTMENT: Json = {
    "resourceType": "Appointment",
    "id": "a1",
    "meta": {"lastUpdated": "2026-12-06T15:30:00Z"},
    "status": "booked",
    "serviceType": [{"coding": [{"system": "urn:local", "code": "CERVFORAM", "display": "Cervical foraminotomy"}]}],
    "start": "2026-12-07T13:30:00Z",
    "participant": [
        {"status": "accepted", "actor": {"reference": "Patient/p1", "display": "Somebody Else"}},
        {
            "status": "accepted",
            "type": [{"coding": [{"code": "PPRF"}]}],
            "actor": {"reference": "Practitioner/d1"},
        },
        {"status": "accepted", "actor": {"display": "Phone Call"}},
    ],
}


def bundle(*resources: Json, **more: Any) -> bytes:
    entries = [
        {"fullUrl": f"https://fhir.example/{resource['resourceType']}/{resource['id']}", "resource": resource}
        for resource in resources
    ]
    return json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries, **more}).encode()


def changed(resource: Json, **changes: Any) -> Json:
    """Return a copy with some elements replaced; None leaves one out."""
    return {name: value for name, value in {**deepcopy(resource), **changes}.items() if value is not None}


class Server:
    """A content folder with the profile of a FHIR server."""

    def __init__(self, content: Path, folder: Path) -> None:
        self.root, self.library = folder / "content", load_library(content)
        (self.root / "sources").mkdir(parents=True)
        self.write_profile(PROFILE)

    def write_profile(self, text: str) -> None:
        (self.root / "sources" / "server.yaml").write_text(text, "utf-8")

    def open(self, *files: bytes | SourceFile) -> ScheduleRows:
        named = [
            file if isinstance(file, SourceFile) else SourceFile(f"{number}.json", file)
            for number, file in enumerate(files, 1)
        ]
        return open_rows(named, "export", self.root, self.library, "server")

    def rows(self, *files: bytes | SourceFile) -> list[Row]:
        return list(self.open(*files))

    def problems(self, *files: bytes | SourceFile) -> str:
        return "\n".join(str(problem) for row in self.rows(*files) for problem in row.problems)

    def with_appointment(self, **changes: Any) -> str:
        return self.problems(bundle(changed(APPOINTMENT, **changes), PATIENT, SURGEON))

    def with_patient(self, **changes: Any) -> str:
        return self.problems(bundle(APPOINTMENT, changed(PATIENT, **changes), SURGEON))


@pytest.fixture
def server(content: Path, tmp_path: Path) -> Server:
    return Server(content, tmp_path)


def sample(name: str) -> SourceFile:
    return SourceFile(name, (SAMPLES / name).read_bytes())


def test_a_booked_appointment_is_a_row(server: Server) -> None:
    (row,) = server.rows(bundle(APPOINTMENT, PATIENT, SURGEON))
    assert row.problems == () and row.case is not None
    case = row.case
    assert (case.patient_name, case.record_number) == ("Änne B Muster", "00418823")
    assert (case.procedure, case.surgeon, case.stage) == ("cervical-foraminotomy", "Dr. Jane Rivera", Stage.PLANNED)
    assert (case.surgery_date, case.birth_date) == (dt.date(2026, 12, 7), dt.date(1961, 3, 9))
    assert (row.start_time, row.source_time) == ("07:30", "2026-12-07T13:30:00Z")
    assert row.place == "1.json, entry 1"


def test_of_a_file_with_a_broken_line_nothing_is_used(server: Server) -> None:
    booked, broken = bundle(APPOINTMENT, PATIENT, SURGEON), json.dumps(changed(APPOINTMENT, id="a2")).encode() + b"\n{"
    rows = server.rows(booked, SourceFile("more.ndjson", broken))
    assert [row.case is not None for row in rows] == [True, False]
    assert [problem.code for problem in rows[1].problems] == ["B80"]


def test_ndjson_files_of_a_bulk_export_are_read_together(server: Server) -> None:
    files = [
        SourceFile("Appointment.ndjson", json.dumps(APPOINTMENT).encode() + b"\n"),
        SourceFile(
            "Patient.ndjson", b"\n".join(json.dumps(changed(PATIENT, id=name)).encode() for name in ("p0", "p1"))
        ),
        SourceFile("Practitioner.ndjson", json.dumps(SURGEON).encode()),
    ]
    (row,) = server.rows(*files)
    assert row.case is not None and row.place == "Appointment.ndjson, line 1"


@pytest.mark.parametrize(
    ("zone", "start", "day", "time"),
    [
        ("America/Chicago", "2026-12-07T13:30:00Z", dt.date(2026, 12, 7), "07:30"),
        ("America/Chicago", "2026-12-08T03:00:00Z", dt.date(2026, 12, 7), "21:00"),
        ("Pacific/Honolulu", "2026-12-08T04:30:00Z", dt.date(2026, 12, 7), "18:30"),
        ("Pacific/Auckland", "2026-12-06T18:30:00Z", dt.date(2026, 12, 7), "07:30"),
        ("America/Chicago", "2026-03-08T08:30:00Z", dt.date(2026, 3, 8), "03:30"),  # the night clocks go forward
        ("America/Chicago", "2026-11-01T06:30:00Z", dt.date(2026, 11, 1), "01:30"),  # and back: both 1:30s
        ("America/Chicago", "2026-11-01T07:30:00Z", dt.date(2026, 11, 1), "01:30"),
        ("America/Chicago", "2026-12-07T08:30:00.123-05:00", dt.date(2026, 12, 7), "07:30"),
    ],
)
def test_the_surgery_has_its_day_in_the_clinics_time_zone(
    server: Server, zone: str, start: str, day: dt.date, time: str
) -> None:
    server.write_profile(PROFILE.replace("America/Chicago", zone))
    (row,) = server.rows(bundle(changed(APPOINTMENT, start=start), PATIENT, SURGEON))
    assert (row.surgery_date, row.start_time, row.problems) == (day, time, ())


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ("2026-12", "B88 the start has no day"),
        ("2026-12-07T07:30:00", "B88 the start has no offset from UTC"),
        ("2026-12-07T24:00:00Z", "B88 the start does not exist in the calendar or on the clock"),
        ("20261207", "B88 the start is not in the form of the standard"),
        (None, "B92 the case has no start"),
    ],
)
def test_a_start_that_is_not_an_instant_is_refused(server: Server, start: str | None, message: str) -> None:
    assert message in server.with_appointment(start=start)


@pytest.mark.parametrize("status", ["cancelled", "noshow", "entered-in-error"])
def test_a_cancelled_appointment_cancels_the_packet(server: Server, status: str) -> None:
    (row,) = server.rows(bundle(changed(APPOINTMENT, status=status), PATIENT, SURGEON))
    assert row.cancelled and (row.record_number, row.surgery_date) == ("00418823", dt.date(2026, 12, 7))
    found = "the case was entered in error: find the paper, if there is any"
    assert row.note == (found if status == "entered-in-error" else "")


def test_an_appointment_without_a_known_status_is_refused(server: Server) -> None:
    assert "B91 the case has no status, so it may be cancelled" in server.with_appointment(status=None)
    message = "B91 the status does not say whether the operation takes place"
    assert message in server.with_appointment(status="foo")


@pytest.mark.parametrize("status", ["proposed", "pending", "waitlist"])
def test_an_appointment_that_is_not_booked_is_left_out_and_counted(server: Server, status: str) -> None:
    rows = server.open(bundle(changed(APPOINTMENT, status=status, start=None), PATIENT, SURGEON))
    assert list(rows) == [] and rows.table.left_out == ((f"not booked ({status})", 1),)


def test_a_follow_up_of_the_same_procedure_is_no_operation(server: Server) -> None:
    follow_up = changed(APPOINTMENT, id="a2", appointmentType={"coding": [{"code": "FOLLOWUP"}]})
    rows = server.open(bundle(APPOINTMENT, follow_up, PATIENT, SURGEON))
    assert len(list(rows)) == 1 and rows.table.left_out == (("FOLLOWUP", 1),)


def test_service_types_tell_the_operation_from_the_interview(server: Server) -> None:
    """Both appointments of one operation are based on the same ServiceRequest (Chile's national profile)."""
    server.write_profile(PROFILE.replace("words:", "service_types: [theatre]\nwords:"))
    order = {
        "resourceType": "ServiceRequest",
        "id": "s1",
        "code": {"coding": [{"code": "CERVFORAM"}]},
        "subject": {"reference": "Patient/p1"},
    }
    based = {"basedOn": [{"reference": "ServiceRequest/s1"}]}
    theatre = changed(APPOINTMENT, serviceType=[{"coding": [{"code": "theatre"}]}], **based)
    interview = changed(APPOINTMENT, id="a2", serviceType=[{"coding": [{"code": "interview"}]}], **based)
    rows = server.open(bundle(interview, theatre, order, PATIENT, SURGEON))
    (row,) = rows
    assert row.case is not None and row.place == "1.json, entry 2"
    assert rows.table.left_out == (("interview", 1),)
    assert "B95 the reference to the ServiceRequest leads to no resource in these files" in server.problems(
        bundle(theatre, PATIENT, SURGEON)
    )


def test_several_procedures_in_one_appointment_are_held(server: Server) -> None:
    services = [*APPOINTMENT["serviceType"], {"coding": [{"code": "LAMI"}]}]
    message = "B94 the case has several procedures (serviceType): 1 with a handout, 1 without"
    assert message in server.with_appointment(serviceType=services)


def test_the_side_of_an_order_is_an_answer(server: Server) -> None:
    server.write_profile(
        PROFILE + '  - {in: collar, theirs: "72696002", ours: "yes"}\npaths: {collar: ServiceRequest.bodySite}\n'
    )
    order = {
        "resourceType": "ServiceRequest",
        "id": "s1",
        "bodySite": [{"coding": [{"code": "72696002", "display": "Knee"}]}],
    }
    appointment = changed(APPOINTMENT, basedOn=[{"reference": "ServiceRequest/s1"}])
    (row,) = server.rows(bundle(appointment, order, PATIENT, SURGEON))
    assert row.case is not None and row.case.answers == {"collar": "yes"}
    two = {**order, "bodySite": [*order["bodySite"], {"coding": [{"code": "1"}]}]}
    message = "B84 expected one value in ServiceRequest.bodySite, found 2"
    assert message in server.problems(bundle(appointment, two, PATIENT, SURGEON))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"identifier": []}, NO_NUMBER),
        ({"identifier": PATIENT["identifier"][1:]}, NO_NUMBER),  # only a social security number
        (
            {"identifier": [PATIENT["identifier"][0], {**PATIENT["identifier"][0], "value": "7"}]},
            NO_NUMBER.replace("none", "2"),
        ),
        ({"identifier": [{**PATIENT["identifier"][0], "use": "old"}]}, NO_NUMBER),
        ({"identifier": [{**PATIENT["identifier"][0], "period": {"end": "2020"}}]}, NO_NUMBER),
        ({"name": [{"text": "Änne Muster"}]}, NO_NAME),
        (
            {"name": [{"use": "usual", "given": ["Anni"]}]},
            NO_NAME,
        ),
        (
            {"name": [{"use": "official", "family": "A"}, {"use": "official", "family": "B"}]},
            NO_NAME.replace("none", "2"),
        ),
        ({"birthDate": "1961"}, "B88 the date of birth has no day"),
        ({"active": False}, "B96 the patient's record is not in use any more, or was merged with another one"),
        ({"link": [{"type": "replaced-by", "other": {"reference": "Patient/p2"}}]}, "B96 the patient's record is not"),
    ],
)
def test_a_patient_who_is_not_clear_is_refused(server: Server, changes: Json, message: str) -> None:
    problems = server.with_patient(**changes)
    assert message in problems
    assert "Muster" not in problems and "00418823" not in problems


def test_references_lead_to_the_right_patient_or_nowhere(server: Server) -> None:
    other = changed(PATIENT, id="p2", name=[{"use": "official", "family": "Twin", "given": ["Other"]}])
    (row,) = server.rows(bundle(APPOINTMENT, other, PATIENT, SURGEON))
    assert row.name == "Änne B Muster"
    unresolved = "B95 the reference to the Patient leads to no resource in these files"
    assert unresolved in server.problems(bundle(APPOINTMENT, other, SURGEON))
    foreign = [{"actor": {"reference": "https://other.example/Patient/p1"}}, *APPOINTMENT["participant"][1:]]
    assert unresolved in server.with_appointment(participant=foreign)
    two = [{"actor": {"reference": "Patient/p2"}}, *APPOINTMENT["participant"]]
    message = "B95 expected one patient, found 2"
    assert message in server.problems(bundle(changed(APPOINTMENT, participant=two), PATIENT, other, SURGEON))
    assert server.problems(bundle(APPOINTMENT, PATIENT, SURGEON), bundle(changed(other, id="p1"))) == (
        "row 1 (1.json, entry 1): B95 the reference to the Patient leads to 2 different resources\n"
        "    Export the resource that is referred to together with it."
    )


def test_a_patient_in_a_bundle_of_uuids_is_found_by_full_url(server: Server) -> None:
    uuid = "urn:uuid:2f1c0d3a-0000-4000-8000-000000000001"
    appointment = changed(APPOINTMENT, participant=[{"actor": {"reference": uuid}}, *APPOINTMENT["participant"][1:]])
    entries = [
        {"fullUrl": "urn:uuid:2f1c0d3a-0000-4000-8000-000000000002", "resource": appointment},
        {"fullUrl": uuid, "resource": changed(PATIENT, id=None)},
        {"fullUrl": "https://fhir.example/Practitioner/d1", "resource": SURGEON},
    ]
    data = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()
    (row,) = server.rows(data)
    assert row.case is not None and row.name == "Änne B Muster"


@pytest.mark.parametrize(("role", "count"), [("ATND", "none"), (None, "none")])
def test_exactly_one_participant_is_the_surgeon(server: Server, role: str | None, count: str) -> None:
    kind = {"type": [{"coding": [{"code": role}]}]} if role else {}
    people = [APPOINTMENT["participant"][0], {**kind, "actor": {"reference": "Practitioner/d1"}}]
    message = f"B84 expected one person with the role PPRF, found {count}"
    assert message in server.with_appointment(participant=people)


def test_a_surgeon_who_has_declined_is_not_the_surgeon(server: Server) -> None:
    declined = {**APPOINTMENT["participant"][1], "status": "declined", "actor": {"reference": "Practitioner/d2"}}
    (row,) = server.rows(
        bundle(changed(APPOINTMENT, participant=[*APPOINTMENT["participant"], declined]), PATIENT, SURGEON)
    )
    assert row.case is not None and row.case.surgeon == "Dr. Jane Rivera"


def test_a_word_with_two_meanings_is_refused(server: Server) -> None:
    server.write_profile(
        PROFILE.replace(
            "words:",
            """paths: {collar: ServiceRequest.bodySite}
words:
  - {in: collar, theirs: "1", ours: "yes"}
  - {in: collar, theirs: Neck, ours: "no"}""",
        )
    )
    order = {
        "resourceType": "ServiceRequest",
        "id": "s1",
        "bodySite": [{"coding": [{"code": "1", "display": "Neck"}]}],
    }
    based = changed(APPOINTMENT, basedOn=[{"reference": "ServiceRequest/s1"}])
    message = "B86 the value has several meanings"
    assert message in server.problems(bundle(based, order, PATIENT, SURGEON))


def test_test_data_is_never_printed(server: Server) -> None:
    tagged = {"tag": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}]}
    assert "B85 this is test data (meta.tag HTEST)" in server.with_appointment(meta=tagged)


def test_the_newer_version_of_an_appointment_counts(server: Server) -> None:
    moved = changed(APPOINTMENT, start="2026-12-09T13:30:00Z", meta={"lastUpdated": "2026-12-06T16:00:00Z"})
    rows = server.open(bundle(moved, PATIENT, SURGEON), bundle(APPOINTMENT, PATIENT, SURGEON))
    (row,) = rows
    assert row.surgery_date == dt.date(2026, 12, 9)
    assert rows.table.older == ("2.json, entry 1",)


def test_a_finished_operation_may_come_as_a_procedure(server: Server) -> None:
    server.write_profile(PROFILE + "cases: Procedure\n")
    procedure = {
        "resourceType": "Procedure",
        "id": "o1",
        "status": "completed",
        "code": {"coding": [{"code": "CERVFORAM"}]},
        "subject": {"reference": "Patient/p1"},
        "performedDateTime": "2026-12-07",
        "performer": [{"function": {"coding": [{"code": "PPRF"}]}, "actor": {"reference": "Practitioner/d1"}}],
    }
    (row,) = server.rows(bundle(procedure, PATIENT, SURGEON))
    assert row.case is not None and row.case.stage is Stage.PERFORMED
    assert (row.surgery_date, row.start_time) == (dt.date(2026, 12, 7), "")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "B80 this is not JSON (line 1, column 1)"),
        (b"\xff\xfe{", "B80 FHIR files are UTF-8, and this one is not"),
        (b"[1]", "B80 this is not a FHIR resource: it has no resourceType"),
        (b'{"resourceType": "Appointment", "resourceType": "Patient"}', "B80 a name occurs twice in a JSON object"),
        (b'{"resourceType": "Appointment", "priority": NaN}', "B80 NaN and Infinity are not JSON"),
        (b'{"resourceType": "Appointment", "a": ' + b"[" * 100_000, "B80 the JSON is nested too deeply"),
        (b'{"resourceType": "Appointment", "a": ' + b"[" * 60 + b"]" * 60 + b"}", "B80 the JSON is nested too deeply"),
        (
            bundle(APPOINTMENT, link=[{"relation": "next", "url": "https://fhir.example?page=2"}]),
            "B81 the Bundle has a next page, so cases are missing from it",
        ),
        (bundle(APPOINTMENT, type="history"), "B81 this kind of Bundle has no current resources"),
        (bundle(PATIENT), "B10 there is no Appointment in these files"),
    ],
)
def test_a_file_that_is_not_a_whole_answer_is_refused(server: Server, data: bytes, message: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        server.rows(data)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("appointment-example.json", (("FOLLOWUP", 1),)),
        ("appointment-example-request.json", (("without a procedure", 1),)),
        ("appointment-example2doctors.json", (("52", 1),)),
    ],
)
def test_the_official_examples_are_no_operations(
    server: Server, name: str, left_out: tuple[tuple[str, int], ...]
) -> None:
    rows = server.open(sample(name))
    assert list(rows) == [] and rows.table.left_out == left_out


def test_the_official_appointment_with_two_doctors_is_refused_even_if_it_were_an_operation(server: Server) -> None:
    server.write_profile(PROFILE.replace("CERVFORAM", '"52"'))
    place = "row 1 (appointment-example2doctors.json)"
    assert server.problems(sample("appointment-example2doctors.json"), sample("patient-example.json")) == (
        f"{place}: B85 this is test data (meta.tag HTEST)\n"
        "    Nothing is printed from it, except by `batch --test-data`, which marks every page.\n"
        f"{place}, column surgeon: B84 expected one person with the role PPRF, found none\n"
        "    Look at surgeon_role: in the schedule profile."
    )


def test_twins_have_their_own_numbers(server: Server) -> None:
    system = "http://coruscanthealth.org/main-hospital/patient-identifier"
    server.write_profile(PROFILE.replace(SYSTEM, system))
    twins = [json.loads(sample(f"patient-example-infant-twin-{number}.json").data) for number in (1, 2)]
    appointments = [
        changed(APPOINTMENT, id=f"t{number}", participant=[
            {"actor": {"reference": f"Patient/{twin['id']}"}}, APPOINTMENT["participant"][1]
        ])
        for number, twin in enumerate(twins)
    ]  # fmt: skip
    rows = server.rows(bundle(*appointments, *twins, SURGEON))
    assert [(row.name, row.record_number) for row in rows] == [
        ("Jaina Solo", "MRN7465737865"),
        ("Jacen Solo", "MRN7465676978"),
    ]


def test_patients_with_only_a_social_security_number_are_refused(server: Server) -> None:
    server.write_profile(PROFILE.replace(f'system: "{SYSTEM}", ', ""))
    people = [{"actor": {"reference": "http://hl7.org/fhir/Patient/1"}}, APPOINTMENT["participant"][1]]
    problems = server.problems(
        bundle(changed(APPOINTMENT, participant=people), SURGEON), sample("patient-examples-general.json")
    )
    assert NO_NUMBER in problems and "444222222" not in problems


def test_a_profile_cannot_ask_for_a_social_security_number(server: Server) -> None:
    server.write_profile(PROFILE.replace(SYSTEM, "http://hl7.org/fhir/sid/us-ssn"))
    with pytest.raises(InvalidInputError) as refused:
        server.rows(bundle(APPOINTMENT, PATIENT, SURGEON))
    assert "B72 a social security number, license or passport is never printed" in str(refused.value)


def test_the_official_answer_with_a_next_page_is_refused(server: Server) -> None:
    with pytest.raises(InvalidInputError) as refused:
        server.rows(sample("bundle-example.json"))
    assert "bundle-example.json: B81 the Bundle has a next page, so cases are missing from it" in str(refused.value)


def test_the_official_name_of_the_official_patient_is_printed(server: Server) -> None:
    """The others are a nickname and a maiden name."""
    patient = changed(json.loads(sample("patient-example.json").data), id="p1")
    (row,) = server.rows(bundle(APPOINTMENT, patient, SURGEON))
    assert (row.name, row.record_number) == ("Peter James Chalmers", "12345")


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (("procedure-example-f004-tracheotomy.json",), "48387007"),  # its patient is only a name to display
        (("bulk-Procedure.ndjson", "bulk-Patient.ndjson"), "80146002"),  # the patients have neither name nor number
    ],
)
def test_a_procedure_whose_patient_is_in_no_file_is_refused(server: Server, files: tuple[str, ...], code: str) -> None:
    server.write_profile(PROFILE.replace("CERVFORAM", f'"{code}"') + "cases: Procedure\n")
    problems = server.problems(*map(sample, files))
    assert "B95 the reference to the Patient leads to no resource in these files" in problems
    assert "Heuvel" not in problems
