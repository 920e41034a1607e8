"""A packet mailed before its operation was cancelled is listed until the patient is notified."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import icalendar
import pytest

from packets.errors import ExitCode
from tests.mail.conftest import Authority
from tests.mail.day import MailDay, mailed
from tests.mail.faults import Relay
from tests.mail.test_command import CommandLine, context  # noqa: F401  a fixture


def calendar_of(data: bytes) -> icalendar.Calendar:
    message = message_from_bytes(data, policy=SMTP)
    assert isinstance(message, EmailMessage)
    (part,) = (part for part in message.walk() if part.get_content_type() == "text/calendar")
    return icalendar.Calendar.from_ical(part.get_content())


def uids(calendar: icalendar.Calendar) -> set[str]:
    return {str(event["UID"]) for event in calendar.walk("VEVENT")}


@pytest.fixture
def mailed_day(day: MailDay, context: CommandLine, authority: Authority) -> tuple[CommandLine, dict[int, str], bytes]:  # noqa: F811
    """Mail three patients; return the command line, their packet ids, and the first mail."""
    day.write([mailed(1), mailed(2), mailed(3)])
    assert context.type("batch", str(day.schedule), "-o", str(day.folder), "--quiet").code == 0
    ids = {row: packet for row, packet in day.ids().items() if row}
    with Relay(lambda _: "none", authority.relay()) as relay:
        context.relay_at(relay.port)
        assert context.mail("queue").code == 0
        assert context.mail("send").code == 0
    return context, ids, relay.accepted[0].data


def test_batch_and_mail_list_void_packets_until_the_patient_is_notified(
    day: MailDay, mailed_day: tuple[CommandLine, dict[int, str], bytes]
) -> None:
    context, ids, _ = mailed_day  # noqa: F811
    day.write([mailed(1, status="cancelled"), mailed(2)])
    again = context.type("batch", str(day.schedule), "-o", str(day.folder))
    for row, name in ((2, "row 2"), (4, "schedule")):
        assert (
            f"{name}: Q80 packet {ids[row]} was mailed, with dates for a calendar, and is void now\n"
            f"    Call the patient. Then type: mail withdraw FOLDER {ids[row]} --patient-knows\n"
        ) in again.err
    assert f"Q80 packet {ids[3]}" not in again.err
    assert [code for _, _, code in day.codes()].count("Q80") == 2
    listed = context.mail("list").err
    assert f"{ids[2]}  was mailed and is no longer valid: its row is marked as cancelled. Call the patient.\n" in listed
    assert (
        f"{ids[4]}  was mailed and is no longer valid: its row was removed from the schedule or has an error." in listed
    )
    for row in (2, 4):
        assert context.mail("withdraw", ids[row], "--patient-knows").code == ExitCode.OK
    assert "void" not in context.mail("list").err
    assert "Q80" not in context.type("batch", str(day.schedule), "-o", str(day.folder)).err


def test_the_calendar_cancellation_covers_every_date_of_the_mail(
    day: MailDay, mailed_day: tuple[CommandLine, dict[int, str], bytes]
) -> None:
    context, ids, mail = mailed_day  # noqa: F811
    day.write([mailed(1, status="cancelled"), mailed(2), mailed(3)])
    context.type("batch", str(day.schedule), "-o", str(day.folder), "--quiet")
    file = day.place / "cancel.ics"
    done = context.mail("withdraw", ids[2], "-o", str(file), "--content", str(context.content))
    assert done.code == ExitCode.OK, done.err
    before, after = calendar_of(mail), icalendar.Calendar.from_ical(file.read_bytes())
    assert str(after["METHOD"]) == "CANCEL"
    assert uids(before) and uids(before) <= uids(after)
    for event in after.walk("VEVENT"):
        assert (str(event["STATUS"]), event["SEQUENCE"]) == ("CANCELLED", 1)
    text = file.read_text("utf-8")
    assert not [word for word in ("Bruno", "00000001", "foraminotomy", "collar", "2026-12-07") if word in text]


def test_a_valid_packet_cannot_be_withdrawn(mailed_day: tuple[CommandLine, dict[int, str], bytes]) -> None:
    context, ids, _ = mailed_day  # noqa: F811
    refused = context.mail("withdraw", ids[2], "--patient-knows")
    assert refused.code == ExitCode.INVALID_INPUT
    assert f"X80 the mail of packet {ids[2]} does not have to be taken back" in refused.err
    assert "U80 choose one of -o and --patient-knows" in context.mail("withdraw", ids[2]).err
    assert "X32 there is no mail of this packet" in context.mail("withdraw", "7KQ4-M2F4", "--patient-knows").err
    assert context.mail("withdraw", ids[2], "--told").err == refused.err  # the earlier name of the option
    assert "--told" not in context.mail("withdraw", "--help").out


def test_a_cancelled_row_mailed_from_another_folder_is_reported_when_queueing(
    day: MailDay, mailed_day: tuple[CommandLine, dict[int, str], bytes]
) -> None:
    context, _, _ = mailed_day  # noqa: F811
    day.folder = day.place / "tuesday"
    day.write([mailed(1, status="cancelled"), mailed(4), mailed(5, status="cancelled")])
    assert context.type("batch", str(day.schedule), "-o", str(day.folder), "--quiet").code == ExitCode.OK
    queued = context.mail("queue")
    assert (
        "row 2: it is marked as cancelled, and its packet was mailed from another folder. Call the patient.\n"
        "1 newly queued"
    ) in queued.out
    assert "row 4" not in queued.out
