"""The figures of a run in, their section of docs/performance.md out; what others wrote there is left as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- made by make bench -->", "<!-- end of what make bench made -->"


def written(
    path: Path,
    figures: Mapping[str, Any],
    makers: Mapping[str, tuple[str, int, str]],
    variants: Mapping[str, str],
    goals: Mapping[str, float],
) -> None:
    kept = path.read_text(encoding="utf-8") if path.exists() else "# Performance\n"
    before, _, rest = kept.partition(BEGIN)
    after = rest.partition(END)[2]
    machine = figures["machine"]
    lines = [
        BEGIN,
        "",
        "## The engine beside its peers",
        "",
        "Made by `make bench`; how the engine works stands in [rendering.md](rendering.md).",
        "",
        f"{machine['date']}, {machine['processor']}, {machine['system']}, Python {machine['python']}; "
        + ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
        + (f"; {machine['chromium']}" if machine["chromium"] else "")
        + f". Load of the machine while it ran (1, 5, 15 minutes): {machine['load']}. One process each.",
        "",
        "The reference packet has four Letter pages: the patient's packet and the staff's sheet. Each peer has its own "
        "source in `benchmarks/makers/`, written as its users would, gets the finished words and QR symbols, and is "
        "warm: compiler, fonts, styles and browser are loaded before the clock runs. Ours starts at the case: it fills "
        "in, lays out, tags, seals. All write one file for each packet. A ratio is ours over theirs in the same round; "
        "in brackets the quartiles. Only ours, Typst with ua-1, WeasyPrint and Chromium make tags.",
    ]
    for variant, found in figures["variants"].items():
        lines += ["", f"### {variants[variant][0].upper()}{variants[variant][1:]}", ""]
        lines += [
            "| maker | packets/s | ms of processor a packet | ours is so many times as fast | bytes | MB at most |",
            "|---|---|---|---|---|---|",
        ]
        for name, told in found.items():
            low, middle, high = told["ratio"]
            year = variant.startswith("year")
            goal = f", goal {goals[name]:g}" if name in goals and year else ""
            if name == "typst_ua" and not year:
                goal = ", goal 10"
            ratio = "1" if name == "packets_engine" else f"{_short(middle)} ({_short(low)} to {_short(high)}{goal})"
            cpu = "in the browser" if name == "chromium_tagged" else f"{told['cpu']:.2f}"
            lines.append(
                f"| {makers[name][0]} | {_short(told['rate'][1])} ({_short(told['rate'][0])} to "
                f"{_short(told['rate'][2])}) | {cpu} | {ratio} | {told['bytes']:.0f} | {told['megabytes']:.0f} |"
            )
    lines += ["", "### One packet in a fresh process", ""]
    lines += ["| maker | seconds from the start of the process to the file |", "|---|---|"]
    lines += [f"| {makers[name][0]} | {seconds:.2f} |" for name, seconds in figures["cold"].items()]
    if "scale" in figures:
        lines += ["", "### Two processes, and memory", "", *_scale(figures["scale"])]
    if figures["missing"]:
        lines += ["", "### Not measured", ""]
        lines += [f"- {makers[name][0]}: {reason}" for name, reason in figures["missing"].items()]
    if figures.get("notes"):
        lines += ["", *figures["notes"]]
    lines += ["", END]
    path.write_text(
        "\n\n".join(part.strip() for part in (before, "\n".join(lines), after) if part.strip()) + "\n", encoding="utf-8"
    )


def _scale(told: Mapping[str, Any]) -> list[str]:
    low, middle, high = told["two"]
    in_memory = "{1:.2f} ({0:.2f} to {2:.2f})".format(*told["two in memory"])

    def held(of: str) -> str:
        return ", ".join(f"{size:.0f} after {int(count):,}" for count, size in told[of]["held"].items())

    return [
        f"- Two processes make {middle:.2f} ({low:.2f} to {high:.2f}, goal 1.8) times as many packets in a second as "
        f"one alone; with files in memory, {in_memory}.",
        f"- Resident memory, one file for each of 100,000 patients: {held('files')} MB (goal: 100 at most); "
        f"{told['files']['bytes']:.0f} bytes a file.",
    ]


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
