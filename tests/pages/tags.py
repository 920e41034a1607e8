"""Check the structure tree of a finished PDF against what is seen on its pages.

Shares no code with the product's PDF writer: pikepdf reads the tree, pdfium the positions of text and frames.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby, pairwise

import pikepdf

from tests.instruments import structure
from tests.pages.measure import Box, Element, MeasuredPage, measure

Id = tuple[int, int]
_HEADINGS = {f"H{level}": level for level in range(1, 7)}
_BOXES = ("Sect", "Aside")
_WITHOUT_HEADING = ("L", "TD")  # the patient band, a date in a tile
_LEAST_FRAME = (60, 20)  # points, width and height; what is smaller frames a single word
_LONG = 20  # letters: shorter texts may be the same in two languages


RIGHT_TO_LEFT = ("ar",)


class TagRule(StrEnum):
    TAGGED = "every text is tagged or an artifact"
    TABLE = "a table has rows of cells, and header cells with a scope"
    LIST = "a list has items with a label and a body"
    FIGURE = "a figure has alternative text and its place on the page"
    HEADING = "headings begin with one H1 and skip no level"
    FRAME = "what is in a frame is one element, and a box begins with its heading"
    ORDER = "the reading order is the order on the page"
    LANGUAGE = "every text is in an element of its language"


@dataclass(frozen=True, slots=True)
class Fault:
    rule: TagRule
    page: int  # counted from 1; 0 for the whole file
    what: str


@dataclass(slots=True)
class Tag:
    """A structure element; `language` is that of the nearest element that names one, `number` the reading order."""

    id: Id
    role: str
    language: str
    alt: str
    attributes: dict[str, str]
    number: int
    children: list[Tag] = field(default_factory=list)

    def all(self) -> Iterator[Tag]:
        yield self
        for child in self.children:
            yield from child.all()

    def below(self, *roles: str) -> list[Tag]:
        """Return the elements with one of these roles, in reading order."""
        return [tag for tag in self.all() if tag.role in roles and tag is not self]


def read_tags(data: bytes) -> Tag:
    """Return the root of the structure tree."""
    with pikepdf.open(io.BytesIO(data)) as file:
        language = str(file.Root.get("/Lang", ""))
        (root,) = _children(file.Root.StructTreeRoot)
        return _tag(root, language, iter(range(1 << 30)))


def _tag(element: pikepdf.Object, language: str, numbers: Iterator[int]) -> Tag:
    language = str(element.get("/Lang", language))
    attributes = element.get("/A", pikepdf.Array())
    known = {
        str(name)[1:]: str(value)
        for each in (attributes if isinstance(attributes, pikepdf.Array) else [attributes])
        for name, value in each.items()
    }
    alt = str(element.get("/Alt", ""))
    tag = Tag(element.objgen, str(element.S)[1:], language, alt, known, next(numbers))
    tag.children = [_tag(child, language, numbers) for child in _children(element)]
    return tag


def _children(element: pikepdf.Object) -> list[pikepdf.Object]:
    kids = element.get("/K", pikepdf.Array())
    every = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return [kid for kid in every if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]


def check_tags(data: bytes, languages: tuple[str, ...], foreign: str = "") -> list[Fault]:
    """Return what is wrong; the pages are in `languages` by turns, and only `foreign` words are in English on them."""
    root = read_tags(data)
    known = {tag.id for tag in root.all()}  # what is not in the tree is an error of its own
    pages = tuple(
        replace(page, lines=tuple(line for line in page.lines if line.element and line.element.id in known))
        for page in measure(data)
    )
    if languages[0] in RIGHT_TO_LEFT:
        pages = tuple(map(_mirrored, pages))
    # The second language of a bilingual packet is a part of its own.
    parts = [tag for tag in root.children if tag.role == "Part"]
    own = Tag(root.id, root.role, root.language, "", {}, root.number, [t for t in root.children if t.role != "Part"])
    return [
        *_untagged(data),
        *(
            fault
            for part in (own, *parts)
            for fault in (*_tables(part), *_lists(part), *_figures(part), *_headings(part))
        ),
        *(fault for number, page in enumerate(pages, 1) for fault in _frames(root, page, number)),
        *(
            fault
            for number, page in enumerate(pages, 1)
            for fault in _order(root, page, number, number <= len(languages))
        ),
        *_languages(root, pages, languages, foreign),
    ]


def _mirrored(page: MeasuredPage) -> MeasuredPage:
    """Return the mirror image of a page, to read it from left to right."""

    def box(known: Box) -> Box:
        return Box(page.width - known.right, known.bottom, page.width - known.left, known.top)

    lines = tuple(replace(line, box=box(line.box)) for line in page.lines)
    return replace(page, lines=lines, shapes=tuple(replace(shape, box=box(shape.box)) for shape in page.shapes))


def _untagged(data: bytes) -> Iterator[Fault]:
    tree = structure.read(data)
    for error in tree.errors:
        yield Fault(TagRule.TAGGED, 0, error)
    if tree.untagged.strip():
        yield Fault(TagRule.TAGGED, 0, f"untagged: {tree.untagged.strip()}")


def _tables(root: Tag) -> Iterator[Fault]:
    for table in root.below("Table"):
        rows = [[cell for cell in row.children if cell.role in ("TH", "TD")] for row in table.below("TR")]
        scopes = [[cell.attributes.get("Scope", "") if cell.role == "TH" else None for cell in row] for row in rows]
        if len(rows) < 2 or [child.role for child in table.children] != ["THead", "TBody"]:
            yield Fault(TagRule.TABLE, 0, f"a table of {len(rows)} rows and {[child.role for child in table.children]}")
        elif any(scope != "/Column" for scope in scopes[0]):
            yield Fault(TagRule.TABLE, 0, f"the header row has the scopes {scopes[0]}")
        for row, known in zip(rows[1:], scopes[1:], strict=True):
            if len(row) != len(rows[0]):
                yield Fault(TagRule.TABLE, 0, f"a row of {len(row)} cells below {len(rows[0])}")
            if any(scope not in (None, "/Row") for scope in known):
                yield Fault(TagRule.TABLE, 0, f"a row has the scopes {known}")


def _lists(root: Tag) -> Iterator[Fault]:
    for tag in root.below("L"):
        if {child.role for child in tag.children} != {"LI"}:
            yield Fault(TagRule.LIST, 0, f"a list of {[child.role for child in tag.children]}")
    for item in root.below("LI"):
        if [child.role for child in item.children] != ["Lbl", "LBody"]:
            yield Fault(TagRule.LIST, 0, f"an item of {[child.role for child in item.children]}")


def _figures(root: Tag) -> Iterator[Fault]:
    for figure in root.below("Figure"):
        if not figure.alt.strip() or "BBox" not in figure.attributes:
            yield Fault(TagRule.FIGURE, 0, f"a figure with {figure.alt!r} and {sorted(figure.attributes)}")


def _headings(root: Tag) -> Iterator[Fault]:
    levels = [_HEADINGS[tag.role] for tag in root.below(*_HEADINGS)]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield Fault(TagRule.HEADING, 0, f"the headings are {levels}")
    for before, level in pairwise(levels):
        if level > before + 1:
            yield Fault(TagRule.HEADING, 0, f"H{level} follows H{before}")


def _elements(page: MeasuredPage) -> dict[Id, tuple[Element, Box]]:
    """Return each element of a page with the box around its text."""
    found: dict[Id, tuple[Element, Box]] = {}
    for line in page.body():
        if line.element:
            box = found[line.element.id][1].and_(line.box) if line.element.id in found else line.box
            found[line.element.id] = line.element, box
    return found


def _frames(root: Tag, page: MeasuredPage, number: int) -> Iterator[Fault]:
    tags = {tag.id: tag for tag in root.all()}
    elements = _elements(page)
    for shape in page.shapes:
        wide, high = _LEAST_FRAME
        inside = {id_: element for id_, (element, box) in elements.items() if shape.box.holds(box, 0.5)}
        if len(inside) < 2 or shape.box.width < wide or shape.box.height < high:
            continue
        chains = [element.ancestors for element in inside.values()]
        common = tags[[ids[0] for ids in zip(*chains, strict=False) if len(set(ids)) == 1][-1]]
        first = min((tags[id_] for id_ in inside), key=lambda tag: tag.number)
        outside = [
            id_ for id_, (element, _) in elements.items() if common.id in element.ancestors and id_ not in inside
        ]
        words = f"a frame at {shape.box.left:.0f}, {shape.box.top:.0f}"
        if common.role not in (*_BOXES, *_WITHOUT_HEADING) or outside:
            yield Fault(TagRule.FRAME, number, f"{words} is in {common.role}, with {len(outside)} elements outside it")
        elif common.role in _BOXES and first.role not in _HEADINGS:
            yield Fault(TagRule.FRAME, number, f"{words} does not begin with a heading")


def _order(root: Tag, page: MeasuredPage, number: int, is_first: bool) -> Iterator[Fault]:
    numbers = {tag.id: tag.number for tag in root.all()}
    elements = sorted(_elements(page).values(), key=lambda known: numbers[known[0].id])
    if is_first:
        elements = _with_strip_last(elements, {tag.id for tag in root.below("Sect") if tag.below("Figure")})
    for place, (element, box) in enumerate(elements):
        for later, other in elements[place + 1 :]:
            is_above = other.bottom > box.top - 1 and other.left < box.right - 1
            _, high = box.overlap(other)
            is_before = high > 0.5 * min(box.height, other.height) and other.right < box.left + 1
            if is_above or is_before:
                where = "above" if is_above else "before"
                yield Fault(
                    TagRule.ORDER, number, f"{later.path[1:]} at {other} is {where} {element.path[1:]} at {box}"
                )


def _with_strip_last(elements: list[tuple[Element, Box]], with_figure: set[Id]) -> list[tuple[Element, Box]]:
    """Put the help strip of a first page last: below everything else, a section with a figure (the QR code).

    The section about emergencies may be before it. They are read before the dates, because the table of dates may go on
    on the next page.
    """

    def section(known: tuple[Element, Box]) -> tuple[Id, ...]:
        element, _ = known
        depth = element.path.index("Sect") if "Sect" in element.path else 0
        return element.ancestors[: depth + 1]

    groups = [list(group) for _, group in groupby(elements, section)]
    for length in (2, 1):
        for start in range(len(groups) - length):
            strip = [known for group in groups[start : start + length] for known in group]
            rest = [known for known in elements if known not in strip]
            has_code = strip and section(strip[-1])[-1] in with_figure
            if rest and has_code and max(box.top for _, box in strip) < min(box.bottom for _, box in rest):
                return rest + strip
    return elements


def _languages(root: Tag, pages: tuple[MeasuredPage, ...], languages: tuple[str, ...], foreign: str) -> Iterator[Fault]:
    known = {tag.id: tag.language for tag in root.all()}
    for number, page in enumerate(pages):
        words: dict[Id, str] = {}
        for line in page.body():
            if line.element:
                words[line.element.id] = " ".join([*words.get(line.element.id, "").split(), *line.text.split()])
        for id_, text in words.items():
            is_foreign = len(text) > _LONG and text in foreign
            expected = "en" if is_foreign else languages[number % len(languages)]
            if known[id_] != expected:
                yield Fault(TagRule.LANGUAGE, number + 1, f"{known[id_]!r} instead of {expected!r}: {text}")
