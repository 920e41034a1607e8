"""Replace cells of a schedule by what a person typed on the web page; the file itself stays as it is."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from packets.schedule.table import TEXT, Cells

TypedCells = Mapping[int, Mapping[str, str]]  # row number -> our field -> what was typed


def with_typed(cells: Cells, header: Mapping[str, int], typed: Mapping[str, str]) -> Cells:
    """Return the row with the typed cells, without what an interface's reader found wrong with the old ones."""
    texts, kinds = list(cells.texts), list(cells.kinds)
    for field, text in typed.items():
        column = header[field]
        if column < len(texts):
            texts[column] = text
        if column < len(kinds):
            kinds[column] = TEXT
    problems = tuple(problem for problem in cells.problems if problem.field not in typed)
    return replace(cells, texts=tuple(texts), kinds="".join(kinds), problems=problems)
