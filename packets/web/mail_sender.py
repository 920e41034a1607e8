"""Send the waiting mail of a folder in the background.

Each message is sent in a run of its own. Between two, and while the mail server answers, other requests can use the
outbox and make packets.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct, field

from packets.content.library import Library
from packets.errors import PacketsError, Problem
from packets.mail.outbox import MailContext, settings_of
from packets.mail.queue import queue_again
from packets.mail.send import MAX_FAILURES_IN_A_ROW, MailTransport, SendResult, send
from packets.mail.smtp import DeliveryResult, SmtpTransport, read_relay_password, tls_context
from packets.mail.states import MailState
from packets.model.mail_settings import MailSettings
from packets.schedule.source_files import ScheduleSource
from packets.storage.audit_file import Action
from packets.values import HiddenFields
from packets.web.audit import AuditError, Record
from packets.web.packet_service import PacketService


class Sending(HiddenFields, Struct, eq=False):
    """A run through the waiting mail; `states` counts what became of each message."""

    schedule: ScheduleSource | None = None
    profile: str | None = None
    states: Counter[MailState] = field(default_factory=Counter)
    problems: tuple[Problem, ...] = ()
    finished: threading.Event = field(default_factory=threading.Event)

    @property
    def in_progress(self) -> bool:
        return not self.finished.is_set()


class MailSender:
    """Send mail if the clinic has a mail server and, where it asks for one, its password is in `password_file`."""

    def __init__(self, service: PacketService, password_file: Path | None) -> None:
        self.service = service
        self.password_file = password_file
        self._last: dict[Path, Sending] = {}
        self._start_lock = threading.Lock()

    def can_send(self, settings: MailSettings | None) -> bool:
        return settings is not None and (not settings.user or self.password_file is not None)

    def last(self, folder: Path) -> Sending | None:
        """Return the newest run of this server through the mail of a folder."""
        return self._last.get(folder)

    def start(
        self, context: MailContext, schedule: ScheduleSource | None, profile: str | None, record: Record
    ) -> None:  # fmt: skip
        """Start unless mail of this folder is being sent. The form's own outbox has no schedule."""
        with self._start_lock:
            if (before := self.last(context.folder)) is not None and before.in_progress:
                return
            sending = self._last[context.folder] = Sending(schedule, profile)
        threading.Thread(target=self._run, args=(context, sending, record)).start()

    def _run(self, context: MailContext, sending: Sending, record: Record) -> None:
        try:
            library = self.service.whole_library()
            settings = settings_of(library)
            secret = read_relay_password(self.password_file) if self.password_file else ""
            tls = tls_context(settings)
            self._send_all(context, library, sending, lambda: SmtpTransport(settings, tls, secret))
            self.queue_again(context, library, sending.schedule, sending.profile, record)
        except PacketsError as error:
            sending.problems = (*sending.problems, *error.problems)
        except AuditError:
            message = "mail was queued again, but the audit file cannot be written"
            sending.problems = (*sending.problems, Problem("A13", message, "Call IT now."))
        except Exception as error:  # its text may contain patient data
            hint = "Press Send again: no mail is sent twice. If it happens again, report this message."
            sending.problems = (Problem("A60", f"something went wrong ({type(error).__name__})", hint),)
        finally:
            sending.schedule = None  # it holds patient data
            sending.finished.set()

    def queue_again(
        self,
        context: MailContext,
        library: Library,
        schedule: ScheduleSource | None,
        profile: str | None,
        record: Record,
    ) -> int:
        """Queue packets that were held because of mail that is settled now, and return how many.

        Raise PacketsError or AuditError.
        """
        with self.service.outbox_lock, self.service.pdf_lock:  # queueing reads the PDFs
            if self.service.closing.is_set():  # the audit file may be closed
                return 0
            queued = queue_again(context, library, self.service.root, schedule, profile).new
            if queued:
                record(Action.QUEUED, *(message.packet for message in queued))
            return len(queued)

    def _send_all(
        self, context: MailContext, library: Library, sending: Sending, connect: Callable[[], MailTransport]
    ) -> None:
        failures, pause_s = 0, 60 / settings_of(library).per_minute
        while failures < MAX_FAILURES_IN_A_ROW and not self.service.closing.is_set():
            result, was_tried = self._send_one(context, library, sending, connect)
            for state, messages in result.by_state.items():
                sending.states[state] += len(messages)
            if not was_tried:
                return
            failures = 0 if result.count(MailState.SENT) else failures + 1
            self.service.closing.wait(pause_s)
        if failures:
            message = f"the mail server did not accept {failures} mails in a row; the others were not tried"
            sending.problems = (
                Problem("A61", message, "Ask IT whether the mail server works. Then press Send again."),
            )

    def _send_one(
        self, context: MailContext, library: Library, sending: Sending, connect: Callable[[], MailTransport]
    ) -> tuple[SendResult, bool]:
        """Send the next message that is due. Return the result, and whether there was one."""
        transports: list[_Unlocked] = []

        def connect_unlocked() -> _Unlocked:
            transports.append(_Unlocked(connect(), self.service))
            return transports[0]

        with self.service.outbox_lock, self.service.pdf_lock:  # the PDF is read before it is sent
            result = send(
                context,
                library,
                self.service.root,
                sending.schedule,
                sending.profile,
                connect_unlocked,
                pause=lambda _: None,
                stop=lambda: any(transport.used for transport in transports),
            )
        return result, bool(transports)


class _Unlocked:
    """A connection to the mail server; while it is used, other threads can use the outbox, and render and read PDFs.

    They find the message in the state SENDING or COMMITTING, which only the sender changes.
    """

    def __init__(self, transport: MailTransport, service: PacketService) -> None:
        self.transport, self.service = transport, service
        self.used = False

    def deliver(self, recipient: str, data: bytes, before_dot: Callable[[], None], /) -> DeliveryResult:
        self.used = True

        def before_dot_locked() -> None:
            with self.service.outbox_lock:
                before_dot()

        with self._unlocked():
            return self.transport.deliver(recipient, data, before_dot_locked)

    def close(self) -> None:
        with self._unlocked():
            self.transport.close()

    @contextmanager
    def _unlocked(self) -> Iterator[None]:
        self.service.pdf_lock.release()
        self.service.outbox_lock.release()
        try:
            yield
        finally:
            self.service.outbox_lock.acquire()
            self.service.pdf_lock.acquire()
