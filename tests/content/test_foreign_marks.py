"""Test that Markdown and HTML are refused with their place, and that ordinary prose is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packets.content import markup
from packets.content.foreign_marks import foreign_marks
from packets.content.problems import ProblemCollector
from packets.content.schema.schedule_profile import WORD
from packets.content.yaml.parser import Mapping, Scalar, read_text
from packets.model.handout import Paragraph, Text
from tests.content.folder import SHIPPED, Folder
from tests.effort import examples

ROOT = Path(__file__).resolve().parents[2]
CLINIC_TEXT = ROOT / "tests" / "seed" / "cervical-foraminotomy.txt"

BOLD = "Bold words are written **like this**."
HEADING = "A heading is the heading: of a section; one below it is a part of its own: - subheading: At home"
RULE = "Delete the line. For more space, begin a new paragraph or a new section."
QUOTE = 'Delete it. For words that someone said, use "quotation marks"; for a sign, write "more than".'
TABLE = "A table is a part of its own: - table: with columns: and rows:"
LINK = "A link is written [words](https://example.org/page) or [words](tel:+1-816-363-2500), without slots in it."
TAG = "Delete it, or write the words without < and >; a value is a slot, such as {surgeon}."
BOX = "A box to tick is a part of its own, as in: - check: The wristband matches."


def read(text: str) -> tuple[tuple[markup.TextBlock, ...], str]:
    """Read this text below `text: |` in care.yaml; return the blocks and the messages."""
    source = "text: |\n" + "".join(f"  {line}\n" for line in text.split("\n"))
    tree = read_text(source, "care.yaml").tree
    assert isinstance(tree, Mapping)
    scalar = tree.entries[0][1]
    assert isinstance(scalar, Scalar)
    problems = ProblemCollector("care.yaml")
    blocks = markup.read(scalar, problems, ("surgeon", "phone"))
    return blocks, "\n".join(map(str, problems.problems))


REFUSED = [
    ("### At home", '2:3: T30 "###" would be printed as typed', HEADING),
    ("Rest.\n\n# At home", '4:3: T30 "#" would be printed as typed', HEADING),
    ("At home\n=======", '3:3: T30 "=======" below a line would be printed as typed', HEADING),
    ("At home\n---", '3:3: T30 "---" below a line would be printed as typed', HEADING),
    ("> Call us.", '2:3: T31 ">" would be printed as typed', QUOTE),
    ("- > Call us.", '2:5: T31 ">" would be printed as typed', QUOTE),
    ("| Day | Drops |", '2:3: T32 "|" would be printed as typed', TABLE),
    ("Day | Drops", '2:7: T32 "|" would be printed as typed', TABLE),
    ("Rest.\n\n---\n\nWalk.", '4:3: T33 "---" would be printed as typed', RULE),
    ("* * *", '2:3: T33 "* * *" would be printed as typed', RULE),
    ("***", '2:3: T33 "***" would be printed as typed', RULE),
    ("Do *not* drive.", '2:6: T34 "*not*" would be printed as typed', BOLD),
    ("Do *not\ndrive* yet.", '2:6: T34 "*not drive*" would be printed as typed', BOLD),
    ("Do _not_ drive.", '2:6: T34 "_not_" would be printed as typed', BOLD),
    ("Do __not__ drive.", '2:6: T34 "__not__" would be printed as typed', BOLD),
    ("**Do *not* drive.**", '2:8: T34 "*not*" would be printed as typed', BOLD),
    (
        "Take ~~two~~ one.",
        '2:8: T34 "~~two~~" would be printed as typed',
        "Delete the marks; words that no longer hold go as well.",
    ),
    (
        "Press `OK`.",
        '2:9: T35 "`OK`" would be printed as typed',
        'Write the words without `, or in "quotation marks".',
    ),
    (
        "![A knee](knee.png)",
        '2:3: T36 "![A knee](knee.png)" would be printed as typed',
        "A picture is a part of its own: - image: with file:, alt: and caption:",
    ),
    ("See [our page](knee.html).", '2:7: T37 "[our page](knee.html)" would be printed as typed', LINK),
    (
        "See [our page](http://example.org).",
        '2:7: T37 "[our page](http://example.org)" would be printed as typed',
        LINK,
    ),
    (
        "See [our page](https://e.org/{surgeon}).",
        '2:7: T37 "[our page](https://e.org/{sur…" would be printed as typed',
        LINK,
    ),
    ("See [our\n    page](knee.html).", '2:7: T37 "[our page](knee.html)" would be printed as typed', LINK),
    ("See [our page][1].", '2:7: T37 "[our page][1]" would be printed as typed', LINK),
    (
        "Walk.[^1]",
        '2:8: T37 "[^1]" would be printed as typed',
        "There are no footnotes; write it in the sentence.",
    ),
    (
        "See <https://example.org>.",
        '2:7: T37 "<https://example.org>" would be printed as typed',
        "Write the address without < and >.",
    ),
    ("Do <b>not drive.", '2:6: T38 "<b>" would be printed as typed', BOLD),
    ("Rest.<br>Walk.", '2:8: T38 "<br>" would be printed as typed', "For a new paragraph, leave a line empty."),
    ("Ask <your nurse>.", '2:7: T38 "<your nurse>" would be printed as typed', TAG),
    (
        '<span class="red">Stop.',
        '2:3: T38 "<span class="red">" would be printed as typed',
        TAG,
    ),
    ("5&nbsp;days", '2:4: T38 "&nbsp;" would be printed as typed', "Write a space."),
    ("Caf&eacute;", '2:6: T38 "&eacute;" would be printed as typed', "Write the character itself: \u00e9"),
    (
        "See [[Knee care]].",
        '2:7: T39 "[[Knee care]]" would be printed as typed',
        "Write the words without the brackets.",
    ),
    ("Dear {{ name }}.", '2:8: T39 "{{" would be printed as typed', "A slot has one brace: {surgeon}"),
    ("- [ ] towel", '2:5: T40 "[ ]" would be printed as typed', BOX),
    ("- [x] towel", '2:5: T40 "[x]" would be printed as typed', BOX),
    ("5 \\* 3", '2:5: T41 "\\" would be printed as typed', "Delete it; the character after it needs none."),
]


@pytest.mark.parametrize(("written", "message", "hint"), REFUSED, ids=[entry[0] for entry in REFUSED])
def test_a_mark_of_markdown_or_html_is_refused(written: str, message: str, hint: str) -> None:
    assert read(written)[1] == f"care.yaml:{message}\n    {hint}"


def test_all_marks_of_a_text_are_reported_at_once() -> None:
    messages = read("### At home\n\nDo *not* drive.<br>\n\n| a | b |\n|---|---|")[1]
    assert [line.split()[:2] for line in messages.split("\n") if not line.startswith(" ")] == [
        ["care.yaml:2:3:", "T30"],
        ["care.yaml:4:6:", "T34"],
        ["care.yaml:4:18:", "T38"],
        ["care.yaml:6:3:", "T32"],
        ["care.yaml:7:3:", "T32"],
    ]


PROSE = [
    "Call us if your temperature is > 101 or < 95.",
    "> 101: call us.",
    "- > 101 degrees",
    "Take 5 * 3 drops, 5*3.",
    "AT&T, Johnson & Johnson; c/o Dr. Sample",
    "Aspirin* and ibuprofen* wait.",
    "We are #1, room #12.",
    "Date: ______ Time: ______",
    "____________",
    "Don`t and won`t",
    "See [page 2] (or ask).",
    "if x <5 and >3, or y<3 and z>2",
    "pulse < 50 and pressure > 140",
    "about ~5 to ~6 days",
    "a = b, 2 + 2 = 4, -5 degrees",
    "Mon-Fri, 8-5 -- not on holidays",
]


@pytest.mark.parametrize("written", PROSE)
def test_ordinary_prose_is_not_refused(written: str) -> None:
    blocks, messages = read(written)
    assert messages == ""
    if isinstance(blocks[0], Paragraph):
        assert blocks[0].runs == (Text(written),)


_WORDS = 'you may walk again Dr. call (555) now: 8:30 a.m. 50% and/or 2-3 days*; AT&T "no" caf\u00e9'
_WORD = st.sampled_from(_WORDS.split())
_SIGN = st.sampled_from(["<", ">", "*", "&", "#", "_", "+", "=", "~", "/", "-", "[", "]", "(", ")"])


@given(st.lists(st.one_of(_WORD, _WORD, _SIGN), min_size=1, max_size=12))
@settings(max_examples=examples(300))
def test_words_and_signs_between_spaces_are_never_marks(words: list[str]) -> None:
    text = " ".join(["Today", *words])
    if "[ ]" not in text:
        assert foreign_marks(text) == ()


def test_the_clinics_text_has_no_marks() -> None:
    assert foreign_marks(CLINIC_TEXT.read_text("utf-8")) == ()


FIELDS = {
    "title": (
        "title: Knee Sample",
        "title: Knee *Sample*",
        '4:13: T34 "*Sample*" would be printed as typed\n    Delete the marks; no words can be marked here.',
    ),
    "heading": (
        "    heading: After the surgery",
        "    heading: After<br>the surgery",
        '11:19: T38 "<br>" would be printed as typed\n    For a new paragraph, leave a line empty.',
    ),
    "label": (
        "    label: Walking",
        "    label: Walking &amp; more",
        '28:20: T38 "&amp;" would be printed as typed\n    Write the character itself: &',
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), FIELDS.values(), ids=FIELDS)
def test_a_mark_in_a_field_of_one_line_is_refused(folder: Folder, old: str, new: str, message: str) -> None:
    folder.change(old, new)
    assert folder.check() == f"content/procedures/knee/handout.en.yaml:{message}"


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("subheading: At *home*", '17:24: T34 "*home*" would be printed as typed'),
        (
            "callout: {kind: call, heading: Call <b>us, text: If it hurts.}",
            '17:45: T38 "<b>" would be printed as typed',
        ),
        (
            "callout: {kind: call, heading: Call, text: If it &gt; hurts.}",
            '17:58: T38 "&gt;" would be printed as typed',
        ),
        ("table: {columns: [Day, Do], rows: [[One, Do _not_ walk.]]}", '17:53: T34 "_not_" would be printed as typed'),
    ],
)
def test_a_mark_in_another_block_is_refused(folder: Folder, block: str, message: str) -> None:
    folder.change("      - show: brace\n", f"      - {block}\n      - show: brace\n")
    assert message in folder.check()


def test_a_mark_in_the_text_of_a_mail_is_refused(folder: Folder) -> None:
    mail = (SHIPPED / "common" / "mail.en.yaml").read_text("utf-8")
    folder.write("common/mail.en.yaml", mail.replace("text: |\n", "text: |\n  ## Hello\n\n", 1))
    assert 'T30 "##" would be printed as typed' in folder.check()


def test_the_words_of_a_schedule_may_contain_marks() -> None:
    """A schedule profile quotes the schedule's own words, which are never printed."""
    source = read_text("in: procedure\ntheirs: KNEE | *LEFT* <B>\nours: knee\n", "them.yaml")
    assert source.tree is not None
    problems = ProblemCollector("them.yaml")
    WORD.read(source.tree, problems)
    assert problems.problems == []
