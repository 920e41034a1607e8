"""Verify a print run by itself, and all files of a batch folder."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from packets.cli import main
from tests.batch.day import CHECKOUT, Day, Outcome, patient
from tests.effort import spread

# Root may read everything. Without these two capabilities it is like an ordinary user who owns the files.
ORDINARY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]


def verify(day: Day, *paths: Path) -> Outcome:
    from contextlib import redirect_stderr, redirect_stdout

    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main.run(["verify", *map(str, paths), "--content", str(day.content)])
    return Outcome(int(code), out.getvalue(), err.getvalue())


def test_a_finished_print_run_is_verified_by_itself(day: Day, tmp_path: Path) -> None:
    day.write([patient(1), patient(2, large_print="yes"), patient(3)])
    day.run("--only-changed")
    day.run("--from", day.ids()[3])
    runs = sorted(day.folder.glob("print-run*.pdf"))
    assert len(runs) == 3
    for run in runs:
        pages = len(pikepdf.open(run).pages)
        assert verify(day, run) == Outcome(0, f"{run}: complete and unchanged, {pages} pages\n", "")
    data = bytearray(runs[0].read_bytes())
    data[len(data) // 2] ^= 1
    altered = tmp_path / "altered.pdf"
    altered.write_bytes(data)
    assert verify(day, altered) == Outcome(6, "", f"{altered}: V02 the file has changed since it was made\n")


# ---- files that cannot be read


def as_user(day: Day, *words: str) -> Outcome:
    """Run a command as an ordinary user."""
    command = [*(ORDINARY if os.geteuid() == 0 else []), sys.executable, str(CHECKOUT / "generate.py"), *words]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=day.place, check=False)
    return Outcome(ran.returncode, ran.stdout, ran.stderr)


def make_unreadable(file: Path) -> str:
    file.chmod(0)
    return (
        f"{file.name} cannot be read: Permission denied\n"
        f"    Type: chmod u+rw {file}, or delete it: the same batch command makes it again\n"
    )


def fail_reading(file: Path) -> str:
    """Make reading the file fail with EIO, as on a failing disk."""
    file.unlink()
    file.symlink_to("/proc/self/mem")
    return (
        f"{file.name} cannot be read: Input/output error\n"
        "    Have the disk checked; delete the file, and the same batch command makes it again\n"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="setpriv and /proc are Linux's")
@pytest.mark.parametrize("spoil", [make_unreadable, pytest.param(fail_reading, marks=pytest.mark.slow)])
def test_an_unreadable_packet_is_reported_and_the_others_continue(day: Day, spoil: object) -> None:
    day.write([patient(1), patient(2)])
    day.run()
    made, ids = day.bytes(), day.ids()
    file = day.folder / f"{ids[2]}.pdf"
    message = spoil(file)  # type: ignore[operator]
    outcome = as_user(day, "verify", "monday", "--content", str(day.content))
    assert (outcome.code, outcome.err) == (
        6,
        f"monday/{file.name}: W85 {message}".replace(str(file), f"monday/{file.name}"),
    )
    day.write([patient(1), patient(2), patient(3)])
    for dry in (["--dry-run"], [], []):
        outcome = as_user(day, *day.arguments(*dry))
        assert (outcome.code, outcome.err) == (5, f"row 2: W85 {message}")
    assert day.states() == {2: "failed", 3: "ready", 4: "ready"}
    file.unlink()
    day.write([patient(1), patient(2)])
    assert day.run().code == 0
    assert day.bytes()[file.name] == made[file.name]


@pytest.mark.skipif(sys.platform != "linux", reason="setpriv and /proc are Linux's")
@pytest.mark.parametrize("spoil", [pytest.param(make_unreadable, marks=pytest.mark.slow), fail_reading])
def test_an_unreadable_print_run_is_reported(day: Day, spoil: object) -> None:
    day.write([patient(1)])
    day.run()
    file = day.folder / "print-run.pdf"
    message = spoil(file)  # type: ignore[operator]
    for words, code in ((["verify", str(day.folder), "--content", str(day.content)], 6), (day.arguments(), 5)):
        outcome = as_user(day, *words)
        assert (outcome.code, outcome.err) == (code, f"{file}: W85 {message}")
    outcome = as_user(day, "verify", str(file), str(day.folder / day.packets()[0]), "--content", str(day.content))
    assert outcome.code == 6 and "V20 the file cannot be read" in outcome.err
    assert "complete and unchanged, 3 pages" in outcome.out


@pytest.mark.skipif(sys.platform != "linux", reason="setpriv is Linux's")
@pytest.mark.parametrize("name", spread(["superseded", "ledger.db", ".packets.lock", "manifest.json"], 2))
def test_another_unreadable_file_of_the_folder_is_reported(day: Day, name: str) -> None:
    for collar in ("yes", "no"):
        day.write([patient(1, collar=collar)])
        day.run()
    (day.folder / name).chmod(0)
    outcome = as_user(day, "verify", str(day.folder), str(day.folder / "print-run.pdf"), "--content", str(day.content))
    assert outcome.code in (5, 6)
    assert f"{day.folder / name}: " in outcome.err
    assert "print-run.pdf: complete and unchanged" in outcome.out, "the other paths are verified"
    outcome = as_user(day, *day.arguments())
    assert outcome.code == (0 if name == "manifest.json" else 5)  # it is only replaced, never read
    assert name == "manifest.json" or str(day.folder / name) in outcome.err
    (day.folder / name).chmod(0o700)


# ---- other files of the folder


def test_a_folder_that_is_not_of_a_batch_is_refused(day: Day, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert verify(day, tmp_path / "other") == Outcome(
        4,
        "",
        f"{tmp_path / 'other'}: D09 this folder was not made by a batch\n"
        "    Type the folder of the batch (its option -o)\n",
    )


def test_superseded_files_and_lists_are_verified(day: Day) -> None:
    day.write([patient(1), patient(2)])
    day.run()
    old = day.ids()[3]
    day.write([patient(1), patient(2, collar="no"), patient(3, collar="")])
    day.run()
    assert verify(day, day.folder) == Outcome(0, f"{day.folder}: 2 packets, each unchanged\n", "")
    file, manifest = day.folder / "superseded" / f"{old}.pdf", day.folder / "manifest.json"
    file.write_bytes(file.read_bytes()[:-1])
    content = json.loads(manifest.read_text("utf-8"))
    content["packets"][0]["pages"] += 1
    manifest.write_text(json.dumps(content), "utf-8")
    (day.folder / "problems.csv").unlink()
    assert verify(day, day.folder) == Outcome(
        6,
        "",
        f"{file}: D07 the superseded file of packet {old} has changed since it was made\n"
        "    Delete it or restore it from a backup: it is void and only kept for the record\n"
        f"{manifest}: D07 manifest.json has changed since it was made\n"
        "    Run the same batch command again: it makes this list again\n"
        f"{day.folder / 'problems.csv'}: D07 problems.csv is missing\n"
        "    Run the same batch command again: it makes this list again\n",
    )
    file.unlink()
    day.run()
    assert verify(day, day.folder).code == 0
    void = day.folder / f"{old}.pdf"
    void.write_bytes(b"%PDF-")
    assert f"D85 packet {old} is void, and its file is still with the others" in verify(day, day.folder).err


def test_the_lists_are_not_verified_after_an_unfinished_run(day: Day) -> None:
    day.write([patient(1)])
    assert day.run("--print-run", str(day.place / "nowhere" / "run.pdf")).code == 5
    assert verify(day, day.folder) == Outcome(
        0,
        f"{day.folder}: 1 packet, each unchanged\n",
        "Note: manifest.json and problems.csv are not checked: the last run did not finish, or an earlier version "
        "wrote them\n",
    )
