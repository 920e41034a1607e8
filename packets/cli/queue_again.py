"""Queue again the packets that were held because of mail about which a person has decided."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from packets.cli import mail_output, options
from packets.errors import PacketsError

if TYPE_CHECKING:
    from packets.mail.outbox import MailContext


def queue_again(context: MailContext, content: Path | None, schedule: Path | None, profile: str | None) -> None:
    """Queue packets that were held because of mail that is settled now; say how if the schedule was not typed."""
    from packets.batch.packet_ledger import WEB_OUTBOX
    from packets.mail.holds import held_by_other_mail
    from packets.mail.outbox import open_outbox
    from packets.mail.queue import queue_packets

    with open_outbox(context) as (ledger, _):
        held = held_by_other_mail(ledger)
        is_batch = not ledger.get_meta(WEB_OUTBOX)
    if not held:
        return
    if is_batch and schedule is None:
        click.echo("Packets are held because of earlier mail. To queue those that can be mailed now:", err=True)
        click.echo(f"  mail queue {context.folder} --schedule FILE", err=True)
        return
    try:
        root, library = options.load_library(content)
        result = queue_packets(context, library, root, schedule, profile)
    except PacketsError:
        click.echo("Packets that were held because of this mail could not be queued:", err=True)
        raise
    for queued in result.new:
        click.echo(f"{queued.packet}  {queued.state}")
    mail_output.print_held(hold for hold in result.held if hold.packet_id in held)
