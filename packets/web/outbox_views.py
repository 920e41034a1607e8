"""Show the mails of a folder and let a person decide about those that wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from packets.batch.void_packets import VoidPacket, void_mailed_packets
from packets.errors import PacketsError, Problem, UsageError
from packets.mail.decisions import cancel, resolve
from packets.mail.holds import HOLDS, OVERRIDE_REASONS, Hold, current_holds, recommended_action
from packets.mail.mail_ledger import Message
from packets.mail.outbox import open_outbox
from packets.mail.queue import queue_packets
from packets.mail.states import WAITING, MailState
from packets.mail.web_outbox import withdraw_mail
from packets.web.folders import folder_of
from packets.web.mail_views import mail_context
from packets.web.packet_service import PacketService
from packets.web.sessions import Session

SAID = {
    MailState.QUEUED: "Waits to be sent",
    MailState.DEFERRED: "Tried, will be tried again",
    MailState.SENDING: "Is being sent",
    MailState.COMMITTING: "Is being sent",
    MailState.SENT: "Sent",
    MailState.REJECTED: "Refused by the mail server",
    MailState.FAILED: "Gave up after 8 attempts",
    MailState.UNKNOWN: "Delivery unknown",
    MailState.CANCELLED: "Cancelled",
    MailState.SUPERSEDED: "Taken out before it was sent",
    MailState.EXPIRED: "Too late",
}
# A person finds another way to reach the patient, or finds out what became of it.
FOR_A_PERSON = (MailState.UNKNOWN, MailState.REJECTED, MailState.FAILED, MailState.EXPIRED)
DECISIONS = ("delivered", "not-delivered", "cancel")
OF_HELD = ("release", "take-out")
OWN = "own"  # in the place of a key: the outbox that the page was started with

WHY = {
    "asked-again": "The patient was asked again",
    "address-checked": "The address was checked",
    "shared-address": "The patients share this address",
    "corrected": "The packet was corrected",
    "rescheduled": "The operation has a new date",
}


@dataclass(frozen=True, slots=True, repr=False)
class Outbox:
    """A folder whose mails are looked at; what the last decision came to, if it was refused."""

    folder: Path
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Waits:
    """A packet that is held: `may_pass` if a person may let it out all the same."""

    hold: Hold
    do: str
    may_pass: bool


class OutboxPages:
    """`own` is the outbox that the page was started with; `session` gives the one of this request."""

    def __init__(self, service: PacketService, own: Path | None, session: Callable[[], Session[object]]) -> None:
        self.service = service
        self.own = own
        self.session = session

    def rules(self) -> tuple[tuple[str, str, Callable[..., AnyResponse | str]], ...]:
        return (
            ("/outbox", "GET", self.outbox),
            ("/outboxes", "POST", self.open_outbox),
            ("/outboxes/<key>", "GET", self.show_outbox),
            ("/outboxes/<key>/decide", "POST", self.decide),
        )

    def outbox(self) -> str:
        return render_template("outbox_form.html", typed="", told=None, own=self.own)

    def open_outbox(self) -> AnyResponse | str:
        typed = request.form.get("folder", "").strip()
        try:
            return self._shown(Outbox(folder_of(typed)))
        except UsageError as error:
            return render_template("outbox_form.html", typed=typed, told=error.problems[0], own=self.own)

    def show_outbox(self, key: str) -> str:
        """Read anew each time: mail is sent by a command, and may be on its way now."""
        box = self._box(key)
        messages: tuple[Message, ...] = ()
        held: tuple[Waits, ...] = ()
        void: tuple[VoidPacket, ...] = ()
        problems = box.problems
        is_new = box.folder == self.own and not box.folder.exists()
        try:
            if not is_new:
                with self.service.post, open_outbox(mail_context(box.folder, self.service)) as (ledger, _):
                    messages = tuple(ledger.messages())
                    held = tuple(self._waits(box, hold) for hold in current_holds(ledger))
                    void = void_mailed_packets(ledger)
        except PacketsError as error:
            problems = error.problems
        return render_template(
            "outbox.html",
            key=key,
            box=box,
            own=box.folder == self.own,
            problems=problems,
            held=held,
            void=void,
            why=WHY,
            waiting=[message for message in messages if message.state in FOR_A_PERSON],
            others=[message for message in messages if message.state not in FOR_A_PERSON],
            said=SAID,
            unknown=MailState.UNKNOWN,
            cancellable=WAITING,
        )

    def decide(self, key: str) -> AnyResponse:
        box = self._box(key)
        own = box.folder == self.own
        packet, decision = request.form.get("packet", ""), request.form.get("decision", "")
        because = request.form.get("because", "")
        if decision not in (*DECISIONS, *(OF_HELD if own else ())):
            abort(400)
        if decision == "release" and because not in OVERRIDE_REASONS:
            hint = "Choose what the patient or the record has said."
            problem = Problem("A06", f"there is no reason yet to mail packet {packet} all the same", hint)
            return self._shown(replace(box, problems=(problem,)))
        problems: tuple[Problem, ...] = ()
        try:
            with self.service.post:
                self._do(box, packet, decision, because)
        except PacketsError as error:
            problems = error.problems
        return self._shown(Outbox(box.folder, problems))

    def _do(self, box: Outbox, packet: str, decision: str, because: str) -> None:
        context = mail_context(box.folder, self.service)
        if decision == "cancel":
            cancel(context, packet)
        elif decision == "take-out":
            with self.service.press:  # so does what was held because of this one
                withdraw_mail(context, self.service.whole_library(), packet)
        elif decision == "release":
            with self.service.press:  # queueing reads the file back
                queue_packets(context, self.service.whole_library(), self.service.root, None, None, {packet: because})
        else:
            resolve(context, packet, delivered=decision == "delivered")

    def _waits(self, box: Outbox, hold: Hold) -> Waits:
        may_pass, do = HOLDS[hold.code][1], recommended_action(hold)
        if may_pass and box.folder != self.own:
            do = f"{do} To mail it all the same, type: mail queue … --release {hold.packet_id} --because …"
        return Waits(hold, do, may_pass)

    def _shown(self, box: Outbox) -> AnyResponse:
        key = OWN if box.folder == self.own and not box.problems else self.session().keep(box)
        return redirect(url_for("show_outbox", key=key), 303)

    def _box(self, key: str) -> Outbox:
        if key == OWN and self.own is not None:
            return Outbox(self.own)
        box = self.session().views.get(key)
        if not isinstance(box, Outbox):
            abort(410)
        return box
