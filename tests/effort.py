"""How much a test tries: everything in `make test-all`, a part of it in `make test` (pytest --quick)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import settings

T = TypeVar("T")
QUICK, FULL = "packets quick", "packets full"  # the profiles of hypothesis; tests/conftest.py loads one of them
settings.register_profile(FULL, derandomize=True, deadline=None)  # the same examples everywhere, no time limit for one
settings.register_profile(QUICK, settings.get_profile(FULL), max_examples=20)


def is_quick() -> bool:
    return settings.get_current_profile_name() == QUICK


def examples(full: int) -> int:
    """Return the number of examples for hypothesis: `full`, or a fifth of it with --quick."""
    return full // 5 if is_quick() else full


def spread(items: Sequence[T], quick: int) -> Sequence[T]:
    """Return `items`; with --quick about `quick` of them, evenly spread."""
    return items[:: -(-len(items) // quick)] if is_quick() and len(items) > quick else items
