"""Refuse Markdown, HTML and the marks of other programs, which would be printed as typed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.entities import html5

from msgspec import Struct

from packets.content.problems import ProblemCollector
from packets.content.yaml.parser import Scalar

BOLD = "Bold words are written **like this**."
PLAIN = "Delete the marks; no words can be marked here."
HEADING = "A heading is the heading: of a section; one below it is a part of its own: - subheading: At home"
RULE = "Delete the line. For more space, begin a new paragraph or a new section."

_LINES = re.compile(r"^.*$", re.MULTILINE)
_HEADING = re.compile(r" *(#{1,6} +|#{2,6}(?=\w))\S.*")
_UNDERLINE = re.compile(r" *(={2,}|-{2,}) *")
_RULE = re.compile(r" *(?:([-*=])(?: ?\1){2,}|_ ?_ ?_) *")  # a longer line of _ is one to write on
_QUOTE = re.compile(r" *(?:- |[0-9]{1,2}\. )?(>+ ?(?=[^\W\d]|[\"'“‘«>])).*")

_WORDS = r"\[(?:[^\[\]\n]|\n(?! *\n))+\]"
# Words with an address, which print; the words have no other marks and no slots.
LINK = re.compile(
    r"(?<!!)\[((?:[^\[\](){}<>*`|\n]|\n(?! *\n)){1,100})\]"
    r"\((https://[a-z0-9.-]+\.[a-z]{2,}(?::[0-9]+)?(?:/[^\s(){}<>\[\]]*)?|tel:\+[1-9](?:-?[0-9]){6,14})\)"
)
MAX_ADDRESS_LENGTH = 80  # characters: more cannot be typed from paper
_IMAGE = re.compile(r"!\[[^\[\]\n]*\]\s?(\([^()\n]*\)|\[[^\[\]\n]*\])")
_LINK = re.compile(rf"{_WORDS}(\([^()\n]*\)|\[[^\[\]\n]*\])|^ *\[[^\[\]\n]+\]:(?= )", re.MULTILINE)
_LINK_HINT = "A link is written [words](https://example.org/page) or [words](tel:+1-816-363-2500), without slots in it."
_FOOTNOTE = re.compile(r"\[\^[^\[\]\n]+\]:?")
_WIKI = re.compile(r"\[\[[^\[\]\n]*\]\]")
_BOX = re.compile(r"\[[ xX]?\](?![(\[])")
_ADDRESS_IN_BRACKETS = re.compile(r"<(?:[a-z]{2,8}:[^<>\s]+|[^<>\s@]+@[^<>\s@]+)>")
# A name with nothing but words in it (<b>, <your name>), or a tag with attributes; never a sign: "<5 days", "a < b".
_TAG = re.compile(
    r"<!--(?:.*?-->)?"
    r"|</?[A-Za-z][\w-]*(?: [\w-]+){0,3} ?/?>"
    r"|<[A-Za-z]\w*(?: [\w-]+ ?= ?(?:\"[^\"]*\"|'[^']*'|[^\s<>]+))+ ?/?>",
    re.DOTALL,
)
_ENTITY = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CODE = re.compile(r"(?<![\w`])(`+)(?!`)[^\n]*?[^`\n]\1(?!`)|^ *(?:```|~~~).*$", re.MULTILINE)
_STRIKE = re.compile(r"(?<!~)~~(?=[^\s~])[^\n]*?[^\s~]~~(?!~)|(?<!=)==(?=[^\s=])[^\n]*?[^\s=]==(?!=)")
_STARS = re.compile(r"(?<![\w*])\*(?=[^\s*])(?:[^*\n]|\n(?! *\n))*?(?<=[^\s*])\*(?![\w*])")
_LOW_LINES = re.compile(r"(?<!\w)(_{1,3})(?=[^\s_])(?:[^\n]|\n(?! *\n))*?(?<=[^\s_])\1(?!\w)")
_TABLE = re.compile(r"^[^|\n]*(\|)[^\n]*$", re.MULTILINE)
_BACKSLASH = re.compile(r"\\(?=[*_#\[\]<>`|~!])|\\(?=$)", re.MULTILINE)


class ForeignMark(Struct, frozen=True):
    start: int
    end: int
    code: str
    message: str
    hint: str


def foreign_marks(text: str, *, bold: bool = True) -> tuple[ForeignMark, ...]:
    """Return the marks that would be printed as typed, in order; `bold` is False where no words can be marked."""
    marks: list[ForeignMark] = []
    if bold:
        text = LINK.sub(lambda link: re.sub(r"[^\n]", "x", link.group()), text)
    for mark in (*_line_marks(text), *_inline_marks(text, PLAIN if not bold else BOLD)):
        if not any(mark.start < other.end and other.start < mark.end for other in marks):
            marks.append(mark)
    return tuple(sorted(marks, key=lambda mark: mark.start))


def refuse_foreign_marks(source: Scalar, problems: ProblemCollector, *, bold: bool = True) -> bool:
    """Report each foreign mark of a text at its place; return whether there was one."""
    marks = foreign_marks(source.text, bold=bold)
    for mark in marks:
        problems.add(mark.code, mark.message, source.at(mark.start), mark.hint)
    return bool(marks)


def without_rules(text: str) -> str:
    """Return the text with the lines that are refused as rules emptied, so that they are not read as lists too."""
    return _LINES.sub(lambda line: "x" * len(line.group()) if _RULE.fullmatch(line.group()) else line.group(), text)


def _line_marks(text: str) -> Iterator[ForeignMark]:
    above = ""
    for line in _LINES.finditer(text):
        written = line.group()
        start = line.start() + len(written) - len(written.lstrip(" "))
        if match := _HEADING.fullmatch(written):
            yield _foreign_mark(
                line.start() + match.start(1), line.start() + match.end(1), "T30", match[1].strip(), HEADING
            )
        elif above.strip() and _UNDERLINE.fullmatch(written):
            message = f'"{_shortened(written)}" below a line would be printed as typed'
            yield ForeignMark(start, line.end(), "T30", message, HEADING)
        elif match := _RULE.fullmatch(written):
            yield _foreign_mark(start, line.end(), "T33", written, RULE)
        elif match := _QUOTE.fullmatch(written):
            hint = 'Delete it. For words that someone said, use "quotation marks"; for a sign, write "more than".'
            yield _foreign_mark(
                line.start() + match.start(1), line.start() + match.end(1), "T31", match[1].strip(), hint
            )
        above = written


def _inline_marks(text: str, emphasis: str) -> Iterator[ForeignMark]:
    hidden = text.replace("**", "\0\0")  # bold words are read by `markup`
    for match in _IMAGE.finditer(text):
        yield _foreign_mark(
            *match.span(),
            "T36",
            match.group(),
            "A picture is a part of its own: - image: with file:, alt: and caption:",
        )
    for match in _WIKI.finditer(text):
        yield _foreign_mark(*match.span(), "T39", match.group(), "Write the words without the brackets.")
    for match in _FOOTNOTE.finditer(text):
        yield _foreign_mark(*match.span(), "T37", match.group(), "There are no footnotes; write it in the sentence.")
    for match in _LINK.finditer(text):
        hint = _LINK_HINT if emphasis == BOLD else "Write the words only. Links work in text: and check: only."
        yield _foreign_mark(*match.span(), "T37", match.group(), hint)
    for match in _BOX.finditer(text):
        hint = "A box to tick is a part of its own, as in: - check: The wristband matches."
        yield _foreign_mark(*match.span(), "T40", match.group(), hint)
    for match in _ADDRESS_IN_BRACKETS.finditer(text):
        yield _foreign_mark(*match.span(), "T37", match.group(), "Write the address without < and >.")
    for match in _TAG.finditer(text):
        yield _foreign_mark(*match.span(), "T38", match.group(), _tag_hint(match.group(), emphasis))
    for match in _ENTITY.finditer(text):
        if match[1].startswith("#") or f"{match[1]};" in html5:
            character = html.unescape(match.group())
            hint = "Write a space." if character.isspace() else f"Write the character itself: {character}"
            yield _foreign_mark(*match.span(), "T38", match.group(), hint)
    for match in _CODE.finditer(text):
        yield _foreign_mark(*match.span(), "T35", match.group(), 'Write the words without `, or in "quotation marks".')
    for match in _STRIKE.finditer(text):
        yield _foreign_mark(
            *match.span(), "T34", match.group(), "Delete the marks; words that no longer hold go as well."
        )
    for pattern in (_STARS, _LOW_LINES):
        for match in pattern.finditer(hidden):
            written = text[match.start() : match.end()]
            yield _foreign_mark(*match.span(), "T34", written, emphasis)
    for match in _TABLE.finditer(text):
        hint = "A table is a part of its own: - table: with columns: and rows:"
        yield _foreign_mark(match.start(1), match.end(), "T32", "|", hint)
    for match in _BACKSLASH.finditer(text):
        yield _foreign_mark(
            match.start(), match.end() + 1, "T41", "\\", "Delete it; the character after it needs none."
        )


def _tag_hint(tag: str, emphasis: str) -> str:
    match re.sub(r"\W.*", "", tag.lstrip("</").lower()):
        case "b" | "strong" | "i" | "em" | "u" | "mark":
            return emphasis
        case "br" | "p" | "div":
            return "For a new paragraph, leave a line empty."
        case "li" | "ul" | "ol":
            return 'Begin each entry of a list with "- " or "1. ".'
        case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
            return HEADING
        case _:
            return "Delete it, or write the words without < and >; a value is a slot, such as {surgeon}."


def _foreign_mark(start: int, end: int, code: str, written: str, hint: str) -> ForeignMark:
    return ForeignMark(start, end, code, f'"{_shortened(written)}" would be printed as typed', hint)


def _shortened(written: str) -> str:
    words = " ".join(written.split())
    return words if len(words) <= 30 else f"{words[:29]}…"
