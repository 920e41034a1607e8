"""Write the figures of a benchmark run into their section of docs/performance.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- made by make bench -->", "<!-- end of what make bench made -->"
INTRODUCTION = """\
Written by `make bench`; [rendering.md](rendering.md) explains how packets renders.

{date}, {processor}, {system}, Python {python}; {versions}. Load average of the machine during the run (1, 5, 15 \
minutes): {load}. One process per maker.

The reference packet has four Letter pages: the patient's packet and the staff sheet. Each peer has its own source in \
`benchmarks/makers/`, written as its users would; it gets the finished text and QR symbols, and its compiler, fonts, \
styles and browser are loaded before time is measured. packets starts from the case: it fills in, lays out and tags. \
Each maker writes one file per packet. A ratio is the rate of packets without verification divided by the maker's rate \
in the same round; quartiles are in parentheses. Only packets, Typst with ua-1, WeasyPrint and Chromium write tagged \
PDF."""


def write_report(
    path: Path, figures: Mapping[str, Any], makers: Mapping[str, tuple[str, int, str]], variants: Mapping[str, str]
) -> None:
    """Replace the section between BEGIN and END; keep the rest of the document."""
    document = path.read_text(encoding="utf-8") if path.exists() else "# Performance\n"
    before, _, rest = document.partition(BEGIN)
    after = rest.partition(END)[2]
    machine = figures["machine"]
    versions = [*(f"{name} {version}" for name, version in machine["versions"].items()), machine["chromium"]]
    introduction = INTRODUCTION.format_map({**machine, "versions": ", ".join(filter(None, versions))})
    lines = [BEGIN, "", "## packets and its peers", "", introduction]
    for variant, results in figures["variants"].items():
        lines += ["", f"### {variants[variant][0].upper()}{variants[variant][1:]}", ""]
        lines += ["| maker | packets/s | CPU ms per packet | ratio | bytes | MB at most |", "|---|---|---|---|---|---|"]
        for name, result in results.items():
            ratio = "1" if name == "packets_engine" else _with_quartiles(result["ratio"])
            cpu = "in the browser" if name == "chromium_tagged" else f"{result['cpu']:.2f}"
            lines.append(
                f"| {makers[name][0]} | {_with_quartiles(result['rate'])} | {cpu} | {ratio} | {result['bytes']:.0f} "
                f"| {result['megabytes']:.0f} |"
            )
    lines += ["", "### One packet in a fresh process", "", "| maker | seconds from start to file |", "|---|---|"]
    lines += [f"| {makers[name][0]} | {seconds:.2f} |" for name, seconds in figures["cold"].items()]
    if "scale" in figures:
        lines += ["", "### Two processes, and memory", "", *_scale(figures["scale"])]
    if figures["missing"]:
        lines += ["", "### Not measured", ""]
        lines += [f"- {makers[name][0]}: {reason}" for name, reason in figures["missing"].items()]
    section = "\n".join([*lines, "", END])
    path.write_text(
        "\n\n".join(part.strip() for part in (before, section, after) if part.strip()) + "\n", encoding="utf-8"
    )


def _scale(scale: Mapping[str, Any]) -> list[str]:
    memory = ", ".join(f"{size:.0f} MB after {int(count):,}" for count, size in scale["files"]["memory_mb"].items())
    return [
        f"- Rate of two processes divided by the rate of one, without verification: {_with_quartiles(scale['two'])}; "
        f"with files in memory, {_with_quartiles(scale['two in memory'])}.",
        f"- Resident memory of one process, one file per patient: {memory}. Size of a file: "
        f"{scale['files']['bytes']:.0f} bytes.",
    ]


def _with_quartiles(values: tuple[float, float, float]) -> str:
    low, median, high = map(_short, values)
    return f"{median} ({low} to {high})"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
