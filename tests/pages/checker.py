"""Check the pages of a finished PDF against the rules of design."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, pairwise

from tests.pages import units
from tests.pages.limits import Limits
from tests.pages.measure import Box, Element, Line, MeasuredPage, Shape

_TOUCH = 0.75  # points that the boxes of glyphs may share
_SHORT_WORD = 8  # letters
_LONG_WORD = 0.35  # of the line
_NARROW = 35  # characters: in a narrow column, a word is left alone at times


class Rule(StrEnum):
    MADE = "every sample can be made"
    FILL = "no page but the last is nearly empty"
    SIZE = "nothing to read is too small"
    MEASURE = "no line is too long to read"
    OVERLAP = "nothing is drawn over text"
    MARGIN = "nothing is near the edge of the paper"
    HEADING = "a heading has lines below it"
    CALLOUT = "a frame is on one page"
    BROKEN = "a date, time, measure or phone number is on one line"
    LAST_WORD = "no last line is a single short word"
    FULL_LINE = "a line takes the words that fit"
    HELP = "the first page says whom to call"


@dataclass(frozen=True, slots=True)
class Finding:
    rule: Rule
    page: int  # counted from 1
    what: str

    def __str__(self) -> str:
        return f"page {self.page}: {self.what} ({self.rule.name})"


@dataclass(frozen=True, slots=True)
class Document:
    """Pages that follow each other in one language; `numbers` are their page numbers in the file, from 1."""

    pages: tuple[MeasuredPage, ...]
    numbers: tuple[int, ...]
    language: str
    limits: Limits
    may_be_empty: frozenset[int] = frozenset()  # page numbers: blank sides, and pages that an author's break ends


def check(document: Document) -> list[Finding]:
    """Return what is wrong, page by page."""
    found = [finding for rule in _RULES for finding in rule(document)]
    return sorted(found, key=lambda finding: (finding.page, finding.rule.name))


# ---- measures, also printed in the table


def text_area(page: MeasuredPage, limits: Limits) -> tuple[float, float]:
    """Return the lower and upper end of what is between header and footer: the small artifacts at both ends."""
    small = [line for line in page.lines if line.element is None and line.size < limits.text]
    headers = [line.box.bottom for line in small if line.baseline > page.height * 0.8]
    footers = [line.box.top for line in small if line.baseline < page.height * 0.2]
    return max(footers, default=limits.edge), min(headers, default=page.height - limits.edge)


def fill(page: MeasuredPage, limits: Limits) -> float:
    """Return the share of the text area outside its largest blank band."""
    bottom, top = text_area(page, limits)
    inks = [line.box for line in page.lines] + [shape.box for shape in page.shapes]
    bands = sorted(
        (max(box.bottom, bottom), min(box.top, top)) for box in inks if box.top > bottom and box.bottom < top
    )
    blank, reached = 0.0, bottom
    for low, high in bands:
        blank = max(blank, low - reached)
        reached = max(reached, high)
    return 1 - max(blank, top - reached) / (top - bottom)


def longest_line(page: MeasuredPage) -> int:
    return max((len(line.text.strip()) for line in page.body()), default=0)


def smallest(page: MeasuredPage) -> float:
    return min((line.size for line in page.body()), default=0.0)


# ---- rules for a page


def _fill(document: Document) -> Iterator[Finding]:
    for number, page in list(zip(document.numbers, document.pages, strict=True))[:-1]:
        share = fill(page, document.limits)
        if share < document.limits.fill and number not in document.may_be_empty:
            yield Finding(Rule.FILL, number, f"{share:.0%} full")


def _size(document: Document) -> Iterator[Finding]:
    for number, page in zip(document.numbers, document.pages, strict=True):
        for line in page.lines:
            least = document.limits.text if line.element else document.limits.header
            if line.size < least - 0.01:
                yield Finding(Rule.SIZE, number, f"{line.size:.2f} pt: {_start(line)}")


def _measure(document: Document) -> Iterator[Finding]:
    for number, page in zip(document.numbers, document.pages, strict=True):
        for line in page.body():
            if len(line.text.strip()) > document.limits.measure:
                yield Finding(Rule.MEASURE, number, f"{len(line.text.strip())} characters: {_start(line)}")


def _overlap(document: Document) -> Iterator[Finding]:
    for number, page in zip(document.numbers, document.pages, strict=True):
        for one, other in combinations(page.lines, 2):
            if min(one.box.overlap(other.box)) > _TOUCH:
                yield Finding(Rule.OVERLAP, number, f"{_start(one)} and {_start(other)}")
        for line in page.lines:
            if any(_crosses(shape, line) for shape in page.shapes):
                yield Finding(Rule.OVERLAP, number, f"a shape crosses {_start(line)}")


def _crosses(shape: Shape, line: Line) -> bool:
    if min(shape.box.overlap(line.box)) <= _TOUCH:
        return False
    if shape.is_line:
        return not _underlines(shape.box, line)
    return not shape.box.holds(line.box, 0.5)


def _underlines(box: Box, line: Line) -> bool:
    return line.baseline - 0.3 * line.size < box.bottom and box.top < line.baseline and box.width <= line.box.width + 6


def _margin(document: Document) -> Iterator[Finding]:
    limits = document.limits
    for number, page in zip(document.numbers, document.pages, strict=True):
        allowed = Box(limits.side, limits.edge, page.width - limits.side, page.height - limits.edge)
        for line in page.lines:
            if not allowed.holds(line.box):
                yield Finding(Rule.MARGIN, number, _start(line))
        for shape in page.shapes:
            if not allowed.holds(shape.box):
                yield Finding(Rule.MARGIN, number, f"a shape at {shape.box.left:.0f}, {shape.box.bottom:.0f}")


# ---- rules for what goes on from page to page


def _heading(document: Document) -> Iterator[Finding]:
    for (number, page), following in pairwise(zip(document.numbers, document.pages, strict=True)):
        lines = page.body()
        place = max((place for place, line in enumerate(lines) if line.is_heading), default=None)
        next_lines = following[1].body()
        if place is None or not next_lines or not _goes_on(lines[place], next_lines[0]):
            continue
        below = _rows_below(page, lines[place], lines[place + 1 :], document.limits)
        if below < document.limits.below_heading:
            yield Finding(Rule.HEADING, number, f"{below} lines below {_start(lines[place])}")


def _goes_on(heading: Line, next_line: Line) -> bool:
    """Return whether the section of a heading, or for a title the document, goes on with a line of the next page."""
    if heading.element is None or next_line.element is None or next_line.is_heading:
        return False
    section = heading.element.ancestors[:-1]
    return next_line.element.ancestors[: len(section)] == section


def _rows_below(page: MeasuredPage, heading: Line, lines: Sequence[Line], limits: Limits) -> int:
    """Count the lines of text, and the lines to write on, below a heading."""
    own = heading.element
    rows = {round(line.baseline / 3) for line in lines if line.element != own}
    bottom = text_area(page, limits)[0]
    rules = {
        round(shape.box.bottom / 3)
        for shape in page.shapes
        if shape.is_line and shape.box.width > 100 and bottom < shape.box.top < heading.baseline - heading.size / 2
    }
    return len(rows | rules)


def _callout(document: Document) -> Iterator[Finding]:
    on_pages: dict[tuple[int, int], set[int]] = defaultdict(set)
    for number, page in zip(document.numbers, document.pages, strict=True):
        for line in page.body():
            for section in _sections(line.element):
                on_pages[section].add(number)
    for number, page in zip(document.numbers, document.pages, strict=True):
        for section, lines in _by_section(page).items():
            if len(on_pages[section]) > 1 and min(on_pages[section]) == number and _framed(page, lines):
                yield Finding(Rule.CALLOUT, number, f"the frame around {_start(lines[0])} goes on")


def _sections(element: Element | None) -> Iterator[tuple[int, int]]:
    """Yield the id of the innermost section or aside of an element."""
    if element:
        known = zip(element.path, element.ancestors, strict=True)
        yield from [own for role, own in known if role in ("Sect", "Aside", "Div", "Note")][-1:]


def _by_section(page: MeasuredPage) -> dict[tuple[int, int], list[Line]]:
    lines: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for line in page.body():
        for section in _sections(line.element):
            lines[section].append(line)
    return lines


def _framed(page: MeasuredPage, lines: Sequence[Line]) -> bool:
    return any(not shape.is_line and all(shape.box.holds(line.box) for line in lines) for shape in page.shapes)


# ---- rules for the lines of a paragraph


def _paragraphs(document: Document) -> Iterator[tuple[int, list[Line]]]:
    """Yield the lines of each paragraph, list entry, heading and cell on a page, with the page's number."""
    for number, page in zip(document.numbers, document.pages, strict=True):
        lines: dict[tuple[int, int], list[Line]] = defaultdict(list)
        for line in page.body():
            if line.element and line.role != "Figure":
                lines[line.element.id].append(line)
        for paragraph in lines.values():
            yield number, sorted(paragraph, key=lambda line: -line.baseline)


def _broken(document: Document) -> Iterator[Finding]:
    for number, lines in _paragraphs(document):
        for what in units.broken([line.text for line in lines], document.language):
            yield Finding(Rule.BROKEN, number, what.replace("\u00a0", " "))


def _last_word(document: Document) -> Iterator[Finding]:
    for number, lines in _paragraphs(document):
        *_, before, last = [None, None, *lines]
        if before is None or last is None or len(before.text) < _NARROW:
            continue
        words = last.words()
        if before.words()[-1].width > _LONG_WORD * before.box.width:
            continue  # the line before would be short without it
        if len(words) == 1 and len(words[0].text.strip(".,;:!?”)")) <= _SHORT_WORD:
            yield Finding(Rule.LAST_WORD, number, f"“{last.text.strip()}” after “{before.text.strip()[-30:]}”")


def _full_line(document: Document) -> Iterator[Finding]:
    """Report a line that has room for the words that begin the next one.

    The room is that of the widest line of the section with the same left end, size and role. A word may be kept for
    the last line, which would have been a single word, and no line is longer than the measure. Not for tables, whose
    columns may be wider than their lines.
    """
    room: dict[tuple[object, ...], float] = defaultdict(float)
    for _, lines in _paragraphs(document):
        for line in lines:
            room[_column(line)] = max(room[_column(line)], line.box.width)
    for number, lines in _paragraphs(document):
        for place, (line, following) in enumerate(pairwise(lines if lines[0].role not in ("TH", "TD") else ())):
            first, *rest = units.words_of_units(following.text, document.language)
            moved = sum(word.width for word in following.words()[:first]) + 0.3 * line.size * first
            is_last = place == len(lines) - 2
            if is_last and len(rest) <= 1:
                continue
            if len(line.text.strip()) + 1 + sum(map(len, following.text.split()[:first])) > document.limits.measure:
                continue
            if line.box.width + moved <= room[_column(line)]:
                free = room[_column(line)] - line.box.width
                yield Finding(Rule.FULL_LINE, number, f"{free:.0f} pt free after {_start(line)}")


def _column(line: Line) -> tuple[object, ...]:
    return round(line.box.left / 3), round(line.size, 1), line.role, *_sections(line.element)


def _start(line: Line) -> str:
    text = " ".join(line.text.split())
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


_RULES: tuple[Callable[[Document], Iterator[Finding]], ...] = (
    _fill,
    _size,
    _measure,
    _overlap,
    _margin,
    _heading,
    _callout,
    _broken,
    _last_word,
    _full_line,
)
