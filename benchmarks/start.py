"""Show where the CPU time of one packet goes that is made from the start of a process, in milliseconds (quartiles).

start.py [ROUNDS], in this folder. Each line adds to "load the libraries" what it says.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from cold import PACKET
from commands import CHECKOUT, interleaved, quartiles

LIBRARIES = """
import atexit, gc, sys
gc.set_threshold(20_000)
atexit.register(gc.freeze)
sys.modules["qrcode.image.styles.moduledrawers.pil"] = None
import click, hashlib, json, msgspec, pypdfium2_raw, qrcode, yaml, zoneinfo
"""
MODULES = """
import packets.cli.main, packets.cli.packet, packets.case_input.case_fields, packets.case_input.plan_choice
import packets.content.library, packets.pipeline, packets.pdf.renderer
"""


def main(rounds: int) -> None:
    python = (sys.executable, "-c")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commands = {
            "start Python": ((*python, "pass"), folder, ""),
            "load the libraries": ((*python, LIBRARIES), folder, ""),
            "load our own modules": ((*python, LIBRARIES + MODULES), CHECKOUT, ""),
            "the whole command": (PACKET, folder, ""),
        }
        costs = interleaved(commands, rounds)
    for step, each in costs.items():
        low, median, high = (1000 * value for value in quartiles([cost.cpu for cost in each]))
        print(f"{step:25} {median:5.0f} ({low:.0f} to {high:.0f})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 15)
