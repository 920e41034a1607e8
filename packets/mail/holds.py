"""List the reasons to hold a packet instead of mailing it, what a person can do about each, and what is held now."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct

from packets.batch.packet_ledger import State
from packets.mail.mail_ledger import MailLedger


class HoldRule(NamedTuple):
    """Why a packet is held, and whether a person may send it anyway."""

    reason: str
    can_override: bool


HOLDS: Mapping[str, HoldRule] = {
    "H01": HoldRule("no consent to e-mail is recorded", False),
    "H02": HoldRule("no address is recorded", False),
    "H03": HoldRule("the address is not confirmed", False),
    "H04": HoldRule("the address is not exactly one e-mail address", False),
    "H05": HoldRule("the operation is not recorded as performed", False),
    "H06": HoldRule("the packet's file is missing or has changed; run the batch again", False),
    "H07": HoldRule("the packet has a password; hand it over in person", False),
    "H08": HoldRule("there is no e-mail text in this language", False),
    "H09": HoldRule("it is unknown whether the earlier mail was delivered; resolve it first", False),
    "H10": HoldRule("an earlier mail is still queued or being sent", False),
    "H11": HoldRule("more than one patient has this address", True),
    "H12": HoldRule("the patient's earlier mail went to another address", True),
    "H13": HoldRule("the operation was rescheduled after the packet was mailed", True),
    "H14": HoldRule("the packet was changed after it was mailed", True),
    "H15": HoldRule("a packet for this operation was mailed from another folder", True),
    "H16": HoldRule("the earlier mail was rejected, cancelled or too late", True),
    "H17": HoldRule("the content has changed since the packet was made, or was a draft; make the packet again", False),
    "H18": HoldRule("the e-mail text in this language has no words for what is attached (clinic.yaml, attach:)", False),
    "H19": HoldRule("the packet's HTML copy is missing or has changed; run the batch again", False),
    "H70": HoldRule("the operation is recorded as performed, but its date is in the future", False),
    "H71": HoldRule("every recovery date in the packet has passed", False),
    "H72": HoldRule("the operation is more than 30 days ago or more than 180 days ahead", False),
    "H80": HoldRule("another operation of this patient on the same day was mailed, or its mail is queued", True),
    "H81": HoldRule("the address mixes letters of two alphabets; some look like others", True),
    "H82": HoldRule("the address is nearly that of a major provider, such as gmial.com", True),
    "H83": HoldRule("the address contains the name of another patient in this schedule", True),
    "H84": HoldRule("most addresses contain the name of another row's patient: the column may have shifted", True),
    "H85": HoldRule("its row was corrected in the web form, and the schedule says something else", False),
}
_HELD_BY_OTHER_MAIL = ("H09", "H10")  # a decision about that mail may end them
_CALL = "Call the patient."
_CORRECT_ROW = "Correct the row of the schedule, make its packets again, and queue the mails again."
_COMPARE_DATE = "Compare the surgery date with the chart. If it is right, hand the packet over on paper."
# For the other codes: call the patient if a person may send the packet anyway, else correct the row.
_ACTIONS = {
    "H06": "Make the packet again.",
    "H07": "Hand the packet over in person.",
    "H08": "Hand the packet over on paper.",
    "H09": "Find out what became of the earlier mail, and resolve it.",
    "H10": "Wait until the earlier mail has gone out, or cancel it.",
    "H17": "Make the packet again with the current content.",
    "H18": "Hand the packet over on paper, and ask for text_html and text_both in the e-mail text.",
    "H19": "Make the packet again.",
    "H71": _COMPARE_DATE,
    "H72": _COMPARE_DATE,
    "H85": "Hand the packet over on paper, or correct the schedule, run the batch and queue the mails again.",
    "H84": "Compare the addresses with the names. Correct the schedule, run the batch and queue the mails again.",
}


class Hold(Struct, frozen=True):
    """A held packet; `row` is 0 if it is from the web form."""

    packet_id: str
    row: int
    code: str

    @property
    def reason(self) -> str:
        return HOLDS[self.code].reason


def recommended_action(hold: Hold) -> str:
    """Return what a person should do about a hold."""
    return _ACTIONS.get(hold.code, _CALL if HOLDS[hold.code].can_override else _CORRECT_ROW)


def save_holds(ledger: MailLedger, held: Iterable[Hold], released: Container[str] = ()) -> None:
    """Save the current holds in the ledger.

    For the packets in `released`, which a person tried to send anyway, the reasons listed earlier stay listed.
    """
    held, earlier = list(held), listed_holds(ledger)
    listed = {
        hold.packet_id: [*(earlier.get(hold.packet_id, ()) if hold.packet_id in released else ()), hold.code]
        for hold in held
    }
    ledger.set_meta(**_meta(held, listed))


def with_hold(ledger: MailLedger, hold: Hold) -> dict[str, str]:
    """Return the ledger's metadata with one more current hold, to be stored with what causes it."""
    held = [*(other for other in current_holds(ledger) if other.packet_id != hold.packet_id), hold]
    return _meta(held, {each.packet_id: [each.code] for each in held})


def _meta(held: Iterable[Hold], listed: Mapping[str, list[str]]) -> dict[str, str]:
    codes = json.dumps([[hold.packet_id, hold.row, hold.code] for hold in held])
    return {"held": codes, "shown": json.dumps(listed)}


def listed_holds(ledger: MailLedger) -> dict[str, list[str]]:
    """Return, by packet id, the reasons a person was shown since the packet was last queued without an override."""
    listed: dict[str, list[str]] = json.loads(ledger.get_meta("shown") or "{}")
    return listed


def current_holds(ledger: MailLedger) -> tuple[Hold, ...]:
    """Return the holds of the last queueing whose packets are still current."""
    ready = {packet.id for packet in ledger.packets() if packet.state is State.READY}
    saved = json.loads(ledger.get_meta("held") or "[]")
    return tuple(Hold(packet_id, row, code) for packet_id, row, code in saved if packet_id in ready)


def held_by_other_mail(ledger: MailLedger) -> frozenset[str]:
    """Return the packets that are held because of other mail."""
    return frozenset(hold.packet_id for hold in current_holds(ledger) if hold.code in _HELD_BY_OTHER_MAIL)
