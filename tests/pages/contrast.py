"""Measure how well text can be read in a grayscale print and in a 1-bit print, as poppler draws them.

In a 1-bit print, gray and colored areas become dots: gray letters get holes, and a tint puts dots around letters.
"""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageStat

from tests.pages.measure import Line, MeasuredPage, measure

_DPI = 300
LARGE_TEXT = 18  # points, from which WCAG 2.2 (1.4.3) asks for 3:1 instead of 4.5:1
LEAST_DIFFERENCE = 0.75  # between the shares of dots in letters and around them, in a 1-bit print


@dataclass(frozen=True, slots=True)
class Contrast:
    """How a line stands out: `ratio` as WCAG defines it, `dots` from 0 to 1 in a 1-bit print."""

    page: int  # counted from 1
    text: str
    size: float
    ratio: float
    dots: float

    @property
    def is_readable(self) -> bool:
        return self.ratio >= (3 if self.size >= LARGE_TEXT else 4.5) and self.dots >= LEAST_DIFFERENCE


def contrasts(data: bytes) -> Iterator[Contrast]:
    """Yield the contrast of every line, also in headers and footers. For tests marked system("pdftoppm")."""
    for number, page in enumerate(measure(data), 1):
        gray, dots = _picture(data, number, "-gray"), _picture(data, number, "-mono")
        for line in page.lines:
            if any(map(str.isalnum, line.text)):
                yield _contrast(number, page, line, gray, dots)


def _picture(data: bytes, page: int, kind: str) -> Image.Image:
    command = ["pdftoppm", kind, "-r", str(_DPI), "-f", str(page), "-l", str(page), "-"]
    run = subprocess.run(command, input=data, capture_output=True, check=True)
    return Image.open(io.BytesIO(run.stdout)).convert("L")


def _contrast(number: int, page: MeasuredPage, line: Line, gray: Image.Image, dots: Image.Image) -> Contrast:
    scale, box = _DPI / 72, line.box
    area = [box.left * scale, (page.height - box.top) * scale, box.right * scale, (page.height - box.bottom) * scale]
    place = (int(area[0]) - 2, int(area[1]) - 2, int(area[2]) + 3, int(area[3]) + 3)
    grays, bits = gray.crop(place), dots.crop(place)
    counts = grays.histogram()
    background = counts.index(max(counts))
    ink = max((value for value in range(256) if counts[value]), key=lambda value: abs(value - background))
    reach = abs(ink - background) * 0.1
    # Edges of letters are neither: a 1-bit print may draw them either way.
    difference = abs(_mean(bits, grays, ink, reach) - _mean(bits, grays, background, reach)) / 255
    return Contrast(number, line.text.strip(), line.size, ratio(ink, background), difference)


def _mean(bits: Image.Image, grays: Image.Image, gray: int, reach: float) -> float:
    """Return the mean value of `bits` where the value of `grays` differs from `gray` by less than `reach`."""
    chosen = grays.point([255 if abs(value - gray) < reach else 0 for value in range(256)])
    return ImageStat.Stat(bits, chosen).mean[0]


def ratio(one: int, other: int) -> float:
    """Return the contrast ratio of two gray values from 0 to 255 (WCAG 2.2, relative luminance)."""

    def luminance(value: int) -> float:
        share = value / 255
        return float(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
