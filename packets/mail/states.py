"""Define the states of a message, and the reasons that a person may give to send a held packet anyway.

Triggers of the ledger, in batch/migrations/, refuse every step from one state to another that is not legal.
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
