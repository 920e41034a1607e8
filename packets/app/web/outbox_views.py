"""The folder of a batch in, its mails and what waits for a person out; and what the person decides."""

from __future__ import annotations

import datetime as dt
import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from packets.app.web.sessions import Session
from packets.errors import PacketsError, Problem
from packets.jobs.ledger_mail import Message
from packets.jobs.ledger_mail_tables import WAITING, MailState
from packets.jobs.ledger_register import state_folder
from packets.jobs.outbox import Desk, opened
from packets.jobs.outbox_decide import cancel, resolve

SAID = {
    MailState.QUEUED: "Waits to be sent",
    MailState.DEFERRED: "Tried, will be tried again",
    MailState.SENDING: "Is being sent",
    MailState.COMMITTING: "Is being sent",
    MailState.SENT: "Sent",
    MailState.REJECTED: "Refused by the mail server",
    MailState.FAILED: "Tried too often",
    MailState.UNKNOWN: "Nobody knows whether it went out",
    MailState.CANCELLED: "Cancelled",
    MailState.SUPERSEDED: "Replaced before it went out",
    MailState.EXPIRED: "Too late",
}
# A person finds another way to reach the patient, or finds out what became of it.
FOR_A_PERSON = (MailState.UNKNOWN, MailState.REJECTED, MailState.FAILED, MailState.EXPIRED)
DECISIONS = ("delivered", "not-delivered", "cancel")


@dataclass(frozen=True, slots=True, repr=False)
class Outbox:
    """A folder whose mails are looked at; what the last decision came to, if it was refused."""

    folder: Path
    problems: tuple[Problem, ...] = ()


class OutboxPages:
    """`key` is the site's; `session` gives the one of this request."""

    def __init__(self, key: Callable[[], bytes], session: Callable[[], Session[object]]) -> None:
        self.key = key
        self.session = session

    def rules(self) -> tuple[tuple[str, str, Callable[..., AnyResponse | str]], ...]:
        return (
            ("/outbox", "GET", self.outbox),
            ("/outboxes", "POST", self.open_outbox),
            ("/outboxes/<key>", "GET", self.show_outbox),
            ("/outboxes/<key>/decide", "POST", self.decide),
        )

    def outbox(self) -> str:
        return render_template("outbox_form.html", typed="", told=None)

    def open_outbox(self) -> AnyResponse | str:
        typed = request.form.get("folder", "").strip()
        if not Path(typed).is_absolute():
            hint = "Type the whole path of the folder that the packets of a day were made in."
            told = Problem("A04", "the folder is not a whole path", hint, field="folder")
            return render_template("outbox_form.html", typed=typed, told=told)
        return self._shown(Outbox(Path(typed)))

    def show_outbox(self, key: str) -> str:
        """Read anew each time: mail is sent by a command, and may be on its way now."""
        box = self._box(key)
        messages: tuple[Message, ...] = ()
        problems = box.problems
        try:
            with opened(self._desk(box.folder)) as (ledger, _):
                messages = tuple(ledger.messages())
        except PacketsError as fault:
            problems = fault.problems
        return render_template(
            "outbox.html",
            key=key,
            box=box,
            problems=problems,
            waiting=[message for message in messages if message.state in FOR_A_PERSON],
            others=[message for message in messages if message.state not in FOR_A_PERSON],
            said=SAID,
            unknown=MailState.UNKNOWN,
            cancellable=WAITING,
        )

    def decide(self, key: str) -> AnyResponse:
        box = self._box(key)
        packet, decision = request.form.get("packet", ""), request.form.get("decision", "")
        if decision not in DECISIONS:
            abort(400)
        problems: tuple[Problem, ...] = ()
        try:
            if decision == "cancel":
                cancel(self._desk(box.folder), packet)
            else:
                resolve(self._desk(box.folder), packet, delivered=decision == "delivered")
        except PacketsError as fault:
            problems = fault.problems
        return self._shown(Outbox(box.folder, problems))

    def _shown(self, box: Outbox) -> AnyResponse:
        return redirect(url_for("show_outbox", key=self.session().keep(box)), 303)

    def _box(self, key: str) -> Outbox:
        box = self.session().views.get(key)
        if not isinstance(box, Outbox):
            abort(410)
        return box

    def _desk(self, folder: Path) -> Desk:
        try:
            actor = getpass.getuser()
        except (OSError, KeyError):
            actor = "unnamed"
        return Desk(folder, state_folder(os.environ), self.key(), lambda: dt.datetime.now().astimezone(), actor)
