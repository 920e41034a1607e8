"""Write the figures of a benchmark run into their section of docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

BEGIN, END = "<!-- made by make bench -->", "<!-- end of what make bench made -->"
STAGES = {
    "Reading": "read and check the schedule, compute the packet ids",
    "Making": "fill, render, read back, record",
    "Assembling the print run": "put the print run together",
    "Checking the print run": "read the print run back, write manifest and lists",
}


def write_report(
    path: Path, figures: Mapping[str, Any], makers: Mapping[str, str], variants: Mapping[str, str]
) -> None:
    """Replace the section between BEGIN and END; keep the rest of the document."""
    document = path.read_text(encoding="utf-8")
    before, _, rest = document.partition(BEGIN)
    after = rest.partition(END)[2]
    lines = [BEGIN, "", "## Figures", "", *_conditions(figures)]
    if "cold" in figures:
        lines += ["", "### One packet, from the start of a process to the file", "", *_cold(figures["cold"], makers)]
    if "pipeline" in figures:
        lines += ["", "### One packet after the other, in one process", "", *_pipeline(figures, makers, variants)]
    if "batches" in figures:
        lines += ["", "### A whole batch", "", *_batches(figures["batches"])]
    if "web" in figures:
        lines += ["", "### The web form", "", *_web(figures["web"])]
    if "growth" in figures:
        lines += ["", "### More procedures in the content folder", "", *_growth(figures["growth"])]
    if figures["missing"]:
        lines += ["", "### Not measured", ""]
        lines += [f"- {makers[name]}: {reason}" for name, reason in figures["missing"].items()]
    section = "\n".join([*lines, "", END])
    parts = (part.strip() for part in (before, section, after))
    path.write_text("\n\n".join(filter(None, parts)) + "\n", encoding="utf-8")


def _conditions(figures: Mapping[str, Any]) -> Iterator[str]:
    machine = figures["machine"]
    versions = [*(f"{name} {version}" for name, version in machine["versions"].items()), machine["chromium"]]
    where = f"{machine['processor']}, {machine['cores']} cores, {machine['system']}, Python {machine['python']}"
    yield from wrap(f"{machine['date']}, {where}; {', '.join(filter(None, versions))}.", 118)
    loads = [f"{load:.1f}" for load in (*figures["began"][:1], *machine["load"])]
    yield f"Load average before the run: {loads[0]}; at its end (1, 5, 15 minutes): {', '.join(loads[1:])}."
    if figures["quick"]:
        yield ""
        yield "**A quick trial with `--quick`, in few rounds. These are no figures to quote.**"


def _table(heads: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _cold(cold: Mapping[str, Any], makers: Mapping[str, str]) -> Iterator[str]:
    yield "`packet` fills in, renders, reads back and saves; the peers compile the finished text and prove nothing."
    yield ""
    ours = cold["packets"]["cpu"][1]

    def row(name: str, costs: Mapping[str, Any]) -> Sequence[str]:
        title = makers.get(name, "packets")
        cpu = "in the browser" if name == "chromium_tagged" else with_quartiles(costs["cpu"])
        ratio = "" if name in ("packets", "chromium_tagged") else short(ours / costs["cpu"][1])
        return title, with_quartiles(costs["seconds"]), cpu, ratio

    rows = (row(name, costs) for name, costs in cold.items())
    yield from _table(("maker", "seconds", "CPU seconds", "CPU of packets / maker"), rows)


def _pipeline(figures: Mapping[str, Any], makers: Mapping[str, str], variants: Mapping[str, str]) -> Iterator[str]:
    yield "The reference packet has four Letter pages. packets fills in, renders, reads back and writes each. A peer gets"
    yield "the finished text; its compiler, fonts, styles and browser are loaded before. The ratio is the rate of packets"
    yield "divided by the maker's in the same round, with quartiles. Only packets, Typst with ua-1, WeasyPrint and Chromium"
    yield "write tagged PDF."
    for variant, results in figures["pipeline"].items():
        yield from ("", f"{variants[variant][0].upper()}{variants[variant][1:]}:", "")
        rows = (
            (
                makers[name],
                with_quartiles(result["rate"]),
                "in the browser" if name == "chromium_tagged" else f"{result['cpu']:.2f}",
                with_quartiles(result["ratio"]),
                f"{result['bytes']:.0f}",
                f"{result['megabytes']:.0f}",
            )
            for name, result in results.items()
        )
        yield from _table(("maker", "packets/s", "CPU ms per packet", "ratio", "bytes", "MB at most"), rows)


def _batches(batches: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "From the schedule to verified packets, manifest, ledger and the verified print run. The limit reads the same"
    yield "files with pdfium on as many processes and writes them with the same calls; the last column is the share of the"
    yield "limit that the batch reaches."
    yield ""

    def row(batch: Mapping[str, Any]) -> Sequence[str]:
        rows = batch["rows"]
        return (
            f"{rows:,}",
            str(batch["workers"]),
            short(batch["seconds"]),
            short(rows / batch["seconds"]),
            short(1000 * (batch["parent_cpu"] + batch["workers_cpu"]) / rows),
            f"{batch['parent_mb']:.0f}",
            short(batch["print_run_bytes"] / rows / 1000),
            short(batch["limit"]["seconds"]) if "limit" in batch else "",
            with_quartiles(batch["ratio"]) if "ratio" in batch else "",
        )

    heads = (
        "rows",
        "workers",
        "seconds",
        "packets/s",
        "CPU ms per packet",
        "MB of the parent",
        "print run, kB a packet",
    )
    yield from _table((*heads, "limit, seconds", "of the limit"), map(row, batches))
    batch = max((each for each in batches if each["workers"] == 2), key=lambda each: each["rows"])
    yield from ("", f"Where the time of {batch['rows']:,} rows with 2 workers goes, in CPU ms per packet:", "")
    rows = (
        (STAGES[name], *(f"{1000 * seconds / batch['rows']:.2f}" for seconds in (parent, workers, took)))
        for name, (took, parent, workers, _) in batch["stages"].items()
    )
    yield from _table(("stage", "parent", "workers", "time in ms"), rows)


def _web(web: Mapping[str, Any]) -> Iterator[str]:
    yield "Seconds from sending the form to having the picture of page 1, ten packets per nurse. The packet and its staff"
    yield "sheet are made and read back. Nurses who press Make at the same moment wait for each other: one form serves one"
    yield "computer."
    yield ""
    heads = ("nurses", "first packet", "tenth packet", "median", "95th percentile")
    names = ("first", "tenth", "median", "p95")
    yield from _table(heads, ((count, *(short(times[name]) for name in names)) for count, times in web.items()))


def _growth(growth: Mapping[str, Any]) -> Iterator[str]:
    yield "CPU seconds in a fresh process. `check` reads every file; `serve` starts the web form, loads an empty form, and"
    yield "stops after it has made its preparations."
    yield ""
    names = [name.partition(" ") for name in growth]
    counts = list(dict.fromkeys(count for _, _, count in names))
    commands = list(dict.fromkeys(command for command, _, _ in names))
    rows = (
        (f"`{command}`", *(with_quartiles(growth[f"{command} {count}"]["cpu"]) for count in counts))
        for command in commands
    )
    yield from _table(("command", *(f"{count} procedure{'s' if count != '1' else ''}" for count in counts)), rows)


def with_quartiles(values: Sequence[float]) -> str:
    low, median, high = map(short, values)
    return f"{median} ({low} to {high})"


def short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
