"""Measure packets and its peers, and update the tables of docs/performance.md: `make bench`.

Everything is measured in fresh processes, in rounds: each maker or command runs once per round while the others wait.
Ratios are taken within a round, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from commands import HERE, quartiles

OURS = "packets_verified"
# Module: name in the document, packets in a slice, which Python runs it.
MAKERS = {
    OURS: ("packets", 60, "ours"),
    "read_only": ("pdfium, only reading packets' files", 60, "ours"),
    "typst_ua": ("Typst, ua-1", 30, "peers"),
    "typst_plain": ("Typst (no tags)", 30, "peers"),
    "weasyprint_ua": ("WeasyPrint, pdf/ua-1", 3, "peers"),
    "fpdf2_plain": ("fpdf2 (no tags)", 5, "peers"),
    "chromium_tagged": ("Chromium, tagged", 6, "peers"),
    "platypus": ("reportlab platypus (no tags)", 12, "peers"),
}
PEERS = [name for name, (_, _, which) in MAKERS.items() if which == "peers"]
VARIANTS = {
    "year": "a year of surgery",
    "qr": "another QR payload for each patient",
    "random": "surgeon, any day of ten years and collar at random",
}
VARIANT_MAKERS = (OURS, "read_only", "typst_ua")  # of the variants but the first
WARM_UP = 3  # rounds that are not measured


@dataclass(frozen=True)
class Effort:
    """How often each part is measured."""

    rounds: int
    cold_rounds: int
    batches: dict[int, int]  # rounds by rows
    nurses: tuple[int, ...]
    procedures: tuple[int, ...]


FULL = Effort(7, 9, {10: 3, 100: 3, 1_000: 3, 10_000: 1}, (1, 20), (1, 20, 200))
QUICK = Effort(2, 2, {10: 1, 100: 1}, (1, 3), (1, 3))


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
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.answer()

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
    parser.add_argument("--quick", action="store_true", help="try every measurement in a few minutes; no real figures")
    parser.add_argument("--only", nargs="*", default=list(PARTS), choices=list(PARTS), help="parts to measure")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("-o", "--output", type=Path, help="the document whose tables are replaced")
    args = parser.parse_args()
    effort = QUICK if args.quick else FULL
    figures: dict[str, Any] = {"missing": {}, "quick": args.quick, "began": os.getloadavg()}
    with tempfile.TemporaryDirectory() as folder:
        for part in args.only:
            figures[part] = PARTS[part](effort, args.peers, Path(folder), figures["missing"])
            sys.stderr.write(f"{part}: done\n")
    figures["machine"] = machine(args.peers)
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1))
    if args.output:
        from report import write_report

        write_report(args.output, figures, {name: maker[0] for name, maker in MAKERS.items()}, VARIANTS)


def pipeline(effort: Effort, peers: Path, folder: Path, missing: dict[str, str]) -> dict[str, Any]:
    """Return rates of one process that makes one packet after the other, for each variant."""
    results = {}
    for variant in VARIANTS:
        names = list(MAKERS) if variant == "year" else list(VARIANT_MAKERS)
        results[variant] = measure(names, variant, effort.rounds, peers, folder, missing)
    return results


def measure(
    names: list[str], variant: str, rounds: int, peers: Path, folder: Path, missing: dict[str, str]
) -> dict[str, Any]:
    data = folder / f"{variant}.jsonl"
    # In its own process, so that this one stays small.
    program = f"import pathlib, reference; reference.write_peer_data(pathlib.Path({str(data)!r}), {variant!r}, 400)"
    subprocess.run([sys.executable, "-c", program], cwd=HERE, check=True)
    makers = [
        maker for name in names if name not in missing and (maker := start(name, variant, data, folder, peers, missing))
    ]
    for maker in makers:
        for _ in range(WARM_UP):
            maker.make_slice(MAKERS[maker.name][1], warm_up=True)
    for _ in range(rounds):
        for maker in makers:
            maker.make_slice(MAKERS[maker.name][1])
            sys.stderr.write(f"{variant:8}{maker.name:20}{maker.rates[-1]:10.1f} packets/s\n")
    ours = next(maker for maker in makers if maker.name == OURS)
    results = {}
    for maker in makers:
        ratios = [a / b for a, b in zip(ours.rates, maker.rates, strict=True)]
        results[maker.name] = {
            "rate": quartiles(maker.rates),
            "cpu": statistics.median(maker.cpu),
            "bytes": maker.size,
            "ratio": quartiles(ratios),
            **maker.ask("memory"),
        }
        maker.end()
    return results


def start(name: str, variant: str, data: Path, folder: Path, peers: Path, missing: dict[str, str]) -> Maker | None:
    output = folder / name
    output.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [python(name, peers), str(HERE / "worker.py"), name, variant, str(data), str(output)],
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


def python(name: str, peers: Path) -> str:
    return sys.executable if MAKERS[name][2] == "ours" else str(peers)


def cold_packet(effort: Effort, peers: Path, folder: Path, missing: dict[str, str]) -> dict[str, Any]:
    import cold

    return cold.measure(dict.fromkeys(PEERS, str(peers)), folder, effort.cold_rounds, missing)


def batches(effort: Effort, _peers: Path, folder: Path, _missing: dict[str, str]) -> list[dict[str, Any]]:
    import whole_batch

    return whole_batch.measure(effort.batches, folder)


def web(effort: Effort, _peers: Path, _folder: Path, _missing: dict[str, str]) -> dict[str, Any]:
    import nurses

    return {str(count): nurses.measure(count) for count in effort.nurses}


def library_growth(effort: Effort, _peers: Path, folder: Path, _missing: dict[str, str]) -> dict[str, Any]:
    import growth

    return growth.measure(effort.procedures, folder, effort.cold_rounds)


PARTS = {
    "pipeline": pipeline,
    "cold": cold_packet,
    "batches": batches,
    "web": web,
    "growth": library_growth,
}


def machine(peers: Path) -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.split(":", 1)[1].strip() for line in lines if "model name" in line)
    command = [str(peers), "-m", "pip", "list", "--format=json"]
    installed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    versions = {entry["name"].lower(): entry["version"] for entry in json.loads(installed)}
    wanted = ("typst", "weasyprint", "fpdf2", "playwright", "reportlab")
    chromium = subprocess.run(["chromium", "--version"], capture_output=True, text=True, check=False)
    return {
        "processor": next(names, platform.processor()),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: versions.get(name, "not installed") for name in wanted},
        "chromium": chromium.stdout.strip(),
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "load": os.getloadavg(),
    }


if __name__ == "__main__":
    main()
