"""Print mails, held packets, and counts for the person at the command line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from packets.errors import ExitCode, Problem, UsageError

if TYPE_CHECKING:
    from packets.batch.void_packets import VoidPacket
    from packets.content.library import Library
    from packets.mail.holds import Hold
    from packets.mail.mail_ledger import MailLedger, Message
    from packets.mail.outbox import MailContext


def print_password(context: MailContext, ledger: MailLedger, message: Message, library: Library) -> int:
    from packets.mail.outbox import settings_of
    from packets.mail.password import password_for_patient

    password = password_for_patient(context.key, message, ledger.events(message), settings_of(library))
    if not password:
        hint = "It opens without one. Mails get one from when clinic.yaml says `passwords: yes` in the block `mail:`."
        raise UsageError(Problem("U35", "the PDF of this mail has no password", hint, "--password"))
    click.echo(password)
    return ExitCode.OK


def print_held(held: Iterable[Hold]) -> None:
    from packets.mail.holds import recommended_action

    for hold in held:
        row = f"row {hold.row}: " if hold.row else ""
        click.echo(
            f"{hold.packet_id}  does not go out. {row}{hold.code} {hold.reason}. {recommended_action(hold)}", err=True
        )


def tell_void(void: Iterable[VoidPacket], folder: Path) -> None:
    void = tuple(void)
    for each in void:
        click.echo(f"{each.packet_id}  was mailed and is void: {each.reason}. Call the patient.", err=True)
    if void:
        click.echo(f"For the calendar type: mail withdraw {folder} {void[0].packet_id} -o cancel.ics", err=True)
        click.echo(f"When the patient knows: mail withdraw {folder} {void[0].packet_id} --told", err=True)


def tell_where_not_looked(context: MailContext) -> None:
    """Say that mails of other users and computers are not known, where the clinic has not named a common place."""
    if not context.shared:
        click.echo("Only mails that you sent from this computer are known here. docs/mail.md: several users", err=True)


def print_waiting(messages: list[Message]) -> str:
    if not messages:
        return "None is waiting."
    first = min(dt.datetime.fromisoformat(message.next_try) for message in messages).astimezone()
    return f"{len(messages)} wait; type the command again after {first:%Y-%m-%d %H:%M}."


def print_unknown(unknown: list[Message], folder: Path) -> int:
    lines = [f"{len(unknown)} of unknown outcome: the relay may have taken the mail, but its answer was lost."]
    lines += [f"  {message.packet}  Message-ID {message.message_id}" for message in unknown]
    lines.append("They are not sent again. Look for the Message-ID in the relay's log, then type one of:")
    lines.append(f"  mail resolve {folder} {unknown[0].packet} --delivered       (found in the log)")
    lines.append(f"  mail resolve {folder} {unknown[0].packet} --not-delivered   (not there: it is queued again)")
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
