"""Know which packets left the form, so that a packet with other facts is a new version that replaces them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from packets.case_input.record_numbers import comparable_record_number
from packets.model.case import Case
from packets.values import HiddenFields


class HandedOut(HiddenFields, Struct, frozen=True):
    """A packet that was printed, saved or put in the outbox; `view_key` is the view that shows it."""

    case: Case
    view_key: str
    on_paper: bool = False
    in_outbox: bool = False

    @property
    def packet_id(self) -> str:
        return self.case.packet_id


def replaced_ids(earlier: Sequence[HandedOut], case: Case) -> tuple[str, ...]:
    """Return the ids that `case` makes void, newest first: all that were handed out, if the facts differ from the last.

    Language, paper and print size are not facts: packets that differ only in these stay valid beside each other.
    """
    if not earlier or _same_facts(earlier[-1].case, case):
        return case.replaces
    ids = [number for packet in reversed(earlier) for number in (packet.packet_id, *packet.case.replaces)]
    return tuple(dict.fromkeys([*ids, *case.replaces]))


def newer_version(earlier: Sequence[HandedOut], case: Case) -> HandedOut | None:
    """Return the packet that was handed out instead of this one, if there is one."""
    if not earlier or earlier[-1].packet_id in case.replaces or _same_facts(earlier[-1].case, case):
        return None
    return earlier[-1]


def may_be_another_patient(earlier: Sequence[HandedOut], case: Case) -> bool:
    """Return whether both the name and the record number differ from those of the last packet handed out."""
    if not earlier or earlier[-1].packet_id in case.replaces:
        return False
    last = earlier[-1].case
    same_name = _plain(last.patient_name) == _plain(case.patient_name)
    return not same_name and not _same_number(last.record_number, case.record_number)


def key_of_operation(handed_out: Iterable[tuple[str, Sequence[HandedOut]]], case: Case) -> str:
    """Return the key of the packets for this record number, procedure and date; "" if none were handed out."""
    for key, packets in handed_out:
        last = packets[-1].case
        same_operation = (last.procedure, last.surgery_date) == (case.procedure, case.surgery_date)
        if same_operation and _same_number(last.record_number, case.record_number):
            return key
    return ""


def add(earlier: list[HandedOut], packet: HandedOut) -> None:
    """Add a packet that is handed out now, unless a newer version was handed out already."""
    for place, before in enumerate(earlier):
        if before.packet_id == packet.packet_id:
            on_paper, in_outbox = before.on_paper or packet.on_paper, before.in_outbox or packet.in_outbox
            earlier[place] = replace(before, on_paper=on_paper, in_outbox=in_outbox)
            return
    if newer_version(earlier, packet.case) is None:
        earlier.append(packet)


def _same_facts(one: Case, other: Case) -> bool:
    return _without_id_and_language(one) == _without_id_and_language(other)


def _without_id_and_language(case: Case) -> Case:
    return replace(case, packet_id="", language="")


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _same_number(one: str, other: str) -> bool:
    return comparable_record_number(one) == comparable_record_number(other)
