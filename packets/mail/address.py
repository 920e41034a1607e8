"""A cell of the schedule in, one mail address out, or nothing; and an address as it may be shown."""

from __future__ import annotations

import re

# Narrower than RFC 5321: no quotes, no comments, no encoded words, no signs that a shell or a relay gives a meaning.
# An apostrophe stands between letters only (o'neil): a spreadsheet puts one in front of what it takes for text.
_ATOM = r"[A-Za-z0-9_+-]+(?:'[A-Za-z0-9_+-]+)*"
_LOCAL = re.compile(rf"(?![+-]){_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_TOP = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
_LONGEST_LOCAL = 64
_LONGEST = 254


def parse_address(cell: str) -> str | None:
    """The one address in `cell`, its domain in small ASCII letters; None if it is not exactly one."""
    local, at, domain = cell.partition("@")
    if not at or len(local) > _LONGEST_LOCAL or not _LOCAL.fullmatch(local):
        return None
    try:
        domain = domain.encode("idna").decode().lower()
    except UnicodeError:
        return None
    labels = domain.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or not _TOP.fullmatch(labels[-1]):
        return None
    found = f"{local}@{domain}"
    return found if len(found) <= _LONGEST else None


def mailbox_key(found: str) -> str:
    """What two spellings of one mailbox have in common, as nearly all providers see it."""
    return found.casefold()


def masked_address(found: str) -> str:
    """As a list may show it: r***@e***.org."""
    local, _, domain = found.partition("@")
    name, _, top = domain.rpartition(".")
    return f"{local[0]}***@{name[0]}***.{top}"
