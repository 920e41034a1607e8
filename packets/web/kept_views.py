"""Find what a session was shown before by the key in the address."""

from __future__ import annotations

from typing import TypeVar

from flask import abort

from packets.web.sessions import Session

T = TypeVar("T")


def kept_view(session: Session[object], key: str, kind: type[T]) -> T:
    """Return the view with this key. Abort (410) if it is no longer kept, or is of another kind."""
    view = session.view(key)
    if not isinstance(view, kind):
        abort(410)
    return view
