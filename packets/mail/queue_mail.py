"""A run's packets and the schedule's rows in, mails in the queue out, and for each other one why it is held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from packets.batch.folder import Folder, refuse_network_drive
from packets.batch.ledger import WEB_OUTBOX
from packets.batch.plan import fingerprint
from packets.case_input.date_rules import all_past, far_from_today, performed_too_early
from packets.content.library import Library
from packets.errors import InvalidInputError, Problem, VerificationError
from packets.mail import address as mail_address
from packets.mail.address_check import doubt, rows_in_doubt
from packets.mail.candidates import Candidate, cancelled_rows, candidates
from packets.mail.history import MailHistory
from packets.mail.holds import HOLDS, Hold, keep_holds, shown_holds
from packets.mail.ledger import MailLedger, Message, utc
from packets.mail.registry import SentMail, SentMailRegistry
from packets.mail.states import WAITING, MailState
from packets.model.case import Case, Stage
from packets.model.mail_settings import MailSettings
from packets.storage.files import make_folder
from packets.storage.lock import FolderLock
from packets.verify.extract_text import read
from packets.verify.inspect import is_of

_SHARED = "shared_register"  # the note in the ledger: where the register is, if all users share it


@dataclass(frozen=True, slots=True, repr=False)
class MailContext:
    """Where mail is handled: `register` is kept outside of the folder, `actor` is the user's name here."""

    folder: Path
    register: Path
    key: bytes
    clock: Callable[[], dt.datetime]
    actor: str
    mounts: Path = Path("/proc/self/mounts")
    shared: bool = False  # the register is the one that all users of this computer have


@dataclass(slots=True)
class QueueResult:
    new: list[Message] = field(default_factory=list)
    waiting: list[Message] = field(default_factory=list)  # were in the queue already
    sent: list[Message] = field(default_factory=list)  # are out already
    superseded: list[Message] = field(default_factory=list)
    held: list[Hold] = field(default_factory=list)
    call: list[int] = field(default_factory=list)  # rows that say cancelled, and were mailed from another folder


@contextmanager
def open_outbox(
    context: MailContext, *, trusting: bool = False, of_page: bool = False
) -> Iterator[tuple[MailLedger, SentMailRegistry]]:  # fmt: skip
    """The folder's ledger and this user's register, under the folder's lock: the only state in which mail moves.

    What a sender that has died was sending is accounted for first, whoever looks.

    Raises Refused (D01 to D06, X22, X24, X36), Locked, CannotWrite. `trusting` lets an older copy in, to be accepted;
    `of_page` lets in the page's outbox alone, and begins one where there is none.
    """
    folder = Folder(context.folder)
    refuse_network_drive(context.folder, context.mounts)
    place = "Set XDG_STATE_HOME to a folder on this computer's own disk: the register of mails is kept there"
    refuse_network_drive(context.register, context.mounts, place)
    if not folder.ledger.exists():
        folder.refuse_lost_ledger()
    if of_page:
        make_folder(context.folder)
    elif not folder.ledger.exists():
        hint = "Type the folder of a batch: batch SCHEDULE -o FOLDER makes one."
        raise InvalidInputError(Problem("X24", "no packets were made in this folder", hint, str(context.folder)))
    with FolderLock(context.folder, context.clock()):
        ledger = MailLedger(folder.ledger, context.clock)
        try:
            if of_page:
                _begin(context, ledger)
            if not trusting:
                _refuse_other_register(context, ledger)
            if ledger.note("site") != fingerprint(context.key, "site").hex():
                hint = "Use the site key that the folder was begun with: --site-key FILE"
                raise InvalidInputError(
                    Problem("X24", "this folder was begun with another site key", hint, str(context.folder))
                )
            folder.refuse_strangers(ledger.packets())
            register = SentMailRegistry(
                context.register, site=fingerprint(context.key, "site") if context.shared else b""
            )
            try:
                if not ledger.note("mail_mark"):
                    import secrets

                    ledger.keep(mail_mark=secrets.token_hex(16))
                if ledger.note(_SHARED) != (place := str(context.register) if context.shared else ""):
                    ledger.keep(**{_SHARED: place})
                if not trusting:
                    register.refuse_old_copy(ledger, context.folder)
                    ledger.recover()
                yield ledger, register
                register.note(ledger)
            finally:
                register.close()
        except BaseException:
            ledger.abandon()
            raise
        ledger.close()


def _refuse_other_register(context: MailContext, ledger: MailLedger) -> None:
    """A folder whose mails are in the shared register is not looked at beside it. Raises Refused (X83)."""
    before = ledger.note(_SHARED)
    if before and not context.shared:
        hint = (
            "Type the content folder whose clinic.yaml names it: --content FOLDER\n"
            "If it is no longer used, type: mail accept-restore FOLDER"
        )
        raise InvalidInputError(
            Problem("X83", f"the mails of this folder are in the register in {before}", hint, str(context.folder))
        )


def _begin(context: MailContext, ledger: MailLedger) -> None:
    if not ledger.note("site") and next(ledger.packets(), None) is None:
        ledger.keep(**{"site": fingerprint(context.key, "site").hex(), WEB_OUTBOX: "yes"})
    if not ledger.note(WEB_OUTBOX):
        hint = "Start the page with a folder of its own: serve --outbox FOLDER"
        raise InvalidInputError(
            Problem("X36", "packets of a batch were made in this folder", hint, str(context.folder))
        )


def address_key(key: bytes, address: str) -> bytes:
    return fingerprint(key, "address", mail_address.mailbox_key(address))


def address_of(key: bytes, candidate: Candidate) -> bytes:
    """Return the fingerprint of a candidate's address, b"" where it has none that can be mailed."""
    found = mail_address.parse_address(candidate.mail[0])
    return address_key(key, found) if found else b""


def doubts_of(rows: Iterable[Candidate]) -> Callable[[Candidate], list[str]]:
    """Return what tells why a candidate's address is questioned: codes of HOLDS."""
    in_doubt = rows_in_doubt(rows)

    def codes(candidate: Candidate) -> list[str]:
        found = mail_address.parse_address(candidate.mail[0])
        return [code for code in (in_doubt.get(candidate.packet.id), doubt(found) if found else "") if code]

    return codes


def consent_problems(
    mail: tuple[str, str, str], case: Case, settings: MailSettings, languages: Mapping[str, object], today: dt.date
) -> Iterator[str]:
    """What in the patient's own words, or in the case's, speaks against a mail: codes of HOLDS."""
    address, consent, confirmed = mail
    if consent != "yes":
        yield "H01"
    if not address:
        yield "H02"
    elif mail_address.parse_address(address) is None:
        yield "H04"
    elif confirmed != "yes":
        yield "H03"
    # Once its day has passed an operation was performed or was not, and only somebody there knows.
    if case.stage is not Stage.PERFORMED and not (settings.before_confirmed and today <= case.surgery_date):
        yield "H05"
    if case.language not in languages:
        yield "H08"


def blocking_reason(
    candidate: Candidate, settings: MailSettings, library: Library, folder: Folder, today: dt.date
) -> str:  # fmt: skip
    """Why this packet may not be mailed whatever went before: a code of HOLDS, or ""."""
    code = next(consent_problems(candidate.mail, candidate.case, settings, library.mails, today), "")
    code = code or _date_hold(candidate.case, library, today)
    if code:
        return code
    if not folder.is_whole(candidate.packet):
        return "H06"
    try:
        texts = read(folder.file(candidate.packet).read_bytes())
    except VerificationError:
        return "H07"
    return "" if _is_of_today(candidate.case, library, texts) else "H17"


def _date_hold(case: Case, library: Library, today: dt.date) -> str:
    """The same questions as when the packet was made: since then days may have passed. A mail asks nobody, so a date
    that a person confirmed for the paper is held here as well."""
    if performed_too_early(case, today):
        return "H70"
    try:
        handout = library.handout_for(case.procedure, case.language, case.surgeon)
    except (KeyError, InvalidInputError):
        return ""  # H17 says so
    if all_past(case.surgery_date, handout.milestones, today):
        return "H71"
    return "H72" if far_from_today(case.surgery_date, today) else ""


def _is_of_today(case: Case, library: Library, texts: Sequence[str]) -> bool:
    """Whether the content still says what the packet says: the mail's calendar is counted from it."""
    if (case.procedure, case.language) not in library.handouts:
        return False
    try:
        handout = library.handout_for(case.procedure, case.language, case.surgeon)
    except InvalidInputError:
        return False
    return is_of(texts, handout, library.languages[case.language], case.surgery_date)


def queue_packets(
    context: MailContext,
    library: Library,
    content: Path,
    schedule: Path | None,
    source: str | None = None,
    released: Mapping[str, str] | None = None,
) -> QueueResult:
    """Without a schedule, what is in an outbox of the page. `released` are packets that a person lets go out, each with
    one of REASONS."""
    settings_of(library)
    with open_outbox(context) as (ledger, register):
        rows = list(candidates(context.folder, context.key, ledger, library, content, schedule, source))
        done = queue_candidates(context, library, ledger, register, rows, released)
        if schedule is not None:
            own = {message.idem for message in ledger.messages()}
            for row, person in cancelled_rows(context.key, library, content, schedule, source):
                claims = register.of_patient(person.patient)
                if any(claim.day == person.day and claim.idem not in own for claim in claims):
                    done.call.append(row)
        return done


def queue_candidates(
    context: MailContext,
    library: Library,
    ledger: MailLedger,
    registry: SentMailRegistry,
    rows: list[Candidate],
    released: Mapping[str, str] | None = None,
) -> QueueResult:
    """For who has the folder opened."""
    done = _Queueing(context, library, settings_of(library), ledger, registry, released or {}).all(rows)
    keep_holds(ledger, done.held, released or {})
    return done


def settings_of(library: Library) -> MailSettings:
    """Raises Refused (X28) where the clinic sends no mail."""
    if library.clinic.mail is None:
        hint = "Add a block mail: to content/clinic.yaml; docs/mail.md shows one."
        raise InvalidInputError(Problem("X28", "there are no settings for mail", hint, "clinic.yaml"))
    return library.clinic.mail


class _Queueing:
    def __init__(
        self,
        context: MailContext,
        library: Library,
        settings: MailSettings,
        ledger: MailLedger,
        registry: SentMailRegistry,
        released: Mapping[str, str],
    ) -> None:
        self.context, self.library, self.settings = context, library, settings
        self.ledger, self.register, self.released = ledger, registry, released
        self.folder = Folder(context.folder)
        self.messages = list(ledger.messages())
        self.shown = shown_holds(ledger)
        self.done = QueueResult()

    def all(self, rows: list[Candidate]) -> QueueResult:
        self._refuse_unknown(rows)
        wanted = {candidate.packet.id: self._key(candidate) for candidate in rows}
        # What waits for a packet or an address that is no longer the one does not go out;
        self._supersede(lambda message: wanted.get(message.packet) != message.address)
        history = MailHistory(self.context.key, self.library, self.ledger, self.register, rows, self._key)
        # nor where another patient has the address by now: one of the two is wrong, and it may be this.
        messages = tuple(self.messages)
        self._supersede(lambda message: not message.again and len(history.patients_at(message.address, messages)) > 1)
        doubts = doubts_of(rows)
        for candidate in rows:
            known = self._known(candidate)
            if known is not None:
                (self.done.sent if known.state is MailState.SENT else self.done.waiting).append(known)
                continue
            today = self.library.clinic.date(self.context.clock())
            code = blocking_reason(candidate, self.settings, self.library, self.folder, today)
            codes = [code] if code else [*history.when_queued(candidate, self.messages), *doubts(candidate)]
            because = self.released.get(candidate.packet.id, "")
            code = self._not_decided(candidate.packet.id, codes) if because else next(iter(codes), "")
            if code:
                self.done.held.append(Hold(candidate.packet.id, candidate.row, code))
                continue
            self.done.new.append(self._add(candidate, because))
        return self.done

    def _not_decided(self, packet_id: str, codes: list[str]) -> str:
        """Return what still holds a packet that a person lets out: what nobody may let out, or has not been shown."""
        shown = self.shown.get(packet_id, codes[:1])  # who lets out what was never listed knows of the first reason
        return next((code for code in codes if not HOLDS[code][1] or code not in shown), "")

    def _refuse_unknown(self, rows: list[Candidate]) -> None:
        missing = sorted(self.released.keys() - {candidate.packet.id for candidate in rows})
        if missing:
            hint = "Type an id that `mail queue` has listed as held."
            raise InvalidInputError(Problem("X29", f"packet {missing[0]} is not one of this run", hint, "--release"))

    def _supersede(self, wrong: Callable[[Message], bool]) -> None:
        for place, message in enumerate(self.messages):
            if message.state in WAITING and wrong(message):
                moved = self.ledger.move(message, MailState.SUPERSEDED, actor=self.context.actor)
                self.register.release(moved)
                self.messages[place] = moved
                self.done.superseded.append(moved)

    def _key(self, candidate: Candidate) -> bytes:
        return address_of(self.context.key, candidate)

    def _known(self, candidate: Candidate) -> Message | None:
        """The mail of this very packet to this very address, unless a person wants another."""
        for message in reversed(self.messages):
            same = message.packet == candidate.packet.id and message.address == self._key(candidate)
            if same and message.state is MailState.SENT and candidate.packet.id in self.released:
                return None
            if same and message.state in (*WAITING, MailState.SENT):
                return message
        return None

    def _message(self, candidate: Candidate, sequence: int, because: str) -> Message:
        packet, key = candidate.packet, self._key(candidate)
        found = mail_address.parse_address(candidate.mail[0]) or ""
        # With the folder's own mark: another folder has the same packets under the same ids.
        idem = fingerprint(self.context.key, "mail", self.ledger.note("mail_mark"), packet.id, key, str(sequence))
        now = self.context.clock()
        deadline = now + dt.timedelta(hours=self.settings.deadline_hours)
        return Message(
            number=0,
            idem=idem,
            packet=packet.id,
            patient=packet.patient,
            episode=packet.episode,
            day=packet.day,
            address=key,
            hint=mail_address.masked_address(found) if found else "",
            message_id=f"<{fingerprint(self.context.key, 'message id', idem).hex()}@{self.settings.domain}>",
            sha256=packet.sha256,
            sequence=sequence,
            again=int(bool(because)),
            because=because,
            queued_by=self.context.actor,
            queued_at=utc(now),
            send_before=utc(deadline),
            next_try=utc(now),
        )

    def _add(self, candidate: Candidate, because: str) -> Message:
        """With a sequence higher than that of every earlier mail, for the calendar of whoever got one."""
        packet = candidate.packet
        earlier: tuple[Message | SentMail, ...] = (*self.messages, *self.register.of_patient(packet.patient))
        used = [each.sequence for each in earlier if (each.patient, each.episode) == (packet.patient, packet.episode)]
        message = self._message(candidate, max(used, default=-1) + 1, because)
        if because:
            self.register.keep_known(message)
        message = self.ledger.add(message, self.context.actor)
        self.messages.append(message)
        return message
