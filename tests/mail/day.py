"""A batch folder whose packets are mailed, with made-up patients, a relay, and a clock that tests set."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from packets.content.library import Library
from packets.errors import ExitCode
from packets.mail.mail_ledger import Message
from packets.mail.outbox import MailContext, open_outbox
from packets.mail.queue import QueueResult, queue_packets
from packets.mail.send import SendResult, send
from packets.mail.smtp import DeliveryResult, SmtpTransport, tls_context
from packets.model.mail_settings import MailSettings
from tests.batch.day import Day, Row, patient
from tests.clock import NOW
from tests.samples import loaded

START = NOW


def mailed(number: int, **changes: str) -> Row:
    """Return the row of a patient who may be mailed."""
    mail_columns = {
        "status": "performed",
        "email": f"person{number}@sample.example",
        "email_consent": "yes",
        "email_confirmed": "yes",
    }
    return patient(number, **{**mail_columns, **changes})


@dataclass
class Clock:
    now: dt.datetime = START

    def __call__(self) -> dt.datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += dt.timedelta(**duration)


class RecordingTransport:
    """A transport that records what it is given and answers as configured."""

    def __init__(self, answer: Callable[[str], DeliveryResult], dots: bool = True) -> None:
        self.answer, self.dots = answer, dots
        self.accepted: list[tuple[str, bytes]] = []

    def deliver(self, recipient: str, data: bytes, before_dot: Callable[[], None]) -> DeliveryResult:
        verdict = self.answer(recipient)
        if verdict.phase == "dot":
            before_dot()
        if verdict.outcome == "sent":
            self.accepted.append((recipient, data))
        return verdict

    def close(self) -> None:
        pass


class MailDay(Day):
    """A batch whose packets are mailed."""

    jobs = 1

    def __init__(self, place: Path, content: Path, settings: MailSettings) -> None:
        super().__init__(place, content)
        self.settings, self.clock = settings, Clock()
        self.state = place / "state"
        self.pauses: list[float] = []
        self.actor = "nurse"

    def now(self) -> dt.datetime:
        return self.clock()

    def make(self, rows: list[Row]) -> None:
        self.write(rows)
        outcome = self.run("--quiet")
        assert outcome.code in (ExitCode.OK, ExitCode.SOME_ROWS_FAILED), outcome.err

    @property
    def context(self) -> MailContext:
        return MailContext(self.folder, self.state, bytes.fromhex("5a" * 32), self.clock, self.actor)

    def library(self) -> Library:
        library = loaded(self.content)
        return replace(library, clinic=replace(library.clinic, mail=self.settings))

    def queue(self, **released: str) -> QueueResult:
        return queue_packets(self.context, self.library(), self.content, self.schedule, None, released)

    def release(self, packet_id: str, reason: str) -> QueueResult:
        return queue_packets(self.context, self.library(), self.content, self.schedule, None, {packet_id: reason})

    def send(
        self, transport: object = None, dry_run: bool = False, stop: Callable[[], bool] = lambda: False
    ) -> SendResult:
        """Send through the given transport, or to the relay in the settings."""
        connect = (lambda: transport) if transport is not None else self.transport
        return send(
            self.context,
            self.library(),
            self.content,
            self.schedule,
            None,
            connect,  # type: ignore[arg-type]
            pause=self.pauses.append,
            stop=stop,
            dry_run=dry_run,
        )

    def transport(self) -> SmtpTransport:
        return SmtpTransport(self.settings, tls_context(self.settings), step_s=1, dot_s=1)

    def patient_transport(self) -> SmtpTransport:
        """Return a transport with longer timeouts, for a real relay."""
        return SmtpTransport(self.settings, tls_context(self.settings), step_s=20, dot_s=20)

    def messages(self) -> list[Message]:
        with open_outbox(self.context) as (ledger, _):
            return list(ledger.messages())

    def states_of_mail(self) -> list[str]:
        return [str(message.state) for message in self.messages()]

    def copy(self, place: Path) -> None:
        shutil.copytree(self.folder, place)
