"""Common YAML mistakes: what an author writes, and the whole message."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from packets.content.yaml.parser import Mapping, Scalar, read_bytes, read_file, read_text

QUOTE_IT = '    Put the whole value in "quotes", or write it below text: | on a line of its own.'

# The text of care.yaml, and the message.
TRAPS = {
    "a key twice": (
        "dose: 5\nname: x\ndose: 9\n",
        'care.yaml:3:1: Y09 "dose" appears twice (first on line 1)\n    Delete one of the two.',
    ),
    "an alias": ("a: *b\n", f"care.yaml:1:4: Y10 a value cannot begin with *\n{QUOTE_IT}"),
    "bold words without quotes": ("a: **Stop** now\n", f"care.yaml:1:4: Y10 a value cannot begin with *\n{QUOTE_IT}"),
    "an anchor": ("a: &b 1\n", f"care.yaml:1:4: Y11 a value cannot begin with &\n{QUOTE_IT}"),
    "an ampersand": ("a: & so on\n", f"care.yaml:1:4: Y11 a value cannot begin with &\n{QUOTE_IT}"),
    "a tag": ("a: !!int 5\n", f"care.yaml:1:4: Y12 a value cannot begin with !\n{QUOTE_IT}"),
    "a tag without a meaning": ("a: !x!y z\n", f"care.yaml:1:4: Y12 a value cannot begin with !\n{QUOTE_IT}"),
    "a program": (
        "a: !!python/object/apply:os.system [echo]\n",
        f"care.yaml:1:4: Y12 a value cannot begin with !\n{QUOTE_IT}",
    ),
    "a merge key": (
        "a:\n  <<: b\n",
        "care.yaml:2:3: Y13 the merge key << is not allowed\n    Write the fields out.",
    ),
    "a second document": (
        "a: 1\n---\nb: 2\n",
        "care.yaml:2:1: Y14 a second document begins here\n"
        "    A file can have only one document. To print ---, write it inside a text: | block, indented.",
    ),
    "three dashes inside a text": (
        "text: |\n  One\n---\n  Two\n",
        "care.yaml:3:1: Y14 a second document begins here\n"
        "    A file can have only one document. To print ---, write it inside a text: | block, indented.",
    ),
    "a directive": (
        "%YAML 1.2\n---\na: 1\n",
        "care.yaml:1:1: Y15 a line that begins with % is not allowed\n    Delete the line.",
    ),
    "an unknown directive": (
        "%FOO\n---\na: 1\n",
        "care.yaml:1:1: Y15 a line that begins with % is not allowed\n    Delete the line.",
    ),
    "a list as a key": (
        "? [a, b]\n: c\n",
        "care.yaml:1:3: Y16 a key must be one word\n    Write it like this: key: value",
    ),
    "an empty file": ("", "care.yaml: Y17 the file is empty"),
    "only a remark": ("# nothing yet\n\n", "care.yaml: Y17 the file is empty"),
    "a folded block": (
        "text: >\n  - one\n  - two\n",
        "care.yaml:1:7: Y18 a block of text begins with >, which joins lines that belong apart\n"
        "    Write | instead; the wrapped lines of a paragraph are joined anyway.",
    ),
    "200,000 brackets": (
        "a: " + "[" * 200_000,
        "care.yaml:1:23: Y08 more than 20 levels inside each other\n    Look for a bracket [ or { too many.",
    ),
    "200,000 braces": (
        "{a: " * 200_000,
        "care.yaml:1:81: Y08 more than 20 levels inside each other\n    Look for a bracket [ or { too many.",
    ),
    "200,000 dashes": (
        "- " * 200_000,
        "care.yaml:1:41: Y08 more than 20 levels inside each other\n    Look for a bracket [ or { too many.",
    ),
    "an alias bomb": (
        "a: &a [x, x]\nb: &b [*a, *a]\n",
        f"care.yaml:1:4: Y11 a value cannot begin with &\n{QUOTE_IT}\n"
        f"care.yaml:2:4: Y11 a value cannot begin with &\n{QUOTE_IT}\n"
        f"care.yaml:2:8: Y10 a value cannot begin with *\n{QUOTE_IT}\n"
        f"care.yaml:2:12: Y10 a value cannot begin with *\n{QUOTE_IT}",
    ),
    "a line separator that would make a second key": (
        "a: x\u2028b: y\n",
        "care.yaml:1:5: Y04 the invisible character U+2028 (line separator) is not allowed in a text\n"
        "    Delete it and type the word again.\n"
        f"care.yaml:1:7: Y07 a colon with a space after it, inside a value\n{QUOTE_IT}",
    ),
    "a zero-width space": (
        "a: he\u200bllo\n",
        "care.yaml:1:6: Y04 the invisible character U+200B (zero width space) is not allowed in a text\n"
        "    Delete it and type the word again.",
    ),
    "a direction override": (
        "a: he\u202ello\n",
        "care.yaml:1:6: Y04 the character U+202E, which changes the direction of the text, is not allowed in a text\n"
        "    Delete it and type the word again.",
    ),
    "a control character": (
        "a: he\x00llo\n",
        "care.yaml:1:6: Y04 the control character U+0000 is not allowed in a text\n"
        "    Delete it and type the word again.",
    ),
    "a control character in disguise": (
        'a: "ring \\x07 it"\n',
        "care.yaml:1:10: Y04 the control character U+0007 is not allowed in a text\n"
        "    Delete it and type the word again.",
    ),
    "a line separator in disguise": (
        'a: "one\\u2028two"\n',
        "care.yaml:1:8: Y04 the invisible character U+2028 (line separator) is not allowed in a text\n"
        "    Delete it and type the word again.",
    ),
    "a lost character": (
        "a: M\ufffdller\n",
        "care.yaml:1:5: Y04 the character U+FFFD, which stands for one that was lost, is not allowed in a text\n"
        "    Delete it and type the word again.",
    ),
    "private use": (
        "a: \ue000\n",
        "care.yaml:1:4: Y04 the character U+E000, which no font can show, is not allowed in a text\n"
        "    Delete it and type the word again.",
    ),
    "a tab": ("a:\n\tb: 1\n", "care.yaml:2:1: Y05 a tab character\n    Use spaces; YAML needs them."),
    "a tab in disguise": ('a: "x\\ty"\n', "care.yaml:1:6: Y05 a tab character\n    Use spaces."),
    "a no-break space as indentation": (
        "a:\n \u00a0b: 1\n",
        "care.yaml:2:2: Y06 a no-break space (U+00A0) before the first word of the line\n"
        "    Delete the spaces at the start of the line and type them again.",
    ),
    # Y07: not YAML at all
    "a colon in a value": (
        "text: Call us: now\n",
        f"care.yaml:1:14: Y07 a colon with a space after it, inside a value\n{QUOTE_IT}",
    ),
    "no space after the colon": (
        "a: 1\ntitle:Neck\nb: 2\n",
        "care.yaml:2:7: Y07 a space is missing after the colon\n    Write it like this: key: value",
    ),
    "no colon": (
        "a: 1\ntitle\nb: 2\n",
        'care.yaml:2:1: Y07 this line has no colon\n    Write it like this: key: value (or "- value" in a list).',
    ),
    "indented too far": (
        "a: 1\n  b: 2\n",
        "care.yaml:2:4: Y07 this line does not fit the one above\n"
        "    Indent it like the other fields of its block; a value that begins on the line above may be unfinished.",
    ),
    "indented too little": (
        "a:\n    b: 1\n  c: 2\n",
        "care.yaml:3:3: Y07 this line does not fit the lines above\n"
        "    Indent it exactly like the other lines of its block, with spaces.",
    ),
    "a quote left open": (
        'a: "abc\nb: 1\n',
        "care.yaml:1:4: Y07 the quotation mark that opens here is never closed\n    Close it, or leave both out.",
    ),
    "an apostrophe in quotes": (
        "heading: 'What's next'\n",
        "care.yaml:1:16: Y07 the value ends at ', but more text follows\n"
        f"{QUOTE_IT} For an apostrophe, use ’ or quotes of the other kind.",
    ),
    "words behind quotes": (
        'heading: "Stop" now\n',
        f'care.yaml:1:17: Y07 the value ends at ", but more text follows\n{QUOTE_IT}',
    ),
    "a slot at the start": (
        "text: {surgeon} operates\n",
        f"care.yaml:1:17: Y07 the value ends at }}, but more text follows\n{QUOTE_IT}",
    ),
    "a bracket left open": (
        "a: [x, y\nb: 1\n",
        "care.yaml:1:4: Y07 the [ that opens here is not closed\n"
        '    Close it. To print a [, put the whole value in "quotes", or write it below text: | on a line of its own.',
    ),
    "a bracket last of all": (
        "a: [",
        "care.yaml:2:1: Y07 unbalanced brackets\n"
        "    Look for a bracket or a comma too many or too few. "
        'To print one, put the whole value in "quotes", or write it below text: | on a line of its own.',
    ),
    "an at sign": ("a: @home\n", f"care.yaml:1:4: Y07 a value cannot begin with @\n{QUOTE_IT}"),
    "a backslash": (
        'a: "C:\\dir"\n',
        'care.yaml:1:7: Y07 a backslash that YAML does not recognize\n    Inside "…" write \\\\ for a backslash.',
    ),
    "words behind the bar": (
        "text: | Stop\n  now\n",
        "care.yaml:1:9: Y07 nothing may follow | on its line\n    Begin the text on the next line, indented.",
    ),
    "a list on the line of its key": (
        "a: - b\n",
        "care.yaml:1:4: Y07 a list cannot begin on this line\n    Begin it on the next line, indented.",
    ),
    "text after the end": (
        "a: 1\n...\nb: 2\n",
        "care.yaml:3:1: Y07 the file goes on after its end\n    Delete the line that holds only --- or ...",
    ),
    "a first line that is indented": (
        "# A remark.\n a: 1\nb: 2\n",
        "care.yaml:2:1: Y07 the first line is indented, and a later one is not\n"
        "    Begin it at the left edge, like line 3.",
    ),
    "an explicit key": (
        "a: ? b\n",
        "care.yaml:1:4: Y07 this cannot be read as YAML\n"
        "    Check the quotes, colons and indentation here and one line above.",
    ),
}


def messages(text: str, *, private: bool = False) -> str:
    return "\n".join(map(str, read_text(text, "care.yaml", private).problems))


@pytest.mark.parametrize(("written", "message"), TRAPS.values(), ids=TRAPS)
def test_a_yaml_mistake_is_refused_in_plain_words(written: str, message: str) -> None:
    assert messages(written) == message


@pytest.mark.parametrize("name", TRAPS)
def test_the_same_mistakes_are_refused_without_libyaml(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CSafeLoader")
    written, message = TRAPS[name]
    expected = [line.split()[1] for line in message.splitlines() if line.startswith("care.yaml")]
    assert [problem.code for problem in read_text(written, "care.yaml").problems] == expected


def test_a_file_that_does_not_exist() -> None:
    problems = read_file(Path("no/such/file.yaml")).problems
    assert str(problems[0]) == "no/such/file.yaml: Y01 the file cannot be read: No such file or directory"


def test_an_impossible_file_name() -> None:
    assert str(read_file(Path("a\0b"), "a?b").problems[0]) == "a?b: Y01 this is not the name of a file"


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    assert str(read_file(tmp_path, "content").problems[0]) == "content: Y01 the file cannot be read: Is a directory"


def test_a_file_over_a_megabyte_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"a: " + b"x" * 1_000_000)
    assert str(read_file(path, "big.yaml").problems[0]) == (
        "big.yaml: Y02 the file is larger than 1 MB\n"
        "    A content file has one document; split it, or check that this is the right file."
    )


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_a_file_in_another_encoding_says_how_to_save_it(encoding: str) -> None:
    problem = read_bytes("a: 1\nname: Müller\n".encode(encoding), "care.yaml").problems[0]
    place = {"cp1252": "2:8", "utf-16": "1:1"}[encoding]
    assert str(problem) == (
        f"care.yaml:{place}: Y03 the file is not UTF-8 text\n"
        '    Save it again as UTF-8 (in Notepad: Save as, Encoding "UTF-8"), then look at the letters with accents.'
    )


def test_a_byte_order_mark_from_notepad_is_accepted() -> None:
    parsed = read_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "care.yaml")
    assert parsed.problems == () and fields(parsed.tree) == {"a": "1", "b": "2"}


def test_every_value_is_text() -> None:
    written = "mrn: 0012345\ncollar: no\ntime: 22:22\nday: 2026-13-40\nnone: ~\nbig: 1e9\nroom: #12\n"
    assert fields(read_text(written, "care.yaml").tree) == {
        "mrn": "0012345",
        "collar": "no",
        "time": "22:22",
        "day": "2026-13-40",
        "none": "~",
        "big": "1e9",
        "room": "",
    }


def test_all_mistakes_are_reported_at_once() -> None:
    written = "a: &x 1\na: 2\nb: *x\nc: \u200b!\nd: !t 1\n"
    assert [problem.code for problem in read_text(written, "care.yaml").problems] == ["Y11", "Y09", "Y10", "Y04", "Y12"]


def test_many_bad_characters_are_counted_not_listed() -> None:
    problems = read_text("a: " + "\u200b" * 900_000, "care.yaml").problems
    assert len(problems) == 21
    assert str(problems[-1]) == "care.yaml:1:24: Y04 899980 more such characters from here on"
    problems = read_text("\tx\n" * 30, "care.yaml").problems
    assert str(problems[20]) == "care.yaml:21:1: Y05 10 more lines with a tab from here on"


def test_at_most_a_hundred_mistakes_are_listed() -> None:
    problems = read_text("- &x 1\n" * 5000, "care.yaml").problems
    assert len(problems) == 101
    assert str(problems[-1]) == "care.yaml:101:3: Y19 more problems follow; fix these first"


def test_a_private_file_is_not_quoted() -> None:
    assert messages("maria: 1\nmaria: 2\n", private=True) == (
        "care.yaml:2:1: Y09 a field appears twice (first on line 1)\n    Delete one of the two."
    )


def fields(tree: object) -> dict[str, str]:
    assert isinstance(tree, Mapping)
    return {key.text: value.text for key, value in tree.entries if isinstance(value, Scalar)}


def value(tree: object, index: int) -> Scalar:
    assert isinstance(tree, Mapping)
    scalar = tree.entries[index][1]
    assert isinstance(scalar, Scalar)
    return scalar


words = st.text(st.characters(categories=("Ll", "Lu", "Nd")), min_size=1, max_size=8)
sentences = st.lists(st.lists(words, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=6)


def character_at(source: str, scalar: Scalar, offset: int) -> str:
    place = scalar.at(offset)
    return source.split("\n")[place.line - 1][place.column - 1]


@given(sentences, st.integers(1, 8))
def test_a_block_gives_the_place_of_each_character(lines: list[str], indent: int) -> None:
    source = "# remark\ntext: |\n" + "".join(f"{' ' * indent}{line}\n\n" for line in lines)
    tree = read_text(source, "care.yaml").tree
    scalar = value(tree, 0)
    for offset, char in enumerate(scalar.text):
        if char != "\n":
            assert character_at(source, scalar, offset) == char


@given(sentences, st.sampled_from(["", "'", '"']), st.integers(1, 8))
def test_a_wrapped_value_gives_the_place_of_each_character(lines: list[str], quote: str, indent: int) -> None:
    lines[0] = "a" + lines[0]
    source = "a: 1\nlong: " + quote + ("\n" + " " * indent).join(lines) + quote + "  \nb: 2\n"
    tree = read_text(source, "care.yaml").tree
    scalar = value(tree, 1)
    assert scalar.text == " ".join(lines)
    for offset, char in enumerate(scalar.text):
        if char != " ":
            assert character_at(source, scalar, offset) == char


def test_escapes_do_not_shift_later_places() -> None:
    source = "a: \"\\u0041\\x42 \\\"C\\\n  D\"\nb: 'it''s E'\n"
    tree = read_text(source, "care.yaml").tree
    first, second = value(tree, 0), value(tree, 1)
    assert (first.text, second.text) == ('AB "CD', "it's E")
    assert [character_at(source, first, offset) for offset in range(6)] == ["\\", "\\", " ", "\\", "C", "D"]
    assert character_at(source, second, 5) == "E"
