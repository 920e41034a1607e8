"""Give each question of the sample handouts to each command that draws a handout."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from packets.cli.commands import COMMANDS
from packets.content.library import load
from packets.content.schema.slots import MAY_BE_ASKED
from packets.model.handout import Handout
from packets.model.question import AnswerKind, Question
from packets.verify.extract_text import read
from tests.cli.conftest import Ran, Type
from tests.effort import is_quick

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "library"
PROCEDURES = sorted(folder.name for folder in (SAMPLES / "procedures").iterdir())
CONTENT = ("--content", str(SAMPLES))
PRINTED = (*CONTENT, "--include-drafts")  # the samples are drafts
PLAN = {"colonoscopy": ("--plan", "pre-op")}  # it has dates before and after
RIGHT = {
    AnswerKind.DATE: "2026-12-16",
    AnswerKind.DATE_TIME: "2027-01-06 09:30",  # in the range of the second visit after a cataract operation
    AnswerKind.TIME: "06:30",
    AnswerKind.NAME: "Dr. Eva Lindqvist",
    AnswerKind.TEXT: "Tom Example",
    AnswerKind.NUMBER: "70",
}
PATIENT = {
    "patient_name": "Rosa Sample",
    "mrn": "00418823",
    "dob": "1951-03-09",
    "site": "downtown",
    "packet_id": "SAMP-LE2Z",
}
Run = Callable[[Type, Handout, Mapping[str, str]], Ran]


@cache
def handout_of(procedure: str) -> Handout:
    library, problems = load(SAMPLES)
    assert library is not None, problems
    return library.handouts[procedure, "en"]


def right(question: Question) -> str:
    if question.name == "surgery_date":
        return "2026-12-14"
    return question.choices[0] if question.choices else RIGHT[question.kind]


def wrong(question: Question) -> str:
    """Return an answer that is refused, so that a command which ignores the answer is found."""
    return "null" if question.kind in (AnswerKind.NAME, AnswerKind.TEXT) else "maybe so"


def names(line: str, question: Question) -> bool:
    """Return whether a refusal names the question, as in `"first_dose" is not a time` or `the surgery date is not`."""
    return bool(re.search(rf"\b({question.name}|{question.name.replace('_', ' ')})\b", line))


def answers(values: Mapping[str, str]) -> list[str]:
    return [word for name, value in values.items() for word in ("--answer", f"{name}={value}")]


def case_file(procedure: str, values: Mapping[str, str], **patient: str) -> None:
    lines = {"procedure": procedure, **patient, **values}
    Path("case.yaml").write_text("".join(f'{name}: "{value}"\n' for name, value in lines.items()), "utf-8")


def packet(type_: Type, handout: Handout, values: Mapping[str, str]) -> Ran:
    words = answers({**PATIENT, **values})
    return type_("packet", handout.id, *PLAN.get(handout.id, ()), *words, *PRINTED, "-o", "packet.pdf")


def packet_of_a_case(type_: Type, handout: Handout, values: Mapping[str, str]) -> Ran:
    case_file(handout.id, values, **PATIENT)
    return type_("packet", "--case", "case.yaml", *PLAN.get(handout.id, ()), *PRINTED, "-o", "packet.pdf")


def verify(type_: Type, handout: Handout, values: Mapping[str, str]) -> Ran:
    if not Path("packet.pdf").exists():
        packet(type_, handout, values)
    case_file(handout.id, {}, **PATIENT)
    words = ("--case", "case.yaml", *answers(values), *PLAN.get(handout.id, ()))
    return type_("verify", "packet.pdf", *words, *PRINTED)


def verify_of_a_case(type_: Type, handout: Handout, values: Mapping[str, str]) -> Ran:
    if not Path("packet.pdf").exists():
        packet(type_, handout, values)
    case_file(handout.id, values, **PATIENT)
    return type_("verify", "packet.pdf", "--case", "case.yaml", *PLAN.get(handout.id, ()), *PRINTED)


def batch(type_: Type, handout: Handout, values: Mapping[str, str]) -> Ran:
    row = {"procedure": handout.id, "status": "planned", **PATIENT, **values}
    del row["packet_id"]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(row))
    writer.writeheader()
    writer.writerow(row)
    Path("monday.csv").write_text(text.getvalue(), "utf-8")
    return type_("batch", "monday.csv", "-o", "monday", "--dry-run", *PLAN.get(handout.id, ()), *PRINTED)


def preview(type_: Type, handout: Handout, values: Mapping[str, str]) -> Ran:
    words = ("--width", "100", "--site", "downtown", *PLAN.get(handout.id, ()), *CONTENT)
    return type_("preview", handout.id, *answers(values), *words)


def preview_of_a_case(type_: Type, handout: Handout, values: Mapping[str, str]) -> Ran:
    case_file(handout.id, values, **PATIENT)
    return type_("preview", "--case", "case.yaml", "--width", "100", *PLAN.get(handout.id, ()), *CONTENT)


def explain(type_: Type, handout: Handout, values: Mapping[str, str]) -> Ran:
    return type_("explain", handout.id, *answers(values), *CONTENT)


def explain_of_a_case(type_: Type, handout: Handout, values: Mapping[str, str]) -> Ran:
    case_file(handout.id, values, **PATIENT)
    return type_("explain", "--case", "case.yaml", *CONTENT)


def diff(type_: Type, handout: Handout, values: Mapping[str, str]) -> Ran:
    file = str(SAMPLES / "procedures" / handout.id / "handout.en.yaml")
    return type_("diff", file, file, *answers(values))


def diff_of_a_case(type_: Type, handout: Handout, values: Mapping[str, str]) -> Ran:
    file = str(SAMPLES / "procedures" / handout.id / "handout.en.yaml")
    case_file(handout.id, values, **PATIENT)
    return type_("diff", file, file, "--case", "case.yaml")


def rack_copy(type_: Type, handout: Handout, values: Mapping[str, str]) -> Ran:
    return type_("handout", handout.id, *answers(values), "--site", "downtown", *PRINTED, "-o", "rack.pdf")


DRAWS: dict[str, tuple[Run, ...]] = {
    "packet": (packet, packet_of_a_case),
    "batch": (batch,),
    "preview": (preview, preview_of_a_case),
    "explain": (explain, explain_of_a_case),
    "verify": (verify, verify_of_a_case),
    "diff": (diff, diff_of_a_case),
    "handout": (rack_copy,),
}
# `serve` has a field for each question: tests/web/test_questions.py.
DRAWS_NO_HANDOUT = {"check", "list", "new", "mail", "export", "audit", "backup", "restore", "serve"}
RUNS = [run for runs in DRAWS.values() for run in runs if run is not rack_copy]
# With --quick, each command draws one of the samples, in turn.
EACH = (
    [(run, PROCEDURES[number % len(PROCEDURES)]) for number, run in enumerate(RUNS)]
    if is_quick()
    else [*product(RUNS, PROCEDURES)]
)


def test_every_command_is_here() -> None:
    """A new command that draws a handout must take its questions too."""
    assert set(COMMANDS) == DRAWS.keys() | DRAWS_NO_HANDOUT


@pytest.mark.parametrize(("run", "procedure"), EACH, ids=lambda each: each if isinstance(each, str) else each.__name__)
def test_every_question_can_be_answered(type_: Type, run: Run, procedure: str) -> None:
    handout = handout_of(procedure)
    ran = run(type_, handout, {question.name: right(question) for question in handout.questions})
    assert (ran.code, ran.err) == (0, ""), ran.err


@pytest.mark.parametrize(("run", "procedure"), EACH, ids=lambda each: each if isinstance(each, str) else each.__name__)
def test_no_answer_is_ignored(type_: Type, run: Run, procedure: str) -> None:
    """Each wrong answer has a refusal of its own, which names it, so each was read."""
    handout = handout_of(procedure)
    ran = run(type_, handout, {question.name: wrong(question) for question in handout.questions})
    assert ran.code != 0
    refusals = [line for line in ran.err.splitlines() if re.search(r": [A-Z][0-9]{2} ", line)]
    named = [question.name for line in refusals for question in handout.questions if names(line, question)]
    assert len(refusals) == len(named) and sorted(named) == sorted(question.name for question in handout.questions), (
        ran.err
    )


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_a_rack_copy_takes_the_answers_that_its_readers_share(type_: Type, procedure: str) -> None:
    handout = handout_of(procedure)
    shared = {
        question.name: right(question)
        for question in handout.questions
        if question.choices or question.name == "surgeon"
    }
    assert (ran := rack_copy(type_, handout, shared)).code == 0, ran.err
    for name in shared:
        ran = rack_copy(type_, handout, {**shared, name: "null"})
        assert ran.code == 2 and ran.err.count("--answer: C") == 1, ran.err


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_a_rack_copy_refuses_what_is_of_one_patient(type_: Type, procedure: str) -> None:
    handout = handout_of(procedure)
    personal = {
        question.name for question in handout.questions if not question.choices and question.name != "surgeon"
    } | MAY_BE_ASKED.keys()
    for name in personal:
        ran = rack_copy(type_, handout, {name: "2026-12-07"})
        assert (ran.code, Path("rack.pdf").exists()) == (2, False)
        hint = f"For one patient, type: packet {procedure} --plan handout, with the patient's name and record number."
        assert ran.err == f'--answer: U14 "{name}" belongs to one patient and cannot be on a rack copy\n    {hint}\n'


def test_a_rack_copy_for_one_side_says_it_on_every_page(type_: Type) -> None:
    words = ("--answer", "side=left", "--answer", "blood_thinner=yes", "--site", "downtown")
    ran = type_("handout", "total-knee-replacement", *words, *PRINTED, "-o", "left.pdf")
    assert (ran.code, ran.err) == (0, "")
    pages = [" ".join(page.split()) for page in read(Path("left.pdf").read_bytes())]
    assert all(page.startswith("left knee") for page in pages), pages
    assert "Which knee was operated on?" not in pages[0] and "right knee" not in " ".join(pages)
    assert "Take your blood thinner for 4 weeks" in " ".join(pages)
    assert "whether you need a blood thinner" not in " ".join(pages)
    ran = type_("handout", "total-knee-replacement", "--site", "downtown", *PRINTED, "-o", "all.pdf")
    assert "Which knee was operated on?" in " ".join(read(Path("all.pdf").read_bytes())[0].split())


def test_a_rack_copy_has_the_surgeons_own_instructions(type_: Type) -> None:
    words = ("--site", "downtown", *PRINTED, "-o", "rack.pdf")
    type_("handout", "total-knee-replacement", "--answer", "surgeon=Dr. Jane Sample", *words)
    assert "Dr. Jane Sample" in " ".join(" ".join(read(Path("rack.pdf").read_bytes())).split())
    ran = type_("handout", "total-knee-replacement", "--answer", "surgeon=Dr. J. Sample", *words)
    assert ran.err.startswith("Note: --answer: C22 no surgeon's instructions are for exactly this name\n")


def test_diff_for_one_patient(type_: Type) -> None:
    new = SAMPLES / "procedures/total-knee-replacement/handout.en.yaml"
    text = new.read_text("utf-8")
    old = text.replace("{left: left knee, right: right knee, both: both knees}", "{left: left leg, right: right leg}")
    assert old != text
    Path("old.yaml").write_text(old, "utf-8")
    shutil.copy(new.parent / "slide-your-foot.svg", ".")
    answers_of_one = ("--answer", "side=left", "--answer", "blood_thinner=no", "--answer", "surgery_date=2026-12-14")
    ran = type_("diff", "old.yaml", str(new), *answers_of_one)
    assert ran.code == 0, ran.err
    assert "Your surgery: left [-leg.-] {+knee.+}" in ran.out and "{side}" not in ran.out
    ran = type_("diff", "old.yaml", str(new), "--answer", "side=both")
    assert (ran.code, ran.err.splitlines()[0]) == (2, '--answer: C17 "side" must be left or right')
    old = text.replace("    until: 4 weeks ", "    until: 28 days ").replace(
        "thinner for 4 weeks", "thinner for 28 days"
    )
    Path("old.yaml").write_text(old, "utf-8")
    assert "No difference for a patient." in type_("diff", "old.yaml", str(new), *answers_of_one).out
    ran = type_("diff", "old.yaml", str(new), *answers({"blood_thinner": "yes", "surgery_date": "2026-12-14"}))
    assert "until [-28 days-] {+4 weeks+} after surgery = 2027-01-11 (restriction)" in ran.out, ran.out


def test_diff_of_a_translation_takes_no_answers(type_: Type) -> None:
    file = str(SAMPLES / "procedures/total-knee-replacement/handout.es.yaml")
    ran = type_("diff", file, file, "--answer", "side=left")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "--answer: U15 a translation has no conditions and no times of its own\n"
        "    Compare two revisions of the original, or leave the answers out.\n"
    )


def test_verify_compares_an_answer_only_with_a_case(type_: Type) -> None:
    ran = type_("verify", "packet.pdf", "--answer", "side=left")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "--answer: U13 an answer can only be compared with a case\n"
        "    Add --case FILE with the other values of the packet.\n"
    )
