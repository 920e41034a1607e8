"""The plan as a pure function: over any history no id is given twice, and nothing is lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from packets.batch.ledger import LIVE, Packet, State
from packets.batch.plan import CaseFingerprints, PacketIds, Plan, RequestedPacket, make_plan
from packets.batch.plan_rows import Planned, PlannedRows, ReadyPackets, Step

KEY = b"k" * 32
DAYS = [dt.date(2026, 12, 7) + dt.timedelta(days) for days in (0, 7, 14)]


def wanted(row: int, number: str, day: int, digest: int, performed: bool = False) -> RequestedPacket:
    person = CaseFingerprints.of(KEY, number, "knee", DAYS[day], f"Name {number}")
    ids = PacketIds(KEY, number, "knee", DAYS[day], bytes([digest]))
    return RequestedPacket(row, person, bytes([digest]), performed, ids)


class Memory:
    """What a ledger remembers, without a disk; `lost` are packets whose files are gone or altered."""

    def __init__(self) -> None:
        self.packets: dict[str, Packet] = {}
        self.lost: set[str] = set()

    def plan(self, rows: list[RequestedPacket], cancelled: list[tuple[int, CaseFingerprints]] | None = None) -> Plan:
        return make_plan(
            tuple(self.packets.values()),
            rows,
            cancelled or [],
            [],
            1,
            lambda packet: packet.id not in self.lost,
            lambda packet: packet.id not in self.lost,
        )

    def carry_out(self, plan: Plan, but: frozenset[int] = frozenset()) -> None:
        """As a run does; rows in `but` are not finished: the run was killed."""
        for packet in plan.retired:
            assert self.packets[packet.id].state in LIVE
            self.packets[packet.id] = packet
        for packet in plan.noted:
            self.packets[packet.id] = packet
        for each in plan.rows:
            if each.step in (Step.MAKE, Step.CHANGE):
                assert each.packet.id not in self.packets, "an id is given a second time"
            done = each.step is Step.KEEP or each.row not in but
            state = State.READY if done else State.PLANNED
            self.packets[each.packet.id] = replace(each.packet, state=state, sha256="x" if done else "")
            self.lost.discard(each.packet.id)
            if not done:
                self.lost.add(each.packet.id)


def test_each_step() -> None:
    memory = Memory()
    memory.carry_out(memory.plan([wanted(2, "1", 0, 1), wanted(3, "2", 0, 1)]))
    first = {row: id_ for row, id_ in zip((2, 3), memory.packets, strict=True)}
    plan = memory.plan([wanted(2, "1", 0, 1), wanted(3, "2", 0, 2), wanted(4, "3", 0, 1)])
    assert [each.step for each in plan.rows] == [Step.KEEP, Step.CHANGE, Step.MAKE]
    assert plan.rows[1].packet.replaces == first[3] and [packet.id for packet in plan.retired] == [first[3]]
    memory.lost.add(first[2])
    assert memory.plan([wanted(2, "1", 0, 1)]).rows[0].step is Step.REPAIR


def test_a_killed_change_that_nobody_has_seen_replaces_what_was_handed_out() -> None:
    memory = Memory()
    memory.carry_out(memory.plan([wanted(2, "1", 0, 1)]))
    (handed_out,) = memory.packets
    memory.carry_out(memory.plan([wanted(2, "1", 0, 2)]), but=frozenset({2}))
    plan = memory.plan([wanted(2, "1", 0, 3)])
    assert plan.rows[0].packet.replaces == handed_out
    again = memory.plan([wanted(2, "1", 0, 2)])  # or the same schedule once more: the same id
    assert again.rows[0].step is Step.REPAIR and again.rows[0].packet.replaces == handed_out


def test_every_earlier_version_that_may_have_been_handed_over_is_named() -> None:
    memory = Memory()
    memory.carry_out(memory.plan([wanted(2, "1", 0, 1)]))  # version 1 is printed
    memory.carry_out(memory.plan([wanted(2, "1", 0, 2)]))  # version 2 is made, and the run stopped before printing
    memory.carry_out(memory.plan([wanted(2, "1", 0, 3)]), but=frozenset({2}))  # version 3 is never made
    first, second, _ = sorted(memory.packets, key=lambda each: memory.packets[each].version)
    plan = memory.plan([wanted(2, "1", 1, 4)])  # another date as well
    assert plan.earlier(plan.rows[0].packet) == (second, first)
    memory.carry_out(plan)
    again = memory.plan([wanted(2, "1", 1, 4)])
    assert again.rows[0].step is Step.KEEP and again.earlier(again.rows[0].packet) == (second, first)


def test_a_performed_operation_is_corrected_only_by_a_performed_row() -> None:
    for performed, replaced in ((True, True), (False, False)):
        memory = Memory()
        memory.carry_out(memory.plan([wanted(2, "1", 0, 1, performed=True)]))
        (old,) = memory.packets
        plan = memory.plan([wanted(2, "1", 1, 2, performed=performed)])
        assert (plan.rows[0].packet.replaces == old) is replaced
        assert ([each.id for each in plan.retired] == [old]) is replaced
        assert ([each.id for each in plan.vanished] == [old]) is not replaced
    memory = Memory()  # beside a packet that is only planned, the performed one is left alone
    memory.carry_out(memory.plan([wanted(2, "1", 0, 1, performed=True), wanted(3, "1", 1, 1)]))
    plan = memory.plan([wanted(2, "1", 2, 1, performed=True)])
    planned = next(each for each in memory.packets.values() if not each.performed)
    assert plan.rows[0].packet.replaces == planned.id


def test_two_cases_whose_ids_fall_together_get_two_ids() -> None:
    rows = [replace(wanted(row, str(row), 0, 1), ids=lambda attempt, _replaces: f"ID-{attempt}") for row in (2, 3, 4)]
    memory = Memory()
    plan = memory.plan(rows)
    assert [each.packet.id for each in plan.rows] == ["ID-1", "ID-2", "ID-3"]
    memory.carry_out(plan, but=frozenset({2}))
    assert [each.packet.id for each in memory.plan(rows).rows] == ["ID-1", "ID-2", "ID-3"]


SCHEDULES = st.lists(
    st.dictionaries(
        st.sampled_from("12345"),
        st.tuples(st.integers(0, 2), st.integers(1, 3), st.booleans(), st.sampled_from(["", "cancelled", "killed"])),
        max_size=5,
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=300)
@given(SCHEDULES)
def test_over_any_history_no_id_is_given_twice_and_every_row_has_its_packet(
    history: list[dict[str, tuple[int, int, bool, str]]],
) -> None:
    memory = Memory()
    for schedule in history:
        rows, cancelled, killed = [], [], set()
        for row, (number, (day, digest, performed, fate)) in enumerate(schedule.items(), 2):
            one = wanted(row, number, day, digest, performed)
            if fate == "cancelled":
                cancelled.append((row, one.person))
            else:
                rows.append(one)
            if fate == "killed":
                killed.add(row)
        plan = memory.plan(rows, cancelled)
        assert [each.row for each in plan.rows] == [each.row for each in rows]
        before = {packet.id for packet in memory.packets.values() if packet.state in LIVE}
        memory.carry_out(plan, frozenset(killed))
        live = {packet.id for packet in memory.packets.values() if packet.state in LIVE}
        days = [packet.day for packet in memory.packets.values() if packet.state in LIVE]
        assert len(days) == len(set(days)), "two live packets for one case"
        assert {each.packet.id for each in plan.rows} <= live
        gone = before - live
        assert gone == {packet.id for packet in plan.retired}
        assert {packet.id for packet in plan.vanished} == live - {each.packet.id for each in plan.rows}
        # The same schedule once more: nothing new, and only what was killed is made.
        again = memory.plan(rows, cancelled)
        assert again.outcome == plan.outcome and not again.retired
        assert {each.row for each in again.rows if each.step is not Step.KEEP} == killed & {
            e.row for e in plan.rows
        } - {each.row for each in plan.rows if each.step is Step.KEEP}


PACKETS = st.builds(
    Packet,
    id=st.text(max_size=9),
    patient=st.binary(max_size=16),
    episode=st.binary(max_size=16),
    day=st.binary(max_size=16),
    name=st.binary(max_size=16),
    version=st.integers(1, 99),
    digest=st.binary(max_size=16),
    performed=st.integers(0, 1),
    replaces=st.none() | st.text(max_size=9),
    run=st.integers(1, 99),
    state=st.sampled_from(State),
    sha256=st.text(max_size=64),
    pages=st.integers(0, 99),
    said=st.binary(max_size=16),
)


@given(st.dictionaries(st.integers(2, 100_001), st.tuples(st.sampled_from(Step), PACKETS), min_size=1), PACKETS)
def test_what_is_held_in_few_bytes_comes_out_as_it_was(rows: dict[int, tuple[Step, Packet]], made: Packet) -> None:
    planned = [Planned(row, *rows[row]) for row in sorted(rows)]
    held = PlannedRows(planned)
    assert list(held) == planned and list(held.todo()) == [each for each in planned if each.step is not Step.KEEP]
    ready = ReadyPackets(held)
    assert dict(ready) == {each.row: each.packet for each in planned if each.step is Step.KEEP}
    last = planned[-1].row
    ready.put(last, made)
    assert ready[last] == held.packet(last) == made and len(ready) == len(list(ready))
    assert last + 1 not in ready
