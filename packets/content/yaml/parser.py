"""Parse a YAML file into a tree of texts with their places, and refuse unsafe YAML features."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from packets.content.yaml.characters import REFUSED_CHARACTER, describe_character, refused_characters
from packets.content.yaml.diagnostics import QUOTE_IT, diagnose
from packets.errors import Problem, ordered, os_error_reason

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_PROBLEMS = 100  # problems of one file that are listed
MAX_BAD_CHARACTERS = 20  # of them, bad characters
REPLACED = "\ufffd"  # replaces what was refused and already reported


class Place(Struct, frozen=True, order=True):
    """Line and column, both counted from 1."""

    line: int
    column: int


class Mapping(Struct, frozen=True):
    entries: tuple[tuple[Scalar, Node], ...]
    place: Place
    flow: bool = False  # written as {…}


class Sequence(Struct, frozen=True):
    items: tuple[Node, ...]
    place: Place
    flow: bool = False  # written as […]


class Scalar(Struct, frozen=True, eq=False):
    """A text as the author meant it: never a number, a date or a yes-no value."""

    text: str
    place: Place
    style: str  # "" (plain), "'", '"' or "|"
    end: Place
    lines: tuple[str, ...]  # of the whole file

    def at(self, offset: int) -> Place:
        """Return the place in the file of the character at `offset` in the text, also in a `|` block."""
        if self.style == "|":
            return self._at_in_block(offset)
        places = self._places()
        return places[min(offset, len(places) - 1)] if places else self.place

    def comment(self) -> str:
        """Return the `# …` after the value on its last line; the author may have meant it to be printed."""
        if self.style == "|" or self.end.line > len(self.lines):
            return ""
        rest = self.lines[self.end.line - 1][self.end.column - 1 :].strip()
        return rest if rest.startswith("#") else ""

    def _at_in_block(self, offset: int) -> Place:
        before = self.text[:offset]
        index = before.count("\n")
        line = self.place.line + 1 + index
        if line > len(self.lines):
            return self.place
        column = offset - (before.rfind("\n") + 1)
        indent = len(self.lines[line - 1]) - len(self.text.split("\n")[index])
        return Place(line, max(indent, 0) + column + 1)

    def _places(self) -> list[Place]:
        """Return the place of each character and of the end; line breaks in the value count as YAML folds them."""
        places: list[Place] = []
        line, column = self.place.line, self.place.column + len(self.style)
        while (line, column) < (self.end.line, self.end.column):
            rest = self.lines[line - 1][column - 1 :]
            if not rest.strip() or rest == "\\":
                below = line + 1
                while below < self.end.line and not self.lines[below - 1].strip():
                    below += 1
                if rest != "\\":
                    places += [Place(line, column)] * max(1, below - line - 1)
                line = below
                if line > len(self.lines):
                    break
                column = len(self.lines[line - 1]) - len(self.lines[line - 1].lstrip(" ")) + 1
                continue
            places.append(Place(line, column))
            if self.style == '"' and rest[0] == "\\":
                column += {"x": 4, "u": 6, "U": 10}.get(rest[1:2], 2)
            else:
                column += 2 if self.style == "'" and rest.startswith("''") else 1
        return places or [self.place]


Node = Mapping | Sequence | Scalar


class ParsedFile(Struct):
    """The result of parsing: no tree if the text is not YAML, and the problems in reading order."""

    tree: Node | None
    problems: tuple[Problem, ...]


def read_file(path: Path, display_path: str = "", private: bool = False) -> ParsedFile:
    """Parse a file; `display_path` is its name in messages.

    A private file contains patient data: no message quotes it.
    """
    display_path = display_path or str(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = os_error_reason(error)
        return ParsedFile(None, (Problem("Y01", f"the file cannot be read: {reason}", path=display_path),))
    except ValueError:
        return ParsedFile(None, (Problem("Y01", "this is not the name of a file", path=display_path),))
    return read_bytes(data, display_path, private)


def read_bytes(data: bytes, display_path: str, private: bool = False) -> ParsedFile:
    if len(data) > MAX_BYTES:
        hint = "A content file has one document; split it, or check that this is the right file."
        return ParsedFile(None, (Problem("Y02", "the file is larger than 1 MB", hint, display_path),))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        hint = 'Save it again as UTF-8 (in Notepad: Save as, Encoding "UTF-8"), then look at the letters with accents.'
        return ParsedFile(None, (Problem("Y03", "the file is not UTF-8 text", hint, display_path, line, column),))
    return read_text(text, display_path, private)


def read_text(text: str, display_path: str, private: bool = False) -> ParsedFile:
    """Parse a text; problems are returned, never raised."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    reader = _Reader(display_path, private, tuple(text.split("\n")))
    readable = reader.without_refused(text)
    tree = reader.tree(readable)
    return ParsedFile(tree, ordered(reader.problems))


class _Reader:
    """Collect the problems of one file while its tree is built."""

    def __init__(self, display_path: str, private: bool, lines: tuple[str, ...]) -> None:
        self.display_path = display_path
        self.private = private
        self.lines = lines
        self.problems: list[Problem] = []

    def problem(self, code: str, message: str, place: Place | None, hint: str = "") -> None:
        line, column = (place.line, place.column) if place else (None, None)
        if len(self.problems) == MAX_PROBLEMS:
            code, message, hint = "Y19", "more problems follow; fix these first", ""
        elif len(self.problems) > MAX_PROBLEMS:
            return
        self.problems.append(Problem(code, message, hint, self.display_path, line, column))

    def without_refused(self, text: str) -> str:
        """Return the text with a replacement for each refused character, so that all places stay the same."""
        tabs = [(number, line) for number, line in enumerate(self.lines, 1) if "\t" in line]
        for number, line in tabs[:MAX_BAD_CHARACTERS]:
            self.problem("Y05", "a tab character", Place(number, line.index("\t") + 1), "Use spaces; YAML needs them.")
        if len(tabs) > MAX_BAD_CHARACTERS:
            place = Place(tabs[MAX_BAD_CHARACTERS][0], 1)
            self.problem("Y05", f"{len(tabs) - MAX_BAD_CHARACTERS} more lines with a tab from here on", place)
        for number, line in enumerate(self.lines, 1):
            if line.startswith("%"):
                self.problem("Y15", "a line that begins with % is not allowed", Place(number, 1), "Delete the line.")
            if match := re.match(r"[ ]*(?:-[ ]*)*(\u00a0)", line):
                self.problem(
                    "Y06",
                    "a no-break space (U+00A0) before the first word of the line",
                    Place(number, match.start(1) + 1),
                    "Delete the spaces at the start of the line and type them again.",
                )
        offsets = list(refused_characters(text))
        for number, (offset, char) in enumerate(offsets[: MAX_BAD_CHARACTERS + 1]):
            place = Place(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
            if number < MAX_BAD_CHARACTERS:
                self.refused_character(char, place)
            else:
                self.problem("Y04", f"{len(offsets) - MAX_BAD_CHARACTERS} more such characters from here on", place)
        return REFUSED_CHARACTER.sub(REPLACED, text).replace("\t", " ")

    def refused_character(self, char: str, place: Place) -> None:
        what = describe_character(char)
        comma = "," if ", which" in what else ""
        message = f"{what}{comma} is not allowed in a text"
        self.problem("Y04", message, place, "Delete it and type the word again.")

    def tree(self, text: str) -> Node | None:
        import yaml  # imported late: it takes 35 ms, which --help does not need

        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            return self.document(iter(yaml.parse(text, Loader=loader)))
        except _StopParsingError:
            return None
        except yaml.MarkedYAMLError as error:
            if (error.context or "").startswith("while increasing") and self.too_deep(text):
                return None
            diagnosis = diagnose(error, self.lines)
            self.problem(diagnosis.code, diagnosis.message, Place(diagnosis.line, diagnosis.column), diagnosis.hint)
            return None
        except yaml.YAMLError:  # from the pure Python reader, for characters that it does not accept; it has no place
            self.problem("Y07", "this cannot be read as YAML", Place(1, 1))
            return None

    def too_deep(self, text: str) -> bool:
        """Find the place with the Python parser; libyaml since 0.2.6 reports one far behind it."""
        import yaml

        slow_reader = _Reader(self.display_path, self.private, self.lines)
        with suppress(_StopParsingError, yaml.YAMLError):
            slow_reader.document(iter(yaml.parse(text, Loader=yaml.SafeLoader)))
        self.problems += slow_reader.problems[-1:]
        return bool(slow_reader.problems)

    def document(self, events: Iterator[Any]) -> Node | None:
        import yaml

        tree: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.problem(
                        "Y14",
                        "a second document begins here",
                        _place(event),
                        "A file can have only one document. To print ---, write it inside a text: | block, indented.",
                    )
                    break
            elif isinstance(event, yaml.NodeEvent):
                tree = self.node(event, events, 1)
        if tree is None or (isinstance(tree, Scalar) and not tree.text):
            self.problem("Y17", "the file is empty", None)
            return None
        return tree

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        import yaml

        place = _place(event)
        if depth > MAX_DEPTH and isinstance(event, yaml.CollectionStartEvent):
            self.problem(
                "Y08", f"more than {MAX_DEPTH} levels inside each other", place, "Look for a bracket [ or { too many."
            )
            raise _StopParsingError
        if isinstance(event, yaml.AliasEvent):
            self.problem("Y10", "a value cannot begin with *", place, QUOTE_IT)
            return Scalar(REPLACED, place, "", place, self.lines)
        self.refuse_marks(event, place)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, place)
        flow = bool(event.flow_style)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                items.append(self.node(event, events, depth + 1))
            return Sequence(tuple(items), place, flow)
        entries: list[tuple[Scalar, Node]] = []
        first: dict[str, Place] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self.node(event, events, depth + 1)
            value = self.node(next(events), events, depth + 1)
            if self.accepted(key, first):
                entries.append((key, value))  # type: ignore[arg-type]
        return Mapping(tuple(entries), place, flow)

    def refuse_marks(self, event: Any, place: Place) -> None:
        if event.anchor is not None:
            self.problem("Y11", "a value cannot begin with &", place, QUOTE_IT)
        if getattr(event, "tag", None) is not None:
            self.problem("Y12", "a value cannot begin with !", place, QUOTE_IT)

    def scalar(self, event: Any, place: Place) -> Scalar:
        end = Place(event.end_mark.line + 1, event.end_mark.column + 1)
        scalar = Scalar(event.value, place, event.style or "", end, self.lines)
        if event.style == ">":
            self.problem(
                "Y18",
                "a block of text begins with >, which joins lines that belong apart",
                place,
                "Write | instead; the wrapped lines of a paragraph are joined anyway.",
            )
            return Scalar(REPLACED, place, "", place, self.lines)
        if event.style == '"':
            for offset, char in refused_characters(event.value):
                if char != REPLACED:
                    self.refused_character(char, scalar.at(offset))
            if "\t" in event.value:
                self.problem("Y05", "a tab character", scalar.at(event.value.index("\t")), "Use spaces.")
        return scalar

    def accepted(self, key: Node, first: dict[str, Place]) -> bool:
        """Return whether the key is a plain word that has not appeared before."""
        if not isinstance(key, Scalar) or "\n" in key.text or not key.text:
            self.problem("Y16", "a key must be one word", key.place, "Write it like this: key: value")
            return False
        if key.text == "<<" and not key.style:
            self.problem("Y13", "the merge key << is not allowed", key.place, "Write the fields out.")
            return False
        if key.text in first:
            line = first[key.text].line
            name = "a field" if self.private else f'"{key.text}"'
            self.problem("Y09", f"{name} appears twice (first on line {line})", key.place, "Delete one of the two.")
            return False
        first[key.text] = key.place
        return True


class _StopParsingError(Exception):
    """Nothing after this place can be read."""


def _place(event: Any) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)
