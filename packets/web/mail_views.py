"""Show the form that queues one packet for mail. `packets.mail.web_outbox` decides whether it may be mailed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from flask import abort, redirect, render_template, request, url_for
from msgspec import Struct, field
from werkzeug.wrappers import Response as AnyResponse

from packets.errors import PacketsError, Problem
from packets.mail.holds import HOLDS
from packets.mail.outbox import MailContext
from packets.mail.registry import state_folder
from packets.mail.web_outbox import (
    ConsentWithdrawnError,
    MailRequest,
    SingleResult,
    masked_if_valid,
    queue_single,
    unmailable_reasons,
)
from packets.model.case import Case
from packets.storage.audit_file import Action
from packets.values import HiddenFields
from packets.web.audit import record
from packets.web.current_user import actor
from packets.web.kept_views import kept_view
from packets.web.packet_service import Finished, PacketService
from packets.web.sessions import Session

MAIL_FIELDS = ("email", "email_again", "email_consent")
PACKET_FIELDS = ("status", "language", "replaces")  # corrected in the packet's form, and the packet made again


class MailView(HiddenFields, Struct, frozen=True):
    """What was typed into the mail form of a packet, and the result."""

    no_longer_kept: ClassVar[str] = (
        "Open Outbox to see whether the packet is there. If it is not, make the packet again and press E-mail."
    )
    packet_key: str  # of the view that shows the packet
    case: Case
    typed: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    result: SingleResult | None = None
    password: str = ""  # of the PDF, if the clinic mails encrypted files

    @property
    def field_errors(self) -> dict[str, Problem]:
        return {problem.field: problem for problem in self.problems if problem.field in MAIL_FIELDS}

    @property
    def other_problems(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.field not in MAIL_FIELDS)


class MailViews:
    """The mail form of a packet; `outbox` is the server's outbox, `finished` returns the packet of a view key.

    `put_in_outbox` is called with the view key of a packet that was queued. `is_replaced` returns whether a newer
    version of the packet of a view key was handed out: such a packet is not mailed.
    """

    def __init__(
        self,
        service: PacketService,
        outbox: Path | None,
        finished: Callable[[str], Finished | None],
        put_in_outbox: Callable[[str], None],
        is_replaced: Callable[[str], bool],
        session: Callable[[], Session[object]],
    ) -> None:
        self.service = service
        self.outbox = outbox
        self.finished = finished
        self.put_in_outbox = put_in_outbox
        self.is_replaced = is_replaced
        self.session = session

    def rules(self) -> tuple[tuple[str, str, Callable[..., AnyResponse | str]], ...]:
        return (
            ("/packets/<key>/mail", "GET", self.mail_form),
            ("/packets/<key>/mail", "POST", self.queue_mail),
            ("/mails/<key>", "GET", self.show_mail),
        )

    def mail_form(self, key: str) -> AnyResponse | str:
        """Show the empty form, above it the reasons why this packet cannot be mailed, whatever is answered."""
        if self.is_replaced(key):
            return self._show_packet(key)
        finished = self._finished_packet(key)
        problems: tuple[Problem, ...] = ()
        if self.outbox is not None:
            try:
                library = self.service.whole_library()
                problems = unmailable_reasons(library, finished.case, library.clinic.date(self.service.now()))
            except PacketsError as error:
                problems = error.problems
        return self._render(MailView(key, finished.case, {}, problems))

    def queue_mail(self, key: str) -> AnyResponse:
        """Queue the mail, keep the result, and redirect to it under a random key."""
        finished = self._finished_packet(key)
        typed = {name: request.form.get(name, "") for name in MAIL_FIELDS}
        mail_view = MailView(key, finished.case, typed)
        if self.is_replaced(key):
            return self._show_packet(key)
        if self.outbox is None:
            abort(400)
        mail_request = MailRequest(bool(typed["email_consent"]), typed["email"], typed["email_again"])
        try:
            library, context = self.service.whole_library(), mail_context(self.outbox, self.service)
            with self.service.outbox_lock, self.service.pdf_lock:  # queueing reads the PDF
                result = queue_single(context, library, finished.case, finished.packet.pdf, finished.html, mail_request)
        except PacketsError as error:
            if isinstance(error, ConsentWithdrawnError):
                record(Action.CANCELLED, *error.packet_ids)
            mail_view = MailView(key, finished.case, typed, error.problems)
        else:
            self.put_in_outbox(key)
            if result.queued:
                record(Action.QUEUED, *result.queued)
            # Keep only the masked address: the address itself is in the outbox now.
            mail_view = MailView(
                key, finished.case, {"masked_address": masked_if_valid(typed["email"])}, (), result, result.password
            )
        return redirect(url_for("show_mail", key=self.session().keep(mail_view)), 303)

    def show_mail(self, key: str) -> str:
        return self._render(kept_view(self.session(), key, MailView))

    def _render(self, mail_view: MailView) -> str:
        return render_template(
            "mail.html",
            mail_view=mail_view,
            case=mail_view.case,
            outbox=self.outbox,
            fields=MAIL_FIELDS,
            packet_fields=PACKET_FIELDS,
            reasons={code: reason for code, (reason, _) in HOLDS.items()},
        )

    def _show_packet(self, key: str) -> AnyResponse:
        """Go to the page that says which packet replaces this one."""
        return redirect(url_for("show_form", key=key, _anchor="made"), 303)

    def _finished_packet(self, key: str) -> Finished:
        finished = self.finished(key)
        if finished is None:
            abort(404)
        return finished


def mail_context(folder: Path, service: PacketService) -> MailContext:
    """Return the same context as the command line: the registry of the site or of this user, and this user as actor.

    On a ward server, the actor is the user of the current request.
    """
    shared = service.site_folder()
    registry = Path(shared) if shared else state_folder(os.environ)
    opened = service.open_outboxes
    return MailContext(folder, registry, service.key(), service.now, actor(), shared=bool(shared), opened=opened)
