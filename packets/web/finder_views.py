"""Show the procedures to choose from, with a search field and favorites."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from packets.errors import InvalidInputError
from packets.web import finder
from packets.web.content_mistakes import content_mistakes
from packets.web.packet_service import PacketService
from packets.web.used_today import UsedToday

_YEAR = dt.timedelta(days=365)


class FinderViews:
    """The list of procedures. With `secure`, the cookie of the favorites is sent by https only."""

    def __init__(self, service: PacketService, used_today: UsedToday, *, secure: bool) -> None:
        self.service = service
        self.used_today = used_today
        self.secure = secure

    def rules(self) -> tuple[tuple[str, str, Callable[..., Any]], ...]:
        return (("/procedures", "GET", self.list_procedures), ("/favorites", "POST", self.favorite))

    def list_procedures(self) -> AnyResponse | str | tuple[str, int]:
        """Show the procedures that match `q`. `typed` is the view whose form goes on with the chosen one."""
        entries, problems = self.service.procedures()
        if not entries:
            return content_mistakes(problems)
        recent: list[str] = []
        with suppress(InvalidInputError):  # the form shows the mistakes of clinic.yaml
            recent = self.used_today.procedures(self.service.clinic().date(self.service.now()))
        found = finder.procedures(entries, self._favorites(), recent)
        query, typed = request.args.get("q", ""), request.args.get("typed", "")
        shown = finder.matching(found, query)
        if len(shown) == 1 and (query or not problems):
            return redirect(url_for("empty_form", procedure=shown[0].entry.id, typed=typed or None), 303)
        return render_template(
            "procedures.html", procedures=shown, number=len(found), query=query, typed=typed, problems=problems
        )

    def favorite(self) -> AnyResponse:
        """Add a procedure to the favorites or take it out. This browser keeps them, in a cookie."""
        added, removed = request.form.get("add", ""), request.form.get("remove", "")
        if (added or removed) not in self._ids():
            abort(404)
        favorites = [each for each in self._favorites() if each not in (added, removed)]
        if added:
            favorites.append(added)
        query, typed = request.form.get("q") or None, request.form.get("typed") or None
        answer = redirect(url_for("list_procedures", q=query, typed=typed, _anchor=f"star-{added or removed}"), 303)
        value = finder.write_favorites(favorites)
        answer.set_cookie(finder.FAVORITES_COOKIE, value, _YEAR, secure=self.secure, httponly=True, samesite="Strict")
        return answer

    def _favorites(self) -> list[str]:
        return finder.read_favorites(request.cookies.get(finder.FAVORITES_COOKIE, ""), self._ids())

    def _ids(self) -> set[str]:
        return {entry.id for entry in self.service.procedures()[0]}
