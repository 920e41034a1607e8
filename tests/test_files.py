"""Test that a file is complete or absent whatever happens during the write, and that a folder has one run at a time."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packets.errors import LockedError, WriteError, os_error_reason
from packets.storage import files
from packets.storage.files import sweep, write_whole
from packets.storage.lock import LOCK_NAME, FolderLock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="faults of POSIX systems")

NOW = dt.datetime(2026, 12, 7, 9, 30, tzinfo=dt.UTC)
OLD, NEW = b"the old file", b"%PDF" + bytes(range(256)) * 40


def refused(path: Path, data: bytes = NEW) -> str:
    with pytest.raises(WriteError) as caught:
        write_whole(path, data)
    assert caught.value.exit_code == 5
    return str(caught.value)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@contextlib.contextmanager
def disk(folder: Path, options: str) -> Iterator[None]:
    """Mount a small file system; only root can."""
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a tmpfs needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_the_bytes_arrive_and_only_the_owner_can_read_them(tmp_path: Path) -> None:
    path = tmp_path / "packet.pdf"
    for umask in (0o000, 0o022, 0o077, 0o777):
        before = os.umask(umask)
        try:
            write_whole(path, NEW)
        finally:
            os.umask(before)
        assert path.read_bytes() == NEW
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert names(tmp_path) == ["packet.pdf"]
        path.chmod(0o644)  # the mode of the old file is not kept


@given(st.binary(max_size=5000), st.binary(max_size=5000))
def test_the_last_write_wins(first: bytes, second: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "packet.pdf"
        write_whole(path, first)
        write_whole(path, second)
        assert path.read_bytes() == second


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    path = tmp_path / "latest.pdf"
    path.symlink_to("share/packet.pdf")
    for data in (OLD, NEW):
        write_whole(path, data)
        assert path.is_symlink()
        assert names(tmp_path / "share") == ["packet.pdf"]
        assert (tmp_path / "share/packet.pdf").read_bytes() == data


# Errors of the path, each with its full message.


def test_a_missing_folder(tmp_path: Path) -> None:
    path = tmp_path / "my packets" / "packet.pdf"
    assert refused(path) == (
        f"{path}: W01 the folder does not exist\n    Make it first: mkdir -p '{tmp_path}/my packets'"
    )


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(OLD)
    path = tmp_path / "notes.txt" / "packet.pdf"
    assert refused(path) == f"{path}: W02 part of this path is a file, not a folder\n    Type the path of a folder"


def test_a_folder_where_the_file_should_be(tmp_path: Path) -> None:
    hint = f"Add a file name: {tmp_path}/packet.pdf"
    assert refused(tmp_path) == f"{tmp_path}: W03 this is a folder, not a file\n    {hint}"
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    assert "W03 this is a folder, not a file" in refused(link)
    assert names(tmp_path) == ["link"]


def test_another_users_folder() -> None:
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)
        folder = Path(parent) / "theirs"
        folder.mkdir()
        folder.chmod(0o555)
        path = folder / "packet.pdf"
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)  # nobody, because root may write everywhere
        try:
            message = refused(path)
        finally:
            if root:
                os.seteuid(0)
        assert message == (
            f"{path}: W04 you may not write here\n    Close the file if it is open, or choose a folder of your own"
        )
        assert names(folder) == []


def test_a_read_only_disk(tmp_path: Path) -> None:
    with disk(tmp_path, "size=256k,ro"):
        path = tmp_path / "packet.pdf"
        assert refused(path) == (
            f"{path}: W05 this disk can be read but not written\n    Type a folder on another disk"
        )


def test_a_full_disk_keeps_the_old_file_and_works_again_when_there_is_room(tmp_path: Path) -> None:
    with disk(tmp_path, "size=256k"):
        path = tmp_path / "packet.pdf"
        write_whole(path, OLD)
        assert refused(path, bytes(300_000)) == (
            f"{path}: W06 the disk is full\n    Delete files to make room, or type a folder on another disk"
        )
        assert names(tmp_path) == ["packet.pdf"]
        assert path.read_bytes() == OLD
        write_whole(path, NEW)
        assert path.read_bytes() == NEW


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 300)
    assert refused(path) == f"{path}: W07 this name is too long for the disk\n    Choose a shorter name"
    assert names(tmp_path) == []


def test_a_device_is_left_alone(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/null")):
        assert refused(path) == f"{path}: W08 this is not a regular file\n    Type the name of a file"
    assert Path("/dev/null").is_char_device()


def test_other_errors_keep_the_systems_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "packet.pdf"
    fail(monkeypatch, "fsync", 1, errno.EIO)
    assert refused(path) == (
        f"{path}: W09 the disk reports an error\n    Type a folder on another disk, and have this disk checked"
    )
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ELOOP, "A symbolic link leads back to itself: delete it, or type another path"),
        (errno.ENOLCK, "Type a folder on this computer: some network drives cannot lock files"),
        (errno.EBUSY, "Close other programs that use this file or folder, then run this command again"),
        (errno.ETXTBSY, "Close other programs that use this file or folder, then run this command again"),
        (errno.EMFILE, "Close other programs, then run this command again"),
        (errno.ENOMEM, "Close other programs, then run this command again"),
        (errno.EFBIG, "This disk cannot hold so large a file: type a folder on another disk"),
        (errno.ESTALE, "Check the connection to the network drive, then run this command again"),
        (errno.ETIMEDOUT, "Check the connection to the network drive, then run this command again"),
        (errno.ENOTSUP, "Run this command again; if it fails again, type a folder on another disk"),
    ],
)
def test_the_hint_suits_the_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, hint: str) -> None:
    path = tmp_path / "packet.pdf"
    fail(monkeypatch, "fsync", 1, number)
    assert refused(path) == f"{path}: W10 cannot be written: {os.strerror(number)}\n    {hint}"
    assert names(tmp_path) == []


def test_an_error_without_a_number_is_no_success() -> None:
    assert os_error_reason(OSError("the server has gone")) == "unknown reason"


# Errors at every step.


def fail(monkeypatch: pytest.MonkeyPatch, name: str, at: int, number: int) -> list[int]:
    """Make the `at`-th call of os.`name` fail; return a list that grows by one with each call."""
    real: Callable[..., Any] = getattr(os, name)
    real = getattr(real, "resolve_path", real)
    calls: list[int] = []

    def faulty(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == at:
            if name == "close":  # a file is closed even if close fails
                real(*args, **kwargs)
            raise OSError(number, os.strerror(number))
        if name == "write":  # a disk may write less than it was given
            return real(args[0], args[1][:1000])
        return real(*args, **kwargs)

    faulty.real = real  # type: ignore[attr-defined]
    monkeypatch.setattr(os, name, faulty)
    return calls


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize(("name", "steps"), [("open", 2), ("write", 11), ("fsync", 2), ("replace", 1), ("close", 2)])
def test_a_disk_that_fills_up_at_any_step_leaves_nothing_partial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, steps: int, number: int
) -> None:
    path = tmp_path / "packet.pdf"
    for step in range(1, steps + 1):
        write_whole(path, OLD)
        with monkeypatch.context() as patch:
            fail(patch, name, step, number)
            assert "W06 the disk is full" in refused(path)
        renamed = step == 2 and name in ("open", "fsync", "close")  # the second call is for the folder
        assert path.read_bytes() == (NEW if renamed else OLD)
        assert names(tmp_path) == ["packet.pdf"]
    with monkeypatch.context() as patch:
        assert len(fail(patch, name, steps + 1, number)) == 0
        write_whole(path, NEW)  # no further step fails


def test_a_file_system_without_folder_fsync_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(monkeypatch, "fsync", 2, errno.EINVAL)
    write_whole(tmp_path / "packet.pdf", NEW)
    assert (tmp_path / "packet.pdf").read_bytes() == NEW


def test_a_file_system_without_permissions_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(monkeypatch, "fchmod", 1, errno.EPERM)
    write_whole(tmp_path / "packet.pdf", NEW)
    assert (tmp_path / "packet.pdf").read_bytes() == NEW


def test_ctrl_c_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "packet.pdf", NEW)
    assert names(tmp_path) == []


def test_renaming_is_retried_while_the_file_is_open_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temp, target = tmp_path / "temp", tmp_path / "packet.pdf"
    temp.write_bytes(NEW)
    calls = fail(monkeypatch, "replace", 1, errno.EACCES)
    files._replace(temp, target, waits_s=(0, 0))
    assert len(calls) == 2
    assert target.read_bytes() == NEW

    temp.write_bytes(NEW)
    fail(monkeypatch, "replace", 1, errno.EACCES)
    with pytest.raises(PermissionError):
        files._replace(temp, target, waits_s=())


# A killed process: the child stops at one step, where it is killed.

STOPPING = """
import os, sys, time
from pathlib import Path
from packets.storage.files import write_whole
from packets.storage.lock import FolderLock
name, at, path, size = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
real, calls = getattr(os, name), []
def stopping(*args, **kwargs):
    calls.append(1)
    if len(calls) == at:
        if name == "write":
            real(args[0], args[1][: size // 2])
        os.write = real if name == "write" else os.write
        print("stopped", flush=True)
        time.sleep(60)
    return real(*args, **kwargs)
setattr(os, name, stopping)
write_whole(path, b"n" * size)
"""


@contextlib.contextmanager
def child(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start a Python process and wait for its first line; kill it with SIGKILL at the end."""
    command = [sys.executable, "-c", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "stopped\n"
            yield process
        finally:
            process.kill()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("step", "at", "new"), [("write", 1, False), ("fsync", 1, False), ("replace", 1, False), ("fsync", 2, True)]
)
def test_a_kill_at_any_step_leaves_the_old_file_or_the_new_one(tmp_path: Path, step: str, at: int, new: bool) -> None:
    path = tmp_path / "packet.pdf"
    write_whole(path, OLD)
    with child(STOPPING, step, str(at), str(path), "100000"):
        pass
    assert path.read_bytes() == (b"n" * 100_000 if new else OLD)
    left = [name for name in names(tmp_path) if name != "packet.pdf"]
    assert len(left) == (0 if new else 1)
    with FolderLock(tmp_path, NOW):
        assert sweep(tmp_path) == len(left)
    assert names(tmp_path) == [LOCK_NAME, "packet.pdf"]


def test_only_our_own_leftovers_are_removed(tmp_path: Path) -> None:
    others = [".packets-short.tmp", "packet.pdf", ".packets-" + "0" * 32 + ".tmp.pdf", ".hidden", "x.tmp"]
    for name in others:
        (tmp_path / name).write_bytes(OLD)
    (tmp_path / (".packets-" + "1" * 32 + ".tmp")).symlink_to(tmp_path / "packet.pdf")
    (tmp_path / (".packets-" + "2" * 32 + ".tmp")).write_bytes(OLD)
    assert sweep(tmp_path) == 1
    assert names(tmp_path) == sorted([*others, ".packets-" + "1" * 32 + ".tmp"])
    with pytest.raises(WriteError, match="W01 the folder does not exist"):
        sweep(tmp_path / "missing")


@pytest.mark.system("strace")
def test_the_data_is_on_the_disk_before_the_name_and_the_name_before_the_return(tmp_path: Path, checkout: Path) -> None:
    log = tmp_path / "strace.log"
    folder = tmp_path / "folder"
    folder.mkdir()
    code = "import pathlib, sys; from packets.storage import files; files.write_whole(pathlib.Path(sys.argv[1]), b'x')"
    command = [sys.executable, "-c", code, str(folder / "p.pdf")]
    trace = ["strace", "-y", "-o", str(log), "-e", "trace=fsync,fdatasync,rename,renameat,renameat2"]
    run = subprocess.run([*trace, *command], capture_output=True, text=True, check=False, cwd=checkout)
    if "ptrace" in run.stderr.lower():
        pytest.skip("strace may not trace here")
    assert run.returncode == 0, run.stderr
    temp = re.escape(str(folder)) + r"/\.packets-[0-9a-f]{32}\.tmp"
    steps = [line for line in log.read_text().splitlines() if not line.startswith("+++")]
    expected = [
        rf"fsync\(\d+<{temp}>\) += 0",
        rf'rename\("{temp}", "{re.escape(str(folder))}/p\.pdf"\) = 0',
        rf"fsync\(\d+<{re.escape(str(folder))}>\) += 0",
    ]
    assert len(steps) == 3, steps
    for step, pattern in zip(steps, expected, strict=True):
        assert re.fullmatch(pattern, step), (step, pattern)


# The lock.

HOLDING = """
import datetime as dt, sys, time
from pathlib import Path
from packets.storage.lock import FolderLock
with FolderLock(Path(sys.argv[1]), dt.datetime(2026, 12, 7, 9, 30)):
    print("stopped", flush=True)
    time.sleep(60)
"""


def test_a_second_run_names_the_first_and_a_killed_run_leaves_no_lock(tmp_path: Path) -> None:
    with child(HOLDING, str(tmp_path)) as holder:
        with pytest.raises(LockedError) as caught, FolderLock(tmp_path, NOW):
            pass
        assert caught.value.exit_code == 75
        assert str(caught.value) == (
            f"{tmp_path}: W11 another run is working in this folder (process {holder.pid}, started 2026-12-07 09:30)\n"
            "    Wait until it has ended, then run this command again"
        )
    with FolderLock(tmp_path, NOW):
        pass


def test_a_lock_is_released_even_if_its_block_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), FolderLock(tmp_path, NOW):
        1 / 0  # noqa: B018
    with FolderLock(tmp_path, NOW), pytest.raises(LockedError), FolderLock(tmp_path, NOW):
        pass
    assert stat.S_IMODE((tmp_path / LOCK_NAME).stat().st_mode) == 0o600


def test_a_message_quotes_the_lock_file_only_if_packets_wrote_it(tmp_path: Path) -> None:
    with FolderLock(tmp_path, NOW):
        (tmp_path / LOCK_NAME).write_text("Rosa Sample, 0041")
        with pytest.raises(LockedError) as caught, FolderLock(tmp_path, NOW):
            pass
    assert "W11 another run is working in this folder\n" in str(caught.value)


def test_a_folder_that_cannot_be_locked(tmp_path: Path) -> None:
    missing, file = tmp_path / "missing", tmp_path / "file"
    file.write_bytes(OLD)
    with pytest.raises(WriteError) as caught, FolderLock(missing, NOW):
        pass
    assert str(caught.value) == f"{missing}: W01 the folder does not exist\n    Make it first: mkdir -p {missing}"
    with pytest.raises(WriteError, match="W02 part of this path is a file"), FolderLock(file, NOW):
        pass
    folder = tmp_path / "read-only"
    folder.mkdir()
    with disk(folder, "ro"), pytest.raises(WriteError, match="W05"), FolderLock(folder, NOW):
        pass
