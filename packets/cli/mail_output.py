"""Print mail, held packets and counts on the command line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from packets.errors import ExitCode, Problem, UsageError
from packets.mail.states import MailState

if TYPE_CHECKING:
    from packets.batch.void_packets import VoidPacket
    from packets.content.library import Library
    from packets.mail.holds import Hold
    from packets.mail.mail_ledger import MailLedger, Message
    from packets.mail.outbox import MailContext
    from packets.mail.queue import QueueResult
    from packets.mail.send import SendResult

# In the order in which they are printed.
FAILURES = (
    MailState.REJECTED,
    MailState.FAILED,
    MailState.EXPIRED,
    MailState.CANCELLED,
    MailState.SUPERSEDED,
)


def print_password(context: MailContext, ledger: MailLedger, message: Message, library: Library) -> int:
    from packets.mail.outbox import settings_of
    from packets.mail.password import password_for_patient

    password = password_for_patient(context.key, message, ledger.events(message), settings_of(library))
    if not password:
        hint = "It opens without one. With `passwords: yes` under `mail:` in clinic.yaml, later mail gets one."
        raise UsageError(Problem("U35", "the PDF of this mail has no password", hint, "--password"))
    click.echo(password)
    return ExitCode.OK


def print_held(held: Iterable[Hold]) -> None:
    from packets.mail.holds import recommended_action

    for hold in held:
        row = f"row {hold.row}: " if hold.row else ""
        click.echo(f"{hold.packet_id}  is held. {row}{hold.code} {hold.reason}. {recommended_action(hold)}", err=True)


def print_queued(result: QueueResult) -> None:
    """Print which packets are held and why, which mail was taken out, and which patients have to be called."""
    from packets.mail.holds import HOLDS

    for hold in result.held:
        advice = " To send it anyway, use --release." if HOLDS[hold.code].can_override else ""
        click.echo(
            f"held      {hold.packet_id}  {f'row {hold.row}: ' if hold.row else ''}{hold.code} {hold.reason}.{advice}"
        )
    for message in result.superseded:
        reason = "its packet or address has changed, or another patient has the same address"
        click.echo(f"taken out {message.packet}: {reason}")
    for row in result.mailed_elsewhere:
        click.echo(
            f"row {row}: it is marked as cancelled, and its packet was mailed from another folder. Call the patient."
        )


def print_failures(result: SendResult, folder: Path) -> None:
    """Print the mail that was not sent and will not be, except held packets."""
    held = {hold.packet_id for hold in result.held}
    for state in FAILURES:
        for message in result.by_state.get(state, []):
            if message.packet not in held:
                details = f"see: mail show {folder} {message.packet}"
                click.echo(f"{message.packet}  {message.masked_address}: {state}; {details}", err=True)


def describe_result(result: SendResult) -> str:
    if not result.by_state and not result.waiting:
        return "The queue is empty. To queue mail, use: mail queue"
    counts = ", ".join(f"{len(messages)} {state}" for state, messages in result.by_state.items())
    return f"{counts or 'nothing was due'}. {describe_waiting(result.waiting)}"


def print_void(void: Iterable[VoidPacket], folder: Path) -> None:
    void = tuple(void)
    for packet in void:
        click.echo(
            f"{packet.packet_id}  was mailed and is no longer valid: {packet.reason}. Call the patient.", err=True
        )
    if void:
        click.echo(f"To cancel the calendar dates: mail withdraw {folder} {void[0].packet_id} -o cancel.ics", err=True)
        click.echo(f"When the patient knows: mail withdraw {folder} {void[0].packet_id} --patient-knows", err=True)


def print_registry_scope(context: MailContext) -> None:
    """Warn that mail of other users and computers is not known, unless the clinic has a shared registry."""
    if not context.shared:
        click.echo(
            "Only mail that you sent from this computer is known here. See docs/mail.md, several users.", err=True
        )


def describe_waiting(messages: list[Message]) -> str:
    if not messages:
        return "No mail is waiting."
    first = min(dt.datetime.fromisoformat(message.next_try) for message in messages).astimezone()
    return f"{len(messages)} waiting; run the command again after {first:%Y-%m-%d %H:%M}."


def print_unknown(unknown: list[Message], folder: Path) -> int:
    lines = [f"{len(unknown)} of unknown outcome: the mail server may have accepted the mail, but its answer was lost."]
    lines += [f"  {message.packet}  Message-ID {message.message_id}" for message in unknown]
    lines.append("They are not sent again. Look for the Message-ID in the mail server's log, then type one of:")
    lines.append(f"  mail resolve {folder} {unknown[0].packet} --delivered       (found in the log)")
    lines.append(f"  mail resolve {folder} {unknown[0].packet} --not-delivered   (not in the log: it is queued again)")
    click.echo("\n".join(lines), err=True)
    return ExitCode.UNKNOWN_MAIL


def as_json_of(message: Message) -> dict[str, Any]:
    return {
        "packet_id": message.packet,
        "state": str(message.state),
        "address": message.masked_address,
        "message_id": message.message_id,
        "attempts": message.attempts,
        "next_try": message.next_try,
    }
