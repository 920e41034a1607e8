"""Provide a content folder that a test can change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.content.folder import Folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    return Folder()
