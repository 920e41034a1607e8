"""A page of a PDF in, a grey picture of it out; and what the QR codes in a picture say."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image


def picture(pdf: bytes | Path, page: int, dpi: int = 150, password: str | None = None) -> Image.Image:
    """Page `page` (from 1) by pdfium, in grey."""
    document = pypdfium2.PdfDocument(pdf, password=password)
    try:
        image: Image.Image = document[page - 1].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
        return image
    finally:
        document.close()


def poppler_picture(pdf: bytes | Path, page: int, dpi: int = 150) -> Image.Image | None:
    """The same by poppler, which shares no code with pdfium; None where pdftoppm is not installed."""
    if not shutil.which("pdftoppm"):
        return None
    data = pdf.read_bytes() if isinstance(pdf, Path) else pdf
    command = ["pdftoppm", "-gray", "-r", str(dpi), "-f", str(page), "-l", str(page), "-"]
    run = subprocess.run(command, input=data, capture_output=True, check=True)
    return Image.open(io.BytesIO(run.stdout)).convert("L")


def decode_qr(image: Image.Image) -> list[str]:
    """What every QR code of the picture says, sorted. Where zbar is installed, it has to read the same."""
    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    codes = zxingcpp.read_barcodes(image, formats=formats, text_mode=zxingcpp.TextMode.Plain)
    found = sorted(code.text for code in codes)
    if shutil.which("zbarimg"):
        by_zbar = _zbar(image)
        assert by_zbar == found, f"ZXing reads {found}, zbar reads {by_zbar}"
    return found


def _zbar(image: Image.Image) -> list[str]:
    png = io.BytesIO()
    image.save(png, "PNG")
    command = ["zbarimg", "--quiet", "--nodbus", "--raw", "-Sdisable", "-Sqrcode.enable", "-"]
    run = subprocess.run(command, input=png.getvalue(), capture_output=True, check=False)
    assert run.returncode in (0, 4), run.stderr.decode(errors="replace")  # 4: no code found
    return sorted(run.stdout.decode().splitlines())
