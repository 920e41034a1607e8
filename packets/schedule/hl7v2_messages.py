"""Parse HL7 v2 files into messages: HL7 2.5.1 chapter 2, sections 2.5 (delimiters), 2.7 (escapes), 2.10.3 (batches).

The libraries were tried on real files and lose data without an error (docs/hospital-systems.md), so this reads only
what it knows, and refuses the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from packets.errors import InvalidInputError, Problem
from packets.values import HiddenFields

_SEGMENT = re.compile(rb"[A-Z][A-Z0-9]{2}")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_MLLP = b"\x0b\x1c"  # start and end of a message on a socket; engines leave them in files
_ESCAPE_DOUBLED = 5  # characters of an MSH-2 such as ^~\\&, which some programs write
_CHARACTER_SETS = {
    "": "ascii",
    "ASCII": "ascii",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    **{f"8859/{part}": f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)},
}
MAX_SEGMENTS = 5_000
_NULL = '""'  # deletes a value at the receiver; here: no value


class MessageError(ValueError):
    """A part of a message that cannot be read; `where` is such as PID-5. Never contains the content."""

    def __init__(self, where: str, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.where, self.reason, self.hint = where, reason, hint


class Message(HiddenFields, Struct, frozen=True):
    """A message; fields, components and subcomponents are counted from 1 as in the standard."""

    place: str
    segments: tuple[tuple[str, tuple[str, ...]], ...]  # name and fields; MSH-1 is not among the fields
    delimiters: str  # component, repetition, escape, subcomponent
    character_set: str

    def count(self, segment: str) -> int:
        return sum(name == segment for name, _ in self.segments)

    def all(self, segment: str, field: int) -> list[str]:
        """Return every repetition of a field in every segment of this name, as written."""
        found = []
        for name, fields in self.segments:
            if name == segment:
                found += self._field(name, fields, field).split(self.delimiters[1])
        return [text for text in found if text and text != _NULL]

    def _field(self, name: str, fields: tuple[str, ...], number: int) -> str:
        place = number - (2 if name == "MSH" else 1)
        return fields[place] if 0 <= place < len(fields) else ""

    def rows(self, segment: str, *numbers: int) -> list[tuple[str, ...]]:
        """Return some fields of each segment of this name, as written."""
        return [
            tuple(self._field(name, fields, number) for number in numbers)
            for name, fields in self.segments
            if name == segment
        ]

    def part(self, text: str, component: int, subcomponent: int = 1, where: str = "") -> str:
        """Return a decoded part of a field as written, "" if it is absent. Raise MessageError."""
        components = text.split(self.delimiters[0])
        if component > len(components):
            return ""
        parts = components[component - 1].split(self.delimiters[3])
        raw = parts[subcomponent - 1] if subcomponent <= len(parts) else ""
        return "" if raw == _NULL else self._decoded(raw, where).strip()

    def first(self, segment: str, field: int, component: int = 1) -> str:
        """Return a component of the first occurrence of a field. Raise MessageError."""
        texts = self.all(segment, field)
        return self.part(texts[0], component, where=f"{segment}-{field}") if texts else ""

    def _decoded(self, text: str, where: str) -> str:
        escape = self.delimiters[2]
        if escape not in text:
            return text
        pieces = text.split(escape)
        if len(pieces) % 2 == 0:
            raise MessageError(where, "an escape sequence is not closed")
        decoded = [pieces[0]]
        for number in range(1, len(pieces), 2):
            decoded += [self._escaped(pieces[number], where), pieces[number + 1]]
        return "".join(decoded)

    def _escaped(self, code: str, where: str) -> str:
        component, repetition, escape, subcomponent = tuple(self.delimiters)
        simple = {
            "F": "|", "S": component, "T": subcomponent, "R": repetition, "E": escape,
            "H": "", "N": "", ".br": " ", ".sp": " ",
        }  # fmt: skip
        if code in simple:
            return simple[code]
        if re.fullmatch("X([0-9A-Fa-f]{2})+", code):
            try:
                return bytes.fromhex(code[1:]).decode(self.character_set)
            except UnicodeDecodeError:
                raise MessageError(where, "the bytes of an escape sequence are not in the character set") from None
        raise MessageError(where, "an escape sequence is not known")


def messages(data: bytes, name: str) -> Iterator[Message | tuple[str, MessageError]]:
    """Yield the messages of a file, or the place and the error of one that cannot be read.

    Raise InvalidInputError (B80, B81) if the file is not HL7 v2 or its batch is cut off.
    """
    lines = [line.strip(_MLLP) for line in _LINE_END.split(data.removeprefix(b"\xef\xbb\xbf"))]
    lines = [line for line in lines if line.strip()]
    if not lines or lines[0][:3] not in (b"MSH", b"FHS", b"BHS"):
        message = "this is not an HL7 v2 file: it does not begin with MSH, FHS or BHS"
        raise InvalidInputError(Problem("B80", message, "Choose the files that the interface engine writes.", name))
    _check_batch(lines, name)
    number, part = 0, list[bytes]()
    for line in [*lines, b"MSH"]:
        if line[:3] in (b"FHS", b"BHS", b"BTS", b"FTS"):
            continue
        if line[:3] == b"MSH" and part:
            number += 1
            place = f"{name}, message {number}"
            try:
                yield _message(part, place)
            except MessageError as error:
                yield place, error
            part = []
        part.append(line)


def _check_batch(lines: list[bytes], name: str) -> None:
    """Raise InvalidInputError if an envelope has no end, or counts other messages than it has."""
    for header, trailer, inside in ((b"FHS", b"FTS", b"BHS"), (b"BHS", b"BTS", b"MSH")):
        count = 0
        is_open = False
        for line in lines:
            if line[:3] == header:
                is_open, count = True, 0
            elif line[:3] == inside:
                count += 1
            elif line[:3] == trailer:
                stated = line[4:].split(line[3:4] or b"|")[0].strip()
                if stated.isdigit() and int(stated) != count:
                    message = f"the batch says that it has {int(stated)} parts and has {count}: it is cut off"
                    raise InvalidInputError(Problem("B81", message, "Ask for the file again.", name))
                is_open = False
        if is_open:
            message = f"the batch begins with {header.decode()} and has no {trailer.decode()}: it is cut off"
            raise InvalidInputError(Problem("B81", message, "Ask for the file again.", name))


def _message(lines: list[bytes], place: str) -> Message:
    header = lines[0]
    separator = header[3:4]
    delimiters = header[4:].split(separator)[0].decode("latin-1") if separator else ""
    if len(delimiters) == _ESCAPE_DOUBLED and delimiters[2] == delimiters[3]:
        delimiters = delimiters[:3] + delimiters[4:]
    used = separator.decode("latin-1") + delimiters
    if separator != b"|" or not 4 <= len(delimiters) <= 5 or len(set(used)) != len(used) or not _are_marks(used):
        raise MessageError("MSH-1 and MSH-2", "the delimiters are not those of the standard (|^~\\&)")
    if len(lines) > MAX_SEGMENTS:
        raise MessageError("", f"the message has more than {MAX_SEGMENTS} segments")
    fields = header.decode("latin-1").split("|")
    stated = fields[17].split(delimiters[1])[0].strip() if len(fields) > 17 else ""
    character_set = _CHARACTER_SETS.get(stated.upper())
    if character_set is None:
        raise MessageError("MSH-18", "this character set is not supported", "Supported: UNICODE UTF-8, 8859/1, ASCII.")
    segments = []
    for line in lines:
        if not _SEGMENT.fullmatch(line[:3]) or line[3:4] not in (b"|", b""):
            raise MessageError("", "a line does not begin with the name of a segment", "A field has a line break.")
        try:
            text = line.decode(character_set)
        except UnicodeDecodeError:
            reason = "a letter is not in the character set of the message"
            hint = "" if stated else "MSH-18 is empty, which means ASCII. Ask for it to be filled in: UNICODE UTF-8"
            raise MessageError("MSH-18" if not stated else line[:3].decode(), reason, hint) from None
        segments.append((text[:3], tuple(text.split("|")[1:])))
    return Message(place, tuple(segments), delimiters[:4], character_set)


def _are_marks(text: str) -> bool:
    return all("!" <= char <= "~" and not char.isalnum() for char in text)
