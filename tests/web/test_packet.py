"""Test one packet in the web form: fields, result, what is remembered, and errors."""

from __future__ import annotations

import datetime as dt
import html
import logging
import os
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from packets.case_input.case_reader import FIELD_LABELS
from packets.cli import main
from packets.content.library import load_for_packet
from packets.errors import Problem
from packets.pipeline import BuiltPacket, make_packet
from packets.verify.extract_text import read, without_whitespace
from packets.verify.inspect import inspect
from tests.clock import NOW, now
from tests.effort import examples
from tests.samples import CONTENT, LONGEST
from tests.web.client import FORM, Answer, Client
from tests.web.conftest import Serve


def let_in(page: object) -> Client:
    client = Client(page.port)  # type: ignore[attr-defined]
    assert client.come_in(page.link()).status == 303  # type: ignore[attr-defined]
    return client


def words_of(data: bytes) -> str:
    return "".join(without_whitespace(text) for text in read(data))


def value_of(page: Answer, name: str) -> str:
    match = re.search(rf'<input type="text" name="{name}"[^>]* value="([^"]*)"', page.body.decode())
    assert match, name
    return html.unescape(match[1])


def chosen(page: Answer, name: str) -> list[str]:
    inputs = re.findall(rf'<input type="radio" name="{name}"[^>]*>', page.body.decode())
    assert inputs, name
    return [value[1] for each in inputs if "checked" in each and (value := re.search(r'value="([^"]*)"', each))]


def error_of(page: Answer, name: str) -> str:
    """Return the error next to a field."""
    match = re.search(rf'<p class="error" id="{name}-error">(.*?)</p>', page.body.decode(), re.S)
    return " ".join(re.sub(r"<span.*?</span>", "", html.unescape(match[1])).split()) if match else ""


def typed_problems(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return what the command line prints for the same input."""
    main.run(["packet", "cervical-foraminotomy", "-o", os.devnull, *words], now)
    return capsys.readouterr().err


# fields


def test_the_form_has_the_identifiers_the_questions_of_the_handout_and_optional_fields(client: Client) -> None:
    page = client.get("/procedures/cervical-foraminotomy").body.decode()
    names = set(re.findall(r'name="(\w+)"', page)) - {"csrf", "do", "handed_out", "procedure", "viewport"}
    # The packet id is computed with the site key; this clinic has one place, and this handout asks no side,
    # arrival or packet plan.
    not_asked = {"procedure", "packet_id", "site", "plan", "procedure_text", "start_time"}
    assert names == set(FIELD_LABELS) - not_asked | {"collar", "staff_language"}


def test_a_question_is_asked_in_the_authors_words(content: Path, serve: Serve) -> None:
    handout = content / "procedures/cervical-foraminotomy/handout.en.yaml"
    text = handout.read_text("utf-8").replace("  collar: yes", "  night_brace: yes")
    handout.write_text(text.replace("if: collar is", "if: night_brace is"), "utf-8")
    client = let_in(serve(content))
    page = client.get("/procedures/cervical-foraminotomy")
    assert page.status == 200, page.text
    assert "Night brace Yes Your surgeon has advised you to wear a soft neck (cervical) collar." in page.text
    sent = {name: value for name, value in FORM.items() if name != "collar"} | {"do": "make"}
    answer = client.get(client.post("/packets", sent).goes_to)
    assert error_of(answer, "night_brace") == "“Night brace” is not answered. Choose an answer."
    assert client.post("/packets", FORM | {"do": "make"}).status == 400, "it does not ask about a collar"


def test_choices_show_the_text_that_will_be_printed(client: Client) -> None:
    page = client.get("/procedures/cervical-foraminotomy")
    assert "No Your surgeon has not ordered a neck collar." in page.text
    assert chosen(page, "collar") == [], "no answer is given for the nurse"
    made = client.send(collar="no")
    assert without_whitespace("Your surgeon has not ordered a neck collar.") in words_of(client.pdf(made).body)


# recovery dates in the form


def test_recovery_dates_are_shown_before_a_packet_is_made(client: Client) -> None:
    empty = client.get("/procedures/cervical-foraminotomy")
    assert "Driving is usually safe 1 to 2 weeks after surgery" in empty.text
    shown = client.send("dates", surgery_date="2026-12-31", patient_name="", mrn="")
    assert "Recovery dates Thursday, December\u00a031, 2026" in shown.text.replace(" 31,", "\u00a031,")
    assert "Between Sunday, February 28 and Wednesday, March 31, 2027" in shown.text.replace("\u00a0", " ")
    assert "is missing" not in shown.text, "what is not typed yet is no mistake yet"
    assert "The pages appear here." in shown.text


def test_the_script_gets_the_same_dates(client: Client) -> None:
    asked = {"procedure": "cervical-foraminotomy", "language": "en"}
    answer = client.post("/dates", asked | {"surgery_date": "2026-12-07"})
    assert "By Monday, January 4, 2027 Back to light work · by 4 weeks after surgery" in answer.text
    wrong = client.post("/dates", asked | {"surgery_date": "2026-02-30"})
    assert "The surgery date is not in the calendar. Look at the month and the day again." in wrong.text


def test_the_form_uses_the_surgeons_instructions(content: Path, serve: Serve) -> None:
    (content / "surgeons").mkdir()
    shutil.copy(Path(__file__).resolve().parents[1] / "surgeons/jane-sample.yaml", content / "surgeons")
    client = let_in(serve(content))
    shown = client.send("dates", surgeon="Dr. Jane Sample")
    assert "Dr. Jane Sample asks you to wait with driving until · 3 weeks after surgery" in shown.text
    assert "Yes Dr. Jane Sample asks you to wear the soft collar day and night." in shown.text
    asked = {"procedure": "cervical-foraminotomy", "language": "en", "surgery_date": "2026-12-07"}
    assert "asks you to" in client.post("/dates", asked | {"surgeon": "SAMPLE, JANE"}).text
    assert "asks you to" not in client.post("/dates", asked | {"surgeon": "Dr. Ada Lark"}).text
    made = client.send(surgeon="Dr. Jane Sample")
    assert without_whitespace("Dr. Jane Sample asks you to wait with driving until") in words_of(client.pdf(made).body)
    near = client.send(surgeon="Dr. Jane Sampel")
    assert 'Did you mean "Dr. Jane Sample"' in near.text


# the result


def test_make_gives_the_packet_that_the_command_line_makes(client: Client, key_file: Path, tmp_path: Path) -> None:
    made = client.send(discharge_date="2026-12-08", follow_up="Monday, January 4, 10:30", status="performed")
    pdf = client.pdf(made)
    pages = inspect(pdf.body, CONTENT)
    assert f"Rosa Sample · Record number 00418823 Surgery on Monday, December 7, 2026 · {pages} pages" in made.text
    assert pdf.headers["Content-Type"] == "application/pdf"
    typed = tmp_path / "typed.pdf"
    sheet = tmp_path / "sheet.pdf"
    words = ["--surgery-date", "2026-12-07", "--surgeon", "Dr. Jane Sample", "--collar", "yes", "--mrn", "00418823"]
    words += ["--patient-name", "Rosa Sample", "--discharge-date", "2026-12-08", "--status", "performed", "--quiet"]
    words += ["--follow-up", "Monday, January 4, 10:30", "--site-key", str(key_file), "--staff-sheet", str(sheet)]
    copy = tmp_path / "typed.html"
    words += ["--html", str(copy)]
    assert main.run(["packet", "cervical-foraminotomy", *words, "-o", str(typed)], now) == 0
    assert pdf.body == typed.read_bytes()
    assert client.pdf(made, staff=True).body == sheet.read_bytes()
    page = re.search(r'href="(/packets/[^"?]+\.html)"', made.body.decode())
    assert page and client.get(page[1]).body == copy.read_bytes()


def test_print_opens_inline_and_save_uses_a_file_name_without_patient_data(client: Client) -> None:
    made = client.send()
    (number,) = set(re.findall(r"Packet ([2-9A-Z]{4}-[2-9A-Z]{4})", made.text))
    match = re.search(r'href="(/packets/[^"?]+\.pdf)\?save=1"', made.body.decode())
    assert match
    assert client.get(match[1]).headers["Content-Disposition"] == f'inline; filename="{number}.pdf"'
    saved = client.get(match[1] + "?save=1")
    assert saved.headers["Content-Disposition"] == f'attachment; filename="{number}.pdf"'
    sheet = client.pdf(made, staff=True)
    assert sheet.headers["Content-Disposition"] == f'inline; filename="{number}-staff-sheet.pdf"'


def test_the_web_page_is_saved_and_never_shown_in_the_form(client: Client) -> None:
    made = client.send()
    match = re.search(r'href="(/packets/[^"?]+/([2-9A-Z]{4}-[2-9A-Z]{4})\.html)"', made.body.decode())
    assert match
    saved = client.get(match[1])
    assert saved.headers["Content-Disposition"] == f'attachment; filename="{match[2]}.html"'
    assert saved.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f"<p>Packet {match[2]}</p>" in saved.body.decode()
    assert client.get(match[1].replace(match[2], "ABCD-2345")).status == 404


def test_the_pictures_show_the_pages(client: Client) -> None:
    from io import BytesIO

    from PIL import Image
    from pypdfium2 import PdfDocument

    made = client.send()
    pictures = re.findall(r'<img src="([^"]+)" alt="Page (\d) of 3', made.body.decode())
    assert [number for _, number in pictures] == ["1", "2", "3"]
    document = PdfDocument(client.pdf(made).body)
    for (address, _), page in zip(pictures, document, strict=True):
        shown = Image.open(BytesIO(client.get(address).body))
        expected = page.render(scale=1100 / page.get_width()).to_pil().convert("RGB")
        assert (shown.mode, shown.size) == ("RGB", expected.size)
        assert shown.tobytes() == expected.tobytes()
    document.close()
    assert client.get(pictures[0][0].replace("page-1", "page-4")).status == 404


def test_large_print_and_paper_make_the_packet_again_and_keep_the_form(client: Client) -> None:
    large = client.send("large_print=yes")
    assert chosen(large, "large_print") == ["yes"] and value_of(large, "patient_name") == "Rosa Sample"
    assert len(read(client.pdf(large).body)) > 3
    a4 = client.send("paper=a4", large_print="yes")
    assert chosen(a4, "paper") == ["a4"] and chosen(a4, "large_print") == ["yes"]
    inspect(client.pdf(a4).body, CONTENT)


def test_each_page_has_its_translation_on_the_back(client: Client) -> None:
    plain = client.send(language="es", include_drafts="yes")
    assert "On the back of each page" in plain.text and 'value="staff_language=en"' in plain.body.decode()
    both = client.send("staff_language=en", language="es", include_drafts="yes")
    pages = read(client.pdf(both).body)
    assert len(pages) == 2 * len(read(client.pdf(plain).body))
    assert "diciembre" in pages[0] and "December" in pages[1]
    assert all("Rosa Sample" in page and "00418823" in page for page in pages)
    ids = [re.findall(r"Packet (\S{4}-\S{4}):", page.text)[0] for page in (plain, both)]
    assert ids[0] != ids[1], "another paper has another id"
    assert chosen(both, "staff_language") == ["en"] and "Nothing on the back" in both.text
    same = client.send("language=en", language="es", staff_language="en", include_drafts="yes")
    assert len(read(client.pdf(same).body)) == 3, "the back is never in the packet's own language"
    unknown = client.send("staff_language=xx", language="es", include_drafts="yes")
    assert "This handout is not available in the chosen language" in unknown.text and "Packet " not in unknown.text


def test_another_language_makes_the_packet_again_and_keeps_the_form(client: Client) -> None:
    english = client.send()
    assert 'value="language=es"' in english.body.decode()
    spanish = client.send("language=es", include_drafts="yes")
    assert chosen(spanish, "language") == ["es"] and value_of(spanish, "patient_name") == "Rosa Sample"
    assert "7 de diciembre de 2026" in spanish.text.replace("\u00a0", " ")
    assert 'Surgery on <span lang="es">lunes,' in spanish.body.decode()
    assert "<strong>Lunes," in spanish.body.decode()
    assert without_whitespace("7 de diciembre de 2026") in words_of(client.pdf(spanish).body)
    assert 'lang="es"' in spanish.body.decode()
    back = client.send("language=en", language="es", include_drafts="yes")
    assert client.pdf(back).body == client.pdf(english).body or "DRAFT" in words_of(client.pdf(back).body)


def test_urls_contain_no_patient_data(client: Client) -> None:
    made = client.send(surgery_date="2026-12-07")
    addresses = [*re.findall(r'(?:href|src|action)="([^"]+)"', made.body.decode())]
    addresses += [answer.goes_to for answer in client.answers]
    assert len(addresses) > 10
    assert [each for each in addresses if re.search("rosa|sample|00418823|2026", each, re.I)] == []


# what is remembered


def test_only_date_surgeon_and_paper_are_remembered_and_only_today(serve: Serve) -> None:
    days = [NOW]
    client = let_in(serve(now=lambda: days[0]))
    typed = {"dob": "1961-03-09", "discharge_date": "2026-12-08", "follow_up": "January", "status": "performed"}
    client.send(paper="a4", large_print="yes", **typed)
    next_one = client.get("/procedures/cervical-foraminotomy")
    assert value_of(next_one, "surgeon") == "Dr. Jane Sample" and chosen(next_one, "paper") == ["a4"]
    assert value_of(next_one, "surgery_date") == "2026-12-07"
    for name in ("patient_name", "mrn", "dob", "discharge_date", "follow_up", "replaces"):
        assert value_of(next_one, name) == "", name
    assert chosen(next_one, "collar") == [] and chosen(next_one, "status") == [""]
    assert chosen(next_one, "large_print") == ["no"]
    days[0] += dt.timedelta(days=1)
    assert value_of(client.get("/procedures/cervical-foraminotomy"), "surgeon") == ""


def test_a_form_with_an_error_is_not_remembered(client: Client) -> None:
    client.send(surgeon="Dr. Wrong Sample", mrn="")
    assert value_of(client.get("/procedures/cervical-foraminotomy"), "surgeon") == ""


def test_remembered_choices_end_with_the_session(serve: Serve) -> None:
    page = serve()
    let_in(page).send()
    again = let_in(page)
    assert value_of(again.get("/procedures/cervical-foraminotomy"), "surgeon") == ""


# errors

MISTAKES: list[tuple[str, str, str]] = [
    ("patient_name", "", "The patient's name is missing. Fill it in."),
    ("patient_name", "W" * 121, "The patient's name is too long. At most 120 characters fit."),
    ("patient_name", "W" * 5000, "The patient's name is too long. At most 120 characters fit."),
    ("patient_name", "Rosa\u202eSample", ""),
    ("patient_name", "ก Sample", ""),
    ("mrn", "0" * 41, "The record number is too long. At most 40 characters fit."),
    ("mrn", "", "The record number is missing. Fill it in."),
    ("dob", "1961", ""),
    ("dob", "2027-01-01", "The date of birth is not before the surgery. Look at both dates again."),
    ("surgery_date", "2026-02-30", "The surgery date is not in the calendar. Look at the month and the day again."),
    ("surgery_date", "12/7/26", ""),
    ("surgery_date", "07.12.2026", ""),
    ("surgeon", "", "The surgeon's name is missing. Fill it in."),
    ("collar", "", "“Collar” is not answered. Choose an answer."),
    ("collar", "maybe", ""),
    ("discharge_date", "2026-12-06", "The discharge date is before the surgery. Look at both dates again."),
    ("follow_up", "x" * 121, "The follow-up appointment is too long. At most 120 characters fit."),
    ("status", "cancelled", "The operation is cancelled. No packet is made. If one was handed over, ask for it back."),
    ("replaces", "7KQ4-M2FA", ""),
]


@pytest.mark.parametrize(("name", "text", "expected"), MISTAKES)
def test_errors_next_to_fields_match_those_of_the_command_line(
    client: Client, capsys: pytest.CaptureFixture[str], name: str, text: str, expected: str
) -> None:
    page = client.send(**{name: text})
    error = error_of(page, name)
    if expected:
        assert error == expected
    options = {each: value for each, value in (FORM | {name: text}).items() if value or each == name}
    words = [
        word
        for each, value in options.items()
        if value and each not in ("procedure", "large_print")
        for word in ("--" + each.replace("_", "-"), value)
    ]
    typed = typed_problems(capsys, *words)
    message = error.partition(". ")[0].removesuffix(".").replace("“Collar”", '"collar"')
    assert message and message.lower() in typed.lower()
    assert page.text.startswith("There is a problem")
    assert f'href="#{name}' in page.body.decode(), "the list at the top leads to the field"
    assert "page-1.png" not in page.body.decode()
    for other, value in FORM.items():
        if other in ("patient_name", "mrn", "surgery_date", "surgeon", "dob", "follow_up", "replaces"):
            assert value_of(page, other) == (text if other == name else value), "nothing typed is lost"


def test_a_field_is_described_by_its_hint_and_each_error(serve: Serve) -> None:
    """A screen reader reads the description after the name of the field."""
    two = (Problem("C01", "one thing", field="mrn"), Problem("C02", "another", field="mrn"))
    with patch("packets.web.packet_service.PacketService.make", return_value=(None, two)):
        page = let_in(serve()).send()
    described = re.search(r'id="mrn"[^>]* aria-describedby="([^"]*)"', page.body.decode())
    assert described and described[1].split() == ["mrn-hint", "mrn-error", "mrn-error2"]
    assert all(f'id="{each}"' in page.body.decode() for each in described[1].split())


def test_all_errors_are_listed_in_form_order(client: Client) -> None:
    page = client.send(patient_name="", mrn="", surgery_date="soon", surgeon="", collar="", discharge_date="x")
    links = re.findall(r'<li><a href="#([\w-]+)">', page.body.decode())
    assert links == ["patient_name", "mrn", "surgery_date", "surgeon", "collar-yes", "discharge_date"]


def test_markup_in_a_name_stays_text(client: Client) -> None:
    text = '<b>Bo</b> & {surgeon} "><script>alert(1)</script>'
    refused = client.send(patient_name=text)
    assert b"<script>alert" not in refused.body
    assert value_of(refused, "patient_name") == text and b"has stray quotation marks" in refused.body
    page = client.send(follow_up=text)
    assert b"<script>alert" not in page.body
    assert without_whitespace(text) in words_of(client.pdf(page).body)


def test_names_and_numbers_are_checked_as_on_the_command_line(client: Client) -> None:
    page = client.send(patient_name="Jos\u00c3\u00a9 Nunez", mrn="pending", surgeon="TBD")
    for expected in (b"characters that come from a wrong encoding", b"has no digit", b"for a missing value"):
        assert expected in page.body
    page = client.send(patient_name="Maria NULL", mrn="\uff10\uff101")
    assert b"a word that programs write" in page.body
    assert "001" in words_of(client.pdf(page).body)


@pytest.mark.parametrize("name", [LONGEST, "W" * 120, "Nguyễn Thị Minh Khai", "Сергей Петров", "Xi"])
def test_every_printable_name_is_printed_in_full(client: Client, name: str) -> None:
    assert without_whitespace(name) in words_of(client.pdf(client.send(patient_name=name)).body)


def test_unknown_and_repeated_fields_are_refused(client: Client) -> None:
    assert client.post("/packets", FORM | {"do": "make", "packet_id": "SAMP-LE2Z"}).status == 400
    assert client.post("/packets", FORM | {"do": "make", "allergies": "x"}).status == 400
    assert client.post("/packets", FORM | {"do": "print"}).status == 400
    assert client.post("/packets", FORM | {"do": "make", "procedure": "knee"}).status == 404
    assert client.post("/packets", FORM | {"do": "make", "language": "xx"}).status == 404
    body = f"csrf={client.csrf}&do=make&procedure=cervical-foraminotomy&mrn=1&mrn=2".encode()
    assert client.ask("POST", "/packets", body).status == 400


def test_a_form_without_a_print_option_makes_nothing(client: Client) -> None:
    others = {name: value for name, value in FORM.items() if name not in ("paper", "large_print", "language")}
    for typed in (others, others | {"paper": " "}):
        page = client.get(client.post("/packets", typed | {"do": "make"}).goes_to)
        for name in ("paper", "print size", "language"):
            assert f"The {name} is missing. Choose one." in page.text
        assert "The pages appear here." in page.text


# concurrency


def test_a_hundred_nurses_at_once_each_get_their_own_patients_packet(client: Client) -> None:
    """A hundred nurses (twenty with --quick) press Make at the same moment.

    Names without a common part, so that one in another's PDF would be found.
    """
    count = examples(100)

    def name(number: int) -> str:
        return f"Sample {''.join(chr(ord('A') + int(digit)) * 3 for digit in f'{number:03}')}"

    def one(number: int) -> tuple[int, bytes]:
        own_client = Client(client.port, client.cookie, client.csrf)
        page = own_client.send(
            patient_name=name(number), mrn=f"S{number:06}", large_print="yes" if number % 7 == 0 else "no"
        )
        assert page.status == 200 and name(number) in page.text, page.text
        assert own_client.get(page.body.decode().split('<img src="')[1].split('"')[0]).body.startswith(b"\x89PNG")
        return number, own_client.pdf(page).body

    drawing: list[int] = []
    together: list[int] = []

    def counted(*given: Any, **more: Any) -> BuiltPacket:
        drawing.append(1)
        together.append(len(drawing))
        try:
            return make_packet(*given, **more)
        finally:
            drawing.pop()

    with patch("packets.web.packet_service.make_packet", counted), ThreadPoolExecutor(count) as pool:
        made = dict(pool.map(one, range(count)))
    assert len(made) == count
    assert len(together) == 2 * count and set(together) == {1}, "a packet and its staff sheet, one at a time"
    for number, data in made.items():
        inspect(data, CONTENT)
        words = words_of(data)
        assert [other for other in range(count) if without_whitespace(name(other)) in words] == [number]
        assert [other for other in range(count) if f"S{other:06}" in words] == [number]


# content


def test_changed_content_is_used_for_the_next_request(content: Path, serve: Serve) -> None:
    client = let_in(serve(content))
    handout = content / "procedures/cervical-foraminotomy/handout.en.yaml"
    text = handout.read_text("utf-8")
    handout.write_text(text.replace("title: Cervical Foraminotomy", "title: Foraminotomy of the neck"), "utf-8")
    assert "Foraminotomy of the neck" in client.get("/procedures/cervical-foraminotomy").text


def test_a_changed_picture_is_read_again(content: Path, serve: Serve) -> None:
    client = let_in(serve(content))
    client.get("/procedures/cervical-foraminotomy")
    (content / "new.svg").write_text("<svg/>", "utf-8")
    with patch("packets.web.packet_service.load_for_packet", wraps=load_for_packet) as loaded:
        client.get("/procedures/cervical-foraminotomy")
    assert loaded.called


def test_unchanged_content_is_not_read_again(content: Path, serve: Serve) -> None:
    client = let_in(serve(content))
    client.send()
    with (
        patch("packets.web.packet_service.load_for_packet", side_effect=AssertionError),
        patch("packets.web.packet_service.catalog", side_effect=AssertionError),
    ):
        assert "3 pages" in client.send().text


def test_mistakes_in_the_content_are_listed_with_what_to_do(content: Path, serve: Serve) -> None:
    client = let_in(serve(content))
    handout = content / "procedures/cervical-foraminotomy/handout.en.yaml"
    text = handout.read_text("utf-8")
    handout.write_text(text.replace("between: 1 and 2 weeks", "between: a week or two"), "utf-8")
    answer = client.get("/procedures/cervical-foraminotomy")
    assert answer.status == 503
    assert "The handouts have mistakes" in answer.text and "Call the person who maintains" in answer.text
    assert '"a week or two" is not a time after surgery' in answer.text
    assert "Write it like this: between: 1 and 2 weeks" in answer.text
    assert re.search(r"handout\.en\.yaml, line \d+ · M02", answer.text)
    handout.write_text(text, "utf-8")
    assert client.get("/procedures/cervical-foraminotomy").status == 200


def test_changing_the_procedure_keeps_what_was_typed(content: Path, serve: Serve) -> None:
    other = content / "procedures/sample-procedure"
    other.mkdir()
    text = (content / "procedures/cervical-foraminotomy/handout.en.yaml").read_text("utf-8")
    text = text.replace("handout: cervical-foraminotomy", "handout: sample-procedure")
    (other / "handout.en.yaml").write_text(text.replace("title: Cervical Foraminotomy", "title: Sample"), "utf-8")
    client = let_in(serve(content))
    start = client.get("/")
    assert "2 of 2 procedures Procedures Cervical Foraminotomy Sample" in start.text
    chosen_again = client.send("choose")
    assert "What you typed is kept." in chosen_again.text
    (address,) = re.findall(r'href="(/procedures/sample-procedure[^"]+)"', chosen_again.body.decode())
    changed = client.get(address)
    assert '<h1 lang="en">Sample</h1>' in changed.body.decode()
    assert value_of(changed, "patient_name") == "Rosa Sample" and chosen(changed, "collar") == ["yes"]
    (other / "handout.en.yaml").write_text("handout: [", "utf-8")
    start = client.get("/")
    assert start.status == 200 and "Some handouts are unavailable" in start.text
    assert "3 pages" in client.send().text, "a broken file of another handout does not matter"


def test_a_draft_is_made_only_on_request(content: Path, serve: Serve) -> None:
    handout = content / "procedures/cervical-foraminotomy/handout.en.yaml"
    text = handout.read_text("utf-8")
    handout.write_text(re.sub(r"status: published", "status: draft", text), "utf-8")
    client = let_in(serve(content))
    answer = client.get("/procedures/cervical-foraminotomy")
    if answer.status != 200:
        pytest.fail(answer.text)
    assert "Include text that no clinician has approved yet" in answer.text
    refused = client.send()
    expected = 'The handout "cervical-foraminotomy" is a draft that no clinician has approved.'
    assert error_of(refused, "include_drafts") == f"{expected} To print it with a DRAFT mark, tick the box under Print."
    made = client.send(include_drafts="yes")
    assert "DRAFT" in words_of(client.pdf(made).body)


# internal errors


@pytest.fixture
def broken() -> Iterator[None]:
    def breaks(*_: object, **__: object) -> None:
        raise ValueError("Rosa Sample 00418823")

    with patch("packets.web.packet_service.make_packet", breaks):
        yield


def test_an_internal_error_shows_its_place_but_no_patient_data(
    client: Client, broken: None, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = client.send()
    assert answer.status == 500
    assert "Something went wrong Nothing was made." in answer.text
    assert re.search(r"ValueError at test_packet\.py:\d+", answer.text)
    captured = capfd.readouterr()
    for text in (answer.text, captured.out, captured.err, caplog.text):
        assert "Rosa" not in text and "00418823" not in text and "Traceback" not in text


def test_no_patient_data_is_logged(
    client: Client, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        client.pdf(client.send())
        client.send(patient_name="", surgery_date="Rosa")
        client.get("/packets/Rosa%20Sample/00418823.pdf")
    captured = capfd.readouterr()
    for text in (captured.out, captured.err, caplog.text):
        assert "Rosa" not in text and "00418823" not in text


def test_there_is_no_debugger(client: Client, broken: None) -> None:
    assert client.get("/console").status == 404
    assert b"debugger" not in client.get("/?__debugger__=yes&cmd=resource&f=debugger.js").body
    assert b"Traceback" not in client.send().body


def test_future_surgery_is_refused_as_performed(client: Client) -> None:
    page = client.send(surgery_date="2026-12-09", status="performed")
    assert error_of(page, "surgery_date") == (
        "The operation is recorded as performed, but its date is after today. Correct the surgery date, or the status."
    )
    assert "confirm_dates" not in page.body.decode()


def test_past_surgery_is_refused_as_planned(client: Client) -> None:
    page = client.send(surgery_date="2026-12-07", status="planned")
    assert error_of(page, "surgery_date") == (
        "The operation is recorded as planned, but its date is before today. Correct the surgery date, or the status."
    )
    assert "confirm_dates" not in page.body.decode()


def test_an_unlikely_discharge_date_needs_a_tick(client: Client) -> None:
    page = client.send(discharge_date="2027-07-08")
    assert error_of(page, "discharge_date") == (
        "The discharge date is more than 180 days from today. "
        "Compare the date with the chart. If it is correct, tick the box above Make."
    )
    assert client.pdf(client.send(discharge_date="2027-07-08", confirm_dates="2027-07-08")).status == 200


def test_ticking_the_box_confirms_only_the_date_that_was_shown(client: Client) -> None:
    page = client.send(surgery_date="2027-12-06")
    assert error_of(page, "surgery_date") == (
        "The surgery date is more than 180 days from today. "
        "Compare the date with the chart. If it is correct, tick the box above Make."
    )
    assert "I have compared Monday, December 6, 2027 with the chart, and it is correct" in page.text
    match = re.search(r'<input type="checkbox" name="confirm_dates"[^>]*value="([^"]*)"[^>]*>', page.body.decode())
    assert match and match[1] == "2027-12-06" and "checked" not in match[0]
    other = client.send(surgery_date="2027-12-07", confirm_dates=match[1])
    assert "I have compared Tuesday, December 7, 2027 with the chart, and it is correct" in other.text
    made = client.send(surgery_date="2027-12-06", confirm_dates=match[1])
    assert client.pdf(made).status == 200
    large = client.send(do="large_print=yes", surgery_date="2027-12-06", confirm_dates=match[1])
    assert client.pdf(large).status == 200
    assert client.send(confirm_dates="tomorrow").status == 400


def test_a_surgeon_from_the_last_patient_gets_a_hint(serve: Serve) -> None:
    client = let_in(serve())
    expected = "From the last patient: check that this is the right surgeon"
    assert expected not in client.get("/procedures/cervical-foraminotomy").text
    assert expected not in client.send().text
    next_one = client.get("/procedures/cervical-foraminotomy").body.decode()
    assert f'<p class="hint" id="surgeon-hint">{expected}</p>' in next_one
    assert expected not in client.send(surgeon="Dr. Other Sample", mrn="").text


# dates


@pytest.mark.parametrize("typed", ["12/07/2026", "Dec 7 2026", "December 7, 2026", "Monday, December 7, 2026"])
def test_a_us_date_makes_the_same_packet_and_is_shown_in_words(client: Client, typed: str) -> None:
    made = client.send(surgery_date=typed)
    assert words_shown(made, "surgery_date") == "Monday, December 7, 2026, yesterday"
    assert value_of(made, "surgery_date") == typed
    assert client.pdf(made).body == client.pdf(client.send()).body


def words_shown(page: Answer, name: str) -> str:
    match = re.search(rf'id="{name}-words" aria-live="polite">([^<]*)<', page.body.decode())
    assert match
    return match[1]


def test_each_date_says_how_far_away_it_is(client: Client) -> None:
    page = client.send(mrn="", surgery_date="12/19/2026", discharge_date="12/09/2026", dob="3/9/1961")
    assert words_shown(page, "surgery_date") == "Saturday, December 19, 2026, in 11 days"
    assert words_shown(page, "discharge_date") == "Wednesday, December 9, 2026, tomorrow"
    assert words_shown(page, "dob") == "Thursday, March 9, 1961, 65 years old"
    far = client.send(mrn="", surgery_date="12/07/2036", dob="soon")
    assert words_shown(far, "surgery_date") == "Sunday, December 7, 2036, in 9 years"
    assert words_shown(far, "dob") == ""


def test_the_buttons_type_the_date_in_the_clinics_order(content: Path, serve: Serve) -> None:
    clinic = content / "clinic.yaml"
    text = clinic.read_text("utf-8")
    for order, expected in (("mdy", "12/07/2026"), ("dmy", "07/12/2026"), ("", "2026-12-07")):
        clinic.write_text(text.replace("date_order: mdy", f"date_order: {order}" if order else ""), "utf-8")
        client = let_in(serve(content))
        page = client.send("yesterday=surgery_date", surgery_date="", patient_name="Rosa Sample")
        assert value_of(page, "surgery_date") == expected
        assert words_shown(page, "surgery_date") == "Monday, December 7, 2026, yesterday"
        assert value_of(page, "patient_name") == "Rosa Sample" and "There is a problem" not in page.text
        asked = {"procedure": "cervical-foraminotomy", "language": "en"}
        assert client.post("/date-button", asked | {"button": "yesterday"}).text == expected
    assert client.send("yesterday=mrn").status == 400
    assert client.post("/date-button", asked | {"button": "someday"}).status == 400


def test_without_the_clinics_order_a_date_in_numbers_is_ambiguous(content: Path, serve: Serve) -> None:
    clinic = content / "clinic.yaml"
    clinic.write_text(clinic.read_text("utf-8").replace("date_order: mdy", ""), "utf-8")
    page = let_in(serve(content)).send(surgery_date="12/07/2026")
    assert error_of(page, "surgery_date") == (
        "The surgery date is ambiguous: the month or the day can come first. "
        "Write the month as a word, such as December 7, 2026, or write 2026-12-07."
    )


def test_the_script_gets_the_words_of_a_date(client: Client) -> None:
    asked = {"procedure": "cervical-foraminotomy", "language": "en"}
    assert client.post("/date-words", asked | {"date": "12/19/2026"}).text == "Saturday, December 19, 2026, in 11 days"
    born = client.post("/date-words", asked | {"date": "12/09/2025", "dob": "yes"})
    assert born.text == "Tuesday, December 9, 2025, 364 days old"
    assert client.post("/date-words", asked | {"date": "<b>"}).text == ""
