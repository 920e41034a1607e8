"""Draw marked content that is always balanced; the base class of all pens.

Everything drawn is in a slot of a structure element or in an artifact (ISO 32000-1 14.6, 14.8.2.2). Anything else
raises: a screen reader would miss it, and no validator would notice.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager

from msgspec import Struct

from packets.layout.page import Color
from packets.layout.structure_tree import Elem, Slot
from packets.model.picture import Picture
from packets.values import HiddenFields

Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in points from the lower left corner of the page


class UnmarkedContentError(Exception):
    """Report drawing outside the structure tree: an error in the layout, never in the content."""


class DrawnPage(HiddenFields, Struct, frozen=True, eq=False):
    """The structure of one page: its slots by MCID, and its links."""

    slots: tuple[Slot, ...]
    links: tuple[Slot, ...]


class Pen(ABC):
    """Draw one document, page after page."""

    def __init__(self, first_mcid: int = 0) -> None:
        self.pages: list[DrawnPage] = []
        self.figures: dict[Elem, tuple[int, Box]] = {}
        self._slots: list[Slot] = []  # by MCID, from the first one
        self._first_mcid = first_mcid
        self._open = False
        self._color: Color | None = None  # the fill color of the open sequence
        self._end = _End(self)

    # ---- marked content

    def mark(self, slot: Slot, figure: Box | None = None) -> AbstractContextManager[None]:
        """Mark what is drawn inside as content of the slot's element; a figure also gives its bounding box."""
        mcid = self._first_mcid + len(self._slots)
        self._slots.append(slot)
        self._place(slot, mcid, figure)
        return self._sequence(f"/{slot.elem.role} <</MCID {mcid}>> BDC")

    def _place(self, slot: Slot, mcid: int, figure: Box | None) -> None:
        page = len(self.pages)
        slot.marks.append((page, mcid))
        if figure is not None:
            self.figures[slot.elem] = (page, figure)

    def artifact(self, kind: str = "Layout") -> AbstractContextManager[None]:
        """Mark what is drawn inside as an artifact: `Layout`, or `Pagination` for headers and footers."""
        return self._sequence(f"/Artifact <</Type /{kind}>> BDC")

    def _sequence(self, begin: str) -> AbstractContextManager[None]:
        if self._open:
            raise UnmarkedContentError("marked content in marked content")
        self.operator(begin)
        self._open = True
        self._color = None
        return self._end

    def end_sequence(self) -> None:
        self._open = False
        self.operator("EMC")

    def _inside(self) -> None:
        if not self._open:
            raise UnmarkedContentError("drawn outside the structure tree")

    @abstractmethod
    def operator(self, source: str) -> None:
        """Append PDF operators to the content stream of the page."""

    # ---- drawing

    @abstractmethod
    def text(self, x: float, y: float, text: str, name: str, size: float, color: Color) -> None: ...

    @abstractmethod
    def line(self, x0: float, y0: float, x1: float, y1: float, width: float, color: Color) -> None: ...

    @abstractmethod
    def frame(
        self,
        box: Box,
        *,
        fill: Color | None = None,
        stroke: Color | None = None,
        width: float = 1,
        radius: float = 0,
    ) -> None: ...

    def path(self, source: str, color: Color) -> None:
        """Fill a path given in PDF operators; many squares in one path show no seams in any viewer."""
        self._inside()
        self._fill(color)
        self.operator(source)

    def picture(self, picture: Picture, box: Box) -> None:
        """Draw a picture of the content; `box` should have its proportions."""
        self._inside()
        self._picture(picture, box)

    @abstractmethod
    def _picture(self, picture: Picture, box: Box) -> None: ...

    @abstractmethod
    def _fill(self, color: Color) -> None: ...

    # ---- links and bookmarks

    @abstractmethod
    def link(self, slot: Slot, box: Box, address: str, title: str) -> None:
        """Add a link annotation over `box`; a second box of the same slot on this page (its next line) joins it."""

    @abstractmethod
    def bookmark(self, title: str, level: int, top: float) -> None:
        """Add an outline entry that leads to this height of the page; `level` counts from 0."""

    # ---- pages

    @abstractmethod
    def end_page(self) -> None: ...

    def _end_page(self, links: tuple[Slot, ...]) -> None:
        if self._open:
            raise UnmarkedContentError("marked content goes over the end of a page")
        self.pages.append(DrawnPage(tuple(self._slots), links))
        self._slots, self._color = [], None


class _End(AbstractContextManager[None]):
    """End the open sequence; a pen has only one, since sequences never nest."""

    def __init__(self, pen: Pen) -> None:
        self.pen = pen

    def __exit__(self, *error: object) -> None:
        self.pen.end_sequence()
