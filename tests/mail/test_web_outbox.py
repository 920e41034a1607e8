"""Test that a single packet from the web form is queued by the same rules and sent by the same command as a batch."""

from __future__ import annotations

import datetime as dt
import json
import stat
from pathlib import Path

import pytest
from msgspec.structs import replace

from packets.case_input.case_reader import EnteredValue
from packets.errors import InvalidInputError, UsageError, VerificationError
from packets.mail.decisions import cancel, purge
from packets.mail.holds import Hold
from packets.mail.outbox import open_outbox
from packets.mail.queue import queue_packets
from packets.mail.send import send
from packets.mail.smtp import DeliveryResult, Outcome, Phase
from packets.mail.web_outbox import ConsentWithdrawnError, MailRequest, SingleResult, queue_single, withdraw_mail
from packets.model.case import Case, PrintOptions
from packets.pipeline import BuiltPacket, case_of, make_html, make_packet
from tests.mail.conftest import Authority
from tests.mail.day import MailDay, RecordingTransport, mailed
from tests.mail.faults import Relay

SENT = DeliveryResult(Outcome.SENT, Phase.DOT, 250)
KEY = bytes.fromhex("5a" * 32)
ROSA = {"patient_name": "Rosa Sample", "mrn": "00418823", "surgery_date": "2026-12-07", "surgeon": "Dr. Jane Sample"}


class Office(MailDay):
    """A web outbox whose packets are made from typed values, as in the web form."""

    def make_single(self, **changes: str) -> tuple[Case, BuiltPacket]:
        typed = ROSA | {"collar": "yes", "status": "performed"} | changes
        entered = {name: EnteredValue(text, "form") for name, text in typed.items() if text}
        library = self.library()
        case, problems = case_of(
            entered, library.handouts["cervical-foraminotomy", "en"], library, PrintOptions(), lambda: KEY
        )
        assert case is not None, problems
        return case, make_packet(library, case, PrintOptions())

    def put(
        self, address: str = "rosa@sample.example", again: str = "", consent: bool = True, **typed: str
    ) -> SingleResult:
        case, built = self.make_single(**typed)
        html = make_html(built, PrintOptions())
        request = MailRequest(consent, address, again or address)
        return queue_single(self.context, self.library(), case, built.pdf, html, request)

    def send(self, transport: object = None, dry_run: bool = False) -> object:  # type: ignore[override]
        connect = (lambda: transport) if transport is not None else self.transport
        pause = self.pauses.append
        return send(self.context, self.library(), self.content, None, None, connect, pause=pause, dry_run=dry_run)  # type: ignore[arg-type]


@pytest.fixture
def office(tmp_path: Path, mail_content: Path, authority: Authority) -> Office:
    return Office(tmp_path, mail_content, authority.settings(1))


def codes(refused: pytest.ExceptionInfo[UsageError]) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in refused.value.problems]


def test_the_mail_contains_the_packets_exact_file_and_reaches_the_relay(office: Office, authority: Authority) -> None:
    case, built = office.make_single()
    one = office.put()
    assert one.hold is None and one.message is not None and one.message.masked_address == "r***@s***.example"
    assert (office.folder / f"{case.packet_id}.pdf").read_bytes() == built.pdf.data
    other = office.put("ada@sample.example", patient_name="Ada Abel", mrn="00000017")
    assert other.message is not None
    with Relay(lambda _: "none", authority.relay()) as relay:
        office.settings = authority.settings(relay.port)
        office.send()
    assert sorted(mail.recipients for mail in relay.accepted) == [["ada@sample.example"], ["rosa@sample.example"]]
    assert office.states_of_mail() == ["sent", "sent"]


def test_only_the_owner_can_read_the_folder_and_file_names_reveal_no_patient(office: Office) -> None:
    office.put()
    assert stat.S_IMODE(office.folder.stat().st_mode) == 0o700
    files = [path for path in office.folder.iterdir() if path.name != ".packets.lock"]
    assert sorted(path.suffix for path in files) == [".db", ".json", ".pdf"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert not any("rosa" in path.name.lower() for path in files)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"consent": False}, [("H01", "email_consent")]),
        ({"address": ""}, [("H02", "email")]),
        ({"again": "rosa@sample.exampel"}, [("H03", "email_again")]),
        ({"address": "rosa@sample.example, ada@sample.example"}, [("H04", "email")]),
        ({"status": "planned"}, [("H05", "status")]),
        (
            {"status": "", "consent": False, "address": "x"},
            [("H01", "email_consent"), ("H04", "email"), ("H05", "status")],
        ),
    ],
)
def test_missing_answers_are_reported_at_once_and_nothing_is_written(
    office: Office, typed: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    with pytest.raises(UsageError) as refused:
        office.put(**typed)  # type: ignore[arg-type]
    assert codes(refused) == expected
    assert not office.folder.exists()


def test_planned_operations_are_queued_if_the_clinic_allows_it(office: Office) -> None:
    office.settings = replace(office.settings, before_confirmed=True)
    office.clock.now = dt.datetime(2026, 12, 7, 18, 0, tzinfo=dt.UTC)
    assert office.put(status="planned").message is not None


def test_queueing_again_changes_nothing_and_a_corrected_address_supersedes_the_old_mail(office: Office) -> None:
    first, again = office.put().message, office.put().message
    assert first is not None and again == first
    corrected = office.put("rosa@other.example").message
    assert corrected is not None and corrected.masked_address == "r***@o***.example"
    assert office.states_of_mail() == ["superseded", "queued"]


def test_a_different_packet_with_the_same_id_or_operation_is_refused(office: Office) -> None:
    office.put()
    first = office.make_single()[0].packet_id
    hint = "Type its id under Replaces packet, make the packet again, and mail that one."
    with pytest.raises(UsageError) as refused:
        office.put(surgeon="Dr. Other Sample")
    assert str(refused.value) == f"X37 the outbox has packet {first} for this operation\n    {hint}"
    with pytest.raises(UsageError) as refused:
        office.put(surgeon="Dr. Other Sample", packet_id=first)  # as in a case file of an older version
    assert str(refused.value) == f"X37 the outbox has a different packet with this id\n    {hint}"
    second = office.put(surgeon="Dr. Other Sample", replaces=first)
    assert second.message is not None and office.states_of_mail() == ["superseded", "queued"]
    assert (office.folder / "superseded" / f"{first}.pdf").exists()
    with pytest.raises(UsageError) as refused:
        office.put()
    assert str(refused.value) == f"X37 the outbox has a newer version of this packet\n    {hint}"
    with pytest.raises(UsageError) as refused:
        office.put(surgeon="Dr. Third Sample", replaces=office.make_single(replaces=second.message.packet)[0].packet_id)
    assert codes(refused)[0] == ("X37", "replaces")


def test_a_packet_changed_after_mailing_is_held_until_a_person_releases_it(office: Office) -> None:
    office.put()
    office.send(RecordingTransport(lambda _: SENT))
    first = office.make_single()[0].packet_id
    held = office.put(surgeon="Dr. Other Sample", replaces=first)
    assert held.message is None and held.hold is not None and held.hold.code == "H14"
    done = queue_packets(
        office.context, office.library(), office.content, None, None, {held.hold.packet_id: "corrected"}
    )
    assert [message.packet for message in done.new] == [held.hold.packet_id]


def test_a_new_date_and_a_shared_address_are_held(office: Office) -> None:
    office.put()
    shared = office.put(patient_name="Ada Abel", mrn="00000017")
    assert shared.hold is not None and shared.hold.code == "H11"
    withdraw_mail(office.context, office.library(), shared.hold.packet_id)
    office.send(RecordingTransport(lambda _: SENT))
    moved = office.put(surgery_date="2026-12-04")
    assert moved.hold is not None and moved.hold.code == "H13"


def test_a_held_packet_can_be_withdrawn_and_a_queued_one_cannot(office: Office) -> None:
    first = office.put().message
    shared = office.put(patient_name="Ada Abel", mrn="00000017").hold
    assert first is not None and shared is not None
    assert [str(message.state) for message in office.messages()] == ["superseded"]  # either address may be wrong
    withdraw_mail(office.context, office.library(), shared.packet_id)
    assert office.messages()[-1].state == "queued"  # no other patient has the address now
    with pytest.raises(InvalidInputError, match=f"X31 the mail of packet {first.packet} is queued"):
        withdraw_mail(office.context, office.library(), first.packet)
    with pytest.raises(InvalidInputError, match="X32"):
        withdraw_mail(office.context, office.library(), shared.packet_id)
    done = queue_packets(office.context, office.library(), office.content, None)
    assert done.held == [] and [message.packet for message in done.waiting] == [first.packet]
    assert len(office.messages()) == 2
    assert not (office.folder / f"{shared.packet_id}.json").exists()


def test_a_cancelled_mail_is_held_when_it_is_queued_again(office: Office) -> None:
    message = office.put().message
    assert message is not None
    cancel(office.context, message.packet)
    again = office.put()
    assert again.hold is not None and again.hold.code == "H16"


def test_purge_removes_old_entries_but_not_those_that_wait(office: Office) -> None:
    office.put()
    office.send(RecordingTransport(lambda _: SENT))
    office.clock.advance(days=31)
    ada = office.put("ada@sample.example", patient_name="Ada Abel", mrn="00000017", surgery_date="2027-01-04")
    waiting = ada.message
    assert waiting is not None
    assert purge(office.context, dt.timedelta(days=30)) == (1, 1)
    names = sorted(path.name for path in office.folder.iterdir() if path.suffix in (".json", ".pdf"))
    assert names == [f"{waiting.packet}.json", f"{waiting.packet}.pdf"]


def test_an_altered_entry_is_not_sent(office: Office) -> None:
    message = office.put().message
    assert message is not None
    file = office.folder / f"{message.packet}.json"
    entry = json.loads(file.read_text())
    file.write_text(json.dumps(entry | {"patient_name": "Ada Abel"}))
    transport = RecordingTransport(lambda _: SENT)
    with pytest.raises(VerificationError) as refused_entry:
        office.send(transport)
    assert str(refused_entry.value) == (
        f"X27 the entry is not the one that packet {message.packet} was made from\n"
        "    Nothing was sent. Report this as an error in Packets."
    )
    file.write_text("{")
    with pytest.raises(InvalidInputError) as refused:
        office.send(transport)
    assert str(refused.value) == (
        f"{office.folder}: X35 the entry of packet {message.packet} cannot be read\n"
        f"    Make the packet again and mail it, or delete {message.packet}.json: then it is not mailed."
    )
    file.write_text(json.dumps(entry | {"email": "other@sample.example"}))
    office.send(transport)
    assert transport.accepted == [] and office.states_of_mail() == ["superseded"]


def test_a_packet_is_held_when_its_handout_no_longer_exists(office: Office) -> None:
    message = office.put().message
    assert message is not None
    library = replace(office.library(), handouts={})
    transport = RecordingTransport(lambda _: SENT)
    sent = send(office.context, library, office.content, None, None, lambda: transport, pause=office.pauses.append)
    held = queue_packets(office.context, library, office.content, None).held
    assert transport.accepted == [] and sent.held == held == [Hold(message.packet, 0, "H17")]


def test_a_web_outbox_and_a_batch_folder_are_not_mixed(office: Office) -> None:
    office.make([mailed(1)])
    with pytest.raises(InvalidInputError) as refused:
        office.put()
    assert str(refused.value) == (
        f"{office.folder}: X36 packets of a batch were made in this folder\n"
        "    Start the web form with a folder of its own: serve --outbox FOLDER"
    )
    with pytest.raises(InvalidInputError) as refused:
        queue_packets(office.context, office.library(), office.content, None)
    assert str(refused.value) == (
        f"{office.folder}: X33 the schedule is missing\n    Type the schedule of the batch: --schedule FILE"
    )
    office.folder = office.place / "outbox"
    office.put()
    with pytest.raises(InvalidInputError) as refused:
        office.queue()
    assert str(refused.value) == (
        f"{office.folder}: X34 a web outbox has no schedule\n"
        "    Leave out --schedule and --profile: the folder holds what was typed in the web form."
    )
    assert office.run().err == (
        f"{office.folder}: D10 this folder is the outbox of the web form\n"
        "    Choose another folder: the outbox of the web form is not made from a schedule\n"
    )
    with open_outbox(office.context) as (ledger, _):
        assert [message.state for message in ledger.messages()] == ["queued"]


def test_withdrawn_consent_cancels_waiting_mail(office: Office) -> None:
    case, _ = office.make_single()
    office.put()
    with pytest.raises(UsageError) as refused:
        office.put(consent=False)
    assert [str(problem) for problem in refused.value.problems][1] == (
        "H01 the mail of this packet that was waiting is cancelled\n    Hand the packet over on paper."
    )
    assert office.states_of_mail() == ["cancelled"] and not (office.folder / f"{case.packet_id}.json").exists()
    with pytest.raises(UsageError):
        office.put(patient_name="Ada Abel", mrn="00000017", consent=False)
    assert office.states_of_mail() == ["cancelled"]


def test_withdrawn_consent_cancels_the_mail_of_the_earlier_version_too(office: Office) -> None:
    first, _ = office.make_single()
    office.put()
    with pytest.raises(ConsentWithdrawnError) as refused:
        office.put(consent=False, collar="no", replaces=first.packet_id)
    assert refused.value.packet_ids == (first.packet_id,)
    assert str(refused.value.problems[1]).startswith(
        f"H01 the mail of packet {first.packet_id} that was waiting is cancelled\n"
    )
    assert office.states_of_mail() == ["cancelled"] and not (office.folder / f"{first.packet_id}.json").exists()


def test_withdrawn_consent_deletes_what_was_typed_for_mail_that_no_longer_waits(office: Office) -> None:
    """Otherwise the packet could be queued again, with the consent that was given before."""
    case, _ = office.make_single()
    office.put()
    cancel(office.context, case.packet_id)
    with pytest.raises(UsageError):
        office.put(consent=False)
    assert not (office.folder / f"{case.packet_id}.json").exists()
    queue_packets(office.context, office.library(), office.content, None)
    assert office.states_of_mail() == ["cancelled"]


def test_a_mistyped_replaced_id_does_not_cancel_the_mail_of_another_patient(office: Office) -> None:
    other, _ = office.make_single()
    office.put()
    with pytest.raises(UsageError):
        office.put(consent=False, patient_name="Ada Abel", mrn="00000017", replaces=other.packet_id)
    assert office.states_of_mail() == ["queued"] and (office.folder / f"{other.packet_id}.json").exists()


def test_withdrawn_consent_takes_out_a_held_version_of_the_same_operation(office: Office) -> None:
    office.put(patient_name="Ada Abel", mrn="00000017")
    held = office.put()  # to the same address
    assert held.hold is not None
    with pytest.raises(ConsentWithdrawnError) as refused:
        office.put(consent=False, surgery_date="2026-12-06")
    assert refused.value.packet_ids == (held.hold.packet_id,)
    assert f"packet {held.hold.packet_id} that was held is no longer mailed" in str(refused.value)


def test_a_purged_packet_file_is_written_again(office: Office) -> None:
    case, built = office.make_single()
    office.put()
    file = office.folder / f"{case.packet_id}.pdf"
    file.unlink()
    assert office.put().hold is None and file.read_bytes() == built.pdf.data
