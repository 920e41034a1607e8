"""Test that a packet with other facts than the one handed out is a new version that replaces it."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from packets.verify.extract_text import read, without_whitespace
from tests.clock import NOW
from tests.web.client import FORM, Answer, Client
from tests.web.conftest import Serve
from tests.web.test_packet import let_in, value_of

CHANGES = [
    {"collar": "no"},
    {"patient_name": "Rosa Sampel"},
    {"mrn": "00418824"},
    {"surgeon": "Dr. Ada Lark"},
    {"surgery_date": "2026-12-10"},
    {"status": "planned", "surgery_date": "2026-12-08"},
    {"dob": "1961-03-09"},
    {"discharge_date": "2026-12-08"},
    {"follow_up": "Monday, January 4, 10:30"},
    {"procedure": "lumbar-laminectomy", "collar": "", "brace": "no", "include_drafts": "yes"},
]


def id_of(page: Answer) -> str:
    match = re.search(
        r"Packet ([2-9A-Z]{4}-[2-9A-Z]{4}) Rosa|<h2 id=\"made-title\">Packet ([^<]+)</h2>", page.body.decode()
    )
    assert match, page.text
    return match[1] or match[2]


def again(client: Client, page: Answer, do: str = "make", **changes: str) -> Answer:
    """Change the form of a page, and submit it."""
    fields = {"handed_out": hidden(page), "replaces": value_of(page, "replaces")} | changes
    sent = {name: text for name, text in (FORM | fields).items() if not (name == "collar" and not text)}
    answer = client.post("/packets", sent | {"do": do})
    return client.get(answer.goes_to) if answer.status == 303 else answer


def hidden(page: Answer) -> str:
    match = re.search(r'name="handed_out" value="([^"]*)"', page.body.decode())
    assert match
    return match[1]


def words_of(client: Client, page: Answer) -> str:
    return "".join(without_whitespace(text) for text in read(client.pdf(page).body))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_other_facts_after_print_are_a_new_version(client: Client, change: dict[str, str]) -> None:
    first = client.send()
    client.pdf(first)
    changed = again(client, first, **change)
    number, replaced = id_of(changed), id_of(first)
    assert number != replaced
    assert value_of(changed, "replaces") == replaced
    assert f"Take back the earlier paper: packet {replaced}." in changed.text
    assert without_whitespace(f"Replaces packet {replaced}") in words_of(client, changed)


def test_nothing_is_replaced_before_the_packet_was_handed_out(client: Client) -> None:
    changed = again(client, client.send(), collar="no")
    assert value_of(changed, "replaces") == "" and "Take back" not in changed.text


def test_each_version_replaces_all_that_were_handed_out(client: Client) -> None:
    """Also where the facts are again those of the first packet, which is void by then."""
    pages = [client.send()]
    for collar in ("no", "yes"):
        client.pdf(pages[-1])
        pages.append(again(client, pages[-1], collar=collar))
    first, second, third = map(id_of, pages)
    assert len({first, second, third}) == 3
    assert value_of(pages[2], "replaces") == f"{second}, {first}"
    assert f"Take back the earlier paper: packets {second}, {first}. This packet replaces them." in pages[2].text


def test_a_version_that_was_not_handed_out_is_not_replaced(client: Client) -> None:
    first = client.send()
    client.pdf(first)
    second = again(client, first, collar="no")
    third = again(client, second, collar="no", status="performed", dob="1961-03-09")
    assert value_of(third, "replaces") == id_of(first)


def test_the_same_facts_keep_the_packet_id(client: Client) -> None:
    first = client.send()
    client.pdf(first)
    assert id_of(again(client, first)) == id_of(first)
    large = again(client, first, do="large_print=yes")
    assert "Take back" not in large.text, "the normal print is right too"
    client.pdf(large)
    spanish = again(client, large, do="language=es", include_drafts="yes")
    assert "Take back" not in spanish.text


def test_saving_counts_as_handing_out_and_looking_does_not(client: Client) -> None:
    first = client.send()
    address = re.search(r'<img src="([^"]+)"', first.body.decode())
    assert address and client.get(address[1]).status == 200
    assert "Take back" not in again(client, first, collar="no").text
    save = re.search(r'href="(/packets/[^"]+\?save=1)"', first.body.decode())
    assert save and client.get(save[1]).status == 200
    assert "Take back" in again(client, first, collar="no").text


def test_the_same_operation_in_an_empty_form_is_a_new_version(client: Client) -> None:
    first = client.send()
    client.pdf(first)
    assert hidden(client.get("/procedures/cervical-foraminotomy")) == ""
    changed = client.send(collar="no", mrn="0041 8823")
    assert value_of(changed, "replaces") == id_of(first)
    other = client.send(surgery_date="2026-12-09", collar="no")
    assert "Take back" not in other.text, "another operation of the same patient"


def test_an_earlier_page_shows_which_packet_replaces_it(client: Client) -> None:
    first = client.send()
    address = client.answers[-2].goes_to
    client.pdf(first)
    second = again(client, first, collar="no")
    client.pdf(second)
    back = client.get(address)
    assert f"Packet {id_of(second)} replaces this packet. Do not hand this one out." in back.text
    assert f"Show packet {id_of(second)}" in back.text
    assert not re.search(r'href="[^"]+\.pdf', back.body.decode()) and "E-mail" not in back.text


def test_another_name_and_record_number_are_asked_about(client: Client) -> None:
    first = client.send()
    client.pdf(first)
    other = {"patient_name": "Ana Other", "mrn": "00999"}
    asked = again(client, first, **other)
    assert f"Packet {id_of(first)} was handed out for another name and another record number" in asked.text
    assert "This is another patient" in asked.text and f"This corrects packet {id_of(first)}" in asked.text
    assert value_of(asked, "patient_name") == "Ana Other" and "page-1.png" not in asked.body.decode()
    corrected = again(client, asked, do="correction", **other)
    assert value_of(corrected, "replaces") == id_of(first) and "Take back" in corrected.text
    separate = again(client, asked, do="another", **other)
    assert value_of(separate, "replaces") == "" and "Take back" not in separate.text
    client.pdf(separate)
    changed = again(client, separate, collar="no", **other)
    assert value_of(changed, "replaces") == id_of(separate), "not that of the other patient"


def test_the_earlier_packet_can_stay_valid(client: Client) -> None:
    first = client.send()
    client.pdf(first)
    replacing = again(client, first, surgery_date="2026-12-10")
    assert f"Keep packet {id_of(first)}" in replacing.text
    separate = again(client, replacing, do="another", surgery_date="2026-12-10")
    assert value_of(separate, "replaces") == "" and "Take back" not in separate.text


def test_a_typed_packet_id_is_kept(client: Client) -> None:
    older = "GWHN-MWSR"
    first = client.send(replaces=older)
    assert f"Take back the earlier paper: packet {older}." in first.text
    client.pdf(first)
    changed = again(client, first, collar="no")
    assert value_of(changed, "replaces") == f"{id_of(first)}, {older}"


def test_locking_forgets_what_was_handed_out(serve: Serve) -> None:
    server = serve()
    client = let_in(server)
    client.pdf(client.send())
    assert client.post("/lock", {}).status == 303
    assert "Take back" not in let_in(server).send(collar="no").text


def test_the_same_entries_give_the_same_packet_on_another_day(serve: Serve) -> None:
    days = [NOW]
    page = serve(now=lambda: days[0])
    client = let_in(page)
    first = client.send(dob="1961-03-09", follow_up="Monday, January 4, 10:30")
    data = client.pdf(first).body
    days[0] += dt.timedelta(days=9)
    client = let_in(page)
    again = client.send(dob="1961-03-09", follow_up="Monday, January 4, 10:30")
    assert id_of(again) == id_of(first) and client.pdf(again).body == data
    assert "if the same user types the same entries on this computer, the packet id" in client.get("/tasks").text
