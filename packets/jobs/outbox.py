"""A run's packets and the schedule's rows in, mails in the queue out, and for each other one why it is held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from packets.content.case_dates import all_past, far_from_today, performed_too_early
from packets.content.library import Library
from packets.domain.case import Case, Stage
from packets.domain.mail import MailSettings
from packets.errors import NotProved, Problem, Refused
from packets.jobs import mail_address
from packets.jobs.folder import Folder, refuse_network_drive
from packets.jobs.ledger_mail import MailLedger, Message, utc
from packets.jobs.ledger_mail_tables import WAITING, MailState
from packets.jobs.ledger_register import Claim, Register
from packets.jobs.mail_address_check import doubt, rows_in_doubt
from packets.jobs.mail_entries import ENTERED
from packets.jobs.mail_history import MailHistory
from packets.jobs.mail_holds import HOLDS, Hold, keep_holds, shown_holds
from packets.jobs.mail_rows import Candidate, cancelled_rows, candidates
from packets.jobs.plan import fingerprint
from packets.output.files import make_folder
from packets.output.inspect import is_of
from packets.output.lock import FolderLock
from packets.output.readback import read

_SHARED = "shared_register"  # the note in the ledger: where the register is, if all users share it


@dataclass(frozen=True, slots=True, repr=False)
class Desk:
    """Where mail is handled: `register` is kept outside of the folder, `actor` is the user's name here."""

    folder: Path
    register: Path
    key: bytes
    clock: Callable[[], dt.datetime]
    actor: str
    mounts: Path = Path("/proc/self/mounts")
    shared: bool = False  # the register is the one that all users of this computer have


@dataclass(slots=True)
class Queued:
    new: list[Message] = field(default_factory=list)
    waiting: list[Message] = field(default_factory=list)  # were in the queue already
    sent: list[Message] = field(default_factory=list)  # are out already
    superseded: list[Message] = field(default_factory=list)
    held: list[Hold] = field(default_factory=list)
    call: list[int] = field(default_factory=list)  # rows that say cancelled, and were mailed from another folder


@contextmanager
def opened(
    desk: Desk, *, trusting: bool = False, of_page: bool = False
) -> Iterator[tuple[MailLedger, Register]]:  # fmt: skip
    """The folder's ledger and this user's register, under the folder's lock: the only state in which mail moves.

    What a sender that has died was sending is accounted for first, whoever looks.

    Raises Refused (D01 to D06, X22, X24, X36), Locked, CannotWrite. `trusting` lets an older copy in, to be accepted;
    `of_page` lets in the page's outbox alone, and begins one where there is none.
    """
    folder = Folder(desk.folder)
    refuse_network_drive(desk.folder, desk.mounts)
    place = "Set XDG_STATE_HOME to a folder on this computer's own disk: the register of mails is kept there"
    refuse_network_drive(desk.register, desk.mounts, place)
    if not folder.ledger.exists():
        folder.refuse_lost_ledger()
    if of_page:
        make_folder(desk.folder)
    elif not folder.ledger.exists():
        hint = "Type the folder of a batch: batch SCHEDULE -o FOLDER makes one."
        raise Refused(Problem("X24", "no packets were made in this folder", hint, str(desk.folder)))
    with FolderLock(desk.folder, desk.clock()):
        ledger = MailLedger(folder.ledger, desk.clock)
        try:
            if of_page:
                _begin(desk, ledger)
            if not trusting:
                _refuse_other_register(desk, ledger)
            if ledger.note("site") != fingerprint(desk.key, "site").hex():
                hint = "Use the site key that the folder was begun with: --site-key FILE"
                raise Refused(Problem("X24", "this folder was begun with another site key", hint, str(desk.folder)))
            folder.refuse_strangers(ledger.packets())
            register = Register(desk.register, site=fingerprint(desk.key, "site") if desk.shared else b"")
            try:
                if not ledger.note("mail_mark"):
                    import secrets

                    ledger.keep(mail_mark=secrets.token_hex(16))
                if ledger.note(_SHARED) != (place := str(desk.register) if desk.shared else ""):
                    ledger.keep(**{_SHARED: place})
                if not trusting:
                    register.refuse_old_copy(ledger, desk.folder)
                    ledger.recover()
                yield ledger, register
                register.note(ledger)
            finally:
                register.close()
        except BaseException:
            ledger.abandon()
            raise
        ledger.close()


def _refuse_other_register(desk: Desk, ledger: MailLedger) -> None:
    """A folder whose mails are in the shared register is not looked at beside it. Raises Refused (X83)."""
    before = ledger.note(_SHARED)
    if before and not desk.shared:
        hint = (
            "Type the content folder whose clinic.yaml names it: --content FOLDER\n"
            "If it is no longer used, type: mail accept-restore FOLDER"
        )
        raise Refused(
            Problem("X83", f"the mails of this folder are in the register in {before}", hint, str(desk.folder))
        )


def _begin(desk: Desk, ledger: MailLedger) -> None:
    if not ledger.note("site") and next(ledger.packets(), None) is None:
        ledger.keep(**{"site": fingerprint(desk.key, "site").hex(), ENTERED: "yes"})
    if not ledger.note(ENTERED):
        hint = "Start the page with a folder of its own: serve --outbox FOLDER"
        raise Refused(Problem("X36", "packets of a batch were made in this folder", hint, str(desk.folder)))


def address_key(key: bytes, address: str) -> bytes:
    return fingerprint(key, "address", mail_address.same_box(address))


def address_of(key: bytes, candidate: Candidate) -> bytes:
    """Return the fingerprint of a candidate's address, b"" where it has none that can be mailed."""
    found = mail_address.address(candidate.mail[0])
    return address_key(key, found) if found else b""


def doubts_of(rows: Iterable[Candidate]) -> Callable[[Candidate], list[str]]:
    """Return what tells why a candidate's address is questioned: codes of HOLDS."""
    in_doubt = rows_in_doubt(rows)

    def codes(candidate: Candidate) -> list[str]:
        found = mail_address.address(candidate.mail[0])
        return [code for code in (in_doubt.get(candidate.packet.id), doubt(found) if found else "") if code]

    return codes


def wishes(
    mail: tuple[str, str, str], case: Case, settings: MailSettings, languages: Mapping[str, object], today: dt.date
) -> Iterator[str]:
    """What in the patient's own words, or in the case's, speaks against a mail: codes of HOLDS."""
    address, consent, confirmed = mail
    if consent != "yes":
        yield "H01"
    if not address:
        yield "H02"
    elif mail_address.address(address) is None:
        yield "H04"
    elif confirmed != "yes":
        yield "H03"
    # Once its day has passed an operation was performed or was not, and only somebody there knows.
    if case.stage is not Stage.PERFORMED and not (settings.before_confirmed and today <= case.surgery_date):
        yield "H05"
    if case.language not in languages:
        yield "H08"


def refusal(
    candidate: Candidate, settings: MailSettings, library: Library, folder: Folder, today: dt.date
) -> str:  # fmt: skip
    """Why this packet may not be mailed whatever went before: a code of HOLDS, or ""."""
    code = next(wishes(candidate.mail, candidate.case, settings, library.mails, today), "")
    code = code or _date_hold(candidate.case, library, today)
    if code:
        return code
    if not folder.is_whole(candidate.packet):
        return "H06"
    try:
        texts = read(folder.file(candidate.packet).read_bytes())
    except NotProved:
        return "H07"
    return "" if _is_of_today(candidate.case, library, texts) else "H17"


def _date_hold(case: Case, library: Library, today: dt.date) -> str:
    """The same questions as when the packet was made: since then days may have passed. A mail asks nobody, so a date
    that a person confirmed for the paper is held here as well."""
    if performed_too_early(case, today):
        return "H70"
    try:
        handout = library.handout_for(case.procedure, case.language, case.surgeon)
    except (KeyError, Refused):
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
    except Refused:
        return False
    return is_of(texts, handout, library.languages[case.language], case.surgery_date)


def queue(
    desk: Desk,
    library: Library,
    content: Path,
    schedule: Path | None,
    source: str | None = None,
    released: Mapping[str, str] | None = None,
) -> Queued:
    """Without a schedule, what is in an outbox of the page. `released` are packets that a person lets go out, each with
    one of REASONS."""
    settings_of(library)
    with opened(desk) as (ledger, register):
        rows = list(candidates(desk.folder, desk.key, ledger, library, content, schedule, source))
        done = queue_rows(desk, library, ledger, register, rows, released)
        if schedule is not None:
            own = {message.idem for message in ledger.messages()}
            for row, person in cancelled_rows(desk.key, library, content, schedule, source):
                claims = register.of_patient(person.patient)
                if any(each.day == person.day and each.idem not in own for each in claims):
                    done.call.append(row)
        return done


def queue_rows(
    desk: Desk,
    library: Library,
    ledger: MailLedger,
    register: Register,
    rows: list[Candidate],
    released: Mapping[str, str] | None = None,
) -> Queued:
    """For who has the folder opened."""
    done = _Queueing(desk, library, settings_of(library), ledger, register, released or {}).all(rows)
    keep_holds(ledger, done.held, released or {})
    return done


def settings_of(library: Library) -> MailSettings:
    """Raises Refused (X28) where the clinic sends no mail."""
    if library.clinic.mail is None:
        hint = "Add a block mail: to content/clinic.yaml; docs/mail.md shows one."
        raise Refused(Problem("X28", "there are no settings for mail", hint, "clinic.yaml"))
    return library.clinic.mail


class _Queueing:
    def __init__(
        self,
        desk: Desk,
        library: Library,
        settings: MailSettings,
        ledger: MailLedger,
        register: Register,
        released: Mapping[str, str],
    ) -> None:
        self.desk, self.library, self.settings = desk, library, settings
        self.ledger, self.register, self.released = ledger, register, released
        self.folder = Folder(desk.folder)
        self.messages = list(ledger.messages())
        self.shown = shown_holds(ledger)
        self.done = Queued()

    def all(self, rows: list[Candidate]) -> Queued:
        self._refuse_unknown(rows)
        wanted = {candidate.packet.id: self._key(candidate) for candidate in rows}
        # What waits for a packet or an address that is no longer the one does not go out;
        self._supersede(lambda message: wanted.get(message.packet) != message.address)
        history = MailHistory(self.desk.key, self.library, self.ledger, self.register, rows, self._key)
        # nor where another patient has the address by now: one of the two is wrong, and it may be this.
        messages = tuple(self.messages)
        self._supersede(lambda message: not message.again and len(history.patients_at(message.address, messages)) > 1)
        doubts = doubts_of(rows)
        for candidate in rows:
            known = self._known(candidate)
            if known is not None:
                (self.done.sent if known.state is MailState.SENT else self.done.waiting).append(known)
                continue
            today = self.library.clinic.date(self.desk.clock())
            code = refusal(candidate, self.settings, self.library, self.folder, today)
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
            raise Refused(Problem("X29", f"packet {missing[0]} is not one of this run", hint, "--release"))

    def _supersede(self, wrong: Callable[[Message], bool]) -> None:
        for place, message in enumerate(self.messages):
            if message.state in WAITING and wrong(message):
                moved = self.ledger.move(message, MailState.SUPERSEDED, actor=self.desk.actor)
                self.register.release(moved)
                self.messages[place] = moved
                self.done.superseded.append(moved)

    def _key(self, candidate: Candidate) -> bytes:
        return address_of(self.desk.key, candidate)

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
        found = mail_address.address(candidate.mail[0]) or ""
        # With the folder's own mark: another folder has the same packets under the same ids.
        idem = fingerprint(self.desk.key, "mail", self.ledger.note("mail_mark"), packet.id, key, str(sequence))
        now = self.desk.clock()
        deadline = now + dt.timedelta(hours=self.settings.deadline_hours)
        return Message(
            number=0,
            idem=idem,
            packet=packet.id,
            patient=packet.patient,
            episode=packet.episode,
            day=packet.day,
            address=key,
            hint=mail_address.hint(found) if found else "",
            message_id=f"<{fingerprint(self.desk.key, 'message id', idem).hex()}@{self.settings.domain}>",
            sha256=packet.sha256,
            sequence=sequence,
            again=int(bool(because)),
            because=because,
            queued_by=self.desk.actor,
            queued_at=utc(now),
            send_before=utc(deadline),
            next_try=utc(now),
        )

    def _add(self, candidate: Candidate, because: str) -> Message:
        """With a sequence higher than that of every earlier mail, for the calendar of whoever got one."""
        packet = candidate.packet
        earlier: tuple[Message | Claim, ...] = (*self.messages, *self.register.of_patient(packet.patient))
        used = [each.sequence for each in earlier if (each.patient, each.episode) == (packet.patient, packet.episode)]
        message = self._message(candidate, max(used, default=-1) + 1, because)
        if because:
            self.register.keep_known(message)
        message = self.ledger.add(message, self.desk.actor)
        self.messages.append(message)
        return message
