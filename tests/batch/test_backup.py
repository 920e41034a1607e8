"""Back up folders while batches run, restore them on another computer, and kill a backup."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from packets.cli import main
from packets.storage.audit_file import Action, AuditFile
from tests.batch.day import CHECKOUT, Day, Outcome, patient
from tests.batch.test_verify_run import verify
from tests.clock import now
from tests.effort import is_quick


def typed(*words: object) -> Outcome:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main.run(list(map(str, words)), now)
    return Outcome(int(code), out.getvalue(), err.getvalue())


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file() and file.name != ".packets.lock")
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def without_ledger(files: dict[str, bytes]) -> dict[str, bytes]:
    """Leave out the databases: a copy of a ledger is another file with the same rows."""
    return {name: data for name, data in files.items() if not name.endswith(".db")}


@pytest.fixture
def finished(day: Day) -> Day:
    day.write([patient(1), patient(2), patient(3)])
    assert day.run().code == 0
    day.write([patient(1), patient(2, collar="yes"), patient(3)])
    assert day.run("--only-changed", "--html").code == 0
    assert (day.folder / "superseded").is_dir()
    return day


def test_all_days_with_their_outbox_and_audit_file_come_back(finished: Day, tmp_path: Path) -> None:
    """One file has every folder; what is restored is verified like the original, and the batch goes on in it."""
    day, root = finished, tmp_path / "days"
    root.mkdir()
    day.folder = day.folder.rename(root / "monday")
    (root / "empty").mkdir()
    audit = AuditFile(root / "audit.jsonl", now)
    audit.record("nurse1", Action.PRINTED, day.ids()[2])
    with (root / "audit.jsonl").open("a") as file:
        file.write('{"number": 2, "at"')  # the server is writing a line
    (root / "monday" / "notes.txt").write_text("Ask Dr. Sample about row 3.\n")
    ran = typed("backup", root, "-o", tmp_path / "all.zip")
    assert (ran.code, ran.err) == (0, "")
    files = len(contents(root))
    assert ran.out.startswith(f"{tmp_path}/all.zip: {files} files, ")
    assert (tmp_path / "all.zip").stat().st_mode & 0o777 == 0o600
    audit.close()

    restored = tmp_path / "elsewhere"
    (tmp_path / ".elsewhere.restoring" / "monday").mkdir(parents=True)  # a killed restore has left it
    ran = typed("restore", tmp_path / "all.zip", "-o", restored)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"{restored}: {files} files as of 2026-12-08T09:00:00+00:00, each as it was backed up\n"
    before, after = without_ledger(contents(root)), without_ledger(contents(restored))
    whole, _, _ = before.pop("audit.jsonl").rpartition(b"\n")
    assert after.pop("audit.jsonl") == whole + b"\n"
    assert after == before
    assert not (tmp_path / ".elsewhere.restoring").exists()
    assert (restored / "empty").is_dir()
    assert {entry.stat().st_mode & 0o077 for entry in restored.rglob("*")} == {0}
    assert verify(day, restored / "monday").code == 0
    day.folder = restored / "monday"
    assert "0 new, 0 changed, 0 made again, 3 unchanged" in day.run("--html").out


def test_a_backup_of_a_running_batch_holds_what_its_ledger_knows(day: Day, tmp_path: Path) -> None:
    rows = [patient(number) for number in range(20 if is_quick() else 60)]
    day.write(rows)
    batch = day.start("--html")
    backups = 0
    while batch.poll() is None:
        if not (day.folder / "ledger.db").exists():
            continue
        target = tmp_path / f"{backups}.zip"
        ran = typed("backup", day.folder, "-o", target)
        assert ran.code == 0, ran.err
        backups += 1
    assert batch.communicate()[1] == "" and batch.returncode == 0
    assert backups >= 2
    day.write(rows)
    assert day.run("--html").code == 0
    wanted = without_ledger(contents(day.folder))
    ready = []
    for number in sorted({0, backups // 2, backups - 1}):
        copy = tmp_path / f"copy{number}"
        assert typed("restore", tmp_path / f"{number}.zip", "-o", copy).code == 0
        ran = verify(day, copy)
        assert ran.code == 0, ran.err
        ready.append(int(ran.out.rpartition(": ")[2].split(" ")[0]))
        again = Day(tmp_path, day.content)
        again.folder = copy
        assert again.run("--html").code == 0
        assert without_ledger(contents(copy)) == wanted
    assert ready == sorted(ready)


ENDLESS = """
import sys, time
from pathlib import Path
from packets.batch.backup import back_up

def clock():  # called when all files are written
    print("written", flush=True)
    time.sleep(60)

back_up(Path(sys.argv[1]), Path(sys.argv[2]), clock)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_backup_leaves_no_file_and_the_next_one_cleans_up(finished: Day, tmp_path: Path) -> None:
    place = tmp_path / "backups"
    place.mkdir()
    command = [sys.executable, "-c", ENDLESS, str(finished.folder), str(place / "monday.zip")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=CHECKOUT, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        assert typed("backup", finished.folder, "-o", place / "another.zip").code == 0
        assert len(list(place.glob(".packets-*.tmp"))) == 1, "the file of a running backup was deleted"
        process.send_signal(signal.SIGKILL)
    (left,) = place.glob(".packets-*.tmp")
    assert left.stat().st_size > 10_000
    other = place / f".packets-{'0' * 32}.tmp"
    other.write_bytes(b"%PDF-1.7 of another command")
    assert typed("backup", finished.folder, "-o", place / "monday.zip").code == 0
    assert sorted(file.name for file in place.iterdir()) == [other.name, "another.zip", "monday.zip"]


def test_a_folder_with_a_missing_file_is_backed_up_and_reported(finished: Day, tmp_path: Path) -> None:
    first, second = (finished.folder / f"{packet}.pdf" for packet in (finished.ids()[2], finished.ids()[3]))
    first.unlink()
    second.write_bytes(b"%PDF-1.7 of something else")
    (finished.folder / "link").symlink_to("/etc/passwd")
    ran = typed("backup", finished.folder, "-o", tmp_path / "monday.zip")
    assert ran.code == 6
    assert f"{first}: D07 the file of packet {first.stem} is missing\n" in ran.err
    assert f"{second}: D07 the file of packet {second.stem} has changed since it was made\n" in ran.err
    assert "Note: link is not in the backup: it is a link, or was begun while the backup was made\n" in ran.err
    assert typed("restore", tmp_path / "monday.zip", "-o", tmp_path / "copy").code == 0
    assert verify(finished, tmp_path / "copy").err.count("D07") == 2


def test_a_damaged_backup_restores_nothing(finished: Day, tmp_path: Path) -> None:
    good, bad, folder = tmp_path / "monday.zip", tmp_path / "bad.zip", tmp_path / "copy"
    assert typed("backup", finished.folder, "-o", good, "--quiet") == Outcome(0, "", "")
    data = good.read_bytes()
    packet = finished.ids()[2]
    place = data.index((finished.folder / f"{packet}.pdf").read_bytes())
    for damaged in (data[:100], data[: len(data) // 2], data[:-30], b"", b"PK" * 500):
        bad.write_bytes(damaged)
        ran = typed("restore", bad, "-o", folder)
        assert (ran.code, ran.err.splitlines()[0]) == (4, f"{bad}: J11 this is not a backup, or it is damaged")
        assert not folder.exists()
    bad.write_bytes(data[: place + 500] + bytes([data[place + 500] ^ 1]) + data[place + 501 :])
    assert "J11 this is not a backup" in typed("restore", bad, "-o", folder).err, "the zip's own checksum"
    rewritten(good, bad, {f"files/{packet}.pdf": b"x" * (finished.folder / f"{packet}.pdf").stat().st_size})
    assert typed("restore", bad, "-o", folder).err == (
        f"{bad}: J12 {packet}.pdf is not what was backed up: the backup is damaged\n"
        "    Use another backup: nothing was restored\n"
    )
    listed = json.loads(zipfile.ZipFile(good).read("backup.json"))
    rewritten(good, bad, {"backup.json": json.dumps(listed | {"format": 2}).encode()})
    assert "J13 the backup was written by a newer version" in typed("restore", bad, "-o", folder).err
    for path in ("../evil", "/evil", "a/../../evil", "C:evil", "a\\b", ""):
        changed = {**listed, "files": [{**listed["files"][0], "path": path}, *listed["files"][1:]]}
        renamed = {f"files/{listed['files'][0]['path']}": f"files/{path}"}
        rewritten(good, bad, {"backup.json": json.dumps(changed).encode()}, renamed)
        assert "J11 this is not a backup" in typed("restore", bad, "-o", folder).err, path
    assert sorted(entry.name for entry in tmp_path.iterdir() if "evil" in entry.name or "copy" in entry.name) == []


def rewritten(source: Path, target: Path, data: dict[str, bytes], names: dict[str, str] | None = None) -> None:
    """Copy a zip with other contents, or other names, of some of its files."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            name = (names or {}).get(entry.filename, entry.filename)
            new.writestr(name, data.get(entry.filename, old.read(entry)))


def test_mistakes_of_places(finished: Day, tmp_path: Path) -> None:
    folder, backup = finished.folder, tmp_path / "monday.zip"
    assert typed("backup", tmp_path / "nowhere", "-o", backup).err == (
        f"{tmp_path}/nowhere: J07 there is no such folder to back up\n"
        "    Type the folder of a batch, or the folder that has all of them\n"
    )
    inside = typed("backup", folder, "-o", folder / "monday.zip")
    assert (inside.code, inside.err.splitlines()[0]) == (
        4, f"{folder}/monday.zip: J08 the backup would be inside the folder itself",
    )  # fmt: skip
    (tmp_path / "photos").mkdir()
    ran = typed("backup", tmp_path / "photos", "-o", backup)
    assert ran.err.startswith(f"{tmp_path}/photos: J09 Packets has made nothing in this folder\n")
    assert "W01 the folder does not exist" in typed("backup", folder, "-o", tmp_path / "no" / "monday.zip").err
    (folder / "mail.db").write_bytes(b"SQLite format 3\0" + b"?" * 5000)
    ran = typed("backup", folder, "-o", backup)
    assert ran.err.startswith(f"{folder}/mail.db: J10 this database is damaged or in use\n")
    assert not backup.exists()
    (folder / "mail.db").unlink()
    assert typed("backup", folder, "-o", backup).code == 0
    for place in (folder, backup):
        ran = typed("restore", backup, "-o", place)
        assert ran.err.startswith(f"{place}: J14 there is already something at this path\n"), ran
    ran = typed("restore", tmp_path / "nowhere.zip", "-o", tmp_path / "copy")
    assert ran.err.startswith(f"{tmp_path}/nowhere.zip: J15 the backup cannot be read: No such file or directory\n")
    assert "W01 the folder does not exist" in typed("restore", backup, "-o", tmp_path / "no" / "copy").err
