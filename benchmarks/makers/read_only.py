"""The lower limit of packets: pdfium reads finished packets from memory, and nothing is made, compared or written."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path

import pypdfium2_raw as pdfium
from reference import LOOK, Filling

from packets.verified_pdf import render

FILES = 64


def maker(variant: str, data: Path, folder: Path) -> Callable[[int], int]:
    filling = Filling(variant)
    files = [render(filling.packet(number), LOOK).data for number in range(FILES)]
    return lambda number: read(files[number % FILES])


def read(file: bytes) -> int:
    document = pdfium.FPDF_LoadMemDocument64(file, len(file), None)
    for number in range(pdfium.FPDF_GetPageCount(document)):
        page = pdfium.FPDF_LoadPage(document, number)
        text = pdfium.FPDFText_LoadPage(page)
        count = pdfium.FPDFText_CountChars(text)
        pdfium.FPDFText_GetText(text, 0, count, (ctypes.c_ushort * (count + 1))())
        pdfium.FPDFText_ClosePage(text)
        pdfium.FPDF_ClosePage(page)
    pdfium.FPDF_CloseDocument(document)
    return len(file)
