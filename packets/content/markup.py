"""Parse an author's `text:` into blocks and runs.

A blank line starts a paragraph, `- ` a bullet, `1. ` a step; `**bold**`, `{slot}` and `[words](https://…)` work inside
them. `24\\. ` and `\\- ` start a paragraph, not a list. Everything else is text, also `<` and `&`. A probable mistake
(an unclosed mark, a list without an empty line above it) and the marks of Markdown and HTML are reported, not guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

from msgspec import Struct, field

from packets.content.foreign_marks import LINK, MAX_ADDRESS_LENGTH, refuse_foreign_marks, without_rules
from packets.content.problems import ProblemCollector, did_you_mean, listed
from packets.content.yaml.parser import Scalar
from packets.model.handout import Bullets, Paragraph, Run, Slot, Steps, Text

TextBlock = Paragraph | Bullets | Steps

_ESCAPED = re.compile(r"(?:[0-9]+|(?=\\-))(\\)[.-] ")
_MARKER = re.compile(r"(- |([0-9]{1,2})\. )")
_FOREIGN = re.compile(r"([•·◦▪‣●*–]|[0-9]{1,2}\)) |-(?=[^\W\d_])|[0-9]{1,2}\.(?=[^\W\d_])")
_TOKEN = re.compile(rf"\*\*|\{{\{{|\{{([^{{}}\n]*)\}}|\{{|{LINK.pattern}")


class _Chunk(Struct):
    """Characters that belong together, each with its offset in the author's text; `kind` is "", "-" or "1"."""

    kind: str
    chars: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)

    def add(self, text: str, offset: int) -> None:
        """Add a line; wrapped lines join with one space. A backslash that keeps a line from being a list is dropped."""
        if self.chars:
            self.chars.append(" ")
            self.offsets.append(offset)
        escaped = _ESCAPED.match(text)
        dropped = escaped.start(1) if escaped else len(text)
        for place, char in enumerate(text):
            if place != dropped:
                self.chars.append(char)
                self.offsets.append(offset + place)


def read(
    source: Scalar, problems: ProblemCollector, slots: Collection[str], reasons: Mapping[str, str] | None = None
) -> tuple[TextBlock, ...]:
    """Return the blocks of a text that may use `slots`; `reasons` says why other slots may not be used here."""
    blocks: list[TextBlock] = []
    refuse_foreign_marks(source, problems)
    for chunks in _grouped(_chunks(source, problems)):
        runs = tuple(_runs(chunk, source, problems, slots, reasons or {}) for chunk in chunks)
        if chunks[0].kind == "":
            blocks.append(Paragraph(runs[0]))
        else:
            blocks.append(Bullets(runs) if chunks[0].kind == "-" else Steps(runs))
    return tuple(blocks)


def read_line(
    source: Scalar, problems: ProblemCollector, slots: Collection[str], reasons: Mapping[str, str] | None = None
) -> tuple[Run, ...]:
    """Return the runs of a text on one line: bold words and slots, no lists."""
    refuse_foreign_marks(source, problems)
    chunk = _Chunk("")
    chunk.add(source.text.strip(), len(source.text) - len(source.text.lstrip()))
    return _runs(chunk, source, problems, slots, reasons or {})


def _chunks(source: Scalar, problems: ProblemCollector) -> list[_Chunk]:
    chunks: list[_Chunk] = []
    current: _Chunk | None = None
    offset = 0
    steps = 0
    for line in without_rules(source.text).split("\n"):
        text = line.strip(" ")
        start = offset + len(line) - len(line.lstrip(" "))
        offset += len(line) + 1
        place = source.at(start)
        marker = _MARKER.match(text)
        indented = line.startswith(" ")
        if not text:
            current = None
        elif marker and indented and current is not None and current.kind:
            problems.add("T07", "a list inside a list", place, "Begin the line further left, or write a sentence.")
        elif marker and current is not None and not current.kind:
            hint = f"For a list, leave a line empty above it. For a sentence, write {_escaped(marker)} here."
            problems.add("T05", f'a line of a paragraph begins with "{marker.group().strip()}"', place, hint)
        elif marker:
            number = marker.group(2)
            current = _Chunk("1" if number else "-")
            chunks.append(current)
            current.add(text[marker.end() :].strip(" "), start + marker.end())
            same = len(chunks) > 1 and chunks[-2].kind == "1"
            steps = steps + 1 if number and same else 1
            if number and int(number) != steps:
                hint = f"Steps are counted 1., 2., 3. If this is not a list, write {_escaped(marker)} here."
                problems.add("T08", f"step {number} should be step {steps}", place, hint)
        elif _FOREIGN.match(text):
            right = "1. " if text[0].isdigit() else "- "
            hint = f'Begin the line with "{right}", with the space.'
            problems.add("T09", "this character does not start a list here", place, hint)
            current = _Chunk("")
        elif current is not None and current.kind and not indented:
            hint = "If it goes on with the entry above, indent it by two spaces; if not, leave a line empty above it."
            problems.add("T06", "a line below a list entry is not indented", place, hint)
        elif current is not None:
            current.add(text, start)
        else:
            current = _Chunk("")
            chunks.append(current)
            current.add(text, start)
    return chunks


def _escaped(marker: re.Match[str]) -> str:
    """Return how to write this list marker at the start of a sentence."""
    return f"{marker[2]}\\." if marker[2] else "\\-"


def _grouped(chunks: list[_Chunk]) -> list[list[_Chunk]]:
    groups: list[list[_Chunk]] = []
    for chunk in chunks:
        if groups and chunk.kind and groups[-1][0].kind == chunk.kind:
            groups[-1].append(chunk)
        else:
            groups.append([chunk])
    return groups


def _runs(
    chunk: _Chunk, source: Scalar, problems: ProblemCollector, slots: Collection[str], reasons: Mapping[str, str]
) -> tuple[Run, ...]:
    text = "".join(chunk.chars)
    runs: list[Run] = []
    strong = False
    opened = 0
    done = 0

    def plain(until: int) -> None:
        if words := unicodedata.normalize("NFC", text[done:until]):
            runs.append(Text(words, strong))

    for token in _TOKEN.finditer(text):
        begin = token.start()
        place = source.at(chunk.offsets[begin])
        if token.group() == "**":
            plain(begin)
            if strong and opened == begin:
                problems.add("T10", "** and ** with nothing between", place, "Delete them, or write the bold words.")
            strong, opened, done = not strong, token.end(), token.end()
        elif token.group() == "{{":
            inner = re.match(r"\{\{\s*(\w+)\s*\}\}", text[begin:])
            if inner and (inner[1] in slots or did_you_mean(inner[1], slots)):
                near = inner[1] if inner[1] in slots else did_you_mean(inner[1], slots).split('"')[1]
                problems.add("T04", "a slot has one brace on each side", place, f"Write {{{near}}}")
            else:
                problems.add("T39", '"{{" would be printed as typed', place, "A slot has one brace: {surgeon}")
        elif address := token[3]:
            plain(begin)
            if len(address) > MAX_ADDRESS_LENGTH:
                hint = f"People type it from paper: at most {MAX_ADDRESS_LENGTH} characters. Ask for a short address."
                problems.add("T42", "the address of this link is too long", place, hint)
            runs.append(Text(unicodedata.normalize("NFC", token[2]), strong, address))
            done = token.end()
        elif token.group() == "{":
            hint = "Close it: {surgeon}. A single { cannot be printed; write ( or [ instead."
            problems.add("T03", "the { that opens here is never closed", place, hint)
        elif (name := token[1]) in slots:
            plain(begin)
            runs.append(Slot(name, strong))
            done = token.end()
        elif name in reasons:
            problems.add("T11", f"{{{name}}} cannot be used here", place, reasons[name])
        else:
            otherwise = f"There are: {listed(sorted(slots), 'and')}."
            hint = did_you_mean(name.strip(), sorted(slots), otherwise)
            problems.add("T02", f'there is no slot "{name[:40]}"', place, hint)
    plain(len(text))
    if strong:
        place = source.at(chunk.offsets[opened - 2])
        problems.add("T01", "the bold text that begins here is not closed", place, "Add ** after the last bold word.")
    return tuple(runs)
