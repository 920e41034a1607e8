"""Measure whole batches, from the schedule file to manifest, ledger and print run, against their lower limit."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from commands import CHECKOUT, ENVIRONMENT, quartiles

GROWTH_ROWS = (10, 100)


def answer_of(*command: str) -> dict[str, Any]:
    """Run a module of the benchmarks, and return the JSON that it prints."""
    ran = subprocess.run(
        [sys.executable, "-m", *command], cwd=CHECKOUT, env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


def one_batch(rows: int, workers: int, folder: Path, limit: bool) -> dict[str, Any]:
    """Run one batch and, with `limit`, at once the limit for its packets on as many processes."""
    with tempfile.TemporaryDirectory(dir=folder) as kept:
        result = answer_of("benchmarks.batch", str(rows), "--jobs", str(workers), "--json", "--keep", kept)
        if limit:
            result["limit"] = answer_of("benchmarks.limit", f"{kept}/run", str(workers))
        sys.stderr.write(f"{rows} rows, {workers} workers: {rows / result['seconds']:.0f} packets/s\n")
        return result


def measure(sizes: dict[int, int], folder: Path) -> list[dict[str, Any]]:
    """Return the median batch of each size and number of workers; `sizes` says how many rounds each size has."""
    results = []
    for rows, rounds in sizes.items():
        runs: dict[int, list[dict[str, Any]]] = {1: [], 2: []}
        for _ in range(rounds):
            for workers, each in runs.items():
                each.append(one_batch(rows, workers, folder, limit=rows not in GROWTH_ROWS))
        for each in runs.values():
            ordered = sorted(each, key=lambda run: run["seconds"])
            median = ordered[len(ordered) // 2]
            if "limit" in median:
                median["ratio"] = quartiles([run["limit"]["seconds"] / run["seconds"] for run in each])
            results.append(median)
    return results
