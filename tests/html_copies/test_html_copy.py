"""Test the HTML copy of a packet as a person types the command and as a reader of the page meets it."""

from __future__ import annotations

import datetime as dt
import json
import re
import stat
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packets.fill.dates import long_date
from packets.html import html_document
from packets.model.case import PrintOptions
from packets.verified_html import render_html
from tests.cli.conftest import Type, case_text, case_words, type_  # noqa: F401  a fixture
from tests.effort import examples
from tests.html_copies.copies import VARIANTS, arabic_packet, sample_copy
from tests.pages.variants import Variant
from tests.samples import library, packet


class Words(HTMLParser):
    """Collects the texts of a page, apart from its style sheet."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.feed(page.partition("</style>")[2])

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.pieces.append("" if tag in ("a", "span", "strong", "time") else " ")


def words_of(page: str) -> str:
    return " ".join("".join(Words(page).pieces).split())


def html_copy(type_: Type, *more: str, **changes: str | None) -> str:  # noqa: F811
    ran = type_(
        *("packet", "cervical-foraminotomy", *case_words(**changes), *more, "-o", "packet.pdf", "--html", "packet.html")
    )
    assert ran.code == 0, ran.err
    return Path("packet.html").read_text("utf-8")


def test_the_copy_says_what_the_packet_says(type_: Type) -> None:  # noqa: F811
    page = html_copy(type_, dob="1961-03-09", discharge_date="2026-12-08", packet_id="SAMP-LE2Z")
    words = words_of(page)
    for expected in (
        "Rosa Sample · Record number 00418823",
        "Packet SAMP-LE2Z",
        "Patient Rosa Sample",
        "Record number 00418823",
        "Dr. Jane Rivera",
        "Monday, December 7, 2026",
        "Mon Dec 14 to Mon Dec 21, 2026 Driving is usually safe 1 to 2 weeks after surgery",
        "Your surgeon has advised you to wear a soft neck (cervical) collar.",
        "816-363-2500",
        "This material is intended to give the patient an overview of surgical procedures and treatments and is not "
        "intended to replace the advice and guidance of a physician. Always consult with your doctor about the "
        "particular risks and benefits of your treatment.",
        "Cervical Foraminotomy · English, revision 1",
    ):
        assert expected in words, expected
    assert re.findall('<time datetime="([^"]*)">([^<]*)<', page) == [
        ("1961-03-09", "March 9, 1961"),
        ("2026-12-07", "Monday, December 7, 2026"),
        ("2026-12-08", "Tue Dec 8"),
        ("2026-12-14", "Mon Dec 14"),
        ("2026-12-21", "Mon Dec 21"),
        ("2027-01-04", "Mon Jan 4"),
        ("2027-02-07", "Sun Feb 7"),
        ("2027-03-07", "Sun Mar 7"),
        ("2026-12-08", "Tuesday, December 8, 2026"),
    ]
    assert '<a href="tel:+1-816-363-2500" title="Call 816-363-2500">' in page
    assert re.findall("<h([1-6])>", page)[0] == "1" and page.count("<h1>") == 1


def test_nothing_of_the_patient_is_outside_the_page(type_: Type) -> None:  # noqa: F811
    page = html_copy(type_)
    head = page.partition("</head>")[0]
    assert "Rosa" not in head and "00418823" not in head
    assert "default-src 'none'" in head.replace("&#x27;", "'")
    assert re.findall(r"(?:src|href)=\"(?!tel:)", page) == [] and "<script" not in page and "url(" not in page


def test_the_result_is_printed(type_: Type) -> None:  # noqa: F811
    words = (*case_words(packet_id="SAMP-LE2Z"), "-o", "packet.pdf", "--html", "packet.html")
    ran = type_("packet", "cervical-foraminotomy", *words)
    out = "packet.pdf: packet SAMP-LE2Z, 3 pages, checked\npacket.html: HTML copy, checked\n"
    assert (ran.code, ran.out, ran.err) == (0, out, "")
    assert stat.S_IMODE(Path("packet.html").stat().st_mode) == 0o600
    assert json.loads(type_("packet", "cervical-foraminotomy", *words, "--json").out)["html"] == "packet.html"


def test_the_pdf_is_the_same_with_and_without_a_copy(type_: Type) -> None:  # noqa: F811
    html_copy(type_)
    with_copy = Path("packet.pdf").read_bytes()
    assert type_("packet", "cervical-foraminotomy", *case_words(), "-o", "packet.pdf").code == 0
    assert Path("packet.pdf").read_bytes() == with_copy


def test_a_copy_cannot_have_a_password_or_the_name_of_another_file(type_: Type) -> None:  # noqa: F811
    Path("password").write_text("correct horse battery\n")
    words = ("packet", "cervical-foraminotomy", *case_words(), "-o", "packet.pdf", "--html")
    ran = type_(*words, "packet.html", "--password-file", "password")
    assert (ran.code, ran.err) == (
        2,
        "--html: U18 an HTML copy cannot have a password\n"
        "    Leave one of them out: anyone who has the file can read it.\n",
    )
    ran = type_(*words, "./packet.pdf")
    assert ran.err == "--html: U01 -o and --html cannot be the same file\n    Type another file name.\n"
    assert type_(*words, "no such folder/packet.html").code != 0
    assert not list(Path.cwd().glob("packet.*"))


def test_nothing_is_written_if_the_copy_is_wrong(type_: Type, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    right = html_document.html_document

    def without_the_disclaimer(*packets: object, **options: bool) -> bytes:
        return right(*packets, **options).replace(b"is not intended to replace", b"is intended to replace")  # type: ignore[arg-type]

    monkeypatch.setattr(html_document, "html_document", without_the_disclaimer)
    ran = type_("packet", "cervical-foraminotomy", *case_words(), "-o", "packet.pdf", "--html", "packet.html")
    assert (ran.code, ran.out) == (6, "")
    assert ran.err.startswith("V53 a text or cell of part 29 (Disclaimer) is missing or different in the HTML copy\n")
    assert not list(Path.cwd().glob("packet.*"))


def test_a_draft_is_marked_on_its_first_page_and_in_its_footer(type_: Type) -> None:  # noqa: F811
    page = html_copy(type_, "--language", "es", "--include-drafts")
    mark = library().languages["es"].say("draft_mark")
    assert f'<p class="draft">{mark}</p>' in page and f"<footer><p>{mark} · " in page
    assert "draft" not in html_copy(type_).partition("</style>")[2]


def test_each_language_of_a_bilingual_copy_is_marked(type_: Type) -> None:  # noqa: F811
    page = html_copy(type_, "--language", "es", "--with", "en", "--include-drafts")
    spanish, english = page.split('<article lang="en" dir="ltr">')
    assert '<html lang="es" dir="ltr">' in spanish and '<article lang="es" dir="ltr">' in spanish
    assert '<section class="disclaimer" lang="en" dir="ltr">' in spanish, "the clinic's original text"
    assert "English copy for staff" in english
    for part in (spanish, english):
        assert part.count('datetime="2026-12-21"') == 1 and part.count("Rosa Sample") == 2


def test_an_arabic_copy_runs_from_right_to_left(tmp_path: Path) -> None:
    page = render_html([arabic_packet(tmp_path)], PrintOptions()).decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert '<section class="disclaimer" lang="en" dir="ltr">' in page
    assert "\u2068Rosa Martinez-O’Neil\u2069" in page, "the name keeps its own direction"


@settings(max_examples=examples(60))
@given(st.dates(dt.date(2000, 1, 1), dt.date(2090, 1, 1)), st.sampled_from(("en", "es", "de")))
def test_every_marked_date_names_its_own_day(surgery_date: dt.date, language: str) -> None:
    filled = packet(surgery_date=surgery_date, language=language, drafts=True)
    page = render_html([filled], PrintOptions()).decode()
    words = library().languages[language]
    found = re.findall('<time datetime="([^"]*)">([^<]*)<', page)
    assert len(found) == 7
    for value, text in found:
        day = dt.date.fromisoformat(value)
        in_full = long_date(words, day).replace("\u00a0", " ")
        weekday, month = words.short_weekdays[day.weekday()], words.short_months[day.month - 1]
        numbers = [int(number) for number in re.findall(r"\d+", text)]
        assert text == in_full or (numbers == [day.day] and weekday in text and month in text)


@pytest.mark.parametrize("variant", [each for each in VARIANTS if "knee-replacement en" in str(each)][:2], ids=str)
def test_a_table_has_header_cells_and_a_picture_its_alternative_text(variant: Variant) -> None:
    _, data = sample_copy(variant)
    page = data.decode()
    assert '<th scope="col">Exercise</th><th scope="col">How often</th>' in page
    assert '<th scope="row">Slide your foot back</th><td>10 times, 4 times a day</td>' in page
    assert re.search('<svg role="img" aria-label="[A-Z][^"]{20,}" viewBox="0 0 ', page)


def test_verify_compares_a_copy_with_its_case(type_: Type) -> None:  # noqa: F811
    page = html_copy(type_, packet_id="SAMP-LE2Z")
    Path("case.yaml").write_text(case_text(packet_id="SAMP-LE2Z"), "utf-8")
    ran = type_("verify", "packet.pdf", "packet.html", "--case", "case.yaml")
    assert (ran.code, ran.out) == (
        0,
        "packet.pdf: complete and unchanged, 3 pages, matches the case\npacket.html: complete, matches the case\n",
    )
    Path("packet.html").write_text(page.replace("Mon Dec 21", "Mon Dec 22"), "utf-8")
    ran = type_("verify", "packet.html", "--case", "case.yaml")
    assert ran.code == 6 and ran.err.startswith("packet.html: V53 a text or cell of part 5 (DateTable)")
    ran = type_("verify", "packet.html")
    assert (ran.code, ran.err) == (
        6,
        "packet.html: V26 an HTML copy can only be compared with its case\n"
        "    Add --case FILE. To check all copies of a batch, type its folder.\n",
    )
