"""Send the queued messages, each at most once: the outcome of one is in the ledger before the next is tried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from msgspec import Struct, field

from packets.batch.folder import Folder
from packets.batch.packet_ledger import utc
from packets.case_input.sites import clinic_at
from packets.content.library import Library
from packets.errors import PacketsError, Problem
from packets.mail import address as mail_address
from packets.mail.calendar_days import calendar_days
from packets.mail.calendar_file import calendar
from packets.mail.candidates import Candidate, candidates
from packets.mail.eligibility import address_doubts, address_fingerprint, blocking_reason, candidate_address
from packets.mail.history import MailHistory
from packets.mail.holds import Hold, with_hold
from packets.mail.mail_ledger import MailLedger, Message
from packets.mail.message import build_message, mail_content
from packets.mail.outbox import MailContext, lent_outbox, open_outbox, settings_of
from packets.mail.password import PROTECTED, UNPROTECTED, mail_password
from packets.mail.precheck import ExpectedMessage, check_message
from packets.mail.registry import SentMailRegistry
from packets.mail.smtp import DeliveryResult, Outcome
from packets.mail.states import WAITING, MailState
from packets.pdf.encrypt import encrypt
from packets.schedule.source_files import ScheduleSource

RETRY_MINUTES = (1, 5, 15, 60)  # then hourly
MAX_ATTEMPTS = 8
MAX_FAILURES_IN_A_ROW = 5


class MailTransport(Protocol):
    """What hands a mail to the relay: smtp.SmtpTransport."""

    def deliver(self, recipient: str, data: bytes, before_dot: Callable[[], None], /) -> DeliveryResult: ...

    def close(self) -> None: ...


class SendResult(Struct):
    """What a run did, and what is left in the ledger: all unknown and all waiting messages."""

    by_state: dict[MailState, list[Message]] = field(default_factory=dict)
    held: list[Hold] = field(default_factory=list)  # cancelled because there is now a reason to hold them
    ready: list[Message] = field(default_factory=list)  # dry run only: what would be sent now
    unknown: list[Message] = field(default_factory=list)
    waiting: list[Message] = field(default_factory=list)
    stopped: Problem | None = None

    def count(self, state: MailState) -> int:
        return len(self.by_state.get(state, ()))


def next_try(attempts: int, now: dt.datetime) -> dt.datetime:
    """Return when to try again after this many attempts; from the fifth on hourly."""
    minutes = RETRY_MINUTES[attempts - 1] if attempts <= len(RETRY_MINUTES) else 60
    return now + dt.timedelta(minutes=minutes)


def send(
    context: MailContext,
    library: Library,
    content: Path,
    schedule: ScheduleSource | None,
    profile: str | None,
    connect: Callable[[], MailTransport],
    *,
    pause: Callable[[float], None],
    stop: Callable[[], bool] = lambda: False,
    dry_run: bool = False,
) -> SendResult:
    """Send every message that is due. `connect` is called once, and only if there is something to send.

    Raise VerificationError if the final check fails and InvalidInputError if the relay cannot be trusted. The message
    is then back in the queue, and nothing else is sent.
    """
    with open_outbox(context) as (ledger, registry), lent_outbox(context, (ledger, registry)):
        rows = {
            candidate.packet.id: candidate
            for candidate in candidates(context.folder, context.key, ledger, library, content, schedule, profile)
        }
        sender = _Sender(context, library, ledger, registry, rows, dry_run)
        sender.run(connect, pause, stop)
        return sender.summary()


class _Sender:
    """Send one message after another: find one that is due, hold it or send it, and record the result."""

    def __init__(
        self,
        context: MailContext,
        library: Library,
        ledger: MailLedger,
        registry: SentMailRegistry,
        rows: dict[str, Candidate],
        dry_run: bool,
    ) -> None:
        self.context, self.library, self.ledger, self.registry = context, library, ledger, registry
        self.settings = settings_of(library)
        self.rows, self.dry_run = rows, dry_run
        self.folder = Folder(context.folder)
        self.messages = {message.number: message for message in ledger.messages()}
        self.history = MailHistory(
            context.key,
            library,
            ledger,
            registry,
            rows.values(),
            lambda candidate: candidate_address(context.key, candidate),
        )
        self.doubts = address_doubts(rows.values())
        self.result = SendResult()
        self.failures_in_a_row = 0
        self.pause_s = 60 / self.settings.per_minute

    def run(
        self, connect: Callable[[], MailTransport], pause: Callable[[float], None], stop: Callable[[], bool]
    ) -> None:
        transport: MailTransport | None = None
        try:
            for message in list(self.messages.values()):
                if stop() or self.result.stopped:
                    break
                candidate = self._due_candidate(message)
                if candidate is None:
                    continue
                if self.dry_run:
                    self.result.ready.append(message)
                    continue
                if transport is None:
                    transport = connect()
                else:
                    pause(self.pause_s)
                    if stop():
                        break
                self._send_one(message, candidate, transport)
        finally:
            if transport is not None:
                transport.close()

    def summary(self) -> SendResult:
        messages = list(self.ledger.messages())
        self.result.unknown = [message for message in messages if message.state is MailState.UNKNOWN]
        self.result.waiting = [message for message in messages if message.state in WAITING]
        return self.result

    # ---- may this message be sent now?

    def _due_candidate(self, message: Message) -> Candidate | None:
        """Return the candidate of a message to send now. Remove from the queue what may not be sent any more."""
        if message.state not in WAITING:
            return None
        now = utc(self.context.clock())
        if now >= message.send_before:
            self._remove(message, MailState.EXPIRED, "deadline")
            return None
        candidate = self.rows.get(message.packet)
        if candidate is None:
            self._remove(message, MailState.SUPERSEDED, "packet")
            return None
        today = self.library.clinic.date(self.context.clock())
        code = blocking_reason(candidate, self.settings, self.library, self.folder, self.ledger, today)
        if code:
            self._hold(message, candidate, code)
            return None
        if self._recipient(candidate, message) is None:
            self._remove(message, MailState.SUPERSEDED, "address")
            return None
        if now < message.next_try:
            return None
        if not message.overridden and (codes := self.doubts(candidate)):
            self._hold(message, candidate, codes[0])
            return None
        with self.registry.locked():
            code = self.history.hold_when_sent(candidate, message, self.messages.values())
            if not code and not self.dry_run:
                self.registry.add(message)
        if code:
            self._hold(message, candidate, code)
            return None
        return candidate

    def _recipient(self, candidate: Candidate, message: Message) -> str | None:
        """Return the candidate's address if it still is the message's."""
        address = mail_address.parse_address(candidate.mail[0])
        return address if address and address_fingerprint(self.context.key, address) == message.address else None

    def _hold(self, message: Message, candidate: Candidate, code: str) -> None:
        """Cancel the message and hold its packet for a person, as if it had been held when mail was queued."""
        hold = Hold(message.packet, candidate.row, code)
        self.result.held.append(hold)
        self._remove(message, MailState.CANCELLED, code, with_hold(self.ledger, hold))

    def _remove(
        self, message: Message, state: MailState, reason: str, meta: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        if not self.dry_run:
            self._remember(self.ledger.move(message, state, actor=self.context.actor, phase=reason, meta=meta))
            self.registry.remove(message)

    def _remember(self, message: Message) -> None:
        self.messages[message.number] = message
        self.result.by_state.setdefault(message.state, []).append(message)

    # ---- send it

    def _send_one(self, message: Message, candidate: Candidate, transport: MailTransport) -> None:
        protection = PROTECTED if mail_password(self.context.key, message, self.settings) else UNPROTECTED
        message = self.ledger.move(message, MailState.SENDING, actor=self.context.actor, phase=protection)
        recipient = self._recipient(candidate, message)
        assert recipient is not None  # noqa: S101  _due_candidate checked it
        current = message

        def before_dot() -> None:
            """Record on disk that the message may have been sent, before the final dot is written."""
            nonlocal current
            current = self.ledger.move(message, MailState.COMMITTING, actor=self.context.actor)
            self.registry.record_position(self.ledger)

        try:
            data = self._build_and_check(message, candidate, recipient)
            result = transport.deliver(recipient, data, before_dot)
        except (PacketsError, ValueError):
            if current.state is MailState.SENDING:
                self.ledger.move(message, MailState.QUEUED, actor=self.context.actor)
            raise
        self._record_result(current, result)

    def _build_and_check(self, message: Message, candidate: Candidate, recipient: str) -> bytes:
        case, text, now = candidate.case, self.library.mails[candidate.case.language], self.context.clock()
        clinic = clinic_at(self.library.clinic, case.site)
        handout = self.library.handout_for(case.procedure, case.language, case.surgeon)
        attach = self.settings.attach
        original = self.folder.file(candidate.packet).read_bytes()
        html = self.folder.html(candidate.packet).read_bytes() if attach.has_html else b""
        password = mail_password(self.context.key, message, self.settings)
        mail = mail_content(
            text,
            self.settings,
            recipient=recipient,
            message_id=message.message_id,
            date=now,
            patient_name=case.patient_name,
            packet_id=candidate.packet.id,
            clinic=clinic.signed_name,
            phone=(handout.signature.phone if handout.signature else "") or clinic.phone,
            pdf=(encrypt(original, password) if password else original) if attach.has_pdf else b"",
            html=html,
            has_password=bool(password),
            calendar=calendar(
                calendar_days(handout, case),
                case.surgery_date,
                title=text.event,
                episode=message.episode,
                sequence=message.sequence,
                domain=self.settings.domain,
                written=dt.datetime.fromisoformat(message.queued_at),
            ),
        )
        data = build_message(mail)
        check_message(
            data,
            ExpectedMessage(
                recipient=recipient,
                sender=self.settings.sender,
                reply_to=self.settings.reply_to,
                subject=text.subject,
                message_id=message.message_id,
                date=now,
                pdf_sha256=message.sha256,
                packet_id=message.packet,
                name=candidate.name,
                record_number=candidate.record_number,
                event_title=text.event,
                password=password,
                original=original,
                has_pdf=attach.has_pdf,
                html_sha256=self.ledger.html_sha256(candidate.packet.id) if attach.has_html else "",
            ),
        )
        return data

    def _record_result(self, message: Message, result: DeliveryResult) -> None:
        """Move the message to the state that the relay's answer means, and stop after too many failures in a row."""
        state = MailState(result.outcome.value)
        attempts, retry_at = message.attempts, message.next_try
        if result.outcome is Outcome.DEFERRED:
            # A failure of the relay says nothing about this message, so it is not counted as an attempt.
            attempts += 0 if result.is_relay_failure else 1
            retry_at = utc(next_try(max(attempts, 1), self.context.clock()))
            if attempts >= MAX_ATTEMPTS:
                state = MailState.FAILED
        message = self.ledger.move(
            message,
            state,
            actor="relay",
            phase=result.phase,
            code=result.code,
            attempts=attempts,
            next_try=retry_at,
        )
        if state in (MailState.REJECTED, MailState.FAILED):
            self.registry.remove(message)
        self._remember(message)
        if result.code == 421:
            self.pause_s = min(2 * self.pause_s, 60.0)
        self.failures_in_a_row = 0 if result.outcome is Outcome.SENT else self.failures_in_a_row + 1
        if self.failures_in_a_row >= MAX_FAILURES_IN_A_ROW:
            hint = "Ask IT whether the mail server works. Then type the same command again."
            text = f"the mail server did not accept {MAX_FAILURES_IN_A_ROW} mails in a row; the others were not tried"
            self.result.stopped = Problem("X30", text, hint, f"{self.settings.host}:{self.settings.port}")
