"""Test the questions of a handout from what a nurse types to the printed page."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packets.cli import main
from packets.verify.extract_text import read, without_whitespace
from tests.clock import now
from tests.content.knee import ANSWERS, SIDES, content
from tests.effort import examples
from tests.instruments import verapdf

PACKET = [
    "packet",
    "total-knee",
    *("--surgery-date", "2026-12-07"),
    *("--confirm-date", "2026-12-07"),
    *("--surgeon", "Dr. Jane Rivera"),
    *("--patient-name", "Rosa Martinez"),
    *("--mrn", "00418823"),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return content(tmp_path_factory.mktemp("knee"))


class Nurse:
    """A nurse at a command line, with the sample handout."""

    def __init__(self, root: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.folder, self.capsys = root, folder, capsys

    def make(self, *more: str, plan: str = "packet", **answers: str | None) -> tuple[int, str]:
        """Make left.pdf and return the exit code with what is printed; an answer of None is left out."""
        typed = {"side": "left", **ANSWERS, **answers}
        words = [f"--answer={name}={value}" for name, value in typed.items() if value is not None]
        key = ["--site-key", str(self.folder / "site.key")]
        (self.folder / "site.key").write_text("ab" * 32)
        (self.folder / "site.key").chmod(0o600)
        code = main.run([*PACKET, *words, *key, "--content", str(self.root), "-o", str(self.pdf), *more], now)
        printed = self.capsys.readouterr()
        return code, printed.out + printed.err

    @property
    def pdf(self) -> Path:
        return self.folder / "packet.pdf"

    def pages(self) -> tuple[str, ...]:
        return read(self.pdf.read_bytes(), None)

    def text(self) -> str:
        return " ".join(" ".join(self.pages()).split())


@pytest.fixture
def nurse(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Nurse:
    return Nurse(root, tmp_path, capsys)


@pytest.mark.system("verapdf")
def test_verapdf_accepts_packets_staff_sheets_and_rack_copies_with_a_side(nurse: Nurse) -> None:
    paths = []
    for name, more in {
        "right": [],
        "large": ["--large-print", "--paper", "a4"],
        "spanish": ["--language", "es", "--include-drafts"],
        "pair": ["--language", "es", "--with", "en", "--include-drafts"],
    }.items():
        sheet = nurse.folder / f"{name}-staff.pdf"
        code, said = nurse.make(*more, "--staff-sheet", str(sheet), side="right")
        assert code == 0, said
        paths += [nurse.pdf.rename(nurse.folder / f"{name}.pdf"), sheet]
    changed = content(nurse.folder)
    path = changed / "procedures/total-knee/handout.en.yaml"
    path.write_text(path.read_text().replace("allergy: yes or no", "allergy: yes, no or undecided"))
    paths.append(nurse.folder / "rack.pdf")
    assert main.run(["handout", "total-knee", "--content", str(changed), "-o", str(paths[-1])], now) == 0
    verdicts = verapdf.validate(paths, ("ua1", "2a"))
    assert len(verdicts) == 2 * len(paths)
    assert [verdict.failures for verdict in verdicts.values() if not verdict.passed] == []


@pytest.mark.parametrize(("side", "large"), list(product(SIDES, (False, True))))
def test_the_side_is_on_every_page_and_the_other_sides_are_nowhere(nurse: Nurse, side: str, large: bool) -> None:
    code, said = nurse.make(*(["--large-print"] if large else []), side=side)
    assert code == 0, said
    for text in nurse.pages():
        printed = without_whitespace(text)
        assert without_whitespace(f"Record number 00418823 · {SIDES[side]}") in printed[:120]
        for other in SIDES.keys() - {side}:
            assert without_whitespace(SIDES[other]) not in printed
    assert nurse.text().count(SIDES[side]) == len(nurse.pages()) + 2  # the label below the title, and the slot


@settings(max_examples=examples(25))
@given(side=st.sampled_from(sorted(SIDES)), name=st.sampled_from(["Wright Leftwich", "Ana Bothe", "Лев Правый"]))
def test_no_name_or_answer_changes_the_side(root: Path, side: str, name: str) -> None:
    from packets.case_input.case_reader import EnteredValue
    from packets.content.library import load_for_packet
    from packets.model.case import PrintOptions
    from packets.pipeline import case_of, make_packet

    library = load_for_packet(root, "total-knee", "en", ("discharge",))
    (handout,) = library.handouts.values()
    fields = {"patient_name": name, "mrn": "7", "surgery_date": "2026-12-07", "surgeon": "Dr. Both Left"}
    entered = {key: EnteredValue(value, "form") for key, value in {**fields, **ANSWERS, "side": side}.items()}
    case, problems = case_of(entered, handout, library, PrintOptions(), lambda: b"k")
    assert case is not None, problems
    texts = [without_whitespace(text) for text in read(make_packet(library, case, PrintOptions()).pdf.data, None)]
    assert all(without_whitespace(SIDES[side]) in text for text in texts)
    assert not any(without_whitespace(SIDES[other]) in text for other in SIDES.keys() - {side} for text in texts)


def test_the_file_title_has_the_side_and_no_patient(nurse: Nurse) -> None:
    nurse.make(side="right")
    with pikepdf.open(nurse.pdf) as pdf:
        title = str(pdf.docinfo["/Title"])
    assert title.startswith("Your going-home packet, ") and title.endswith(", right knee")
    assert "Rosa" not in title and "00418823" not in title


def test_left_and_right_never_share_a_packet_id(nurse: Nurse) -> None:
    ids = set()
    for side in SIDES:
        code, said = nurse.make("--json", side=side)
        assert code == 0, said
        ids.add(json.loads(said)["packet_id"])
    for changed in ({"arrival_time": "7:30 AM"}, {"weight_kg": "73"}, {"bring": "Your walker"}, {"allergy": "yes"}):
        ids.add(json.loads(nurse.make("--json", **changed)[1])["packet_id"])
    assert len(ids) == len(SIDES) + 4


def test_answers_are_printed_as_the_language_writes_them(nurse: Nurse) -> None:
    assert nurse.make(bring="Your walker and your list of medicines")[0] == 0
    text = nurse.text()
    assert "Please arrive at 6:30 AM. Your weight is 72.5 kg." in text
    assert "Your class is on Monday, November 30, 2026, and Ana Rivera will help you at home." in text
    assert "Please bring Your walker and your list of medicines" in text
    assert "Our records show no allergies." in text and "Tell every nurse" not in text
    code, said = nurse.make("--language", "es", "--include-drafts", arrival_time="18:30")
    assert code == 0, said
    assert "Llegue a las 6:30 p. m. Su peso es de 72,5 kg." in nurse.text()
    assert "rodilla izquierda" in nurse.text() and "derecha" not in nurse.text()


def test_a_missing_answer_for_a_translation_is_asked_for_in_english(nurse: Nurse) -> None:
    code, said = nurse.make("--language", "es", "--include-drafts", side=None)
    assert code == 2 and 'C16 "side" (Which knee was operated on?) is not answered' in said


def test_an_optional_answer_may_be_missing(nurse: Nurse) -> None:
    assert nurse.make(bring=None)[0] == 0
    assert "Please bring Ask your nurse" in nurse.text()


@pytest.mark.parametrize(
    ("question", "answer", "message"),
    [
        (
            "side",
            None,
            'C16 "side" (Which knee was operated on?) is not answered\n'
            "    Type: --answer side=left, --answer side=right or --answer side=both",
        ),
        ("side", "lft", 'C17 "side" must be left, right or both'),
        ("side", "Left", "Write it in small letters: left"),
        ("side", "left,right", 'C17 "side" must be left, right or both'),
        ("allergy", "undecided", 'C17 "allergy" must be yes or no'),
        ("arrival_time", None, 'C16 "arrival_time" is not answered\n    Type: --answer arrival_time=06:30'),
        (
            "arrival_time",
            "6:30",
            'C40 "arrival_time" is not a time of day\n'
            "    Write it as 6:30 AM, or with two digits for the hour of 24: 06:30 or 18:30",
        ),
        ("arrival_time", "25:00", 'C40 "arrival_time" is not a time of day'),
        ("arrival_time", "13:30 PM", 'C40 "arrival_time" is not a time of day'),
        (
            "weight_kg",
            "72,5",
            'C41 "weight_kg" is not a number\n    Write digits, with a point for a part of one: 72.5',
        ),
        ("weight_kg", "160 lb", 'C41 "weight_kg" is not a number'),
        ("class_day", "11/30/26", 'C09 "class_day" has a year of two digits'),
        ("bring", "", 'C02 "bring" is empty'),
        ("helper", "n/a", 'C65 "helper" is what programs write'),
    ],
)
def test_a_missing_or_wrong_answer_is_refused_with_what_to_type(
    nurse: Nurse, question: str, answer: str | None, message: str
) -> None:
    answers: dict[str, Any] = {question: answer}
    code, said = nurse.make(**answers)
    assert code == 2 and message in said, said
    assert not nurse.pdf.exists()


def test_a_case_file_answers_the_same_questions(nurse: Nurse) -> None:
    case = nurse.folder / "case.yaml"
    lines = {"patient_name": "Rosa Martinez", "mrn": "00418823", "surgery_date": "2026-12-07"}
    lines |= {"surgeon": "Dr. Jane Rivera", "procedure": "total-knee", "side": "both", **ANSWERS}
    case.write_text("".join(f"{name}: {value}\n" for name, value in lines.items()))
    words = ["packet", "--case", str(case), "--confirm-date", "2026-12-07", "--content", str(nurse.root)]
    assert main.run([*words, "-o", str(nurse.pdf)], now) == 0
    assert "Your operation is on your both knees" in nurse.text()
    case.write_text(case.read_text().replace("side: both\n", ""))
    assert main.run([*words, "-o", str(nurse.pdf)], now) != 0
    assert "Add a line: side: left, side: right or side: both" in nurse.capsys.readouterr().err


def test_the_staff_sheet_asks_for_the_side(nurse: Nurse) -> None:
    sheet = nurse.folder / "staff.pdf"
    assert nurse.make("--staff-sheet", str(sheet), side="right")[0] == 0
    text = " ".join(" ".join(read(sheet.read_bytes(), None)).split())
    assert "Which knee was operated on? right knee" in text
    assert "left knee" not in text


def test_verify_accepts_a_packet_with_a_side_and_notices_a_page_of_another_side(nurse: Nurse) -> None:
    nurse.make(side="right")
    other = nurse.pdf.rename(nurse.folder / "right.pdf")
    with pikepdf.open(other) as pdf:
        packet_id = str(pdf.docinfo["/Title"]).split(", ")[1]
    nurse.make("--packet-id", packet_id, side="left")
    assert main.run(["verify", str(nurse.pdf), "--content", str(nurse.root)], now) == 0
    mixed = nurse.folder / "mixed.pdf"
    with pikepdf.open(nurse.pdf) as pdf, pikepdf.open(other) as right:
        pdf.pages[1] = right.pages[1]
        pdf.save(mixed)
    from packets.content.library import load
    from packets.verify.inspect import _problems

    library, _ = load(nurse.root)
    assert library is not None
    problems = _problems([without_whitespace(text) for text in read(mixed.read_bytes(), None)], library)
    assert [str(problem) for problem in problems] == ["V14 page 2 does not show the identifiers of page 1"]


def test_a_bilingual_packet_has_the_side_in_both_languages(nurse: Nurse) -> None:
    code, said = nurse.make("--language", "es", "--with", "en", "--include-drafts", side="both")
    assert code == 0, said
    pages = [without_whitespace(text) for text in nurse.pages()]
    assert all("ambasrodillas" in text for text in pages[0::2])
    assert all("bothknees" in text for text in pages[1::2])
    assert main.run(["verify", str(nurse.pdf), "--content", str(nurse.root)], now) == 0


def test_the_rack_copy_lists_the_choices(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = content(tmp_path)
    path = changed / "procedures/total-knee/handout.en.yaml"
    words = ["handout", "total-knee", "--content", str(changed), "-o", str(tmp_path / "rack.pdf")]
    assert main.run(words, now) != 0  # a part for patients without an allergy must not be printed for all
    assert 'R30 the rack copy of "total-knee" cannot say whom a part is for' in capsys.readouterr().err
    path.write_text(path.read_text().replace("allergy: yes or no", "allergy: yes, no or undecided"))
    assert main.run(words, now) == 0
    text = " ".join(" ".join(read((tmp_path / "rack.pdf").read_bytes(), None)).split())
    assert "Which knee was operated on? left knee right knee both knees" in text
    assert "Which knee was operated on? left knee Keep your left leg straight in the car." in text
    assert "Which knee was operated on? both knees" in text and "You need two people at home." in text
    assert "Your operation is on your ____________. Please arrive at ____________." in text


def test_explain_lists_what_is_asked(nurse: Nurse) -> None:
    words = ["explain", "total-knee", "--surgery-date", "2026-12-07", "--content", str(nurse.root)]
    assert main.run(words, now) == 0
    said = nurse.capsys.readouterr().out
    assert "Asks side: Which knee was operated on? left (left knee), right (right knee), both (both knees)\n" in said
    assert "Asks arrival_time: time\n" in said and "Asks bring: text, optional\n" in said
    assert main.run([*words, "--json"], now) == 0
    assert json.loads(nurse.capsys.readouterr().out)["asks"]["weight_kg"] == "number"
