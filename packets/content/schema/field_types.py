"""What a single value can be: words, an id, a number, a day; each reads its node and reports what it is not."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from packets.content.problems import ProblemCollector, did_you_mean, listed, quoted
from packets.content.schema.records import FieldType, scalar
from packets.content.yaml.parser import Node, Scalar


@dataclass(frozen=True, slots=True)
class SingleLine(FieldType):
    """Words that are printed, on one line."""

    longest: int = 200
    takes: str = "one line of text"

    def read(self, node: Node, problems: ProblemCollector) -> str | None:
        found = scalar(node, problems, self.takes)
        if found is None or refuse_comment(found, problems):
            return None
        text = found.text.strip()
        if "\n" in text:
            problems.add("S11", "expected one line, found several", found.place, "Write it after the colon, without |.")
            return None
        if len(text) > self.longest:
            hint = f"At most {self.longest} characters fit; these are {len(text)}."
            problems.add("S11", "the line is too long", found.place, hint)
            return None
        if mark := re.search(r"\*\*|\{[^{}]*\}", text):
            hint = "Bold words and slots work in text: and check: only."
            place = found.at(found.text.index(mark.group()))
            problems.add("T12", f"{mark.group()} would be printed as typed", place, hint)
            return None
        return text


def refuse_comment(node: Scalar, problems: ProblemCollector) -> bool:
    """Whether words to print are followed by `# …`, which YAML would drop without a word."""
    if not (node.comment() and not node.style):
        return False
    hint = 'To print it, put the whole value in "quotes"; a comment goes on its own line.'
    problems.add("S12", "what follows # is not printed", node.place, hint)
    return True


@dataclass(frozen=True, slots=True)
class PlainText(FieldType):
    """Words of any length; line ends and runs of spaces count as one space, an empty line stays one."""

    takes: str = "text"
    paragraphs: bool = False

    def read(self, node: Node, problems: ProblemCollector) -> str | None:
        found = scalar(node, problems, self.takes)
        if found is None or refuse_comment(found, problems):
            return None
        paragraphs = re.split(r"\n[ ]*\n", found.text.strip()) if self.paragraphs else [found.text]
        return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


@dataclass(frozen=True, slots=True)
class MarkedUpText(FieldType):
    """Marked-up text; read later, when the slots that it may use are known."""

    takes: str = "text"

    def read(self, node: Node, problems: ProblemCollector) -> Scalar | None:
        found = scalar(node, problems, self.takes)
        if found is None or refuse_comment(found, problems):
            return None
        if found.style != "|" and found.end.line > found.place.line:
            # YAML would join the entries of a list into one line here.
            problems.add("S17", "a text of several lines begins with |", found.place, "Write it like this: text: |")
            return None
        return found


@dataclass(frozen=True, slots=True)
class Pattern(FieldType):
    """A text of a given form, such as an id or a telephone number."""

    pattern: str
    takes: str
    hint: str
    code: str = "S15"

    def read(self, node: Node, problems: ProblemCollector) -> str | None:
        found = scalar(node, problems, self.takes)
        if found is None:
            return None
        if not re.fullmatch(self.pattern, found.text):
            problems.add(self.code, f"{quoted(found, problems)} is not {self.takes}", found.place, self.hint)
            return None
        return found.text


@dataclass(frozen=True, slots=True)
class Choice(FieldType):
    """One word of a few."""

    words: tuple[str, ...]

    @property
    def takes(self) -> str:  # type: ignore[override]
        return listed(self.words)

    def read(self, node: Node, problems: ProblemCollector) -> str | None:
        found = scalar(node, problems, self.takes)
        if found is None:
            return None
        if found.text not in self.words:
            hint = did_you_mean(found.text, self.words, f"It can be {self.takes}.")
            problems.add("S06", f"{quoted(found, problems)} is not an allowed value", found.place, hint)
            return None
        return found.text


@dataclass(frozen=True, slots=True)
class Integer(FieldType):
    """A whole number."""

    least: int
    most: int

    @property
    def takes(self) -> str:  # type: ignore[override]
        return f"a whole number from {self.least} to {self.most}"

    def read(self, node: Node, problems: ProblemCollector) -> int | None:
        found = scalar(node, problems, self.takes)
        if found is None:
            return None
        good = re.fullmatch("0|[1-9][0-9]{0,8}", found.text) and self.least <= int(found.text) <= self.most
        if not good:
            problems.add("S08", f"{quoted(found, problems)} is not {self.takes}", found.place)
            return None
        return int(found.text)


@dataclass(frozen=True, slots=True)
class CalendarDate(FieldType):
    """A calendar day, written 2026-12-07."""

    takes: str = "a date like 2026-12-07"

    def read(self, node: Node, problems: ProblemCollector) -> dt.date | None:
        found = scalar(node, problems, self.takes)
        if found is None:
            return None
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", found.text):
                raise ValueError
            return dt.date.fromisoformat(found.text)
        except ValueError:
            hint = "Write year, month and day with two dashes: 2026-12-07"
            problems.add("S09", f"{quoted(found, problems)} is not {self.takes}", found.place, hint)
            return None


@dataclass(frozen=True, slots=True)
class TimeZone(FieldType):
    """A time zone of the tz database, by its region's name: an abbreviation such as CST does not know summer time."""

    takes: str = "a time zone"
    pattern: str = "UTC|[A-Za-z_]+(/[A-Za-z0-9_+-]+)+"

    def read(self, node: Node, problems: ProblemCollector) -> str | None:
        found = scalar(node, problems, self.takes)
        if found is None:
            return None
        try:
            if not re.fullmatch(self.pattern, found.text):
                raise ValueError
            ZoneInfo(found.text)
        except (ValueError, LookupError, OSError):
            hint = "Write its name in the tz database: America/Chicago"
            problems.add("S70", f"{quoted(found, problems)} is not a time zone", found.place, hint)
            return None
        return found.text
