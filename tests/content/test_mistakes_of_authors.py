"""Mistakes that authors make in the samples: each is reported with its place, code and what to write instead.

All mistakes of a file are reported at once, and nothing is printed from it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from packets.content.library import load
from tests.cli.conftest import Type, type_  # noqa: F401  a fixture
from tests.effort import spread

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "library"
KNEE = "procedures/total-knee-replacement/handout.en.yaml"
SPANISH = "procedures/total-knee-replacement/handout.es.yaml"
BEFORE = "procedures/knee-replacement-before/handout.en.yaml"
FOLDER = "procedures/total-knee-replacement"
IMAGE = "file: slide-your-foot.svg"
SLEEVE = "from: 1 week\n    through: 6 weeks"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 30 20">\n'
LINE = '<path d="M0 0L9 9" stroke="black"/>\n'
WALK = "[Walk in the house, Each hour, Week 2]"
AIDS = "{walker: a walker, crutches: crutches, cane: a cane}"
DRINK = 'time: "{last_drink}"'


@dataclass(frozen=True, slots=True)
class Mistake:
    """What an author types, where, and what is said; `place` is the text at which the message points."""

    file: str
    right: str
    wrong: str
    place: str
    says: str
    prepare: Callable[[Path], object] | None = None  # what lies beside the file


def svg(body: str) -> Callable[[Path], object]:
    return lambda root: (root / FOLDER / "slide-your-foot.svg").write_text(f"{SVG}{LINE}{body}\n</svg>", "utf-8")


def png(width: int, height: int) -> Callable[[Path], object]:
    return lambda root: Image.new("1", (width, height)).save(root / FOLDER / "foot.png")


def linked(root: Path) -> None:
    (root / FOLDER / "eye.svg").symlink_to(shutil.copy(root / FOLDER / "slide-your-foot.svg", root / "eye.svg"))


OUTSIDE = "the picture is not in the folder of this file\n    Copy it there, and write only its name: eye.svg"
SCRIPT = "I06 slide-your-foot.svg: the SVG file has a script (line 3 of the SVG file)\n"
SCRIPT += "    Export it again as plain SVG, without scripts."
LINK = "I07 slide-your-foot.svg: the SVG file has a link or loads another file (line 3 of the SVG file)\n"
LINK += "    Delete the link."
CELLS = 'cells; the table has 3 columns\n    Write one cell for each column; "" is an empty cell.'
NO_TIME = "is not a time of day\n    Write it as 6:30 AM, or with two digits for the hour of 24: 06:30 or 18:30."
AFTER = "M29 this is after the surgery, and the handout is for the days before it\n"
AFTER += "    Write before: 7 days or at: the day of surgery. What comes after the surgery belongs in another handout."
CHOICES = "L40 a question needs at least two choices\n"
CHOICES += "    Write at least two: choices: {left: left knee, right: right knee}"
SEVERAL = "M01 a milestone needs exactly one of at, by, between, until, from, after or before; found until and from\n"
SEVERAL += "    Keep one of them. The first and the last day of an order are from: and through:."

MISTAKES = {
    "an image in another folder": Mistake(
        KNEE, IMAGE, "file: ../cataract-surgery/eye.svg", "../cat", f"I01 ../cataract-surgery/eye.svg: {OUTSIDE}"
    ),
    "an image by its full path": Mistake(
        KNEE, IMAGE, "file: /home/ann/eye.svg", "/home", f"I01 /home/ann/eye.svg: {OUTSIDE}"
    ),
    "an image by a Windows path": Mistake(KNEE, IMAGE, r"file: C:\eye.svg", "C:", rf"I01 C:\eye.svg: {OUTSIDE}"),
    "a link to an image elsewhere": Mistake(KNEE, IMAGE, "file: eye.svg", "eye.svg", f"I01 eye.svg: {OUTSIDE}", linked),
    "a picture of 40 megapixels": Mistake(
        KNEE,
        IMAGE,
        "file: foot.png",
        "foot.png",
        "I04 foot.png: the picture has 40 million pixels; at most 12 million can be printed\n"
        "    It has 8000 x 5000. Make it at most 2000 pixels wide in an image editor.",
        png(8000, 5000),
    ),
    "an SVG with a script": Mistake(KNEE, IMAGE, IMAGE, "slide-", SCRIPT, svg("<script>alert(1)</script>")),
    "an SVG with a handler": Mistake(
        KNEE, IMAGE, IMAGE, "slide-", SCRIPT, svg('<path d="M0 0L9 9" stroke="red" onclick="alert(1)"/>')
    ),
    "an SVG with a link": Mistake(
        KNEE, IMAGE, IMAGE, "slide-", LINK, svg(f'<a xlink:href="https://example.org">{LINE}</a>')
    ),
    "an SVG that loads a picture": Mistake(
        KNEE, IMAGE, IMAGE, "slide-", LINK, svg('<image href="https://example.org/a.png" width="9" height="9"/>')
    ),
    "a row that is too short": Mistake(
        KNEE,
        "[Walk in the house, Each hour, Week 2]",
        "[Walk in the house, Each hour]",
        "[Walk",
        f"S18 this row has 2 {CELLS}",
    ),
    "a row that is too long": Mistake(
        KNEE, "Each hour, Week 2]", "Each hour, Week 2, Week 3]", "[Walk", f"S18 this row has 4 {CELLS}"
    ),
    "a part for an unknown choice": Mistake(
        KNEE,
        "- if: blood_thinner is no",
        "- if: blood_thinner is maybe",
        "blood_thinner is maybe",
        'L07 "maybe" is not an answer to "blood_thinner"\n    It is yes, no or undecided.',
    ),
    "a row for an unknown choice": Mistake(
        KNEE,
        "if: blood_thinner is yes   # only",
        "if: side is middle   # only",
        "side is middle",
        'L07 "middle" is not an answer to "side"\n    It is left, right or both.',
    ),
    "a part for an unknown question": Mistake(
        KNEE,
        "- if: blood_thinner is no",
        "- if: blood_thiner is no",
        "blood_thiner is no",
        'L06 there is no question "blood_thiner"\n    Did you mean "blood_thinner"?',
    ),
    "a last day before the first": Mistake(
        KNEE,
        SLEEVE,
        "from: 6 weeks\n    through: 1 week",
        "1 week       #",
        'M03 "through" is not later than "from"\n    Write the first day of it as from:, the last as through:.',
    ),
    "until before its from": Mistake(KNEE, SLEEVE, "from: 6 weeks\n    until: 1 week", "6 weeks\n    until", SEVERAL),
    "a countdown after the surgery": Mistake(BEFORE, "before: 7 days", "at: 7 days", "7 days\n    quote", AFTER),
    "a countdown that ends after the surgery": Mistake(
        BEFORE, "through: the day of surgery", "through: 2 days", "2 days\n    quote", AFTER
    ),
    "a time such as 25:00": Mistake(BEFORE, DRINK, 'time: "25:00"', '"25:00"', f'M18 "25:00" {NO_TIME}'),
    "a time that is morning or evening": Mistake(BEFORE, DRINK, "time: 7:30", "7:30", f'M18 "7:30" {NO_TIME}'),
    "a choice with one option": Mistake(KNEE, AIDS, "{walker: a walker}", "{walker", CHOICES),
    "a choice without options": Mistake(KNEE, AIDS, "{}", "{}", CHOICES),
    "an option that is not translated": Mistake(
        SPANISH,
        "right: rodilla derecha, both: ambas rodillas}",
        "right: rodilla derecha}",
        "{left: rodilla",
        'L30 the choice "both" of "side" is not translated\n'
        '    Add it to choices: both: … The original says: "both knees"',
    ),
    "an option that the original does not have": Mistake(
        SPANISH,
        "both: ambas rodillas}",
        "both: ambas rodillas, none: ninguna}",
        "{left: rodilla",
        'L29 the original has no choice "none" here\n'
        "    There are: left, right and both. The ids stay as in the original.",
    ),
}


CLINIC = (SAMPLES / "clinic.yaml").read_text("utf-8")
PHONES = CLINIC[CLINIC.index("phones:\n") : CLINIC.index("emergency:")]
OF_NORTHSIDE = CLINIC[CLINIC.index("    phones:\n      - {id: office") : CLINIC.index("paper:")]
MISTAKES |= {
    "a site without a phone": Mistake(
        "clinic.yaml",
        PHONES,
        "# No phones yet.\n",
        "name: Sample Surgery Clinic",
        "S05 the clinic needs exactly one of phone or phones; found none\n"
        "    Write phone: and dial: for one number, or phones: for several. A site without its own has these.",
    ),
    "a site with an empty list of phones": Mistake(
        "clinic.yaml",
        OF_NORTHSIDE,
        "    phones: []\n",
        "[]",
        "S13 expected 1 to 12 entries, found 0\n    Add an entry, or delete the list.",
    ),
    "a site's phone without a number": Mistake(
        "clinic.yaml",
        ' number: 816-555-0122, dial: "+1-816-555-0122"}',
        ' dial: "+1-816-555-0122"}',
        "{id: office, label: {en: Northside",
        'S02 a phone needs "number"\n    Add it with your own value. Example: number: 816-363-2599',
    ),
}


def make(root: Path, *mistakes: Mistake) -> None:
    """Make the mistakes in a copy of the samples; each is found once in its file."""
    for mistake in mistakes:
        path = root / mistake.file
        text = path.read_text("utf-8")
        assert mistake.right in text, mistake.right
        path.write_text(text.replace(mistake.right, mistake.wrong, 1), "utf-8")
        if mistake.prepare:
            mistake.prepare(root)


def expected(root: Path, mistake: Mistake) -> str:
    """Return the whole message, with the line and column of the mistake in the file as it is now."""
    text = (root / mistake.file).read_text("utf-8")
    around = text.index(mistake.wrong)
    at = text.rindex(mistake.place, 0, around + len(mistake.wrong) + 20)
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    return f"{root / mistake.file}:{line}:{column}: {mistake.says}"


def errors(root: Path) -> list[str]:
    library, problems = load(root)
    assert (library is None) is any(not problem.warning for problem in problems)
    return [str(problem) for problem in problems if not problem.warning]


@pytest.mark.parametrize("name", spread([*MISTAKES], 9))
def test_a_mistake_is_reported_with_its_place_and_what_to_write(name: str, tmp_path: Path) -> None:
    others = shutil.ignore_patterns("cataract-surgery", "colonoscopy", "ada-*", "omar-*")  # have none of the mistakes
    root = shutil.copytree(SAMPLES, tmp_path / "content", ignore=others)
    make(root, MISTAKES[name])
    found = errors(root)
    assert expected(root, MISTAKES[name]) in found, "\n".join(found)
    assert {error.split(":")[0] for error in found} == {str(root / MISTAKES[name].file)}, "no other file is blamed"


def test_a_surgeon_adds_nothing_after_the_surgery_to_a_handout_for_the_days_before(tmp_path: Path) -> None:
    root = shutil.copytree(SAMPLES, tmp_path / "content")
    path = root / "surgeons/jane-sample.yaml"
    text = path.read_text("utf-8").replace("procedure: total-knee-replacement", "procedure: knee-replacement-before")
    path.write_text(
        text.replace("replaces: driving", "replaces: aspirin").replace("        instead_of: expectation\n", "")
    )
    assert errors(root) == [f"{path}:20:16: {AFTER}", f"{path}:29:13: {AFTER}"]


TOGETHER = (
    "an image in another folder",
    "a row that is too short",
    "a part for an unknown choice",
    "a row for an unknown choice",
    "a last day before the first",
    "a choice with one option",
    "a countdown that ends after the surgery",
    "a time such as 25:00",
    "a site's phone without a number",
)
PRINTS = {
    "packet": ("packet", "total-knee-replacement", "-o", "packet.pdf"),
    "handout": ("handout", "total-knee-replacement", "-o", "rack.pdf"),
    "preview": ("preview", "total-knee-replacement"),
    "batch": ("batch", str(SAMPLES / "schedule.csv"), "-o", "monday"),
    "explain": ("explain", "total-knee-replacement", "--surgery-date", "2026-12-14"),
}


def test_all_mistakes_are_reported_at_once(type_: Type) -> None:  # noqa: F811
    root = shutil.copytree(SAMPLES, Path("content"))
    mistakes = [MISTAKES[name] for name in TOGETHER]
    make(root, *mistakes)
    ran = type_("check", "--content", "content")
    assert ran.code == 4
    for mistake in mistakes:
        assert f"{expected(root, mistake)}\n" in ran.out


@pytest.mark.parametrize("command", PRINTS)
def test_nothing_is_printed_from_a_file_with_mistakes(type_: Type, command: str) -> None:  # noqa: F811
    root = shutil.copytree(SAMPLES, Path("content"))
    mistakes = [MISTAKES[name] for name in TOGETHER if MISTAKES[name].file == KNEE]
    make(root, *mistakes)
    ran = type_(*PRINTS[command], "--content", "content")
    assert (ran.code, ran.out) == (4, "")
    assert [*Path().rglob("*.pdf"), *Path().rglob("preview/*.png")] == []
    for mistake in mistakes:
        assert expected(root, mistake) in ran.err


@pytest.mark.parametrize("answer", ["25:00", "7:30", "12:60"])
def test_a_time_of_a_patient_such_as_25_is_refused(type_: Type, answer: str) -> None:  # noqa: F811
    words = ("--answer", f"arrival_time={answer}", "--surgery-date", "2026-12-14", "--content", str(SAMPLES))
    ran = type_("explain", "knee-replacement-before", *words)
    assert ran.err == (
        '--answer: C40 "arrival_time" is not a time of day\n'
        "    Write it as 6:30 AM, or with two digits for the hour of 24: 06:30 or 18:30\n"
    )
