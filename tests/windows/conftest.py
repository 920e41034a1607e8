from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.windows.wine import Windows
from tools.windows import build


@pytest.fixture(scope="session")
def portable_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the zip of `make windows`."""
    path = tmp_path_factory.mktemp("zip") / "packets-windows.zip"
    try:
        build.build(path, build.cache_folder())
    except subprocess.CalledProcessError:
        pytest.skip("the pinned files for Windows are not in the cache, and the package index does not give them")
    return path


@pytest.fixture(scope="session")
def portable_copy(portable_zip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the zip in a folder whose name has spaces and non-ASCII letters."""
    place = tmp_path_factory.mktemp("copy") / "Station José 3"
    with zipfile.ZipFile(portable_zip) as archive:
        archive.extractall(place)
    return place / build.FOLDER


@pytest.fixture(scope="session")
def windows(portable_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    place = tmp_path_factory.mktemp("wine")
    (place / "home").mkdir()
    windows = Windows(place / "prefix", place / "home", portable_copy)
    windows.boot()
    yield windows
    windows.shut_down()
