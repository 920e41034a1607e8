"""Runs every maker of the reference packet in turn and writes docs/performance.md: `make bench`.

Each maker has its own process and is warm before the clock runs. Slices are interleaved: in every round each maker
makes its slice while the others wait, and a ratio is taken within a round, so that a busy machine hits both alike.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
OURS = "packets_engine"
# Maker, what it is called in the document, packets in a slice, which Python.
MAKERS = {
    OURS: ("packets: the engine", 400, "ours"),
    "packets_proved": ("packets: with read-back", 60, "ours"),
    "written_only": ("only writing as many bytes", 400, "ours"),
    "typst_ua": ("Typst, ua-1", 30, "peers"),
    "typst_plain": ("Typst", 30, "peers"),
    "weasyprint_ua": ("WeasyPrint, pdf/ua-1", 3, "peers"),
    "fpdf2_plain": ("fpdf2 (no tags)", 5, "peers"),
    "chromium_tagged": ("Chromium, tagged, warm", 6, "peers"),
    "platypus": ("reportlab platypus (no tags)", 12, "peers"),
}
YEAR, IN_MEMORY = "year", "year-in-memory"
MEMORY = Path("/dev/shm")  # noqa: S108  files that no disk sees
VARIANTS = {
    YEAR: "a year of surgery",
    IN_MEMORY: "the same, with files in memory instead of on a disk",
    "qr": "another QR payload for each patient",
    "random": "surgeon, any day of ten years and collar at random",
}
GOALS = {"typst_ua": 25, "weasyprint_ua": 250, "chromium_tagged": 120, "platypus": 30, "written_only": 0.25}


@dataclass
class Maker:
    """A running worker and what it has told."""

    name: str
    process: subprocess.Popen[str]
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    size: float = 0
    next: int = 0

    def ask(self, line: str) -> dict[str, Any]:
        self.begin(line)
        return self.told()

    def begin(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def told(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} has ended: see what it wrote above")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(60)

    def slice(self, count: int, *, counts: bool = True) -> None:
        told = self.ask(f"slice {self.next} {count}")
        self.next += count
        if counts:
            self.rates.append(count / told["seconds"])
            self.cpu.append(1000 * told["cpu"] / count)
            self.size = told["bytes"] / count


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--peers", type=Path, default=Path(sys.executable), help="the Python that has the peers")
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--only", nargs="*", default=list(MAKERS))
    options.add_argument("--variants", nargs="*", default=list(VARIANTS))
    options.add_argument("--scale", action=argparse.BooleanOptionalAction, default=True, help="memory, two processes")
    options.add_argument("--json", type=Path, help="write the figures here as well")
    options.add_argument("-o", "--output", type=Path)
    chosen = options.parse_args()
    figures: dict[str, Any] = {"variants": {}, "missing": {}}
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory(dir=MEMORY) as memory:
        for variant in chosen.variants:
            year = variant in (YEAR, IN_MEMORY)
            names = [name for name in chosen.only if year or name in (OURS, "typst_ua", "written_only")]
            place = Path(memory if variant == IN_MEMORY else folder)
            what = YEAR if year else variant
            figures["variants"][variant] = measured(names, what, chosen, place, figures["missing"])
        if chosen.scale:
            figures["scale"] = {
                "two": two_processes(chosen, Path(folder)),
                "two in memory": two_processes(chosen, Path(memory)),
                "files": flat(100_000),
            }
        figures["cold"] = cold_starts(chosen, Path(folder), figures["missing"])
    figures["machine"] = machine(chosen.peers)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))
    if chosen.output:
        from report import written

        written(chosen.output, figures, MAKERS, VARIANTS, GOALS)


def measured(
    names: list[str], variant: str, chosen: argparse.Namespace, folder: Path, missing: dict[str, str]
) -> dict[str, Any]:
    data = folder / f"{variant}.jsonl"
    prepare = (
        f"from reference import written_for_peers; from pathlib import Path; written_for_peers(Path({str(data)!r}),"
    )
    subprocess.run([sys.executable, "-c", f"{prepare} {variant!r}, 400)"], cwd=HERE, check=True)
    makers = [
        maker
        for name in names
        if name not in missing and (maker := started(name, variant, data, folder, chosen, missing))
    ]
    for maker in makers:
        ours = maker.name in (OURS, "packets_proved")
        for _ in range(6 if ours and variant == "year" else 2):
            maker.slice(MAKERS[maker.name][1], counts=False)
    for _ in range(chosen.rounds):
        for maker in makers:
            maker.slice(MAKERS[maker.name][1])
            progress(variant, maker)
    found = {maker.name: summary(maker) for maker in makers}
    ours = next(maker for maker in makers if maker.name == OURS)
    for maker in makers:
        ratios = [a / b for a, b in zip(ours.rates, maker.rates, strict=True)]
        found[maker.name]["ratio"] = quartiles(ratios)
        found[maker.name] |= maker.ask("memory")
        maker.end()
    return found


def two_processes(chosen: argparse.Namespace, folder: Path) -> list[float]:
    """How many times as many packets two processes make in a second as one alone, in the same round."""
    count = 1000
    data = folder / "year.jsonl"
    folders = [folder / name for name in ("first", "second")]
    for each in folders:
        each.mkdir()
    makers = [maker for each in folders if (maker := started(OURS, "year", data, each, chosen, {}))]
    first, second = makers
    ratios = []
    for round_ in range(2 + chosen.rounds):
        alone = first.ask(f"slice {round_ * count} {count}")["seconds"]
        for maker in makers:
            maker.begin(f"slice {round_ * count} {count}")
        together = max(maker.told()["seconds"] for maker in makers)
        alone_too = second.ask(f"slice {round_ * count} {count}")["seconds"]
        if round_ >= 2:  # until then they were warming up
            ratios.append((alone + alone_too) / together)
    for maker in makers:
        maker.end()
    return quartiles(ratios)


def flat(count: int) -> dict[str, Any]:
    """Memory and bytes, in a process of its own."""
    told = subprocess.run(
        [sys.executable, str(HERE / "flat.py"), str(count)], cwd=HERE, capture_output=True, text=True, check=True
    )
    sys.stderr.write(f"{'files':28}{told.stdout}")
    answer: dict[str, Any] = json.loads(told.stdout)
    return answer


def started(
    name: str, variant: str, data: Path, folder: Path, chosen: argparse.Namespace, missing: dict[str, str]
) -> Maker | None:
    out = folder / name
    out.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [*python(name, chosen), str(HERE / "worker.py"), name, variant, str(data), str(out)],
        cwd=HERE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    maker = Maker(name, process)
    try:
        maker.told()
    except RuntimeError:
        assert process.stderr
        missing[name] = process.stderr.read().strip().splitlines()[-1]
        return None
    return maker


def python(name: str, chosen: argparse.Namespace) -> list[str]:
    return [sys.executable] if MAKERS[name][2] == "ours" else [str(chosen.peers)]


def cold_starts(chosen: argparse.Namespace, folder: Path, missing: Mapping[str, str]) -> dict[str, float]:
    """Seconds for one packet in a fresh process, the median of five."""
    data = folder / "year.jsonl"
    data.write_text(data.read_text(encoding="utf-8").split("\n", 1)[0] + "\n", encoding="utf-8")
    found = {}
    for name in chosen.only:
        if name in missing or name == "written_only":
            continue
        times = []
        for _ in range(5):
            begun = time.perf_counter()
            command = [*python(name, chosen), str(HERE / "worker.py"), name, "year", str(data), str(folder)]
            subprocess.run(command, cwd=HERE, input="slice 0 1\n", text=True, check=True, capture_output=True)
            times.append(time.perf_counter() - begun)
        found[name] = statistics.median(times)
    return found


def quartiles(values: list[float]) -> list[float]:
    """Lower quartile, median, upper quartile."""
    return statistics.quantiles(values, n=4, method="inclusive")


def summary(maker: Maker) -> dict[str, Any]:
    return {"rate": quartiles(maker.rates), "cpu": statistics.median(maker.cpu), "bytes": maker.size}


def progress(variant: str, maker: Maker) -> None:
    sys.stderr.write(f"{variant:8}{maker.name:20}{maker.rates[-1]:10.1f} packets/s\n")


def machine(peers: Path) -> dict[str, Any]:
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    list_ = subprocess.run(
        [str(peers), "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True
    )
    versions = {entry["name"].lower(): entry["version"] for entry in json.loads(list_.stdout)}
    wanted = ("typst", "weasyprint", "fpdf2", "playwright", "reportlab")
    chromium = subprocess.run(["chromium", "--version"], capture_output=True, text=True, check=False)
    return {
        "processor": model,
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: versions.get(name, "not installed") for name in wanted},
        "chromium": chromium.stdout.strip(),
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "load": Path("/proc/loadavg").read_text().rsplit(" ", 2)[0],
    }


if __name__ == "__main__":
    main()
