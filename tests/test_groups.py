"""Check that the tests of an `xdist_group` run in one process: they share what is slow to make, or a printer."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """\
import pytest

@pytest.mark.xdist_group("shared")
@pytest.mark.parametrize("number", range(8))
def test(number):
    pass
"""


@pytest.mark.slow
def test_the_tests_of_a_group_run_in_one_process(tmp_path: Path) -> None:
    """Pytest 9.2 with pytest-xdist 3.8 silently ignores the groups (pytest-xdist issue 1386)."""
    (tmp_path / "test_group.py").write_text(TESTS, "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    command = [sys.executable, "-m", "pytest", "-v", "-n", "2", "--dist", "loadgroup", "-p", "no:cacheprovider"]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    processes = re.findall(r"\[(gw\d)\].* PASSED", ran.stdout)
    assert len(processes) == 8 and len(set(processes)) == 1
