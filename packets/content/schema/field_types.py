"""Define the types of single values (text, ids, numbers, dates); each parses its node or reports what is wrong."""

from __future__ import annotations

import datetime as dt
import re
from typing import ClassVar
from zoneinfo import ZoneInfo

from msgspec import Struct

from packets.content.foreign_marks import refuse_foreign_marks
from packets.content.problems import ProblemCollector, did_you_mean, listed, quoted
from packets.content.schema.records import FieldType, scalar
from packets.content.yaml.parser import Mapping, Node, Scalar


class SingleLine(FieldType, Struct, frozen=True):
    """Text on one line; printed as typed, unless it is the exact word of another program."""

    max_length: int = 200
    takes: str = "one line of text"
    printed: bool = True
    slots: bool = False  # as in headings; those that it may have are checked when the questions are known

    def read(self, node: Node, problems: ProblemCollector) -> str | None:
        value = scalar(node, problems, self.takes)
        if value is None or refuse_comment(value, problems):
            return None
        text = value.text.strip()
        if "\n" in text:
            problems.add("S11", "expected one line, found several", value.place, "Write it after the colon, without |.")
            return None
        if len(text) > self.max_length:
            hint = f"At most {self.max_length} characters fit; these are {len(text)}."
            problems.add("S21", "the line is too long", value.place, hint)
            return None
        if self.printed and (mark := re.search(r"\*\*" if self.slots else r"\*\*|\{[^{}]*\}", text)):
            hint = "Bold words work in text: and check: only; slots also work in headings."
            place = value.at(value.text.index(mark.group()))
            problems.add("T12", f"{mark.group()} would be printed as typed", place, hint)
            return None
        if self.printed and refuse_foreign_marks(value, problems, bold=False):
            return None
        return text


def refuse_comment(node: Scalar, problems: ProblemCollector) -> bool:
    """Report a `# …` after printed text, which YAML would silently drop; return whether there was one."""
    if not (node.comment() and not node.style):
        return False
    hint = 'To print it, put the whole value in "quotes"; a comment goes on its own line.'
    problems.add("S12", "what follows # is not printed", node.place, hint)
    return True


class PlainText(FieldType, Struct, frozen=True):
    """Text of any length. Line ends and runs of spaces become one space; with `paragraphs`, blank lines stay."""

    takes: str = "text"
    paragraphs: bool = False
    printed: bool = False  # not words of the content, which `markup` reads

    def read(self, node: Node, problems: ProblemCollector) -> str | None:
        value = scalar(node, problems, self.takes)
        if value is None or refuse_comment(value, problems):
            return None
        if self.printed and refuse_foreign_marks(value, problems, bold=False):
            return None
        paragraphs = re.split(r"\n[ ]*\n", value.text.strip()) if self.paragraphs else [value.text]
        return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


class MarkedUpText(FieldType, Struct, frozen=True):
    """Marked-up text; parsed later, when the slots that it may use are known."""

    takes: str = "text"

    def read(self, node: Node, problems: ProblemCollector) -> Scalar | None:
        value = scalar(node, problems, self.takes)
        if value is None or refuse_comment(value, problems):
            return None
        if value.style != "|" and value.end.line > value.place.line:
            # YAML would join the entries of a list into one line.
            problems.add("S17", "a text of several lines begins with |", value.place, "Write it like this: text: |")
            return None
        return value


class Pattern(FieldType, Struct, frozen=True):
    """A text that matches a pattern, such as an id or a telephone number."""

    pattern: str
    takes: str
    hint: str
    code: str = "S15"

    def read(self, node: Node, problems: ProblemCollector) -> str | None:
        value = scalar(node, problems, self.takes)
        if value is None:
            return None
        if not re.fullmatch(self.pattern, value.text):
            problems.add(self.code, f"{quoted(value, problems)} is not {self.takes}", value.place, self.hint)
            return None
        return value.text


class Choice(FieldType, Struct, frozen=True):
    """One of a few allowed words; with the members of a StrEnum, the value is the member."""

    words: tuple[str, ...]

    @property
    def takes(self) -> str:  # type: ignore[override]
        return listed(self.words)

    @property
    def empty(self) -> str:  # type: ignore[override]
        return self.words[0]

    def read(self, node: Node, problems: ProblemCollector) -> str | None:
        value = scalar(node, problems, self.takes)
        if value is None:
            return None
        if value.text not in self.words:
            hint = did_you_mean(value.text, self.words, f"It can be {self.takes}.")
            problems.add("S06", f"{quoted(value, problems)} is not an allowed value", value.place, hint)
            return None
        return self.words[self.words.index(value.text)]


class YesNo(FieldType, Struct, frozen=True):
    """yes or no; the value is a bool."""

    takes: str = "yes or no"
    empty: ClassVar[object] = False

    def read(self, node: Node, problems: ProblemCollector) -> bool | None:
        word = Choice(("yes", "no")).read(node, problems)
        return None if word is None else word == "yes"


class TrueFalse(FieldType, Struct, frozen=True):
    """true or false; the value is a bool."""

    takes: str = "true or false"
    empty: ClassVar[object] = False

    def read(self, node: Node, problems: ProblemCollector) -> bool | None:
        word = Choice(("true", "false")).read(node, problems)
        return None if word is None else word == "true"


class Integer(FieldType, Struct, frozen=True):
    """A whole number."""

    minimum: int
    maximum: int
    empty: ClassVar[object] = 0

    @property
    def takes(self) -> str:  # type: ignore[override]
        return f"a whole number from {self.minimum} to {self.maximum}"

    def read(self, node: Node, problems: ProblemCollector) -> int | None:
        value = scalar(node, problems, self.takes)
        if value is None:
            return None
        valid = re.fullmatch("0|[1-9][0-9]{0,8}", value.text) and self.minimum <= int(value.text) <= self.maximum
        if not valid:
            problems.add("S08", f"{quoted(value, problems)} is not {self.takes}", value.place)
            return None
        return int(value.text)


class CalendarDate(FieldType, Struct, frozen=True):
    """A date, written 2026-12-07."""

    takes: str = "a date like 2026-12-07"
    empty: ClassVar[object] = None

    def read(self, node: Node, problems: ProblemCollector) -> dt.date | None:
        value = scalar(node, problems, self.takes)
        if value is None:
            return None
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value.text):
                raise ValueError
            return dt.date.fromisoformat(value.text)
        except ValueError:
            hint = "Write year, month and day with two dashes: 2026-12-07"
            problems.add("S09", f"{quoted(value, problems)} is not {self.takes}", value.place, hint)
            return None


LANGUAGE_TAG = "[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?"


class InLanguages(FieldType, Struct, frozen=True):
    """A text in the clinic's language, or one for each language; the value is a dict, by "" or by language."""

    of: FieldType
    empty: ClassVar[object] = ()

    @property
    def takes(self) -> str:  # type: ignore[override]
        return f"{self.of.takes}, or one for each language"

    def read(self, node: Node, problems: ProblemCollector) -> dict[str, object] | None:
        if not isinstance(node, Mapping):
            value = self.of.read(node, problems)
            return None if value is None else {"": value}
        values: dict[str, object] = {}
        for key, written in node.entries:
            if not re.fullmatch(LANGUAGE_TAG, key.text):
                hint = "Write one line for each language: en: …"
                problems.add("S10", f"{quoted(key, problems)} is not a language", key.place, hint)
                continue
            value = self.of.read(written, problems)
            if value is not None:
                values[key.text] = value
        return values


class TimeZone(FieldType, Struct, frozen=True):
    """A time zone by its name in the tz database: an abbreviation such as CST has no daylight saving time."""

    takes: str = "a time zone"
    pattern: str = "UTC|[A-Za-z_]+(/[A-Za-z0-9_+-]+)+"

    def read(self, node: Node, problems: ProblemCollector) -> str | None:
        value = scalar(node, problems, self.takes)
        if value is None:
            return None
        try:
            if not re.fullmatch(self.pattern, value.text):
                raise ValueError
            ZoneInfo(value.text)
        except (ValueError, LookupError, OSError):
            hint = "Write its name in the tz database: America/Chicago"
            problems.add("S70", f"{quoted(value, problems)} is not a time zone", value.place, hint)
            return None
        return value.text
