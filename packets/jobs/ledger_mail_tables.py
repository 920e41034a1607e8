"""The outbox's tables and what the database itself refuses to do with them: the second migration of the ledger."""

from __future__ import annotations

from enum import StrEnum


class MailState(StrEnum):
    QUEUED = "queued"
    DEFERRED = "deferred"  # the relay said: later
    SENDING = "sending"  # the final dot has not been written
    COMMITTING = "committing"  # it may have been
    SENT = "sent"
    REJECTED = "rejected"  # the relay said: never
    FAILED = "failed"  # later, too often
    UNKNOWN = "unknown"  # only a person can find out
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"  # the packet or the address was replaced before it went out
    EXPIRED = "expired"


WAITING = (MailState.QUEUED, MailState.DEFERRED)
IN_FLIGHT = (*WAITING, MailState.SENDING, MailState.COMMITTING, MailState.UNKNOWN)

TRANSITIONS = {
    MailState.QUEUED: ("sending", "cancelled", "superseded", "expired"),
    MailState.DEFERRED: ("sending", "cancelled", "superseded", "expired"),
    MailState.SENDING: ("committing", "queued", "deferred", "rejected", "failed"),
    MailState.COMMITTING: ("sent", "deferred", "rejected", "failed", "unknown"),
    MailState.UNKNOWN: ("sent", "queued", "cancelled"),
}

# What identifies a mail; all but the hint never changes, and the hint can only be taken away.
_FROZEN = (
    "number, idem, packet, patient, episode, day, address, message_id, sha256, sequence, again, because, "
    "queued_by, queued_at, send_before"
)


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _no(name: str, when: str, why: str) -> str:
    return f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"


MAIL_TABLES: tuple[str, ...] = (
    "CREATE TABLE mail_state(name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    """CREATE TABLE mail_step(
      before TEXT NOT NULL, after TEXT NOT NULL, PRIMARY KEY(before, after)) STRICT, WITHOUT ROWID""",
    *(f"INSERT INTO mail_state VALUES ('{state}')" for state in MailState),  # noqa: S608
    *(f"INSERT INTO mail_step VALUES ('{a}', '{b}')" for a, after in TRANSITIONS.items() for b in after),  # noqa: S608
    """CREATE TABLE message(
      number INTEGER PRIMARY KEY,
      idem BLOB NOT NULL UNIQUE,        -- fingerprint of packet, address and sequence
      packet TEXT NOT NULL REFERENCES packet(id),
      patient BLOB NOT NULL,            -- as in packet
      episode BLOB NOT NULL,
      day BLOB NOT NULL,
      address BLOB NOT NULL,            -- fingerprint of the address
      hint TEXT NOT NULL,               -- r***@e***.org; "" once purged
      message_id TEXT NOT NULL UNIQUE,  -- the same for every attempt
      sha256 TEXT NOT NULL,             -- of the attachment
      sequence INTEGER NOT NULL,        -- counts the mails of an episode; the calendar's SEQUENCE
      again INTEGER NOT NULL,           -- a person let it go out although something spoke against it
      because TEXT NOT NULL CHECK (again = 0 OR because <> ''),
      queued_by TEXT NOT NULL,
      queued_at TEXT NOT NULL,
      send_before TEXT NOT NULL,
      state TEXT NOT NULL REFERENCES mail_state(name),
      attempts INTEGER NOT NULL,
      next_try TEXT NOT NULL,
      decided_by TEXT NOT NULL,         -- who said what became of an unknown one
      seal BLOB NOT NULL,
      UNIQUE(patient, episode, sequence)) STRICT""",
    f"""CREATE UNIQUE INDEX one_mail_in_flight ON message(patient, episode)
      WHERE state IN ({_listed(IN_FLIGHT)})""",
    f"""CREATE UNIQUE INDEX one_mail_undecided ON message(patient, episode)
      WHERE again = 0 AND state IN ({_listed((*IN_FLIGHT, MailState.SENT))})""",
    """CREATE TABLE mail_event(
      id INTEGER PRIMARY KEY,
      at TEXT NOT NULL,
      actor TEXT NOT NULL,              -- who, or what
      message INTEGER NOT NULL REFERENCES message(number),
      before TEXT NOT NULL,
      after TEXT NOT NULL,
      phase TEXT NOT NULL,              -- how far the conversation with the relay had come
      code INTEGER NOT NULL,            -- the relay's
      chain BLOB NOT NULL) STRICT""",
    _no("mail_begins_queued", "BEFORE INSERT ON message WHEN NEW.state <> 'queued'", "a mail begins in the queue"),
    _no(
        "mail_of_its_packet",
        """BEFORE INSERT ON message WHEN NOT EXISTS (SELECT 1 FROM packet p WHERE p.id = NEW.packet
        AND p.patient = NEW.patient AND p.episode = NEW.episode AND p.day = NEW.day AND p.sha256 = NEW.sha256
        AND p.state = 'ready')""",
        "the packet is not this patient''s",
    ),
    # INSERT OR REPLACE would take rows away without asking the triggers of DELETE.
    _no(
        "mail_not_replaced",
        f"""BEFORE INSERT ON message WHEN EXISTS (SELECT 1 FROM message m WHERE m.number = NEW.number
        OR m.idem = NEW.idem OR m.message_id = NEW.message_id OR (m.patient = NEW.patient AND m.episode = NEW.episode
        AND (m.sequence = NEW.sequence OR m.state IN ({_listed(IN_FLIGHT)})
        OR (m.state = 'sent' AND NEW.again = 0))))""",  # noqa: S608
        "this patient has a mail for this operation",
    ),
    _no(
        "mail_event_not_replaced",
        "BEFORE INSERT ON mail_event WHEN EXISTS (SELECT 1 FROM mail_event e WHERE e.id = NEW.id)",
        "append only",
    ),
    _no(
        "mail_step_is_legal",
        """BEFORE UPDATE OF state ON message WHEN OLD.state <> NEW.state AND NOT EXISTS
        (SELECT 1 FROM mail_step WHERE before = OLD.state AND after = NEW.state)""",
        "not a legal step",
    ),
    _no(
        "mail_unknown_is_for_a_person",
        """BEFORE UPDATE OF state ON message WHEN OLD.state = 'unknown' AND NEW.state <> 'unknown'
        AND NEW.decided_by = ''""",
        "a person decides",
    ),
    _no("mail_identity", f"BEFORE UPDATE OF {_FROZEN} ON message", "what a mail is never changes"),
    _no(
        "mail_hint",
        f"BEFORE UPDATE OF hint ON message WHEN NEW.hint <> '' OR OLD.state IN ({_listed(IN_FLIGHT)})",
        "a hint can only be taken away, at the end",
    ),
    _no("mail_not_deleted", "BEFORE DELETE ON message", "append only"),
    _no("mail_event_not_changed", "BEFORE UPDATE ON mail_event", "append only"),
    _no("mail_event_not_deleted", "BEFORE DELETE ON mail_event", "append only"),
    *(
        _no(f"mail_{table}_not_{what}", f"BEFORE {act} ON mail_{table}", "the rules stand")
        for table in ("state", "step")
        for what, act in (("changed", "UPDATE"), ("deleted", "DELETE"), ("added", "INSERT"))
    ),
)
