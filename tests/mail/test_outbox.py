"""Test who is mailed, who is held and why, and that nobody is mailed twice under any failure."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from packets.batch.plan import CaseFingerprints
from packets.batch.verify_folder import verify_folder
from packets.errors import ExitCode, InvalidInputError, LockedError, VerificationError, WriteError
from packets.mail import send as mail_send
from packets.mail.decisions import accept_restore, cancel, purge, resolve
from packets.mail.holds import HOLDS
from packets.mail.holds import current_holds as kept_holds
from packets.mail.mail_ledger import MailLedger
from packets.mail.message import MailContent, build_message
from packets.mail.outbox import open_outbox
from packets.mail.registry import SentMailRegistry
from packets.mail.send import MAX_ATTEMPTS, next_try
from packets.mail.smtp import DeliveryResult, Outcome, Phase
from packets.mail.states import MailState
from packets.storage.lock import FolderLock
from tests.mail.conftest import Authority
from tests.mail.day import MailDay, RecordingTransport, mailed
from tests.mail.faults import Relay

SENT = DeliveryResult(Outcome.SENT, Phase.DOT, 250)
LATER = DeliveryResult(Outcome.DEFERRED, Phase.RECIPIENT, 450)
NEVER = DeliveryResult(Outcome.REJECTED, Phase.RECIPIENT, 550)
LOST = DeliveryResult(Outcome.UNKNOWN, Phase.DOT)
DOWN = DeliveryResult(Outcome.DEFERRED, Phase.CONNECT)


def always(verdict: DeliveryResult) -> RecordingTransport:
    return RecordingTransport(lambda _: verdict)


def holds(day: MailDay) -> dict[int, str]:
    return {hold.row: hold.code for hold in day.queue().held}


def test_mailable_packets_are_queued_and_the_others_held_with_a_reason(day: MailDay) -> None:
    rows = [
        mailed(1),
        mailed(2, email_consent="no"),
        mailed(3, email_consent=""),
        mailed(4, email=""),
        mailed(5, email_confirmed="no"),
        mailed(6, email_confirmed=""),
        mailed(7, email="person7@sample.example, other@sample.example"),
        mailed(8, email="x=?utf-8?q?x=0ABcc=3A?=@sample.example"),
        mailed(9, status="planned", surgery_date="2026-12-08"),
        mailed(10, status=""),
        mailed(11, email="Shared@sample.example"),
        mailed(12, email="shared@sample.example"),
        mailed(13),
        mailed(14, status="cancelled"),
    ]
    day.make(rows)
    (day.folder / f"{day.ids()[14]}.pdf").write_bytes(b"%PDF-1.7 changed")
    done = day.queue()
    assert [message.masked_address for message in done.new] == ["p***@s***.example"]
    assert {hold.row: hold.code for hold in done.held} == {
        3: "H01", 4: "H01", 5: "H02", 6: "H03", 7: "H03", 8: "H04", 9: "H04", 10: "H05", 11: "H05", 12: "H11",
        13: "H11", 14: "H06",
    }  # fmt: skip
    assert {hold.row: hold.reason for hold in done.held}[3] == "no consent to e-mail is recorded"
    again = day.queue()
    assert (again.new, [message.number for message in again.waiting]) == ([], [1])


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_an_unreadable_packet_is_held_and_the_others_are_queued(day: MailDay) -> None:
    day.make([mailed(1), mailed(2)])
    file = day.folder / f"{day.ids()[2]}.pdf"
    file.unlink()
    file.symlink_to("/proc/self/mem")  # reading it gives EIO, as on a disk that fails
    done = day.queue()
    assert {hold.row: hold.code for hold in done.held} == {2: "H06"} and len(done.new) == 1


def test_planned_operations_are_mailed_only_before_their_day_and_if_the_clinic_allows_it(day: MailDay) -> None:
    day.settings = replace(day.settings, before_confirmed=True)
    day.clock.now = dt.datetime(2026, 12, 7, 18, 0, tzinfo=dt.UTC)
    day.make([mailed(1, status="planned"), mailed(2, status="")])
    assert len(day.queue().new) == 2
    day.clock.advance(hours=13)  # the day is over: was it performed?
    done = day.send(always(SENT))
    assert [(hold.row, hold.code) for hold in done.held] == [(2, "H05"), (3, "H05")]
    assert holds(day) == {2: "H05", 3: "H05"}


def test_a_packet_in_a_language_without_an_email_text_is_held(day: MailDay, tmp_path: Path) -> None:
    day.content = Path(shutil.copytree(day.content, tmp_path / "content"))
    (day.content / "common" / "mail.en.yaml").unlink()
    day.make([mailed(1)])
    assert [(hold.code, hold.reason) for hold in day.queue().held] == [
        ("H08", "there is no e-mail text in this language")
    ]


def test_a_packet_with_a_password_is_held(day: MailDay, monkeypatch: pytest.MonkeyPatch) -> None:
    from packets.errors import Problem

    def locked(_: bytes) -> None:
        raise VerificationError(Problem("V23", "the file does not open with this password"))

    day.make([mailed(1)])
    monkeypatch.setattr("packets.mail.eligibility.read", locked)
    assert holds(day) == {2: "H07"}


def test_a_mail_is_sent_once(day: MailDay) -> None:
    day.make([mailed(1), mailed(2)])
    day.queue()
    transport = always(SENT)
    done = day.send(transport)
    assert [recipient for recipient, _ in transport.accepted] == ["person1@sample.example", "person2@sample.example"]
    assert done.count(MailState.SENT) == 2
    assert day.pauses == [0.1]
    assert day.send(transport).by_state == {}
    assert day.queue().new == []
    assert len(transport.accepted) == 2


def test_mail_reaches_a_relay_over_tls(day: MailDay, authority: Authority) -> None:
    day.make([mailed(1), mailed(2)])
    day.queue()
    with Relay(lambda _: "none", authority.relay()) as relay:
        day.settings = authority.settings(relay.port)
        day.send()
    assert [mail.recipients for mail in relay.accepted] == [["person1@sample.example"], ["person2@sample.example"]]
    assert b"To: person1@sample.example\r\n" in relay.accepted[0].data
    assert day.states_of_mail() == ["sent", "sent"]


def test_an_untrusted_relay_gets_nothing_and_the_queue_stays(day: MailDay, authority: Authority) -> None:
    day.make([mailed(1), mailed(2)])
    day.queue()
    with Relay(lambda _: "none", authority.relay("elsewhere.example")) as relay:
        day.settings = authority.settings(relay.port)
        with pytest.raises(InvalidInputError, match="X03") as refused:
            day.send()
        assert refused.value.exit_code is ExitCode.INVALID_INPUT
        assert relay.accepted == []
    assert day.states_of_mail() == ["queued", "queued"]


def test_a_dry_run_opens_no_socket_and_changes_nothing(day: MailDay, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a socket")

    day.make([mailed(1), mailed(2)])
    day.queue()
    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "create_connection", forbidden)
    done = day.send(dry_run=True)
    assert [message.masked_address for message in done.ready] == ["p***@s***.example"] * 2
    assert day.states_of_mail() == ["queued", "queued"]


# ---- retries, deadline, breaker, rate


def test_deferred_mail_is_retried_after_1_5_15_60_minutes_then_hourly_up_to_8_times(day: MailDay) -> None:
    day.make([mailed(1)])
    day.queue()
    waits = []
    for _ in range(MAX_ATTEMPTS):
        day.send(always(LATER))
        (message,) = day.messages()
        if message.state == "deferred":
            waits.append((dt.datetime.fromisoformat(message.next_try) - day.clock.now).total_seconds() / 60)
            day.clock.advance(minutes=waits[-1] - 0.1)
            assert day.send(always(SENT)).by_state == {}  # not yet
            day.clock.advance(minutes=0.1)
    assert waits == [1, 5, 15, 60, 60, 60, 60]
    assert message.state == "failed"
    assert message.attempts == 8
    assert holds(day) == {2: "H16"}


@given(st.integers(1, 100))
def test_the_next_try_is_within_1_to_60_minutes(attempts: int) -> None:
    now = dt.datetime(2026, 12, 8, tzinfo=dt.UTC)
    assert now + dt.timedelta(minutes=1) <= next_try(attempts, now) <= now + dt.timedelta(hours=1)
    assert next_try(attempts, now) <= next_try(attempts + 1, now)


def test_mail_is_not_sent_after_its_deadline(day: MailDay) -> None:
    day.make([mailed(1)])
    day.queue()
    day.clock.advance(hours=48)
    transport = always(SENT)
    assert day.send(transport).count(MailState.EXPIRED) == 1
    assert transport.accepted == []
    assert holds(day) == {2: "H16"}
    assert len(day.release(day.ids()[2], "asked-again").new) == 1


def test_five_failures_in_a_row_stop_the_run(day: MailDay) -> None:
    day.make([mailed(number) for number in range(1, 9)])
    day.queue()
    done = day.send(always(DOWN))
    assert done.count(MailState.DEFERRED) == 5
    assert str(done.stopped) == (
        "127.0.0.1:1: X30 the mail server did not accept 5 mails in a row; the others were not tried\n"
        "    Ask IT whether the mail server works. Then type the same command again."
    )
    assert day.states_of_mail() == ["deferred"] * 5 + ["queued"] * 3
    assert {message.attempts for message in day.messages()} == {0}  # a relay that is down does not count as an attempt


def test_the_rate_limit_is_kept_and_halved_after_421(day: MailDay) -> None:
    day.settings = replace(day.settings, per_minute=20)
    day.make([mailed(number) for number in range(1, 4)])
    day.queue()
    day.send(
        RecordingTransport(
            lambda to: DeliveryResult(Outcome.DEFERRED, Phase.DOT, 421) if to.startswith("person2") else SENT
        )
    )
    assert day.pauses == [3, 6]
    day.clock.advance(minutes=2)
    assert day.states_of_mail() == ["sent", "deferred", "sent"]


def test_no_mail_is_sent_after_ctrl_c_during_a_pause(day: MailDay) -> None:
    day.make([mailed(1), mailed(2)])
    day.queue()
    transport = always(SENT)
    asked = iter([False, False, True])
    day.send(transport, stop=lambda: next(asked))
    assert len(transport.accepted) == 1


def test_a_jumping_clock_mails_nobody_twice_and_loses_no_mail(day: MailDay) -> None:
    day.make([mailed(1), mailed(2)])
    day.queue()
    transport = RecordingTransport(lambda to: SENT if to.startswith("person1") else LATER)
    day.send(transport)
    day.clock.advance(hours=-2)
    assert day.queue().new == []
    assert day.send(transport).waiting != []
    day.clock.advance(days=800)
    assert day.send(always(SENT)).count(MailState.EXPIRED) == 1  # listed, and for a person
    assert len(transport.accepted) == 1
    assert holds(day) == {3: "H71"}


# ---- what a person decides


def test_a_mail_of_unknown_outcome_waits_for_a_person(day: MailDay) -> None:
    day.make([mailed(1)])
    day.queue()
    assert [message.packet for message in day.send(always(LOST)).unknown] == [day.ids()[2]]
    day.clock.advance(days=1)
    transport = always(SENT)
    assert day.send(transport).unknown != []
    assert transport.accepted == []
    assert holds(day) == {2: "H09"}
    assert resolve(day.context, day.ids()[2], delivered=False).state == "queued"
    day.send(transport)
    assert len(transport.accepted) == 1
    with open_outbox(day.context) as (ledger, _):
        events = [(event.actor, event.before, event.after) for event in ledger.events(next(ledger.messages()))]
    assert events == [
        ("nurse", "", "queued"),
        ("nurse", "queued", "sending"),
        ("nurse", "sending", "committing"),
        ("relay", "committing", "unknown"),
        ("nurse", "unknown", "queued"),
        ("nurse", "queued", "sending"),
        ("nurse", "sending", "committing"),
        ("relay", "committing", "sent"),
    ]


def test_an_unknown_mail_resolved_as_delivered_is_sent(day: MailDay) -> None:
    day.make([mailed(1)])
    day.queue()
    day.send(always(LOST))
    assert resolve(day.context, day.ids()[2], delivered=True).state == "sent"
    with pytest.raises(InvalidInputError) as refused:
        resolve(day.context, day.ids()[2], delivered=False)
    assert str(refused.value) == (
        f"{day.folder}: X31 the mail of packet {day.ids()[2]} is sent\n"
        "    Only mail of unknown outcome can be resolved; `mail list` shows it."
    )
    with pytest.raises(InvalidInputError) as refused:
        resolve(day.context, "7KQ4-M2F4", delivered=True)
    assert str(refused.value) == (f"{day.folder}: X32 there is no mail of this packet\n    `mail list` shows the ids.")


def test_a_cancelled_mail_is_not_sent_until_a_person_releases_it(day: MailDay) -> None:
    day.make([mailed(1)])
    day.queue()
    assert cancel(day.context, day.ids()[2]).state == "cancelled"
    with pytest.raises(InvalidInputError, match="X31"):
        cancel(day.context, day.ids()[2])
    assert day.send(always(SENT)).by_state == {}
    assert holds(day) == {2: "H16"}
    assert day.release(day.ids()[2], "asked-again").new[0].sequence == 1


def test_a_person_can_release_a_shared_address(day: MailDay) -> None:
    day.make([mailed(1, email="shared@sample.example"), mailed(2, email="shared@sample.example")])
    assert holds(day) == {2: "H11", 3: "H11"}
    (message,) = day.release(day.ids()[2], "shared-address").new
    assert (message.packet, message.overridden, message.override_reason) == (day.ids()[2], 1, "shared-address")
    with pytest.raises(InvalidInputError) as refused:
        day.release("7KQ4-M2F4", "shared-address")
    assert str(refused.value) == (
        "--release: X29 packet 7KQ4-M2F4 is not in this batch\n    Type an id that `mail queue` listed as held."
    )


def test_queued_mail_is_superseded_when_another_patient_gets_the_same_address(day: MailDay) -> None:
    day.make([mailed(1, email="shared@sample.example")])
    day.queue()
    day.make([mailed(1, email="shared@sample.example"), mailed(2, email="shared@sample.example")])
    done = day.queue()
    assert [message.packet for message in done.superseded] == [day.ids()[2]]
    assert {hold.row: hold.code for hold in done.held} == {2: "H11", 3: "H11"}
    day.release(day.ids()[2], "shared-address")
    assert holds(day) == {3: "H11"}  # what a person released stays in the queue
    transport = always(SENT)
    day.send(transport)
    assert len(transport.accepted) == 1


def test_two_swapped_addresses_that_were_corrected_are_not_shared(day: MailDay) -> None:
    day.make([mailed(1, email="b@sample.example"), mailed(2, email="a@sample.example")])
    day.queue()
    day.make([mailed(1, email="a@sample.example"), mailed(2, email="b@sample.example")])
    done = day.queue()
    assert (len(done.superseded), len(done.new), done.held) == (2, 2, [])


def test_nobody_can_release_a_packet_without_consent(day: MailDay) -> None:
    day.make([mailed(1, email_consent="no")])
    assert day.release(day.ids()[2], "asked-again").new == []


# ---- a schedule that changes


def test_an_operation_rescheduled_after_mailing_is_held_and_then_moves_the_same_events(day: MailDay) -> None:
    day.make([mailed(1)])
    day.queue()
    transport = always(SENT)
    day.send(transport)
    day.make([mailed(1, status="planned", surgery_date="2026-12-14")])
    day.settings = replace(day.settings, before_confirmed=True)
    assert set(holds(day).values()) == {"H13"}
    (message,) = day.release(day.ids()[2], "rescheduled").new
    assert message.sequence == 1
    day.send(transport)
    calendars = [entries(data) for _, data in transport.accepted]
    assert calendars[0].keys() == calendars[1].keys()
    assert {sequence for sequence, _ in calendars[0].values()} == {"0"}
    assert {sequence for sequence, _ in calendars[1].values()} == {"1"}
    assert all(calendars[0][uid][1] != calendars[1][uid][1] for uid in calendars[0])


def test_the_second_of_two_dates_of_one_operation_is_held(day: MailDay) -> None:
    day.make([mailed(1, surgery_date="2026-11-16"), mailed(1)])
    assert holds(day) == {3: "H10"}  # or the database would refuse it
    day.send(always(SENT))
    assert holds(day) == {3: "H13"}


def test_the_calendar_has_the_dates_of_the_surgeons_instructions(day: MailDay, tmp_path: Path) -> None:
    day.content = Path(shutil.copytree(day.content, tmp_path / "changed-content"))
    (day.content / "surgeons").mkdir()
    shutil.copy(Path(__file__).resolve().parents[1] / "surgeons/jane-sample.yaml", day.content / "surgeons")
    day.make([mailed(1), mailed(2, surgeon="Dr. Max Other")])
    day.queue()
    transport = always(SENT)
    day.send(transport)
    hers, his = ({when for _, when in entries(data).values()} for _, data in transport.accepted)
    assert dt.date(2026, 12, 28) in hers and dt.date(2026, 12, 28) not in his
    numbers = ["555-010-0199" in body(data) for _, data in transport.accepted]
    assert numbers == [True, False], "the mail gives the phone number printed in its packet"


def body(data: bytes) -> str:
    from tests.mail.test_message import parsed

    part = parsed(data).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize(
    ("old", "new"),
    [("at: 3 weeks", "at: 5 weeks"), ("revision: 3", "revision: 4"), ("status: approved", "status: draft")],
)
def test_a_packet_made_from_older_content_is_held(day: MailDay, tmp_path: Path, old: str, new: str) -> None:
    """The calendar would have other dates than the PDF."""
    day.content = Path(shutil.copytree(day.content, tmp_path / "changed-content"))
    (day.content / "surgeons").mkdir()
    file = day.content / "surgeons" / "jane-sample.yaml"
    shutil.copy(Path(__file__).resolve().parents[1] / "surgeons/jane-sample.yaml", file)
    day.make([mailed(1)])
    day.queue()
    written = file.read_text("utf-8")
    assert old in written
    file.write_text(written.replace(old, new, 1), "utf-8")
    transport = always(SENT)
    day.send(transport)
    assert not transport.accepted and day.states_of_mail() == ["cancelled"]
    with open_outbox(day.context) as (ledger, _):  # where the page and a person look
        assert [(hold.row, hold.code) for hold in kept_holds(ledger)] == [(2, "H17")]
    assert HOLDS["H17"][0] == "the content has changed since the packet was made, or was a draft; make the packet again"


def entries(data: bytes) -> dict[str, tuple[str, object]]:
    import icalendar

    from tests.mail.test_message import parsed

    text = list(parsed(data).iter_attachments())[1].get_content()
    events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    return {str(event["UID"]): (str(event["SEQUENCE"]), event.decoded("DTSTART")) for event in events}


def test_a_packet_or_an_address_changed_after_mailing_is_held(day: MailDay) -> None:
    day.make([mailed(1), mailed(2)])
    day.queue()
    day.send(always(SENT))
    day.make([mailed(1, surgeon="Dr. Max Sample"), mailed(2, email="new@sample.example")])
    assert holds(day) == {2: "H14", 3: "H12"}


def test_queued_mail_with_an_old_packet_or_address_is_superseded(day: MailDay) -> None:
    day.make([mailed(1), mailed(2), mailed(3)])
    day.queue()
    day.make([mailed(1, surgeon="Dr. Max Sample"), mailed(2, email="new@sample.example")])
    done = day.queue()
    assert [message.state for message in done.superseded] == ["superseded"] * 3
    assert len(done.new) == 2
    transport = always(SENT)
    day.send(transport)
    assert [recipient for recipient, _ in transport.accepted] == ["person1@sample.example", "new@sample.example"]


def test_consent_withdrawn_before_sending_cancels_the_mail(day: MailDay) -> None:
    day.make([mailed(1), mailed(2)])
    day.queue()
    day.make([mailed(1, email_consent="no"), mailed(2, email_confirmed="no")])
    transport = always(SENT)
    assert day.send(transport).count(MailState.CANCELLED) == 2
    assert transport.accepted == []


def test_only_the_batchs_schedule_and_a_finished_batch_are_accepted(day: MailDay) -> None:
    day.make([mailed(1)])
    day.write([mailed(1), mailed(2)])
    with pytest.raises(InvalidInputError) as refused:
        day.queue()
    assert str(refused.value) == (
        f"{day.schedule}: X26 the packets were made from another schedule\n"
        "    Run the batch again with this schedule, or type the schedule that the batch was run with."
    )
    day.write([mailed(1)])
    (day.folder / "manifest.json").unlink()  # a list for other programs: no mail needs it
    assert len(day.queue().new) == 1
    with contextlib.closing(sqlite3.connect(day.folder / "ledger.db")) as db:
        db.execute("DELETE FROM meta WHERE name IN ('schedule', 'rows')")  # as in an older folder
        db.commit()
    with pytest.raises(InvalidInputError) as refused:
        day.queue()
    assert str(refused.value) == (
        f"{day.folder}: X25 the batch in this folder is not finished\n"
        "    Run the same batch command again and let it finish."
    )
    day.folder = day.place / "empty"
    day.folder.mkdir()
    with pytest.raises(InvalidInputError) as refused:
        day.queue()
    assert str(refused.value) == (
        f"{day.folder}: D09 this folder was not made by a batch\n"
        "    Type the folder of a batch: batch SCHEDULE -o FOLDER makes one."
    )


# ---- mutants: bugs in what is sent


def swapped_pdf(mail: MailContent) -> MailContent:
    return replace(mail, pdf=mail.pdf + b"\n")


def other_address(mail: MailContent) -> MailContent:
    return replace(mail, recipient="person2@sample.example")


def two_addresses(mail: MailContent) -> MailContent:
    return replace(mail, recipient=f"{mail.recipient}, person2@sample.example")


def encoded_word(mail: MailContent) -> MailContent:
    return replace(mail, sender="=?utf-8?q?x=0ABcc=3A_evil@x.example?= <care@clinic.example>")


def line_break(mail: MailContent) -> MailContent:
    return replace(mail, subject="Your care instructions\r\nBcc: evil@x.example")


@pytest.mark.parametrize("mutant", [swapped_pdf, other_address, two_addresses, encoded_word, line_break])
def test_a_mutated_mail_is_not_sent(
    mutant: Callable[[MailContent], MailContent], day: MailDay, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    day.make([mailed(1), mailed(2)])
    day.queue()
    monkeypatch.setattr(mail_send, "build_message", lambda mail: build_message(mutant(mail)))
    with Relay(lambda _: "none", authority.relay()) as relay:
        day.settings = authority.settings(relay.port)
        with pytest.raises((VerificationError, ValueError)):
            day.send()
        assert (relay.accepted, relay.commands) == ([], [])
    assert day.states_of_mail() == ["queued", "queued"]


def test_nothing_is_sent_when_the_rows_are_shifted(day: MailDay, monkeypatch: pytest.MonkeyPatch) -> None:
    from packets.mail.candidates import candidates

    day.make([mailed(1), mailed(2)])
    day.queue()

    def shifted(*arguments: object) -> object:
        rows = list(candidates(*arguments))  # type: ignore[arg-type]
        mails = [row.mail for row in rows]
        return [replace(row, mail=mails[place - 1]) for place, row in enumerate(rows)]

    monkeypatch.setattr(mail_send, "candidates", shifted)
    transport = always(SENT)
    day.send(transport)
    assert transport.accepted == []


def test_a_name_that_looks_like_a_header_stays_text(day: MailDay, authority: Authority) -> None:
    day.make(
        [
            mailed(1, patient_name="Bcc: Evil"),
            mailed(2, patient_name="A\r\nBcc: x"),
            mailed(3, patient_name="Ada =?utf-8?q?x=0ABcc=3A_evil@x.example?="),
        ]
    )
    assert {problem["row"] for problem in day.manifest()["problems"]} == {3, 4}  # these two are refused by the batch
    day.queue()
    with Relay(lambda _: "none", authority.relay()) as relay:
        day.settings = authority.settings(relay.port)
        day.send()
    assert [mail.recipients for mail in relay.accepted] == [["person1@sample.example"]]
    assert b"Evil" not in relay.accepted[0].data.partition(b"\r\n\r\n")[0]


# ---- crashes, copies, locks


class Crash(BaseException):
    pass


def test_after_a_crash_the_current_mail_is_unknown_and_the_others_are_sent(day: MailDay) -> None:
    class Crashing(RecordingTransport):
        def deliver(self, recipient: str, data: bytes, before_dot: Callable[[], None]) -> DeliveryResult:
            if recipient.startswith("person2"):
                before_dot()
                raise Crash
            return super().deliver(recipient, data, before_dot)

    day.make([mailed(1), mailed(2), mailed(3)])
    day.queue()
    with pytest.raises(Crash):
        day.send(Crashing(lambda _: SENT))
    # The first command that looks reports the unknown outcome, not only the next sender.
    assert day.states_of_mail() == ["sent", "unknown", "queued"]
    assert holds(day) == {3: "H09"}
    transport = always(SENT)
    day.send(transport)
    assert [recipient for recipient, _ in transport.accepted] == ["person3@sample.example"]
    assert day.states_of_mail() == ["sent", "unknown", "sent"]


def test_nothing_is_sent_from_a_truncated_ledger_or_one_without_its_last_writes(day: MailDay) -> None:
    class Crashing(RecordingTransport):
        def deliver(self, recipient: str, data: bytes, before_dot: Callable[[], None]) -> DeliveryResult:
            before_dot()
            without_log.append(ledger.read_bytes())
            raise Crash

    day.make([mailed(1), mailed(2)])
    day.queue()
    ledger, without_log = day.folder / "ledger.db", list[bytes]()
    with pytest.raises(Crash):
        day.send(Crashing(lambda _: SENT))
    transport = always(SENT)
    ledger.write_bytes(without_log[0])  # what is left where the write-ahead log was deleted
    with pytest.raises(InvalidInputError, match="X22 the ledger is an older copy"):
        day.send(transport)
    ledger.write_bytes(ledger.read_bytes()[: ledger.stat().st_size // 2])
    with pytest.raises(InvalidInputError, match="D01 the ledger is damaged"):
        day.send(transport)
    assert transport.accepted == []


def test_a_row_of_another_patient_than_its_packets_is_refused(day: MailDay, monkeypatch: pytest.MonkeyPatch) -> None:
    from packets.mail import candidates as mail_candidates

    day.make([mailed(1)])
    monkeypatch.setattr(mail_candidates, "CaseFingerprints", OtherPerson)
    with pytest.raises(VerificationError) as refused:
        day.queue()
    assert str(refused.value) == (
        f"X27 row 2 is not the one that packet {day.ids()[2]} was made from\n"
        "    Nothing was sent. Report this as an error in Packets."
    )


class OtherPerson:
    @staticmethod
    def of(*_: object) -> CaseFingerprints:
        return CaseFingerprints(*[b"another sample. "] * 4)


def test_a_second_sender_is_locked_out(day: MailDay) -> None:
    day.make([mailed(1)])
    with FolderLock(day.folder, day.clock()), pytest.raises(LockedError) as locked:
        day.queue()
    assert locked.value.exit_code is ExitCode.LOCKED


def test_a_restored_folder_sends_nothing_until_a_person_accepts_it(day: MailDay) -> None:
    day.make([mailed(1), mailed(2), mailed(3)])
    day.queue()
    day.copy(day.place / "backup")
    day.send(always(SENT))
    shutil.rmtree(day.folder)
    (day.place / "backup").rename(day.folder)
    transport = always(SENT)
    with pytest.raises(InvalidInputError) as refused:
        day.send(transport)
    assert str(refused.value) == (
        f"{day.folder}: X22 the ledger is an older copy: mail has been sent since\n"
        "    Nothing was sent. To use this copy from now on, type: mail accept-restore FOLDER\n"
        "    Waiting mail is then cancelled, and mail that may have been sent is listed as unknown."
    )
    cancelled, unknown = accept_restore(day.context)
    assert (len(cancelled), unknown) == (3, [])
    assert set(holds(day).values()) == {"H16"}
    day.send(transport)
    assert transport.accepted == []


def test_a_second_copy_of_the_folder_is_detected(day: MailDay) -> None:
    day.make([mailed(1), mailed(2)])
    day.queue()
    day.copy(day.place / "copy")
    day.send(always(SENT))
    day.folder = day.place / "copy"
    with pytest.raises(InvalidInputError, match="X22 the ledger is an older copy"):
        day.send(always(SENT))


def test_another_computer_must_accept_the_folder_first(day: MailDay) -> None:
    day.make([mailed(1)])
    day.queue()
    day.state = day.place / "elsewhere"
    with pytest.raises(
        InvalidInputError, match="X22 mail was sent from this folder by another user or from another computer"
    ):
        day.send(always(SENT))


def test_another_folder_does_not_mail_the_same_patients_again(day: MailDay) -> None:
    day.make([mailed(1), mailed(2)])
    day.queue()
    day.send(always(SENT))
    day.folder = day.place / "tuesday"
    day.make([mailed(1), mailed(2), mailed(3)])
    assert holds(day) == {2: "H15", 3: "H15"}
    assert len(day.release(day.ids()[2], "asked-again").new) == 1
    transport = always(SENT)
    day.send(transport)
    assert [recipient for recipient, _ in transport.accepted] == ["person3@sample.example", "person1@sample.example"]


def test_a_later_rejected_mail_does_not_hide_an_earlier_one(day: MailDay) -> None:
    day.make([mailed(1)])
    day.queue()
    day.send(always(SENT))
    day.folder = day.place / "tuesday"
    day.make([mailed(1)])
    day.release(day.ids()[2], "asked-again")
    assert day.send(always(NEVER)).count(MailState.REJECTED) == 1
    day.folder = day.place / "wednesday"
    day.make([mailed(1)])
    assert holds(day) == {2: "H15"}


def test_an_operation_rescheduled_into_another_folder_is_held_and_then_moves_the_same_events(day: MailDay) -> None:
    day.make([mailed(1)])
    day.queue()
    transport = always(SENT)
    day.send(transport)
    day.folder = day.place / "next-monday"
    day.make([mailed(1, surgery_date="2026-12-04")])
    assert holds(day) == {2: "H13"}
    day.release(day.ids()[2], "rescheduled")
    day.send(transport)
    calendars = [entries(data) for _, data in transport.accepted]
    assert calendars[0].keys() == calendars[1].keys()
    assert [{sequence for sequence, _ in calendar.values()} for calendar in calendars] == [{"0"}, {"1"}]


def test_a_new_or_shared_address_is_held_in_another_folder_too(day: MailDay) -> None:
    day.make([mailed(1), mailed(2)])
    day.queue()
    day.send(always(SENT))
    day.folder = day.place / "next-year"
    day.clock.advance(days=365)
    later = {"procedure": "cervical-foraminotomy", "surgery_date": "2027-12-06"}
    day.make([mailed(1, **later, email="new@sample.example"), mailed(3, **later, email="person2@sample.example")])
    assert holds(day) == {2: "H12", 3: "H11"}


def test_a_registry_of_an_older_version_still_knows_who_was_mailed(day: MailDay) -> None:
    day.make([mailed(1)])
    day.queue()
    day.send(always(SENT))
    (message,) = day.messages()
    db = sqlite3.connect(day.state / "mail.db", isolation_level=None)
    db.execute("DROP TABLE claim")
    db.execute("DROP TABLE known_claim")
    db.execute("DROP TABLE site")
    db.execute("CREATE TABLE mailed(patient BLOB, episode BLOB, idem BLOB)")
    db.execute("INSERT INTO mailed VALUES (?, ?, ?)", (message.patient, message.episode, message.idempotency_key))
    db.execute("PRAGMA user_version=0")
    db.close()
    assert day.queue().new == []
    day.folder = day.place / "tuesday"
    day.make([mailed(1), mailed(2)])
    assert holds(day) == {2: "H15"}


def test_after_moving_to_another_computer_no_other_folder_mails_again(day: MailDay) -> None:
    day.make([mailed(1)])
    day.queue()
    day.send(always(SENT))
    day.state = day.place / "elsewhere"
    accept_restore(day.context)
    day.folder = day.place / "tuesday"
    day.make([mailed(1)])
    assert holds(day) == {2: "H15"}


def test_an_override_does_not_cover_later_mail_of_another_folder(day: MailDay) -> None:
    rows = [mailed(1, email="shared@sample.example"), mailed(2, email="shared@sample.example")]
    day.make(rows)
    day.release(day.ids()[2], "shared-address")
    monday, day.folder = day.folder, day.place / "tuesday"
    day.make(rows[:1])
    day.queue()
    transport = always(SENT)
    day.send(transport)
    day.folder = monday
    day.make(rows)
    done = day.send(transport)
    assert [(hold.row, hold.code) for hold in done.held] == [(2, "H15")]
    assert len(transport.accepted) == 1
    assert set(holds(day).values()) == {"H11"}
    again = day.release(day.ids()[2], "shared-address")
    assert [(hold.row, hold.code) for hold in again.held if hold.row == 2] == [(2, "H15")]
    day.release(day.ids()[2], "asked-again")  # now knowingly
    day.send(transport)
    assert len(transport.accepted) == 2


def test_a_retry_is_held_when_another_folder_mailed_the_patient_meanwhile(day: MailDay) -> None:
    day.make([mailed(1)])
    day.queue()
    day.send(always(LATER))
    monday, day.folder = day.folder, day.place / "tuesday"
    day.make([mailed(1)])
    day.release(day.ids()[2], "asked-again")
    transport = always(SENT)
    day.send(transport)
    day.folder = monday
    day.clock.advance(minutes=5)
    assert [hold.code for hold in day.send(transport).held] == ["H15"]
    assert len(transport.accepted) == 1


def test_two_folders_queued_before_either_is_sent_mail_a_patient_once(day: MailDay) -> None:
    day.make([mailed(1)])
    day.queue()
    monday, day.folder = day.folder, day.place / "tuesday"
    day.make([mailed(1)])
    day.queue()
    transport = always(SENT)
    day.send(transport)
    day.folder = monday
    assert day.send(transport).count(MailState.CANCELLED) == 1
    assert len(transport.accepted) == 1


def test_a_network_drive_is_refused(day: MailDay, tmp_path: Path) -> None:
    day.make([mailed(1)])
    mounts = tmp_path / "mounts"
    mounts.write_text(f"disk / ext4 rw 0 0\nserver:/x {day.place} nfs4 rw 0 0\n")
    with (
        pytest.raises(InvalidInputError, match=r"D06 the folder is on a network drive \(nfs4\)"),
        open_outbox(replace(day.context, mounts=mounts)),
    ):
        pass


def test_a_registry_on_a_network_drive_is_refused(day: MailDay, tmp_path: Path) -> None:
    day.make([mailed(1)])
    mounts = tmp_path / "mounts"
    mounts.write_text(f"disk / ext4 rw 0 0\nserver:/home {day.state} nfs4 rw 0 0\n")
    day.state.mkdir()
    with pytest.raises(InvalidInputError) as refused, open_outbox(replace(day.context, mounts=mounts)):
        pass
    assert str(refused.value) == (
        f"{day.state}: D06 the folder is on a network drive (nfs4)\n"
        "    Set XDG_STATE_HOME to a folder on this computer's own disk: the registry of sent mail is kept there"
    )


def test_nothing_is_sent_without_the_registry(day: MailDay) -> None:
    day.make([mailed(1)])
    day.queue()
    (day.state / "mail.db").write_bytes(b"not a database, not a database, not a database")
    for name in ("mail.db-wal", "mail.db-shm"):
        (day.state / name).unlink(missing_ok=True)
    with pytest.raises(WriteError) as error:
        day.send(always(SENT))
    assert str(error.value) == (
        f"{day.state}/mail.db: X21 the registry of sent mail cannot be read or written\n"
        "    Free some disk space or correct the folder's permissions. Without the registry nothing is sent."
    )


def test_another_site_key_is_refused(day: MailDay) -> None:
    day.make([mailed(1)])
    with (
        pytest.raises(InvalidInputError, match="D02 this folder was created with another site key"),
        open_outbox(replace(day.context, key=b"x" * 32)),
    ):
        pass


def test_purge_removes_what_identifies_and_keeps_the_proof(day: MailDay) -> None:
    day.make([mailed(1, email="ada@other.example"), mailed(2)])
    day.queue()
    day.send(RecordingTransport(lambda to: SENT if to.startswith("ada") else LATER))
    assert purge(day.context, dt.timedelta(days=30)) == (0, 0)
    day.clock.advance(days=31)
    assert purge(day.context, dt.timedelta(days=30)) == (1, 1)
    one, two = day.messages()
    assert (one.masked_address, one.state, two.masked_address, two.state) == (
        "",
        "sent",
        "p***@s***.example",
        "deferred",
    )
    kept = b"".join(file.read_bytes() for file in day.folder.iterdir() if file.name.startswith("ledger.db"))
    assert b"p***@s***.example" in kept and b"a***@o***.example" not in kept  # not in a free page either
    assert one.sha256
    assert one.message_id
    assert not (day.folder / f"{one.packet}.pdf").exists()
    assert (day.folder / f"{two.packet}.pdf").exists()
    with open_outbox(day.context) as (ledger, _):
        assert ledger.events(one)[-1].phase == "purged"
        assert verify_folder(day.folder, ledger) == (1, ())  # purged files are not reported as missing
    (day.folder / f"{two.packet}.pdf").rename(day.place / "away.pdf")
    with open_outbox(day.context) as (ledger, _):
        assert [problem.code for problem in verify_folder(day.folder, ledger)[1]] == ["D07"]
    registry = SentMailRegistry(day.state)
    assert [mail.idempotency_key for mail in registry.mail_to_patient(one.patient)] == [one.idempotency_key]
    registry.close()


def test_a_hold_is_on_disk_before_the_next_mail_is_delivered(day: MailDay) -> None:
    day.make([mailed(1), mailed(2)])
    day.queue()
    (day.folder / f"{day.ids()[2]}.pdf").write_bytes(b"%PDF-1.7 changed")
    seen: list[str] = []

    def answer(_: str) -> DeliveryResult:
        ledger = MailLedger(day.folder / "ledger.db", day.clock)  # as another process finds it after a kill
        seen.extend(hold.code for hold in kept_holds(ledger))
        ledger.close()
        return SENT

    day.send(RecordingTransport(answer))
    assert seen == ["H06"] and day.states_of_mail() == ["cancelled", "sent"]


# dates against today's


def test_dates_are_checked_again_when_mail_is_queued_and_when_it_is_sent(day: MailDay) -> None:
    day.settings = replace(day.settings, deadline_hours=720)
    day.make([mailed(1)])
    day.clock.advance(days=-1, hours=-9)  # the evening before, in Chicago
    assert holds(day) == {2: "H70"}
    day.clock.advance(days=11, hours=9)
    assert holds(day) == {}
    day.clock.advance(days=25)
    assert [(hold.row, hold.code) for hold in day.send(always(SENT)).held] == [(2, "H72")]
    day.clock.advance(days=365)
    assert holds(day) == {2: "H71"}
    assert HOLDS["H71"][0] == "every recovery date in the packet has passed"
