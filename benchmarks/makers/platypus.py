"""reportlab platypus, written as its users do: styles and fonts are prepared once; it cannot write tags."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, black
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    KeepTogether,
    ListFlowable,
    ListItem,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from makers.output import writer
from makers.patients import Patients, runs

FONTS = Path(__file__).resolve().parent.parent.parent / "fonts"
for font, name in (("A", "Regular"), ("AB", "Bold")):
    pdfmetrics.registerFont(TTFont(font, str(FONTS / f"AtkinsonHyperlegibleNext-{name}.ttf")))
pdfmetrics.registerFontFamily("A", normal="A", bold="AB", italic="A", boldItalic="AB")
ACCENT, GRAY = HexColor("#0a3d61"), HexColor("#454545")
WIDTH = letter[0] - 116


def style(name: str, size: float, leading: float, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(
        name, **{"fontName": "A", "bulletFontName": "A", "fontSize": size, "leading": leading, **more}
    )


TITLE = style("title", 26, 31, fontName="AB")
SUB = style("sub", 14.4, 20, textColor=GRAY, spaceAfter=10)
HEADING = style("heading", 17, 21, fontName="AB", textColor=ACCENT, spaceAfter=4, keepWithNext=1)
BODY = style("body", 12.5, 18, spaceAfter=7.5)
CELL = style("cell", 12.5, 18)
LABEL = style("label", 10.5, 14, textColor=GRAY)
SMALL = style("small", 10.5, 15)
CAPTION = style("caption", 9.75, 12, alignment=1)
NUMBER = style("number", 22, 28, fontName="AB")
RULES = TableStyle(
    [
        ("LINEBELOW", (0, 0), (-1, 0), 1.4, black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.6, GRAY),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ]
)
PLAIN = TableStyle([("LEFTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")])
BOX = TableStyle(
    [
        ("BOX", (0, 0), (-1, -1), 1.2, ACCENT),
        *(((f"{side}PADDING"), (0, 0), (-1, -1), 10) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")),
    ]
)
SHADE = TableStyle([("BACKGROUND", (0, 0), (-1, -1), HexColor("#f1f1f1"))])


class Symbol(Flowable):
    def __init__(self, symbol: list[str]) -> None:
        super().__init__()
        self.symbol = symbol

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return 96, 96

    def draw(self) -> None:
        unit = 96 / (len(self.symbol) + 8)
        self.canv.setFillColor(black)
        for x, y, width in runs(self.symbol):
            self.canv.rect((x + 4) * unit, 96 - (y + 5) * unit, width * unit, unit, stroke=0, fill=1)


class Numbered(Canvas):
    """Prints "Page x of y" the usual way: the pages are kept until their number is known."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.saved_pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self.saved_pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for state in self.saved_pages:
            self.__dict__.update(state)
            self.setFont("A", 9.5)
            self.drawRightString(letter[0] - 58, 30, f"Page {self._pageNumber} of {len(self.saved_pages)}")
            super().showPage()
        super().save()


def run(spans: list[list[Any]]) -> str:
    parts = []
    for text, strong, link in spans:
        shown = f"<b>{escape(text)}</b>" if strong else escape(text)
        parts.append(f'<a href="{escape(link)}">{shown}</a>' if link else shown)
    return "".join(parts)


def flowables(block: dict[str, Any]) -> list[Flowable]:
    match block["kind"]:
        case "title":
            return [Paragraph(escape(block["text"]), TITLE), Paragraph(escape(block["subtitle"]), SUB)]
        case "heading":
            return [HRFlowable("100%", 1.2, color=ACCENT), Paragraph(escape(block["text"]), HEADING)]
        case "identifiers":
            cells = [[Paragraph(escape(a), LABEL), Paragraph(f"<b>{escape(b)}</b>", CELL)] for a, b in block["pairs"]]
            rows = [cells[place : place + 2] for place in range(0, len(cells), 2)]
            return [Table([row + [""] * (2 - len(row)) for row in rows], colWidths=[WIDTH / 2] * 2, style=PLAIN)]
        case "paragraph":
            return [Paragraph(run(block["spans"]), SMALL if block["small"] else BODY)]
        case "items":
            items = [ListItem(Paragraph(run(item), BODY)) for item in block["items"]]
            return [ListFlowable(items, bulletType="1" if block["numbered"] else "bullet", bulletFontName="A")]
        case "table":
            rows = [[Paragraph(f"<b>{escape(heading)}</b>", LABEL) for heading in block["headings"]]]
            rows += [
                [Paragraph(escape(a), CELL), Paragraph(f"<b>{escape(b)}</b>", CELL), Paragraph(escape(c), CELL)]
                for a, b, c in block["rows"]
            ]
            return [Table(rows, colWidths=[WIDTH * 0.27, WIDTH * 0.44, WIDTH * 0.29], style=RULES, repeatRows=1)]
        case "box":
            inner = [Paragraph(f"<b>{escape(block['label'])}</b>", BODY)]
            inner += [flowable for child in block["blocks"] for flowable in flowables(child)]
            return [Table([[inner]], colWidths=[WIDTH], style=BOX)]
        case "booking":
            text = [Paragraph(f"<b>{escape(block['heading'])}</b>", BODY)]
            text += [Paragraph(run(spans), BODY) for spans in block["paragraphs"]]
            text.append(Paragraph(run(block["number"]), NUMBER))
            code = [Symbol(block["symbol"]), Paragraph(escape(block["caption"]), CAPTION)]
            return [Table([[text, code]], colWidths=[WIDTH - 120, 120], style=BOX)]
        case "fill-in":
            label = Paragraph(f"<b>{escape(block['label'])}</b> {escape(block['value'] or block['note'])}", BODY)
            if block["value"]:
                return [label]
            return [
                KeepTogether(
                    [label, *(HRFlowable("100%", 0.7, color=GRAY, spaceBefore=26) for _ in range(block["lines"]))]
                )
            ]
        case "tick":
            return [Table([["", Paragraph(run(block["spans"]), BODY)]], colWidths=[25, WIDTH - 25], style=PLAIN)]
        case "disclaimer":
            return [
                Table(
                    [[[Paragraph(run(spans), BODY) for spans in block["paragraphs"]]]], colWidths=[WIDTH], style=SHADE
                )
            ]
        case _:
            return [PageBreak()]


def maker(variant: str, data: Path, folder: Path) -> Callable[[int], int]:
    patients = Patients(data)
    write = writer(folder)

    def make(number: int) -> int:
        packet = patients[number]

        def draw_header_and_footer(canvas: Canvas, _: object) -> None:
            canvas.setFont("A", 9.5)
            canvas.drawString(58, letter[1] - 36, packet["header"][0])
            canvas.drawRightString(letter[0] - 58, letter[1] - 36, packet["header"][1])
            canvas.drawString(58, 30, packet["footer"])

        buffer = io.BytesIO()
        document = BaseDocTemplate(
            buffer, pagesize=letter, title=packet["title"], lang=packet["language"], initialFontName="A"
        )
        frame = Frame(58, 56, WIDTH, letter[1] - 114, 0, 0, 0, 0)
        document.addPageTemplates([PageTemplate("all", [frame], onPage=draw_header_and_footer)])
        story = [Spacer(1, 1)]
        for block in packet["blocks"]:
            story += flowables(block)
        document.build(story, canvasmaker=Numbered)
        return write(number, buffer.getvalue())

    return make
