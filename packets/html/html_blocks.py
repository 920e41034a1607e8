"""Write the blocks of a filled packet as HTML, in reading order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from packets.html import drawings
from packets.html.inline import DateMarker, spans, text_of
from packets.model import filled_packet
from packets.model.filled_packet import FilledPacket, Spans
from packets.model.text_direction import is_right_to_left


def language_attributes(language: str) -> str:
    direction = "rtl" if is_right_to_left(language) else "ltr"
    return f'lang="{language}" dir="{direction}"'


class BlockWriter:
    """Write one block after another; a heading is one level lower inside a section, as in the PDF."""

    def __init__(self, packet: FilledPacket) -> None:
        self._dates = DateMarker(packet.days)
        self._dates_in_headings = DateMarker.with_year(packet.days)
        self._in_section = False

    def blocks(self, blocks: Iterable[filled_packet.Block]) -> Iterator[str]:
        for block in blocks:
            yield from self.block(block)

    def block(self, block: filled_packet.Block) -> Iterator[str]:
        match block:
            case filled_packet.Letterhead():
                yield _letterhead(block)
            case filled_packet.Title():
                yield f"<h1>{text_of(block.text)}</h1>"
                if block.side:
                    yield _paragraph(text_of(block.side), "side")
                yield _paragraph(text_of(block.subtitle), "subtitle")
            case filled_packet.Identifiers():
                yield from self._identifiers(block)
            case filled_packet.Heading():
                level = 3 if block.level == 3 and self._in_section else 2
                self._in_section = self._in_section or block.level != 3
                yield f"<h{level}>{self._dates_in_headings.marked(block.text)}</h{level}>"
            case filled_packet.Paragraph():
                yield _paragraph(self._spans(block.spans), "small" if block.small else "")
            case filled_packet.ListBlock():
                yield self._list(block)
            case filled_packet.DateTable() | filled_packet.Countdown():
                yield from self._date_table(block)
            case filled_packet.NoticeBox():
                self._in_section = False
                yield f'<section class="notice"><h2>{text_of(block.label)}</h2>'
                yield from self.blocks(block.blocks)
                yield "</section>"
            case filled_packet.Callout():
                yield from self._callout(block)
            case filled_packet.Table():
                yield from self._table(block)
            case filled_packet.FormTable():
                yield from self._form_table(block)
            case filled_packet.Figure():
                yield _figure(block)
            case filled_packet.Booking():
                self._in_section = False
                yield from self._booking(block)
            case filled_packet.HelpStrip():
                self._in_section = False
                yield from self._help(block)
            case filled_packet.FillIn():
                yield from self._fill_in(block)
            case filled_packet.CheckItem():
                yield _paragraph(self._spans(block.spans), "check")
            case filled_packet.Disclaimer():
                self._in_section = False
                yield from self._disclaimer(block)
            case filled_packet.DraftMark():
                yield _paragraph(text_of(block.text), "draft")
            case filled_packet.Together():
                yield '<div class="together">'
                yield from self.blocks(block.blocks)
                yield "</div>"
            case filled_packet.NewPage():
                self._in_section = False
            case filled_packet.TurnPage():
                self._in_section = False
                yield '<div class="turn-page"></div>'
            case _:
                assert_never(block)

    def _spans(self, runs: Spans) -> str:
        return spans(runs, self._dates)

    def _identifiers(self, block: filled_packet.Identifiers) -> Iterator[str]:
        yield '<dl class="identifiers">'
        for label, value in block.pairs:
            yield f"<div><dt>{text_of(label)}</dt><dd>{self._dates.marked(value)}</dd></div>"
        yield "</dl>"

    def _callout(self, block: filled_packet.Callout) -> Iterator[str]:
        level = 3 if self._in_section else 2
        heading = self._dates_in_headings.marked(block.heading)
        yield f'<section class="callout {block.kind}"><h{level}>{heading}</h{level}>'
        yield from self.blocks(block.blocks)
        yield "</section>"

    def _disclaimer(self, block: filled_packet.Disclaimer) -> Iterator[str]:
        language = f" {language_attributes(block.language)}" if block.language else ""
        yield f'<section class="disclaimer"{language}>'
        yield from (_paragraph(self._spans(paragraph)) for paragraph in block.paragraphs)
        yield "</section>"

    def _list(self, block: filled_packet.ListBlock) -> str:
        tag = "ol" if block.numbered else "ul"
        return f"<{tag}>{''.join(f'<li>{self._spans(item)}</li>' for item in block.items)}</{tag}>"

    def _date_table(self, block: filled_packet.DateTable | filled_packet.Countdown) -> Iterator[str]:
        """Yield the table of dates with its roles: on a narrow screen its rows are not laid out as a table."""
        yield '<table class="dates" role="table"><thead role="rowgroup">'
        heads = [
            f'<th scope="col" role="columnheader">{text_of(head)}</th>' if head else '<td role="cell"></td>'
            for head in block.heads
        ]
        yield f'<tr role="row">{"".join(heads)}</tr></thead><tbody role="rowgroup">'
        for row in block.rows:
            yield f'<tr class="{row.kind}" role="row">'
            if row.when:
                more = f" <span>{self._dates.marked(row.more)}</span>" if row.more else ""
                yield f'<td role="cell"><span class="day">{self._dates.marked(row.when)}</span>{more}</td>'
            else:
                yield '<td class="line" role="cell"></td>'
            label, interval = text_of(row.label), text_of(row.interval)
            interval = f'<span class="interval">{interval}</span>'
            yield f'<th scope="row" role="rowheader"><span>{label}</span> {interval}</th>'
            yield f'<td role="cell"><span class="kind">{text_of(row.kind_label)}</span></td></tr>'
        yield "</tbody></table>"

    def _table(self, block: filled_packet.Table) -> Iterator[str]:
        """Yield a table; a keyboard can scroll it where the screen is narrower than the table."""
        kind = ' class="grid"' if block.grid else ""
        yield f'<div class="scroll" tabindex="0"><table{kind}><thead>'
        heads = [f'<th scope="col">{text_of(head)}</th>' if head else "<td></td>" for head in block.columns]
        yield f"<tr>{''.join(heads)}</tr></thead><tbody>"
        for row in block.rows:
            cells = [
                f'<th scope="row">{self._spans(cell)}</th>'
                if block.row_headers and index == 0 and any(span.text for span in cell)
                else f"<td>{self._spans(cell)}</td>"
                for index, cell in enumerate(row)
            ]
            yield f"<tr>{''.join(cells)}</tr>"
        yield "</tbody></table></div>"

    def _form_table(self, block: filled_packet.FormTable) -> Iterator[str]:
        yield '<div class="scroll" tabindex="0"><table><thead>'
        heads = [f'<th scope="col">{text_of(head)}</th>' for head in block.columns]
        yield f"<tr>{''.join(heads)}</tr></thead><tbody>"
        for row in block.rows:
            kind = ' class="ends-step"' if row.ends_step else ""
            name = self._dates.marked(row.cells[0]) if block.personal else text_of(row.cells[0])
            cells = [f"<td>{text_of(cell)}</td>" if cell else '<td class="line"></td>' for cell in row.cells[1:]]
            if len(block.columns) > len(row.cells):
                boxes = '<span class="box"></span>' * row.boxes
                cells.append(f"<td>{boxes}</td>")
            yield f'<tr{kind}><th scope="row">{name}</th>{"".join(cells)}</tr>'
        yield "</tbody></table></div>"

    def _booking(self, block: filled_packet.Booking) -> Iterator[str]:
        yield f'<section class="notice"><h2>{text_of(block.heading)}</h2>'
        yield from (_paragraph(self._spans(paragraph)) for paragraph in block.paragraphs)
        yield _paragraph(self._spans((block.number,)), "number")
        if block.site:
            yield _paragraph(self._spans((block.site,)))
        yield from _qr_code(block)
        yield "</section>"

    def _help(self, block: filled_packet.HelpStrip) -> Iterator[str]:
        if block.emergency:
            yield f'<section class="callout emergency"><h2>{self._spans(block.emergency)}</h2>'
            yield self._list(filled_packet.ListBlock(block.signs))
            yield "</section>"
        yield f'<section class="notice"><h2>{text_of(block.heading)}</h2>'
        yield from (_paragraph(self._spans(paragraph)) for paragraph in block.paragraphs)
        yield _paragraph(self._spans((block.number,)), "number")
        yield from (_paragraph(self._spans(phone)) for phone in block.phones)
        if block.site:
            yield _paragraph(self._spans((block.site,)))
        yield from _qr_code(block)
        yield "</section>"

    def _fill_in(self, block: filled_packet.FillIn) -> Iterator[str]:
        yield f'<div class="fill-in"><p><strong>{text_of(block.label)}</strong></p>'
        if block.value:
            yield _paragraph(self._dates.marked(block.value))
        else:
            if block.note:
                yield _paragraph(text_of(block.note), "note")
            yield '<p class="line"></p>' * block.lines
        yield "</div>"


def _letterhead(block: filled_packet.Letterhead) -> str:
    lines = _paragraph(text_of(" · ".join(block.lines))) if block.lines else ""
    logo = drawings.picture(block.logo, block.name) if block.logo else ""
    return f'<div class="letterhead">{logo}<p class="clinic">{text_of(block.name)}</p>{lines}</div>'


def _paragraph(content: str, kind: str = "") -> str:
    return f'<p class="{kind}">{content}</p>' if kind else f"<p>{content}</p>"


def _figure(block: filled_packet.Figure) -> str:
    width = "full" if block.width == 1 else "half" if block.width == 1 / 2 else "third"
    caption = f"<figcaption>{text_of(block.caption)}</figcaption>" if block.caption else ""
    return f'<figure class="{width}">{drawings.picture(block.picture, block.alt)}{caption}</figure>'


def _qr_code(block: filled_packet.Booking | filled_packet.HelpStrip) -> Iterator[str]:
    caption = f"<figcaption>{text_of(block.qr_caption)}</figcaption>"
    yield f'<figure class="code">{drawings.qr_code(block.qr_payload, block.qr_alt)}{caption}</figure>'
