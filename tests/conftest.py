"""Options and markers of the test suite.

Markers: `system("pdftotext", ...)` needs system programs, `browser` needs Chromium, `slow` takes minutes.
`--quick` (used by `make test`) skips all three and tries fewer examples in the others; without it every test runs for
which the programs are installed.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

from tests import effort, programs

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # set by a shell for background jobs, and inherited by children
    signal.signal(signal.SIGINT, signal.default_int_handler)

MARKERS = ("browser", "system", "slow")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files again; read them before you commit"
    )
    parser.addoption("--quick", action="store_true", help=f"skip tests marked {', '.join(MARKERS)}; fewer examples")


def pytest_configure(config: pytest.Config) -> None:
    # Before the test modules are imported: tests.effort is used in decorators.
    settings.load_profile(effort.QUICK if config.getoption("--quick") else effort.FULL)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return the number of workers for `-n auto`; in `make test` one more than processors, since many tests wait."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(processors, 8) + bool(config.getoption("--quick"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("browser"):  # they share one browser
            item.add_marker(pytest.mark.xdist_group("browser"))
        if config.getoption("--quick"):
            for name in MARKERS:
                if item.get_closest_marker(name):
                    item.add_marker(pytest.mark.skip(reason=f"[{name}] not part of make test"))
                    break


def pytest_runtest_setup(item: pytest.Item) -> None:
    names = [str(name) for mark in item.iter_markers("system") for name in mark.args]
    if item.get_closest_marker("browser"):
        names.append("browser")
    programs.skip_without(*names)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Summarize which tests were skipped and how to run them; -rs lists each one."""
    reasons = Counter(
        str(report.longrepr[2]).removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else "unknown"
        for report in terminalreporter.stats.get("skipped", [])
    )
    if not reasons:
        return
    terminalreporter.section("skipped")
    quick = Counter[str]()
    for reason, count in sorted(reasons.items()):
        name = reason.removeprefix("[").partition("]")[0]
        if name in MARKERS and reason.startswith("["):
            quick[name] += count
        else:
            terminalreporter.write_line(f"{count} tests: {reason.removeprefix('[not installed] ')}")
    if quick:
        kinds = {
            "browser": "in a browser",
            "system": "with system programs (poppler, veraPDF, Postfix, CUPS, strace)",
            "slow": "slow tests",
        }
        counts = ", ".join(f"{quick[name]} {kinds[name]}" for name in MARKERS if quick[name])
        terminalreporter.write_line(f"Not part of this run: {counts}.")
        terminalreporter.write_line("To install the programs and run all tests, type: make test-all")
    packages = programs.missing(programs.PACKAGES)
    if packages and not quick:
        terminalreporter.write_line(f"To install all of them, type: {programs.command(packages)}")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Return the root of the repository."""
    return Path(__file__).resolve().parent.parent
