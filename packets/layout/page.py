"""Define the sizes, margins and styles of a page for each paper and print size."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from packets.model.case import PAPER_SIZES, Paper, PrintOptions, PrintSize
from packets.model.text_direction import is_right_to_left

Color = tuple[float, float, float]

INK: Color = (0, 0, 0)  # a printer with black dots only leaves holes in gray letters
ACCENT: Color = (0.04, 0.24, 0.38)  # contrast 10.9:1 on white, and dark in grayscale
HAIRLINE: Color = (0.6, 0.6, 0.6)
WRITING_LINE: Color = (0.4, 0.4, 0.4)
SHADE: Color = (0.945, 0.945, 0.945)
BAND: Color = (0.92, 0.92, 0.92)  # the patient band: 8 % gray
WHITE: Color = (1, 1, 1)

MM = 72 / 25.4
SMALLEST = {PrintSize.NORMAL: 12.0, PrintSize.LARGE: 16.0}  # the size of anything that a patient must read
MOST_CHARACTERS = 75  # of a line of running text
COMPACT = (0, 1, 2)  # forms of page 1, the usual one first; the first in which the help strip is on it is taken


class Style(Struct, frozen=True):
    """The style of a text; sizes are in points."""

    size: float
    leading: float
    strong: bool = False
    color: Color = INK
    before: float = 0
    after: float = 0
    right_to_left: bool = False  # for a right-to-left language
    most_characters: int = 0  # of a line of running text; 0: as many as fit

    def but(self, **changes: object) -> Style:
        return replace(self, **changes)

    def baseline(self, top: float) -> float:
        """Return the baseline of a line whose upper edge is at `top`."""
        return top - (self.leading - self.size) / 2 - self.size * 0.79


class Styles(Struct, frozen=True, eq=False):
    title: Style
    subtitle: Style
    heading: Style
    subheading: Style  # third level, and the heading of a callout
    body: Style
    item: Style
    label: Style  # above an identifier
    value: Style
    name: Style  # the patient's name
    head: Style  # header row of a table
    when: Style
    interval: Style
    number: Style  # the phone, large
    small: Style
    header_footer: Style
    fill_in: Style


class Page(Struct, frozen=True, eq=False):
    """The layout of a page; sizes are in points, and y grows upward as in PDF."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    measure: float  # the greatest width of running text in the size of the body: 60 to 70 characters
    gap: float  # the unit of vertical space
    writing_line: float  # distance between lines to write on
    qr: float  # side of the QR code with its quiet zone; the smallest symbol is 25.6 mm wide
    large: bool
    styles: Styles
    right_to_left: bool = False  # for a right-to-left language
    compact: int = 0  # on page 1: 1 has a lower help strip, 2 also a lower title and patient band

    def beside(self, left: float, width: float, within: float) -> float:
        """Return the left end of a column, mirrored for a right-to-left language."""
        return within - left - width if self.right_to_left else left

    @property
    def smallest(self) -> float:
        """Return the smallest size of anything that a patient must read."""
        return SMALLEST[PrintSize.LARGE if self.large else PrintSize.NORMAL]

    @property
    def is_most_compact(self) -> bool:
        return self.compact == COMPACT[-1]

    @property
    def first_gap(self) -> float:
        """Return the unit of vertical space of page 1."""
        return self.gap * (0.65 if self.compact else 1)

    def line_width(self, style: Style) -> float:
        """Return the greatest width of running text: lines of the same number of characters in every size."""
        return min(self.inner_width, self.measure * style.size / self.styles.body.size)

    @property
    def inner_width(self) -> float:
        return self.width - self.left - self.right

    @property
    def inner_height(self) -> float:
        return self.height - self.top - self.bottom


def _compact(styles: Styles, smallest: float) -> Styles:
    """Return the styles of a page 1 with little room: what is largest is smaller, but nothing is below `smallest`."""
    title, number = styles.title.size * 0.8, styles.number.size * 0.8
    value = styles.value.but(size=smallest, leading=smallest * 1.15)
    return replace(
        styles,
        title=styles.title.but(size=title, leading=title * 1.2),
        subtitle=styles.subtitle.but(size=smallest, leading=smallest * 1.3, after=smallest * 0.4),
        name=value,
        value=value,
        number=styles.number.but(size=number, leading=number * 1.25),
    )


def _styles(print_size: PrintSize) -> Styles:
    if print_size is PrintSize.LARGE:
        body = Style(18, 25, after=10, most_characters=MOST_CHARACTERS)
        header_footer = Style(14, 17)
        title, heading, number, small = 26.5, 22.0, 28.0, 16.0
        label = Style(16, 20)
        interval = Style(16, 21)
    else:
        body = Style(13, 18, after=7, most_characters=MOST_CHARACTERS)
        header_footer = Style(10, 13)
        title, heading, number, small = 26.0, 17.0, 22.0, 12.0
        label = Style(12, 15)
        interval = Style(12, 16)
    size = body.size
    return Styles(
        title=Style(title, title * 1.2, strong=True, after=2),
        subtitle=Style(round(size * 1.15, 1), body.leading * 1.1, after=size * 0.6),
        heading=Style(heading, heading * 1.26, strong=True, color=ACCENT, before=size * 0.8, after=size * 0.35),
        subheading=Style(round(size * 1.16, 1), body.leading * 1.15, strong=True, before=size * 0.5, after=size * 0.25),
        body=body,
        item=body.but(after=size * 0.3),
        label=label,
        value=body.but(strong=True, after=0),
        name=body.but(size=round(size * 1.28, 1), leading=body.leading * 1.2, strong=True, after=0),
        head=label.but(strong=True),
        when=body.but(size=round(size * 1.28, 1), leading=body.leading * 1.15, strong=True, after=0),
        interval=interval,
        number=Style(number, number * 1.3, strong=True),
        small=Style(small, round(small * 1.42, 2), after=small * 0.5, most_characters=MOST_CHARACTERS),
        header_footer=header_footer,
        fill_in=body.but(after=0),
    )


def for_language(print_options: PrintOptions, language: str) -> PrintOptions:
    return replace(print_options, right_to_left=True) if is_right_to_left(language) else print_options


def _right_to_left(styles: Styles) -> Styles:
    return Styles(**{name: getattr(styles, name).but(right_to_left=True) for name in styles.__struct_fields__})


@lru_cache(maxsize=32)
def page_for(print_options: PrintOptions, compact: int = 0) -> Page:
    """Return the geometry of a page; `compact` is one of COMPACT, for packets whose page 1 has little room."""
    width, height = PAPER_SIZES[print_options.paper]
    styles = _styles(print_options.print_size)
    if compact == COMPACT[-1]:
        styles = _compact(styles, SMALLEST[print_options.print_size])
    if print_options.right_to_left:
        styles = _right_to_left(styles)
    large = print_options.print_size is PrintSize.LARGE
    side = 50.0 if large else 58.0 if print_options.paper is Paper.LETTER else 54.0
    body = styles.body
    return Page(
        width=width,
        height=height,
        left=side,
        right=side,
        top=58 if large else 54,
        bottom=62 if large else 52,
        measure=min(width - 2 * side, body.size * 33),
        gap=body.size,
        writing_line=34 if large else 27,
        qr=96,
        large=large,
        styles=styles,
        right_to_left=print_options.right_to_left,
        compact=compact,
    )
