"""Find permissions that begin on the last day of an order against the same: "do not lift" and "you can lift"."""

from __future__ import annotations

import re
from itertools import product

from packets.content.lint.conditions import can_hold_together
from packets.content.problems import ProblemCollector
from packets.content.schema.records import ParsedRecord
from packets.model.handout import Handout
from packets.model.recovery import After, FromThrough, Kind, Milestone, Offset, Until

_LETTERS = 4  # at the beginning of a word, so that "swim" and "swimming" are alike
_MIN_DAYS = 2  # of an order that can end a day earlier, as "0 days" is refused
_COMMON = frozenset({"your", "with", "than", "more", "take", "wear", "have", "from", "that", "each", "when", "afte"})


def check_last_days(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    """Warn of a permission that begins on the last day of an order (M76), if their labels have a word in common."""
    milestones = list(zip(value.milestones, record.all("milestones", ParsedRecord), strict=True))
    for (order, written), (permission, entry) in product(milestones, milestones):
        last, first = _last_day(order), permission.timing
        if last is None or permission.kind is Kind.RESTRICTION or not isinstance(first, After):
            continue
        is_same_day = last.approximate_days == first.offset.approximate_days
        if not is_same_day or not _beginnings(order) & _beginnings(permission):
            continue
        if can_hold_together((order.condition, permission.condition), value.choices):
            field = "through" if written.has("through") else "until"
            hint = "Say which is right in the text, and change one of the two times."
            if (days := last.days) and days >= _MIN_DAYS:
                hint = f"If it is allowed then, write {field}: {days - 1} days there. "
                hint += f"If not, write after: {days + 1} days here."
            hint = f"A patient reads both for that day. {hint}"
            message = f'"{order.label}" holds to the end of the day on which this begins'
            problems.add("M76", message, entry.at("after"), hint, warning=True)


def _last_day(order: Milestone) -> Offset | None:
    if order.kind is Kind.RESTRICTION and isinstance(order.timing, Until | FromThrough):
        return order.timing.offsets[-1]
    return None


def _beginnings(milestone: Milestone) -> set[str]:
    words = (word[:_LETTERS] for word in re.findall(r"[^\W\d_]{4,}", milestone.label.casefold()))
    return set(words) - _COMMON
