"""Why a packet is held and not mailed, what a person does about it, and what is held, as the ledger keeps it."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from packets.batch.ledger import State
from packets.mail.ledger import MailLedger

OVERRIDE_REASONS = ("rescheduled", "corrected", "address-checked", "shared-address", "asked-again")

# Code of a hold: what is said, and whether a person may let the packet go out all the same.
HOLDS: Mapping[str, tuple[str, bool]] = {
    "H01": ("no consent to mail is recorded", False),
    "H02": ("no address is recorded", False),
    "H03": ("the address is not confirmed", False),
    "H04": ("the address is not exactly one mail address", False),
    "H05": ("the operation is not recorded as performed", False),
    "H06": ("the packet's file is not as it was made; run the batch again", False),
    "H07": ("the packet has a password; hand it over in person", False),
    "H08": ("there is no mail text in this language", False),
    "H09": ("the earlier mail's outcome is unknown; resolve it first", False),
    "H10": ("an earlier mail is on its way", False),
    "H11": ("several patients have this address", True),
    "H12": ("the patient's address is not the one of the earlier mail", True),
    "H13": ("the operation was rescheduled after the packet was mailed", True),
    "H14": ("the packet was changed after it was mailed", True),
    "H15": ("a packet for this operation was mailed from another folder", True),
    "H16": ("the earlier mail was refused, cancelled or too late", True),
    "H17": ("the content has changed since the packet was made, or was a draft; make the packet again", False),
    "H70": ("the operation is recorded as performed, but its date is after today", False),
    "H71": ("every recovery date in the packet is already past", False),
    "H72": ("the operation is more than 30 days ago or more than 180 days ahead", False),
    "H80": ("another operation of this patient on the same day was mailed, or its mail waits", True),
    "H81": ("the address has letters of two alphabets; some look like others", True),
    "H82": ("the address is nearly that of a big provider, such as gmial.com", True),
    "H83": ("the address has the name of another patient of this schedule", True),
    "H84": ("most addresses have the name of another row's patient: the column may have been shifted", True),
}
# What a person does about it; where it says nothing, the row is to be put right.
_ACTIONS = {
    "H06": "Make the packet again.",
    "H07": "Hand the packet over in person.",
    "H17": "Make the packet again, with what is in the content now.",
    "H71": "Compare the surgery date with the chart. If it is right, hand the packet over on paper.",
    "H72": "Compare the surgery date with the chart. If it is right, hand the packet over on paper.",
    "H08": "Hand the packet over on paper.",
    "H09": "Say first what became of the earlier mail.",
    "H10": "Wait until the earlier mail has gone out, or cancel it.",
    "H84": "Compare the addresses with the names. Correct the schedule, run the batch and queue the mails again.",
}


@dataclass(frozen=True, slots=True)
class Hold:
    packet_id: str
    row: int
    code: str

    @property
    def reason(self) -> str:
        return HOLDS[self.code][0]


def recommended_action(hold: Hold) -> str:
    """What a person does about it."""
    if HOLDS[hold.code][1] and hold.code not in _ACTIONS:
        return "Call the patient."
    return _ACTIONS.get(
        hold.code, "Correct the row of the schedule, make its packets again, and queue the mails again."
    )


def save_holds(ledger: MailLedger, held: Iterable[Hold], released: Container[str] = ()) -> None:
    """Write down what is held. Of a packet that a person tried to let out, what was shown before counts as known."""
    held, before = list(held), listed_holds(ledger)
    shown = {
        each.packet_id: [*(before.get(each.packet_id, ()) if each.packet_id in released else ()), each.code]
        for each in held
    }
    ledger.keep(held=json.dumps([[each.packet_id, each.row, each.code] for each in held]), shown=json.dumps(shown))


def listed_holds(ledger: MailLedger) -> dict[str, list[str]]:
    """Return, by packet, the reasons that a person has been shown since it was last queued without their deciding."""
    found: dict[str, list[str]] = json.loads(ledger.note("shown") or "{}")
    return found


def current_holds(ledger: MailLedger) -> tuple[Hold, ...]:
    """What was held when mails were queued last, of the packets that are still the ones."""
    ready = {packet.id for packet in ledger.packets() if packet.state is State.READY}
    kept = json.loads(ledger.note("held") or "[]")
    return tuple(Hold(packet_id, row, code) for packet_id, row, code in kept if packet_id in ready)
