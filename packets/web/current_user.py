"""Know the user of the current request, whom the hospital's proxy has signed on, and what this user may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g

from packets.model.ward import User, WardConfig
from packets.storage.os_user import os_user
from packets.web.access import may_decide, may_open
from packets.web.ward_gate import USER


def set_user(environ: Mapping[str, Any], ward: WardConfig | None) -> User | None:
    """Keep the user of this request as `g.user`, None in desk mode, and return it.

    Raise KeyError if a ward server lets a request through without a user.
    """
    user: User | None = environ[USER] if ward else None
    g.user = user
    return user


def current_user() -> User | None:
    """Return the user of the current request, None in desk mode and outside of a request."""
    user: User | None = g.get("user") if g else None
    return user


def user_may_open(view: str) -> bool:
    """Return whether the current user may open a view, named by its endpoint."""
    user = current_user()
    return user is None or may_open(user.role, view)


def user_may_decide(decision: str) -> bool:
    """Return whether the current user may carry out a decision about a mail."""
    user = current_user()
    return user is None or may_decide(user.role, decision)


def actor() -> str:
    """Return who acts: the user of the ward server, or the user of this computer."""
    user = current_user()
    return user.name if user else os_user()
