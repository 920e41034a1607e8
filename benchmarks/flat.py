"""A number of packets in, the memory that this process holds on the way and the bytes of a packet out, as JSON.

python flat.py files 100000        one file for each, all of them different patients
python flat.py print-run 10000     one PDF for the printer, written as the packets come
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from makers.paper import writer
from reference import LOOK, PLAN, Filling, case

from packets.domain.filled import FilledPacket
from packets.fill import fill
from packets.layout.engine.many import expect_many
from packets.layout.engine.press import draw
from packets.layout.engine.print_run import PrintRun

TOLD = (1_000, 5_000, 10_000, 50_000, 100_000)


def packets(count: int) -> Iterator[tuple[int, FilledPacket]]:
    filling = Filling("year", cases=0)
    expect_many()
    for number in range(1, count + 1):
        one = case(number, "year")
        yield number, fill(filling.handout, PLAN, filling.commons, filling.clinic, filling.language, one)


def files(count: int, folder: Path) -> dict[str, object]:
    held, size, write = {}, 0, writer(folder)
    for number, packet in packets(count):
        pdf, _ = draw(packet, LOOK)
        size += write(number, pdf)
        if number in TOLD:
            held[number] = megabytes()
    return {"held": held, "bytes": size / count}


def print_run(count: int, folder: Path) -> dict[str, object]:
    held = {}
    path = folder / "run.pdf"
    with path.open("wb") as out:
        run = PrintRun(out, "Print run", "en")
        for number, packet in packets(count):
            run.add(packet, LOOK)
            if number in TOLD:
                held[number] = megabytes()
        run.close()
    return {"held": held, "bytes": path.stat().st_size / count}


def megabytes() -> float:
    """Resident now, not at its peak: what is flat does not grow."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def main() -> None:
    what, count = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        told = (files if what == "files" else print_run)(count, Path(folder))
    print(json.dumps(told))


main()
