"""Text as an author types it, the blocks that it becomes, and the messages for mistakes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packets.content import markup
from packets.content.problems import ProblemCollector
from packets.content.yaml.parser import Mapping, Scalar, read_text
from packets.model.handout import Bullets, Paragraph, Slot, Steps, Text

SLOTS = ("surgeon", "phone", "patient_name")


def read(text: str) -> tuple[tuple[markup.TextBlock, ...], str]:
    """Read this text below `text: |` in care.yaml; return the blocks and the messages."""
    source = "text: |\n" + "".join(f"  {line}\n" for line in text.split("\n"))
    tree = read_text(source, "care.yaml").tree
    assert isinstance(tree, Mapping)
    scalar = tree.entries[0][1]
    assert isinstance(scalar, Scalar)
    notes = ProblemCollector("care.yaml")
    blocks = markup.read(scalar, notes, SLOTS, {"clinic": "clinic.yaml has no name."})
    return blocks, "\n".join(map(str, notes.problems))


def good(text: str) -> tuple[markup.TextBlock, ...]:
    blocks, messages = read(text)
    assert messages == ""
    return blocks


def bad(text: str) -> str:
    return read(text)[1]


def test_wrapped_lines_join_and_a_blank_line_separates_paragraphs() -> None:
    assert good("One line\nthat goes on.\n\n\nAnother.") == (
        Paragraph((Text("One line that goes on."),)),
        Paragraph((Text("Another."),)),
    )


def test_bullets_and_steps() -> None:
    assert good("Take:\n\n- a towel\n- a book,\n  a long one\n\n1. Call.\n2. Come.") == (
        Paragraph((Text("Take:"),)),
        Bullets(((Text("a towel"),), (Text("a book, a long one"),))),
        Steps(((Text("Call."),), (Text("Come."),))),
    )


def test_a_paragraph_can_begin_with_a_number_and_a_period() -> None:
    assert good("24\\. December is a holiday,\n25\\. December too.\n\n\\- means minus.\n\n1. Call.") == (
        Paragraph((Text("24. December is a holiday, 25. December too."),)),
        Paragraph((Text("- means minus."),)),
        Steps(((Text("Call."),),)),
    )
    assert good("Add a \\. here.") == (Paragraph((Text("Add a \\. here."),)),)


def test_an_empty_line_does_not_end_a_list() -> None:
    assert good("1. Call.\n\n2. Come.") == (Steps(((Text("Call."),), (Text("Come."),))),)


def test_bold_words_and_slots() -> None:
    assert good("Dr. {surgeon} says **do not\nlift, {patient_name}** yet.") == (
        Paragraph(
            (
                Text("Dr. "),
                Slot("surgeon"),
                Text(" says "),
                Text("do not lift, ", strong=True),
                Slot("patient_name", strong=True),
                Text(" yet."),
            )
        ),
    )


@pytest.mark.parametrize(
    "text", ["less than <5 & more", "a * b _c #d `e", "[a] (b)", "}", "5 - 3", "1.5", "snake_case_name"]
)
def test_everything_else_is_text(text: str) -> None:
    assert good(text) == (Paragraph((Text(text),)),)


def test_letters_with_accents_are_normalized() -> None:
    assert good("Caf\u0065\u0301") == (Paragraph((Text("Caf\u00e9"),)),)


SLIPS = {
    "bold without an end": (
        "Stop.\n\nDo **not lift.\n\n**Now.**",
        "care.yaml:4:6: T01 the bold text that begins here is not closed\n    Add ** after the last bold word.",
    ),
    "a slot misspelt": (
        "One\ntwo {sugreon}.",
        'care.yaml:3:7: T02 there is no slot "sugreon"\n    Did you mean "surgeon"?',
    ),
    "a slot in capitals": (
        "{Patient_Name}",
        'care.yaml:2:3: T02 there is no slot "Patient_Name"\n    Did you mean "patient_name"?',
    ),
    "a slot that is nowhere": (
        "{weather}",
        'care.yaml:2:3: T02 there is no slot "weather"\n    There are: patient_name, phone and surgeon.',
    ),
    "an empty slot": (
        "{}",
        'care.yaml:2:3: T02 there is no slot ""\n    There are: patient_name, phone and surgeon.',
    ),
    "a slot without an end": (
        "Ask {surgeon now.",
        "care.yaml:2:7: T03 the { that opens here is never closed\n"
        "    Close it: {surgeon}. A single { cannot be printed; write ( or [ instead.",
    ),
    "a slot as another program has it": (
        "Ask {{ surgeon }} now.",
        "care.yaml:2:7: T04 a slot has one brace on each side\n    Write {surgeon}",
    ),
    "the same, misspelt": (
        "Ask {{surgon}} now.",
        "care.yaml:2:7: T04 a slot has one brace on each side\n    Write {surgeon}",
    ),
    "a list right below a paragraph": (
        "Take:\n- a towel",
        'care.yaml:3:3: T05 a line of a paragraph begins with "-"\n'
        "    For a list, leave a line empty above it. For a sentence, write \\- here.",
    ),
    "a number that begins a wrapped line": (
        "Call us by January\n12. Then wait.",
        'care.yaml:3:3: T05 a line of a paragraph begins with "12."\n'
        "    For a list, leave a line empty above it. For a sentence, write 12\\. here.",
    ),
    "an entry that goes on without indentation": (
        "- a book,\na long one",
        "care.yaml:3:3: T06 a line below a list entry is not indented\n"
        "    If it goes on with the entry above, indent it by two spaces; if not, leave a line empty above it.",
    ),
    "a list inside a list": (
        "- a book\n  - a long one",
        "care.yaml:3:5: T07 a list inside a list\n    Begin the line further left, or write a sentence.",
    ),
    "steps miscounted": (
        "1. Call.\n3. Come.",
        "care.yaml:3:3: T08 step 3 should be step 2\n"
        "    Steps are counted 1., 2., 3. If this is not a list, write 3\\. here.",
    ),
    "steps that begin at two": (
        "2. Call.",
        "care.yaml:2:3: T08 step 2 should be step 1\n"
        "    Steps are counted 1., 2., 3. If this is not a list, write 2\\. here.",
    ),
    "a bullet pasted from elsewhere": (
        "• a towel",
        'care.yaml:2:3: T09 this character does not start a list here\n    Begin the line with "- ", with the space.',
    ),
    "a star": (
        "* a towel",
        'care.yaml:2:3: T09 this character does not start a list here\n    Begin the line with "- ", with the space.',
    ),
    "a dash without a space": (
        "-towel",
        'care.yaml:2:3: T09 this character does not start a list here\n    Begin the line with "- ", with the space.',
    ),
    "a step with a bracket": (
        "1) Call.",
        'care.yaml:2:3: T09 this character does not start a list here\n    Begin the line with "1. ", with the space.',
    ),
    "bold nothing": (
        "a **** b",
        "care.yaml:2:7: T10 ** and ** with nothing between\n    Delete them, or write the bold words.",
    ),
    "a slot that cannot be used here": (
        "Welcome to {clinic}.",
        "care.yaml:2:14: T11 {clinic} cannot be used here\n    clinic.yaml has no name.",
    ),
}


@pytest.mark.parametrize(("written", "message"), SLIPS.values(), ids=SLIPS)
def test_a_markup_mistake_is_reported_at_its_place(written: str, message: str) -> None:
    assert bad(written) == message


def printed(blocks: tuple[markup.TextBlock, ...]) -> str:
    lines = [line for block in blocks for line in ([block.runs] if isinstance(block, Paragraph) else block.items)]
    return " ".join("".join(run.text if isinstance(run, Text) else run.name for run in line) for line in lines)


@given(st.lists(st.text("ab .,<&]}()’é", min_size=1, max_size=12), min_size=1, max_size=6))
def test_no_word_of_plain_text_is_lost(lines: list[str]) -> None:
    source = "\n".join(["begin", *lines])
    assert printed(good(source)).split() == source.split()


def test_a_sentence_may_begin_with_a_number_or_a_dash() -> None:
    """A German date, "24. Dezember", is not step 24."""
    assert printed(good("24\\. Dezember: kein Termin.\n\n\\- so heißt es.")) == printed(
        (Paragraph((Text("24. Dezember: kein Termin."),)), Paragraph((Text("- so heißt es."),)))
    )
