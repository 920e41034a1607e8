"""Parse an e-mail address from a schedule cell, and mask it for display."""

from __future__ import annotations

import re

# Narrower than RFC 5321: no quotes, no comments, no encoded words, no characters with a meaning to a shell or a relay.
# An apostrophe is only allowed between letters (o'neil): spreadsheets put one in front of a cell to mark it as text.
_ATOM = r"[A-Za-z0-9_+-]+(?:'[A-Za-z0-9_+-]+)*"
_LOCAL = re.compile(rf"(?![+-]){_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_TOP_LEVEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
_MAX_LOCAL = 64
_MAX_ADDRESS = 254


def parse_address(cell: str) -> str | None:
    """Return the address in `cell` with its domain in lower-case ASCII, or None unless it is exactly one address."""
    local, at, domain = cell.partition("@")
    if not at or len(local) > _MAX_LOCAL or not _LOCAL.fullmatch(local):
        return None
    try:
        domain = domain.encode("idna").decode().lower()
    except UnicodeError:
        return None
    labels = domain.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or not _TOP_LEVEL.fullmatch(labels[-1]):
        return None
    address = f"{local}@{domain}"
    return address if len(address) <= _MAX_ADDRESS else None


def mailbox_key(address: str) -> str:
    """Return what all spellings of one mailbox have in common; nearly all providers ignore case."""
    return address.casefold()


def masked_address(address: str) -> str:
    """Return the address as lists may show it: r***@e***.org."""
    local, _, domain = address.partition("@")
    name, _, top_level = domain.rpartition(".")
    return f"{local[0]}***@{name[0]}***.{top_level}"
