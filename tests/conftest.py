"""What every test stands on: the checkout, one way to search for counterexamples, and which tests are run.

Markers: `system("pdftotext", ...)` needs programs of the operating system, `browser` needs chromium, `slow` is a
campaign. `--quick` (what `make test` uses) skips all three; without it they run wherever what they need is installed.
"""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

from tests import programs

# The same examples on every machine, and no time limit for one: the tests measure no time.
settings.register_profile("packets", derandomize=True, deadline=None)
settings.load_profile("packets")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started in the background: children would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)

MARKERS = ("browser", "system", "slow")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files again, to be read before commit"
    )
    parser.addoption("--quick", action="store_true", help=f"skip tests marked {', '.join(MARKERS)}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("browser"):  # one browser for all of them
            item.add_marker(pytest.mark.xdist_group("browser"))
        if config.getoption("--quick"):
            for name in MARKERS:
                if item.get_closest_marker(name):
                    item.add_marker(pytest.mark.skip(reason=f"[{name}] not part of make test"))
                    break


def pytest_runtest_setup(item: pytest.Item) -> None:
    needed = [str(name) for mark in item.iter_markers("system") for name in mark.args]
    if item.get_closest_marker("browser"):
        needed.append("browser")
    programs.skip_without(*needed)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in a few lines what was skipped and how to run it; -rs lists each place."""
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
        what = {
            "browser": "in a browser",
            "system": "with system programs (poppler, veraPDF, Postfix, CUPS, strace)",
            "slow": "campaigns",
        }
        named = ", ".join(f"{quick[name]} {what[name]}" for name in MARKERS if quick[name])
        terminalreporter.write_line(f"Not part of this run: {named}.")
        terminalreporter.write_line("To install what they need and run them all, type: make test-all")
    packages = programs.missing(programs.PACKAGES)
    if packages and not quick:
        terminalreporter.write_line(f"To install all of it, type: {programs.command(packages)}")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of the repository."""
    return Path(__file__).resolve().parent.parent
