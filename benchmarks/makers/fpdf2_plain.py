"""fpdf2: it cannot write tags, and reads the font files for each document, as its users do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.fonts import FontFace

from makers.output import writer
from makers.patients import Patients, runs

FONTS = Path(__file__).resolve().parent.parent.parent / "fonts"
BODY = "Atkinson"
WIDTH = 612 - 2 * 58


class Packet(FPDF):
    def __init__(self, packet: dict[str, Any]) -> None:
        super().__init__(unit="pt", format="letter")
        self.packet = packet
        self.add_font(BODY, "", FONTS / "AtkinsonHyperlegibleNext-Regular.ttf")
        self.add_font(BODY, "B", FONTS / "AtkinsonHyperlegibleNext-Bold.ttf")
        self.set_margins(58, 58, 58)
        self.set_auto_page_break(True, 56)
        self.set_title(packet["title"])
        self.set_lang(packet["language"])
        self.add_page()
        for block in packet["blocks"]:
            self.block(block)

    def header(self) -> None:
        self.set_font(BODY, "", 9.5)
        self.set_y(26)
        self.cell(WIDTH / 2, 12.5, self.packet["header"][0])
        self.cell(WIDTH / 2, 12.5, self.packet["header"][1], align="R")
        self.set_y(58)

    def footer(self) -> None:
        self.set_y(-36)
        self.set_font(BODY, "", 9.5)
        self.cell(WIDTH / 2, 12.5, self.packet["footer"])
        self.cell(WIDTH / 2, 12.5, f"Page {self.page_no()} of {{nb}}", align="R")

    def run(self, spans: list[list[Any]], size: float = 12.5, leading: float = 18) -> None:
        for text, strong, link in spans:
            self.set_font(BODY, "B" if strong else "", size)
            self.write(leading, text, link)
        self.ln(leading + 7.5)

    def line_to_write_on(self) -> None:
        self.ln(27)
        self.line(58, self.get_y(), 58 + WIDTH, self.get_y())

    def block(self, block: dict[str, Any]) -> None:
        match block["kind"]:
            case "title":
                self.set_font(BODY, "B", 26)
                self.multi_cell(WIDTH, 31, block["text"], new_x="LMARGIN", new_y="NEXT")
                self.run([[block["subtitle"], False, ""]], 14.4)
            case "heading":
                self.line(58, self.get_y(), 58 + WIDTH, self.get_y())
                self.start_section(block["text"])
                self.set_font(BODY, "B", 17)
                self.multi_cell(WIDTH, 24, block["text"], new_x="LMARGIN", new_y="NEXT")
            case "identifiers":
                with self.table(borders_layout="NONE", first_row_as_headings=False) as table:
                    pairs = block["pairs"]
                    for place in range(0, len(pairs), 2):
                        row = table.row()
                        for label, value in pairs[place : place + 2]:
                            self.set_font(BODY, "", 12.5)
                            row.cell(f"{label}\n{value}")
            case "paragraph":
                self.run(block["spans"], 10.5 if block["small"] else 12.5)
            case "items":
                for number, item in enumerate(block["items"], 1):
                    self.run([[f"{number}. " if block["numbered"] else "• ", False, ""], *item])
            case "table":
                self.set_font(BODY, "", 12.5)
                bold = FontFace(emphasis="BOLD")
                with self.table(
                    col_widths=(27, 44, 29), borders_layout="HORIZONTAL_LINES", headings_style=bold
                ) as table:
                    for cells in (block["headings"], *block["rows"]):
                        row = table.row()
                        for cell in cells:
                            row.cell(cell)
            case "box":
                self.run([[block["label"], True, ""]])
                for inner in block["blocks"]:
                    self.block(inner)
            case "booking":
                top = self.get_y()
                self.run([[block["heading"], True, ""]])
                for spans in block["paragraphs"]:
                    self.run(spans)
                self.run(block["number"], 22, 28)
                unit = 96 / (len(block["symbol"]) + 8)
                self.set_fill_color(0, 0, 0)
                for x, y, width in runs(block["symbol"]):
                    self.rect(58 + WIDTH - 96 + (x + 4) * unit, top + (y + 4) * unit, width * unit, unit, style="F")
                self.run([[block["caption"], False, ""]], 10.5)
            case "fill-in":
                self.run([[block["label"], True, ""], [" " + (block["value"] or block["note"]), False, ""]])
                for _ in range(0 if block["value"] else block["lines"]):
                    self.line_to_write_on()
            case "tick":
                self.rect(58, self.get_y() + 3, 12, 12)
                self.set_x(83)
                self.run(block["spans"])
            case "disclaimer":
                for spans in block["paragraphs"]:
                    self.run(spans)
            case _:
                self.add_page()


def maker(variant: str, data: Path, folder: Path) -> Callable[[int], int]:
    patients = Patients(data)
    write = writer(folder)

    def make(number: int) -> int:
        pdf = Packet(patients[number]).output()
        return write(number, pdf)

    return make
