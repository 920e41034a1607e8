"""Read the text of a page's content stream, separated into marks, artifacts and untagged text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import pikepdf

Decode = Callable[[bytes], str]
UNKNOWN = "\ufffd"  # a code that ToUnicode lacks


@dataclass(slots=True)
class Marked:
    """The text of a page. Keys of `texts` are (page or form object, marked-content id); `holders` are those objects."""

    texts: dict[tuple[tuple[int, int], int], str] = field(default_factory=dict)
    artifacts: list[str] = field(default_factory=list)
    untagged: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    holders: dict[tuple[int, int], pikepdf.Object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Open:
    """An open BDC or BMC: an artifact, a mark of the tree, or neither (a span with an ActualText or a Lang)."""

    artifact: bool = False
    mark: tuple[tuple[int, int], int] | None = None
    has_actual_text: bool = False  # an ActualText replaces the glyphs inside


def page_text(page: pikepdf.Object, name: str) -> Marked:
    marked = Marked()
    _StreamReader(marked, name, [], None).run(page, page, page.get("/Resources", pikepdf.Dictionary()))
    return marked


class _StreamReader:
    """Read one content stream. A form XObject gets its own reader, with the open marks and font of the caller."""

    def __init__(self, marked: Marked, name: str, outer: list[_Open], font: Decode | None) -> None:
        self.marked = marked
        self.name = name
        self.open = list(outer)
        self.fonts = [font]  # a stack, because q saves the font and Q restores it

    def run(self, stream: pikepdf.Object, holder: pikepdf.Object, resources: pikepdf.Object) -> None:
        self.marked.holders[holder.objgen] = holder
        depth = len(self.open)
        for instruction in pikepdf.parse_content_stream(stream):
            self._step(str(instruction.operator), list(instruction.operands), holder, resources)
        if len(self.open) != depth:
            self._error("marked content is not closed")

    def _step(
        self, operator: str, operands: list[pikepdf.Object], holder: pikepdf.Object, resources: pikepdf.Object
    ) -> None:
        match operator:
            case "BDC" | "BMC":
                self._begin(operands, holder, resources)
            case "EMC":
                if self.open:
                    self.open.pop()
                else:
                    self._error("marked content is closed twice")
            case "q":
                self.fonts.append(self.fonts[-1])
            case "Q":
                if len(self.fonts) > 1:
                    self.fonts.pop()
                else:
                    self._error("Q without q")
            case "Tf":
                self.fonts[-1] = _decoder(resources.Font[str(operands[0])])
            case "Tj" | "'" | '"':
                self._show([operands[-1]])
            case "TJ":
                self._show([part for part in operands[0] if isinstance(part, pikepdf.String)])
            case "Do":
                form = resources.XObject[str(operands[0])]
                if form.Subtype == "/Form":
                    _StreamReader(self.marked, self.name, self.open, self.fonts[-1]).run(
                        form, form, form.get("/Resources", resources)
                    )

    def _begin(self, operands: list[pikepdf.Object], holder: pikepdf.Object, resources: pikepdf.Object) -> None:
        properties = operands[1] if len(operands) > 1 else pikepdf.Dictionary()
        if isinstance(properties, pikepdf.Name):
            properties = resources.Properties[str(properties)]
        mcid = properties.get("/MCID")
        mark = None if mcid is None else (holder.objgen, int(mcid))
        if mark is not None:
            if any(opened.artifact or opened.mark for opened in self.open):
                self._error(f"mark {mark[1]} is inside another mark or an artifact")
            if mark in self.marked.texts:
                self._error(f"mark {mark[1]} is opened twice")
            self.marked.texts.setdefault(mark, "")
        artifact = str(operands[0]) == "/Artifact"
        if artifact and any(opened.mark for opened in self.open):
            self._error("an artifact is inside a mark")
        actual = properties.get("/ActualText")
        self.open.append(_Open(artifact, mark))
        if actual is not None:
            self._put(str(actual))
            self.open[-1] = _Open(artifact, mark, has_actual_text=True)

    def _show(self, strings: list[pikepdf.Object]) -> None:
        decode = self.fonts[-1]
        if decode is None:
            self._error("text is shown before a font is chosen")
            return
        text = "".join(decode(bytes(string)) for string in strings)
        if UNKNOWN in text:
            self._error("a character has no Unicode")
        self._put(text)

    def _put(self, text: str) -> None:
        if any(opened.has_actual_text for opened in self.open):
            return
        mark = next((opened.mark for opened in self.open if opened.mark), None)
        if mark is not None:
            self.marked.texts[mark] += text
        elif any(opened.artifact for opened in self.open):
            self.marked.artifacts.append(text)
        else:
            self.marked.untagged.append(text)

    def _error(self, what: str) -> None:
        error = f"{self.name}: {what}"
        if error not in self.marked.errors:
            self.marked.errors.append(error)


def _decoder(font: pikepdf.Object) -> Decode:
    """Return the decoder of a font: two bytes per character for Type0, else one. Without ToUnicode, use WinAnsi."""
    width = 2 if font.Subtype == "/Type0" else 1
    if "/ToUnicode" not in font:
        if width == 1 and str(font.get("/Encoding", "")) == "/WinAnsiEncoding":
            return lambda codes: codes.decode("cp1252", "replace")
        return lambda codes: UNKNOWN * (len(codes) // width)
    table = _to_unicode(font.ToUnicode.read_bytes().decode("latin-1"))

    def decode(codes: bytes) -> str:
        numbers = (int.from_bytes(codes[start : start + width], "big") for start in range(0, len(codes), width))
        return "".join(table.get(number, UNKNOWN) for number in numbers)

    return decode


@lru_cache(maxsize=64)  # a page chooses the same few fonts again and again
def _to_unicode(cmap: str) -> dict[int, str]:
    """Parse a ToUnicode CMap (ISO 32000-1, 9.10.3): bfchar pairs, and bfrange with a first text or a list of texts."""
    table: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.S):
        for code, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", block):
            table[int(code, 16)] = _utf16(text)
    for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.S):
        pattern = r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]*)>|\[(.*?)\])"
        for first, last, start, texts in re.findall(pattern, block, re.S):
            listed = re.findall(r"<([0-9A-Fa-f]*)>", texts)
            for number, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
                if texts:
                    table[code] = _utf16(listed[number]) if number < len(listed) else UNKNOWN
                else:
                    text = _utf16(start)
                    table[code] = text[:-1] + chr(ord(text[-1]) + number)
    return table


def _utf16(digits: str) -> str:
    return bytes.fromhex(digits).decode("utf-16-be")
