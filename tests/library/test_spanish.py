"""The Spanish packet: dates by CLDR (Babel is the oracle), no word missing, a draft, the disclaimer in English too."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pikepdf
import pytest
from babel import Locale
from babel.dates import format_date
from babel.units import format_unit
from hypothesis import given
from hypothesis import strategies as st

from packets.content import library
from packets.fill import dates as words
from packets.model.language import Language
from packets.model.recovery import At, Between, By, Offset, Unit
from tests.cli.conftest import Type, case_words, type_  # noqa: F401  a fixture
from tests.content.folder import SHIPPED
from tests.content.test_seed import DISCLAIMER
from tests.instruments import verapdf

shipped, _ = library.load(SHIPPED)
assert shipped is not None
SPANISH, ENGLISH, GERMAN = (shipped.languages[tag] for tag in ("es", "en", "de"))
days = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))
languages = pytest.mark.parametrize("language", [SPANISH, ENGLISH, GERMAN], ids=["es", "en", "de"])


def plain(text: str) -> str:
    """Return the text with ordinary spaces and none around a dash: CLDR does not specify line breaks."""
    return re.sub("\\s*–\\s*", "–", re.sub("[\u00a0\u2009\u202f]", " ", text))


@languages
@given(day=days)
def test_a_date_is_formatted_as_in_cldr(language: Language, day: dt.date) -> None:
    assert plain(words.long_date(language, day)) == format_date(day, "full", locale=language.tag)
    assert plain(words.plain_date(language, day)) == format_date(day, "long", locale=language.tag)


@languages
@given(count=st.integers(1, 730), unit=st.sampled_from(Unit))
def test_a_count_takes_the_plural_form_of_cldr(language: Language, count: int, unit: Unit) -> None:
    assert Locale.parse(language.tag).plural_form(count) in ("one", "other")
    expected = format_unit(count, f"duration-{unit}", locale=language.tag)
    assert plain(language.counted(unit, count)) == expected


def test_intervals_in_spanish() -> None:
    intervals = [
        words.interval(SPANISH, timing)
        for timing in (
            At(Offset(1, Unit.DAY)),
            At(Offset(1, Unit.MONTH)),
            By(Offset(4, Unit.WEEK)),
            Between(Offset(2, Unit.MONTH), Offset(3, Unit.MONTH)),
        )
    ]
    assert intervals == [
        "el día después de la cirugía",
        "1 mes después de la cirugía",
        "a más tardar 4 semanas después de la cirugía",
        "de 2 a 3 meses después de la cirugía",
    ]


def test_the_spanish_handout_takes_times_and_conditions_from_the_english() -> None:
    assert shipped is not None
    spanish, english = (shipped.handouts["cervical-foraminotomy", tag] for tag in ("es", "en"))
    assert spanish.original == english
    assert [(milestone.id, milestone.timing, milestone.kind, milestone.quote) for milestone in spanish.milestones] == [
        (milestone.id, milestone.timing, milestone.kind, milestone.quote) for milestone in english.milestones
    ]
    assert spanish.questions == english.questions and spanish.ends_with == english.ends_with
    assert [[part.condition for part in notice.parts] for notice in spanish.notices] == [
        [part.condition for part in notice.parts] for notice in english.notices
    ]


def test_every_text_that_a_patient_reads_is_translated() -> None:
    """Every text of the filled packet differs from the English one, except names, numbers and the clinic's words."""
    from packets.fill.packet import fill

    assert shipped is not None
    texts = {}
    for tag in ("es", "en"):
        commons = {name: part for (name, language), part in shipped.common.items() if language == tag}
        filled = fill(
            shipped.handouts["cervical-foraminotomy", tag],
            shipped.plans["discharge"],
            commons,
            shipped.clinic,
            shipped.languages[tag],
            None,
            include_drafts=True,
        )
        texts[tag] = [*filled.texts(), filled.header_footer.bottom_left, filled.header_footer.page_of]
    assert len(texts["es"]) > 50
    same = {text for text in texts["es"] if text in texts["en"] and re.search("[a-z]", text)}
    assert same == {DISCLAIMER}


def test_the_spanish_packet_is_a_draft_and_has_the_english_disclaimer_too(type_: Type) -> None:  # noqa: F811
    import pypdfium2

    ran = type_("packet", "cervical-foraminotomy", *case_words(language="es"), "-o", "es.pdf")
    assert ran.code == 4 and "R11" in ran.err
    ran = type_(
        *("packet", "cervical-foraminotomy", *case_words(language="es"), "--include-drafts", "-o", "es.pdf"),
        *("--staff-sheet", "staff.pdf"),
    )
    assert (ran.code, ran.err) == (0, "")
    document = pypdfium2.PdfDocument("es.pdf")
    pages = [" ".join(document[number].get_textpage().get_text_range().split()) for number in range(len(document))]
    document.close()
    assert len(pages) >= 3
    for page in pages:
        assert "BORRADOR: aún no revisado por un profesional clínico ni por un traductor" in page
    text = " ".join(pages)
    assert "lunes, 7 de diciembre de 2026" in text
    assert "lun 14 dic al lun 21 dic de 2026" in text
    assert DISCLAIMER in text and "Este material tiene el propósito" in text
    sheet = pypdfium2.PdfDocument("staff.pdf")
    staff_sheet = " ".join(sheet[0].get_textpage().get_text_range().split())
    sheet.close()
    assert "Hand-over check" in staff_sheet and "Monday, December 7, 2026" in staff_sheet
    assert type_("verify", "es.pdf").code == 0


def test_a_screen_reader_reads_the_english_disclaimer_in_english(type_: Type) -> None:  # noqa: F811
    ran = type_("packet", "cervical-foraminotomy", *case_words(language="es"), "--include-drafts", "-o", "es.pdf")
    assert ran.code == 0
    with pikepdf.open("es.pdf") as pdf:
        assert str(pdf.Root.Lang) == "es"
        languages = [str(item.Lang) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/S" in item
                     and item.get("/Type") == "/StructElem" and "/Lang" in item]  # fmt: skip
    assert languages == ["en"]


@pytest.mark.system("verapdf")
def test_a_spanish_packet_is_pdf_ua_and_pdf_a(type_: Type) -> None:  # noqa: F811
    words = case_words(language="es")
    assert type_("packet", "cervical-foraminotomy", *words, "--include-drafts", "-o", "es.pdf").code == 0
    path = Path("es.pdf").resolve()
    verdicts = verapdf.validate([path], ("ua1", "2a"))
    assert len(verdicts) == 2
    assert {verdict.passed for verdict in verdicts.values()} == {True}, verdicts
