"""Create the application: its sessions, its error messages, and the views of the other modules."""

from __future__ import annotations

import hmac
import io
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, abort, g, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from packets.errors import PacketsError, Problem
from packets.model.english_dates import in_words
from packets.web.assets import load_assets
from packets.web.batch_service import BatchService
from packets.web.mail_views import MailViews
from packets.web.nurse_words import handout_part, nurse_hint, nurse_message
from packets.web.outbox_views import OutboxViews
from packets.web.packet_service import PacketService
from packets.web.packet_views import PacketViews, content_mistakes
from packets.web.schedule_views import ScheduleViews
from packets.web.sessions import Session, Sessions

APP = Path(__file__).resolve().parent
WITHOUT_SESSION = ("launch", "locked", "asset")  # they show no patient data


class InMemoryRequest(Request):
    """Keep uploads in memory; werkzeug would write large ones to disk. The guard limits their size."""

    def _get_file_stream(self, *_: object, **__: object) -> io.BytesIO:
        return io.BytesIO()


class Application(Flask):
    request_class = InMemoryRequest


def create_app(
    service: PacketService, batches: BatchService, sessions: Sessions[object], cookie_name: str, outbox: Path | None
) -> Flask:
    """Create the application that `Guard` protects. `outbox` is the folder where single packets wait to be mailed."""
    app = Application(__name__, template_folder=str(APP / "templates"), static_folder=None)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        in_words=in_words, nurse_hint=nurse_hint, handout_part=handout_part, nurse_message=sentence
    )
    app.jinja_env.globals.update(idle_s=sessions.idle_s, server=cookie_name)
    views = Views(sessions, cookie_name)
    packets = PacketViews(service, _session)
    app.before_request(views.find_session)
    app.register_error_handler(HTTPException, views.refused)
    app.register_error_handler(PacketsError, views.content_refused)
    app.register_error_handler(Exception, views.internal_error)
    rules: tuple[tuple[str, str, Callable[..., Any]], ...] = (
        ("/open", "GET", views.launch),
        ("/stay", "POST", views.stay),
        ("/lock", "POST", views.lock),
        ("/locked", "GET", views.locked),
        ("/assets/<name>", "GET", views.asset),
        *packets.rules(),
        *ScheduleViews(batches, _session).rules(),
        *MailViews(
            service,
            outbox,
            packets.finished,
            put_in_outbox=partial(packets.hand_out, in_outbox=True),
            is_replaced=packets.is_replaced,
            session=_session,
        ).rules(),
        *OutboxViews(service, outbox, _session).rules(),
    )
    for rule, method, view in rules:
        app.add_url_rule(rule, view.__name__, view, methods=[method])
    return app


class Views:
    """Sessions, assets and error messages."""

    def __init__(self, sessions: Sessions[object], cookie_name: str) -> None:
        self.sessions = sessions
        self.cookie_name = cookie_name
        self.assets = load_assets(APP / "static")

    # sessions

    def find_session(self) -> AnyResponse | str | tuple[str, int] | None:
        if request.endpoint in WITHOUT_SESSION:
            return None
        cookie = request.cookies.get(self.cookie_name, "")
        g.session = self.sessions.find(cookie, by_a_person=request.endpoint != "progress")
        if g.session is None:
            answer = make_response(render_template("locked.html"), 403)
            answer.headers["X-Packets-Server"] = self.cookie_name  # another one: the server was restarted
            return answer
        if request.method == "POST" and not hmac.compare_digest(
            request.form.get("csrf", "").encode(), g.session.csrf.encode()
        ):
            return self._message(403, "This form is out of date", "Go to the start and enter it again.")
        return None

    def launch(self) -> AnyResponse | tuple[str, int]:
        session = self.sessions.launch(request.args.get("token", ""))
        if session is None:
            return render_template("locked.html", used=True), 403
        answer = redirect(url_for("home"), 303)
        answer.set_cookie(self.cookie_name, session.cookie, httponly=True, samesite="Strict", path="/")
        return answer

    def stay(self) -> AnyResponse:
        """Keep the session open while a person types; `find_session` has updated it."""
        return Response(status=204)

    def lock(self) -> AnyResponse:
        self.sessions.close(_session())
        answer = redirect(url_for("locked"), 303)
        answer.delete_cookie(self.cookie_name, path="/", httponly=True, samesite="Strict")
        return answer

    def locked(self) -> str:
        return render_template("locked.html")

    def asset(self, name: str) -> AnyResponse:
        if name not in self.assets:
            abort(404)
        return Response(self.assets[name].data, content_type=self.assets[name].content_type)

    # errors

    def content_refused(self, error: PacketsError) -> tuple[str, int]:
        return content_mistakes(error.problems)

    def refused(self, error: HTTPException) -> AnyResponse | tuple[str, int]:
        match error.code:
            case 404:
                return self._message(404, "Page not found", "Go to the start.")
            case 410:
                text = "Packets are kept here only for a while. Go to the start and make it again."
                return self._message(410, "This packet is no longer available", text)
            case 405:
                return self._message(405, "This page cannot be opened this way", "Go to the start.")
            case _:
                return self._message(error.code or 400, "Something went wrong", "Go to the start and try again.")

    def internal_error(self, error: Exception) -> tuple[str, int]:
        """Show where the error is, but not its text, which may contain patient data."""
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}"
        text = f"Nothing was made. Please report this line, without patient data: {place}"
        return self._message(500, "Something went wrong", text)

    def _message(self, code: int, title: str, text: str) -> tuple[str, int]:
        return render_template("message.html", title=title, text=text), code


def sentence(problem: Problem) -> str:
    """Return the message of a problem with a capital letter."""
    message = nurse_message(problem)
    return message[:1].upper() + message[1:]


def _session() -> Session[object]:
    session: Session[object] = g.session
    return session
