"""Run a private print queue: dbus, avahi, IPP printers and cupsd, in one folder and on loopback."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.programs import SYSTEM_PATHS

BUS = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/><allow user="*"/>
  </policy>
</busconfig>
"""
AVAHI = "[server]\nhost-name=packets-test\nuse-ipv6=no\nallow-interfaces=lo\n[publish]\npublish-workstation=no\n"
CUPSD = """\
LogLevel warn
Listen {folder}/cups.sock
Browsing No
DefaultAuthType None
WebInterface No
PreserveJobFiles No
<Location />
  Order allow,deny
  Allow all
</Location>
<Location /admin>
  Order allow,deny
  Allow all
</Location>
<Policy default>
  JobPrivateAccess all
  JobPrivateValues none
  <Limit All>
    Order deny,allow
    Allow all
  </Limit>
</Policy>
"""
CUPS_FILES = """\
ServerRoot {folder}/etc
RequestRoot {folder}/requests
CacheDir {folder}/cache
StateDir {folder}/state
TempDir {folder}/temp
AccessLog {folder}/access.log
ErrorLog {folder}/error.log
PageLog {folder}/page.log
SystemGroup root
FatalErrors none
"""


@dataclass(frozen=True)
class Queue:
    """A queue with two printers: `duplex` prints on both sides, `simplex` does not."""

    folder: Path
    environ: dict[str, str]
    duplex: str = "Ward3"
    simplex: str = "Desk"

    def arrived(self, printer: str) -> list[Path]:
        return sorted((self.folder / printer).glob("*.pdf"))

    def wait_for(self, printer: str, count: int) -> list[Path]:
        """Wait until so many files are printed and the last is complete, and return them."""
        for _ in range(600):
            files = self.arrived(printer)
            if len(files) >= count and files[-1].read_bytes().rstrip().endswith(b"%%EOF"):
                return files
            time.sleep(0.05)
        raise AssertionError(f"nothing was printed: {(self.folder / 'error.log').read_text('utf-8')[-2000:]}")

    def wait_until_idle(self) -> None:
        for _ in range(600):
            if not self.lines(["lpstat", "-o"]):
                return
            time.sleep(0.1)
        raise AssertionError("the queue does not become idle")

    def lines(self, command: list[str]) -> list[str]:
        return subprocess.run(command, env=self.environ, capture_output=True, text=True).stdout.splitlines()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def queue(folder: Path) -> Iterator[Queue]:
    if os.geteuid() != 0:
        pytest.skip("no private print queue: cupsd runs as root only")
    if Path("/run/avahi-daemon/pid").exists():
        pytest.skip("no private print queue: this machine's own avahi is running")
    for name in ("etc", "requests", "cache", "state", "temp"):
        (folder / name).mkdir()
    for path in (folder, *folder.parents):  # cupsd's filters run as another user
        if path.stat().st_uid == os.geteuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o011)
    environ = {**os.environ, "PATH": SYSTEM_PATHS, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/bus"}
    environ |= {"CUPS_SERVER": f"{folder}/cups.sock", "HOME": str(folder)}
    for name, text in (("bus.conf", BUS), ("avahi.conf", AVAHI), ("cupsd.conf", CUPSD), ("files.conf", CUPS_FILES)):
        (folder / name).write_text(text.format(folder=folder))
    with contextlib.ExitStack() as stack:

        def start(*command: str) -> None:
            with (folder / "start.log").open("a") as log:
                process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
            stack.callback(process.wait)
            stack.callback(process.terminate)

        start("dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork", "--nopidfile")
        until(lambda: (folder / "bus").exists(), folder)
        start("avahi-daemon", "-f", f"{folder}/avahi.conf", "--no-drop-root", "--no-chroot", "--no-rlimits")
        until(lambda: "startup complete" in (folder / "start.log").read_text("utf-8", "replace"), folder)
        start("cupsd", "-f", "-c", f"{folder}/cupsd.conf", "-s", f"{folder}/files.conf")
        queue_ = Queue(folder, environ)
        until(lambda: "scheduler is running" in queue_.lines(["lpstat", "-r"]), folder)
        for printer, sides in ((queue_.duplex, ["-2"]), (queue_.simplex, [])):
            (folder / printer).mkdir()
            port = free_port()
            keep = ["-n", "localhost", "-p", str(port), "-d", f"{folder}/{printer}", "-k", "-vv", "-s", "6000,6000"]
            start("ippeveprinter", *keep, *sides, "-f", "application/pdf", printer)
            uri = f"ipp://localhost:{port}/ipp/print"
            add = ["lpadmin", "-p", printer, "-E", "-v", uri, "-m", "everywhere"]
            until(lambda: added(add, queue_, bool(sides)), folder)  # noqa: B023
        yield queue_


def added(add: list[str], queue_: Queue, both_sides: bool) -> bool:
    """Add a printer and return whether cupsd has all its features: one that is still starting may report only some."""
    if subprocess.run(add, env=queue_.environ, capture_output=True).returncode:
        return False
    options = " ".join(queue_.lines(["lpoptions", "-p", add[2]]))
    kind = re.search(r"printer-type=(\d+)", options)
    return kind is not None and bool(int(kind[1]) & 0x10) == both_sides


def until(condition: object, folder: Path) -> None:
    assert callable(condition)
    for _ in range(100):
        if condition():
            return
        time.sleep(0.1)
    log = (folder / "start.log").read_text("utf-8", "replace")
    pytest.skip(f"no private print queue could be started: {log[-300:]}")
