"""A run's packets and the schedule's rows in, mails in the queue out, and for each other one why it is held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from packets.batch.folder import Folder
from packets.batch.plan import fingerprint
from packets.content.library import Library
from packets.errors import InvalidInputError, Problem
from packets.mail import address as mail_address
from packets.mail.candidates import Candidate, cancelled_rows, candidates
from packets.mail.eligibility import address_doubts, blocking_reason, candidate_address
from packets.mail.history import MailHistory
from packets.mail.holds import HOLDS, Hold, listed_holds, save_holds
from packets.mail.ledger import MailLedger, Message, SentMail, utc
from packets.mail.outbox import MailContext, open_outbox, settings_of
from packets.mail.registry import SentMailRegistry
from packets.mail.states import WAITING, MailState
from packets.model.mail_settings import MailSettings


@dataclass(slots=True)
class QueueResult:
    new: list[Message] = field(default_factory=list)
    waiting: list[Message] = field(default_factory=list)  # were in the queue already
    sent: list[Message] = field(default_factory=list)  # are out already
    superseded: list[Message] = field(default_factory=list)
    held: list[Hold] = field(default_factory=list)
    mailed_elsewhere: list[int] = field(
        default_factory=list
    )  # rows that say cancelled, and were mailed from another folder


def queue_packets(
    context: MailContext,
    library: Library,
    content: Path,
    schedule: Path | None,
    source: str | None = None,
    released: Mapping[str, str] | None = None,
) -> QueueResult:
    """Without a schedule, what is in an outbox of the page. `released` are packets that a person lets go out, each with
    one of REASONS."""
    settings_of(library)
    with open_outbox(context) as (ledger, register):
        rows = list(candidates(context.folder, context.key, ledger, library, content, schedule, source))
        done = queue_candidates(context, library, ledger, register, rows, released)
        if schedule is not None:
            own = {message.idempotency_key for message in ledger.messages()}
            for row, person in cancelled_rows(context.key, library, content, schedule, source):
                claims = register.of_patient(person.patient)
                if any(claim.day == person.day and claim.idempotency_key not in own for claim in claims):
                    done.mailed_elsewhere.append(row)
        return done


def queue_candidates(
    context: MailContext,
    library: Library,
    ledger: MailLedger,
    registry: SentMailRegistry,
    rows: list[Candidate],
    released: Mapping[str, str] | None = None,
) -> QueueResult:
    """For who has the folder opened."""
    done = _Queueing(context, library, settings_of(library), ledger, registry, released or {}).all(rows)
    save_holds(ledger, done.held, released or {})
    return done


class _Queueing:
    def __init__(
        self,
        context: MailContext,
        library: Library,
        settings: MailSettings,
        ledger: MailLedger,
        registry: SentMailRegistry,
        released: Mapping[str, str],
    ) -> None:
        self.context, self.library, self.settings = context, library, settings
        self.ledger, self.register, self.released = ledger, registry, released
        self.folder = Folder(context.folder)
        self.messages = list(ledger.messages())
        self.shown = listed_holds(ledger)
        self.done = QueueResult()

    def all(self, rows: list[Candidate]) -> QueueResult:
        self._refuse_unknown(rows)
        wanted = {candidate.packet.id: self._key(candidate) for candidate in rows}
        # What waits for a packet or an address that is no longer the one does not go out;
        self._supersede(lambda message: wanted.get(message.packet) != message.address)
        history = MailHistory(self.context.key, self.library, self.ledger, self.register, rows, self._key)
        # nor where another patient has the address by now: one of the two is wrong, and it may be this.
        messages = tuple(self.messages)
        self._supersede(
            lambda message: not message.overridden and len(history.patients_at(message.address, messages)) > 1
        )
        doubts = address_doubts(rows)
        for candidate in rows:
            known = self._known(candidate)
            if known is not None:
                (self.done.sent if known.state is MailState.SENT else self.done.waiting).append(known)
                continue
            today = self.library.clinic.date(self.context.clock())
            code = blocking_reason(candidate, self.settings, self.library, self.folder, today)
            codes = [code] if code else [*history.when_queued(candidate, self.messages), *doubts(candidate)]
            because = self.released.get(candidate.packet.id, "")
            code = self._not_decided(candidate.packet.id, codes) if because else next(iter(codes), "")
            if code:
                self.done.held.append(Hold(candidate.packet.id, candidate.row, code))
                continue
            self.done.new.append(self._add(candidate, because))
        return self.done

    def _not_decided(self, packet_id: str, codes: list[str]) -> str:
        """Return what still holds a packet that a person lets out: what nobody may let out, or has not been shown."""
        shown = self.shown.get(packet_id, codes[:1])  # who lets out what was never listed knows of the first reason
        return next((code for code in codes if not HOLDS[code][1] or code not in shown), "")

    def _refuse_unknown(self, rows: list[Candidate]) -> None:
        missing = sorted(self.released.keys() - {candidate.packet.id for candidate in rows})
        if missing:
            hint = "Type an id that `mail queue` has listed as held."
            raise InvalidInputError(Problem("X29", f"packet {missing[0]} is not one of this run", hint, "--release"))

    def _supersede(self, wrong: Callable[[Message], bool]) -> None:
        for place, message in enumerate(self.messages):
            if message.state in WAITING and wrong(message):
                moved = self.ledger.move(message, MailState.SUPERSEDED, actor=self.context.actor)
                self.register.release(moved)
                self.messages[place] = moved
                self.done.superseded.append(moved)

    def _key(self, candidate: Candidate) -> bytes:
        return candidate_address(self.context.key, candidate)

    def _known(self, candidate: Candidate) -> Message | None:
        """The mail of this very packet to this very address, unless a person wants another."""
        for message in reversed(self.messages):
            same = message.packet == candidate.packet.id and message.address == self._key(candidate)
            if same and message.state is MailState.SENT and candidate.packet.id in self.released:
                return None
            if same and message.state in (*WAITING, MailState.SENT):
                return message
        return None

    def _message(self, candidate: Candidate, sequence: int, because: str) -> Message:
        packet, key = candidate.packet, self._key(candidate)
        found = mail_address.parse_address(candidate.mail[0]) or ""
        # With the folder's own mark: another folder has the same packets under the same ids.
        idem = fingerprint(self.context.key, "mail", self.ledger.note("mail_mark"), packet.id, key, str(sequence))
        now = self.context.clock()
        deadline = now + dt.timedelta(hours=self.settings.deadline_hours)
        return Message(
            number=0,
            idempotency_key=idem,
            packet=packet.id,
            patient=packet.patient,
            episode=packet.episode,
            day=packet.day,
            address=key,
            masked_address=mail_address.masked_address(found) if found else "",
            message_id=f"<{fingerprint(self.context.key, 'message id', idem).hex()}@{self.settings.domain}>",
            sha256=packet.sha256,
            sequence=sequence,
            overridden=int(bool(because)),
            override_reason=because,
            queued_by=self.context.actor,
            queued_at=utc(now),
            send_before=utc(deadline),
            next_try=utc(now),
        )

    def _add(self, candidate: Candidate, because: str) -> Message:
        """With a sequence higher than that of every earlier mail, for the calendar of whoever got one."""
        packet = candidate.packet
        earlier: tuple[Message | SentMail, ...] = (*self.messages, *self.register.of_patient(packet.patient))
        used = [each.sequence for each in earlier if (each.patient, each.episode) == (packet.patient, packet.episode)]
        message = self._message(candidate, max(used, default=-1) + 1, because)
        if because:
            self.register.keep_known(message)
        message = self.ledger.add(message, self.context.actor)
        self.messages.append(message)
        return message
