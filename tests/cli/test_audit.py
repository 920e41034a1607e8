"""Write an audit file as a ward server does, change it as an intruder would, and check it by command."""

from __future__ import annotations

import datetime as dt
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from packets.errors import InvalidInputError, LockedError, WriteError
from packets.model.packet_id import packet_id
from packets.storage.audit_file import Action, AuditFile, verify_audit
from tests.cli.conftest import Type

Change = Callable[[list[bytes]], list[bytes]]

ONE, TWO, THREE = (packet_id(b"k" * 32, str(n), "knee", dt.date(2026, 12, 7), b"p", 1, ()) for n in range(3))


def clock() -> dt.datetime:
    return dt.datetime(2026, 12, 7, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=-6)))


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[AuditFile]:
    file = AuditFile(tmp_path / "audit.jsonl", clock)
    yield file
    file.close()


def written(audit: AuditFile) -> Path:
    audit.record("nurse1", Action.MADE, ONE, TWO)
    audit.record("nurse2", Action.PRINTED, ONE)
    audit.record("nurse1", Action.HANDED_OVER, TWO)
    return audit.path


def test_each_action_is_one_line_in_order(audit: AuditFile, type_: Type) -> None:
    lines = [json.loads(line) for line in written(audit).read_text().splitlines()]
    assert [(line["number"], line["user"], line["action"], line["packet"]) for line in lines] == [
        (1, "nurse1", "made", ONE),
        (2, "nurse1", "made", TWO),
        (3, "nurse2", "printed", ONE),
        (4, "nurse1", "handed over", TWO),
    ]
    assert {line["at"] for line in lines} == {"2026-12-07T14:30:00+00:00"}
    assert audit.path.stat().st_mode & 0o777 == 0o600
    ran = type_("audit", "verify", "audit.jsonl")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"audit.jsonl: 4 entries, each as it was written\nHash of the last line: {lines[-1]['hash']}\n"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda lines: [lines[0].replace(b"nurse1", b"nurse2"), *lines[1:]],
            "audit.jsonl:1:1: J03 this line, or the one before it, was changed after it was written\n",
        ),
        (
            lambda lines: [lines[0], *lines[2:]],
            "audit.jsonl:2:1: J02 this is entry 3, but entry 2 belongs here: lines were removed or moved\n",
        ),
        (
            lambda lines: [*lines[1:]],
            "audit.jsonl:1:1: J02 this is entry 2, but entry 1 belongs here: lines were removed or moved\n",
        ),
        (
            lambda lines: [lines[1], lines[0], *lines[2:]],
            "audit.jsonl:1:1: J02 this is entry 2, but entry 1 belongs here: lines were removed or moved\n",
        ),
        (
            lambda lines: [*lines, lines[3]],
            "audit.jsonl:5:1: J02 this is entry 4, but entry 5 belongs here: lines were removed or moved\n",
        ),
        (
            lambda lines: [lines[0], b"oops\n", *lines[2:]],
            "audit.jsonl:2:1: J01 this line is not in the form that Packets writes\n",
        ),
        (lambda lines: [*lines[:3], lines[3][:-9]], "audit.jsonl:4:1: J04 the last line is incomplete\n"),
    ],
    ids=["edited", "removed", "first removed", "swapped", "added", "garbage", "cut off"],
)
def test_a_change_is_found(audit: AuditFile, type_: Type, change: Change, message: str) -> None:
    path = written(audit)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(change(lines)))
    ran = type_("audit", "verify", "audit.jsonl")
    assert ran.code == 6
    assert ran.err.startswith(message)
    hint = "If the power failed" if "J04" in message else "Keep this file unchanged, and find out who could write to it"
    assert hint in ran.err.splitlines()[1]


def test_an_edit_of_any_byte_is_found(audit: AuditFile) -> None:
    path = written(audit)
    data = path.read_bytes()
    for place in range(0, len(data), 3):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert verify_audit(path).problems, place


def test_a_removed_end_is_found_with_the_hash_of_an_earlier_check(audit: AuditFile, type_: Type) -> None:
    path = written(audit)
    known = json.loads(type_("audit", "verify", "audit.jsonl", "--json").out)["hash"]
    assert type_("audit", "verify", "audit.jsonl", "--hash", known.upper()).code == 0
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert type_("audit", "verify", "audit.jsonl").code == 0
    ran = type_("audit", "verify", "audit.jsonl", "--hash", known)
    assert ran.code == 6
    assert ran.err.startswith("audit.jsonl: J06 no line has this hash: lines were cut off at the end, or the ")


def test_a_file_that_cannot_be_read(type_: Type) -> None:
    ran = type_("audit", "verify", "nowhere.jsonl")
    assert (ran.code, ran.err.splitlines()[0]) == (
        4, "nowhere.jsonl: W85 nowhere.jsonl cannot be read: No such file or directory",
    )  # fmt: skip


def test_lines_removed_while_the_server_runs_are_found_at_its_next_entry(audit: AuditFile, type_: Type) -> None:
    path = written(audit)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert type_("audit", "verify", "audit.jsonl").code == 0
    audit.record("nurse1", Action.MADE, THREE)
    assert "4:1: J02 this is entry 5, but entry 4 belongs here" in type_("audit", "verify", "audit.jsonl").err


def test_many_threads_record_each_action_once(audit: AuditFile, type_: Type) -> None:
    def work(user: str) -> None:
        for _ in range(25):
            audit.record(user, Action.PRINTED, ONE)

    threads = [Thread(target=work, args=(f"nurse{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "200 entries, each as it was written" in type_("audit", "verify", "audit.jsonl").out
    users = [json.loads(line)["user"] for line in audit.path.read_text().splitlines()]
    assert {user: users.count(user) for user in users} == {f"nurse{n}": 25 for n in range(8)}


def test_the_next_start_continues_the_file_and_removes_an_incomplete_line(tmp_path: Path, type_: Type) -> None:
    path = tmp_path / "audit.jsonl"
    for cut in (0, 1, 30):
        audit = AuditFile(path, clock)
        audit.record("nurse1", Action.MADE, ONE)
        audit.record("nurse1", Action.PRINTED, ONE)
        audit.close()
        if cut:
            path.write_bytes(path.read_bytes()[:-cut])  # as if the power had failed
    closed = AuditFile(path, clock)
    closed.close()
    with (tmp_path / "other").open("wb"), pytest.raises(WriteError):  # which has the number of the closed file
        closed.record("anna", Action.MADE, "7KQ4-M2F4")
    assert (tmp_path / "other").read_bytes() == b""
    assert type_("audit", "verify", "audit.jsonl").code == 0
    actions = [json.loads(line)["action"] for line in path.read_text().splitlines()]
    removed = "removed an incomplete line"
    assert actions == ["made", "printed", "made", removed, "made", removed]


def test_a_changed_file_and_a_second_server_are_refused(audit: AuditFile, tmp_path: Path) -> None:
    path = written(audit)
    with pytest.raises(LockedError, match="J05 another server writes this audit file"):
        AuditFile(path, clock)
    changed = tmp_path / "changed.jsonl"
    changed.write_bytes(path.read_bytes().replace(b"nurse2", b"nurse1"))
    with pytest.raises(InvalidInputError, match=r"changed\.jsonl:3:1: J03"):
        AuditFile(changed, clock)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_an_entry_that_does_not_fit_on_the_disk_leaves_the_file_as_it_was(audit: AuditFile, type_: Type) -> None:
    import resource

    path = written(audit)
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 40, hard))
    try:
        with pytest.raises(WriteError):
            audit.record("nurse1", Action.MADE, THREE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before
    audit.record("nurse1", Action.MADE, THREE)
    assert "5 entries, each as it was written" in type_("audit", "verify", "audit.jsonl").out


def test_a_name_is_never_recorded(audit: AuditFile) -> None:
    with pytest.raises(ValueError, match="not a packet id"):
        audit.record("nurse1", Action.MADE, "Rosa Martinez")
    assert audit.path.read_bytes() == b""


ENDLESS = """
import datetime as dt, sys
from pathlib import Path
from packets.storage.audit_file import Action, AuditFile
audit = AuditFile(Path("audit.jsonl"), lambda: dt.datetime.now(dt.UTC))
while True:
    audit.record("nurse1", Action.PRINTED, sys.argv[1])
    print(flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_server_loses_no_entry_that_it_had_recorded(type_: Type, tmp_path: Path) -> None:
    recorded = 0
    for _ in range(3):
        command = [sys.executable, "-c", ENDLESS, ONE]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=tmp_path, text=True) as process:
            assert process.stdout is not None
            for _ in range(5):
                process.stdout.readline()
            process.send_signal(signal.SIGKILL)
            recorded += 5 + len(process.stdout.read().splitlines())
        entries = json.loads(type_("audit", "verify", "audit.jsonl", "--json").out)["entries"]
        assert entries >= recorded
        recorded = entries
