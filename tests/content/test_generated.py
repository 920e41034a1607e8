"""The schemas and the reference page are up to date and name every field."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from packets.cli import generated_files
from packets.content.schema.file_kinds import FILES
from packets.errors import ExitCode
from tests.content.folder import SHIPPED

ROOT = SHIPPED.parent


def test_generated_files_are_up_to_date() -> None:
    names = [name for name, _ in generated_files.files()]
    assert len(names) >= 7
    assert generated_files.stale(ROOT) == [], "run python -m packets.cli.generated_files"


def test_a_stale_file_is_named_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generated_files.main([], tmp_path) is ExitCode.OK
    page = tmp_path / "docs" / "content-reference.md"
    page.write_text("old", "utf-8")
    capsys.readouterr()
    assert generated_files.main(["--check"], tmp_path) is ExitCode.INTERNAL
    assert capsys.readouterr().err == "docs/content-reference.md: is stale; run python -m packets.cli.generated_files\n"
    assert page.read_text("utf-8") == "old"
    assert generated_files.main([], tmp_path) is ExitCode.OK
    assert generated_files.main(["--check"], tmp_path) is ExitCode.OK
    assert generated_files.main(["--chekc"], tmp_path) is ExitCode.USAGE


def test_the_command_checks_the_checkout() -> None:
    command = [sys.executable, "-m", "packets.cli.generated_files", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_reference_page_names_every_field() -> None:
    page = (ROOT / "docs" / "content-reference.md").read_text("utf-8")
    for record in FILES.values():
        for field in record.fields:
            assert f"| `{field.name}` |" in page


@pytest.mark.parametrize("name", FILES)
def test_a_schema_is_draft_7_and_closed(name: str) -> None:
    schema = json.loads((SHIPPED / "schema" / f"{name}.schema.json").read_text("utf-8"))
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert set(schema["properties"]) == {field.name for field in FILES[name].fields}
    assert (schema["additionalProperties"] is False) is (name != "case")
