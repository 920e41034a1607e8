"""Compare the links of a translation with those of the original."""

from __future__ import annotations

from collections.abc import Iterable

from packets.content.problems import ProblemCollector, counted
from packets.content.yaml.parser import Place
from packets.model.handout import Run, Text


def compare(
    lines: Iterable[tuple[Run, ...]], originals: Iterable[tuple[Run, ...]], place: Place, problems: ProblemCollector
) -> None:
    """Report links that are missing or added (T43), and warn of each that leads elsewhere (T44)."""
    links, expected = _links(lines), _links(originals)
    if len(links) != len(expected):
        message = f"found {counted(len(links), 'link')}; the original has {counted(len(expected), 'link')} here"
        problems.add("T43", message, place, "Keep the links of the original, in their order.")
        return
    for link, original in zip(links, expected, strict=True):
        if link != original:
            hint = f"The original has {original}. If there is a page in this language, all is well."
            problems.add("T44", f"the link leads to {link}", place, hint, warning=True)


def _links(lines: Iterable[tuple[Run, ...]]) -> list[str]:
    return [run.link for line in lines for run in line if isinstance(run, Text) and run.link]
