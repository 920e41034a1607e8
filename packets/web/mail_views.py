"""Show the form that queues one packet for mail.

What speaks against a mail, and what a mail is, is the command line's to say: `jobs/outbox_one.py`.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from packets.errors import PacketsError, Problem
from packets.mail.holds import HOLDS
from packets.mail.outbox import MailContext
from packets.mail.registry import state_folder
from packets.mail.web_outbox import MailRequest, SingleResult, masked_if_valid, queue_single, unmailable_reasons
from packets.web.packet_service import Finished, PacketService
from packets.web.sessions import Session

FIELDS = ("email", "email_again", "email_consent")
IN_THE_FORM = ("status", "language", "replaces")  # mended there, and the packet made again


@dataclass(frozen=True, slots=True, repr=False)
class Mailing:
    """What was typed about the mail of a packet, and what came of it; `made` is where the packet is shown."""

    made: str
    finished: Finished
    typed: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    put: SingleResult | None = None
    password: str = ""  # of the PDF, where the clinic's mails have one

    @property
    def told(self) -> dict[str, Problem]:
        return {problem.field: problem for problem in self.problems if problem.field in FIELDS}

    @property
    def others(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.field not in FIELDS)


class MailPages:
    """`outbox` is the folder that the page was started with; `finished` gives the packet of an address."""

    def __init__(
        self,
        service: PacketService,
        outbox: Path | None,
        finished: Callable[[str], Finished | None],
        session: Callable[[], Session[object]],
    ) -> None:
        self.service = service
        self.outbox = outbox
        self.finished = finished
        self.session = session

    def rules(self) -> tuple[tuple[str, str, Callable[..., AnyResponse | str]], ...]:
        return (
            ("/packets/<key>/mail", "GET", self.mail_form),
            ("/packets/<key>/mail", "POST", self.put_in),
            ("/mails/<key>", "GET", self.show_mail),
        )

    def mail_form(self, key: str) -> str:
        """What this packet cannot be mailed for is told before the patient is asked for anything."""
        finished = self._of(key)
        problems: tuple[Problem, ...] = ()
        if self.outbox is not None:
            try:
                library = self.service.whole_library()
                problems = unmailable_reasons(library, finished.case, library.clinic.date(self.service.now()))
            except PacketsError as error:
                problems = error.problems
        return self._page(Mailing(key, finished, {}, problems))

    def put_in(self, key: str) -> AnyResponse:
        """Keeps what came of it, and shows it under an address that says nothing."""
        finished = self._of(key)
        typed = {name: request.form.get(name, "") for name in FIELDS}
        mailing = Mailing(key, finished, typed)
        if self.outbox is None:
            abort(400)
        wish = MailRequest(bool(typed["email_consent"]), typed["email"], typed["email_again"])
        try:
            library, context = self.service.whole_library(), mail_context(self.outbox, self.service)
            with self.service.post, self.service.press:  # queueing reads the file back
                made = queue_single(context, library, finished.case, finished.packet.pdf, wish)
        except PacketsError as error:
            mailing = Mailing(key, finished, typed, error.problems)
        else:
            # The address is in the outbox now, and nowhere else.
            mailing = Mailing(key, finished, {"hint": masked_if_valid(typed["email"])}, (), made, made.password)
        return redirect(url_for("show_mail", key=self.session().keep(mailing)), 303)

    def show_mail(self, key: str) -> str:
        mailing = self.session().views.get(key)
        if not isinstance(mailing, Mailing):
            abort(410)
        return self._page(mailing)

    def _page(self, mailing: Mailing) -> str:
        return render_template(
            "mail.html",
            mailing=mailing,
            case=mailing.finished.case,
            outbox=self.outbox,
            fields=FIELDS,
            in_the_form=IN_THE_FORM,
            reasons={code: reason for code, (reason, _) in HOLDS.items()},
        )

    def _of(self, key: str) -> Finished:
        finished = self.finished(key)
        if finished is None:
            abort(404)
        return finished


def mail_context(folder: Path, service: PacketService) -> MailContext:
    """As on the command line: the site's registry, or this user's; the name beside each step is this user's."""
    try:
        actor = getpass.getuser()
    except (ImportError, OSError, KeyError):  # Windows has no module pwd
        actor = "unnamed"
    shared = service.site_folder()
    registry = Path(shared) if shared else state_folder(os.environ)
    return MailContext(folder, registry, service.key(), service.now, actor, shared=bool(shared))
