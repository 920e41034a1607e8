"""Find reasons in other mail to hold a packet: judged when it is queued, and again when it is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from packets.batch.packet_ledger import Packet
from packets.batch.plan import CaseFingerprints
from packets.content.library import Library
from packets.mail.candidates import Candidate
from packets.mail.mail_ledger import MailLedger, Message, SentMail, in_flight, sent_or_in_flight
from packets.mail.registry import SentMailRegistry
from packets.mail.states import MailState


class MailHistory:
    """The mail of this folder and of all others, and the rows of the current schedule.

    `address_of` returns the fingerprint of a candidate's address. Reasons are codes of `holds.HOLDS`.
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
        self._key, self._registry, self._address_of = key, registry, address_of
        self._procedures = {procedure for procedure, _ in library.handouts}
        self._packets = {packet.id: packet for packet in ledger.packets()}
        self._patients_by_address: defaultdict[bytes, set[bytes]] = defaultdict(set)
        for row in rows:
            self._patients_by_address[address_of(row)].add(row.packet.patient)

    def patients_at(self, address: bytes, messages: Iterable[Message]) -> set[bytes]:
        """Return all patients with this address: in the schedule, in this folder's messages, in all other mail."""
        patients = self._patients_by_address[address] | self._registry.patients_at(address)
        return patients | {
            message.patient for message in messages if message.address == address and sent_or_in_flight(message)
        }

    def holds_when_queued(self, candidate: Candidate, messages: Iterable[Message]) -> list[str]:
        """Return every reason to hold a packet, the most serious first."""
        packet, address = candidate.packet, self._address_of(candidate)
        messages = list(messages)
        of_patient = [message for message in messages if message.patient == packet.patient]
        of_episode = [message for message in of_patient if message.episode == packet.episode]
        if any(message.state is MailState.UNKNOWN for message in of_episode):
            return ["H09"]
        if any(in_flight(message) for message in of_episode):
            return ["H10"]
        shared = ["H11"] if len(self.patients_at(address, messages)) > 1 else []
        earlier = self._registry.mail_to_patient(packet.patient)
        codes = [*shared, *self._holds_from_earlier_mail(candidate, of_patient, earlier)]
        if not codes and any(message.state is not MailState.SUPERSEDED for message in of_episode):
            return ["H16"]
        return codes

    def hold_when_sent(self, candidate: Candidate, message: Message, messages: Iterable[Message]) -> str:
        """Return the first reason not to send a queued message, or "". The registry must be locked.

        If a person sends the message anyway, mail that they knew of then is no reason.
        """
        known = {message.idempotency_key} | self._registry.known_to(message)
        new = [mail for mail in self._registry.mail_to_patient(message.patient) if mail.idempotency_key not in known]
        if message.overridden:
            if self._registry.patients_at(message.address, known) - {message.patient}:
                return "H11"
            return next(self._holds_from_earlier_mail(candidate, (), new), "")
        others = [other for other in messages if other.number != message.number]
        if len(self.patients_at(message.address, others)) > 1:
            return "H11"
        sent = [other for other in others if other.patient == message.patient and other.state is MailState.SENT]
        return next(self._holds_from_earlier_mail(candidate, sent, new), "")

    def _holds_from_earlier_mail(
        self, candidate: Candidate, from_folder: Iterable[Message], from_registry: Iterable[SentMail]
    ) -> Iterator[str]:
        """Compare with earlier mail to this patient, from this folder and from the registry of all folders."""
        packet, address = candidate.packet, self._address_of(candidate)
        from_folder, from_registry = list(from_folder), list(from_registry)
        sent = [message for message in from_folder if message.state is MailState.SENT]
        addresses = [mail.address for mail in from_registry if mail.address] or [message.address for message in sent]
        if addresses and addresses[-1] != address:
            yield "H12"
        earlier_versions = set(self._replaced_by(packet))
        replaced = [
            message for message in sent if message.packet in earlier_versions or message.episode == packet.episode
        ]
        keys = {message.idempotency_key for message in from_folder}
        elsewhere = [
            mail for mail in from_registry if mail.episode == packet.episode and mail.idempotency_key not in keys
        ]
        same_date = set(self._days_of_any_operation(candidate))
        same_operation: tuple[Message | SentMail, ...] = (*replaced, *elsewhere)
        out: tuple[Message | SentMail, ...] = (*from_registry, *filter(sent_or_in_flight, from_folder))
        if any(mail.day not in same_date for mail in same_operation if mail.day):
            yield "H13"
        elif any(message.episode == packet.episode for message in replaced):
            yield "H14"
        elif replaced or any(mail.episode != packet.episode and mail.day in same_date for mail in out):
            yield "H80"
        elif elsewhere:
            yield "H15"

    def _replaced_by(self, packet: Packet) -> Iterator[str]:
        """Yield the ids of all earlier versions of a packet, including those that were never mailed."""
        packet_id = packet.replaces
        while packet_id is not None:
            yield packet_id
            earlier = self._packets.get(packet_id)
            packet_id = earlier.replaces if earlier else None

    def _days_of_any_operation(self, candidate: Candidate) -> Iterator[bytes]:
        """Yield the `day` fingerprints of this patient and date with every procedure."""
        case = candidate.case
        for procedure in self._procedures | {case.procedure}:
            yield CaseFingerprints.of(self._key, case.record_number, procedure, case.surgery_date, candidate.name).day
