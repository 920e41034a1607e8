"""Show the form of one packet, make the packet, and serve its PDF and the pictures of its pages."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from flask import Response, abort, redirect, render_template, request, url_for
from msgspec import Struct
from msgspec.structs import replace
from werkzeug.wrappers import Response as AnyResponse

from packets.content.library import Library
from packets.errors import InvalidInputError, Problem, UsageError
from packets.fill.dates import long_date
from packets.fill.printed_answers import side as side_words
from packets.model.case import Case
from packets.model.handout import Handout
from packets.storage.audit_file import Action
from packets.values import HiddenFields
from packets.web import forms
from packets.web.audit import record
from packets.web.case_words import case_words
from packets.web.date_words import DAY_BUTTONS, DateWords
from packets.web.dates_table import date_problems, dates_table, with_instructions
from packets.web.handed_out import (
    HandedOut,
    add,
    key_of_operation,
    may_be_another_patient,
    newer_version,
    replaced_ids,
)
from packets.web.kept_views import kept_view
from packets.web.packet_files import send_pdf
from packets.web.packet_service import Finished, PacketService, has_drafts, plans_to_choose, single_handout
from packets.web.sessions import Session
from packets.web.used_today import UsedToday

ANOTHER_PATIENT = "another"  # the packets that were handed out before stay valid
CORRECTION = "correction"
ANSWERS = (ANOTHER_PATIENT, CORRECTION)  # buttons that make the packet and answer A10


class FormView(HiddenFields, Struct, frozen=True):
    """The result of submitting the form once. Reload and Back show it again without changing anything."""

    no_longer_kept: ClassVar[str] = (
        "To see this packet again, fill in its form again and press Make. What was printed, saved or put in the outbox "
        "stays as it is."
    )
    procedure: str
    typed: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    finished: Finished | None = None
    handed_out: str = ""  # the key of the packets that were handed out for this patient
    corrects: str = ""  # the packet of which the form asks whether this one corrects it


class PacketViews:
    """The views of one packet; `session` returns the session of the current request."""

    def __init__(self, service: PacketService, session: Callable[[], Session[object]], used_today: UsedToday) -> None:
        self.service = service
        self.session = session
        self.used_today = used_today

    def rules(self) -> tuple[tuple[str, str, Callable[..., Any]], ...]:
        return (
            ("/procedures/<procedure>", "GET", self.empty_form),
            ("/packets", "POST", self.send_form),
            ("/packets/<key>", "GET", self.show_form),
            ("/packets/<key>/<name>.pdf", "GET", self.pdf),
            ("/packets/<key>/<name>.html", "GET", self.html_copy),
            ("/packets/<key>/page-<int:number>.png", "GET", self.picture),
            ("/dates", "POST", self.dates),
            ("/date-words", "POST", self.date_words),
            ("/date-button", "POST", self.date_button),
        )

    def empty_form(self, procedure: str) -> str:
        """Show the form of a procedure: empty, or with what was typed in the form of another one (`typed`)."""
        if key := request.args.get("typed"):
            return self._other_procedure(procedure, self._view(key))
        library = self._library(procedure, "")
        handout, _ = single_handout(library)
        typed = forms.defaults(library.clinic, handout, self.session().recall(library.clinic.date(self.service.now())))
        return self._form(FormView(procedure, typed), library)

    def _other_procedure(self, procedure: str, before: FormView) -> str:
        """Show the form of another procedure with what was typed; it may ask fewer questions."""
        language = before.typed.get("language", "")
        problems: tuple[Problem, ...] = ()
        if language and language not in self._language_tags(procedure):
            hint = "Check whether another language will do for this patient."
            message = "this handout is not available in the chosen language"
            language, problems = "", (Problem("A09", message, hint, field="language"),)
        library = self._library(procedure, language)
        handout, _ = single_handout(library)
        allowed = forms.field_names(handout) | {forms.DRAFTS}
        typed = {name: text for name, text in before.typed.items() if name in allowed} | {"language": handout.language}
        return self._form(FormView(procedure, typed, problems, handed_out=before.handed_out), library)

    def send_form(self) -> AnyResponse:
        """Carry out what was submitted, keep the result, and redirect to it under a random key."""
        typed = self._typed()
        handed_out = typed.pop("handed_out", "")
        action, _, value = typed.pop("do", "").partition("=")
        procedure = typed.pop("procedure", "")
        library = self._library(procedure, typed.get("language", ""))
        handout, _ = single_handout(library)
        if not set(typed) <= forms.field_names(handout) | {forms.DRAFTS, forms.CONFIRM}:
            abort(400)
        view = FormView(procedure, typed, handed_out=handed_out)
        if action == "choose":
            return redirect(url_for("list_procedures", typed=self.session().keep(view)), 303)
        if action in forms.PRINT_FIELDS:
            view = replace(view, typed=typed | {action: value})
            library = self._library(procedure, view.typed.get("language", ""))
        elif action in DAY_BUTTONS and value in forms.WITH_BUTTONS:
            typed = typed | {value: self._button_date(library, action)}
            view = replace(view, typed=typed)
        elif action not in ("make", *ANSWERS, "dates"):
            abort(400)
        if action == "dates":
            view = replace(view, problems=date_problems(self.service, library, typed))
        elif action not in DAY_BUTTONS:
            view = self._make(view, library, action)
        session = self.session()
        if view.finished:
            record(Action.MADE, view.finished.case.packet_id)
            today = library.clinic.date(self.service.now())
            session.remember(today, {name: view.typed[name] for name in forms.REMEMBERED})
            self.used_today.add(today, session.user, procedure, view.finished.case.surgeon)
        anchors = {"dates": "dates"} | dict.fromkeys(DAY_BUTTONS, value)
        anchor = anchors.get(action, "made" if view.finished else None)
        key = session.keep(view, view.finished.size if view.finished else 0)
        return redirect(url_for("show_form", key=key, _anchor=anchor), 303)

    def _make(self, view: FormView, library: Library, action: str) -> FormView:
        """Make the packet: a new version if a packet with other facts was handed out for this patient."""
        handout, _ = single_handout(library)
        try:
            confirmed = forms.confirmed(view.typed)
        except ValueError:
            abort(400)
        if problems := forms.missing_print_options(view.typed):
            return replace(view, problems=problems)
        if case := self.service.entered_case(library, forms.entered(view.typed, handout)):
            view = self._new_version(view, case, action)
            if view.problems:
                return view
        drafts, back = forms.DRAFTS in view.typed, view.typed.get(forms.STAFF_LANGUAGE, "")
        entered = forms.entered(view.typed, handout)
        finished, problems = self.service.make(
            library, entered, include_drafts=drafts, confirmed=confirmed, staff_language=back
        )
        return replace(view, finished=finished, problems=forms.with_form_hints(problems, handout, view.typed))

    def _new_version(self, view: FormView, case: Case, action: str) -> FormView:
        """Fill in "Replaces packet" if needed, or ask whether this is another patient (A10)."""
        all_handed_out = self.session().handed_out
        key = view.handed_out or key_of_operation(all_handed_out.items(), case)
        earlier = all_handed_out.get(key, [])
        if action == ANOTHER_PATIENT:
            valid = {number for packet in earlier for number in (packet.packet_id, *packet.case.replaces)}
            key, replaces = "", tuple(number for number in case.replaces if number not in valid)
        else:
            replaces = replaced_ids(earlier, case)
        typed = dict(view.typed)
        if replaces != case.replaces:
            typed["replaces"] = ", ".join(replaces)
        if action not in ANSWERS and may_be_another_patient(earlier, case):
            last = earlier[-1].packet_id
            message = f"packet {last} was handed out for another name and another record number"
            hint = "Say whether this is another patient, or a correction of that packet."
            problem = Problem("A10", message, hint, field="patient_name")
            return replace(view, problems=(problem,), corrects=last)
        return replace(view, typed=typed, handed_out=key or secrets.token_urlsafe(16))

    def hand_out(self, key: str, *, on_paper: bool = False, in_outbox: bool = False) -> None:
        """Remember that the packet of a view was printed, saved or put in the outbox."""
        view = self._view(key)
        if view.finished:
            earlier = self.session().handed_out.setdefault(view.handed_out, [])
            add(earlier, HandedOut(view.finished.case, key, on_paper, in_outbox))

    def is_replaced(self, key: str) -> bool:
        """Return whether another version of this packet was handed out instead."""
        view = self._view(key)
        earlier = self.session().handed_out.get(view.handed_out, [])
        return view.finished is not None and newer_version(earlier, view.finished.case) is not None

    def show_form(self, key: str) -> str:
        view = self._view(key)
        return self._form(view, self._library(view.procedure, view.typed.get("language", "")), key)

    def dates(self) -> str:
        """Return the table of dates alone, for the script that updates it while the date is typed."""
        library = self._library(request.form.get("procedure", ""), request.form.get("language", ""))
        return render_template("_dates.html", dates=dates_table(self.service, library, request.form))

    def date_words(self) -> str:
        """Return how a date is read, for the script that shows it while it is typed."""
        library = self._library(request.form.get("procedure", ""), request.form.get("language", ""))
        return self._date_words(library).words(request.form.get("date", ""), of_birth="dob" in request.form)

    def date_button(self) -> AnyResponse:
        """Return the date of a button, such as Today, for the script that types it."""
        library = self._library(request.form.get("procedure", ""), request.form.get("language", ""))
        return Response(self._button_date(library, request.form.get("button", "")), content_type="text/plain")

    def finished(self, key: str) -> Finished | None:
        return self._view(key).finished

    def pdf(self, key: str, name: str) -> AnyResponse:
        finished = self._view(key).finished
        files = {finished.case.packet_id: finished.packet} if finished else {}
        if finished and finished.staff_sheet:
            files[f"{finished.case.packet_id}-staff-sheet"] = finished.staff_sheet
        if name not in files:
            abort(404)
        if request.method == "GET":
            self.hand_out(key, on_paper=True)
            if finished:
                action = Action.SAVED if "save" in request.args else Action.PRINTED
                packet_id = finished.case.packet_id
                record(action if name == packet_id else Action.OPENED, packet_id)  # a staff sheet is only opened
        return send_pdf(files[name].pdf.data, f"{name}.pdf", save="save" in request.args)

    def html_copy(self, key: str, name: str) -> AnyResponse:
        """Return the copy as a file to save. It is never shown here: this site has another security policy."""
        finished = self._view(key).finished
        if finished is None or name != finished.case.packet_id:
            abort(404)
        if request.method == "GET":
            self.hand_out(key, on_paper=True)
            record(Action.SAVED, name)
        answer = Response(finished.html, content_type="text/html; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}.html"'
        return answer

    def picture(self, key: str, number: int) -> AnyResponse:
        finished = self._view(key).finished
        if finished is None or not 1 <= number <= finished.packet.pdf.pages:
            abort(404)
        data = finished.packet.pdf.data
        draw = partial(self.service.picture, data, number)
        drawn = self.session().picture(hashlib.sha256(data).hexdigest(), number, draw)
        return Response(drawn, content_type="image/png")

    # helpers

    def _date_words(self, library: Library) -> DateWords:
        return DateWords(library.clinic.date(self.service.now()), library.clinic.date_order)

    def _button_date(self, library: Library, button: str) -> str:
        try:
            return self._date_words(library).button_date(button)
        except KeyError:
            abort(400)

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
        return kept_view(self.session(), key, FormView)

    def _form(self, view: FormView, library: Library, key: str = "") -> str:
        handout, words = single_handout(library)
        with suppress(InvalidInputError):  # the table of dates shows the problems
            handout = with_instructions(self.service, library, view.typed)
        languages = [forms.Choice(tag, name) for tag, name in self.service.languages(handout.id)]
        remembered = {} if view.finished else self.session().recall(library.clinic.date(self.service.now()))
        sites = [forms.Choice(place.site, place.site_name) for place in library.clinic.sites]
        date_words = self._date_words(library)
        groups = forms.groups(
            handout,
            languages,
            view.typed,
            view.problems,
            remembered,
            date_words,
            sites,
            plans_to_choose(handout, library),
        )
        staff_words = case_words(self.service.english(), handout.kind)
        groups = staff_words.groups(
            groups, (question.name for question in handout.questions if question.name not in forms.CASE_FIELDS)
        )
        to_confirm = forms.to_confirm(view.problems, view.typed, date_words)
        confirmed = forms.confirmed(view.typed) if view.finished else ()
        return render_template(
            "packet.html",
            view=view,
            key=key,
            handout=handout,
            language=words.tag,
            choose_language=len(languages) > 1,
            other_procedures=len({entry.id for entry in self.service.procedures()[0]}) > 1,
            surgeons=self._surgeons(library),
            groups=groups,
            more=forms.rare_fields_in_use(groups, forms.defaults(library.clinic, handout, {})),
            problems=forms.in_form_order(groups, staff_words.problems(view.problems)),
            say=staff_words.say,
            dates=dates_table(self.service, library, view.typed),
            drafts=has_drafts(library),
            to_confirm=to_confirm or sorted(confirmed),
            confirmed=confirmed,
            date_order=library.clinic.date_order or "ymd",
            surgery=long_date(words, view.finished.case.surgery_date) if view.finished else "",
            side=_side(handout, view.finished.case) if view.finished else "",
            languages=languages,
            **self._versions(view),
        )

    def _surgeons(self, library: Library) -> list[str]:
        """Return the names to suggest: those that this user typed today, then those who have a file."""
        names = self.used_today.surgeons(library.clinic.date(self.service.now()), self.session().user)
        return list(dict.fromkeys([*names, *sorted(surgeon.name for surgeon in library.surgeons)]))

    def _versions(self, view: FormView) -> dict[str, object]:
        """Return the packets that this one replaces, and the one that was handed out instead of it."""
        if view.finished is None:
            return {"take_back": (), "in_outbox": (), "stays_valid": (), "newer": None}
        session, case = self.session(), view.finished.case
        earlier = session.handed_out.get(view.handed_out, [])
        known = {packet.packet_id: packet for packet in earlier}
        # The outbox itself replaces the earlier packets of one that is put there.
        queued = {packet.packet_id for packet in earlier if packet.in_outbox}
        return {
            # The nurse has typed the id of an unknown packet from its paper.
            "take_back": [number for number in case.replaces if number not in known or known[number].on_paper],
            "in_outbox": [number for number in case.replaces if number in queued and case.packet_id not in queued],
            "stays_valid": [number for number in case.replaces if number in known],
            "newer": newer_version(earlier, case),
            "known_views": session.views,
        }


def _side(handout: Handout, case: Case) -> str:
    """Return the side of the operation, "" if the content has changed since the packet was made."""
    with suppress(KeyError):
        return side_words(handout, case.answers)
    return ""
