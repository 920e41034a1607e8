"""Test surgery schedules from HL7 v2 messages: which packet each message asks for, and which are refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from packets.batch.preflight import open_rows
from packets.errors import InvalidInputError
from packets.model.case import Stage
from packets.schedule.rows import Row, ScheduleRows
from packets.schedule.source_files import SourceFile
from tests.content.folder import SHIPPED
from tests.schedule.reader import load_library
from tests.schedule.siu import SEGMENTS, changed, siu

SAMPLES = Path(__file__).parent / "interop" / "hl7v2"
NO_NUMBER = "B84 expected one record number (PID-3) that matches the schedule profile, found none"
PROFILE = """\
source: engine
format: hl7v2
time_zone: America/Chicago
record_number: {system: HOSP, type: MR}
surgeon_role: SURGEON
when_missing: {collar: undecided}
words:
  - {in: procedure, theirs: CERVFORAM, ours: cervical-foraminotomy}
"""
# For the sample files of other makers: the identifiers and procedure that they happen to have.
FOREIGN = """\
source: engine
format: hl7v2
time_zone: America/Chicago
record_number: {type: MR}
surgeon_role: Chiropractic Assistant
when_missing: {collar: undecided}
words:
  - {in: procedure, theirs: "76164006", ours: cervical-foraminotomy}
"""


class Engine:
    """A content folder with the profile of an interface engine."""

    def __init__(self, content: Path, folder: Path) -> None:
        self.root, self.library = folder / "content", load_library(content)
        (self.root / "sources").mkdir(parents=True)
        self.write_profile(PROFILE)

    def write_profile(self, text: str) -> None:
        (self.root / "sources" / "engine.yaml").write_text(text, "utf-8")

    def open(self, *files: bytes | SourceFile) -> ScheduleRows:
        named = [
            file if isinstance(file, SourceFile) else SourceFile(f"{number}.hl7", file)
            for number, file in enumerate(files, 1)
        ]
        return open_rows(named, "spool", self.root, self.library, "engine")

    def rows(self, *files: bytes | SourceFile) -> list[Row]:
        return list(self.open(*files))

    def problems(self, *files: bytes | SourceFile) -> str:
        return "\n".join(str(problem) for row in self.rows(*files) for problem in row.problems)


@pytest.fixture
def engine(content: Path, tmp_path: Path) -> Engine:
    return Engine(content, tmp_path)


def sample(name: str) -> SourceFile:
    return SourceFile(name, (SAMPLES / name).read_bytes())


def test_a_booked_operation_is_a_row(engine: Engine) -> None:
    (row,) = engine.rows(siu())
    assert row.problems == () and row.case is not None
    case = row.case
    assert (case.patient_name, case.record_number) == ("Änne B Muster", "00418823")
    assert (case.procedure, case.surgeon, case.stage) == ("cervical-foraminotomy", "Dr. Jane Rivera", Stage.PLANNED)
    assert (case.surgery_date, case.birth_date) == (dt.date(2026, 12, 7), dt.date(1961, 3, 9))
    assert (row.start_time, row.room, row.place) == ("07:30", "OR 4", "1.hl7, message 1")
    assert case.answers == {"collar": "undecided"}


def test_a_room_may_be_named_without_a_point_of_care(engine: Engine) -> None:
    (row,) = engine.rows(siu(AIL="AIL|1||OR 4"))
    assert row.room == "OR 4"


def test_an_answer_is_assumed_only_where_the_handout_asks_for_it(engine: Engine) -> None:
    engine.library = load_library(SHIPPED)
    profile = PROFILE.replace("collar: undecided", "collar: undecided, brace: undecided")
    engine.write_profile(profile + "  - {in: procedure, theirs: LUMBLAM, ours: lumbar-laminectomy}\n")
    (row,) = engine.rows(siu(AIS=SEGMENTS["AIS"].replace("CERVFORAM", "LUMBLAM")))
    assert row.problems == ()
    assert row.case is not None and row.case.answers == {"brace": "undecided"}


def test_an_answer_that_the_messages_lack_is_asked_of_the_profile(engine: Engine) -> None:
    engine.write_profile(PROFILE.replace("when_missing: {collar: undecided}\n", ""))
    assert engine.problems(siu()) == (
        'row 1 (1.hl7, message 1): C16 "collar" is not answered\n'
        "    Say in the schedule profile where it is (paths), or what to assume without it (when_missing). "
        "Write yes, no or undecided. What the surgeon has not said is undecided."
    )


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("frame", [b"", b"\x0b", b"\xef\xbb\xbf"], ids=["plain", "MLLP", "BOM"])
def test_line_ends_mllp_frames_and_byte_order_marks_do_not_matter(engine: Engine, end: str, frame: bytes) -> None:
    tail = b"\x1c\r" if frame == b"\x0b" else b""
    (row,) = engine.rows(frame + siu(end=end) + tail)
    assert row.case is not None and row.case.patient_name == "Änne B Muster"


@pytest.mark.parametrize(
    ("start", "day", "time"),
    [
        ("20261207073000", dt.date(2026, 12, 7), "07:30"),  # the clinic's wall
        ("202612070730", dt.date(2026, 12, 7), "07:30"),
        ("20261207", dt.date(2026, 12, 7), ""),
        ("20261207133000+0000", dt.date(2026, 12, 7), "07:30"),  # UTC
        ("20261208033000+0000", dt.date(2026, 12, 7), "21:30"),  # the next day in UTC
        ("20261207073000-0600", dt.date(2026, 12, 7), "07:30"),
    ],
)
def test_the_surgery_has_its_day_in_the_clinics_time_zone(engine: Engine, start: str, day: dt.date, time: str) -> None:
    changes = {name: SEGMENTS[name].replace("20261207073000", start) for name in ("SCH", "AIS")}
    (row,) = engine.rows(siu(**changes))
    assert row.problems == ()
    assert (row.surgery_date, row.start_time) == (day, time)


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ("202612", "B88 the start of the surgery has no day"),
        ("20261207240000", "B88 the start of the surgery does not exist in the calendar or on the clock"),
        ("20260229073000", "B88 the start of the surgery does not exist in the calendar or on the clock"),
        ("2026-12-07T07:30", "B88 the start of the surgery is not in the form of the standard"),
        ("20261207073000+9900", "B88 the start of the surgery has an impossible offset"),
        ("20261207+0600", "B88 the start of the surgery is a day with an offset"),
    ],
)
def test_a_start_that_is_not_a_day_is_refused(engine: Engine, start: str, message: str) -> None:
    changes = {name: SEGMENTS[name].replace("20261207073000", start) for name in ("SCH", "AIS")}
    assert message in engine.problems(siu(**changes))


def test_times_that_disagree_or_mix_offsets_are_held(engine: Engine) -> None:
    other_day = changed("AIS", "20261207073000", "20261208073000")
    assert "B93 the message has several surgery dates (AIS-4, TQ1-7, SCH-11)" in engine.problems(siu(**other_day))
    mixed = changed("AIS", "20261207073000", "20261207133000+0000")
    assert "B93 some times of the message have an offset from UTC and others do not" in engine.problems(siu(**mixed))
    none = {"SCH": "SCH|36996|77001", "AIS": SEGMENTS["AIS"].replace("20261207073000", "")}
    assert "B92 the message has no start of the surgery (AIS-4, TQ1-7, SCH-11)" in engine.problems(siu(**none))


@pytest.mark.parametrize("event", ["S15", "S17", "S26"])
def test_the_event_cancels_a_case_whatever_sch_6_says(engine: Engine, event: str) -> None:
    (row,) = engine.rows(
        siu(**changed("MSH", "S12^SIU_S12", event), SCH="SCH|36996|77001||||Add|||||^^^20261207073000")
    )
    assert row.cancelled and row.problems == ()
    assert (row.record_number, row.procedure) == ("00418823", "cervical-foraminotomy")


def _status(word: str) -> str:
    return SEGMENTS["SCH"] + "|" * 14 + word


@pytest.mark.parametrize(
    ("event", "word", "message"),
    [
        ("S15", "Booked", "B90 the event SIU^S15 says cancelled, and the status (SCH-25) says planned"),
        ("S12", "Cancelled", "B90 the event SIU^S12 says planned, and the status (SCH-25) says cancelled"),
        ("S13", "Noshow", "B90 the event SIU^S13 says planned, and the status (SCH-25) says cancelled"),
        ("S12", "Overbook", "B91 the status (SCH-25) is not known"),
        ("S12", "Blocked", "B91 the status (SCH-25) is not known"),
        ("S16", "", "B89 it is not known what a message SIU^S16 does to a case"),
        ("S18", "", "B89 it is not known what a message SIU^S18 does to a case"),
    ],
)
def test_an_event_and_a_status_that_disagree_are_held(engine: Engine, event: str, word: str, message: str) -> None:
    data = siu(**changed("MSH", "S12^SIU_S12", event), SCH=_status(word))
    (row,) = engine.rows(data)
    assert row.case is None and not row.cancelled
    assert message in engine.problems(data)


def test_the_status_of_a_service_may_not_contradict_the_event(engine: Engine) -> None:
    service = SEGMENTS["AIS"] + "|" * 6 + "Deleted"
    message = "B90 the event SIU^S12 says planned, and the status (AIS-10) says cancelled"
    assert message in engine.problems(siu(AIS=service))


def test_a_local_status_word_is_read_through_the_profile(engine: Engine) -> None:
    assert "B91" in engine.problems(siu(SCH=_status("Sch")))
    engine.write_profile(PROFILE + "  - {in: status, theirs: Sch, ours: planned}\n")
    (row,) = engine.rows(siu(SCH=_status("Sch")))
    assert row.case is not None and row.case.stage is Stage.PLANNED


@pytest.mark.parametrize(
    ("identifiers", "message"),
    [
        (
            "123-45-6789^^^USSSA^SS",
            NO_NUMBER,
        ),
        ("00418823^^^OTHER^MR", NO_NUMBER),
        (
            "00418823^^^HOSP^MR~00999999^^^HOSP^MR",
            NO_NUMBER.replace("none", "2"),
        ),
        (
            "00418823^^^HOSP^MR^^20000101^20201231",
            NO_NUMBER,
        ),  # expired
        ("", NO_NUMBER),
    ],
)
def test_exactly_one_current_identifier_is_the_record_number(engine: Engine, identifiers: str, message: str) -> None:
    data = siu(**changed("PID", "00418823^^^HOSP^MR~123-45-6789^^^USSSA^SS", identifiers))
    assert message in engine.problems(data)
    assert "6789" not in engine.problems(data) and "00418823" not in engine.problems(data)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "record_number: {system: HOSP, type: MR}",
            "record_number: {}",
            "B79 this describes no identifier\n    Add system:, type: or both.",
        ),
        (
            "when_missing:",
            "paths: {collar: soft collar}\nwhen_missing:",
            "B73 this is not a place in the data\n    Write it such as PID-15 or ZSU-3.2.",
        ),
        (
            "when_missing:",
            "dates: MM/DD/YYYY\nwhen_missing:",
            "B74 format: hl7v2 has no dates\n    Delete it, or correct the format.",
        ),
    ],
)
def test_a_profile_with_a_mistake_is_refused(engine: Engine, old: str, new: str, message: str) -> None:
    assert PROFILE.count(old) == 1
    engine.write_profile(PROFILE.replace(old, new))
    with pytest.raises(InvalidInputError) as refused:
        engine.rows(siu())
    assert str(refused.value).partition(" ")[2] == message


@pytest.mark.parametrize("kind", ["SS", "DL", "PPN", "NI"])
def test_a_profile_cannot_ask_for_a_social_security_number(engine: Engine, kind: str) -> None:
    engine.write_profile(PROFILE.replace("type: MR", f"type: {kind}"))
    with pytest.raises(InvalidInputError) as refused:
        engine.rows(siu())
    assert "B72 a social security number, license or passport is never printed as a record number" in str(refused.value)


@pytest.mark.parametrize(
    ("names", "printed"),
    [
        ("Muster^Änne^B^^^^L", "Änne B Muster"),
        ("Display^Wrong^^^^^D~Muster^Änne^^^^^L", "Änne Muster"),
        ("Muster^Änne", "Änne Muster"),  # the only one
        ("van der Berg&van der&Berg^Jan^^JR^^^L", "Jan van der Berg JR"),
        ("O\\T\\Neil^Ann^^^^^L", "Ann O&Neil"),
    ],
)
def test_the_name_of_the_right_use_is_printed_in_spoken_order(engine: Engine, names: str, printed: str) -> None:
    (row,) = engine.rows(siu(**changed("PID", "Muster^Änne^B^^^^L", names)))
    assert row.name == printed


def test_two_names_of_no_use_are_refused(engine: Engine) -> None:
    data = siu(**changed("PID", "Muster^Änne^B^^^^L", "A^B^^^^^D~C^D^^^^^M"))
    assert "B84 expected one name (PID-5) of the type in the schedule profile, found none" in engine.problems(data)


def test_an_appointment_that_is_no_operation_is_left_out_and_counted(engine: Engine) -> None:
    visit = siu(**changed("AIS", "CERVFORAM^Cervical foraminotomy", "VISIT^Office visit"), SCH="SCH|1|2")
    rows = engine.open(siu(), visit)
    assert len(list(rows)) == 1
    assert rows.table.left_out == (("VISIT", 1),)


def test_a_case_with_several_procedures_is_held(engine: Engine) -> None:
    both = SEGMENTS["AIS"] + "\rAIS|2||LAMI^Laminectomy^L|20261207073000"
    message = "B94 the case has several procedures (AIS-3): 1 with a handout, 1 without"
    assert message in engine.problems(siu(AIS=both))


@pytest.mark.parametrize(
    ("persons", "count"), [("AIP|1||4412^Other^Ann|ANES", "none"), (SEGMENTS["AIP"].replace("ANES", "SURGEON"), "2")]
)
def test_exactly_one_person_is_the_surgeon(engine: Engine, persons: str, count: str) -> None:
    assert f"B84 expected one person with the role SURGEON (AIP-4), found {count}" in engine.problems(siu(AIP=persons))


def test_the_last_message_of_a_case_counts_and_older_ones_are_named(engine: Engine) -> None:
    moved = {name: SEGMENTS[name].replace("20261207073000", "20261209073000") for name in ("SCH", "AIS")}
    later = siu(**moved, **changed("MSH", "20261206153000||SIU^S12", "20261206160000||SIU^S13"))
    for files in ((siu(), later), (later, siu())):
        rows = engine.open(*files)
        (row,) = rows
        assert row.surgery_date == dt.date(2026, 12, 9)
        assert rows.table.older == (f"{files.index(siu()) + 1}.hl7, message 1",)


def test_two_messages_of_one_moment_that_differ_are_held(engine: Engine) -> None:
    other = siu(**changed("PID", "Muster^Änne", "Muster^Anna"))
    assert "B87 another message of the same case has the same time and says something else" in engine.problems(
        siu(), other
    )
    assert engine.problems(siu(), siu()) == ""  # the same message twice


def test_a_side_and_a_collar_come_from_the_fields_that_the_profile_names(engine: Engine) -> None:
    engine.write_profile(PROFILE + '  - {in: collar, theirs: "Y", ours: "yes"}\npaths: {collar: ZSU-3.2}\n')
    (row,) = engine.rows(siu() + b"ZSU|1||X^Y\r")
    assert row.case is not None and row.case.answers == {"collar": "yes"}
    (row,) = engine.rows(siu())
    assert row.case is not None and row.case.answers == {"collar": "undecided"}
    assert "B34" in engine.problems(siu() + b"ZSU|1||X^Q\r")


def test_a_test_message_is_never_printed(engine: Engine) -> None:
    for processing, message in (("T", "this is a test message"), ("", "does not say that it is a production message")):
        assert f"B85 {message}" in engine.problems(siu(**changed("MSH", "|P|", f"|{processing}|"))).replace(
            "the message does", "does"
        )


def test_a_merge_holds_the_cases_of_both_numbers(engine: Engine) -> None:
    merge = b"MSH|^~\\&|A|B|C|D|20261206||ADT^A40|M9|P|2.5\rPID|1||555^^^HOSP^MR\rMRG|00418823^^^HOSP^MR\r"
    assert engine.problems(siu(), merge) == (
        "row 1 (1.hl7, message 1), column PID-3: B97 the record number was merged with another one "
        "(2.hl7, message 1, PID-3 and MRG-1)\n"
        "    Find out which number is on the patient's wristband now."
    )


def test_two_patients_in_one_message_are_refused(engine: Engine) -> None:
    two = SEGMENTS["PID"] + "\r" + SEGMENTS["PID"].replace("00418823", "00000001")
    assert "B84 expected one patient (PID segment), found 2" in engine.problems(siu(PID=two))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            siu(**changed("MSH", "MSH|^~\\&", "MSH|^~^&")),
            "B82 the message cannot be read: the delimiters",
        ),
        (siu().replace(b"|", b"#"), "the delimiters are not those of the standard"),
        (siu(**changed("MSH", "UNICODE UTF-8", "GB 18030-2000")), "this character set is not supported (MSH-18)"),
        (siu(**changed("MSH", "UNICODE UTF-8", "")), "a letter is not in the character set of the message (MSH-18)"),
        (siu(**changed("MSH", "UNICODE UTF-8", "8859/1"), encoding="utf-8"), ""),
        (siu(**changed("PID", "Änne", "\\Q1\\")), "an escape sequence is not known (PID-5)"),
        (siu(**changed("PID", "Änne", "Ann\\")), "an escape sequence is not closed (PID-5)"),
        (siu(RGS="a stray line"), "a line does not begin with the name of a segment"),
        (siu(SCH=""), ""),
    ],
)
def test_a_message_that_cannot_be_read_is_refused_and_the_next_one_goes_on(
    engine: Engine, data: bytes, message: str
) -> None:
    good = siu(SCH="SCH|1|2|||||||||^^^20261207073000", **changed("PID", "00418823", "00418824"))
    rows = engine.rows(data + good)
    assert rows[-1].case is not None and rows[-1].record_number == "00418824"
    assert message in engine.problems(data + good)


def test_latin_1_and_hexadecimal_letters_are_decoded(engine: Engine) -> None:
    latin = siu(**changed("MSH", "UNICODE UTF-8", "8859/1"), encoding="latin-1")
    hexadecimal = siu(**changed("PID", "Änne", "\\XC384\\nne"))
    for data in (latin, hexadecimal):
        (row,) = engine.rows(data)
        assert row.name == "Änne B Muster"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "B80 this is not an HL7 v2 file"),
        (b"mrn,patient_name\n1,A\n", "B80 this is not an HL7 v2 file"),
        (b"BHS|^~\\&\r" + siu(), "B81 the batch begins with BHS and has no BTS: it is cut off"),
        (b"BHS|^~\\&\r" + siu() + b"BTS|2\r", "B81 the batch says that it has 2 parts and has 1: it is cut off"),
    ],
)
def test_a_file_that_is_cut_off_or_of_another_kind_is_refused(engine: Engine, data: bytes, message: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        engine.rows(data)
    assert message in str(refused.value)


def test_a_message_without_a_number_of_its_case_is_refused(engine: Engine) -> None:
    data = siu(SCH="SCH|||||||||||^^^20261207073000")
    assert "B83 the message does not say which case it is about (SCH-1, SCH-2)" in engine.problems(data)


def test_a_bad_file_does_not_stop_the_others(engine: Engine) -> None:
    rows = engine.rows(siu(), SourceFile("cut.hl7", b"BHS|^~\\&\r" + siu() + b"BTS|2\r"))
    assert [row.case is not None for row in rows] == [True, False]
    assert [problem.code for problem in rows[1].problems] == ["B81"]


def test_a_batch_file_with_two_patients_gives_two_rows(engine: Engine) -> None:
    other = siu(
        SCH="SCH|1|2|||||||||^^^20261207100000", **changed("PID", "00418823", "00418824"), AIS="AIS|1||CERVFORAM"
    )
    rows = engine.rows(b"FHS|^~\\&\rBHS|^~\\&\r" + siu() + other + b"BTS|2\rFTS|1\r")
    assert [row.record_number for row in rows] == ["00418823", "00418824"]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        # SCH-11 says another day than TQ1-7, and the message has the numbers of two authorities
        ("SIU-S12-01.hl7", {"B93"}),
        ("SIU-S13-01.hl7", {"B93"}),
        ("SIU-S15-01.hl7", {"B93"}),
        ("SIU-S26-01.hl7", {"B93"}),
        ("SIU_12.hl7", {"B83", "B89"}),  # ADT^A60 with a segment SCH
    ],
)
def test_the_sample_messages_of_others_are_held(engine: Engine, name: str, codes: set[str]) -> None:
    engine.write_profile(FOREIGN)
    (row,) = engine.rows(sample(name))
    assert row.case is None
    assert codes <= {problem.code for problem in row.problems}


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("ADT-A03-01.hl7", (("ADT^A03", 1),)),
        ("MDM-T02-01.hl7", (("MDM^T02", 1),)),
        ("ADT-A40-01.hl7", (("merges of record numbers", 1),)),
        ("python-hl7-sample_batch1.hl7", (("ADT^A04", 2),)),
        ("python-hl7-sample_file.hl7", (("ADT^A04", 1),)),
        ("sample_unix.hl7", (("ADT^A01", 1),)),
        ("sample_win.hl7", (("ADT^A01", 1),)),
    ],
)
def test_sample_files_that_are_no_schedules_give_no_rows(
    engine: Engine, name: str, left_out: tuple[tuple[str, int], ...]
) -> None:
    rows = engine.open(siu(), sample(name))
    assert [row.place for row in rows] == ["1.hl7, message 1"]
    assert rows.table.left_out == left_out


def test_the_sample_with_several_services_is_held(engine: Engine) -> None:
    engine.write_profile(FOREIGN.replace("76164006", "58410-2"))
    message = "B94 the case has several procedures (AIS-3): 1 with a handout, 1 without"
    assert message in engine.problems(sample("SIU-S12-02.hl7"))


def test_the_legal_name_and_the_number_of_pid_3_are_taken_from_a_sample_with_two_of_each(engine: Engine) -> None:
    """PID-2 has a second number of type MR, and the first name of PID-5 is only for display."""
    engine.write_profile(PROFILE.replace("system: HOSP, ", ""))
    (patient,) = (line for line in sample("SIU-S12-01.hl7").data.decode().splitlines() if line.startswith("PID"))
    (row,) = engine.rows(siu(PID=patient))
    assert (row.name, row.record_number) == ("stanley Josh", "PATID1234")
    assert row.case is not None and row.case.birth_date == dt.date(1988, 8, 18)
