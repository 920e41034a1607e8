"""Lay out callouts: boxes that the end of a page never cuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packets.layout import text
from packets.layout.boxes import Bookmark, LayoutBox, StackBox
from packets.layout.page import INK, SHADE
from packets.layout.pen import Pen
from packets.model import filled_packet

if TYPE_CHECKING:
    from packets.layout.story import Writer

_BAR = 9.0  # points: wide enough to be seen on a bad copy


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CalloutBox:
    """A stack with a heavy black bar (`emergency`), in a frame (`call`), or on gray (`note`)."""

    stack: StackBox
    kind: str
    width: float
    pad: float
    inset: float  # from the left edge to the text
    before: float = 0
    after: float = 0
    keep_next: bool = False
    right_to_left: bool = False  # with the bar at its right

    @property
    def height(self) -> float:
        return self.stack.height + 2 * self.pad

    @property
    def lead(self) -> float:
        return self.height

    def split(self, room: float, page: float) -> tuple[LayoutBox, LayoutBox] | None:
        return None

    def draw(self, pen: Pen, x: float, top: float) -> None:
        bottom = top - self.height
        with pen.artifact():
            if self.kind == "emergency":
                pen.frame((x + 0.5, bottom + 0.5, x + self.width - 0.5, top - 0.5), stroke=INK, width=1)
                bar = x + self.width - _BAR if self.right_to_left else x
                pen.frame((bar, bottom, bar + _BAR, top), fill=INK)
            elif self.kind == "call":
                pen.frame((x + 1, bottom + 1, x + self.width - 1, top - 1), stroke=INK, width=2, radius=4)
            else:
                pen.frame((x, bottom, x + self.width, top), fill=SHADE)
        self.stack.draw(pen, x + self.inset, top - self.pad)


def callout(writer: Writer, block: filled_packet.Callout) -> CalloutBox:
    page, styles = writer.page, writer.page.styles
    bar = _BAR if block.kind == "emergency" else 0.0
    pad = page.gap
    room = page.inner_width - 2 * pad - bar
    width = min(room, page.measure)
    section = writer.at.add("Sect")
    level = "H3" if writer.section else "H2"  # outside a section, as the boxes of the summary page
    style = styles.body.but(size=styles.subheading.size, leading=styles.subheading.leading, strong=True)
    bookmark = Bookmark(block.heading, 1 if level == "H2" else 2)
    pieces: list[LayoutBox] = [
        writer.piece(
            text.plain(block.heading),
            style.but(after=page.gap * 0.3),
            section.add(level),
            width,
            within=room,
            keep_next=True,
            bookmark=bookmark,
        )
    ]
    for inner in block.blocks:
        if isinstance(inner, filled_packet.Paragraph):
            pieces.append(writer.piece(inner.spans, styles.body, section.add("P"), width, within=room))
        else:
            pieces += writer.items(inner, section, width, room)
    return CalloutBox(
        StackBox(tuple(pieces)),
        block.kind,
        page.inner_width,
        pad,
        pad if page.right_to_left else pad + bar,
        before=page.gap,
        after=page.gap,
        right_to_left=page.right_to_left,
    )
