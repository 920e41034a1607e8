"""Find a permission that begins on the last day of the order that it ends: "do not lift" and "you can lift"."""

from __future__ import annotations

import re
from itertools import product

from packets.content.lint.conditions import can_hold_together
from packets.content.problems import ProblemCollector
from packets.content.schema.records import ParsedRecord
from packets.model.handout import Handout
from packets.model.recovery import After, FromThrough, Kind, Milestone, Offset, Until

_LETTERS = 4  # of the beginning of a word, so that "swim" and "swimming" are alike
_FEWEST_DAYS = 2  # of an order that can end a day earlier: there is no "0 days"
_COMMON = frozenset({"your", "with", "than", "more", "take", "wear", "have", "from", "that", "each", "when", "afte"})


def check_last_days(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    """Warn of an order whose last day is the first day of what it forbids (M76), by a word that both labels have."""
    milestones = list(zip(value.milestones, record.all("milestones", ParsedRecord), strict=True))
    for (order, written), (free, entry) in product(milestones, milestones):
        last, first = _last_day(order), free.timing
        if last is None or free.kind is Kind.RESTRICTION or not isinstance(first, After):
            continue
        if last.approximate_days == first.offset.approximate_days and _beginnings(order) & _beginnings(free):
            if not can_hold_together((order.condition, free.condition), value.choices):
                continue
            field = "through" if written.has("through") else "until"
            hint = "A patient reads both for that day. Say which is right in the text, and change one of the two times."
            if (days := last.days) and days >= _FEWEST_DAYS:
                hint = f"A patient reads both for that day. If it is free, write there {field}: {days - 1} days. "
                hint += f"If not, write here after: {days + 1} days"
            message = f'"{order.label}" holds to the end of the day on which this begins'
            problems.add("M76", message, entry.at("after"), hint, warning=True)


def _last_day(order: Milestone) -> Offset | None:
    if order.kind is Kind.RESTRICTION and isinstance(order.timing, Until | FromThrough):
        return order.timing.offsets[-1]
    return None


def _beginnings(milestone: Milestone) -> set[str]:
    words = (word[:_LETTERS] for word in re.findall(r"[^\W\d_]{4,}", milestone.label.casefold()))
    return set(words) - _COMMON
