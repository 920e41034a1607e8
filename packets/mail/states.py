"""The states of a mail and the steps between them, as the newest migration of the ledger has them too."""

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
