"""Show the tasks that are no patient's packet: check a finished PDF, and make a copy of a handout for the rack."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar

from flask import abort, redirect, render_template, request, url_for
from msgspec import Struct
from msgspec.structs import replace
from werkzeug.wrappers import Response as AnyResponse

from packets.case_input.case_fields import read_partial_case
from packets.case_input.case_reader import EnteredValue
from packets.case_input.sites import check_site_option
from packets.content.library import Library, load_for_packet
from packets.content.questions import staff_questions
from packets.errors import PacketsError, Problem
from packets.model.case import Paper, PrintOptions, PrintSize
from packets.model.handout import Handout
from packets.pipeline import make_rack_copy
from packets.values import HiddenFields
from packets.verify.inspect import inspect
from packets.web import forms
from packets.web.forms import Choice, Field
from packets.web.guard import UploadLimit
from packets.web.kept_views import kept_view
from packets.web.packet_files import send_pdf
from packets.web.packet_service import PacketService, has_drafts, single_handout
from packets.web.sessions import Session

RACK_PLAN = "handout"
CHECK_PATH = "/checks"
UPLOADS = {CHECK_PATH: UploadLimit(50_000_000, "/tasks", "This file is too large")}


class RackCopy(HiddenFields, Struct, frozen=True):
    """The PDF of a handout without a patient."""

    no_longer_kept: ClassVar[str] = "Make the copy again under More."
    data: bytes
    name: str


class TaskViews:
    """The views of other tasks; `session` returns the session of the current request."""

    def __init__(self, service: PacketService, session: Callable[[], Session[object]]) -> None:
        self.service = service
        self.session = session

    def rules(self) -> tuple[tuple[str, str, Callable[..., AnyResponse | str]], ...]:
        return (
            ("/tasks", "GET", self.tasks),
            (CHECK_PATH, "POST", self.check_pdf),
            ("/rack-copies", "GET", self.choose_rack_copy),
            ("/rack-copies/<procedure>/<language>", "GET", self.rack_copy_form),
            ("/rack-copies/<procedure>/<language>", "POST", self.send_rack_copy),
            ("/rack-copies/<key>.pdf", "GET", self.rack_copy),
        )

    def tasks(self) -> str:
        return self._tasks()

    def check_pdf(self) -> str:
        """Check an uploaded PDF; it is not kept."""
        upload = request.files.get("pdf")
        if upload is None or not upload.filename:
            problem = Problem("A62", "no PDF was chosen", "Choose the PDF of a packet or a print run.", field="pdf")
            return self._tasks(error=problem)
        password, unchecked = request.form.get("password") or None, list[str]()
        try:
            with self.service.pdf_lock:
                pages = inspect(upload.read(), self.service.root, password=password, unchecked=unchecked.append)
        except PacketsError as error:
            return self._tasks(file=upload.filename, problems=error.problems)
        return self._tasks(file=upload.filename, pages=pages, unchecked=unchecked)

    def _tasks(
        self,
        error: Problem | None = None,
        file: str = "",
        pages: int = 0,
        problems: tuple[Problem, ...] = (),
        unchecked: Sequence[str] = (),
    ) -> str:
        entries, _ = self.service.procedures()
        return render_template(
            "tasks.html",
            entries=entries,
            error=error,
            file=file,
            pages=pages,
            problems=problems,
            unchecked=unchecked,
        )

    def choose_rack_copy(self) -> AnyResponse:
        procedure, _, language = request.args.get("handout", "").partition(" ")
        if not language:
            abort(404)
        return redirect(url_for("rack_copy_form", procedure=procedure, language=language), 303)

    def rack_copy_form(self, procedure: str, language: str) -> str:
        return self._rack_copy_form(procedure, language, {}, ())

    def send_rack_copy(self, procedure: str, language: str) -> AnyResponse | str:
        """Make the copy. What is the same for everyone who takes one can be chosen, such as the side."""
        library, handout = self._library(procedure, language)
        names = (*_shared(handout), "site", "large_print", "paper")
        typed = {name: request.form.get(name, "").strip() for name in names}
        drafts = bool(request.form.get(forms.DRAFTS))
        answers = {name: EnteredValue(typed[name], forms.SOURCE) for name in _shared(handout) if typed[name]}
        size = PrintSize.LARGE if typed["large_print"] == "yes" else PrintSize.NORMAL
        print_options = PrintOptions(Paper.A4 if typed["paper"] == "a4" else Paper.LETTER, size)
        try:
            site = check_site_option(library.clinic, typed["site"])
            shared = read_partial_case(answers, handout, library.clinic.date_order)
            with self.service.pdf_lock:
                rack_copy = make_rack_copy(
                    library,
                    procedure,
                    language,
                    print_options,
                    site=site,
                    surgeon=shared.surgeon,
                    answers=shared.answers,
                    include_drafts=drafts,
                )
        except PacketsError as error:
            if drafts:
                typed[forms.DRAFTS] = "yes"
            return self._rack_copy_form(procedure, language, typed, error.problems)
        key = self.session().keep(RackCopy(rack_copy.pdf.data, f"{procedure}-{language}"), len(rack_copy.pdf.data))
        return redirect(url_for("rack_copy", key=key), 303)

    def rack_copy(self, key: str) -> AnyResponse:
        view = kept_view(self.session(), key, RackCopy)
        return send_pdf(view.data, f"{view.name}.pdf")

    def _rack_copy_form(
        self, procedure: str, language: str, typed: Mapping[str, str], problems: tuple[Problem, ...]
    ) -> str:
        library, handout = self._library(procedure, language)
        values = {**forms.defaults(library.clinic, handout, {}), **typed}
        problems = forms.with_form_hints(problems, handout, values)
        fields = [
            replace(
                field,
                value=values.get(field.name, ""),
                problems=tuple(problem for problem in problems if problem.field == field.name),
            )
            for field in _fields(library, handout)
        ]
        shown = {field.name for field in fields if field.problems}
        return render_template(
            "rack_copy.html",
            handout=handout,
            fields=fields,
            drafts=has_drafts(library),
            include_drafts=forms.DRAFTS in typed,
            problems=problems,
            others=[problem for problem in problems if problem.field not in shown],
        )

    def _library(self, procedure: str, language: str) -> tuple[Library, Handout]:
        if all((entry.id, entry.language) != (procedure, language) for entry in self.service.procedures()[0]):
            abort(404)
        library = load_for_packet(self.service.root, procedure, language, (RACK_PLAN,))
        return library, single_handout(library)[0]


def _fields(library: Library, handout: Handout) -> Iterator[Field]:
    """Yield the fields of the form: what may be the same for everyone who takes a copy, and how it is printed."""
    for staff_question in staff_questions(handout):
        if staff_question.name == "surgeon":
            yield Field("surgeon", "Surgeon", "Leave it blank for a copy of all surgeons", optional=True)
        elif staff_question.question.choices:
            choices = [
                Choice(choice, staff_question.choice_label(choice), text) for choice, text in staff_question.choices
            ]
            yield Field(
                staff_question.name, staff_question.label, choices=(Choice("", "Different for each patient"), *choices)
            )
    if places := library.clinic.sites:
        yield Field("site", "Site", choices=tuple(Choice(place.site, place.site_name) for place in places))
    yield Field("large_print", "Print size", choices=(Choice("no", "Normal"), Choice("yes", "Large print")))
    yield Field("paper", "Paper", choices=(Choice(Paper.LETTER, "Letter"), Choice(Paper.A4, "A4")))


def _shared(handout: Handout) -> tuple[str, ...]:
    """Return the questions whose answer may be the same for everyone: those with choices, and the surgeon."""
    return tuple(question.name for question in handout.questions if question.choices or question.name == "surgeon")
