"""Define the states of a message, the legal steps between them (the same as in the newest ledger migration), and the
reasons that a person may give to send a held packet anyway.
"""

from __future__ import annotations

from enum import StrEnum

# What a person states when sending a held packet anyway.
OVERRIDE_REASONS = ("rescheduled", "corrected", "address-checked", "shared-address", "asked-again")


class MailState(StrEnum):
    QUEUED = "queued"
    DEFERRED = "deferred"  # the relay asked to try again later
    SENDING = "sending"  # the final dot has not been written
    COMMITTING = "committing"  # the final dot may have been written
    SENT = "sent"
    REJECTED = "rejected"  # the relay refused it permanently
    FAILED = "failed"  # deferred too many times
    UNKNOWN = "unknown"  # only a person can find out
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"  # the packet or the address was replaced before it was sent
    EXPIRED = "expired"  # not sent before the deadline


WAITING = (MailState.QUEUED, MailState.DEFERRED)
IN_FLIGHT = (*WAITING, MailState.SENDING, MailState.COMMITTING, MailState.UNKNOWN)

TRANSITIONS = {
    MailState.QUEUED: ("sending", "cancelled", "superseded", "expired"),
    MailState.DEFERRED: ("sending", "cancelled", "superseded", "expired"),
    MailState.SENDING: ("committing", "queued", "deferred", "rejected", "failed"),
    MailState.COMMITTING: ("sent", "deferred", "rejected", "failed", "unknown"),
    MailState.UNKNOWN: ("sent", "queued", "cancelled"),
}
