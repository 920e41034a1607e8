"""Draw a page of a PDF as a gray image, and read the QR codes in an image."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image


def picture(pdf: bytes | Path, page: int, dpi: int = 150, password: str | None = None) -> Image.Image:
    """Draw page `page` (from 1) with pdfium, in gray."""
    document = pypdfium2.PdfDocument(pdf, password=password)
    try:
        image: Image.Image = document[page - 1].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
        return image
    finally:
        document.close()


def poppler_picture(pdf: bytes | Path, page: int, dpi: int = 150) -> Image.Image | None:
    """Draw the page with poppler, which shares no code with pdfium; return None if pdftoppm is not installed."""
    if not shutil.which("pdftoppm"):
        return None
    data = pdf.read_bytes() if isinstance(pdf, Path) else pdf
    command = ["pdftoppm", "-gray", "-r", str(dpi), "-f", str(page), "-l", str(page), "-"]
    run = subprocess.run(command, input=data, capture_output=True, check=True)
    return Image.open(io.BytesIO(run.stdout)).convert("L")


def decode_qr(image: Image.Image) -> list[str]:
    """Return the text of every QR code in the image, sorted. If zbar is installed, it must read the same."""
    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    codes = zxingcpp.read_barcodes(image, formats=formats, text_mode=zxingcpp.TextMode.Plain)
    texts = sorted(code.text for code in codes)
    if shutil.which("zbarimg"):
        by_zbar = _zbar(image)
        assert by_zbar == texts, f"ZXing reads {texts}, zbar reads {by_zbar}"
    return texts


def _zbar(image: Image.Image) -> list[str]:
    png = io.BytesIO()
    image.save(png, "PNG")
    command = ["zbarimg", "--quiet", "--nodbus", "--raw", "-Sdisable", "-Sqrcode.enable", "-"]
    run = subprocess.run(command, input=png.getvalue(), capture_output=True, check=False)
    assert run.returncode in (0, 4), run.stderr.decode(errors="replace")  # 4: no code texts
    return sorted(run.stdout.decode().splitlines())
