"""Check that every text can be read in a grayscale and in a 1-bit print, and that every icon has words beside it."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import pytest

from packets.model.case import PrintOptions
from tests.effort import spread
from tests.pages.contrast import Contrast, contrasts
from tests.pages.drawn import Frame, Text, pdf
from tests.pages.icons import icons
from tests.pages.measure import measure
from tests.pages.variants import DISCHARGE, HANDOUT, RACK_COPY, SAMPLES, Variant, make, one_print_of_each

pytestmark = pytest.mark.no_cover  # many samples would take twice as long; other tests reach these lines

WORDS = "Do not kneel until March 7"
PROCEDURES = sorted(path.name for path in (SAMPLES / "procedures").iterdir())
BAND = Frame(60, 690, 400, 30, fill=0.92)


def of_one_line(text: Text, frame: Frame | None = None) -> Contrast:
    (found,) = contrasts(pdf([[*([frame] if frame else []), text]]))
    return found


@pytest.mark.system("pdftoppm")
@pytest.mark.parametrize(
    ("text", "frame"),
    [
        (Text(WORDS, 700), None),
        (Text(WORDS, 700), BAND),
        (Text(WORDS, 700, gray=1), Frame(60, 690, 400, 30, fill=0)),
    ],
    ids=["black on white", "black on a tint", "white on black"],
)
def test_a_good_line_is_readable(text: Text, frame: Frame | None) -> None:
    assert of_one_line(text, frame).is_readable


@pytest.mark.system("pdftoppm")
@pytest.mark.parametrize(
    ("text", "frame"),
    [
        (Text(WORDS, 700, gray=0.5), None),
        (Text(WORDS, 700, gray=0.27), BAND),
        (Text(WORDS, 700), Frame(60, 690, 400, 30, fill=0.6)),
        (Text(WORDS, 700, gray=1), Frame(60, 690, 400, 30, fill=0.5)),
        (Text(WORDS, 700, size=24, gray=0.62), None),
    ],
    ids=["gray on white", "dark gray on a tint", "black on gray", "white on gray", "large and gray"],
)
def test_a_pale_line_is_found(text: Text, frame: Frame | None) -> None:
    assert not of_one_line(text, frame).is_readable


@pytest.mark.system("pdftoppm")
@pytest.mark.parametrize("procedure", ["", "cervical-foraminotomy", *PROCEDURES], ids=lambda each: each or "run sheet")
def test_every_line_of_every_sample_is_readable(procedure: str) -> None:
    """Color and tint do not depend on the language or the patient: one packet of each kind is printed."""
    chosen = (each for each in one_print_of_each() if each.procedure == procedure and each.kind != HANDOUT)
    own = sorted(chosen, key=lambda each: each.kind)
    for _, same in groupby(own, key=lambda each: each.kind):
        variant = next(same)
        assert [each for each in contrasts(make(variant)) if not each.is_readable] == [], str(variant)


@pytest.mark.parametrize("language", ["en", "es", "de"])
def test_every_icon_has_words_of_its_own_beside_it(language: str) -> None:
    """An icon always has the same label: Usual, Doctor's order or Appointment. A warning sign has its heading."""
    labels: dict[int, set[str]] = {}
    own = [each for each in one_print_of_each() if each.language == language and not each.staff_language]
    for variant in spread([each for each in own if each.kind in (DISCHARGE, RACK_COPY)], 5):
        for page in measure(make(variant)):
            for icon in icons(page):
                assert icon.words, f"{variant}: an icon without words"
                if not icon.is_white:  # a white one is beside the heading of a box
                    labels.setdefault(icon.shape, set()).add(icon.words)
    assert len(labels) == 3 and all(len(words) == 1 for words in labels.values()), labels
    assert len(set.union(*labels.values())) == 3


def test_an_icon_without_its_label_is_found() -> None:
    page = measure(make(Variant(SAMPLES, "total-knee-replacement", "en", PrintOptions(), DISCHARGE)))[0]
    assert icons(page) and all(icon.words for icon in icons(page))
    bare = replace(page, lines=tuple(line for line in page.lines if line.text.strip() != "Usual"))
    assert "" in {icon.words for icon in icons(bare)}
