"""Create the application: its sessions, its error messages, and the views of the other modules."""

from __future__ import annotations

import hmac
import io
import secrets
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from flask import (
    Flask,
    Request,
    Response,
    abort,
    after_this_request,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from packets.errors import PacketsError, Problem
from packets.model.case import Clinic
from packets.model.english_dates import in_words
from packets.model.ward import WardConfig
from packets.schedule.source_files import MAX_FILES
from packets.web.access import FIRST_VIEW, may_open
from packets.web.assets import load_assets, logo_file, version
from packets.web.audit import AuditError
from packets.web.batch_service import BatchService
from packets.web.content_mistakes import content_mistakes
from packets.web.current_user import set_user, user_may_open
from packets.web.day_views import DayViews
from packets.web.finder_views import FinderViews
from packets.web.folders import DayFolders, Folders
from packets.web.guard import CACHED, REFUSAL
from packets.web.kept_views import NoLongerKept
from packets.web.mail_sender import MailSender
from packets.web.mail_views import MailViews
from packets.web.nurse_words import handout_part, no_file_names, nurse_hint, nurse_message
from packets.web.outbox_views import OutboxViews
from packets.web.packet_service import PacketService
from packets.web.packet_views import PacketViews
from packets.web.schedule_views import ScheduleViews
from packets.web.sessions import Session, Sessions
from packets.web.task_views import TaskViews
from packets.web.used_today import UsedToday

APP = Path(__file__).resolve().parent
WITHOUT_SESSION = ("launch", "locked", "signed_out", "asset", "lasting_asset", "logo")  # they show no patient data
SENT_BY_A_SCRIPT = ("progress", "sending_progress")
NOT_ALLOWED = "Ask your charge nurse if you need it."
T = TypeVar("T", bound=AnyResponse)


class InMemoryRequest(Request):
    """Keep uploads in memory; werkzeug would write large ones to disk. The guard limits their size."""

    max_form_parts = MAX_FILES + 100

    def _get_file_stream(self, *_: object, **__: object) -> io.BytesIO:
        return io.BytesIO()


class Application(Flask):
    request_class = InMemoryRequest


def create_app(
    service: PacketService,
    batches: BatchService,
    sessions: Sessions[object],
    cookie_name: str,
    outbox: Path | None,
    folders: Folders,
    sender: MailSender,
    ward: WardConfig | None = None,
) -> Flask:
    """Create the application that `Guard` protects. `outbox` is the folder where single packets wait to be mailed.

    With `ward`, the environment of each request has the user whom the proxy has signed on.
    """
    app = Application(__name__, template_folder=str(APP / "templates"), static_folder=None)
    app.url_map.merge_slashes = False  # an address with // is not found
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        in_words=in_words,
        nurse_hint=nurse_hint,
        handout_part=handout_part,
        nurse_message=sentence,
        no_file_names=no_file_names,
        folder_words=folders.in_words,
    )
    server_id = secrets.token_hex(8)
    views = Views(service, sessions, cookie_name, server_id, ward)
    app.jinja_env.globals.update(
        idle_s=sessions.idle_s,
        server=server_id,
        ward=ward,
        may_open=user_may_open,
        has_days=isinstance(folders, DayFolders),
        asset=views.address,
        clinic_shown=views.clinic,
    )
    used_today = UsedToday()
    packets = PacketViews(service, _session, used_today)
    finder = FinderViews(service, used_today, secure=ward is not None)
    days = DayViews(service, folders, _session) if isinstance(folders, DayFolders) else None
    app.before_request(views.find_session)
    app.register_error_handler(HTTPException, views.refused)
    app.register_error_handler(PacketsError, views.content_refused)
    app.register_error_handler(AuditError, views.audit_failed)
    app.register_error_handler(Exception, views.internal_error)
    rules: tuple[tuple[str, str, Callable[..., Any]], ...] = (
        ("/signed-out", "GET", views.signed_out) if ward else ("/open", "GET", views.launch),
        ("/stay", "POST", views.stay),
        ("/lock", "POST", views.lock),
        ("/locked", "GET", views.locked),
        ("/help", "GET", views.help_page),
        ("/assets/<name>", "GET", views.asset),
        ("/assets/<version>/<name>", "GET", views.lasting_asset),
        ("/logo/<sha256>", "GET", views.logo),
        *finder.rules(),
        *packets.rules(),
        *ScheduleViews(batches, _session, folders).rules(),
        *MailViews(
            service,
            outbox,
            packets.finished,
            put_in_outbox=partial(packets.hand_out, in_outbox=True),
            is_replaced=packets.is_replaced,
            session=_session,
        ).rules(),
        *TaskViews(service, _session).rules(),
        *OutboxViews(service, outbox, _session, folders, sender).rules(),
        *(days.rules() if days else ()),
    )
    app.add_url_rule("/", "home", days.today if days else finder.list_procedures)
    for rule, method, view in rules:
        app.add_url_rule(rule, view.__name__, view, methods=[method])
    return app


class Views:
    """Sessions, assets and error messages."""

    def __init__(
        self,
        service: PacketService,
        sessions: Sessions[object],
        cookie_name: str,
        server_id: str,
        ward: WardConfig | None = None,
    ) -> None:
        self.service = service
        self.sessions = sessions
        self.cookie_name = cookie_name
        self.server_id = server_id
        self.ward = ward
        self.assets = load_assets(APP / "static")
        self.version = version(self.assets)

    # sessions

    def find_session(self) -> AnyResponse | str | tuple[str, int] | None:
        user = set_user(request.environ, self.ward)
        if request.endpoint in WITHOUT_SESSION:
            return None
        cookie = request.cookies.get(self.cookie_name, "")
        name = user.name if user else ""
        g.session = self.sessions.find(cookie, name, by_a_person=request.endpoint not in SENT_BY_A_SCRIPT)
        if g.session is None and user and request.endpoint == "home":
            g.session = self.sessions.open(name)
            after_this_request(self._send_cookie)
        if g.session is None:
            answer = make_response(render_template("locked.html"), 403)
            answer.headers["X-Packets-Server"] = self.server_id  # another one: the server was restarted
            return answer
        if user and request.endpoint and not may_open(user.role, request.endpoint):
            if request.endpoint == "home" and user.role in FIRST_VIEW:
                return redirect(url_for(FIRST_VIEW[user.role]), 303)
            return self._message(403, "Your role may not open this page", NOT_ALLOWED)
        if request.method == "POST" and not hmac.compare_digest(
            request.form.get("csrf", "").encode(), g.session.csrf.encode()
        ):
            return self._message(403, "This form is out of date", "Begin at the start page, and enter it again.")
        return None

    def launch(self) -> AnyResponse | tuple[str, int]:
        session = self.sessions.launch(request.args.get("token", ""))
        if session is None:
            return render_template("locked.html", used=True), 403
        g.session = session
        return self._send_cookie(redirect(url_for("home"), 303))

    def _send_cookie(self, answer: T) -> T:
        """Give the browser the cookie of its new session."""
        answer.set_cookie(
            self.cookie_name, _session().cookie, secure=self.ward is not None, httponly=True, samesite="Strict"
        )
        return answer

    def stay(self) -> AnyResponse:
        """Keep the session open while a person types; `find_session` has updated it."""
        return Response(status=204)

    def lock(self) -> AnyResponse:
        self.sessions.close(_session())
        answer = redirect(url_for("signed_out" if self.ward else "locked"), 303)
        answer.delete_cookie(self.cookie_name, secure=self.ward is not None, httponly=True, samesite="Strict")
        return answer

    def locked(self) -> str:
        return render_template("locked.html")

    def signed_out(self) -> str:
        """Go on to the proxy, which ends its own session; a redirect of the form itself could not leave this site."""
        return render_template("locked.html", signed_out=True)

    def asset(self, name: str) -> AnyResponse:
        if name not in self.assets:
            abort(404)
        return Response(self.assets[name].data, content_type=self.assets[name].content_type)

    def lasting_asset(self, version: str, name: str) -> AnyResponse:
        """Return a file that the browser may keep."""
        return _lasting(self.asset(name)) if version == self.version else self.asset(name)

    def address(self, name: str) -> str:
        """Return the address of a file, for a template."""
        return f"/assets/{self.version}/{name}"

    def clinic(self) -> Clinic | None:
        """Return the clinic, whose name and logo the header shows; None if its file has a mistake."""
        with suppress(PacketsError):
            return self.service.clinic()
        return None

    def logo(self, sha256: str) -> AnyResponse:
        clinic = self.clinic()
        if clinic is None or clinic.logo is None or clinic.logo.sha256 != sha256:
            abort(404)
        file = logo_file(clinic.logo)
        return _lasting(Response(file.data, content_type=file.content_type))

    def help_page(self) -> str:
        return render_template("help.html")

    # errors

    def content_refused(self, error: PacketsError) -> tuple[str, int]:
        return content_mistakes(error.problems)

    def refused(self, error: HTTPException) -> AnyResponse | tuple[str, int]:
        match error.code:
            case 403:
                return self._message(403, "Your role does not allow this", NOT_ALLOWED)
            case 404:
                return self._message(404, "Page not found", "The address is wrong, or the page no longer exists.")
            case 410:
                return self._message(410, "This page is no longer available", self._why_gone(error))
            case 405:
                return self._message(405, "This page cannot be opened this way", "Begin at the start page.")
            case _:
                return self._message(error.code or 400, "Something went wrong", "Begin at the start page.")

    def _why_gone(self, error: HTTPException) -> str:
        reason = error.description or ""
        if not isinstance(error, NoLongerKept):
            return reason
        until = "sign out" if self.ward else "lock the form"
        return f"Only the pages that you used last are kept, until you {until} or leave it idle. {reason}"

    def audit_failed(self, _: AuditError) -> tuple[str, int]:
        text = "What you did was carried out, but the audit file of this server cannot be written. Call IT now."
        return self._message(503, "This could not be recorded", text)

    def internal_error(self, error: Exception) -> tuple[str, int]:
        """Show where the error is, but not its text, which may contain patient data."""
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}"
        request.environ[REFUSAL] = place
        text = f"Nothing was made. Please report this line, without patient data: {place}"
        return self._message(500, "Something went wrong", text)

    def _message(self, code: int, title: str, text: str) -> tuple[str, int]:
        return render_template("message.html", title=title, text=text), code


def sentence(problem: Problem) -> str:
    """Return the message of a problem with a capital letter."""
    message = nurse_message(problem)
    return message[:1].upper() + message[1:]


def _lasting(answer: AnyResponse) -> AnyResponse:
    name, value = CACHED
    answer.headers[name] = value
    return answer


def _session() -> Session[object]:
    session: Session[object] = g.session
    return session
