"""Queue a message for every packet that may be mailed, and report why each of the others is held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from msgspec import Struct, field

from packets.batch.folder import Folder
from packets.batch.packet_ledger import utc
from packets.batch.row_records import corrected_rows
from packets.content.library import Library
from packets.errors import InvalidInputError, Problem
from packets.mail import address as mail_address
from packets.mail.candidates import Candidate, cancelled_rows, candidates
from packets.mail.eligibility import address_doubts, blocking_reason, candidate_address
from packets.mail.history import MailHistory
from packets.mail.holds import HOLDS, Hold, held_by_other_mail, listed_holds, save_holds
from packets.mail.mail_ledger import MailLedger, Message, SentMail
from packets.mail.outbox import MailContext, open_outbox, settings_of
from packets.mail.registry import SentMailRegistry
from packets.mail.states import WAITING, MailState
from packets.model.mail_settings import MailSettings
from packets.model.packet_id import fingerprint
from packets.schedule.source_files import ScheduleSource


class QueueResult(Struct):
    """What happened to each packet's mail; `mailed_elsewhere` are cancelled rows mailed from another folder."""

    new: list[Message] = field(default_factory=list)
    waiting: list[Message] = field(default_factory=list)  # already in the queue
    sent: list[Message] = field(default_factory=list)  # already sent
    superseded: list[Message] = field(default_factory=list)  # removed from the queue
    held: list[Hold] = field(default_factory=list)
    mailed_elsewhere: list[int] = field(default_factory=list)


def queue_packets(
    context: MailContext,
    library: Library,
    content: Path,
    schedule: ScheduleSource | None,
    profile: str | None = None,
    overrides: Mapping[str, str] | None = None,
) -> QueueResult:
    """Queue the packets of a batch, or those of a web outbox if there is no schedule.

    `overrides` are the ids of held packets to send anyway, each with one of OVERRIDE_REASONS.
    """
    settings_of(library)
    with open_outbox(context) as (ledger, registry):
        rows = list(candidates(context.folder, context.key, ledger, library, content, schedule, profile))
        corrected = [Hold(packet_id, row, "H85") for row, packet_id in corrected_rows(ledger).items()]
        result = queue_candidates(context, library, ledger, registry, rows, overrides, corrected)
        if schedule is not None:
            from_here = {message.idempotency_key for message in ledger.messages()}
            for row, case in cancelled_rows(context.key, library, content, schedule, profile):
                sent = registry.mail_to_patient(case.patient)
                if any(mail.day == case.day and mail.idempotency_key not in from_here for mail in sent):
                    result.mailed_elsewhere.append(row)
        return result


def queue_again(
    context: MailContext, library: Library, content: Path, schedule: ScheduleSource | None, profile: str | None
) -> QueueResult:
    """Queue the packets again if one was held because of other mail that may be settled now."""
    with open_outbox(context) as (ledger, _):
        may_have_changed = bool(held_by_other_mail(ledger))
    return queue_packets(context, library, content, schedule, profile) if may_have_changed else QueueResult()


def queue_candidates(
    context: MailContext,
    library: Library,
    ledger: MailLedger,
    registry: SentMailRegistry,
    rows: list[Candidate],
    overrides: Mapping[str, str] | None = None,
    held: Iterable[Hold] = (),
) -> QueueResult:
    """Queue the given candidates; the caller has opened the outbox. `held` are packets that are not candidates."""
    overrides = overrides or {}
    result = _QueueBuilder(context, library, settings_of(library), ledger, registry, overrides).run(rows, list(held))
    save_holds(ledger, result.held, overrides)
    return result


class _QueueBuilder:
    def __init__(
        self,
        context: MailContext,
        library: Library,
        settings: MailSettings,
        ledger: MailLedger,
        registry: SentMailRegistry,
        overrides: Mapping[str, str],
    ) -> None:
        self.context, self.library, self.settings = context, library, settings
        self.ledger, self.registry, self.overrides = ledger, registry, overrides
        self.folder = Folder(context.folder)
        self.messages = list(ledger.messages())
        self.listed = listed_holds(ledger)
        self.result = QueueResult()

    def run(self, rows: list[Candidate], held: list[Hold]) -> QueueResult:
        self._check_overrides({*(candidate.packet.id for candidate in rows), *(hold.packet_id for hold in held)})
        # Remove messages whose packet or address is no longer current.
        current = {candidate.packet.id: self._address(candidate) for candidate in rows}
        self._supersede(lambda message: current.get(message.packet) != message.address)
        history = MailHistory(self.context.key, self.library, self.ledger, self.registry, rows, self._address)
        # Remove those whose address another patient has now too: one of the two is wrong, maybe this one.
        messages = tuple(self.messages)
        self._supersede(
            lambda message: not message.overridden and len(history.patients_at(message.address, messages)) > 1
        )
        doubts = address_doubts(rows)
        today = self.library.clinic.date(self.context.clock())
        for candidate in rows:
            existing = self._existing_message(candidate)
            if existing is not None:
                is_sent = existing.state is MailState.SENT
                (self.result.sent if is_sent else self.result.waiting).append(existing)
                continue
            code = blocking_reason(candidate, self.settings, self.library, self.folder, self.ledger, today)
            codes = [code] if code else [*history.holds_when_queued(candidate, self.messages), *doubts(candidate)]
            override_reason = self.overrides.get(candidate.packet.id, "")
            code = self._remaining_hold(candidate.packet.id, codes) if override_reason else next(iter(codes), "")
            if code:
                self.result.held.append(Hold(candidate.packet.id, candidate.row, code))
            else:
                self.result.new.append(self._add_message(candidate, override_reason))
        self.result.held += held
        return self.result

    def _check_overrides(self, packet_ids: set[str]) -> None:
        missing = sorted(self.overrides.keys() - packet_ids)
        if missing:
            hint = "Type an id that `mail queue` listed as held."
            raise InvalidInputError(Problem("X29", f"packet {missing[0]} is not in this batch", hint, "--release"))

    def _remaining_hold(self, packet_id: str, codes: list[str]) -> str:
        """Return the code that still holds an overridden packet: it allows no override, or was not listed before."""
        listed = self.listed.get(packet_id, codes[:1])  # a packet that was never listed: the first reason is overridden
        return next((code for code in codes if not HOLDS[code].can_override or code not in listed), "")

    def _supersede(self, is_outdated: Callable[[Message], bool]) -> None:
        for index, message in enumerate(self.messages):
            if message.state in WAITING and is_outdated(message):
                superseded = self.ledger.move(message, MailState.SUPERSEDED, actor=self.context.actor)
                self.registry.remove(superseded)
                self.messages[index] = superseded
                self.result.superseded.append(superseded)

    def _existing_message(self, candidate: Candidate) -> Message | None:
        """Return the message with this packet to this address, unless a person wants to send it once more."""
        for message in reversed(self.messages):
            same = message.packet == candidate.packet.id and message.address == self._address(candidate)
            if same and message.state is MailState.SENT and candidate.packet.id in self.overrides:
                return None
            if same and message.state in (*WAITING, MailState.SENT):
                return message
        return None

    def _add_message(self, candidate: Candidate, override_reason: str) -> Message:
        """Add a message with a higher sequence than every earlier mail, for the patient's calendar."""
        packet = candidate.packet
        earlier: tuple[Message | SentMail, ...] = (*self.messages, *self.registry.mail_to_patient(packet.patient))
        sequences = [
            mail.sequence for mail in earlier if (mail.patient, mail.episode) == (packet.patient, packet.episode)
        ]
        message = self._new_message(candidate, max(sequences, default=-1) + 1, override_reason)
        if override_reason:
            self.registry.record_known(message)
        message = self.ledger.add(message, self.context.actor)
        self.messages.append(message)
        return message

    def _new_message(self, candidate: Candidate, sequence: int, override_reason: str) -> Message:
        packet, address = candidate.packet, self._address(candidate)
        parsed = mail_address.parse_address(candidate.mail[0]) or ""
        # The folder's mark is part of it because another folder may have the same packet under the same id.
        idempotency_key = fingerprint(
            self.context.key, "mail", self.ledger.get_meta("mail_mark"), packet.id, address, str(sequence)
        )
        message_id = fingerprint(self.context.key, "message id", idempotency_key).hex()
        now = self.context.clock()
        deadline = now + dt.timedelta(hours=self.settings.deadline_hours)
        return Message(
            number=0,
            idempotency_key=idempotency_key,
            packet=packet.id,
            patient=packet.patient,
            episode=packet.episode,
            day=packet.day,
            address=address,
            masked_address=mail_address.masked_address(parsed) if parsed else "",
            message_id=f"<{message_id}@{self.settings.domain}>",
            sha256=packet.sha256,
            sequence=sequence,
            overridden=int(bool(override_reason)),
            override_reason=override_reason,
            queued_by=self.context.actor,
            queued_at=utc(now),
            send_before=utc(deadline),
            next_try=utc(now),
        )

    def _address(self, candidate: Candidate) -> bytes:
        return candidate_address(self.context.key, candidate)
