"""One maker of packets in a process of its own: told "slice FIRST COUNT" on standard input, answers with its time.

    worker.py MAKER VARIANT DATA FOLDER

Answers are JSON: seconds on the clock and of the processor, bytes written; "memory" asks for the peak in MB.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path


def main() -> None:
    maker, variant, data, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
    make = importlib.import_module(f"makers.{maker}").maker(variant, data, folder)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        word, *rest = line.split()
        if word == "slice":
            first, count = map(int, rest)
            begun, busy = time.perf_counter(), time.process_time()
            size = sum(make(number) for number in range(first, first + count))
            told = {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - busy, "bytes": size}
        else:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            told = {"megabytes": max(peak, children) / 1024}
        print(json.dumps(told), flush=True)


main()
