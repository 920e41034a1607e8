"""Show the mistakes of the content files instead of a page."""

from __future__ import annotations

from collections.abc import Iterable

from flask import render_template

from packets.errors import Problem


def content_mistakes(problems: Iterable[Problem]) -> tuple[str, int]:
    """Return the page with the mistakes."""
    return render_template("content.html", problems=problems), 503
