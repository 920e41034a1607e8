"""Find what a session was shown before by the key in the address."""

from __future__ import annotations

from typing import ClassVar, Protocol, TypeVar

from werkzeug.exceptions import Gone

from packets.web.sessions import Session


class KeptView(Protocol):
    no_longer_kept: ClassVar[str]  # what to do when it is not


class NoLongerKept(Gone):
    """Report that a view is no longer kept; the description says what to do."""


T = TypeVar("T", bound=KeptView)


def kept_view(session: Session[object], key: str, kind: type[T]) -> T:
    """Return the view with this key. Raise NoLongerKept (410) if it is not kept, or is of another kind."""
    view = session.view(key)
    if not isinstance(view, kind):
        raise NoLongerKept(kind.no_longer_kept)
    return view
