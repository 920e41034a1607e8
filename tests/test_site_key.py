"""Test the site key: created once, readable by its owner only, never replaced."""

from __future__ import annotations

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from packets.errors import InvalidInputError
from packets.storage.site_key import default_place, site_key


def test_the_key_is_created_at_first_use_and_never_changes(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    key = site_key(None, environ)
    path = tmp_path / ".config" / "packets" / "site.key"
    assert len(key) == 32
    assert site_key(None, environ) == key == site_key(path, {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["site.key"]


def test_the_default_place_of_the_key(tmp_path: Path) -> None:
    assert default_place({"XDG_CONFIG_HOME": "/etc/us", "HOME": "/home/a"}, "linux") == Path("/etc/us/packets/site.key")
    assert default_place({"XDG_CONFIG_HOME": "us", "HOME": "/home/a"}, "linux") == Path(
        "/home/a/.config/packets/site.key"
    )
    assert default_place({"LOCALAPPDATA": "/local"}, "win32") == Path("/local/packets/site.key")
    with pytest.raises(InvalidInputError) as caught:
        default_place({}, "linux")
    assert str(caught.value) == (
        "K02 there is no folder for the site key: the environment has no HOME\n"
        "    Say where another one is: --site-key FILE"
    )
    with pytest.raises(InvalidInputError, match="has no LOCALAPPDATA"):
        default_place({"HOME": "/home/a"}, "win32")


def test_simultaneous_first_uses_get_the_same_key(tmp_path: Path, checkout: Path) -> None:
    code = "from packets.storage.site_key import site_key; import os; print(site_key(None, os.environ).hex())"

    def first_use(_: int) -> str:
        run = subprocess.run(
            [sys.executable, "-c", code], env={"HOME": str(tmp_path)}, cwd=checkout, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        return run.stdout

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(first_use, range(8)))) == 1


def test_a_key_file_given_as_an_option_is_not_created(tmp_path: Path) -> None:
    path = tmp_path / "site.key"
    with pytest.raises(InvalidInputError) as caught:
        site_key(path, {})
    assert str(caught.value) == (
        f"{path}: K01 the site key does not exist\n    Make one: (umask 077; openssl rand -hex 32 > {path})"
    )
    assert caught.value.exit_code == 4
    assert not path.exists()


def test_a_key_that_cannot_be_stored_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".config").write_text("a file, not a folder")
    with pytest.raises(InvalidInputError) as caught:
        site_key(None, {"HOME": str(tmp_path)})
    assert str(caught.value) == (
        f"{tmp_path}/.config/packets/site.key: K03 the site key cannot be read: Not a directory\n"
        "    Say where another one is: --site-key FILE"
    )
    with pytest.raises(InvalidInputError) as caught:
        site_key(None, {"HOME": "/proc/nobody"})
    assert str(caught.value) == (
        "/proc/nobody/.config/packets/site.key: K04 the site key cannot be kept here: No such file or directory\n"
        "    Keep it in another place:\n"
        "    Make one: (umask 077; openssl rand -hex 32 > site.key)\n"
        "    and add to the command: --site-key site.key"
    )


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "site.key"
    path.write_text("0" * 64)
    path.chmod(0o640)
    with pytest.raises(InvalidInputError) as caught:
        site_key(path, {})
    assert str(caught.value) == (
        f"{path}: K05 other people can read the site key\n    Make it readable by you alone: chmod 600 {path}"
    )


def test_a_damaged_key_is_refused_and_not_changed(tmp_path: Path) -> None:
    path = tmp_path / ".config" / "packets" / "site.key"
    path.parent.mkdir(parents=True)
    path.write_text("0" * 63)
    path.chmod(0o600)
    with pytest.raises(InvalidInputError) as caught:
        site_key(None, {"HOME": str(tmp_path)})
    assert str(caught.value) == (
        f"{path}: K06 this is not a site key: 64 characters from 0-9 and a-f are expected\n"
        "    Restore it from a backup. A new key gives every packet a new id"
    )
    assert path.read_text() == "0" * 63
