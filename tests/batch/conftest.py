"""Give each test a day, and all tests one copy of a small content folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.batch.day import Day
from tests.samples import copy_in_english


@pytest.fixture(scope="session")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the shipped content with one procedure in one language."""
    return copy_in_english(tmp_path_factory.mktemp("batch") / "content")


@pytest.fixture
def day(tmp_path: Path, content: Path) -> Day:
    return Day(tmp_path, content)
