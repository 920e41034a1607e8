"""The queue and a relay in, mails out, each at most once: what became of every one is in the ledger before the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from packets.batch.folder import Folder
from packets.content.library import Library
from packets.errors import PacketsError, Problem
from packets.mail import address as mail_address
from packets.mail.calendar_file import calendar
from packets.mail.candidates import Candidate, candidates
from packets.mail.eligibility import address_doubts, address_fingerprint, blocking_reason, candidate_address
from packets.mail.history import MailHistory
from packets.mail.holds import Hold, current_holds, save_holds
from packets.mail.ledger import MailLedger, Message, utc
from packets.mail.message import build_message, mail_content
from packets.mail.outbox import MailContext, open_outbox, settings_of
from packets.mail.password import PROTECTED, UNPROTECTED, mail_password
from packets.mail.precheck import ExpectedMessage, check_message
from packets.mail.registry import SentMailRegistry
from packets.mail.smtp import DeliveryResult, Outcome
from packets.mail.states import WAITING, MailState
from packets.pdf.encrypt import encrypt

RETRY_MINUTES = (1, 5, 15, 60)  # then hourly
MAX_ATTEMPTS = 8
MAX_FAILURES_IN_A_ROW = 5


class MailTransport(Protocol):
    """What carries a mail to the relay: transport.Transport."""

    def deliver(self, recipient: str, data: bytes, before_dot: Callable[[], None], /) -> DeliveryResult: ...

    def close(self) -> None: ...


@dataclass(slots=True)
class SendResult:
    """What a run did; `unknown` are all that the ledger holds."""

    by_state: dict[MailState, list[Message]] = field(default_factory=dict)
    held: list[Hold] = field(default_factory=list)  # why those were cancelled that may not go out after all
    ready: list[Message] = field(default_factory=list)  # of a dry run: what would go out now
    unknown: list[Message] = field(default_factory=list)
    waiting: list[Message] = field(default_factory=list)
    stopped: Problem | None = None

    def count(self, state: MailState) -> int:
        return len(self.by_state.get(state, ()))


def next_try(attempts: int, now: dt.datetime) -> dt.datetime:
    """After this many attempts; from the fifth on hourly."""
    minutes = RETRY_MINUTES[attempts - 1] if attempts <= len(RETRY_MINUTES) else 60
    return now + dt.timedelta(minutes=minutes)


def send(
    context: MailContext,
    library: Library,
    content: Path,
    schedule: Path | None,
    source: str | None,
    carrier: Callable[[], MailTransport],
    *,
    pause: Callable[[float], None],
    stop: Callable[[], bool] = lambda: False,
    dry_run: bool = False,
) -> SendResult:
    """Send what is due. `carrier` is not called in a dry run, nor when nothing is due.

    Raises NotProved when the last look finds something, Refused when the relay cannot be trusted: what was about to go
    out is then in the queue again, and nothing else is sent.
    """
    with open_outbox(context) as (ledger, register):
        found = candidates(context.folder, context.key, ledger, library, content, schedule, source)
        rows = {each.packet.id: each for each in found}
        sending = _Sender(context, library, ledger, register, rows, dry_run)
        sending.run(carrier, pause, stop)
        return sending.report()


class _Sender:
    def __init__(
        self,
        context: MailContext,
        library: Library,
        ledger: MailLedger,
        registry: SentMailRegistry,
        rows: dict[str, Candidate],
        dry_run: bool,
    ) -> None:
        self.context, self.library, self.ledger, self.register = context, library, ledger, registry
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
        self.done = SendResult()
        self.refused_in_a_row = 0
        self.pause_s = 60 / self.settings.per_minute

    def report(self) -> SendResult:
        messages = list(self.ledger.messages())
        self.done.unknown = [message for message in messages if message.state is MailState.UNKNOWN]
        self.done.waiting = [message for message in messages if message.state in WAITING]
        return self.done

    def run(
        self, carrier: Callable[[], MailTransport], pause: Callable[[float], None], stop: Callable[[], bool]
    ) -> None:
        line: MailTransport | None = None
        try:
            for message in list(self.messages.values()):
                if stop() or self.done.stopped:
                    break
                candidate = self._due(message)
                if candidate is None:
                    continue
                if self.dry_run:
                    self.done.ready.append(message)
                    continue
                if line is None:
                    line = carrier()
                else:
                    pause(self.pause_s)
                    if stop():
                        break
                self._one(message, candidate, line)
        finally:
            if line is not None:
                line.close()
            if self.done.held and not self.dry_run:
                packets = {each.packet_id for each in self.done.held}
                before = [hold for hold in current_holds(self.ledger) if hold.packet_id not in packets]
                save_holds(self.ledger, [*before, *self.done.held])

    def _due(self, message: Message) -> Candidate | None:
        """The row of a mail that may go out now; what may never go out any more leaves the queue."""
        if message.state not in WAITING:
            return None
        now = utc(self.context.clock())
        if now >= message.send_before:
            return self._leave(message, MailState.EXPIRED, "deadline")
        candidate = self.rows.get(message.packet)
        if candidate is None:
            return self._leave(message, MailState.SUPERSEDED, "packet")
        code = blocking_reason(
            candidate, self.settings, self.library, self.folder, self.library.clinic.date(self.context.clock())
        )
        if code:
            return self._hold(message, candidate, code)
        if self._recipient(candidate, message) is None:
            return self._leave(message, MailState.SUPERSEDED, "address")
        if now < message.next_try:
            return None
        if not message.overridden and (codes := self.doubts(candidate)):
            return self._hold(message, candidate, codes[0])
        with self.register.locked():
            code = self.history.when_sent(candidate, message, self.messages.values())
            if not code and not self.dry_run:
                self.register.keep(message)
        return self._hold(message, candidate, code) if code else candidate

    def _recipient(self, candidate: Candidate, message: Message) -> str | None:
        found = mail_address.parse_address(candidate.mail[0])
        return found if found and address_fingerprint(self.context.key, found) == message.address else None

    def _hold(self, message: Message, candidate: Candidate, code: str) -> Candidate | None:
        """It waits for a person now, as if it had been held when mails were queued."""
        self.done.held.append(Hold(message.packet, candidate.row, code))
        return self._leave(message, MailState.CANCELLED, code)

    def _leave(self, message: Message, state: MailState, why: str) -> Candidate | None:
        if not self.dry_run:
            self._keep(self.ledger.move(message, state, actor=self.context.actor, phase=why))
            self.register.release(message)
        return None

    def _keep(self, message: Message) -> None:
        self.messages[message.number] = message
        self.done.by_state.setdefault(message.state, []).append(message)

    def _one(self, message: Message, candidate: Candidate, line: MailTransport) -> None:
        locked = PROTECTED if mail_password(self.context.key, message, self.settings) else UNPROTECTED
        message = self.ledger.move(message, MailState.SENDING, actor=self.context.actor, phase=locked)
        recipient = self._recipient(candidate, message)
        assert recipient is not None  # noqa: S101  it was due
        state = {"now": message}

        def before_dot() -> None:
            state["now"] = self.ledger.move(message, MailState.COMMITTING, actor=self.context.actor)
            self.register.note(self.ledger)

        try:
            data = self._looked_at(message, candidate, recipient)
            verdict = line.deliver(recipient, data, before_dot)
        except (PacketsError, ValueError):
            if state["now"].state is MailState.SENDING:
                self.ledger.move(message, MailState.QUEUED, actor=self.context.actor)
            raise
        self._judge(state["now"], verdict)

    def _looked_at(self, message: Message, candidate: Candidate, recipient: str) -> bytes:
        case, text, now = candidate.case, self.library.mails[candidate.case.language], self.context.clock()
        clinic, handout = self.library.clinic, self.library.handout_for(case.procedure, case.language, case.surgeon)
        made = self.folder.file(candidate.packet).read_bytes()
        password = mail_password(self.context.key, message, self.settings)
        mail = mail_content(
            text,
            self.settings,
            recipient=recipient,
            message_id=message.message_id,
            date=now,
            patient_name=case.patient_name,
            packet_id=candidate.packet.id,
            clinic=clinic.name,
            phone=(handout.signature.phone if handout.signature else "") or clinic.phone,
            pdf=encrypt(made, password) if password else made,
            has_password=bool(password),
            calendar=calendar(
                handout.milestones,
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
                envelope=recipient,
                sender=self.settings.sender,
                reply_to=self.settings.reply_to,
                subject=text.subject,
                message_id=message.message_id,
                date=now,
                pdf_sha256=message.sha256,
                packet_id=message.packet,
                name=candidate.name,
                record_number=candidate.record_number,
                event=text.event,
                password=password,
                made=made,
            ),
        )
        return data

    def _judge(self, message: Message, verdict: DeliveryResult) -> None:
        """From the relay's word to the ledger's."""
        state = MailState(verdict.outcome.value)
        attempts, again = message.attempts, message.next_try
        now = self.context.clock()
        if verdict.outcome is Outcome.DEFERRED:
            # A relay that is down says nothing about this mail: it keeps its attempts.
            attempts += 0 if verdict.is_relay_failure else 1
            again = utc(next_try(max(attempts, 1), now))
            if attempts >= MAX_ATTEMPTS:
                state = MailState.FAILED
        message = self.ledger.move(
            message,
            state,
            actor="relay",
            phase=verdict.phase,
            code=verdict.code,
            attempts=attempts,
            next_try=again,
        )
        if state in (MailState.REJECTED, MailState.FAILED):
            self.register.release(message)
        self._keep(message)
        if verdict.code == 421:
            self.pause_s = min(2 * self.pause_s, 60.0)
        self.refused_in_a_row = 0 if verdict.outcome is Outcome.SENT else self.refused_in_a_row + 1
        if self.refused_in_a_row >= MAX_FAILURES_IN_A_ROW:
            hint = "Ask IT whether the relay works. Then type the same command again."
            message_text = f"the relay did not take {MAX_FAILURES_IN_A_ROW} mails in a row; the others were not tried"
            self.done.stopped = Problem("X30", message_text, hint, f"{self.settings.host}:{self.settings.port}")
