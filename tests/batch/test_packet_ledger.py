"""Store packets in the ledger, and refuse a damaged, inconsistent or unwritable one."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from packets.batch.packet_ledger import Ledger, Packet, Paper, State
from packets.errors import InvalidInputError, WriteError
from packets.mail.mail_ledger import MailLedger
from packets.mail.registry import SentMailRegistry


def clock() -> dt.datetime:
    return dt.datetime(2026, 12, 6, 20, 15, tzinfo=dt.UTC)


def packet(name: str, version: int = 1, **changes: object) -> Packet:
    mark = name.encode()
    plain = Packet(name, mark, mark, mark, mark, version, b"digest", 0, None, 1)
    return replace(plain, **changes)


def test_committed_packets_survive_a_stop_without_close(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", clock)
    ledger.plan([], [packet("A"), packet("B")], run="1")
    ready = packet("A", state=State.READY, sha256="ab", pages=3, text_fingerprint=b"s")
    ledger.ready([ready])
    ledger.abandon()
    ledger = Ledger(tmp_path / "ledger.db", clock)
    assert list(ledger.packets()) == [ready, packet("B")]
    assert (ledger.get_meta("run"), ledger.get_meta("nothing")) == ("1", "")
    ledger.withdraw([ready])
    assert [packet.state for packet in ledger.packets()] == ["planned", "planned"]
    ledger.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["ledger.db"]
    assert stat.S_IMODE((tmp_path / "ledger.db").stat().st_mode) == 0o600


def test_events_are_kept_with_their_time_and_cannot_be_changed(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db", clock)
    ledger.plan([], [packet("A")])
    ledger.ready([packet("A", state=State.READY, sha256="ab")])
    ledger.record("finished", "1 packets", finished="yes")
    ledger.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "ledger.db")) as db:
        events = db.execute("SELECT at, kind, packet, detail FROM event").fetchall()
        assert events == [
            ("2026-12-06T20:15:00+00:00", "planned", "A", ""),
            ("2026-12-06T20:15:00+00:00", "ready", "A", "ab"),
            ("2026-12-06T20:15:00+00:00", "finished", "", "1 packets"),
        ]
        for forbidden in ("DELETE FROM event", "UPDATE event SET at = ''", "DELETE FROM packet"):
            with pytest.raises(sqlite3.IntegrityError, match="append only"):
                db.execute(forbidden)


def test_a_second_version_or_live_packet_is_refused(tmp_path: Path) -> None:
    with contextlib.closing(Ledger(tmp_path / "ledger.db", clock)) as ledger:
        ledger.plan([], [packet("A")])
        for twice in (packet("A"), packet("B", day=b"A", version=2), packet("B", day=b"A", state=State.SUPERSEDED)):
            with pytest.raises(InvalidInputError):
                ledger.plan([], [twice])
        assert [packet.id for packet in ledger.packets()] == ["A"]  # failed transactions are rolled back


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE packet SET pages = 4",
        "UPDATE packet SET state = 'superseded'",
        "UPDATE packet SET replaces = 'A'",
        "UPDATE meta SET value = '2' WHERE name = 'run'",
        "DROP TRIGGER event_not_deleted; DELETE FROM event WHERE id = 2",
        "INSERT INTO event VALUES (3, '', 'cancelled', 'A', '', x'00')",
        "DROP TRIGGER handover_not_changed; UPDATE handover SET what = 'to a relative'",
        "DROP TRIGGER handover_not_deleted; DELETE FROM handover",
        "INSERT INTO handover VALUES (2, '', 'nurse', 'A', 'taken back', x'00')",
    ],
)
def test_a_change_by_another_program_is_detected(tmp_path: Path, change: str) -> None:
    with contextlib.closing(Ledger(tmp_path / "ledger.db", clock)) as ledger:
        ledger.plan([], [packet("A")], run="1")
        ledger.ready([packet("A", state=State.READY, sha256="ab", pages=3)])
        ledger.hand_over("A", Paper.TO_PATIENT, "nurse")
    with contextlib.closing(sqlite3.connect(tmp_path / "ledger.db")) as db:
        db.executescript(change)
    with pytest.raises(InvalidInputError) as caught:
        Ledger(tmp_path / "ledger.db", clock)
    assert str(caught.value) == (
        f"{tmp_path}/ledger.db: D01 the ledger is damaged\n"
        "    Restore ledger.db from a backup of the whole folder, or start in a new folder"
    )


def _cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip_every_page(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for place in range(200, len(data), 512):
        data[place] ^= 0xFF
    path.write_bytes(bytes(data))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "cut in half": _cut_in_half,
    "bits flipped": _flip_every_page,
    "not a database": lambda path: path.write_bytes(b"not a database" * 100),
    "header flipped": lambda path: path.write_bytes(b"SQLite format 3\0" + b"\xff" * 4000),
}


@pytest.mark.parametrize(
    ("kind", "damage"),
    [
        *[(kind, damage) for kind in ("ledger", "mail ledger") for damage in DAMAGE],
        # Opening the registry does not check its rows.
        *[("registry", damage) for damage in DAMAGE if damage != "bits flipped"],
    ],
)
def test_no_connection_is_left_open_to_a_damaged_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, damage: str
) -> None:
    """Python 3.13 and later warn about open connections."""
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def recorded(*words: Any, **options: Any) -> sqlite3.Connection:
        opened.append(connect(*words, **options))
        return opened[-1]

    def open_it() -> Ledger | SentMailRegistry:
        if kind == "registry":
            return SentMailRegistry(tmp_path)
        return (Ledger if kind == "ledger" else MailLedger)(tmp_path / "ledger.db", clock)

    open_it().close()
    DAMAGE[damage](tmp_path / ("mail.db" if kind == "registry" else "ledger.db"))
    monkeypatch.setattr(sqlite3, "connect", recorded)
    with pytest.raises((InvalidInputError, WriteError)):
        open_it()
    assert opened
    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")


def test_a_ledger_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    with pytest.raises(WriteError) as caught:
        Ledger(tmp_path / "nowhere" / "ledger.db", clock)
    assert str(caught.value) == (
        f"{tmp_path}/nowhere/ledger.db: D04 the ledger cannot be written: No such file or directory\n"
        "    Choose a folder that you own"
    )
    Ledger(tmp_path / "ledger.db", clock).close()
    with contextlib.closing(sqlite3.connect(tmp_path / "ledger.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(WriteError) as caught:
            Ledger(tmp_path / "ledger.db", clock)
        assert str(caught.value) == (
            f"{tmp_path}/ledger.db: D12 the ledger is in use\n"
            "    Close the program that uses it, then run this command again"
        )
