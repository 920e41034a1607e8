"""Show the check of an uploaded schedule, the progress of its run, and its print run."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from packets.batch.print_run import Run
from packets.errors import Problem, UsageError
from packets.schedule.table import MAX_BYTES
from packets.web.batch_service import SORTS, Batch, Batches, counts, lines
from packets.web.sessions import Session

SEND = "/schedules"
SEND_BYTES = MAX_BYTES + 64 * 1024  # with the rest of the form


class SchedulePages:
    """`session` gives the one of this request."""

    def __init__(self, batches: Batches, session: Callable[[], Session[object]]) -> None:
        self.batches = batches
        self.session = session

    def rules(self) -> tuple[tuple[str, str, Callable[..., AnyResponse | str]], ...]:
        return (
            ("/schedule", "GET", self.schedule),
            (SEND, "POST", self.send_schedule),
            (f"{SEND}/<key>", "GET", self.show_schedule),
            (f"{SEND}/<key>/start", "POST", self.start_batch),
            (f"{SEND}/<key>/confirm", "POST", self.confirm_dates),
            (f"{SEND}/<key>/stop", "POST", self.stop_batch),
            (f"{SEND}/<key>/progress", "GET", self.progress),
            (f"{SEND}/<key>/<name>.pdf", "GET", self.print_run),
        )

    def schedule(self) -> str:
        return self._form({"source": self.batches.sources()[0], "sort": "schedule"}, ())

    def send_schedule(self) -> AnyResponse | str:
        """Looks ahead, and keeps what was sent; a mistake in the form shows at once, for a file cannot be put back."""
        typed = {name: request.form.get(name, "").strip() for name in ("folder", "source", "sort", "include_drafts")}
        if typed["source"] not in self.batches.sources() or typed["sort"] not in dict(SORTS):
            abort(400)
        sent = request.files.get("schedule")
        try:
            order = self.batches.order(
                (sent.filename or "") if sent else "",
                sent.read() if sent else b"",
                typed["folder"],
                typed["source"],
                typed["sort"],
                bool(typed["include_drafts"]),
            )
        except UsageError as error:
            return self._form(typed, error.problems)
        key = self.session().keep(self.batches.look_ahead(order))
        return redirect(url_for("show_schedule", key=key), 303)

    def show_schedule(self, key: str) -> str:
        batch = self._batch(key)
        report = batch.running.report if batch.running and batch.running.report else batch.report
        return render_template(
            "schedule.html",
            batch=batch,
            key=key,
            report=report,
            lines=lines(report) if report else (),
            counts=counts(report) if report else (),
            runs=self._runs(batch),
        )

    def start_batch(self, key: str) -> AnyResponse:
        self.batches.start(self._batch(key))
        return redirect(url_for("show_schedule", key=key), 303)

    def confirm_dates(self, key: str) -> AnyResponse:
        batch = self._batch(key)
        if "right" not in request.form:
            return redirect(url_for("show_schedule", key=key), 303)
        return redirect(url_for("show_schedule", key=self.session().keep(self.batches.confirm(batch))), 303)

    def stop_batch(self, key: str) -> AnyResponse:
        """What is begun is finished, and all that is finished is kept."""
        batch = self._batch(key)
        if batch.running is not None:
            batch.running.asked_to_stop.set()
        return redirect(url_for("show_schedule", key=key), 303)

    def progress(self, key: str) -> AnyResponse | str:
        """The bar alone, for the script; when the run is over, nothing: the page is loaded again."""
        batch = self._batch(key)
        if batch.running is None or batch.running.over.is_set():
            return Response(status=204)
        return render_template("_progress.html", running=batch.running)

    def print_run(self, key: str, name: str) -> AnyResponse:
        found = self._runs(self._batch(key)).get(name)
        if found is None:
            abort(404)
        try:
            data = found.path.read_bytes()
        except OSError:
            abort(410)
        answer = Response(data, content_type="application/pdf")
        answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
        return answer

    def _runs(self, batch: Batch) -> dict[str, Run]:
        """By the names of their files in the folder; a run without a packet is none."""
        runs = batch.running.report.runs if batch.running and batch.running.report else ()
        return {run.path.stem: run for run in runs if run.packets}

    def _form(self, typed: dict[str, str], problems: tuple[Problem, ...]) -> str:
        told = {problem.field: problem for problem in problems}
        return render_template(
            "schedule_form.html", typed=typed, told=told, sources=self.batches.sources(), sorts=SORTS
        )

    def _batch(self, key: str) -> Batch:
        batch = self.session().views.get(key)
        if not isinstance(batch, Batch):
            abort(410)
        return batch
