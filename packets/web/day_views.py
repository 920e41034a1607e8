"""Show a day: what is ready, what needs a person, its papers, and the search for a packet of any day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

from flask import abort, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response as AnyResponse

from packets.batch.folder import CHANGES, PRINT_RUN
from packets.batch.packet_ledger import Paper
from packets.batch.papers import hand_over, record_printed
from packets.content.library import load_clinic
from packets.errors import PacketsError, Problem
from packets.model.english_dates import month
from packets.model.time_of_day import clock_words
from packets.storage.audit_file import Action
from packets.values import HiddenFields
from packets.web.audit import record
from packets.web.current_user import actor
from packets.web.day_report import DayPacket, day_report, find_packet, ids_in_run, with_patient
from packets.web.day_search import Search
from packets.web.folders import Day, DayFolders
from packets.web.kept_views import kept_view
from packets.web.packet_files import file_response, pdf_response
from packets.web.packet_service import PacketService
from packets.web.sessions import Session

PER_PAGE = 50
MOST_FOUND = 50
PAPER_LABELS = {
    Paper.TO_PATIENT: "The patient",
    Paper.TO_RELATIVE: "A relative",
    Paper.TO_OTHER: "Another person",
}


class Found(HiddenFields, Struct, frozen=True):
    """What was searched for, and what was found."""

    no_longer_kept: ClassVar[str] = "Search again."
    words: str
    packets: tuple[DayPacket, ...] = ()
    unreadable: tuple[Day, ...] = ()


class Recorded(Struct, frozen=True):
    """A paper that may be opened without another record: its printing was recorded when Print was pressed."""

    day: str
    name: str


class DayViews:
    """The views of days, for a server that has a folder of them; `session` returns the session of the request."""

    def __init__(self, service: PacketService, folders: DayFolders, session: Callable[[], Session[object]]) -> None:
        self.service, self.folders, self.session = service, folders, session

    def rules(self) -> tuple[tuple[str, str, Callable[..., AnyResponse | str]], ...]:
        return (
            ("/days", "GET", self.days),
            ("/days/<day>", "GET", self.show_day),
            ("/days/<day>/print", "POST", self.print_paper),
            ("/days/<day>/<name>.pdf", "GET", self.day_pdf),
            ("/days/<day>/packets/<packet_id>", "GET", self.day_packet),
            ("/days/<day>/packets/<packet_id>", "POST", self.record_paper),
            ("/search", "POST", self.search),
            ("/found/<key>", "GET", self.show_found),
        )

    def today(self) -> str:
        """Show today if it has packets, or else the next day that has some, or else the last one."""
        days = self.folders.days_with_packets()  # coming days first, then the newest of the others
        return self._day_page(days[0], ()) if days else render_template("day.html", day=None, problems=())

    def show_day(self, day: str) -> str:
        return self._day_page(self._day(day), ())

    def _day_page(self, day: Day, problems: tuple[Problem, ...]) -> str:
        """Show a day, and why the last action on it was refused."""
        try:
            report = day_report(self.folders.root, day, self.service.now)
        except PacketsError as error:
            return render_template("day.html", day=day, report=None, problems=(*problems, *error.problems))
        pages = max(1, -(-len(report.packets) // PER_PAGE))
        page = request.args.get("page", 1, int)
        if not 1 <= page <= pages:
            abort(404)
        shown = report.packets[(page - 1) * PER_PAGE : page * PER_PAGE]
        return render_template(
            "day.html",
            day=day,
            is_today=day.name == str(self.folders.today()),
            report=report,
            problems=problems,
            packets=[self._with_patient(packet) for packet in shown],
            take_back=[self._with_patient(packet) for packet in report.take_back],
            new={packet.packet_id for packet in report.new},
            page=page,
            pages=pages,
            print_run=PRINT_RUN in report.print_runs,
            changes=CHANGES in report.print_runs,
            local=self._clock(),
        )

    def days(self) -> str:
        return render_template("days.html", days=self.folders.days_with_packets(), today=str(self.folders.today()))

    def print_paper(self, day: str) -> AnyResponse | str:
        """Record that a packet or a print run is opened to be printed, and open it."""
        name = request.form.get("paper", "")
        try:
            with self.service.lent_ledger(self._folder(day)) as lent:
                ids = record_printed(self._folder(day), name, self.service.now, lent)
        except PacketsError as error:
            return self._day_page(self._day(day), error.problems)
        record(Action.PRINTED, *ids)
        name = name.removesuffix(".pdf")
        return redirect(url_for("day_pdf", day=day, name=name, printed=self.session().keep(Recorded(day, name))), 303)

    def day_pdf(self, day: str, name: str) -> AnyResponse:
        """Open a packet or a print run, and record that, unless this follows the button Print."""
        is_run = f"{name}.pdf" in (PRINT_RUN, CHANGES)
        folder = self._folder(day)
        answer = file_response(folder / f"{name}.pdf") if is_run else pdf_response(folder, name, self.service.now)
        if request.method == "GET" and self.session().take(request.args.get("printed", "")) != Recorded(day, name):
            record(Action.OPENED, *(self._ids_in_run(day, f"{name}.pdf") if is_run else (name,)))
        return answer

    def day_packet(self, day: str, packet_id: str) -> str:
        return self._packet_page(day, packet_id, ())

    def record_paper(self, day: str, packet_id: str) -> AnyResponse | str:
        """Record to whom the paper was handed over, or that it was taken back."""
        packet = self._packet(day, packet_id)
        what = request.form.get("what", "")
        if not what:
            problem = Problem("A11", "nobody was chosen", "Choose who has the packet now.", field="what")
            return self._packet_page(day, packet_id, (problem,))
        if what not in tuple(Paper):
            abort(400)
        try:
            with self.service.lent_ledger(self._folder(day)) as lent:
                hand_over(self._folder(day), packet.packet_id, Paper(what), actor(), self.service.now, lent)
        except PacketsError as error:
            return self._packet_page(day, packet_id, error.problems)
        record(Action.TAKEN_BACK if what == Paper.TAKEN_BACK else Action.HANDED_OVER, packet.packet_id)
        return redirect(url_for("show_day", day=day, _anchor=packet.packet_id), 303)

    def search(self) -> AnyResponse:
        """Search in all days, keep the result, and redirect to it under a random key: the address names no patient."""
        words = " ".join(request.form.get("words", "").split())
        found: list[DayPacket] = []
        unreadable: list[Day] = []
        if words:
            days = self.folders.days_with_packets()
            search = Search(words, self.service.key(), MOST_FOUND, self.service.patients, self.service.ledgers)
            found, unreadable = search.in_days(self.folders.root, days, self.service.now)
        key = self.session().keep(Found(words, tuple(found), tuple(unreadable)))
        return redirect(url_for("show_found", key=key), 303)

    def show_found(self, key: str) -> str:
        found = kept_view(self.session(), key, Found)
        return render_template("found.html", found=found, most=MOST_FOUND, local=self._clock())

    # helpers

    def _ids_in_run(self, day: str, name: str) -> tuple[str, ...]:
        return ids_in_run(self.folders.root, self._day(day), name, self.service.now)

    def _day(self, name: str) -> Day:
        for day in self.folders.days_with_packets():
            if day.name == name:
                return day
        abort(404)

    def _folder(self, name: str) -> Path:
        return self.folders.root / self._day(name).name

    def _packet(self, name: str, packet_id: str) -> DayPacket:
        day = self._day(name)
        packet = find_packet(self.folders.root, day, packet_id, self.service.now)
        if packet is None:
            abort(404)
        return self._with_patient(packet)

    def _packet_page(self, name: str, packet_id: str, problems: tuple[Problem, ...]) -> str:
        return render_template(
            "day_packet.html",
            packet=self._packet(name, packet_id),
            problems=problems,
            labels=PAPER_LABELS,
            taken_back=Paper.TAKEN_BACK,
            local=self._clock(),
        )

    def _with_patient(self, packet: DayPacket) -> DayPacket:
        return with_patient(packet, self.folders.root, self.service.patients)

    def _clock(self) -> Callable[[str | dt.datetime], str]:
        """Return a function that writes a time of the ledger (UTC) as the clinic reads it: December 7, 2:05 PM."""
        name = load_clinic(self.service.root).time_zone
        zone = ZoneInfo(name) if name else None

        def written(at: str | dt.datetime) -> str:
            moment = (dt.datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(zone)
            return f"{month(moment.date())} {moment.day}, {clock_words(f'{moment:%H:%M}')}"

        return written
