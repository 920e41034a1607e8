"""Queue, list, send, show, resolve, and cancel the mail of a folder."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from packets.cli import mail_output as telling
from packets.cli import options
from packets.cli.mail_context import library_of, mail_context
from packets.errors import ExitCode, Problem, UsageError

if TYPE_CHECKING:
    pass

F = TypeVar("F", bound=Callable[..., Any])
_PATH = click.Path(path_type=Path)
_REASONS = ("rescheduled", "corrected", "address-checked", "shared-address", "asked-again")


def _folder(function: F) -> F:
    key = click.option("--site-key", type=_PATH, metavar="FILE", help="Default: in your own settings.")
    return click.argument("folder", type=_PATH)(key(options.content(function)))


def _schedule(function: F) -> F:
    text = "The schedule of the batch; none for an outbox of the page."
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


@command.command(short_help="Queue what may be mailed, and say why the rest is held.")
@_folder
@_schedule
@click.option("--release", metavar="PACKET", help="Let this packet go out although it is held; needs --because.")
@click.option("--because", type=click.Choice(_REASONS), help="Why, with --release.")
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
    """Put the packets of a batch that may be mailed into the queue, and say why each other one is held.

    Nothing is sent yet. Type the same command again after a new batch.

    \b
    Example:
      packets mail queue monday --schedule monday.csv
      packets mail queue monday --schedule monday.csv --release 7KQ4-M2F4 --because rescheduled
    """
    from packets.mail.holds import HOLDS
    from packets.mail.queue import queue_packets as fill_queue

    if bool(release) is not bool(because):
        hint = f"Type both: --release PACKET --because {'|'.join(_REASONS)}"
        raise UsageError(Problem("U31", "--release and --because belong together", hint, "--release"))
    root, library = library_of(content)
    released = {release: because} if release and because else {}
    desk = mail_context(folder, site_key, content)
    done = fill_queue(desk, library, root, schedule, profile, released)
    if as_json:
        lists = {name: getattr(done, name) for name in ("new", "waiting", "sent", "superseded")}
        held = [{"packet_id": each.packet_id, "row": each.row, "code": each.code} for each in done.held]
        packets = {name: [each.packet for each in of] for name, of in lists.items()}
        click.echo(json.dumps(packets | {"held": held, "call": done.mailed_elsewhere}))
        return ExitCode.OK
    for hold in done.held:
        may = " To send it anyway, use --release." if HOLDS[hold.code][1] else ""
        click.echo(
            f"held      {hold.packet_id}  {f'row {hold.row}: ' if hold.row else ''}{hold.code} {hold.reason}.{may}"
        )
    for message in done.superseded:
        why = "its packet or its address is no longer the one, or another patient has the address"
        click.echo(f"taken out {message.packet}: {why}")
    for row in done.mailed_elsewhere:
        click.echo(f"row {row}: it says cancelled, and its packet was mailed from another folder. Call the patient.")
    if not quiet:
        click.echo(
            f"{len(done.new)} new in the queue, {len(done.waiting)} were there, {len(done.sent)} sent before, "
            f"{len(done.held)} held, {len(done.superseded)} taken out."
        )
        telling.tell_where_not_looked(desk)
    for hold in (each for each in done.held if each.packet_id == release):
        why = "this is to be decided too; if it is right, type the same again" if HOLDS[hold.code][1] else ""
        click.echo(f"{release} was not let out: {why or 'this has to be put right first'}.", err=True)
        return ExitCode.SOME_ROWS_FAILED
    return ExitCode.OK


@command.command("list", short_help="List the mails by packet id, with a hint of each address.")
@_folder
@options.as_json
def list_(folder: Path, site_key: Path | None, content: Path | None, as_json: bool) -> int:
    """List the mails of a folder by packet id; of an address a hint only. Exit code 7 where one is unknown.

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
        gone = {each.packet_id for each in void}
        click.echo(json.dumps([telling.as_json_of(each) | {"void": each.packet in gone} for each in messages]))
    else:
        for message in messages:
            click.echo(f"{message.packet}  {message.state:10} {message.masked_address or '(purged)'}")
        if not messages:
            click.echo("There is no mail in this folder. To queue some: mail queue")
    telling.tell_void(void, folder)
    unknown = [message for message in messages if message.state is MailState.UNKNOWN]
    return telling.print_unknown(unknown, folder) if unknown else ExitCode.OK


@command.command()
@_folder
@_schedule
@click.option("--password-file", type=_PATH, metavar="FILE", help="The relay's password, where clinic.yaml has a user.")
@click.option("--dry-run", is_flag=True, help="Only say what would go out now; no connection is made.")
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
    """Send what is in the queue and due. What has to wait goes out when the command is typed again.

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

    root, library = library_of(content)
    settings = settings_of(library)
    secret = read_relay_password(password_file) if password_file else ""
    if settings.user and not secret and not dry_run:
        hint = "Put it on the first line of a file that only you can read: --password-file FILE"
        raise UsageError(Problem("U32", "the relay's password is missing", hint, "--password-file"))
    context = tls_context(settings)
    desk = mail_context(folder, site_key, content)
    with graceful_shutdown() as stop:
        done = send_mails(
            desk,
            library,
            root,
            schedule,
            profile,
            lambda: SmtpTransport(settings, context, secret),
            pause=time.sleep,
            stop=stop,
            dry_run=dry_run,
        )
        interrupted = stop()
    if dry_run:
        for message in done.ready:
            click.echo(f"{message.packet}  {message.masked_address}")
        telling.print_held(done.held)
        click.echo(f"{len(done.ready)} would go out now. Nothing was sent: this was a dry run.")
        return ExitCode.OK
    telling.print_held(done.held)
    held = {hold.packet_id for hold in done.held}
    bad = ("rejected", "failed", "expired", "cancelled", "superseded")
    for state in bad:
        for message in (each for key, of in done.by_state.items() if key == state for each in of):
            if message.packet not in held:
                see = f"see: mail show {folder} {message.packet}"
                click.echo(f"{message.packet}  {message.masked_address}: {state}; {see}", err=True)
    if not quiet:
        counts = ", ".join(f"{len(of)} {state}" for state, of in done.by_state.items()) or "nothing was due"
        idle = not done.by_state and not done.waiting
        click.echo(
            "Nothing is in the queue. To fill it: mail queue"
            if idle
            else f"{counts}. {telling.print_waiting(done.waiting)}"
        )
        telling.tell_where_not_looked(desk)
    if done.unknown:
        telling.print_unknown(done.unknown, folder)
    if done.stopped:
        click.echo(str(done.stopped), err=True)
        return ExitCode.REFUSED
    if interrupted:
        click.echo("Interrupted. The mail that was on its way is accounted for; the others wait.", err=True)
        return ExitCode.INTERRUPTED
    if done.unknown:
        return ExitCode.UNKNOWN_MAIL
    return ExitCode.SOME_ROWS_FAILED if any(state in bad for state in done.by_state) else ExitCode.OK


@command.command(short_help="Show all that is known of a packet's mail.")
@_folder
@click.argument("packet")
@click.option(
    "--password", "of_pdf", is_flag=True, help="Print the password of its PDF, to tell the patient, and no more."
)
def show(folder: Path, site_key: Path | None, packet: str, of_pdf: bool, content: Path | None) -> int:
    """Show everything that is known of a packet's mail: each step, when, by whom, and the relay's code.

    \b
    Example:
      packets mail show monday 7KQ4-M2F4
      packets mail show monday 7KQ4-M2F4 --password
    """
    from packets.mail.decisions import messages_of_packet
    from packets.mail.holds import HOLDS
    from packets.mail.outbox import open_outbox
    from packets.mail.password import PROTECTED, UNPROTECTED

    desk = mail_context(folder, site_key, content)
    with open_outbox(desk) as (ledger, _):
        found = messages_of_packet(desk, ledger, packet)
        if of_pdf:
            return telling.print_password(desk, ledger, found[-1], library_of(content)[1])
        for message in found:
            again = f", let pass by a person ({message.override_reason})" if message.overridden else ""
            click.echo(f"{message.packet}  {message.state}  {message.masked_address or '(purged)'}{again}")
            click.echo(f"Message-ID {message.message_id}")
            click.echo(f"attachment sha256 {message.sha256}")
            for event in ledger.events(message):
                where = f" at {event.phase}" if event.phase else ""
                if event.phase in (PROTECTED, UNPROTECTED):
                    where = f" {event.phase}"
                if event.phase in HOLDS:
                    where = f": {event.phase} {HOLDS[event.phase][0]}"
                code = f", the relay said {event.code}" if event.code else ""
                click.echo(f"  {event.at}  {event.before or 'new'} -> {event.after}{where}{code}  ({event.actor})")
    return ExitCode.OK


@command.command()
@_folder
@click.argument("packet")
@click.option("--delivered/--not-delivered", default=None, help="What the relay's log says.")
def resolve(folder: Path, site_key: Path | None, content: Path | None, packet: str, delivered: bool | None) -> int:
    """Say what became of a mail of unknown outcome. One that was not delivered is queued again.

    \b
    Example:
      packets mail resolve monday 7KQ4-M2F4 --delivered
      packets mail resolve monday 7KQ4-M2F4 --not-delivered
    """
    from packets.mail.decisions import resolve as decide

    if delivered is None:
        hint = "Look for its Message-ID in the relay's log. Found: --delivered, else: --not-delivered"
        raise UsageError(Problem("U33", "what became of it is missing", hint, "--delivered"))
    message = decide(mail_context(folder, site_key, content), packet, delivered=delivered)
    click.echo(f"{message.packet}  {message.state}")
    return ExitCode.OK


@command.command()
@_folder
@click.argument("packet")
def cancel(folder: Path, site_key: Path | None, content: Path | None, packet: str) -> int:
    """Take a mail that has not gone out from the queue.

    \b
    Example:
      packets mail cancel monday 7KQ4-M2F4
    """
    from packets.mail.decisions import cancel as decide

    message = decide(mail_context(folder, site_key, content), packet)
    click.echo(f"{message.packet}  {message.state}")
    return ExitCode.OK


@command.command(short_help="After a cancellation: take the dates of a mail back, or say that the patient knows.")
@_folder
@click.argument("packet")
@click.option("-o", "--output", type=_PATH, metavar="FILE", help="Write a calendar file for you to send: cancel.ics")
@click.option("--told", is_flag=True, help="The patient was told; do not list the packet any more.")
def withdraw(
    folder: Path, site_key: Path | None, packet: str, output: Path | None, told: bool, content: Path | None
) -> int:
    """Take back the dates of a packet that was mailed before its operation was cancelled.

    Call the patient first: no program knows whether a calendar obeys. Nothing is sent.

    \b
    Example:
      packets mail withdraw monday 7KQ4-M2F4 -o cancel.ics
      packets mail withdraw monday 7KQ4-M2F4 --told
    """
    from packets.mail.decisions import calendar_cancellation, mark_patient_notified
    from packets.storage.files import write_whole

    if (output is None) is not told:
        hint = "Type one: -o cancel.ics for the calendar file, or --told when the patient knows."
        raise UsageError(Problem("U80", "what to do is missing", hint, "mail withdraw"))
    desk = mail_context(folder, site_key, content)
    if output is None:
        mark_patient_notified(desk, packet)
        click.echo(f"{packet}  the patient was told")
        return ExitCode.OK
    write_whole(output, calendar_cancellation(desk, library_of(content)[1], packet).encode())
    click.echo(f"{output}: attach it to a mail to the patient. It takes the dates out of most calendars.")
    return ExitCode.OK


@command.command(short_help="Take away what identifies, keep what proves.")
@_folder
@click.option("--older-than", required=True, metavar="DAYS", help="Such as 30d.")
def purge(folder: Path, site_key: Path | None, content: Path | None, older_than: str) -> int:
    """Take away what identifies (PDFs that were mailed or replaced, hints of addresses), keep what proves.

    Fingerprints, digests and the steps of each mail stay. Schedules, print runs and printed paper are yours to destroy.

    \b
    Example:
      packets mail purge monday --older-than 30d
    """
    from packets.mail.decisions import purge as take_away

    match = re.fullmatch(r"([0-9]{1,4})d", older_than)
    if not match:
        raise UsageError(Problem("U34", "this is not a number of days", "Write it like this: 30d", "--older-than"))
    mails, files = take_away(mail_context(folder, site_key, content), dt.timedelta(days=int(match[1])))
    click.echo(f"{mails} mails purged, {files} files removed.")
    return ExitCode.OK


@command.command("accept-restore", short_help="Use a folder again that was brought back or moved.")
@_folder
def accept_restore(folder: Path, site_key: Path | None, content: Path | None) -> int:
    """Use a folder again that was brought back from a backup, or comes from another computer.

    What was waiting in it is cancelled, for it may have gone out since.

    \b
    Example:
      packets mail accept-restore monday
    """
    from packets.mail.decisions import accept_restore as accept

    cancelled, unknown = accept(mail_context(folder, site_key, content))
    click.echo(f"{len(cancelled)} waiting mails cancelled, {len(unknown)} of unknown outcome.")
    return ExitCode.OK
