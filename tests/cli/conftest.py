from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from packets.cli import main
from tests.clock import now


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str
    err: str


Type = Callable[..., Ran]


@pytest.fixture
def type_(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    """Run a command in an empty folder, with an empty home folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))

    def run(*words: str) -> Ran:
        code = main.run(list(words), now)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


def case_words(**changes: str | None) -> list[str]:
    """Return the options of a complete case. None leaves an option out."""
    return [word for name, value in _complete_case(changes).items() for word in (f"--{name}", value)]


def case_text(**changes: str | None) -> str:
    """Return a complete case as the text of a case file. None leaves a field out."""
    fields = {"procedure": "cervical-foraminotomy", **_complete_case(changes)}
    return "".join(f'{name.replace("-", "_")}: "{value}"\n' for name, value in fields.items())


def _complete_case(changes: Mapping[str, str | None]) -> dict[str, str]:
    """Return the values of a case by option, such as patient-name."""
    typed: dict[str, str | None] = {
        "surgery-date": "2026-12-07",
        "surgeon": "Dr. Jane Rivera",
        "collar": "yes",
        "patient-name": "Rosa Sample",
        "mrn": "00418823",
    }
    typed |= {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in typed.items() if value is not None}
