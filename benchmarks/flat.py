"""Measure this process's memory while it writes one file for each patient, and print it as JSON.

python flat.py 100000
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from makers.output import writer
from reference import LOOK, PLAN, Filling, case

from packets.fill.packet import fill
from packets.model.filled_packet import FilledPacket
from packets.pdf.renderer import render

MEASURED_AT = (1_000, 5_000, 10_000, 50_000, 100_000)


def packets(count: int) -> Iterator[tuple[int, FilledPacket]]:
    filling = Filling("year", cases=0)
    for number in range(1, count + 1):
        parts = filling.handout, PLAN, filling.commons, filling.clinic, filling.language
        yield number, fill(*parts, case(number, "year"))


def write_files(count: int, folder: Path) -> dict[str, object]:
    memory_mb, size, write = {}, 0, writer(folder)
    for number, packet in packets(count):
        pdf, _ = render(packet, LOOK)
        size += write(number, pdf)
        if number in MEASURED_AT:
            memory_mb[number] = resident_mb()
    return {"memory_mb": memory_mb, "bytes": size / count}


def resident_mb() -> float:
    """Return the current resident size; the peak would hide that memory is given back."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(write_files(int(sys.argv[1]), Path(folder))))


main()
