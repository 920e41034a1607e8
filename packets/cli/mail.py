"""Queue, list, send, show, resolve, and cancel the mail of a folder."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from packets.cli import mail_output, options
from packets.cli.mail_context import mail_context
from packets.cli.queue_again import queue_again
from packets.errors import ExitCode, Problem, UsageError
from packets.mail.states import OVERRIDE_REASONS

F = TypeVar("F", bound=Callable[..., Any])
_PATH = click.Path(path_type=Path)


def _folder(function: F) -> F:
    return click.argument("folder", type=_PATH)(options.site_key(options.content(function)))


def _schedule(function: F) -> F:
    text = "The schedule of the batch; leave it out for the outbox of the web form."
    schedule = click.option("--schedule", type=_PATH, metavar="FILE", help=text)
    return schedule(options.schedule_profile(function))


@click.group()
def command() -> None:
    """Mail the packets of a batch to their patients, each at most once.

    \b
    Example:
      packets mail queue monday --schedule monday.csv
      packets mail list monday
      packets mail send monday --schedule monday.csv --dry-run
      packets mail send monday --schedule monday.csv
    """


@command.command(short_help="Queue the packets that may be mailed, and list why the rest are held.")
@_folder
@_schedule
@click.option("--release", metavar="PACKET", help="Send this held packet anyway; needs --because.")
@click.option("--because", type=click.Choice(OVERRIDE_REASONS), help="With --release: the reason.")
@options.quiet
@options.as_json
def queue(
    folder: Path,
    site_key: Path | None,
    schedule: Path | None,
    profile: str | None,
    content: Path | None,
    release: str | None,
    because: str | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Queue the packets of a batch that may be mailed, and list why the others are held.

    Nothing is sent yet. Run the command again after each batch.

    \b
    Example:
      packets mail queue monday --schedule monday.csv
      packets mail queue monday --schedule monday.csv --release 7KQ4-M2F4 --because rescheduled
    """
    from packets.mail.holds import HOLDS
    from packets.mail.queue import queue_packets as fill_queue

    if bool(release) is not bool(because):
        hint = f"Type both: --release PACKET --because {'|'.join(OVERRIDE_REASONS)}"
        raise UsageError(Problem("U31", "--release and --because must be used together", hint, "--release"))
    root, library = options.load_library(content)
    released = {release: because} if release and because else {}
    context = mail_context(folder, site_key, content)
    result = fill_queue(context, library, root, schedule, profile, released)
    if as_json:
        lists = {name: getattr(result, name) for name in ("new", "waiting", "sent", "superseded")}
        held = [{"packet_id": hold.packet_id, "row": hold.row, "code": hold.code} for hold in result.held]
        packets = {name: [message.packet for message in messages] for name, messages in lists.items()}
        click.echo(json.dumps(packets | {"held": held, "call": result.mailed_elsewhere}))
        return ExitCode.OK
    mail_output.print_queued(result)
    if not quiet:
        click.echo(
            f"{len(result.new)} newly queued, {len(result.waiting)} already queued, {len(result.sent)} already sent, "
            f"{len(result.held)} held, {len(result.superseded)} taken out."
        )
        mail_output.print_registry_scope(context)
    for hold in (hold for hold in result.held if hold.packet_id == release):
        can_override = HOLDS[hold.code].can_override
        reason = (
            "this needs your decision too; to send it anyway, run the command again"
            if can_override
            else "correct this first"
        )
        click.echo(f"{release} was not queued: {reason}.", err=True)
        return ExitCode.SOME_ROWS_FAILED
    return ExitCode.OK


@command.command("list", short_help="List the mail of a folder, with masked addresses.")
@_folder
@options.as_json
def list_(folder: Path, site_key: Path | None, content: Path | None, as_json: bool) -> int:
    """List the mail of a folder by packet id, with masked addresses. The exit code is 7 if an outcome is unknown.

    \b
    Example:
      packets mail list monday
    """
    from packets.batch.void_packets import void_mailed_packets
    from packets.mail.outbox import open_outbox
    from packets.mail.states import MailState

    with open_outbox(mail_context(folder, site_key, content)) as (ledger, _):
        messages, void = list(ledger.messages()), void_mailed_packets(ledger)
    if as_json:
        void_ids = {packet.packet_id for packet in void}
        click.echo(
            json.dumps([mail_output.as_json_of(message) | {"void": message.packet in void_ids} for message in messages])
        )
    else:
        for message in messages:
            click.echo(f"{message.packet}  {message.state:10} {message.masked_address or '(purged)'}")
        if not messages:
            click.echo("There is no mail in this folder. To queue mail, use: mail queue")
    mail_output.print_void(void, folder)
    unknown = [message for message in messages if message.state is MailState.UNKNOWN]
    return mail_output.print_unknown(unknown, folder) if unknown else ExitCode.OK


@command.command()
@_folder
@_schedule
@click.option(
    "--password-file", type=_PATH, metavar="FILE", help="The mail server's password, if clinic.yaml names a user."
)
@click.option("--dry-run", is_flag=True, help="Only list what would be sent now, without connecting.")
@options.quiet
def send(
    folder: Path,
    site_key: Path | None,
    schedule: Path | None,
    profile: str | None,
    content: Path | None,
    password_file: Path | None,
    dry_run: bool,
    quiet: bool,
) -> int:
    """Send the queued mail that is due. Run the command again to send mail that has to wait.

    \b
    Example:
      packets mail send monday --schedule monday.csv --dry-run
      packets mail send monday --schedule monday.csv
    """
    import time

    from packets.cli.signals import graceful_shutdown
    from packets.mail.outbox import settings_of
    from packets.mail.send import send as send_mails
    from packets.mail.smtp import SmtpTransport, read_relay_password, tls_context

    root, library = options.load_library(content)
    settings = settings_of(library)
    secret = read_relay_password(password_file) if password_file else ""
    if settings.user and not secret and not dry_run:
        hint = "Put it on the first line of a file that only you can read: --password-file FILE"
        raise UsageError(Problem("U32", "the mail server's password is missing", hint, "--password-file"))
    tls = tls_context(settings)
    context = mail_context(folder, site_key, content)
    with graceful_shutdown() as stop:
        result = send_mails(
            context,
            library,
            root,
            schedule,
            profile,
            lambda: SmtpTransport(settings, tls, secret),
            pause=time.sleep,
            stop=stop,
            dry_run=dry_run,
        )
        interrupted = stop()
    for message in result.ready:
        click.echo(f"{message.packet}  {message.masked_address}")
    mail_output.print_held(result.held)
    if dry_run:
        click.echo(f"{len(result.ready)} would be sent now. Nothing was sent: this was a dry run.")
        return ExitCode.OK
    mail_output.print_failures(result, folder)
    if not quiet:
        click.echo(mail_output.describe_result(result))
        mail_output.print_registry_scope(context)
    if result.unknown:
        mail_output.print_unknown(result.unknown, folder)
    if result.stopped:
        click.echo(str(result.stopped), err=True)
        return ExitCode.INVALID_INPUT
    if interrupted:
        click.echo("Interrupted. The outcome of the mail being sent is recorded; the rest is still queued.", err=True)
        return ExitCode.INTERRUPTED
    if result.unknown:
        return ExitCode.UNKNOWN_MAIL
    return ExitCode.SOME_ROWS_FAILED if result.by_state.keys() & {*mail_output.FAILURES} else ExitCode.OK


@command.command(short_help="Show the history of a packet's mail.")
@_folder
@click.argument("packet")
@click.option(
    "--password", "show_password", is_flag=True, help="Print only the password of its PDF, to give to the patient."
)
def show(folder: Path, site_key: Path | None, packet: str, show_password: bool, content: Path | None) -> int:
    """Show the history of a packet's mail: each step, when, by whom, and the mail server's reply code.

    \b
    Example:
      packets mail show monday 7KQ4-M2F4
      packets mail show monday 7KQ4-M2F4 --password
    """
    from packets.mail.decisions import messages_of_packet
    from packets.mail.holds import HOLDS
    from packets.mail.outbox import open_outbox
    from packets.mail.password import PROTECTED, UNPROTECTED

    context = mail_context(folder, site_key, content)
    with open_outbox(context) as (ledger, _):
        messages = messages_of_packet(context, ledger, packet)
        if show_password:
            return mail_output.print_password(context, ledger, messages[-1], options.load_library(content)[1])
        for message in messages:
            decision = f", sent anyway by a person ({message.override_reason})" if message.overridden else ""
            click.echo(f"{message.packet}  {message.state}  {message.masked_address or '(purged)'}{decision}")
            click.echo(f"Message-ID {message.message_id}")
            click.echo(f"attachment sha256 {message.sha256}")
            for event in ledger.events(message):
                where = f" at {event.phase}" if event.phase else ""
                if event.phase in (PROTECTED, UNPROTECTED):
                    where = f" {event.phase}"
                if event.phase in HOLDS:
                    where = f": {event.phase} {HOLDS[event.phase].reason}"
                code = f", reply code {event.code}" if event.code else ""
                click.echo(f"  {event.at}  {event.before or 'new'} -> {event.after}{where}{code}  ({event.actor})")
    return ExitCode.OK


@command.command()
@_folder
@click.argument("packet")
@_schedule
@click.option("--delivered/--not-delivered", default=None, help="What the mail server's log shows.")
def resolve(
    folder: Path,
    site_key: Path | None,
    schedule: Path | None,
    profile: str | None,
    content: Path | None,
    packet: str,
    delivered: bool | None,
) -> int:
    """Record whether mail of unknown outcome was delivered. If not, it is queued again.

    Packets that were held because of this mail are queued, or held for the reason that remains.

    \b
    Example:
      packets mail resolve monday 7KQ4-M2F4 --schedule monday.csv --delivered
      packets mail resolve monday 7KQ4-M2F4 --schedule monday.csv --not-delivered
    """
    from packets.mail.decisions import resolve as decide

    if delivered is None:
        hint = "Look for its Message-ID in the mail server's log. If it is there: --delivered, else: --not-delivered"
        raise UsageError(Problem("U33", "the outcome is missing", hint, "--delivered"))
    context = mail_context(folder, site_key, content)
    message = decide(context, packet, delivered=delivered)
    click.echo(f"{message.packet}  {message.state}")
    queue_again(context, content, schedule, profile)
    return ExitCode.OK


@command.command()
@_folder
@click.argument("packet")
@_schedule
def cancel(
    folder: Path, site_key: Path | None, schedule: Path | None, profile: str | None, content: Path | None, packet: str
) -> int:
    """Cancel queued mail that was not sent.

    Packets that were held because of this mail are queued, or held for the reason that remains.

    \b
    Example:
      packets mail cancel monday 7KQ4-M2F4 --schedule monday.csv
    """
    from packets.mail.decisions import cancel as decide

    context = mail_context(folder, site_key, content)
    message = decide(context, packet)
    click.echo(f"{message.packet}  {message.state}")
    queue_again(context, content, schedule, profile)
    return ExitCode.OK


@command.command(short_help="Take back the dates of mail that is no longer valid.")
@_folder
@click.argument("packet")
@click.option(
    "-o", "--output", type=_PATH, metavar="FILE", help="Write a calendar file to send to the patient: cancel.ics"
)
@click.option("--patient-knows", "knows", is_flag=True, help="Stop listing the packet: the patient has been told.")
@click.option("--told", is_flag=True, hidden=True)  # the earlier name
def withdraw(
    folder: Path, site_key: Path | None, packet: str, output: Path | None, knows: bool, told: bool, content: Path | None
) -> int:
    """Take back the dates of a packet that was mailed before its operation was cancelled.

    Call the patient first, because not every calendar program removes the dates. Nothing is sent.

    \b
    Example:
      packets mail withdraw monday 7KQ4-M2F4 -o cancel.ics
      packets mail withdraw monday 7KQ4-M2F4 --patient-knows
    """
    from packets.mail.decisions import calendar_cancellation, mark_patient_notified
    from packets.storage.files import write_whole

    if (output is None) is not (knows or told):
        hint = "Type -o cancel.ics for the calendar file, or --patient-knows once the patient has been told."
        raise UsageError(Problem("U80", "choose one of -o and --patient-knows", hint, "mail withdraw"))
    context = mail_context(folder, site_key, content)
    if output is None:
        mark_patient_notified(context, packet)
        click.echo(f"{packet}  the patient knows")
        return ExitCode.OK
    write_whole(output, calendar_cancellation(context, options.load_library(content)[1], packet).encode())
    click.echo(f"{output}: attach it to a mail to the patient. It removes the dates from most calendars.")
    return ExitCode.OK


@command.command(short_help="Remove what identifies patients, and keep the proof of mailing.")
@_folder
@click.option("--older-than", required=True, metavar="DAYS", help="Such as 30d.")
def purge(folder: Path, site_key: Path | None, content: Path | None, older_than: str) -> int:
    """Remove what identifies patients: masked addresses, and PDFs that were mailed or replaced.

    Fingerprints, digests and the history of each mail stay as proof. Destroy schedules, print runs and paper yourself.

    \b
    Example:
      packets mail purge monday --older-than 30d
    """
    from packets.mail.decisions import purge as purge_folder

    match = re.fullmatch(r"([0-9]{1,4})d", older_than)
    if not match:
        raise UsageError(Problem("U34", "this is not a number of days", "Write it this way: 30d", "--older-than"))
    message_count, file_count = purge_folder(mail_context(folder, site_key, content), dt.timedelta(days=int(match[1])))
    mails, files = options.counted(message_count, "mail", "mails"), options.counted(file_count, "file", "files")
    click.echo(f"{mails} purged, {files} removed.")
    return ExitCode.OK


@command.command("accept-restore", short_help="Accept a folder that was restored from a backup or moved.")
@_folder
def accept_restore(folder: Path, site_key: Path | None, content: Path | None) -> int:
    """Accept a folder that was restored from a backup, or moved from another computer.

    Its waiting mail is cancelled, because it may have been sent since.

    \b
    Example:
      packets mail accept-restore monday
    """
    from packets.mail.decisions import accept_restore as accept

    cancelled, unknown = accept(mail_context(folder, site_key, content))
    waiting = options.counted(len(cancelled), "waiting mail", "waiting mails")
    click.echo(f"{waiting} cancelled, {len(unknown)} of unknown outcome.")
    return ExitCode.OK
