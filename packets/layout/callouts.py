"""Lay out callouts, which the end of a page never cuts, and the disclaimer."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from msgspec import Struct
from msgspec.structs import replace

from packets.layout import text
from packets.layout.boxes import Bookmark, LayoutBox, StackBox, WholeBox
from packets.layout.decorations import Rule
from packets.layout.icons import draw_icon
from packets.layout.page import ACCENT, HAIRLINE, INK, SHADE, WHITE
from packets.layout.pen import Pen
from packets.model import filled_packet
from packets.model.handout import CalloutKind
from packets.model.text_direction import is_right_to_left
from packets.values import HiddenFields

if TYPE_CHECKING:
    from packets.layout.story import Writer

_RADIUS = 6.0  # points, of the corners
_FRAME = 2.0  # points


class CalloutBox(HiddenFields, WholeBox, Struct, frozen=True, eq=False):
    """A heading above a text: in a black bar (`emergency`), in a frame (`call`), or on gray (`note`)."""

    heading: StackBox
    body: StackBox
    kind: CalloutKind
    width: float
    pad: float
    bar_pad: float  # above and below the heading
    icon: float  # side of the warning sign beside the heading; 0 without one
    before: float = 0
    after: float = 0
    keep_next: bool = False
    right_to_left: bool = False
    least: float = 0  # height

    @property
    def bar(self) -> float:
        """Return the height of the heading with the space around it."""
        return self.heading.height + 2 * self.bar_pad

    @property
    def above_body(self) -> float:
        return self.bar + (self.pad * 0.8 if self.kind is CalloutKind.EMERGENCY else 0)  # the other kinds have no bar

    @property
    def height(self) -> float:
        return max(self.least, self.above_body + self.body.height + self.pad)

    def at_least(self, height: float) -> CalloutBox:
        return replace(self, least=height)

    def draw(self, pen: Pen, x: float, top: float) -> None:
        right, bottom, half = x + self.width, top - self.height, _FRAME / 2
        frame = (x + half, bottom + half, right - half, top - half)
        with pen.artifact():
            match self.kind:
                case CalloutKind.EMERGENCY:
                    # A bar whose upper corners are round; neither part of it ends within the heading.
                    radius = min(_RADIUS, self.bar_pad)
                    pen.frame((x, top - self.bar, right, top), fill=INK, radius=radius)
                    pen.frame((x, top - self.bar, right, top - self.bar + radius), fill=INK)
                    pen.frame(frame, stroke=INK, width=_FRAME, radius=_RADIUS)
                    if self.icon:
                        left = right - self.pad - self.icon if self.right_to_left else x + self.pad
                        draw_icon(pen, "restriction", left, top - (self.bar - self.icon) / 2, self.icon, WHITE)
                case CalloutKind.CALL:
                    pen.frame(frame, stroke=ACCENT, width=_FRAME, radius=_RADIUS)
                case CalloutKind.NOTE:
                    pen.frame((x, bottom, right, top), fill=SHADE, radius=_RADIUS)
                case _:
                    assert_never(self.kind)
        indent = 0 if self.right_to_left or not self.icon else self.icon + self.bar_pad
        # Without a bar, the heading is nearer to its text than to the frame.
        drop = self.bar_pad if self.kind is CalloutKind.EMERGENCY else 1.5 * self.bar_pad
        self.heading.draw(pen, x + self.pad + indent, top - drop)
        self.body.draw(pen, x + self.pad, top - self.above_body)


def callout(writer: Writer, block: filled_packet.Callout) -> CalloutBox:
    page, styles = writer.page, writer.page.styles
    emergency = block.kind is CalloutKind.EMERGENCY
    pad, bar_pad = page.gap, page.gap * 0.5
    room = page.inner_width - 2 * pad
    width = min(room, page.measure)
    icon = styles.subheading.size * 1.2 if emergency else 0.0
    section = writer.parent.add("Sect")
    level = "H3" if writer.section else "H2"  # outside a section, as the boxes of the summary page
    # Colored letters would be pale on the gray dots of a note.
    color = WHITE if emergency else ACCENT if block.kind is CalloutKind.CALL else INK
    style = styles.subheading.but(color=color, before=0, after=0)
    heading = writer.text_box(
        text.plain(block.heading),
        style,
        section.add(level),
        width - (icon + bar_pad if emergency else 0),
        within=room - (icon + bar_pad if emergency else 0),
        bookmark=Bookmark(block.heading, 1 if level == "H2" else 2),
    )
    boxes: list[LayoutBox] = []
    for inner in block.blocks:
        if isinstance(inner, filled_packet.Paragraph):
            boxes.append(writer.text_box(inner.spans, styles.body, section.add("P"), width, within=room))
        else:
            boxes += writer.items(inner, section, width, room)
    return CalloutBox(
        StackBox((heading,)),
        StackBox(tuple(boxes)),
        block.kind,
        page.inner_width,
        pad,
        bar_pad,
        icon,
        before=page.gap,
        after=page.gap,
        right_to_left=page.right_to_left,
    )


def disclaimer(writer: Writer, block: filled_packet.Disclaimer) -> StackBox:
    """Return the disclaimer below a hairline, in the smallest print that a patient may have to read."""
    page = writer.page
    writer.section = None
    section = writer.root.add("Sect")
    section.language = block.language
    body = page.styles.body
    style = body.but(size=page.smallest, leading=round(body.leading * page.smallest / body.size, 2))
    if block.language:
        style = style.but(right_to_left=is_right_to_left(block.language))
    room = page.inner_width
    width = page.line_width(style)
    rule = Rule(room, 0.6, HAIRLINE, after=page.gap * 0.7)
    boxes = [writer.text_box(spans, style, section.add("P"), width, within=room) for spans in block.paragraphs]
    return StackBox((rule, *boxes), before=page.gap * 1.4, after=page.gap)
