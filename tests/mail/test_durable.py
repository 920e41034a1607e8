"""Test with strace that the state `committing` is on disk before the final dot of a mail is sent."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.batch.day import CHECKOUT
from tests.mail.conftest import Authority
from tests.mail.day import MailDay, mailed
from tests.mail.faults import Relay


@pytest.mark.system("strace")
def test_committing_is_synced_to_disk_before_the_dot_is_written(
    day: MailDay, authority: Authority, mail_content: Path
) -> None:
    shutil.copy(authority.pem, day.place / "ca.pem")
    day.make([mailed(1)])
    day.queue()
    trace = day.place / "trace"
    with Relay(lambda _: "none", authority.relay()) as relay:
        subprocess.run(
            [
                *("strace", "-f", "-y", "-e", "trace=write,sendto,fsync,fdatasync", "-o", str(trace), sys.executable),
                *("-m", "tests.mail.kills", str(day.place), str(mail_content), str(relay.port), "0"),
            ],
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            check=True,
            timeout=120,
        )
        assert len(relay.accepted) == 1
    calls = []
    for line in trace.read_text("utf-8", "replace").splitlines():
        if match := re.search(r"(fsync|fdatasync)\(\d+<([^>]*)>", line):
            calls.append(f"sync {Path(match[2]).name}")
        elif "socket:[" in line or "TCP:[" in line:
            calls.append("to the relay")
    writes = [index for index, call in enumerate(calls) if call == "to the relay"]
    # The last three writes: the end of the body, the dot, and QUIT.
    between = calls[writes[-3] + 1 : writes[-2]]
    assert "sync ledger.db-wal" in between, calls[-12:]
    assert "sync mail.db-wal" in between, calls[-12:]
    # And the relay's reply is recorded before QUIT or anything else.
    assert "sync ledger.db-wal" in calls[writes[-2] + 1 : writes[-1]]
