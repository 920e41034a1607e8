"""Compare packets with its peers on the reference packet and update docs/performance.md: `make bench`.

Each maker runs in its own process and is warmed up first. In every round each maker makes its slice while the others
wait, and ratios are taken within a round, so that a busy machine slows both.
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
# Module: name in the document, packets in a slice, which Python runs it.
MAKERS = {
    OURS: ("packets, without verification", 400, "ours"),
    "packets_verified": ("packets", 60, "ours"),
    "write_only": ("only writing as many bytes", 400, "ours"),
    "typst_ua": ("Typst, ua-1", 30, "peers"),
    "typst_plain": ("Typst", 30, "peers"),
    "weasyprint_ua": ("WeasyPrint, pdf/ua-1", 3, "peers"),
    "fpdf2_plain": ("fpdf2 (no tags)", 5, "peers"),
    "chromium_tagged": ("Chromium, tagged, warm", 6, "peers"),
    "platypus": ("reportlab platypus (no tags)", 12, "peers"),
}
YEAR, IN_MEMORY = "year", "year-in-memory"
MEMORY = Path("/dev/shm")  # noqa: S108  a file system in memory
VARIANTS = {
    YEAR: "a year of surgery",
    IN_MEMORY: "a year of surgery, with files in memory instead of on a disk",
    "qr": "another QR payload for each patient",
    "random": "surgeon, any day of ten years and collar at random",
}
WARM_UP = 2  # rounds that are not measured


@dataclass
class Maker:
    """A running worker and its measurements."""

    name: str
    process: subprocess.Popen[str]
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    size: float = 0
    next: int = 0

    def ask(self, line: str) -> dict[str, Any]:
        self.send(line)
        return self.answer()

    def send(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended early")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(60)

    def make_slice(self, count: int, *, warm_up: bool = False) -> None:
        answer = self.ask(f"slice {self.next} {count}")
        self.next += count
        if not warm_up:
            self.rates.append(count / answer["seconds"])
            self.cpu.append(1000 * answer["cpu"] / count)
            self.size = answer["bytes"] / count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, default=Path(sys.executable), help="the Python that has the peers")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="*", default=list(MAKERS))
    parser.add_argument("--variants", nargs="*", default=list(VARIANTS))
    parser.add_argument("--scale", action=argparse.BooleanOptionalAction, default=True, help="memory, two processes")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("-o", "--output", type=Path)
    args = parser.parse_args()
    figures: dict[str, Any] = {"variants": {}, "missing": {}}
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory(dir=MEMORY) as memory:
        for variant in args.variants:
            year = variant in (YEAR, IN_MEMORY)
            names = [name for name in args.only if year or name in (OURS, "typst_ua", "write_only")]
            target = Path(memory if variant == IN_MEMORY else folder)
            data = YEAR if year else variant
            figures["variants"][variant] = measure(names, data, args, target, figures["missing"])
        if args.scale:
            figures["scale"] = {
                "two": two_processes(args, Path(folder)),
                "two in memory": two_processes(args, Path(memory)),
                "files": memory_use(100_000),
            }
        figures["cold"] = cold_starts(args, Path(folder), figures["missing"])
    figures["machine"] = machine(args.peers)
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1))
    if args.output:
        from report import write_report

        write_report(args.output, figures, MAKERS, VARIANTS)


def measure(
    names: list[str], variant: str, args: argparse.Namespace, folder: Path, missing: dict[str, str]
) -> dict[str, Any]:
    data = folder / f"{variant}.jsonl"
    # In its own process, so that this one stays small.
    program = f"import pathlib, reference; reference.write_peer_data(pathlib.Path({str(data)!r}), {variant!r}, 400)"
    subprocess.run([sys.executable, "-c", program], cwd=HERE, check=True)
    makers = [
        maker for name in names if name not in missing and (maker := start(name, variant, data, folder, args, missing))
    ]
    for maker in makers:
        ours = maker.name in (OURS, "packets_verified")
        for _ in range(6 if ours and variant == "year" else WARM_UP):
            maker.make_slice(MAKERS[maker.name][1], warm_up=True)
    for _ in range(args.rounds):
        for maker in makers:
            maker.make_slice(MAKERS[maker.name][1])
            print_progress(variant, maker)
    results = {maker.name: summary(maker) for maker in makers}
    ours = next(maker for maker in makers if maker.name == OURS)
    for maker in makers:
        ratios = [a / b for a, b in zip(ours.rates, maker.rates, strict=True)]
        results[maker.name]["ratio"] = quartiles(ratios)
        results[maker.name] |= maker.ask("memory")
        maker.end()
    return results


def two_processes(args: argparse.Namespace, folder: Path) -> list[float]:
    """Return the rate of two processes divided by the rate of one, measured in the same round."""
    count = 1000
    data = folder / "year.jsonl"
    folders = [folder / name for name in ("first", "second")]
    for path in folders:
        path.mkdir()
    makers = [maker for path in folders if (maker := start(OURS, "year", data, path, args, {}))]
    first, second = makers
    ratios = []
    for number in range(WARM_UP + args.rounds):
        alone = first.ask(f"slice {number * count} {count}")["seconds"]
        for maker in makers:
            maker.send(f"slice {number * count} {count}")
        together = max(maker.answer()["seconds"] for maker in makers)
        alone_second = second.ask(f"slice {number * count} {count}")["seconds"]
        if number >= WARM_UP:
            ratios.append((alone + alone_second) / together)
    for maker in makers:
        maker.end()
    return quartiles(ratios)


def memory_use(count: int) -> dict[str, Any]:
    """Run flat.py: the memory of one process, and the bytes of a file."""
    ran = subprocess.run(
        [sys.executable, str(HERE / "flat.py"), str(count)], cwd=HERE, capture_output=True, text=True, check=True
    )
    sys.stderr.write(f"{'files':28}{ran.stdout}")
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


def start(
    name: str, variant: str, data: Path, folder: Path, args: argparse.Namespace, missing: dict[str, str]
) -> Maker | None:
    output = folder / name
    output.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [*python(name, args), str(HERE / "worker.py"), name, variant, str(data), str(output)],
        cwd=HERE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    maker = Maker(name, process)
    try:
        maker.answer()
    except RuntimeError:
        assert process.stderr
        missing[name] = process.stderr.read().strip().splitlines()[-1]
        return None
    return maker


def python(name: str, args: argparse.Namespace) -> list[str]:
    return [sys.executable] if MAKERS[name][2] == "ours" else [str(args.peers)]


def cold_starts(args: argparse.Namespace, folder: Path, missing: Mapping[str, str]) -> dict[str, float]:
    """Return the median of five times, in seconds, that a fresh process takes for one packet."""
    data = folder / "year.jsonl"
    data.write_text(data.read_text(encoding="utf-8").split("\n", 1)[0] + "\n", encoding="utf-8")
    results = {}
    for name in args.only:
        if name in missing or name == "write_only":
            continue
        times = []
        for _ in range(5):
            start_s = time.perf_counter()
            command = [*python(name, args), str(HERE / "worker.py"), name, "year", str(data), str(folder)]
            subprocess.run(command, cwd=HERE, input="slice 0 1\n", text=True, check=True, capture_output=True)
            times.append(time.perf_counter() - start_s)
        results[name] = statistics.median(times)
    return results


def quartiles(values: list[float]) -> list[float]:
    """Return the lower quartile, the median and the upper quartile."""
    return statistics.quantiles(values, n=4, method="inclusive")


def summary(maker: Maker) -> dict[str, Any]:
    return {"rate": quartiles(maker.rates), "cpu": statistics.median(maker.cpu), "bytes": maker.size}


def print_progress(variant: str, maker: Maker) -> None:
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
    installed = subprocess.run(
        [str(peers), "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True
    )
    versions = {entry["name"].lower(): entry["version"] for entry in json.loads(installed.stdout)}
    peers_shown = ("typst", "weasyprint", "fpdf2", "playwright", "reportlab")
    chromium = subprocess.run(["chromium", "--version"], capture_output=True, text=True, check=False)
    return {
        "processor": model,
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: versions.get(name, "not installed") for name in peers_shown},
        "chromium": chromium.stdout.strip(),
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "load": Path("/proc/loadavg").read_text().rsplit(" ", 2)[0],
    }


if __name__ == "__main__":
    main()
