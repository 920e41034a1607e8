"""Test what clinic.yaml says about the clinic: several phones, emergency advice, booking, address and sites."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from msgspec import Struct

from packets.content.library import Library, load, load_for_packet
from packets.model.case import Case, PrintOptions
from packets.model.filled_packet import FilledPacket, HelpStrip, Paragraph, Span
from packets.model.printed_digest import digest
from packets.pipeline import fill_packet, make_packet
from packets.verify.extract_text import read, without_whitespace
from packets.verify.inspect import inspect
from tests.content.folder import CLINIC, Folder
from tests.samples import case

C = "content/clinic.yaml"
REST = CLINIC.partition("paper:")[2]
PHONES = f"""\
phones:
  - id: office
    label: Office
    number: 816-363-2500
    dial: "+1-816-363-2500"
    hours: Monday to Friday, 8 am to 5 pm
  - id: after_hours
    label: Nights and weekends
    number: 816-363-2599
    dial: "+1-816-363-2599"
paper:{REST}"""
SITES = f"""\
{PHONES}sites:
  downtown: {{name: Downtown}}
  northside:
    name: Northside
    phones:
      - {{id: office, number: 555-010-0100, dial: "+1-555-010-0100"}}
"""


def clinic(folder: Folder, text: str) -> str:
    folder.write("clinic.yaml", text)
    return folder.check()


def add_sentence(folder: Folder, sentence: str) -> None:
    """Add a paragraph to the handout."""
    first = "You can walk within two weeks.\n\n"
    folder.change(first, f"{first}          {sentence}\n\n")


def packet(folder: Folder, **changes: object) -> FilledPacket:
    return fill_packet(loaded(folder), knee(**changes))


def loaded(folder: Folder) -> Library:
    library, problems = load(folder.root)
    assert library is not None, problems
    return library


def knee(**changes: object) -> Case:
    return case(procedure="knee", answers={"brace": "yes"}, **changes)


def words(packet: FilledPacket) -> str:
    return " ".join(packet.texts())


def links(value: object) -> list[tuple[str, str, str]]:
    """Return text, address and spoken title of every link."""
    if isinstance(value, Span):
        return [(value.text, value.link, value.link_title)] if value.link else []
    if isinstance(value, tuple):
        return [link for entry in value for link in links(entry)]
    if isinstance(value, Struct):
        return [link for name in value.__struct_fields__ for link in links(getattr(value, name))]
    return []


# ---- phones


def test_a_text_can_print_another_phone_by_its_id(folder: Folder) -> None:
    assert clinic(folder, PHONES) == ""
    add_sentence(folder, "At night, call {phone.after_hours}, by day {phone}.")
    filled = packet(folder)
    assert "At night, call 816-363-2599, by day 816-363-2500." in words(filled)
    assert ("816-363-2599", "tel:+1-816-363-2599", "Call 816-363-2599") in links(filled.blocks)
    assert "Office: 816-363-2500 (Monday to Friday, 8 am to 5 pm)" in words(filled)
    assert "Nights and weekends: 816-363-2599" in words(filled)


def test_an_unknown_phone_is_reported_with_those_there_are(folder: Folder) -> None:
    clinic(folder, PHONES)
    add_sentence(folder, "Call {phone.nights}.")
    report = folder.check()
    assert 'T02 there is no slot "phone.nights"' in report
    folder.change("phone.nights", "phone.pharmacy")
    assert "phone, phone.after_hours, phone.office" in folder.check()


def test_a_clinic_with_one_phone_has_no_others_to_print(folder: Folder) -> None:
    add_sentence(folder, "Call {phone.after_hours}.")
    report = folder.check()
    assert 'T02 there is no slot "phone.after_hours"' in report


MISTAKES = {
    "a phone and a list of phones": (
        "phone: 816-363-2500\n" + PHONES,
        f"{C}:3:3: S05 the clinic needs exactly one of phone or phones; found phone and phones",
    ),
    "no phone at all": (
        "paper:" + REST,
        f"{C}:1:1: S05 the clinic needs exactly one of phone or phones; found none\n"
        "    Write phone: and dial: for one number, or phones: for several. A site without its own has these.",
    ),
    "a number without the number to dial": (
        "phone: 816-363-2500\npaper:" + REST,
        f'{C}:1:8: L68 "phone" needs "dial" as well\n    The QR code dials what is printed.',
    ),
    "a number that differs from the number to dial": (
        PHONES.replace('"+1-816-363-2599"', '"+1-816-363-2598"'),
        f'{C}:10:11: L15 "number" and "dial" are different numbers\n'
        "    The QR code would call another number than the one printed beside it.",
    ),
    "two phones with one id": (
        PHONES.replace("id: after_hours", "id: office"),
        f'{C}:7:9: L02 the id "office" is taken\n'
        "    Give one of the two another id: {phone.office} prints one number.",
    ),
    "a phone without a number": (
        PHONES.replace("    number: 816-363-2599\n", ""),
        f'{C}:7:5: S02 a phone needs "number"\n    Add it with your own value. Example: number: 816-363-2599',
    ),
    "two ways to book": (
        CLINIC + "booking_url: https://example.org/a\nbooking: {url: https://example.org/b}\n",
        "S05 the clinic can have only one of booking or booking_url; found booking and booking_url",
    ),
    "booking by a number that is not printed": (
        PHONES + 'booking: {url: "tel:+1-555-010-0199"}\n',
        f"{C}:14:10: L69 the number to book by is none of the phones\n"
        "    Write the dial: of one of the phones, so that the number beside the QR code is the one that it dials.",
    ),
    "booking by something else": (
        PHONES + "booking: {url: http://example.org}\n",
        f'{C}:14:16: S15 "http://example.org" is not a web address or a number to dial\n'
        "    Write it in full: https://example.org/booking or tel:+1-816-363-2500",
    ),
    "an emergency without signs": (
        CLINIC + 'emergency: {number: "911"}\n',
        f'{C}:6:12: S02 the emergency advice needs "when"\n'
        "    Add it with your own value. Example: when: [You cannot breathe]",
    ),
    "an emergency number with words": (
        CLINIC + "emergency: {number: call 911, when: [Chest pain]}\n",
        f'{C}:6:21: S15 "call 911" is not an emergency number\n    Write it as it is dialed: 911',
    ),
    "a site without a name": (
        PHONES + "sites:\n  northside: {website: https://example.org}\n",
        f'{C}:15:14: S02 a site needs "name"\n    Add it with your own value. Example: name: Northside',
    ),
    "two sites with one name": (
        PHONES + "sites:\n  a: {name: North}\n  b: {name: North}\n",
        f"{C}:16:13: L71 two sites have this name\n    Patients see the name: each differs.",
    ),
    "sites without a site": (
        PHONES + "sites: {}\n",
        f"{C}:14:8: S13 there is no site here\n    Write its id and its name below: northside: {{name: Northside}}",
    ),
    "a site's number that differs from the number to dial": (
        PHONES + 'sites:\n  north: {name: North, phone: 555-010-0100, dial: "+1-555-010-0101"}\n',
        f'{C}:15:51: L15 "phone" and "dial" are different numbers\n'
        "    The QR code would call another number than the one printed beside it.",
    ),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_the_clinic_file_is_reported_with_what_to_write(folder: Folder, text: str, message: str) -> None:
    assert message in clinic(folder, text)


# ---- booking, emergency, address


def test_booking_url_and_booking_print_the_same_bytes(folder: Folder) -> None:
    prints = []
    for line in ("booking_url: https://example.org/book\n", "booking: {url: https://example.org/book}\n"):
        clinic(folder, CLINIC + line)
        prints.append(make_packet(loaded(folder), knee(), PrintOptions()).pdf.sha256)
    assert prints[0] == prints[1]


def test_a_packet_can_be_booked_by_the_second_number(folder: Folder) -> None:
    assert clinic(folder, PHONES + 'booking: {url: "tel:+1-816-363-2599"}\n') == ""
    assert "816-363-2599 QR code that calls 816-363-2599 Scan to call" in words(packet(folder))


def test_one_number_in_a_list_prints_the_same_bytes_as_a_single_one(folder: Folder) -> None:
    before = make_packet(loaded(folder), knee(), PrintOptions()).pdf.sha256
    one = 'phones: [{id: office, number: 816-363-2500, dial: "+1-816-363-2500"}]\npaper:' + REST
    assert clinic(folder, one) == ""
    assert make_packet(loaded(folder), knee(), PrintOptions()).pdf.sha256 == before


def test_more_emergency_signs_than_page_1_has_room_for_are_a_warning(folder: Folder) -> None:
    sign = "Your leg is swollen, blue or cold"  # too long for two on a line
    emergency = 'emergency: {number: "911", when: [%s]}\n'
    assert clinic(folder, CLINIC + emergency % ", ".join([f'"{sign}"'] * 2)) == ""
    assert clinic(folder, CLINIC + emergency % ", ".join(["You cannot breathe"] * 4)) == ""
    assert clinic(folder, CLINIC + emergency % ", ".join([f'"{sign}"'] * 3)) == (
        f"{C}:6:12: L81 page 1 may have no room for the emergency signs and the numbers, in large print\n"
        "    Write at most four signs of 26 characters or two of 52, and at most three short numbers."
    )


def test_the_emergency_box_comes_before_the_numbers_and_calls_the_number(folder: Folder) -> None:
    assert "right away" not in words(packet(folder))
    emergency = 'emergency: {number: "911", when: [You cannot breathe, Your leg is blue]}\n'
    assert clinic(folder, CLINIC + emergency) == ""
    filled = packet(folder)
    (strip,) = (block for block in filled.blocks if isinstance(block, HelpStrip))
    call = "Call 911 right away for any of these: • You cannot breathe • Your leg is blue Questions? Call us"
    assert words(filled).count(call) == 1
    assert links(Paragraph(strip.emergency)) == [("911", "tel:911", "Call 911")]
    made = make_packet(loaded(folder), knee(), PrintOptions())
    page = without_whitespace(read(made.pdf.data)[0])
    assert without_whitespace("Call 911 right away for any of these:") in page


def test_name_address_web_site_and_hours_are_printed_at_the_end(folder: Folder) -> None:
    text = "name: Sample Knee Clinic\n" + CLINIC
    clinic(folder, text)
    assert words(packet(folder)).startswith("Sample Knee Clinic ")
    more = 'address: [100 Main Street, "Springfield, MO"]\nwebsite: https://example.org/knee\nhours: Open on weekdays\n'
    assert clinic(folder, text + more) == ""
    last = list(packet(folder).texts())[-1]
    assert last == "Sample Knee Clinic · 100 Main Street · Springfield, MO · example.org/knee · Open on weekdays"


# ---- languages


@pytest.fixture
def spanish(folder: Folder, checkout: Path) -> Folder:
    """A folder in which every packet exists in Spanish too."""
    folder.write("languages/es.yaml", (checkout / "content/languages/es.yaml").read_text("utf-8"))
    for name, words in {"common/booking": "Llame al {phone}.", "common/disclaimer": "Pregunte a su médico."}.items():
        english = (folder.root / f"{name}.en.yaml").read_text("utf-8")
        text = "\n".join(line for line in english.splitlines() if not line.startswith("locked"))
        for old, new in {
            "language: en": "language: es",
            "common: ": "translation: ",
            "revision: 1": "translates: en\ntranslates_revision: 1\nrevision: 1",
            "Call {phone}.": words,
            "Ask your doctor.": words,
            "heading: Book": "heading: Cita",
        }.items():
            text = text.replace(old, new)
        folder.write(f"{name}.es.yaml", text.replace("status: published", "status: draft"))
    folder.write("procedures/knee/handout.es.yaml", SPANISH)
    assert [line for line in folder.check().splitlines() if "R05" not in line and not line.startswith(" ")] == []
    return folder


SPANISH = """\
translation: knee
language: es
translates: en
translates_revision: 1
revision: 1
title: Rodilla de muestra
source: Una muestra
sections:
  - id: after
    heading: Después de la cirugía
    parts:
      - text: |
          Puede caminar en dos semanas.

          Puede correr en dos a tres meses.
notices:
  - id: brace
    label: Su férula
    parts:
      - text: Úsela.
      - text: Pregunte por ella.
milestones:
  - {id: walk, label: Caminar}
  - {id: run, label: Correr}
review:
  status: draft
"""
EMERGENCY = """\
emergency:
  number: "911"
  when:
    en: [You cannot breathe]
    es: [No puede respirar]
"""


def test_emergency_signs_are_printed_in_the_language_of_the_packet(spanish: Folder) -> None:
    assert " L" not in clinic(spanish, CLINIC + EMERGENCY)
    filled = fill_packet(loaded(spanish), knee(language="es"), include_drafts=True)
    assert "Llame al 911 de inmediato si tiene algo de esto: • No puede respirar" in words(filled)
    assert "breathe" not in words(filled)


def test_emergency_signs_that_are_not_translated_are_a_mistake(spanish: Folder) -> None:
    report = clinic(spanish, CLINIC + 'emergency: {number: "911", when: [You cannot breathe]}\n')
    assert (
        f'{C}:6:34: L60 "when" is not written in "es"\n'
        "    A packet in this language prints it. Write it below when: as a line es: […], and what is there as a line "
        "en: […]"
    ) in report


def test_a_sign_that_is_missing_in_one_language_is_a_mistake(spanish: Folder) -> None:
    emergency = EMERGENCY.replace("[You cannot breathe]", "[You cannot breathe, Your leg is blue]")
    assert (
        f'{C}:9:5: L64 the number of signs differs: 1 in "es", 2 in "en"\n'
        "    Write each sign in each language, in the same order."
    ) in clinic(spanish, CLINIC + emergency)


def test_a_sign_with_another_side_or_number_in_one_language_is_a_mistake(spanish: Folder) -> None:
    emergency = EMERGENCY.replace("[You cannot breathe]", "[Your left leg is blue, Fever above 101]").replace(
        "[No puede respirar]", "[Tiene azul la pierna derecha, Fiebre de más de 102]"
    )
    report = clinic(spanish, CLINIC + emergency)
    assert f"{C}:10:10: T24 the sides differ from the original, which has left; found right" in report
    assert "T20 the numbers differ from the original, which has 101; found 102" in report


def test_hours_of_a_phone_that_are_not_translated_are_a_mistake(spanish: Folder) -> None:
    report = clinic(spanish, PHONES)
    assert 'L60 "label" is not written in "es"' in report
    assert 'L60 "hours" is not written in "es"' in report


def test_a_text_for_something_that_is_no_language_is_a_mistake(folder: Folder) -> None:
    report = clinic(folder, CLINIC + "hours: {weekdays: 8 to 5}\n")
    assert f'{C}:6:9: S10 "weekdays" is not a language\n    Write one line for each language: en: …' in report


def test_a_language_file_without_the_words_for_an_emergency_is_a_mistake(folder: Folder) -> None:
    text = (folder.root / "languages/en.yaml").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith(("  emergency_call:", "  site:"))]
    folder.write("languages/en.yaml", "\n".join(lines) + "\n")
    assert folder.check() == ""  # an older language file: this clinic does not need the words
    report = clinic(folder, SITES + 'emergency: {number: "911", when: [You cannot breathe]}\n')
    assert (
        'L61 "emergency" needs the words "emergency_call" in languages/en.yaml\n'
        "    Add it below words: in languages/en.yaml, such as in the shipped languages/en.yaml."
    ) in report
    assert 'L61 "sites" needs the words "site" in languages/en.yaml' in report


# ---- sites


def test_a_site_prints_its_own_number_and_inherits_the_others(folder: Folder) -> None:
    assert clinic(folder, SITES) == ""
    folder.change(
        "Call {phone}.", "Call {phone}, at night {phone.after_hours}. You are at {site}.", "common/booking.en.yaml"
    )
    north, town = (words(packet(folder, site=site)) for site in ("northside", "downtown"))
    assert "Call 555-010-0100, at night 816-363-2599. You are at Northside." in north
    assert "Call 816-363-2500, at night 816-363-2599. You are at Downtown." in town
    assert "816-363-2500" not in north
    assert "Location Northside" in north and "Location Downtown" in town


def test_a_site_with_one_phone_replaces_the_first_number(folder: Folder) -> None:
    site = 'sites:\n  north: {name: North, phone: 555-010-0100, dial: "+1-555-010-0100"}\n'
    assert clinic(folder, PHONES + 'booking: {url: "tel:+1-816-363-2500"}\n' + site) == ""
    filled = packet(folder, site="north")
    assert "816-363-2500" not in words(filled)
    assert "QR code that calls 555-010-0100" in words(filled)
    assert "Office: 555-010-0100 Nights and weekends" in words(filled)  # without the hours of the other number


def test_a_phone_that_only_one_site_has_cannot_be_printed(folder: Folder) -> None:
    more = '      - {id: pharmacy, number: 555-010-0111, dial: "+1-555-010-0111"}\n'
    clinic(folder, SITES + more)
    folder.change("Call {phone}.", "Call {phone.pharmacy}.", "common/booking.en.yaml")
    assert (
        "T11 {phone.pharmacy} cannot be used here\n"
        '    Not every site has the phone "pharmacy": add it to the others in clinic.yaml.'
    ) in folder.check()


def test_the_site_cannot_be_printed_where_there_is_one_place_only(folder: Folder) -> None:
    folder.change("Call {phone}.", "Come to {site}.", "common/booking.en.yaml")
    assert "T11 {site} cannot be used here\n    clinic.yaml has no sites." in folder.check()


def test_packets_of_two_sites_never_have_one_digest(folder: Folder) -> None:
    clinic(folder, PHONES + "sites: {a: {name: North}, b: {name: South}}\n")
    cases = [knee(site=site) for site in ("a", "b")]
    first, second = (digest(fill_packet(loaded(folder), case), PrintOptions(), case) for case in cases)
    assert first != second


def test_pages_of_two_sites_are_not_mixed_up_in_one_process(folder: Folder) -> None:
    clinic(folder, SITES)
    library = loaded(folder)
    for site, number in (("downtown", "816-363-2500"), ("northside", "555-010-0100"), ("downtown", "816-363-2500")):
        texts = without_whitespace("".join(read(make_packet(library, knee(site=site), PrintOptions()).pdf.data)))
        assert number in texts
        assert ({"816-363-2500", "555-010-0100"} - {number}).pop() not in texts


def test_the_example_of_the_guide_for_authors_is_valid(folder: Folder, checkout: Path) -> None:
    guide = (checkout / "docs/for-authors.md").read_text("utf-8")
    lines = guide.partition("    name: Sample Spine Clinic\n")[2].partition("\n\n")[0]
    example = f"name: Sample Spine Clinic\n{textwrap.dedent(lines)}\n"
    assert clinic(folder, example + "paper: letter\nprint: normal\nlanguage: en\n") == ""
    filled = words(packet(folder, site="northside"))
    assert "816-363-2700" in filled and "7 North Road" in filled and "Call 911" in filled


def test_a_surgeons_own_number_takes_the_place_of_the_first_one_only(folder: Folder) -> None:
    clinic(folder, SITES + 'booking: {url: "tel:+1-816-363-2500"}\n')
    folder.write("surgeons/dr-jane-rivera.yaml", SURGEON)
    folder.change("Call {phone}.", "Call {phone}, at night {phone.after_hours}.", "common/booking.en.yaml")
    filled = words(packet(folder, site="downtown"))
    assert "Call 555-010-0199, at night 816-363-2599." in filled
    assert "QR code that calls 555-010-0199" in filled
    assert "816-363-2500" not in filled


SURGEON = """\
surgeon: dr-jane-rivera
language: en
revision: 1
name: Dr. Jane Rivera
phone: 555-010-0199
dial: "+1-555-010-0199"
procedures:
  - procedure: knee
    review: {status: approved, by: Dr. Jane Rivera, on: 2026-11-01, again_by: 2099-01-01}
"""


def test_both_languages_of_a_packet_name_the_site(spanish: Folder) -> None:
    text = SITES.replace("label: Office", "label: {en: Office, es: Consultorio}")
    text = text.replace("label: Nights and weekends", "label: {en: At night, es: De noche}")
    hours = "{en: 8 am to 5 pm, es: De 8 a. m. a 5 p. m.}"
    clinic(spanish, text.replace("hours: Monday to Friday, 8 am to 5 pm", f"hours: {hours}"))
    libraries = [load_for_packet(spanish.root, "knee", tag, ("discharge",)) for tag in ("es", "en")]
    made = make_packet(
        libraries[0],
        knee(language="es", site="northside"),
        PrintOptions(),
        include_drafts=True,
        staff_library=libraries[1],
    )
    text = without_whitespace("".join(read(made.pdf.data)))
    assert "SedeNorthside" in text and "LocationNorthside" in text
    assert inspect(made.pdf.data, spanish.root) == made.pdf.pages
