"""Explain a YAML syntax error to an author, from the error and the lines of the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

SPACE = "Write it like this: key: value"
QUOTE_IT = 'Put the whole value in "quotes", or write it below text: | on a line of its own.'


class Diagnosis(Struct, frozen=True):
    code: str
    message: str
    hint: str
    line: int
    column: int


def diagnose(error: Any, lines: Sequence[str]) -> Diagnosis:
    """Explain the error from the text at its marks, as messages differ between YAML parsers. No value is quoted."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    start_mark = error.context_mark or mark
    text = lines[line] if line < len(lines) else ""
    here = text[column : column + 1]
    context = error.context or ""

    def diagnosis(message: str, hint: str, at_start: bool = False, code: str = "Y07") -> Diagnosis:
        where = start_mark if at_start and start_mark else mark
        return Diagnosis(code, message, hint, (where.line if where else 0) + 1, (where.column if where else 0) + 1)

    if text.startswith("%") and (column == 0 or "directive" in context):
        return diagnosis("a line that begins with % is not allowed", "Delete the line.", True, "Y15")
    if "quoted scalar" in context:
        if "stream" not in (error.problem or "") and "\\" in text[: column + 1]:
            return diagnosis("a backslash that YAML does not recognize", 'Inside "…" write \\\\ for a backslash.')
        return diagnosis("the quotation mark that opens here is never closed", "Close it, or leave both out.", True)
    for word, indicator, code in (("alias", "*", "Y10"), ("anchor", "&", "Y11"), ("tag", "!", "Y12")):
        if context.endswith(word) or ("node" in context and _at(lines, start_mark) == indicator):
            return diagnosis(f"a value cannot begin with {indicator}", QUOTE_IT, True, code)
    if "block scalar" in context:
        return diagnosis("nothing may follow | on its line", "Begin the text on the next line, indented.")
    if here and here in "@`%":
        return diagnosis(f"a value cannot begin with {here}", QUOTE_IT)
    for number in (start_mark.line if start_mark else 0, line - 1):
        wrong = lines[number] if 0 <= number < len(lines) else ""
        missing = re.match(r"[ ]*(?:- )*[a-z_]+:(?=[^ ])", wrong)
        if missing and (here == ":" or "simple key" in context):
            return Diagnosis("Y07", "a space is missing after the colon", SPACE, number + 1, missing.end() + 1)
    if "simple key" in context:
        return diagnosis("this line has no colon", 'Write it like this: key: value (or "- value" in a list).', True)
    if "flow" in context:
        opened = _at(lines, start_mark)
        if opened not in ("[", "{"):  # something other than a comma or the closing bracket follows
            hint = f"Look for a bracket or a comma too many or too few. To print one, {_lower(QUOTE_IT)}"
            return diagnosis("unbalanced brackets", hint)
        hint = f"Close it. To print a {opened}, {_lower(QUOTE_IT)}"
        return diagnosis(f"the {opened} that opens here is not closed", hint, True)
    if here == ":" and ": " in text[:column].lstrip("- "):
        return diagnosis("a colon with a space after it, inside a value", QUOTE_IT)
    if here == "-" and ":" in text[:column]:
        return diagnosis("a list cannot begin on this line", "Begin it on the next line, indented.")
    before = text[:column].rstrip()
    if before and before[-1] in "\"'}]" and here:
        apostrophe = " For an apostrophe, use ’ or quotes of the other kind." if before[-1] == "'" else ""
        return diagnosis(f"the value ends at {before[-1]}, but more text follows", QUOTE_IT + apostrophe)
    if not context and "document" in (error.problem or ""):
        hint = "Delete the line that holds only --- or ..."
        return _indented_start(lines, line) or diagnosis("the file goes on after its end", hint)
    if here == ":":
        return diagnosis(
            "this line does not fit the one above",
            "Indent it like the other fields of its block; a value that begins on the line above may be unfinished.",
        )
    if "block" in context:
        hint = "Indent it exactly like the other lines of its block, with spaces."
        return diagnosis("this line does not fit the lines above", hint)
    return diagnosis("this cannot be read as YAML", "Check the quotes, colons and indentation here and one line above.")


def _indented_start(lines: Sequence[str], line: int) -> Diagnosis | None:
    """Return the diagnosis of a first line that is indented, unlike `line`; None if the file really has ended."""
    ended = any(re.match(r"(?:---|\.\.\.)(?:\s|$)", earlier) for earlier in lines[: line + 1])
    first = next((number for number, text in enumerate(lines) if text.strip() and text.lstrip()[0] != "#"), 0)
    if ended or not lines[first].startswith(" "):
        return None
    hint = f"Begin it at the left edge, like line {line + 1}."
    return Diagnosis("Y07", "the first line is indented, and a later one is not", hint, first + 1, 1)


def _at(lines: Sequence[str], mark: Any) -> str:
    if mark is None or mark.line >= len(lines):
        return ""
    return lines[int(mark.line)][mark.column : mark.column + 1]


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
