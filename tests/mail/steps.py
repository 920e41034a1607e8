"""The legal steps of a mail from one state to another, which the triggers of the ledger must have."""

from __future__ import annotations

from packets.mail.states import MailState

NEXT_STATES = {
    MailState.QUEUED: ("sending", "cancelled", "superseded", "expired"),
    MailState.DEFERRED: ("sending", "cancelled", "superseded", "expired"),
    MailState.SENDING: ("committing", "queued", "deferred", "rejected", "failed"),
    MailState.COMMITTING: ("sent", "deferred", "rejected", "failed", "unknown"),
    MailState.UNKNOWN: ("sent", "queued", "cancelled"),
}
LEGAL_STEPS = {(before, after) for before, all_after in NEXT_STATES.items() for after in all_after}
