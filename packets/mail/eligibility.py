"""Decide whether a packet may be mailed at all, apart from other mails: consent, address, dates, file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from packets.batch.folder import Folder
from packets.batch.plan import fingerprint
from packets.case_input.date_rules import all_past, far_from_today, performed_too_early
from packets.content.library import Library
from packets.errors import InvalidInputError, VerificationError
from packets.mail import address as mail_address
from packets.mail.address_check import address_doubt, suspect_rows
from packets.mail.candidates import Candidate
from packets.model.case import Case, Stage
from packets.model.mail_settings import MailSettings
from packets.verify.extract_text import read
from packets.verify.inspect import is_of


def address_fingerprint(key: bytes, address: str) -> bytes:
    return fingerprint(key, "address", mail_address.mailbox_key(address))


def candidate_address(key: bytes, candidate: Candidate) -> bytes:
    """Return the fingerprint of a candidate's address, b"" where it has none that can be mailed."""
    found = mail_address.parse_address(candidate.mail[0])
    return address_fingerprint(key, found) if found else b""


def address_doubts(rows: Iterable[Candidate]) -> Callable[[Candidate], list[str]]:
    """Return what tells why a candidate's address is questioned: codes of HOLDS."""
    in_doubt = suspect_rows(rows)

    def codes(candidate: Candidate) -> list[str]:
        found = mail_address.parse_address(candidate.mail[0])
        return [code for code in (in_doubt.get(candidate.packet.id), address_doubt(found) if found else "") if code]

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
