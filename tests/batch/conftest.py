"""Give each test a day, and all tests one copy of a small content folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.batch.day import CHECKOUT, Day


@pytest.fixture(scope="session")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the shipped content with one procedure in one language, which loads faster."""
    root = tmp_path_factory.mktemp("batch") / "content"
    for file in sorted((CHECKOUT / "content").rglob("*.yaml")):
        name = file.relative_to(CHECKOUT / "content")
        folder, language = name.parts[0], file.name.removesuffix(".yaml").rpartition(".")[2]
        if folder == "procedures" and name.parts[1] != "cervical-foraminotomy":
            continue
        if folder in ("procedures", "common", "languages") and language != "en":
            continue
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, root / name)
    assert (root / "sources" / "plain.yaml").exists()
    return root


@pytest.fixture
def day(tmp_path: Path, content: Path) -> Day:
    return Day(tmp_path, content)
