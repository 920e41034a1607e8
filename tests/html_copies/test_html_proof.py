"""Test that a wrong HTML copy is refused, whatever is wrong with it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from packets.errors import VerificationError
from packets.model.case import PrintOptions
from packets.model.filled_packet import DateRow, DateTable, FilledPacket, Heading, Paragraph, PrintedDay, Span
from packets.verified_html import render_html
from tests.effort import examples, spread
from tests.html_copies.copies import VARIANTS, arabic_packet, refusal, sample_copy
from tests.pages.variants import Variant
from tests.samples import packet
from tests.verify.test_blocks import filled

PERSON: dict[str, Any] = {"birth_date": dt.date(1961, 3, 9), "discharge_date": dt.date(2026, 12, 8)}


def copy_of(*packets: FilledPacket) -> str:
    return render_html(packets, PrintOptions()).decode()


@pytest.mark.parametrize("variant", spread(VARIANTS, 12), ids=str)
def test_the_copy_of_every_sample_is_accepted(variant: Variant) -> None:
    packets, data = sample_copy(variant)
    assert refusal(data, *packets) == []


def test_a_copy_in_a_right_to_left_language_and_one_of_every_kind_of_block_are_accepted(tmp_path: Path) -> None:
    assert '<html lang="ar" dir="rtl">' in copy_of(arabic_packet(tmp_path))
    assert '<section class="callout emergency"><h3>' in copy_of(filled(tmp_path / "blocks", answers={"collar": "yes"}))


SENTENCE = "We will instruct you to move your neck very carefully and comfortably."
DISCLAIMER = "is not intended to replace the advice"
CHANGES = {
    # what a person would read wrong
    "a sentence is missing": (f"<p>{SENTENCE}</p>\n", "", "V53 a text or cell of part 19 (Paragraph)"),
    "a word is missing": ("very carefully", "carefully", "V53 a text or cell of part 19 (Paragraph)"),
    "the disclaimer is changed": (DISCLAIMER, "is intended to replace the advice", "V53 a text or cell of part 29"),
    "a digit of a date is changed": (">Mon Dec 21</time>", ">Mon Dec 22</time>", "V53 a text or cell of part 5"),
    "a sentence is added": ("<p>We will", "<p>Take two tablets.</p>\n<p>We will", "V55 the HTML copy shows something"),
    "a sentence is printed twice": (f"<p>{SENTENCE}</p>", f"<p>{SENTENCE}</p>" * 2, "V55 the HTML copy shows"),
    "another patient's name": ("<dd>Rosa Martinez", "<dd>Rosa Martina", "V53 a text or cell of part 2 (Identifiers)"),
    "another name in the header": ("<p>Rosa Martinez", "<p>Rosa Martina", "V52 the HTML copy does not show the pat"),
    "another record number": ("<dd>00418823", "<dd>00418832", "V53 a text or cell of part 2 (Identifiers)"),
    "another packet id": ("Packet SAMP-LE2Z</p>", "Packet SAMP-LE2X</p>", "V52 the HTML copy does not show the pat"),
    "the revision is missing": ("English, revision 1</p></footer>", "</p></footer>", "V53 a text or cell of the title"),
    "an item of a list is a paragraph": ("<li>If there is evidence", "<p>If there is evidence", "V50 line"),
    "a heading is smaller": ("<h2>What Happens", "<h3>What Happens", "V50 line"),
    # what only a program or a screen reader would read wrong
    "the day of a date": ('datetime="2026-12-21"', 'datetime="2026-12-22"', "V56 a date of part 5 (DateTable)"),
    "a date is not marked": ('<time datetime="2026-12-07">Monday, December 7, 2026</time>',
                             "Monday, December 7, 2026", "V56 a date of part 2 (Identifiers)"),
    "the number that a link calls": ("tel:+1-816-363-2500", "tel:+1-816-363-2501", "V54 a link or bold text of part 3"),
    "bold text": ("<strong>816-363-2500</strong>", "816-363-2500", "V54 a link or bold text of part 3"),
    "the words for the QR code": ('aria-label="QR code that calls', 'aria-label="QR code', "V53 a text or cell of"),
    "a module of the QR code": ("M4 4h7v1h-7z", "M4 4h6v1h-6z", "V59 the QR code of part 3 (HelpStrip)"),
    "the language": ('<html lang="en" dir="ltr">', '<html lang="es" dir="ltr">', "V51 the HTML copy has another"),
    "the language of a part": ('<article lang="en" dir="ltr">', '<article lang="en" dir="rtl">', "V5"),
    "the language of a box": ('<section class="notice"', '<section class="notice" lang="es"', "V53 a text or cell"),
    "the direction of a box": ('<section class="notice"', '<section class="notice" dir="rtl"', "V53 a text or cell"),
    "the kind of a row": ('<tr class="expectation"', '<tr class="appointment"', "V53 a text or cell of part 5"),
    "a header cell without its scope": ('<th scope="col" role="columnheader">What', "<th>What", "V53 a text or cell"),
    "the title": ("<title>Your going-home", "<title>Rosa Martinez, your", "V51 the HTML copy has another title"),
    # what no copy has
    "a script": ("</main>", "<script>alert(1)</script></main>", "V50 line"),
    "a handler": ("<h1>", '<h1 onclick="alert(1)">', "V50 line"),
    "a style of its own": ("<h1>", '<h1 style="color: white">', "V50 line"),
    "hidden text": (f"<p>{SENTENCE}", f"<p hidden>{SENTENCE}", "V50 line"),
    "text that screen readers skip": ("<dl ", '<dl aria-hidden="true" ', "V50 line"),
    "a table that is none to screen readers": ('role="table"', 'role="presentation"', "V50 line"),
    "a comment": ("</main>", "<!-- Rosa -->\n</main>", "V50 line"),
    "a text between elements": ("</main>", "Rosa</main>", "V50 line"),
    "a loaded file": ("</main>", '<link rel="stylesheet" href="https://example.org/a.css"></main>', "V50 line"),
    "a rule of the style sheet": ("</style>", "h1 { display: none; }</style>", "V51 the HTML copy has another title"),
    "a weaker policy": ("img-src data:", "img-src *", "V51 the HTML copy has another title"),
    "a refresh": ("<title>", '<meta http-equiv="refresh" content="0;url=https://example.org"><title>', "V51"),
    "an element that is not closed": ("</footer>", "", "V50 line"),
    "an attribute twice": ('<article lang="en"', '<article lang="en" lang="es"', "V50 line"),
    "a class that no copy has": ('<p class="subtitle"', '<p class="white"', "V50 line"),
    "another document type": ("<!DOCTYPE html>", "<!DOCTYPE svg>", "V50 line"),
    "no document type": ("<!DOCTYPE html>", "", "V50 line"),
    "a second document type": ("<h1>", "<!DOCTYPE html><h1>", "V50 line"),
    "an instruction for another program": ("</main>", "<?php x ?></main>", "V50 line"),
    "a marked section": ("</main>", "<![CDATA[x]]></main>", "V50 line"),
    "a list in a sentence": ("<p>We will", "<p><ul></ul>We will", "V50 line"),
    "a bold text outside a sentence": ("</main>", "<strong></strong></main>", "V50 line"),
    "the end of a bold text that did not begin": ("<p>We will", "<p></strong>We will", "V50 line"),
    "the end of an element that did not begin": ("</main>", "</p></main>", "V50 line"),
    "an element that ends itself": ("</main>", "<p/></main>", "V50 line"),
    "a date in a date": (">Mon Dec 21</time>", '><time datetime="2026-12-21">Mon Dec 21</time></time>', "V50 line"),
    "a bold text after the end": ("</html>", "</html><strong>", "V50 line"),
    "a bold text that ends like a link": ("2500</strong>", "2500</a>", "V50 line"),
    "an element that no copy has": ("</main>", "<input></main>", "V50 line"),
    "a name after the end": ("</html>", "</html>Rosa", "V50 line"),
    "an end after the end": ("</html>", "</html></p>", "V50 line"),
    "bold text that does not end": ("</strong></p>", "</p>", "V50 line"),
    "a line after the end": ("</html>", '</html><path d="M0 0h9">', "V50 line"),
    "no end": ("</body>\n</html>", "", "V50 line"),
    "a line outside a drawing": ("</main>", '<path d="M0 0h9"></main>', "V50 line"),
    "nothing after the middle": ("<h2>What Happens", "\0", "V5"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_wrong_copy_is_refused(change: str) -> None:
    old, new, problem = CHANGES[change]
    expected = packet(**PERSON)
    right = copy_of(expected)
    assert old in right
    wrong = right[: right.index(old)] if new == "\0" else right.replace(old, new, 1)
    lines = refusal(wrong, expected)
    assert any(line.startswith(problem) for line in lines), lines
    assert not any(word in line for line in lines for word in ("Rosa", "00418823", "Martin", "SAMP"))


def test_a_refusal_says_everything_that_is_wrong() -> None:
    expected = packet()
    wrong = copy_of(expected).replace(">Mon Dec 21<", ">Mon Dec 22<").replace(SENTENCE, "").replace("Packet SAMP", "P")
    wrong = wrong.replace("<title>", "<title>Rosa, ").replace("</main>", "<b>Rosa</b></main>")
    lines = [re.sub("line [0-9]+", "line N", line) for line in refusal(wrong, expected)]
    assert lines == [
        "V50 line N of the HTML copy has an element, attribute or text that no copy may have",
        "V51 the HTML copy has another title, style, security policy or language",
        "V52 the HTML copy does not show the patient's name, record number and packet id in its header",
        "V53 a text or cell of part 19 (Paragraph) is missing or different in the HTML copy",
        "V53 a text or cell of part 5 (DateTable) is missing or different in the HTML copy",
    ]


def test_a_dose_in_the_column_of_another_time_is_refused(tmp_path: Path) -> None:
    """Empty cells count: the doses alone would still be in their order."""
    expected = filled(tmp_path, answers={"collar": "yes"})
    right = copy_of(expected)
    row = "<td>1 tablet</td><td></td><td>1 tablet</td><td></td>"
    assert row in right
    wrong = right.replace(row, "<td>1 tablet</td><td>1 tablet</td><td></td><td></td>")
    assert "V53" in [line[:3] for line in refusal(wrong, expected)]
    assert refusal(right.replace(row, row.replace("<td></td>", "", 1)), expected)


def test_rows_and_lists_keep_their_parts(tmp_path: Path) -> None:
    expected = filled(tmp_path, answers={"collar": "yes"})
    right = copy_of(expected)
    for old, new in (("</tr>\n<tr>", ""), ("<ol>", "<ul>"), ("</li><li>", "</li></ul><ul><li>")):
        wrong = right.replace(old, new, 1)
        wrong = wrong.replace("</ol>", "</ul>", 1) if old == "<ol>" else wrong
        assert wrong != right and refusal(wrong, expected), old


@pytest.mark.parametrize(
    "variant", [each for each in VARIANTS if "total-knee-replacement en" in str(each)][:1], ids=str
)
def test_a_picture_that_is_changed_mirrored_or_recolored_is_refused(variant: Variant) -> None:
    packets, data = sample_copy(variant)
    right = data.decode()
    drawing = re.search(r'<figure class="(?:full|half|third)"><svg.*?</figure>', right)
    assert drawing, "the knee has a drawing"
    changes = (
        (r'd="M(\d)', r'd="M9\1'),
        (r"matrix\(1 0 0 1", "matrix(-1 0 0 1"),
        ("#[0-9a-f]{6}", "#abcdef"),
        ("<path[^>]*/>", ""),
        ('stroke-width="[^"]*"', 'stroke-width="0.1"'),
    )
    for old, new in changes:
        wrong = right.replace(drawing[0], re.sub(old, new, drawing[0], count=1))
        assert wrong != right, old
        assert [line[:42] for line in refusal(wrong, *packets)] == ["V57 the picture of part 34 (Figure) is dif"], old


def test_the_copy_of_another_patient_or_packet_is_refused() -> None:
    data = copy_of(packet())
    for other in (
        packet(patient_name="Rosa Martinez"),
        packet(record_number="00418832"),
        packet(packet_id="SAMP-LE3X"),
    ):
        assert refusal(data, other)
    assert refusal(data, packet(answers={"collar": "no"}))
    assert refusal(data, packet(surgery_date=dt.date(2026, 12, 14)))
    assert refusal(data, packet(), packet())


def test_bytes_that_are_no_html_are_refused() -> None:
    for data in (b"", b"\xff\xfe", b"%PDF-1.7", b"<html></html>"):
        assert refusal(data, packet()), data


def test_a_date_that_no_text_shows_is_refused() -> None:
    shown = packet()
    assert refusal(copy_of(shown), replace(shown, dates=(*shown.dates, "Friday, January 1, 2027"))) == [
        f"V58 date {len(set(shown.dates)) + 1} of the packet is not in the HTML copy"
    ]


def test_a_date_in_a_form_that_the_packet_does_not_know_is_refused() -> None:
    """A new way to print a date must also be added to the days of the packet."""
    text = Paragraph((Span("Come on 1/15/2027.", personal=True),))
    expected = replace(packet(), blocks=(text,), dates=("1/15/2027",))
    with pytest.raises(VerificationError) as refused:
        copy_of(expected)
    assert str(refused.value) == "V56 date 1 of the packet is not marked as a date in the HTML copy"


JANUARY = (PrintedDay("Fri Jan 1", dt.date(2027, 1, 1)), PrintedDay("Fri Jan 15", dt.date(2027, 1, 15)))


def test_a_date_whose_words_begin_another_date_is_marked_as_itself() -> None:
    text = Paragraph((Span("From Fri Jan 15 through Fri Jan 1, 2027", personal=True),))
    expected = replace(packet(), blocks=(text,), days=JANUARY, dates=())
    right = copy_of(expected)
    assert '<time datetime="2027-01-15">Fri Jan 15</time> through <time datetime="2027-01-01">Fri Jan 1</time>' in right
    wrong = right.replace(
        '<time datetime="2027-01-15">Fri Jan 15</time>', '<time datetime="2027-01-01">Fri Jan 1</time>5'
    )
    assert refusal(wrong, expected) == [
        "V56 a date of part 1 (Paragraph) is not marked as the day that it names in the HTML copy"
    ]


def test_each_day_is_marked_as_a_whole_and_wherever_it_is_written() -> None:
    first = dt.date(2027, 1, 1)
    days = (PrintedDay("Jan 1", first), PrintedDay("Jan 1, 2027", first), PrintedDay("Jan 12", dt.date(2027, 1, 12)))
    text = "Jan 1, Jan 1, Jan 1, Jan 12, Jan 1, 2027, not Jan 15 and not 2Jan 1."
    expected = replace(packet(), blocks=(Paragraph((Span(text, personal=True),)),), days=days, dates=())
    right = copy_of(expected)
    assert re.findall("<time[^>]*>([^<]*)</time>", right) == ["Jan 1", "Jan 1", "Jan 1", "Jan 12", "Jan 1, 2027"]
    marked = '<time datetime="2027-01-01">Jan 1</time>'
    for old, new in (
        ("Jan 15", f"{marked}5"),
        ("2Jan 1", f"2{marked}"),
        (f"{marked}, {marked}, {marked}", f"{marked}, Jan 1, {marked}"),
        ('<time datetime="2027-01-01">Jan 1, 2027</time>', f"{marked}, 2027"),
    ):
        assert old in right
        assert [line[:3] for line in refusal(right.replace(old, new), expected)] == ["V56"], new


def test_a_date_and_its_year_on_two_lines_of_a_table_are_not_one_date() -> None:
    """A schedule prints the same day with its year, on one line."""
    days = (PrintedDay("Fri Jan 1", dt.date(2027, 1, 1)), PrintedDay("Fri Jan 1 2027", dt.date(2027, 1, 1)))
    row = DateRow("Fri Jan 1", "2027", "Driving is safe", "in a week", "expectation", "Usual")
    table = DateTable(("When", "What", "Kind"), (row,))
    expected = replace(packet(), blocks=(table,), days=days, dates=("Fri Jan 1 2027",))
    assert '<time datetime="2027-01-01">Fri Jan 1</time></span> <span>2027</span>' in copy_of(expected)


def test_a_date_with_its_year_is_marked_in_a_heading_too() -> None:
    days = (*JANUARY, PrintedDay("Friday, January 1, 2027", dt.date(2027, 1, 1)))
    blocks = (Heading("Until Friday, January 1, 2027"), Heading("Closed on Fri Jan 1"))
    expected = replace(packet(), blocks=blocks, days=days, dates=())
    right = copy_of(expected)
    assert '<h2>Until <time datetime="2027-01-01">Friday, January 1, 2027</time></h2>' in right
    assert "<h2>Closed on Fri Jan 1</h2>" in right
    wrong = right.replace('datetime="2027-01-01"', 'datetime="2027-01-02"')
    assert [line[:3] for line in refusal(wrong, expected)] == ["V56"]


def test_a_date_in_the_handouts_own_words_is_not_marked() -> None:
    """Its year is not known."""
    text = Paragraph((Span("The clinic is closed on Fri Jan 1."),))
    expected = replace(packet(), blocks=(text,), days=JANUARY, dates=())
    right = copy_of(expected)
    assert "<p>The clinic is closed on Fri Jan 1.</p>" in right
    wrong = right.replace("Fri Jan 1.", '<time datetime="2027-01-01">Fri Jan 1</time>.')
    assert refusal(wrong, expected)[0].startswith("V56 ")


LETTERS = st.characters(codec="utf-8", exclude_characters="\r\0", exclude_categories=("Cs", "Cc"))


@settings(max_examples=examples(150))
@given(st.text(LETTERS, min_size=1, max_size=60), st.booleans())
def test_any_text_is_shown_as_it_is(text: str, personal: bool) -> None:
    expected = replace(packet(), blocks=(Paragraph((Span(text, personal=personal),)),), dates=())
    assert refusal(copy_of(expected), expected) == []


@settings(max_examples=examples(60))
@given(st.data())
def test_a_copy_with_one_character_changed_is_refused(data: st.DataObject) -> None:
    """Of everything between <main> and </main>, only blank lines between elements do not count."""
    expected = packet(**PERSON)
    right = copy_of(expected)
    start, end = right.index("<article"), right.index("</main>")
    place = data.draw(st.integers(start, end).filter(lambda at: not right[at].isspace()))
    character = data.draw(st.sampled_from("0x<>&\"' é"))
    wrong = right[:place] + character + right[place + 1 :]
    if wrong != right:
        assert refusal(wrong, expected), (place, right[place - 20 : place + 20])
