"""Plan runs over any history: no packet id is used twice and no packet is lost."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from packets.batch.packet_ledger import LIVE, Packet, State
from packets.batch.plan import BatchPlan, CaseFingerprints, PacketIds, RequestedPacket, RowAction, make_plan
from tests.effort import examples

KEY = b"k" * 32
DAYS = [dt.date(2026, 12, 7) + dt.timedelta(days) for days in (0, 7, 14)]


def request(row: int, number: str, day: int, digest: int, performed: bool = False) -> RequestedPacket:
    person = CaseFingerprints.of(KEY, number, "knee", DAYS[day], f"Name {number}")
    ids = PacketIds(KEY, number, "knee", DAYS[day], bytes([digest]))
    return RequestedPacket(row, person, bytes([digest]), performed, ids)


class Memory:
    """A ledger in memory; `lost` are the ids of packets whose files are missing or altered."""

    def __init__(self) -> None:
        self.packets: dict[str, Packet] = {}
        self.lost: set[str] = set()

    def plan(
        self, rows: list[RequestedPacket], cancelled: list[tuple[int, CaseFingerprints]] | None = None
    ) -> BatchPlan:
        return make_plan(
            tuple(self.packets.values()),
            rows,
            cancelled or [],
            [],
            1,
            lambda packet: packet.id not in self.lost,
            lambda packet: packet.id not in self.lost,
        )

    def carry_out(self, plan: BatchPlan, but: frozenset[int] = frozenset()) -> None:
        """Apply a plan as a run does; the rows in `but` stay unfinished, as after a kill."""
        for packet in plan.superseded_or_cancelled:
            assert self.packets[packet.id].state in LIVE
            self.packets[packet.id] = packet
        for packet in plan.metadata_changed:
            self.packets[packet.id] = packet
        for row in plan.rows:
            if row.action in (RowAction.MAKE, RowAction.CHANGE):
                assert row.packet.id not in self.packets, "a packet id is used twice"
            done = row.action is RowAction.KEEP or row.row not in but
            state = State.READY if done else State.PLANNED
            self.packets[row.packet.id] = replace(row.packet, state=state, sha256="x" if done else "")
            self.lost.discard(row.packet.id)
            if not done:
                self.lost.add(row.packet.id)


def test_rows_are_kept_changed_made_or_repaired() -> None:
    memory = Memory()
    memory.carry_out(memory.plan([request(2, "1", 0, 1), request(3, "2", 0, 1)]))
    first = {row: id_ for row, id_ in zip((2, 3), memory.packets, strict=True)}
    plan = memory.plan([request(2, "1", 0, 1), request(3, "2", 0, 2), request(4, "3", 0, 1)])
    assert [row.action for row in plan.rows] == [RowAction.KEEP, RowAction.CHANGE, RowAction.MAKE]
    assert plan.rows[1].packet.replaces == first[3] and [packet.id for packet in plan.superseded_or_cancelled] == [
        first[3]
    ]
    memory.lost.add(first[2])
    assert memory.plan([request(2, "1", 0, 1)]).rows[0].action is RowAction.REPAIR


def test_a_change_after_an_unfinished_one_replaces_the_packet_that_was_handed_out() -> None:
    memory = Memory()
    memory.carry_out(memory.plan([request(2, "1", 0, 1)]))
    (handed_out,) = memory.packets
    memory.carry_out(memory.plan([request(2, "1", 0, 2)]), but=frozenset({2}))
    plan = memory.plan([request(2, "1", 0, 3)])
    assert plan.rows[0].packet.replaces == handed_out
    again = memory.plan([request(2, "1", 0, 2)])  # the same schedule again gives the same id
    assert again.rows[0].action is RowAction.REPAIR and again.rows[0].packet.replaces == handed_out


def test_a_packet_names_every_earlier_version_that_may_have_been_handed_out() -> None:
    memory = Memory()
    memory.carry_out(memory.plan([request(2, "1", 0, 1)]))  # version 1 is printed
    memory.carry_out(memory.plan([request(2, "1", 0, 2)]))  # version 2 is made, and the run stopped before printing
    memory.carry_out(memory.plan([request(2, "1", 0, 3)]), but=frozenset({2}))  # version 3 is never made
    first, second, _ = sorted(memory.packets, key=lambda name: memory.packets[name].version)
    plan = memory.plan([request(2, "1", 1, 4)])  # another date as well
    assert plan.earlier(plan.rows[0].packet) == (second, first)
    memory.carry_out(plan)
    again = memory.plan([request(2, "1", 1, 4)])
    assert again.rows[0].action is RowAction.KEEP and again.earlier(again.rows[0].packet) == (second, first)


def test_only_a_performed_row_replaces_the_packet_of_a_performed_operation() -> None:
    for performed, replaced in ((True, True), (False, False)):
        memory = Memory()
        memory.carry_out(memory.plan([request(2, "1", 0, 1, performed=True)]))
        (old,) = memory.packets
        plan = memory.plan([request(2, "1", 1, 2, performed=performed)])
        assert (plan.rows[0].packet.replaces == old) is replaced
        assert ([packet.id for packet in plan.superseded_or_cancelled] == [old]) is replaced
        assert ([packet.id for packet in plan.missing_from_schedule] == [old]) is not replaced
    memory = Memory()  # a planned packet is replaced rather than the performed one
    memory.carry_out(memory.plan([request(2, "1", 0, 1, performed=True), request(3, "1", 1, 1)]))
    plan = memory.plan([request(2, "1", 2, 1, performed=True)])
    planned = next(packet for packet in memory.packets.values() if not packet.performed)
    assert plan.rows[0].packet.replaces == planned.id


def test_two_cases_with_the_same_computed_id_get_two_ids() -> None:
    rows = [
        replace(request(row, str(row), 0, 1), make_id=lambda attempt, _replaces: f"ID-{attempt}") for row in (2, 3, 4)
    ]
    memory = Memory()
    plan = memory.plan(rows)
    assert [row.packet.id for row in plan.rows] == ["ID-1", "ID-2", "ID-3"]
    memory.carry_out(plan, but=frozenset({2}))
    assert [row.packet.id for row in memory.plan(rows).rows] == ["ID-1", "ID-2", "ID-3"]


SCHEDULES = st.lists(
    st.dictionaries(
        st.sampled_from("12345"),
        st.tuples(st.integers(0, 2), st.integers(1, 3), st.booleans(), st.sampled_from(["", "cancelled", "killed"])),
        max_size=5,
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=examples(300))
@given(SCHEDULES)
def test_over_any_history_no_id_is_used_twice_and_every_row_has_its_packet(
    history: list[dict[str, tuple[int, int, bool, str]]],
) -> None:
    memory = Memory()
    for schedule in history:
        rows, cancelled, killed = [], [], set()
        for row, (number, (day, digest, performed, fate)) in enumerate(schedule.items(), 2):
            one = request(row, number, day, digest, performed)
            if fate == "cancelled":
                cancelled.append((row, one.person))
            else:
                rows.append(one)
            if fate == "killed":
                killed.add(row)
        plan = memory.plan(rows, cancelled)
        assert [row.row for row in plan.rows] == [row.row for row in rows]
        before = {packet.id for packet in memory.packets.values() if packet.state in LIVE}
        memory.carry_out(plan, frozenset(killed))
        live = {packet.id for packet in memory.packets.values() if packet.state in LIVE}
        days = [packet.day for packet in memory.packets.values() if packet.state in LIVE]
        assert len(days) == len(set(days)), "two live packets for one case"
        assert {row.packet.id for row in plan.rows} <= live
        no_longer_live = before - live
        assert no_longer_live == {packet.id for packet in plan.superseded_or_cancelled}
        assert {packet.id for packet in plan.missing_from_schedule} == live - {row.packet.id for row in plan.rows}
        # The same schedule again: nothing new, and only the unfinished packets are made.
        again = memory.plan(rows, cancelled)
        assert again.outcome == plan.outcome and not again.superseded_or_cancelled
        kept = {row.row for row in plan.rows if row.action is RowAction.KEEP}
        to_make = {row.row for row in again.rows if row.action is not RowAction.KEEP}
        assert to_make == (killed & {row.row for row in plan.rows}) - kept
