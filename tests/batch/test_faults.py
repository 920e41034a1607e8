"""Run a batch through kills, full and read-only disks, a second run, Ctrl-C, flipped bits and odd environments."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from packets.batch.folder import Folder, is_windows_share, refuse_network_drive
from packets.batch.options import BatchContext, BatchOptions
from packets.batch.packet_ledger import Ledger
from packets.batch.run import run_batch
from packets.content.library import load
from packets.errors import InvalidInputError, WriteError
from packets.pdf.file_id import digest_matches
from packets.storage.lock import FolderLock
from tests.batch.day import CHECKOUT, Day, patient
from tests.clock import PROGRAM
from tests.effort import examples, spread

KILLS = 20


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, content: Path) -> tuple[Day, float]:
    """Return a day that was made without a fault, and how many seconds it took."""
    day = Day(tmp_path_factory.mktemp("undisturbed"), content)
    day.write([*(patient(number) for number in range(60)), patient(60, collar="perhaps")])
    began = time.monotonic()
    process = day.start()
    assert process.wait() == 3, process.communicate()
    process.communicate()
    return day, time.monotonic() - began


def another(day: Day, place: Path) -> Day:
    place.mkdir()
    copy = Day(place, day.content)
    shutil.copy(day.schedule, copy.schedule)
    return copy


@contextlib.contextmanager
def disk(folder: Path, options: str) -> Iterator[None]:
    """Mount a small disk; only root can."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a tmpfs needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
def test_a_run_killed_at_any_moment_and_repeated_gives_the_same_bytes(
    undisturbed: tuple[Day, float], tmp_path: Path
) -> None:
    day, seconds = undisturbed
    chance = random.Random(7)
    kills, places, place = 0, 0, another(day, tmp_path / "0")
    while kills < KILLS:
        began, is_fresh = time.monotonic(), not place.folder.exists()
        process = place.start(start_new_session=True)
        try:
            process.wait(chance.uniform(0.2, 1.0) * seconds)
        except subprocess.TimeoutExpired:
            kills += 1
            if chance.random() < 0.5:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()  # its workers then end because their pipes are closed
        process.communicate()
        complete = [digest_matches(file.read_bytes()) for file in place.folder.glob("????-????.pdf")]
        assert all(complete), "a file under its final name is not complete"
        if process.returncode == 3:
            assert place.bytes() == day.bytes()
            seconds = (
                min(seconds, time.monotonic() - began) if is_fresh else seconds
            )  # the machine may be less busy now
            places += 1
            place = another(day, tmp_path / str(places))
    assert place.run().code == 3
    assert place.bytes() == day.bytes()
    assert place.leftovers() == []


@pytest.fixture(scope="module")
def ten_packets(tmp_path_factory: pytest.TempPathFactory, content: Path) -> dict[str, str]:
    """Return the files of a day of ten patients that was made without a fault."""
    day = Day(tmp_path_factory.mktemp("ten"), content)
    day.write([patient(number) for number in range(10)])
    assert day.run().code == 0
    return day.bytes()


@pytest.mark.parametrize("size", spread([40, 90, 150, 300, 450, 560, 620], 3))
def test_a_full_disk_leaves_no_partial_file_and_the_next_run_continues(
    day: Day, tmp_path: Path, ten_packets: dict[str, str], size: int
) -> None:
    day.write([patient(number) for number in range(10)])
    mounted = tmp_path / "disk"
    with disk(mounted, f"size={size}k"):
        day.folder = mounted / "monday"
        outcome = day.run()
        assert outcome.code == 5, outcome
        assert "the disk is full" in outcome.err and "Traceback" not in outcome.err
        for file in day.folder.glob("????-????.pdf"):
            assert digest_matches(file.read_bytes())
        assert not (day.folder / "print-run.pdf").exists() or len(day.packets()) == 10
        assert day.leftovers() == []
        subprocess.run(["mount", "-o", "remount,size=20M", str(mounted)], check=True)
        assert day.run().code == 0
        assert day.bytes() == ten_packets


def test_a_read_only_disk_is_reported(day: Day, tmp_path: Path) -> None:
    day.write([patient(1)])
    with disk(tmp_path / "disk", "ro"):
        day.folder = tmp_path / "disk" / "monday"
        outcome = day.run()
        assert (outcome.code, outcome.out) == (5, "")
        assert outcome.err == (
            f"{day.folder}: W05 this disk can be read but not written\n    Type a folder on another disk\n"
        )
        day.folder = tmp_path / "disk"
        assert day.run().code == 5
        assert day.packets() == []


def test_a_file_in_the_path_of_the_folder_is_reported(day: Day) -> None:
    day.write([patient(1)])
    day.folder = day.schedule
    outcome = day.run()
    assert outcome.code == 5
    message = "W02 part of this path is a file, not a folder\n    Type the path of a folder\n"
    assert outcome.err == f"{day.schedule}: {message}"
    day.folder = day.schedule / "monday"
    outcome = day.run()
    assert (outcome.code, outcome.err) == (5, f"{day.folder}: {message}")


def test_a_second_run_is_refused_and_the_first_is_not_affected(day: Day, tmp_path: Path, content: Path) -> None:
    day.write([patient(number) for number in range(40)])
    first = day.start()
    while not any(day.folder.glob("????-????.pdf")):
        assert first.poll() is None, first.communicate()
        time.sleep(0.01)
    os.kill(first.pid, signal.SIGSTOP)  # or it could end before the second run begins
    second = day.run()
    os.kill(first.pid, signal.SIGCONT)
    assert second.code == 75
    assert re.fullmatch(
        rf"{re.escape(str(day.folder))}: W11 another run is working in this folder "
        rf"\(process {first.pid}, started \d{{4}}-\d\d-\d\d \d\d:\d\d\)\n"
        r"    Wait until it has ended, then run this command again\n",
        second.err,
    )
    first.communicate()
    assert first.returncode == 0
    (tmp_path / "other").mkdir()
    alone = Day(tmp_path / "other", content)
    alone.write([patient(number) for number in range(40)])
    assert alone.run().code == 0
    assert day.bytes() == alone.bytes()


def interrupted(day: Day, times: int) -> tuple[int, str]:
    process = day.start(start_new_session=True)
    while len(list(day.folder.glob("????-????.pdf"))) < 3:
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    for _ in range(times):
        os.killpg(process.pid, signal.SIGINT)  # Ctrl-C on a terminal reaches the workers too
        time.sleep(0.001)
    _, err = process.communicate()
    return process.returncode, err


def test_ctrl_c_finishes_the_packets_that_were_begun(day: Day) -> None:
    day.write([patient(number) for number in range(150)])
    code, err = interrupted(day, 1)
    assert code == 130
    assert "Traceback" not in err
    assert err.endswith("Interrupted. Finished packets are kept; run the same command again to continue.\n")
    states = day.states()
    ready = [row for row, state in states.items() if state == "ready"]
    assert len(ready) == len(day.packets()) >= 3
    assert set(states.values()) == {"ready", "waiting"}
    assert day.manifest()["print_run"] is None and not (day.folder / "print-run.pdf").exists()
    assert day.leftovers() == []
    outcome = day.run()
    assert outcome.code == 0
    assert f"{len(ready)} unchanged" in outcome.out


def test_a_second_ctrl_c_stops_at_once(day: Day) -> None:
    day.write([patient(number) for number in range(150)])
    code, err = interrupted(day, 2)
    assert code == 130
    assert "Traceback" not in err
    assert day.leftovers() == []
    for file in day.folder.glob("????-????.pdf"):
        assert digest_matches(file.read_bytes())
    assert day.run().code == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_sigterm_and_sighup_act_like_ctrl_c(day: Day, number: signal.Signals) -> None:
    day.write([patient(number) for number in range(150)])
    process = day.start()
    while not any(day.folder.glob("????-????.pdf")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    process.send_signal(number)
    _, err = process.communicate()
    assert process.returncode == 130 and "Traceback" not in err
    assert set(day.states().values()) == {"ready", "waiting"}


# The ledger.


def test_a_flipped_bit_of_the_ledger_is_detected_or_changes_no_value(day: Day, tmp_path: Path) -> None:
    day.write([patient(number) for number in range(4)])
    day.run()
    day.write([patient(number, collar="no") for number in range(3)])
    day.run()
    intact = day.folder / "ledger.db"
    data = intact.read_bytes()

    def read(path: Path) -> object:
        ledger = Ledger(path, lambda: dt.datetime(2026, 12, 6, tzinfo=dt.UTC))
        try:
            return [*ledger.packets(), ledger.get_meta("run"), ledger.get_meta("outcome"), ledger.get_meta("site")]
        finally:
            ledger.abandon()

    copy = tmp_path / "copy.db"
    shutil.copy(intact, copy)
    expected = read(copy)
    chance = random.Random(11)
    detected = 0
    for place in [*range(0, 100), *chance.sample(range(len(data)), examples(900))]:
        for file in tmp_path.glob("copy.db*"):
            file.unlink()
        spoiled = bytearray(data)
        spoiled[place] ^= 1 << chance.randrange(8)
        copy.write_bytes(spoiled)
        try:
            values = read(copy)
        except (InvalidInputError, WriteError):
            detected += 1
        else:
            assert values == expected, f"bit flipped at {place}"
    assert detected > examples(100)


def test_a_damaged_ledger_stops_the_run_before_anything_is_made(day: Day) -> None:
    day.write([patient(1)])
    day.run()
    made = day.bytes()
    ledger = day.folder / "ledger.db"
    name = day.ids()[2].encode()
    data = ledger.read_bytes()
    assert name in data
    ledger.write_bytes(data.replace(name, name[:-1] + (b"2" if name[-1:] != b"2" else b"3")))
    for more in ((), ("--dry-run",)):
        outcome = day.run(*more)
        assert outcome.code == 4
        assert outcome.err == (
            f"{ledger}: D01 the ledger is damaged\n"
            "    Restore ledger.db from a backup of the whole folder, or start in a new folder\n"
        )
    assert day.bytes() == made
    ledger.write_bytes(b"This is not a ledger. " * 500)
    assert day.run().code == 4


def test_a_missing_or_outdated_ledger_is_refused(day: Day, tmp_path: Path) -> None:
    day.write([patient(1)])
    day.run()
    old = tmp_path / "backup.db"
    shutil.copy(day.folder / "ledger.db", old)
    day.write([patient(1), patient(2)])
    day.run()
    shutil.copy(old, day.folder / "ledger.db")
    outcome = day.run()
    assert outcome.code == 4
    assert outcome.err == (
        f"{day.folder}: D11 the ledger lacks packet {day.ids()[3]}: it may be an old copy\n"
        "    Restore the whole folder from one backup, or start in a new folder\n"
    )
    (day.folder / "ledger.db").unlink()
    outcome = day.run()
    assert outcome.code == 4
    assert "D05 the folder contains packets, but no ledger" in outcome.err


def test_another_site_key_is_refused(day: Day) -> None:
    day.write([patient(1)])
    day.run()
    day.key.write_text("c3" * 32)
    outcome = day.run()
    assert outcome.code == 4
    assert outcome.err == (
        f"{day.folder}: D02 this folder was created with another site key\n"
        "    Use the site key that the folder was created with (--site-key), or start in a new folder\n"
    )


def test_a_newer_ledger_is_refused(day: Day) -> None:
    import sqlite3

    day.write([patient(1)])
    day.run()
    with contextlib.closing(sqlite3.connect(day.folder / "ledger.db")) as ledger:
        ledger.execute("PRAGMA user_version=99")
    outcome = day.run()
    assert (outcome.code, outcome.err) == (
        4,
        f"{day.folder}/ledger.db: D03 the ledger was written by a newer version\n"
        "    Use the newer version of Packets that wrote it\n",
    )


# Files that were altered.


def test_verify_lists_altered_missing_and_unknown_files(day: Day) -> None:
    from packets.cli import main

    day.write([patient(1), patient(2), patient(3)])
    day.run()

    def verify() -> tuple[int, str, str]:
        import io

        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main.run(["verify", str(day.folder)])
        return int(code), out.getvalue(), err.getvalue()

    assert verify() == (0, f"{day.folder}: 3 packets, each unchanged\n", "")
    made, ids = day.bytes(), day.ids()
    file, gone = day.folder / f"{ids[3]}.pdf", day.folder / f"{ids[4]}.pdf"
    data = bytearray(file.read_bytes())
    data[1000] ^= 1
    file.write_bytes(data)
    gone.unlink()
    unknown = day.folder / "2222-2222.pdf"
    unknown.write_bytes(b"%PDF-1.7")
    run = day.folder / "print-run.pdf"
    run.write_bytes(run.read_bytes() + b"\n")
    code, out, err = verify()
    assert (code, out) == (6, "")
    expected = (
        f"{file}: D07 the file of packet {ids[3]} has changed since it was made\n"
        "    Run the same batch command again: it makes this packet again\n"
        f"{gone}: D07 the file of packet {ids[4]} is missing\n"
        "    Run the same batch command again: it makes this packet again\n"
        f"{unknown}: D08 this packet was not made in this folder\n"
        "    Move it out of this folder: the patient is not known\n"
        f"{run}: D07 the print run has changed since it was made\n"
        "    Run the same batch command again: it makes the print run again\n"
    )
    assert sorted(err.splitlines()) == sorted(expected.splitlines())
    unknown.unlink()
    assert day.run().code == 0
    assert day.bytes() == made
    assert verify()[0] == 0
    (day.place / "empty").mkdir()
    day.folder = day.place / "empty"
    assert verify()[0] == 4


def test_a_print_run_that_cannot_be_deleted_does_not_keep_the_others(tmp_path: Path) -> None:
    for name in ("manifest.json", "print-run.pdf", "problems.csv"):
        (tmp_path / name).touch()
    (tmp_path / "print-run-changes.pdf").mkdir()  # a folder cannot be deleted as a file
    with pytest.raises(WriteError, match=r"print-run-changes\.pdf"):
        Folder(tmp_path).remove_print_runs()
    assert [file.name for file in tmp_path.iterdir()] == ["print-run-changes.pdf"]


def test_temporary_files_of_a_killed_run_are_deleted(day: Day) -> None:
    day.write([patient(1)])
    day.run()
    left = day.folder / f".packets-{'0' * 32}.tmp"
    left.write_bytes(b"half a packet")
    day.run()
    assert not left.exists()


def test_a_schedule_replaced_during_the_run_changes_nothing(day: Day, tmp_path: Path, content: Path) -> None:
    rows = [patient(number) for number in range(30)]
    day.write(rows)
    process = day.start()
    while not any(day.folder.glob("????-????.pdf")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    day.schedule.write_text("gone")
    process.communicate()
    assert process.returncode == 0
    (tmp_path / "other").mkdir()
    other = Day(tmp_path / "other", content)
    other.write(rows)
    other.run()
    assert day.bytes() == other.bytes()


# The order of writes to the disk.


def completed_calls(log: str) -> Iterator[str]:
    """Yield the calls of all threads in the order in which they returned."""
    begun: dict[str, str] = {}
    for line in log.splitlines():
        thread, call = line.split(maxsplit=1)
        if call.endswith("<unfinished ...>"):
            begun[thread] = call.removesuffix("<unfinished ...>")
        elif resumed := re.match(r"<\.\.\. \w+ resumed>(.*)", call):
            yield begun.pop(thread, "") + resumed[1]
        else:
            yield call


@pytest.mark.system("strace")
def test_a_packet_is_on_the_disk_before_the_ledger_records_it(day: Day, tmp_path: Path) -> None:
    """Expect the file's bytes first, then its name, then the folder, and only then the ledger's commit."""
    day.write([patient(1), patient(2)])
    log = tmp_path / "trace"
    command = [sys.executable, PROGRAM, *day.arguments()]
    calls = "trace=fsync,fdatasync,rename,renameat,renameat2,pwrite64"
    run = subprocess.run(
        ["strace", "-f", "-y", "-s", "0", "-o", str(log), "-e", calls, *command], capture_output=True, text=True
    )
    if "ptrace" in run.stderr.lower():
        pytest.skip("strace is not permitted here")
    assert run.returncode == 0, run.stderr
    lines = list(completed_calls(log.read_text()))
    folder = re.escape(str(day.folder))
    for name in day.ids().values():
        renamed = next(n for n, line in enumerate(lines) if re.match(rf'rename.*"{folder}/{name}\.pdf"', line))
        temp = re.search(r'rename\w*\((?:[^"]*, )?"([^"]+)"', lines[renamed])
        assert temp is not None
        written = next(n for n, line in enumerate(lines) if line.startswith("fsync") and f"<{temp[1]}>" in line)
        after = [line for line in lines[renamed + 1 :] if not line.startswith("pwrite64") or "ledger" in line]
        placed = next(n for n, line in enumerate(after) if re.match(rf"fsync\(\d+<{folder}> ?\)", line))
        noted = next(n for n, line in enumerate(after) if "ledger.db-wal" in line)
        assert written < renamed
        assert placed < noted, after[: noted + 1]
        assert any(re.match(r"f(data)?sync.*ledger\.db-wal", line) for line in after[noted:])


# Environments.


@pytest.mark.slow
def test_locale_time_zone_and_environment_change_no_byte(day: Day, tmp_path: Path, content: Path) -> None:
    rows = [patient(1), patient(2, patient_name="Žofie Nguyễn")]
    day.write(rows)
    assert day.run().code == 0
    environments = {
        "language": {"LANG": "C", "LC_ALL": "C"},
        "zone": {"TZ": "Pacific/Kiritimati"},
        "no home": {"HOME": "", "XDG_CONFIG_HOME": "", "TMPDIR": "/nowhere"},
        "hash": {"PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1", "PYTHONUTF8": "0"},
    }
    for name, changes in environments.items():
        (tmp_path / name).mkdir()
        other = Day(tmp_path / name, content)
        other.write(rows)
        environ = {**os.environ, "PYTHONPATH": str(CHECKOUT), **changes}
        command = [sys.executable, PROGRAM, *other.arguments()]
        run = subprocess.run(
            command, env=environ, cwd="/", umask=0o077 if name == "no home" else 0o022, capture_output=True, text=True
        )
        assert run.returncode == 0, (name, run.stderr)
        assert other.bytes() == day.bytes(), name


def test_a_clock_that_jumps_back_changes_nothing(day: Day, tmp_path: Path, content: Path) -> None:
    library, _ = load(content)
    assert library is not None
    day.write([patient(number) for number in range(4)])
    times = iter([dt.datetime(2026, 12, 6, tzinfo=dt.UTC) - dt.timedelta(hours=hour) for hour in range(1000)])
    context = BatchContext(bytes.fromhex("5a" * 32), lambda: next(times))
    run_batch(BatchOptions(day.schedule, day.folder, content), library, context)
    (tmp_path / "other").mkdir()
    other = Day(tmp_path / "other", content)
    other.write([patient(number) for number in range(4)])
    other.run()
    assert day.bytes() == other.bytes()
    assert day.run().code == 0


def test_a_network_drive_is_refused(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/home {tmp_path}/their\\040share nfs4 rw 0 0\n")
    (tmp_path / "their share").mkdir()
    refuse_network_drive(tmp_path / "monday", mounts)
    with pytest.raises(InvalidInputError) as caught:
        refuse_network_drive(tmp_path / "their share" / "new" / "monday", mounts)
    assert str(caught.value) == (
        f"{tmp_path}/their share/new/monday: D06 the folder is on a network drive (nfs4)\n"
        "    Choose a folder on this computer's own disk, and copy the print run from there"
    )


@pytest.mark.parametrize(
    ("path", "remote"),
    [
        (r"\\server\share\monday", True),
        (r"\\?\UNC\server\share\monday", True),
        (r"\\.\unc\server\share\monday", True),
        (r"H:\packets\monday", True),
        (r"\\?\h:\packets\monday", True),
        (r"C:\packets\monday", False),
        (r"\\?\C:\packets\monday", False),
    ],
)
def test_a_network_drive_is_recognized_on_windows(path: str, remote: bool) -> None:
    def drive_type(root: str) -> int:
        return {"H:\\": 4, "h:\\": 4, "C:\\": 3}[root]

    assert is_windows_share(path, drive_type) is remote


def test_a_dry_run_is_refused_during_a_run(day: Day) -> None:
    day.write([patient(1)])
    day.run()
    with FolderLock(day.folder, dt.datetime(2026, 12, 6, tzinfo=dt.UTC)):
        assert day.run("--dry-run").code == 75


def test_a_file_in_place_of_the_folder_is_reported_before_anything_is_made(tmp_path: Path, content: Path) -> None:
    day = Day(tmp_path, content)
    day.write([patient(1)])
    day.folder.write_text("")
    for dry_run in ("--dry-run", "--quiet"):
        ran = day.run(dry_run)
        assert ran.code == 5
        assert f"{day.folder}: W02 part of this path is a file, not a folder\n    Type the path of a folder" in ran.err
