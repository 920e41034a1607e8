"""Handle every request of the web form; single packets are here, other views in their own modules."""

from __future__ import annotations

import hmac
import io
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, abort, g, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from packets.content.library import CatalogEntry, Library
from packets.errors import InvalidInputError, PacketsError, Problem, UsageError
from packets.fill.dates import interval, long_date
from packets.fill.printed_answers import side as side_words
from packets.model.case import Case
from packets.model.handout import Handout, Status
from packets.web import forms
from packets.web.assets import load_assets
from packets.web.batch_service import BatchService
from packets.web.mail_views import MailViews
from packets.web.outbox_views import OutboxViews
from packets.web.packet_service import Finished, PacketService, has_drafts, single_handout
from packets.web.schedule_views import ScheduleViews
from packets.web.sessions import Session, Sessions

APP = Path(__file__).resolve().parent
WITHOUT_SESSION = ("launch", "locked", "asset")  # they show no patient data


@dataclass(frozen=True, slots=True, repr=False)
class FormView:
    """The result of submitting the form once. Reload and Back show it again without changing anything."""

    procedure: str
    typed: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    finished: Finished | None = None


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
    app.jinja_env.globals.update(idle_s=sessions.idle_s)
    views = Views(service, sessions, cookie_name)
    app.before_request(views.find_session)
    app.register_error_handler(HTTPException, views.refused)
    app.register_error_handler(PacketsError, views.content_refused)
    app.register_error_handler(Exception, views.internal_error)
    rules: tuple[tuple[str, str, Callable[..., Any]], ...] = (
        ("/open", "GET", views.launch),
        ("/", "GET", views.home),
        ("/procedures/<procedure>", "GET", views.empty_form),
        ("/packets", "POST", views.send_form),
        ("/packets/<key>", "GET", views.show_form),
        ("/packets/<key>/<name>.pdf", "GET", views.pdf),
        ("/packets/<key>/page-<int:number>.png", "GET", views.picture),
        ("/dates", "POST", views.dates),
        ("/stay", "POST", views.stay),
        ("/lock", "POST", views.lock),
        ("/locked", "GET", views.locked),
        ("/assets/<name>", "GET", views.asset),
        *ScheduleViews(batches, _session).rules(),
        *MailViews(service, outbox, views.finished, _session).rules(),
        *OutboxViews(service, outbox, _session).rules(),
    )
    for rule, method, view in rules:
        app.add_url_rule(rule, view.__name__, view, methods=[method])
    return app


class Views:
    """Sessions, single packets and error messages."""

    def __init__(self, service: PacketService, sessions: Sessions[object], cookie_name: str) -> None:
        self.service = service
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
            return render_template("locked.html"), 403
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

    # one packet

    def home(self) -> AnyResponse | str | tuple[str, int]:
        entries, problems = self.service.procedures()
        if not entries:
            return self._content(problems)
        handouts = self._titles()
        if len(handouts) == 1 and not problems:
            return redirect(url_for("empty_form", procedure=handouts[0].id), 303)
        return render_template("procedures.html", entries=handouts, problems=problems)

    def empty_form(self, procedure: str) -> str:
        library = self._library(procedure, "")
        handout, _ = single_handout(library)
        typed = forms.defaults(library.clinic, handout, _session().recall(library.clinic.date(self.service.now())))
        return self._form(FormView(procedure, typed), library)

    def send_form(self) -> AnyResponse:
        """Carry out what was submitted, keep the result, and redirect to it under a random key."""
        typed = self._typed()
        action, _, value = typed.pop("do", "").partition("=")
        procedure = typed.pop("procedure", "")
        form_problems: tuple[Problem, ...] = ()
        if typed.pop("shown", procedure) != procedure and action != "form":
            # The nurse has not seen this procedure's questions yet.
            hint = "Check the form again, then press Make."
            action, form_problems = "form", (Problem("A08", "the procedure has changed", hint, field="procedure"),)
        language = typed.get("language", "")
        if action == "form" and language and language not in self._language_tags(procedure):
            hint = "Check whether another language will do for this patient."
            form_problems += (
                Problem("A09", "this handout is not available in the chosen language", hint, field="language"),
            )
            language = ""
        library = self._library(procedure, language)
        handout, _ = single_handout(library)
        allowed = forms.field_names(handout) | {forms.DRAFTS, forms.CONFIRM}
        if action == "form":
            # Another procedure may ask fewer questions.
            typed = {name: text for name, text in typed.items() if name in allowed} | {"language": handout.language}
        elif not set(typed) <= allowed:
            abort(400)
        view = FormView(procedure, typed, form_problems)
        if action in forms.PRINT_FIELDS:
            view = replace(view, typed=typed | {action: value})
            library = self._library(procedure, view.typed["language"])
        elif action not in ("make", "dates", "form"):
            abort(400)
        if action == "dates":
            view = replace(view, problems=self._date_problems(library, typed))
        elif action != "form":
            try:
                confirmed = forms.confirmed(typed)
            except ValueError:
                abort(400)
            finished, problems = self.service.make(
                library,
                forms.entered(view.typed, handout),
                include_drafts=forms.DRAFTS in typed,
                confirmed=confirmed,
            )
            view = replace(view, finished=finished, problems=forms.with_form_hints(problems, handout, typed))
        session = _session()
        if view.finished:
            session.remember(
                library.clinic.date(self.service.now()), {name: view.typed[name] for name in forms.REMEMBERED}
            )
        anchor = {"dates": "dates", "form": None}.get(action, "made" if view.finished else None)
        return redirect(url_for("show_form", key=session.keep(view), _anchor=anchor), 303)

    def show_form(self, key: str) -> str:
        view = self._view(key)
        return self._form(view, self._library(view.procedure, view.typed.get("language", "")), key)

    def dates(self) -> str:
        """Return the table of dates alone, for the script that updates it while the date is typed."""
        library = self._library(request.form.get("procedure", ""), request.form.get("language", ""))
        return render_template("_dates.html", dates=self._dates(library, request.form))

    def finished(self, key: str) -> Finished | None:
        return self._view(key).finished

    def pdf(self, key: str, name: str) -> AnyResponse:
        finished = self._view(key).finished
        files = {finished.case.packet_id: finished.packet} if finished else {}
        if finished and finished.staff_sheet:
            files[f"{finished.case.packet_id}-staff-sheet"] = finished.staff_sheet
        if name not in files:
            abort(404)
        answer = Response(files[name].pdf.data, content_type="application/pdf")
        disposition = "attachment" if "save" in request.args else "inline"
        answer.headers["Content-Disposition"] = f'{disposition}; filename="{name}.pdf"'
        return answer

    def picture(self, key: str, number: int) -> AnyResponse:
        finished = self._view(key).finished
        if finished is None or not 1 <= number <= finished.packet.pdf.pages:
            abort(404)
        return Response(self.service.picture(finished.packet.pdf.data, number), content_type="image/png")

    # helpers

    def _titles(self) -> list[CatalogEntry]:
        """Return each procedure once, those that a clinician has approved first."""
        entries = {entry.id: entry for entry in reversed(self.service.procedures()[0])}
        return sorted(entries.values(), key=lambda entry: (entry.status is Status.DRAFT, entry.title))

    def _typed(self) -> dict[str, str]:
        """Return the submitted fields. Abort if one was sent twice."""
        if any(len(values) > 1 for _, values in request.form.lists()):
            abort(400)
        return {name: text for name, text in request.form.items() if name != "csrf"}

    def _language_tags(self, procedure: str) -> list[str]:
        return [entry.language for entry in self.service.procedures()[0] if entry.id == procedure]

    def _library(self, procedure: str, language: str) -> Library:
        """Load a handout. With no language: in the clinic's, or the first one available. Raise InvalidInputError."""
        tags = self._language_tags(procedure)
        try:
            return self.service.library(procedure, language)
        except UsageError:
            if language or not tags:
                abort(404)
            return self.service.library(procedure, tags[0])

    def _view(self, key: str) -> FormView:
        view = _session().views.get(key)
        if not isinstance(view, FormView):
            abort(410)
        return view

    def _date_problems(self, library: Library, typed: Mapping[str, str]) -> tuple[Problem, ...]:
        try:
            self.service.dates(library, single_handout(library)[0], typed.get("surgery_date", ""))
        except UsageError as error:
            return tuple(replace(problem, field="surgery_date") for problem in error.problems)
        return ()

    def _dates(self, library: Library, typed: Mapping[str, str]) -> dict[str, object]:
        """Return the dates of this surgery and surgeon, or the intervals alone until a valid date is typed."""
        _, language = single_handout(library)
        values: dict[str, object] = {"language": language.tag, "surgery": "", "problems": ()}
        surgery_date = typed.get("surgery_date", "")
        try:
            handout = self._handout(library, typed)
        except InvalidInputError as error:
            return values | {"problems": error.problems, "rows": ()}
        if surgery_date.strip():
            try:
                surgery, explained = self.service.dates(library, handout, surgery_date)
            except UsageError as error:
                values["problems"] = error.problems
            else:
                labels = [_label(date.label, date.condition) for date in explained]
                rows = [(label, date.printed, date.rule) for label, date in zip(labels, explained, strict=True)]
                return values | {"surgery": long_date(language, surgery), "rows": rows}
        labels = [_label(milestone.label, str(milestone.condition or "")) for milestone in handout.milestones]
        intervals = [interval(language, milestone.timing) for milestone in handout.milestones]
        return values | {"rows": [(label, "", time) for label, time in zip(labels, intervals, strict=True)]}

    def _handout(self, library: Library, typed: Mapping[str, str]) -> Handout:
        """Return the handout with the surgeon's instructions. Raise InvalidInputError."""
        return self.service.handout(library, typed.get("surgeon", ""), include_drafts=forms.DRAFTS in typed)

    def _form(self, view: FormView, library: Library, key: str = "") -> str:
        handout, words = single_handout(library)
        with suppress(InvalidInputError):  # the table of dates shows the problems
            handout = self._handout(library, view.typed)
        languages = [forms.Choice(tag, name) for tag, name in self.service.languages(handout.id)]
        remembered = {} if view.finished else _session().recall(library.clinic.date(self.service.now()))
        sites = [forms.Choice(place.site, place.site_name) for place in library.clinic.sites]
        groups = forms.groups(handout, languages, view.typed, view.problems, remembered, sites)
        return render_template(
            "packet.html",
            view=view,
            key=key,
            handout=handout,
            language=words.tag,
            choose_language=len(languages) > 1,
            entries=self._titles(),
            groups=groups,
            problems=forms.in_form_order(groups, view.problems),
            dates=self._dates(library, view.typed),
            drafts=has_drafts(library),
            to_confirm=forms.to_confirm(view.problems, view.typed),
            surgery=long_date(words, view.finished.case.surgery_date) if view.finished else "",
            side=_side(handout, view.finished.case) if view.finished else "",
            languages=languages,
        )

    # errors

    def content_refused(self, error: PacketsError) -> tuple[str, int]:
        return self._content(error.problems)

    def _content(self, problems: Iterable[Problem]) -> tuple[str, int]:
        return render_template("content.html", problems=problems), 503

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


def _session() -> Session[object]:
    session: Session[object] = g.session
    return session


def _side(handout: Handout, case: Case) -> str:
    """Return the side of the operation, "" if the content has changed since the packet was made."""
    with suppress(KeyError):
        return side_words(handout, case)
    return ""


def _label(label: str, condition: str) -> str:
    return f"{label} (only if {condition})" if condition else label
