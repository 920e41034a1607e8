"""Read the site's secret key, or make it in the user's configuration folder at first use."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shlex
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from packets.errors import InvalidInputError, Problem, os_error_reason
from packets.storage.files import sync_folder

_KEY = re.compile(rb"[0-9a-f]{64}\r?\n?")
_OTHER = "Say where another one is: --site-key FILE"


def site_key(given: Path | None, environ: Mapping[str, str], shared: str = "") -> bytes:
    """Return the 32-byte key of packet ids and of the ledger's fingerprints.

    A missing key is created only in the configuration folder. A file given by name must exist, because a new key
    would give every patient a new packet id. `shared` is the folder that clinic.yaml names; its group may read the
    key there. Raise InvalidInputError (K01 to K06, K80).
    """
    if given is not None:
        key = _read(given)
        if key is None:
            raise InvalidInputError(Problem("K01", "the site key does not exist", _how_to_make(given), str(given)))
        return key
    if shared:
        place = Path(shared) / "site.key"
        key = _read(place, others=0o007)
        if key is None:
            message = "the key that all users share is not in the folder that clinic.yaml names"
            raise InvalidInputError(
                Problem("K80", message, f"Copy it there; docs/mail.md explains how. {_how_to_make(place)}", str(place))
            )
        return key
    path = default_place(environ)
    key = _read(path)
    if key is not None:
        return key
    _make(path)
    key = _read(path)
    if key is None:
        raise InvalidInputError(Problem("K04", "the site key cannot be kept here", _OTHER, str(path)))
    return key


def default_place(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Return the default place of the key. Raise InvalidInputError (K02) if the environment names no folder."""
    if platform == "win32":
        # Not the roaming profile, which is copied to servers.
        folder, names = environ.get("LOCALAPPDATA", ""), "LOCALAPPDATA"
    else:
        folder, names = environ.get("XDG_CONFIG_HOME", ""), "HOME"
        if not Path(folder).is_absolute():  # the XDG base directory specification says to ignore a relative path
            home = environ.get("HOME", "")
            folder = str(Path(home) / ".config") if Path(home).is_absolute() else ""
    if not folder:
        message = f"there is no folder for the site key: the environment has no {names}"
        raise InvalidInputError(Problem("K02", message, _OTHER))
    return Path(folder) / "packets" / "site.key"


def _read(path: Path, others: int = 0o077) -> bytes | None:
    """Return the key, or None if the file does not exist; `others` are the permission bits that must not be set."""
    try:
        with path.open("rb") as file:
            if sys.platform != "win32" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & others:
                hint = f"Make it readable by you alone: chmod 600 {shlex.quote(str(path))}"
                raise InvalidInputError(Problem("K05", "other people can read the site key", hint, str(path)))
            text = file.read(200)
    except FileNotFoundError:
        return None
    except OSError as error:
        message = f"the site key cannot be read: {os_error_reason(error)}"
        raise InvalidInputError(Problem("K03", message, _OTHER, str(path))) from None
    if not _KEY.fullmatch(text):
        hint = "Restore it from a backup. A new key gives every packet a new id"
        raise InvalidInputError(
            Problem("K06", "this is not a site key: 64 characters from 0-9 and a-f are expected", hint, str(path))
        )
    return bytes.fromhex(text.decode().strip())


def _make(path: Path) -> None:
    """Write a new key atomically, unless another process has just written one."""
    temp = path.with_name(f".site.key-{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, secrets.token_hex(32).encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
        with contextlib.suppress(FileExistsError):
            # Neither of these replaces an existing key: a second one would change all packet ids.
            if sys.platform == "win32":
                temp.rename(path)
            else:
                path.hardlink_to(temp)
                sync_folder(path.parent)
    except OSError as error:
        message = f"the site key cannot be kept here: {os_error_reason(error)}"
        elsewhere = Path("site.key")
        hint = f"Keep it in another place:\n{_how_to_make(elsewhere)}\nand add to the command: --site-key {elsewhere}"
        raise InvalidInputError(Problem("K04", message, hint, str(path))) from None
    finally:
        with contextlib.suppress(OSError):
            temp.unlink()


def _how_to_make(path: Path) -> str:
    if sys.platform == "win32":
        return f'Make one: python -c "import secrets; print(secrets.token_hex(32))" > "{path}"'
    return f"Make one: (umask 077; openssl rand -hex 32 > {shlex.quote(str(path))})"
