"""Answer each address of the application."""

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
from packets.model.handout import Handout, Status
from packets.web import forms
from packets.web.assets import assets
from packets.web.batch_service import Batches
from packets.web.mail_views import MailPages
from packets.web.outbox_views import OutboxPages
from packets.web.packet_service import Finished, PacketService, has_drafts, single_handout
from packets.web.schedule_views import SchedulePages
from packets.web.sessions import Session, Sessions

APP = Path(__file__).resolve().parent
OPEN_TO_ALL = ("launch", "locked", "asset")  # they show nothing of anybody


@dataclass(frozen=True, slots=True, repr=False)
class View:
    """What one sending of the form led to; reloading and going back show it again, and change nothing."""

    procedure: str
    typed: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    finished: Finished | None = None


class InMemory(Request):
    """Files that are sent stay in memory: werkzeug would put large ones on the disk. The guard limits their size."""

    def _get_file_stream(self, *_: object, **__: object) -> io.BytesIO:
        return io.BytesIO()


class Application(Flask):
    request_class = InMemory


def application(
    service: PacketService, batches: Batches, sessions: Sessions[object], cookie_name: str, outbox: Path | None
) -> Flask:
    """The pages; `Guard` stands in front of them. `outbox` is where single packets are put to be mailed."""
    app = Application(__name__, template_folder=str(APP / "templates"), static_folder=None)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(idle_s=sessions.idle_s)
    pages = Pages(service, sessions, cookie_name)
    app.before_request(pages.find_session)
    app.register_error_handler(HTTPException, pages.refused)
    app.register_error_handler(PacketsError, pages.content_refused)
    app.register_error_handler(Exception, pages.fault)
    rules: tuple[tuple[str, str, Callable[..., Any]], ...] = (
        ("/open", "GET", pages.launch),
        ("/", "GET", pages.home),
        ("/procedures/<procedure>", "GET", pages.empty_form),
        ("/packets", "POST", pages.send_form),
        ("/packets/<key>", "GET", pages.show_form),
        ("/packets/<key>/<name>.pdf", "GET", pages.pdf),
        ("/packets/<key>/page-<int:number>.png", "GET", pages.picture),
        ("/dates", "POST", pages.dates),
        ("/stay", "POST", pages.stay),
        ("/lock", "POST", pages.lock),
        ("/locked", "GET", pages.locked),
        ("/assets/<name>", "GET", pages.asset),
        *SchedulePages(batches, _session).rules(),
        *MailPages(service, outbox, pages.finished, _session).rules(),
        *OutboxPages(service, outbox, _session).rules(),
    )
    for rule, method, view in rules:
        app.add_url_rule(rule, view.__name__, view, methods=[method])
    return app


class Pages:
    def __init__(self, service: PacketService, sessions: Sessions[object], cookie_name: str) -> None:
        self.service = service
        self.sessions = sessions
        self.cookie_name = cookie_name
        self.assets = assets(APP / "static")

    # who may come in

    def find_session(self) -> AnyResponse | str | tuple[str, int] | None:
        if request.endpoint in OPEN_TO_ALL:
            return None
        cookie = request.cookies.get(self.cookie_name, "")
        g.session = self.sessions.find(cookie, by_a_person=request.endpoint != "progress")
        if g.session is None:
            return render_template("locked.html"), 403
        if request.method == "POST" and not hmac.compare_digest(
            request.form.get("csrf", "").encode(), g.session.csrf.encode()
        ):
            return self._message(403, "This form is not from this page", "Go back to the start and type it again.")
        return None

    def launch(self) -> AnyResponse | tuple[str, int]:
        session = self.sessions.launch(request.args.get("token", ""))
        if session is None:
            return render_template("locked.html", used=True), 403
        answer = redirect(url_for("home"), 303)
        answer.set_cookie(self.cookie_name, session.cookie, httponly=True, samesite="Strict", path="/")
        return answer

    def stay(self) -> AnyResponse:
        """Somebody is typing: finding the session has noted it."""
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
        return Response(self.assets[name].data, content_type=self.assets[name].type)

    # one packet

    def home(self) -> AnyResponse | str | tuple[str, int]:
        entries, problems = self.service.procedures()
        if not entries:
            return self._content(problems)
        shown = self._titles()
        if len(shown) == 1 and not problems:
            return redirect(url_for("empty_form", procedure=shown[0].id), 303)
        return render_template("procedures.html", entries=shown, problems=problems)

    def empty_form(self, procedure: str) -> str:
        library = self._library(procedure, "")
        handout, _ = single_handout(library)
        typed = forms.defaults(library.clinic, handout, _session().recall(library.clinic.date(self.service.now())))
        return self._form(View(procedure, typed), library)

    def send_form(self) -> AnyResponse:
        """Keeps what was typed with what came of it, then shows it under an address that says nothing."""
        typed = self._typed()
        action, _, value = typed.pop("do", "").partition("=")
        procedure = typed.pop("procedure", "")
        told: tuple[Problem, ...] = ()
        if typed.pop("shown", procedure) != procedure and action != "form":
            # What it asks and says has not been seen yet.
            hint = "Look at the form again, then press Make."
            action, told = "form", (Problem("A08", "the procedure has changed", hint, field="procedure"),)
        language = typed.get("language", "")
        if action == "form" and language and language not in self._tags(procedure):
            hint = "Look whether another language serves this patient."
            told += (
                Problem("A09", "this handout is not there in the language that was chosen", hint, field="language"),
            )
            language = ""
        library = self._library(procedure, language)
        handout, _ = single_handout(library)
        known = forms.names(handout) | {forms.DRAFTS, forms.CONFIRM}
        if action == "form":
            # Another procedure may ask less.
            typed = {name: text for name, text in typed.items() if name in known} | {"language": handout.language}
        elif not set(typed) <= known:
            abort(400)
        view = View(procedure, typed, told)
        if action in forms.LOOK:
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
            view = replace(view, finished=finished, problems=forms.for_the_page(problems, handout, typed))
        session = _session()
        if view.finished:
            session.remember(
                library.clinic.date(self.service.now()), {name: view.typed[name] for name in forms.REMEMBERED}
            )
        place = {"dates": "dates", "form": None}.get(action, "made" if view.finished else None)
        return redirect(url_for("show_form", key=session.keep(view), _anchor=place), 303)

    def show_form(self, key: str) -> str:
        view = self._view(key)
        return self._form(view, self._library(view.procedure, view.typed.get("language", "")), key)

    def dates(self) -> str:
        """The table of dates alone, for the script that asks as the date is typed."""
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
        how = "attachment" if "save" in request.args else "inline"
        answer.headers["Content-Disposition"] = f'{how}; filename="{name}.pdf"'
        return answer

    def picture(self, key: str, number: int) -> AnyResponse:
        finished = self._view(key).finished
        if finished is None or not 1 <= number <= finished.packet.pdf.pages:
            abort(404)
        return Response(self.service.picture(finished.packet.pdf.data, number), content_type="image/png")

    # parts of these

    def _titles(self) -> list[CatalogEntry]:
        """Each procedure once; those that a clinician has approved come first."""
        entries = {entry.id: entry for entry in reversed(self.service.procedures()[0])}
        return sorted(entries.values(), key=lambda entry: (entry.status is Status.DRAFT, entry.title))

    def _typed(self) -> dict[str, str]:
        """The form's own fields, each once."""
        if any(len(values) > 1 for _, values in request.form.lists()):
            abort(400)
        return {name: text for name, text in request.form.items() if name != "csrf"}

    def _tags(self, procedure: str) -> list[str]:
        return [entry.language for entry in self.service.procedures()[0] if entry.id == procedure]

    def _library(self, procedure: str, language: str) -> Library:
        """Without a language, the clinic's, or the first that this handout has. Raises Refused."""
        tags = self._tags(procedure)
        try:
            return self.service.library(procedure, language)
        except UsageError:
            if language or not tags:
                abort(404)
            return self.service.library(procedure, tags[0])

    def _view(self, key: str) -> View:
        view = _session().views.get(key)
        if not isinstance(view, View):
            abort(410)
        return view

    def _date_problems(self, library: Library, typed: Mapping[str, str]) -> tuple[Problem, ...]:
        try:
            self.service.dates(library, single_handout(library)[0], typed.get("surgery_date", ""))
        except UsageError as error:
            return tuple(replace(problem, field="surgery_date") for problem in error.problems)
        return ()

    def _dates(self, library: Library, typed: Mapping[str, str]) -> dict[str, object]:
        """The dates of this surgery and surgeon; the intervals alone while there is no date that can be read."""
        _, words = single_handout(library)
        shown: dict[str, object] = {"language": words.tag, "surgery": "", "problems": ()}
        surgery_date = typed.get("surgery_date", "")
        try:
            handout = self._own(library, typed)
        except InvalidInputError as error:
            return shown | {"problems": error.problems, "rows": ()}
        if surgery_date.strip():
            try:
                surgery, explained = self.service.dates(library, handout, surgery_date)
            except UsageError as error:
                shown["problems"] = error.problems
            else:
                rows = [(each.label, each.printed, each.rule) for each in explained]
                return shown | {"surgery": long_date(words, surgery), "rows": rows}
        return shown | {
            "rows": [(milestone.label, "", interval(words, milestone.timing)) for milestone in handout.milestones]
        }

    def _own(self, library: Library, typed: Mapping[str, str]) -> Handout:
        """Raises Refused."""
        return self.service.handout(library, typed.get("surgeon", ""), include_drafts=forms.DRAFTS in typed)

    def _form(self, view: View, library: Library, key: str = "") -> str:
        handout, words = single_handout(library)
        with suppress(InvalidInputError):  # then the table of dates says why
            handout = self._own(library, view.typed)
        languages = [forms.Choice(tag, name) for tag, name in self.service.languages(handout.id)]
        last = {} if view.finished else _session().recall(library.clinic.date(self.service.now()))
        groups = forms.groups(handout, languages, view.typed, view.problems, last)
        return render_template(
            "packet.html",
            view=view,
            key=key,
            handout=handout,
            language=words.tag,
            spoken=len(languages) > 1,
            entries=self._titles(),
            groups=groups,
            problems=forms.in_order(groups, view.problems),
            dates=self._dates(library, view.typed),
            drafts=has_drafts(library),
            to_confirm=forms.to_confirm(view.problems, view.typed),
            surgery=long_date(words, view.finished.case.surgery_date) if view.finished else "",
            languages=languages,
        )

    # what cannot be answered

    def content_refused(self, fault: PacketsError) -> tuple[str, int]:
        return self._content(fault.problems)

    def _content(self, problems: Iterable[Problem]) -> tuple[str, int]:
        return render_template("content.html", problems=problems), 503

    def refused(self, fault: HTTPException) -> AnyResponse | tuple[str, int]:
        match fault.code:
            case 404:
                return self._message(404, "There is no such page", "Go to the start.")
            case 410:
                words = "What was typed and made is kept only for a while. Go to the start and make it again."
                return self._message(410, "This packet is no longer here", words)
            case 405:
                return self._message(405, "This page cannot be opened like that", "Go to the start.")
            case _:
                return self._message(fault.code or 400, "This cannot be read", "Go back to the start and try again.")

    def fault(self, fault: Exception) -> tuple[str, int]:
        """Where the fault is; not its text, which may hold what was typed."""
        frames = traceback.extract_tb(fault.__traceback__)
        place = f"{type(fault).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}"
        words = f"Nothing was made. Please report this line, without any patient’s data: {place}"
        return self._message(500, "Internal error", words)

    def _message(self, code: int, title: str, words: str) -> tuple[str, int]:
        return render_template("message.html", title=title, words=words), code


def _session() -> Session[object]:
    session: Session[object] = g.session
    return session
