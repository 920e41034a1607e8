"""Measure what one packet costs a batch worker, step by step, in CPU milliseconds (quartiles), in one process.

python -m benchmarks.steps [PACKETS]
"""

from __future__ import annotations

import datetime as dt
import hashlib
import pickle
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from packets.batch.print_run_pages import Part, extract_part
from packets.content.library import load_for_packet
from packets.model.case import Case, PrintOptions
from packets.model.packet_id import packet_id
from packets.model.printed_digest import digest
from packets.pdf import renderer
from packets.pdf.extract import extract_pages
from packets.pipeline import fill_packet
from packets.resources import content_root
from packets.verify.extract_text import read
from packets.verify.proof import verify_packet

T = TypeVar("T")
WARM_UP = 100  # packets of one day that are made first, as in a batch


def case(number: int) -> Case:
    pick = random.Random(number)
    name = "".join(pick.choices("abcdefghijklmnoprstuvw", k=12)).capitalize()
    record, day = f"{number:08}", dt.date(2026, 12, 7) + dt.timedelta(number % 5)
    answers = {"collar": pick.choice(("yes", "no", "undecided"))}
    new_id = packet_id(b"sample", record, "cervical-foraminotomy", day, b"")
    return Case("cervical-foraminotomy", f"Ada {name}", record, day, "Dr. Costa (sample)", answers, new_id, "en")


def main(count: int) -> None:
    library = load_for_packet(content_root(None), "cervical-foraminotomy", "en", ("discharge",))
    options = PrintOptions(library.clinic.paper)
    costs: dict[str, list[float]] = defaultdict(list)

    def timed(step: str, call: Callable[..., T], *arguments: object) -> T:
        began = time.process_time()
        result = call(*arguments)
        costs[step].append(1000 * (time.process_time() - began))
        return result

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "packet.pdf"
        for number in range(WARM_UP + count):
            if number == WARM_UP:
                costs.clear()
            of = case(number)
            packet = timed("fill", fill_packet, library, of)
            data, pages = timed("render", renderer.render, packet, options)
            timed("verify: read with pdfium and compare", verify_packet, data, packet, pages)
            timed("  of which reading with pdfium", read, data)
            timed("digest of what is printed", digest, packet, options, of)
            timed("send the file to the parent", lambda pdf: pickle.loads(pickle.dumps(pdf)), data)  # noqa: S301
            file.write_bytes(data)
            header = packet.header_footer
            sha256 = hashlib.sha256(data).hexdigest()
            part = Part(of.packet_id, file, sha256, pages, header.top_left, header.top_right, "Blank.", "en", options)
            timed("print run: extract the packet's pages and the blank page", extract_part, part)
            timed("  of which the packet's pages", extract_pages, data)
    for step, each in costs.items():
        low, median, high = statistics.quantiles(each, n=4)
        sys.stdout.write(f"{step:60} {median:6.2f} ({low:.2f} to {high:.2f})\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 300)
