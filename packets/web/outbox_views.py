"""Show the mail of a folder, and let a person decide what needs a decision."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from flask import Response, abort, redirect, render_template, request, url_for
from msgspec import Struct
from msgspec.structs import replace
from werkzeug.wrappers import Response as AnyResponse

from packets.batch.void_packets import VoidPacket, void_mailed_packets
from packets.content.problems import counted
from packets.errors import PacketsError, Problem, UsageError
from packets.mail.decisions import cancel, mark_patient_notified, messages_of_packet, resolve
from packets.mail.holds import HOLDS, Hold, current_holds, recommended_action
from packets.mail.mail_ledger import Message
from packets.mail.outbox import open_outbox
from packets.mail.password import password_for_patient
from packets.mail.queue import QueueResult, queue_packets
from packets.mail.states import OVERRIDE_REASONS, WAITING, MailState
from packets.mail.web_entries import read_entry
from packets.mail.web_outbox import withdraw_mail
from packets.model.mail_settings import MailSettings
from packets.schedule.source_files import ScheduleSource, uploaded
from packets.storage.audit_file import Action
from packets.values import HiddenFields
from packets.web.audit import record, recorder
from packets.web.batch_service import UploadedBatch
from packets.web.current_user import user_may_decide, user_may_open
from packets.web.folders import Folders
from packets.web.kept_views import kept_view
from packets.web.mail_sender import MailSender
from packets.web.mail_views import mail_context
from packets.web.packet_files import open_packet, packet_file
from packets.web.packet_service import PacketService
from packets.web.sessions import Session

STATE_LABELS = {
    MailState.QUEUED: "Waiting to be sent",
    MailState.DEFERRED: "Will be tried again",
    MailState.SENDING: "Being sent",
    MailState.COMMITTING: "Being sent",
    MailState.SENT: "Sent",
    MailState.REJECTED: "Refused by the mail server",
    MailState.FAILED: "Gave up after 8 attempts",
    MailState.UNKNOWN: "Delivery unknown",
    MailState.CANCELLED: "Cancelled",
    MailState.SUPERSEDED: "Replaced before it was sent",
    MailState.EXPIRED: "Too late to send",
}
# A person finds out what happened, or reaches the patient in another way.
NEEDS_DECISION = (MailState.UNKNOWN, MailState.REJECTED, MailState.FAILED, MailState.EXPIRED)
DECISIONS = ("delivered", "not-delivered", "cancel", "patient-knows")
HELD_DECISIONS = ("release", "take-out")
SETTLES_MAIL = ("delivered", "not-delivered", "cancel")  # packets may have been held because of that mail
AUDITED = {"cancel": Action.CANCELLED, "take-out": Action.CANCELLED, "release": Action.RELEASED}
OWN_KEY = "own"  # the key of the server's own outbox

OVERRIDE_LABELS = {
    "asked-again": "The patient confirmed it again",
    "address-checked": "The address was checked",
    "shared-address": "The patients share this address",
    "corrected": "The packet was corrected",
    "rescheduled": "The operation has a new date",
}


class Outbox(HiddenFields, Struct, frozen=True):
    """A folder whose mail is shown, why the last decision was refused, and what a person should know about it.

    With the schedule of its batch, its mail can be queued and sent. The server's own outbox needs none.
    """

    no_longer_kept: ClassVar[str] = (
        "Open the outbox again on the Outbox page. What was queued and what was decided stays as it is. To send the "
        "mail of a schedule, choose the schedule again on the Schedule page."
    )
    folder: Path
    problems: tuple[Problem, ...] = ()
    schedule: ScheduleSource | None = None
    profile: str | None = None
    notes: tuple[str, ...] = ()


class HeldPacket(Struct, frozen=True):
    """A held packet, what to do about it, and whether a person may send it anyway."""

    hold: Hold
    advice: str
    can_override: bool


class OutboxViews:
    """The views of mail; `own` is the server's own outbox, `session` returns the session of the current request."""

    def __init__(
        self,
        service: PacketService,
        own: Path | None,
        session: Callable[[], Session[object]],
        folders: Folders,
        sender: MailSender,
    ) -> None:
        self.service = service
        self.own = own
        self.session = session
        self.folders = folders
        self.sender = sender

    def rules(self) -> tuple[tuple[str, str, Callable[..., AnyResponse | str]], ...]:
        return (
            ("/outbox", "GET", self.outbox),
            ("/outboxes", "POST", self.open_outbox),
            ("/outboxes/<key>", "GET", self.show_outbox),
            ("/outboxes/<key>/decide", "POST", self.decide),
            ("/outboxes/<key>/send", "POST", self.send_mail),
            ("/outboxes/<key>/sending", "GET", self.sending_progress),
            ("/schedules/<key>/mail", "POST", self.queue_day),
            ("/outboxes/<key>/passwords/<packet>", "GET", self.mail_password),
            ("/outboxes/<key>/packets/<name>.pdf", "GET", self.outbox_packet),
        )

    def outbox(self) -> str:
        return self._folder_form("", None)

    def open_outbox(self) -> AnyResponse | str:
        typed = request.form.get("folder", "").strip()
        try:
            return self._redirect(Outbox(self.folders.existing(typed)))
        except UsageError as error:
            return self._folder_form(typed, error.problems[0])

    def _folder_form(self, typed: str, error: Problem | None) -> str:
        return render_template(
            "outbox_form.html",
            typed=typed,
            error=error,
            own=self.own,
            days=self.folders.days_with_packets(),
        )

    def show_outbox(self, key: str) -> str:
        """Show the mail of a folder, read anew each time: a command may be sending it now."""
        box = self._box(key)
        messages: tuple[Message, ...] = ()
        held: tuple[HeldPacket, ...] = ()
        void: tuple[VoidPacket, ...] = ()
        problems = box.problems
        passwords: set[str] = set()
        sending = self.sender.last(box.folder)
        if sending and sending.in_progress:
            return render_template("sending.html", sending=sending, key=key, problems=problems, notes=box.notes)
        settings = self.service.mail_settings()
        is_new = box.folder == self.own and not box.folder.exists()
        try:
            if not is_new:
                context = mail_context(box.folder, self.service)
                with self.service.outbox_lock, open_outbox(context) as (ledger, _):
                    messages = tuple(ledger.messages())
                    if settings and user_may_open("mail_password"):
                        passwords = {
                            message.packet
                            for message in messages
                            if password_for_patient(context.key, message, ledger.events(message), settings)
                        }
                    held = tuple(self._held_packet(box, hold) for hold in current_holds(ledger))
                    void = void_mailed_packets(ledger)
        except PacketsError as error:
            problems = error.problems
        shown = [message.packet for message in messages] + [packet.packet_id for packet in void]
        shown += [packet.hold.packet_id for packet in held]
        may_open_packets = user_may_open("outbox_packet")
        files = {packet for packet in shown if may_open_packets and packet_file(box.folder, packet)}
        return render_template(
            "outbox.html",
            key=key,
            files=files,
            patients={packet: self._patient(box.folder, packet) for packet in shown},
            box=box,
            own=box.folder == self.own,
            problems=problems,
            held=held,
            void=void,
            override_labels=OVERRIDE_LABELS,
            waiting=[message for message in messages if message.state in NEEDS_DECISION],
            others=[message for message in messages if message.state not in NEEDS_DECISION],
            state_labels=STATE_LABELS,
            unknown=MailState.UNKNOWN,
            cancellable=WAITING,
            may_decide=user_may_decide,
            to_send=sum(message.state in WAITING for message in messages),
            can_send=self._can_send(box, settings),
            can_queue=box.folder == self.own or box.schedule is not None,
            sending=sending,
            passwords=passwords,
        )

    def send_mail(self, key: str) -> AnyResponse:
        """Send the waiting mail in the background."""
        box = self._box(key)
        if not self._can_send(box, self.service.mail_settings()):
            abort(400)
        self.sender.start(mail_context(box.folder, self.service), box.schedule, box.profile, recorder())
        return redirect(url_for("show_outbox", key=key), 303)

    def _can_send(self, box: Outbox, settings: MailSettings | None) -> bool:
        return self.sender.can_send(settings) and (box.folder == self.own or box.schedule is not None)

    def queue_day(self, key: str) -> AnyResponse:
        """Queue the mail of the packets that were made from an uploaded schedule, and show its folder."""
        batch = kept_view(self.session(), key, UploadedBatch)
        if batch.in_progress:
            abort(410, "The packets of this schedule are being made. Queue the e-mails when they are finished.")
        options = batch.options
        box = Outbox(options.folder, schedule=options.schedule, profile=options.profile)
        context = mail_context(box.folder, self.service)
        try:
            with self.service.outbox_lock, self.service.pdf_lock:  # queueing reads the PDFs
                result = queue_packets(
                    context, self.service.whole_library(), self.service.root, box.schedule, box.profile
                )
        except PacketsError as error:
            return self._redirect(replace(box, problems=error.problems))
        notes = [
            f"Row {row} is marked as cancelled, and its packet was mailed from another folder. Call the patient."
            for row in result.mailed_elsewhere
        ]
        if result.new:
            record(Action.QUEUED, *(message.packet for message in result.new))
        summary = f"{counted(len(result.new), 'mail')} newly queued, {len(result.held)} held. Nothing is sent yet."
        return self._redirect(replace(box, notes=(summary, *notes)))

    def sending_progress(self, key: str) -> AnyResponse | str:
        """Return how much was sent, or 204 when nothing is being sent and the script should reload."""
        sending = self.sender.last(self._box(key).folder)
        if sending is None or not sending.in_progress:
            return Response(status=204)
        return render_template("_sending.html", sending=sending)

    def mail_password(self, key: str, packet: str) -> str:
        """Show the password of a packet's PDF, to give to the patient."""
        box, settings = self._box(key), self.service.mail_settings()
        context = mail_context(box.folder, self.service)
        with self.service.outbox_lock, open_outbox(context) as (ledger, _):
            message = messages_of_packet(context, ledger, packet)[-1]
            password = settings and password_for_patient(context.key, message, ledger.events(message), settings)
        if not password:
            abort(404)
        if request.method == "GET":
            record(Action.SHOWED_PASSWORD, packet)
        patient = self._patient(box.folder, packet)
        return render_template("mail_password.html", key=key, packet=packet, patient=patient, password=password)

    def outbox_packet(self, key: str, name: str) -> AnyResponse:
        return open_packet(self._box(key).folder, name, self.service.now)

    def _patient(self, folder: Path, packet: str) -> str:
        """Return name and record number: as typed if the folder is a web outbox, or as the packet prints them."""
        with suppress(PacketsError):  # the entry is damaged, which the mail commands report
            if entry := read_entry(folder, packet):
                return f"{entry.patient_name}, {entry.mrn}"
        return self.service.patients.patient(folder, packet)

    def decide(self, key: str) -> AnyResponse:
        box = self._box(key)
        own = box.folder == self.own
        packet, decision = request.form.get("packet", ""), request.form.get("decision", "")
        reason = request.form.get("reason", "")
        held_decisions = HELD_DECISIONS if own else HELD_DECISIONS[:1] if box.schedule else ()
        if decision not in (*DECISIONS, *held_decisions):
            abort(400)
        if not user_may_decide(decision):
            abort(403)
        if decision == "release" and reason not in OVERRIDE_REASONS:
            hint = "Choose a reason."
            problem = Problem("A06", f"no reason was chosen to send packet {packet} anyway", hint)
            return self._redirect(replace(box, problems=(problem,)))
        problems: tuple[Problem, ...] = ()
        try:
            with self.service.outbox_lock:
                queued = self._carry_out(box, packet, decision, reason)
        except PacketsError as error:
            return self._redirect(replace(box, problems=error.problems, notes=()))
        problems = _record_decision(packet, decision, queued)
        notes: tuple[str, ...] = ()
        if decision in SETTLES_MAIL and (own or box.schedule is not None):
            try:
                notes = self._queue_again(box)
            except PacketsError as error:
                notes = ("Packets that were held because of this mail could not be queued again:",)
                problems = (*problems, *error.problems)
        return self._redirect(replace(box, problems=problems, notes=notes))

    def _queue_again(self, box: Outbox) -> tuple[str, ...]:
        """Queue packets that were held because of mail that is settled now, and return what to say about them."""
        library, context = self.service.whole_library(), mail_context(box.folder, self.service)
        count = self.sender.queue_again(context, library, box.schedule, box.profile, record)
        return (f"{counted(count, 'mail')} newly queued. Nothing is sent yet.",) if count else ()

    def _carry_out(self, box: Outbox, packet: str, decision: str, reason: str) -> QueueResult:
        """Return what was queued, which is nothing for most decisions."""
        context = mail_context(box.folder, self.service)
        if decision == "cancel":
            cancel(context, packet)
        elif decision == "patient-knows":
            mark_patient_notified(context, packet)
        elif decision == "take-out":
            with self.service.pdf_lock:  # packets held because of this one are queued, which reads their PDFs
                return withdraw_mail(context, self.service.whole_library(), packet)
        elif decision == "release":
            with self.service.pdf_lock:  # queueing reads the PDF
                library, root = self.service.whole_library(), self.service.root
                return queue_packets(context, library, root, box.schedule, box.profile, {packet: reason})
        else:
            resolve(context, packet, delivered=decision == "delivered")
        return QueueResult()

    def _held_packet(self, box: Outbox, hold: Hold) -> HeldPacket:
        can_override, advice = HOLDS[hold.code].can_override, recommended_action(hold)
        if can_override and box.folder != self.own and box.schedule is None:
            advice = f"{advice} If it should be sent anyway, ask the person who sends the mail."
        return HeldPacket(hold, advice, can_override)

    def _redirect(self, box: Outbox) -> AnyResponse:
        if box.folder == self.own and not box.problems and not box.notes:
            key = OWN_KEY
        else:
            key = self.session().keep(box, files=uploaded(box.schedule))
        return redirect(url_for("show_outbox", key=key), 303)

    def _box(self, key: str) -> Outbox:
        if key == OWN_KEY and self.own is not None:
            return Outbox(self.own)
        return kept_view(self.session(), key, Outbox)


def _record_decision(packet: str, decision: str, queued: QueueResult) -> tuple[Problem, ...]:
    """Record what a decision changed. Return why a packet is still held that was to be sent anyway."""
    new = [message.packet for message in queued.new]
    if decision != "release" or packet in new:
        record(AUDITED.get(decision, Action.RESOLVED), packet)
    if others := [each for each in new if each != packet]:
        record(Action.QUEUED, *others)
    holds = [hold for hold in queued.held if decision == "release" and hold.packet_id == packet]
    return tuple(
        Problem(hold.code, f"packet {packet} is still held: {hold.reason}", recommended_action(hold)) for hold in holds
    )
