"""Keep the messages of one folder and everything that happened to them: all SQL about the outbox.

The ledger knows no patient and no address, only their fingerprints (made with the site key) and masked addresses such
as r***@e***.org.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import astuple, replace

from packets.batch.packet_ledger import Ledger, checksum_of
from packets.mail.states import IN_FLIGHT, MailState


class Message(Struct, frozen=True):
    """One mail; times are UTC in ISO 8601, so that they sort as text."""

    number: int
    idempotency_key: bytes
    packet: str
    patient: bytes
    episode: bytes
    day: bytes
    address: bytes
    masked_address: str
    message_id: str
    sha256: str
    sequence: int
    overridden: int
    override_reason: str
    queued_by: str
    queued_at: str
    send_before: str
    state: MailState = MailState.QUEUED
    attempts: int = 0
    next_try: str = ""
    decided_by: str = ""


class SentMail(Struct, frozen=True):
    """A mail from any folder that was sent or may have been, as the registry of sent mail keeps it."""

    idempotency_key: bytes
    patient: bytes
    episode: bytes
    day: bytes
    address: bytes
    sequence: int

    @classmethod
    def of(cls, message: Message) -> SentMail:
        return cls(*(getattr(message, name) for name in cls.__struct_fields__))


class Event(Struct, frozen=True):
    """One step of a message. `phase` is how far the SMTP conversation had come, or why the step was taken."""

    at: str
    actor: str
    before: str
    after: str
    phase: str
    code: int


# Columns that the frozen migrations named otherwise than the fields.
_COLUMN_NAMES = {
    "idempotency_key": "idem",
    "masked_address": "hint",
    "overridden": "again",
    "override_reason": "because",
}


def columns(record: type[Message] | type[SentMail]) -> tuple[str, ...]:
    """Return the names of the database columns of a record's fields, in order."""
    return tuple(_COLUMN_NAMES.get(name, name) for name in record.__struct_fields__)


_COLUMNS = columns(Message)
_INSERT = f"INSERT INTO message({', '.join(_COLUMNS)}, seal) VALUES ({', '.join('?' * len(_COLUMNS))}, ?)"  # noqa: S608
_SELECT = f"SELECT {', '.join(_COLUMNS)}, seal FROM message"  # noqa: S608
_UPDATE = "UPDATE message SET state = ?, attempts = ?, next_try = ?, decided_by = ?, seal = ? WHERE number = ?"


class MailLedger(Ledger):
    """A folder's ledger, including its outbox. Open it only while holding the folder's lock, as a sender does."""

    # ---- reading

    def messages(self) -> Iterator[Message]:
        with self._explained():
            for *values, seal in self._db.execute(_SELECT + " ORDER BY number").fetchall():
                message = Message(*values)
                if seal != checksum_of(*astuple(message)):
                    raise self._damaged()
                yield replace(message, state=MailState(message.state))

    def events(self, message: Message) -> tuple[Event, ...]:
        query = "SELECT at, actor, before, after, phase, code FROM mail_event WHERE message = ? ORDER BY id"
        with self._explained():
            return tuple(Event(*row) for row in self._db.execute(query, (message.number,)).fetchall())

    def position(self) -> tuple[int, bytes]:
        """Return the number and the digest of the outbox's last event, (0, b"") if there is none."""
        with self._explained():
            row = self._db.execute("SELECT id, chain FROM mail_event ORDER BY id DESC LIMIT 1").fetchone()
        return (int(row[0]), bytes(row[1])) if row else (0, b"")

    def digest_at(self, number: int) -> bytes:
        """Return the digest of the event with this number, or b""."""
        with self._explained():
            row = self._db.execute("SELECT chain FROM mail_event WHERE id = ?", (number,)).fetchone()
        return bytes(row[0]) if row else b""

    # ---- writing: each method is one transaction, on disk when it returns

    def add(self, message: Message, actor: str) -> Message:
        """Add a message under the next number. The database refuses a second live message of an episode (D01)."""
        with self._transaction():
            (number,) = self._db.execute("SELECT coalesce(max(number), 0) + 1 FROM message").fetchone()
            message = replace(message, number=number)
            self._db.execute(_INSERT, (*astuple(message), checksum_of(*astuple(message))))
            self._mail_event(message, "", actor, "", 0)
        return message

    def move(
        self,
        message: Message,
        state: MailState,
        *,
        actor: str,
        phase: str = "",
        code: int = 0,
        attempts: int | None = None,
        next_try: str | None = None,
        decided_by: str = "",
        meta: Mapping[str, str] = MappingProxyType({}),
    ) -> Message:
        """Move a message to another state, and store metadata. The database refuses an illegal step (D01)."""
        moved = replace(
            message,
            state=state,
            attempts=message.attempts if attempts is None else attempts,
            next_try=message.next_try if next_try is None else next_try,
            decided_by=decided_by or message.decided_by,
        )
        with self._transaction():
            values = (moved.state, moved.attempts, moved.next_try, moved.decided_by, checksum_of(*astuple(moved)))
            if self._db.execute(_UPDATE, (*values, moved.number)).rowcount != 1:
                raise self._damaged()
            self._mail_event(moved, message.state, actor, phase, code)
            self._set_meta(**meta)
        return moved

    def recover(self) -> None:
        """Settle what a crashed sender left: before the final dot nothing was sent, after it the outcome is unknown."""
        for message in list(self.messages()):
            if message.state is MailState.SENDING:
                self.move(message, MailState.QUEUED, actor="recovery")
            elif message.state is MailState.COMMITTING:
                self.move(message, MailState.UNKNOWN, actor="recovery")

    def purge(self, message: Message, actor: str) -> None:
        """Erase the masked address of a finished message; fingerprints and events stay."""
        purged = replace(message, masked_address="")
        with self._transaction():
            query = "UPDATE message SET hint = '', seal = ? WHERE number = ?"
            self._db.execute(query, (checksum_of(*astuple(purged)), purged.number))
            self._mail_event(purged, message.state, actor, "purged", 0)

    def compact(self) -> None:
        """Remove purged data from free pages and the write-ahead log too."""
        with self._explained():
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _mail_event(self, message: Message, before: str, actor: str, phase: str, code: int) -> None:
        self._append("mail_event", actor, message.number, str(before), str(message.state), phase, code)

    # ---- trust

    def _verify(self) -> None:
        """Check the ledger as usual, and that each message is in the state of its last event."""
        super()._verify()
        states: dict[int, str] = {}
        for _, _, _, message, before, after, _, _ in self._verified_rows("mail_event"):
            if states.get(message, "") != before:
                raise self._damaged()
            states[message] = after
        if {message.number: str(message.state) for message in self.messages()} != states:
            raise self._damaged()


def in_flight(message: Message) -> bool:
    return message.state in IN_FLIGHT


def sent_or_in_flight(message: Message) -> bool:
    return in_flight(message) or message.state is MailState.SENT
