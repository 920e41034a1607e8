"""Set what the checker expects of a page, for each print size."""

from __future__ import annotations

from dataclasses import dataclass

from packets.model.case import PrintSize


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes and distances are in points."""

    text: float  # the least size of anything that a patient must read
    header: float  # the least size of header and footer
    measure: int = 75  # characters on a line, at most
    fill: float = 0.60  # of the height between header and footer, on every page but the last
    side: float = 48  # between ink and the left or right edge of the paper
    edge: float = 20  # between ink and the upper or lower edge
    below_heading: int = 3  # lines of what follows that stay with a heading
    help_zone: float = 0.5  # the phone and the QR code are in this lowest share of page 1


LIMITS = {PrintSize.NORMAL: Limits(text=12, header=10), PrintSize.LARGE: Limits(text=16, header=14)}
