"""Show the dry run of an uploaded schedule, the progress of its batch, and its print run."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from packets.batch.papers import record_printed
from packets.batch.print_run import Run
from packets.errors import PacketsError, Problem, UsageError
from packets.schedule.source_files import uploaded
from packets.storage.audit_file import Action
from packets.web.audit import record, recorder
from packets.web.batch_service import SORTS, BatchService, UploadedBatch, counts, doubts, table_rows
from packets.web.folders import Folders
from packets.web.guard import UploadLimit
from packets.web.kept_views import kept_view
from packets.web.packet_files import file_response, open_packet
from packets.web.schedule_cells import read_typed
from packets.web.sessions import Session

UPLOAD_PATH = "/schedules"
UPLOAD_BYTES = 50_000_000  # the files of a schedule, their names, and the other fields
UPLOADS = {UPLOAD_PATH: UploadLimit(UPLOAD_BYTES, "/schedule", "These files are too large")}


def page_number() -> int:
    """Return the page of a table that the address asks for."""
    asked = request.args.get("page", "1")
    return int(asked) if asked.isascii() and asked.isdecimal() and 0 < len(asked) < 6 and int(asked) else 1


class ScheduleViews:
    """The views below /schedule; `session` returns the session of the current request."""

    def __init__(self, batches: BatchService, session: Callable[[], Session[object]], folders: Folders) -> None:
        self.batches = batches
        self.session = session
        self.folders = folders

    def rules(self) -> tuple[tuple[str, str, Callable[..., AnyResponse | str]], ...]:
        return (
            ("/schedule", "GET", self.schedule),
            ("/schedule/running/<name>", "GET", self.running_batch),
            (UPLOAD_PATH, "POST", self.send_schedule),
            (f"{UPLOAD_PATH}/<key>", "GET", self.show_schedule),
            (f"{UPLOAD_PATH}/<key>/start", "POST", self.start_batch),
            (f"{UPLOAD_PATH}/<key>/print-from", "POST", self.print_from),
            (f"{UPLOAD_PATH}/<key>/confirm", "POST", self.confirm),
            (f"{UPLOAD_PATH}/<key>/cells", "POST", self.correct),
            (f"{UPLOAD_PATH}/<key>/stop", "POST", self.stop_batch),
            (f"{UPLOAD_PATH}/<key>/progress", "GET", self.progress),
            (f"{UPLOAD_PATH}/<key>/<name>.pdf", "GET", self.print_run),
            (f"{UPLOAD_PATH}/<key>/packets/<name>.pdf", "GET", self.batch_packet),
        )

    def schedule(self) -> str:
        return self._form({"profile": self.batches.profile_names()[0], "sort": "schedule"}, ())

    def send_schedule(self) -> AnyResponse | str:
        """Check the schedule, and keep it.

        Mistakes in the form are shown without a redirect, which would lose the chosen file.
        """
        typed = {name: request.form.get(name, "").strip() for name in ("folder", "profile", "sort", "include_drafts")}
        if typed["profile"] not in self.batches.profile_names() or typed["sort"] not in dict(SORTS):
            abort(400)
        uploads = [file for file in request.files.getlist("schedule") if file.filename]
        try:
            options = self.batches.options(
                [(file.filename or "", file.read()) for file in uploads],
                typed["folder"],
                typed["profile"],
                typed["sort"],
                bool(typed["include_drafts"]),
            )
        except UsageError as error:
            return self._form(typed, error.problems)
        key = self._keep(self.batches.check(options))
        return redirect(url_for("show_schedule", key=key), 303)

    def running_batch(self, name: str) -> AnyResponse:
        """Go to a batch that is running, in this session or since another one."""
        batch = next((batch for batch in self.batches.running() if batch.key == name), None)
        if batch is None:
            return redirect(url_for("schedule"), 303)
        return redirect(url_for("show_schedule", key=self.session().key_of(batch) or self._keep(batch)), 303)

    def show_schedule(self, key: str) -> str:
        return self._show(key)

    def _show(
        self, key: str, start_from: str = "", from_problem: Problem | None = None, problems: tuple[Problem, ...] = ()
    ) -> str:
        batch = self._batch(key)
        report = batch.newest_report
        page = page_number()
        rows, pages = table_rows(report, batch.options, self.batches.service.patients, page) if report else ((), 1)
        return render_template(
            "schedule.html",
            batch=batch,
            key=key,
            report=report,
            table_rows=rows,
            page=page,
            pages=pages,
            counts=counts(report) if report and not report.doubtful else (),
            doubts=doubts(report) if report else (),
            runs=self._runs(batch),
            start_from=start_from,
            from_problem=from_problem,
            problems=problems,
            has_mail=self.batches.service.mail_settings() is not None,
        )

    def start_batch(self, key: str) -> AnyResponse:
        self.batches.start(self._batch(key), recorder())
        return redirect(url_for("show_schedule", key=key), 303)

    def print_from(self, key: str) -> AnyResponse | str:
        """Make a print run that begins with a packet, for the rest of a pile after a paper jam."""
        typed = request.form.get("packet", "").strip()
        try:
            self.batches.print_from(self._batch(key), typed, recorder())
        except UsageError as error:
            return self._show(key, typed, error.problems[0])
        return redirect(url_for("show_schedule", key=key), 303)

    def confirm(self, key: str) -> AnyResponse:
        """Check the schedule again after a person has compared it with the charts."""
        batch = self._batch(key)
        match request.form.get("confirmed"):
            case "dates":
                key = self._keep(self.batches.confirm_dates(batch))
            case "changes":
                key = self._keep(self.batches.confirm_changes(batch))
        return redirect(url_for("show_schedule", key=key), 303)

    def correct(self, key: str) -> AnyResponse:
        """Check the schedule again with what was typed into its refused cells."""
        batch = self._batch(key)
        changed = read_typed(batch.newest_report, request.form) if batch.newest_report else {}
        if changed:
            key = self._keep(self.batches.correct(batch, changed))
        return redirect(url_for("show_schedule", key=key), 303)

    def stop_batch(self, key: str) -> AnyResponse:
        """Stop after the packets that are being made. Finished packets are kept."""
        batch = self._batch(key)
        if batch.running is not None:
            batch.running.stop_requested.set()
        return redirect(url_for("show_schedule", key=key), 303)

    def progress(self, key: str) -> AnyResponse | str:
        """Return the progress bar alone, or 204 when the batch has finished and the script should reload."""
        batch = self._batch(key)
        if batch.running is None or batch.running.finished.is_set():
            return Response(status=204)
        return render_template("_progress.html", running=batch.running)

    def print_run(self, key: str, name: str) -> AnyResponse | str:
        """Record that a print run is opened to be printed, and open it; say why if it cannot be recorded."""
        run = self._runs(self._batch(key)).get(name)
        if run is None:
            abort(404)
        answer = file_response(run.path)
        if request.method == "GET":
            try:
                with self.batches.service.lent_ledger(run.path.parent) as lent:
                    ids = record_printed(run.path.parent, run.path.name, self.batches.service.now, lent)
            except PacketsError as error:
                return self._show(key, problems=error.problems)
            record(Action.PRINTED, *ids)
        return answer

    def batch_packet(self, key: str, name: str) -> AnyResponse:
        return open_packet(self._batch(key).options.folder, name, self.batches.service.now)

    def _runs(self, batch: UploadedBatch) -> dict[str, Run]:
        """Return the print runs that have packets, by file name without suffix."""
        runs = batch.running.report.runs if batch.running and batch.running.report else ()
        return {run.path.stem: run for run in runs if run.packets}

    def _form(self, typed: dict[str, str], problems: tuple[Problem, ...]) -> str:
        errors = {problem.field: problem for problem in problems}
        return render_template(
            "schedule_form.html",
            typed=typed,
            errors=errors,
            profiles=self.batches.profile_names(),
            sorts=SORTS,
            days=self.folders.days(),
            running=self.batches.running(),
        )

    def _keep(self, batch: UploadedBatch) -> str:
        return self.session().keep(batch, batch.report_bytes, uploaded(batch.options.schedule))

    def _batch(self, key: str) -> UploadedBatch:
        return kept_view(self.session(), key, UploadedBatch)
