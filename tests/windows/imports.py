"""List the libraries that a Windows program or library loads."""

from __future__ import annotations

import struct
from pathlib import Path

_IMPORTS, _DELAYED = (1, 20, 12), (13, 32, 4)  # number of the directory, size of an entry, place of the name in it


def imported(path: Path) -> list[str]:
    """Return the lower-case names in the import tables (PE format specification)."""
    data = path.read_bytes()
    assert data[:2] == b"MZ", f"{path.name} is no Windows program"
    header = struct.unpack_from("<I", data, 0x3C)[0]
    count, size = struct.unpack_from("<H", data, header + 6)[0], struct.unpack_from("<H", data, header + 20)[0]
    optional = header + 24
    wide = struct.unpack_from("<H", data, optional)[0] == 0x20B
    directories = optional + (112 if wide else 96)
    sections = [struct.unpack_from("<IIII", data, optional + size + 40 * index + 8) for index in range(count)]

    def place(address: int) -> int:
        for virtual_size, start, raw_size, offset in sections:
            if start <= address < start + max(virtual_size, raw_size):
                return int(address - start + offset)
        raise AssertionError(f"{path.name}: an address is in no section")

    names = []
    for number, step, name_at in (_IMPORTS, _DELAYED):
        table = struct.unpack_from("<I", data, directories + 8 * number)[0]
        entry = place(table) if table else 0
        while table and (address := struct.unpack_from("<I", data, entry + name_at)[0]):
            start = place(address)
            names.append(data[start : data.index(b"\0", start)].decode().lower())
            entry += step
    return names
