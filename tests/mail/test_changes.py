"""Test that changes between making, queueing and sending are noticed before anything is sent."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mail.conftest import Authority
from tests.mail.day import MailDay, mailed
from tests.mail.faults import Relay
from tests.samples import copy_in_english

ONE, OTHER = "cervical-foraminotomy", "cervical-laminectomy"


@pytest.fixture(scope="module")
def two_procedures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the shipped content with two procedures."""
    root = copy_in_english(tmp_path_factory.mktemp("two") / "content", ONE)
    other = Path(shutil.copytree(root / "procedures" / ONE, root / "procedures" / OTHER))
    for file in other.glob("*.yaml"):
        file.write_text(file.read_text("utf-8").replace(ONE, OTHER), "utf-8")
    return root


@pytest.fixture
def relay(authority: Authority) -> Iterator[Relay]:
    with Relay(lambda _: "none", authority.relay()) as relay:
        yield relay


@pytest.fixture
def day(tmp_path: Path, two_procedures: Path, authority: Authority, relay: Relay) -> MailDay:
    return MailDay(tmp_path, two_procedures, authority.settings(relay.port))


@pytest.fixture
def planned(tmp_path: Path, two_procedures: Path, authority: Authority, relay: Relay) -> MailDay:
    """Set up a clinic that mails packets before the operation."""
    day = MailDay(tmp_path, two_procedures, authority.settings(relay.port, before_confirmed=True))
    day.clock.advance(days=-3)
    return day


def to(relay: Relay) -> list[str]:
    """Return who got a mail, in order."""
    return [recipient.partition("@")[0] for mail in relay.accepted for recipient in mail.recipients]


def held(day: MailDay) -> dict[int, str]:
    return {hold.row: hold.code for hold in day.queue().held}


def held_when_sent(day: MailDay) -> dict[int, str]:
    return {hold.row: hold.code for hold in day.send().held}


# ---- the schedule changes while a mail waits


def test_an_address_shared_since_queueing_gets_no_mail(day: MailDay, relay: Relay) -> None:
    day.make([mailed(1), mailed(2), mailed(3)])
    day.queue()
    day.make([mailed(1), mailed(2, email="person1@sample.example"), mailed(3)])
    assert held_when_sent(day) == {2: "H11"}
    assert to(relay) == ["person3"]
    assert day.states_of_mail() == ["cancelled", "superseded", "sent"]


@pytest.mark.parametrize("status", ["planned", "performed"])
def test_a_packet_with_an_old_date_is_not_sent_after_rescheduling(planned: MailDay, relay: Relay, status: str) -> None:
    before = "2026-12-07" if status == "planned" else "2026-12-01"
    after = "2026-12-09" if status == "planned" else "2026-12-02"
    planned.make([mailed(1, status=status, surgery_date=before), mailed(2, surgery_date="2026-12-01")])
    planned.queue()
    planned.make([mailed(1, status=status, surgery_date=after), mailed(2, surgery_date="2026-12-01")])
    planned.send()
    assert to(relay) == ["person2"]
    assert planned.states_of_mail() == ["superseded", "sent"]


def test_a_mail_is_not_sent_when_its_row_is_now_cancelled_or_has_an_error(day: MailDay, relay: Relay) -> None:
    day.make([mailed(1), mailed(2), mailed(3), mailed(4)])
    day.queue()
    day.make([mailed(1, status="cancelled"), mailed(2, collar=""), mailed(3, email_consent="no"), mailed(4)])
    assert held_when_sent(day) == {4: "H01"}
    assert to(relay) == ["person4"]


def test_the_packet_of_a_row_is_looked_up_in_the_ledger_not_in_the_manifest(day: MailDay, relay: Relay) -> None:
    day.make([mailed(1), mailed(2)])
    list_ = day.folder / "manifest.json"
    first, second = day.ids()[2], day.ids()[3]
    list_.write_text(list_.read_text().replace(first, "x").replace(second, first).replace("x", second))
    day.queue()
    day.send()
    assert to(relay) == ["person1", "person2"]


# ---- the operation is corrected after its mail


@pytest.mark.parametrize("status", ["planned", "performed"])
def test_a_corrected_operation_is_held_until_a_person_releases_it(planned: MailDay, relay: Relay, status: str) -> None:
    date = "2026-12-07" if status == "planned" else "2026-12-01"
    planned.make([mailed(1, status=status, surgery_date=date)])
    planned.queue()
    planned.send()
    planned.make([mailed(1, status=status, surgery_date=date, procedure=OTHER)])
    assert held(planned) == {2: "H80"}
    planned.send()
    assert to(relay) == ["person1"]
    planned.release(planned.ids()[2], "corrected")
    planned.send()
    assert to(relay) == ["person1", "person1"]


def test_a_corrected_operation_is_held_after_a_text_change_too(day: MailDay, relay: Relay) -> None:
    day.make([mailed(1)])
    day.queue()
    day.send()
    day.make([mailed(1, collar="undecided")])
    assert held(day) == {2: "H14"}
    day.make([mailed(1, collar="undecided", procedure=OTHER)])
    assert held(day) == {2: "H80"}
    day.send()
    assert to(relay) == ["person1"]


def test_another_operation_on_the_same_day_is_held_in_another_folder_too(day: MailDay, relay: Relay) -> None:
    day.make([mailed(1), mailed(2)])
    day.queue()
    day.send()
    day.folder = day.place / "corrected"
    day.make([mailed(1, procedure=OTHER), mailed(2, procedure=OTHER, surgery_date="2026-11-20")])
    assert held(day) == {2: "H80"}
    day.send()
    assert to(relay) == ["person1", "person2", "person2"]  # another operation on another day is independent


def test_the_second_of_two_operations_on_one_day_is_held(day: MailDay, relay: Relay) -> None:
    day.make([mailed(1, start_time="08:00"), mailed(1, start_time="12:00", procedure=OTHER)])
    assert held(day) == {3: "H80"}
    day.send()
    assert to(relay) == ["person1"]


# ---- two folders, both queued before either is sent


def both_queued(day: MailDay, first: list[dict[str, str]], second: list[dict[str, str]]) -> tuple[Path, Path]:
    """Make and queue two folders; return both."""
    day.make(first)
    day.queue()
    shutil.copy(day.schedule, day.place / "first.csv")
    monday = day.folder
    day.folder = day.place / "tuesday"
    day.make(second)
    day.queue()
    return monday, day.folder


def test_two_folders_do_not_mail_two_patients_packets_to_one_address(day: MailDay, relay: Relay) -> None:
    both_queued(day, [mailed(1)], [mailed(2, email="person1@sample.example")])
    day.send()
    day.folder, day.schedule = day.place / "monday", day.place / "first.csv"
    assert held_when_sent(day) == {2: "H11"}
    assert to(relay) == ["person1"]
    assert held(day) == {2: "H11"}


def test_two_folders_do_not_mail_one_patients_packets_to_two_addresses(day: MailDay, relay: Relay) -> None:
    both_queued(day, [mailed(1)], [mailed(1, email="other@sample.example", surgery_date="2026-12-01")])
    day.send()
    day.folder, day.schedule = day.place / "monday", day.place / "first.csv"
    assert held_when_sent(day) == {2: "H12"}
    assert to(relay) == ["other"]


def test_an_override_does_not_cover_mail_sent_afterwards(day: MailDay, relay: Relay) -> None:
    day.make([mailed(1)])
    day.queue()
    day.send()
    day.folder = day.place / "tuesday"
    rows = [mailed(2, email="person1@sample.example")]
    day.make(rows)
    day.release(day.ids()[2], "shared-address")
    tuesday, day.folder = day.folder, day.place / "wednesday"
    day.make([mailed(3, email="person1@sample.example")])
    day.release(day.ids()[2], "shared-address")
    day.send()
    day.folder = tuesday
    day.make(rows)
    assert held_when_sent(day) == {2: "H11"}  # the override did not mention the third patient
    assert to(relay) == ["person1", "person1"]
    day.release(day.ids()[2], "shared-address")
    day.send()
    assert to(relay) == ["person1", "person1", "person1"]


def test_a_person_must_override_every_reason_not_only_the_first(day: MailDay, relay: Relay) -> None:
    day.make([mailed(1, email="person1@gmial.com")])
    packet = day.ids()[2]
    assert len(day.release(packet, "address-checked").new) == 1
    day.send()
    day.make([mailed(1, email="person1@gmial.com", collar="undecided")])
    assert held(day) == {2: "H14"}
    first = day.release(day.ids()[2], "corrected")
    assert ([hold.code for hold in first.held], first.new) == (["H82"], [])
    assert len(day.release(day.ids()[2], "address-checked").new) == 1
    day.send()
    assert to(relay) == ["person1", "person1"]


def test_two_folders_sent_at_the_same_time_mail_an_address_once(
    tmp_path: Path, two_procedures: Path, authority: Authority, relay: Relay
) -> None:
    """Run two senders, each with its own folder and connection, and one registry."""
    days = []
    for number in (1, 2):
        place = tmp_path / str(number)
        place.mkdir()
        day = MailDay(place, two_procedures, authority.settings(relay.port))
        day.state = tmp_path / "state"
        day.make([mailed(number, email="shared@sample.example")])
        day.queue()
        days.append(day)
    together = threading.Barrier(2)

    def send(day: MailDay) -> None:
        together.wait(20)
        day.send()

    senders = [threading.Thread(target=send, args=(day,)) for day in days]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(60)
    assert to(relay) == ["shared"]
    assert sorted(state for day in days for state in day.states_of_mail()) == ["cancelled", "sent"]


# ---- addresses


ADDRESSES = [
    ("'person1@sample.example", "H04"),
    ("person1'@sample.example", "H04"),
    ("+person1@sample.example", "H04"),
    ("pers\u043en1@sample.example", "H04"),  # Cyrillic o
    ("person1@gm\u0430il.com", "H81"),  # Cyrillic a
    ("person1@xn--gmil-63d.com", "H81"),  # the same, as browsers write it
    ("person1@gmial.com", "H82"),
    ("person1@gmail.con", "H82"),
    ("person1@gmail.org", "H82"),
    ("person1@hotmial.com", "H82"),
    ("person1@yahoo.co", "H82"),
    ("quentin.oduya@sample.example", ""),
    ("o'neil@sample.example", ""),
    ("person1@b\u00fccher.example", ""),  # one alphabet
    ("person1@yahoo.co.uk", ""),
    ("person1@mail.com", ""),
]


def test_addresses_that_are_probably_wrong_are_held(day: MailDay, relay: Relay) -> None:
    expected: dict[int, str] = {}
    rows = []
    for row, (address, code) in enumerate(ADDRESSES, 2):
        rows.append(mailed(row, email=address.replace("person1", f"person{row}")))
        if code:
            expected[row] = code
    day.make(rows)
    assert held(day) == expected
    day.send()
    assert len(relay.accepted) == len(ADDRESSES) - len(expected)


def own_addresses(count: int) -> list[dict[str, str]]:
    rows = [mailed(number) for number in range(count)]
    for row in rows:
        row["email"] = row["patient_name"].lower().replace(" ", ".") + "@sample.example"
    return rows


def test_every_row_is_held_when_the_address_column_is_shifted(day: MailDay, relay: Relay) -> None:
    rows = own_addresses(6)
    shifted = [{**row, "email": rows[(place + 1) % 6]["email"]} for place, row in enumerate(rows)]
    day.make(shifted)
    assert held(day) == dict.fromkeys(range(2, 8), "H84")
    day.send()
    assert to(relay) == []
    day.make(rows)
    assert held(day) == {}
    day.send()
    assert len(relay.accepted) == 6


def test_every_row_is_held_when_some_shifted_addresses_contain_no_name(day: MailDay) -> None:
    rows = own_addresses(6)
    shifted = [{**row, "email": rows[(place + 1) % 6]["email"]} for place, row in enumerate(rows)]
    shifted[0]["email"], shifted[3]["email"] = "sunny77@sample.example", "info@sample.example"
    day.make(shifted)
    assert held(day) == dict.fromkeys(range(2, 8), "H84")


def test_a_single_address_with_another_patients_name_is_held_alone(day: MailDay, relay: Relay) -> None:
    rows = own_addresses(4)
    rows[1]["email"] = rows[2]["email"].replace("@", "2@")
    day.make(rows)
    assert held(day) == {3: "H83"}
    day.release(day.ids()[3], "address-checked")
    day.send()
    assert len(relay.accepted) == 4


def test_a_relatives_address_with_the_family_name_is_accepted(day: MailDay) -> None:
    rows = own_addresses(3)
    first = rows[0]["patient_name"].split()[1].lower()
    rows[0]["email"] = f"family_{first}55@sample.example"
    day.make(rows)
    assert held(day) == {}
