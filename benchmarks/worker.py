"""Run one maker of packets in its own process, and report the time for each "slice FIRST COUNT" read from stdin.

    worker.py MAKER VARIANT DATA FOLDER

Answers are one line of JSON: wall and CPU seconds and bytes written; after "memory", the peak size in MB.
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
        command, *numbers = line.split()
        if command == "slice":
            first, count = map(int, numbers)
            wall, cpu = time.perf_counter(), time.process_time()
            size = sum(make(number) for number in range(first, first + count))
            answer = {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "bytes": size}
        else:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            answer = {"megabytes": max(peak, children) / 1024}
        print(json.dumps(answer), flush=True)


main()
