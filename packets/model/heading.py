"""Split a heading, which is kept as the author wrote it, into its words and slots."""

from __future__ import annotations

import re

from packets.model.handout import Run, Slot, Text

_SLOT = re.compile(r"\{([a-z0-9_.]+)\}")


def heading_runs(heading: str) -> tuple[Run, ...]:
    """Return the words and slots of a heading: `Call {surgeon} if` has three."""
    pieces = _SLOT.split(heading)  # words and names in turn
    runs = (Slot(piece) if index % 2 else Text(piece) for index, piece in enumerate(pieces))
    return tuple(run for run in runs if isinstance(run, Slot) or run.text)
