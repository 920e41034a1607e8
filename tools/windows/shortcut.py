"""Put a shortcut to packets.bat on the user's desktop. desktop-shortcut.bat runs this."""

from __future__ import annotations

import ctypes
import sys
import uuid
from pathlib import Path
from typing import Any

_DESKTOP = 0x10  # CSIDL_DESKTOPDIRECTORY, also if the desktop is in OneDrive
_IN_PROCESS = 1  # CLSCTX_INPROC_SERVER
_SHELL_LINK = uuid.UUID("00021401-0000-0000-c000-000000000046")
_ISHELLLINK = uuid.UUID("000214f9-0000-0000-c000-000000000046")
_IPERSISTFILE = uuid.UUID("0000010b-0000-0000-c000-000000000046")
# Indexes of the methods in the interfaces (shobjidl_core.h, objidl.h).
_QUERY_INTERFACE, _GET_PATH, _SET_DESCRIPTION, _SET_WORKING_DIRECTORY, _SET_PATH = 0, 3, 7, 9, 20
_LOAD, _SAVE = 5, 6


def make(target: Path) -> Path:
    """Make the shortcut, check it, and return its path. Raise OSError."""
    windows: Any = ctypes
    folder = ctypes.create_unicode_buffer(260)
    _check(windows.windll.shell32.SHGetFolderPathW(None, _DESKTOP, None, 0, folder))
    shortcut = Path(folder.value) / "Packets.lnk"
    _check(windows.windll.ole32.CoInitialize(None))
    link, file = ctypes.c_void_p(), ctypes.c_void_p()
    create = windows.windll.ole32.CoCreateInstance
    _check(create(_guid(_SHELL_LINK), None, _IN_PROCESS, _guid(_ISHELLLINK), ctypes.byref(link)))
    _call(link, _SET_PATH, ctypes.c_wchar_p(str(target)))
    _call(link, _SET_WORKING_DIRECTORY, ctypes.c_wchar_p(str(target.parent)))
    _call(link, _SET_DESCRIPTION, ctypes.c_wchar_p("Patient packets"))
    _call(link, _QUERY_INTERFACE, ctypes.c_char_p(_guid(_IPERSISTFILE)), ctypes.byref(file))
    _call(file, _SAVE, ctypes.c_wchar_p(str(shortcut)), ctypes.c_int(1))
    _call(file, _LOAD, ctypes.c_wchar_p(str(shortcut)), ctypes.c_int(0))
    saved = ctypes.create_unicode_buffer(260)
    _call(link, _GET_PATH, ctypes.cast(saved, ctypes.c_wchar_p), ctypes.c_int(260), ctypes.c_void_p(), ctypes.c_int(0))
    if saved.value.lower() != str(target).lower():
        raise OSError("the shortcut has another target")
    return shortcut


def _guid(value: uuid.UUID) -> bytes:
    return value.bytes_le


def _call(interface: ctypes.c_void_p, method: int, *arguments: Any) -> None:
    windows: Any = ctypes
    table = ctypes.cast(interface, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))).contents
    kinds = [type(argument) if not hasattr(argument, "_obj") else ctypes.c_void_p for argument in arguments]
    function = windows.WINFUNCTYPE(ctypes.c_long, ctypes.c_void_p, *kinds)(table[method])
    _check(function(interface, *arguments))


def _check(result: int) -> None:
    if result < 0:  # an HRESULT
        raise OSError(f"Windows reported 0x{result & 0xFFFFFFFF:08x}")


if __name__ == "__main__":
    try:
        made = make(Path(sys.argv[1]).resolve())
    except OSError as error:
        sys.exit(f"The shortcut could not be made ({error}). Make one to packets.bat by hand.")
    sys.stdout.write(f"{made.name} is on the desktop.\n")
