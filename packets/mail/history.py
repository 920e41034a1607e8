"""Find what other mails and other rows say against a mail: judged when it is queued, and again when it is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from packets.batch.ledger import Packet
from packets.batch.plan import CaseFingerprints
from packets.content.library import Library
from packets.mail.candidates import Candidate
from packets.mail.ledger import MailLedger, Message, SentMail, in_flight
from packets.mail.registry import SentMailRegistry
from packets.mail.states import MailState


class MailHistory:
    """The mails of this folder and of all others, beside the rows of the newest plan.

    `address_of` gives the fingerprint of a candidate's address. What speaks against a mail is a code of HOLDS.
    """

    def __init__(
        self,
        key: bytes,
        library: Library,
        ledger: MailLedger,
        registry: SentMailRegistry,
        rows: Iterable[Candidate],
        address_of: Callable[[Candidate], bytes],
    ) -> None:
        self._key, self._register, self._address_of = key, registry, address_of
        self._procedures = {procedure for procedure, _ in library.handouts}
        self._packets = {packet.id: packet for packet in ledger.packets()}
        self._of_rows: defaultdict[bytes, set[bytes]] = defaultdict(set)
        for row in rows:
            self._of_rows[address_of(row)].add(row.packet.patient)

    def patients_at(self, address: bytes, messages: Iterable[Message]) -> set[bytes]:
        """Return everybody with this address: in the rows, in the mails of this folder, in those of all others."""
        found = self._of_rows[address] | self._register.patients_at(address)
        return found | {message.patient for message in messages if message.address == address and _may_be_out(message)}

    def when_queued(self, candidate: Candidate, messages: Iterable[Message]) -> list[str]:
        """Return every reason, the gravest first."""
        packet, address = candidate.packet, self._address_of(candidate)
        messages = list(messages)
        earlier = [message for message in messages if message.patient == packet.patient]
        same = [each for each in earlier if each.episode == packet.episode]
        if any(each.state is MailState.UNKNOWN for each in same):
            return ["H09"]
        if any(in_flight(each) for each in same):
            return ["H10"]
        shared = ["H11"] if len(self.patients_at(address, messages)) > 1 else []
        found = [*shared, *self._against(candidate, earlier, self._register.of_patient(packet.patient))]
        if not found and any(each.state is not MailState.SUPERSEDED for each in same):
            return ["H16"]
        return found

    def when_sent(self, candidate: Candidate, message: Message, messages: Iterable[Message]) -> str:
        """Judge a queued mail once more, "" if it may go out; call it while the register is locked.

        What a person knew of when they let this mail go out is not held against it.
        """
        known = {message.idempotency_key} | self._register.known_to(message)
        claims = [each for each in self._register.of_patient(message.patient) if each.idempotency_key not in known]
        if message.overridden:
            if self._register.patients_at(message.address, known) - {message.patient}:
                return "H11"
            return next(self._against(candidate, (), claims), "")
        others = [each for each in messages if each.number != message.number]
        if len(self.patients_at(message.address, others)) > 1:
            return "H11"
        sent = [other for other in others if other.patient == message.patient and other.state is MailState.SENT]
        return next(self._against(candidate, sent, claims), "")

    def _against(self, candidate: Candidate, earlier: Iterable[Message], claims: Iterable[SentMail]) -> Iterator[str]:
        """Judge by mails of this patient: `earlier` of this folder, `claims` of every folder."""
        packet, address = candidate.packet, self._address_of(candidate)
        earlier, claims = list(earlier), list(claims)
        sent = [each for each in earlier if each.state is MailState.SENT]
        addresses = [claim.address for claim in claims if claim.address] or [each.address for each in sent]
        if addresses and addresses[-1] != address:
            yield "H12"
        ancestors = set(self._replaced_by(packet))
        replaced = [each for each in sent if each.packet in ancestors or each.episode == packet.episode]
        mine = {each.idempotency_key for each in earlier}
        elsewhere = [claim for claim in claims if claim.episode == packet.episode and claim.idempotency_key not in mine]
        same_date = set(self._days_of_date(candidate))
        same_operation: tuple[Message | SentMail, ...] = (*replaced, *elsewhere)
        out: tuple[Message | SentMail, ...] = (*claims, *(each for each in earlier if _may_be_out(each)))
        if any(each.day not in same_date for each in same_operation if each.day):
            yield "H13"
        elif any(each.episode == packet.episode for each in replaced):
            yield "H14"
        elif replaced or any(each.episode != packet.episode and each.day in same_date for each in out):
            yield "H80"
        elif elsewhere:
            yield "H15"

    def _replaced_by(self, packet: Packet) -> Iterator[str]:
        """All earlier versions of a packet, also of those that were corrected twice before anything was mailed."""
        found = packet.replaces
        while found is not None:
            yield found
            before = self._packets.get(found)
            found = before.replaces if before else None

    def _days_of_date(self, candidate: Candidate) -> Iterator[bytes]:
        """Fingerprints of this patient and date with each operation that there is."""
        case = candidate.case
        for procedure in self._procedures | {case.procedure}:
            yield CaseFingerprints.of(self._key, case.record_number, procedure, case.surgery_date, candidate.name).day


def _may_be_out(message: Message) -> bool:
    return in_flight(message) or message.state is MailState.SENT
