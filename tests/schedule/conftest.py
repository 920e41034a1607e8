"""Give the schedule tests a small content folder, a surgery day, and a schedule reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.batch.conftest import content as content
from tests.batch.conftest import day as day
from tests.schedule.reader import ScheduleReader


@pytest.fixture
def reader(content: Path, tmp_path: Path) -> ScheduleReader:
    return ScheduleReader(content, tmp_path)
