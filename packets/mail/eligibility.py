"""Decide whether a packet may be mailed, judged by itself: consent, address, dates and file.

Reasons are codes of `holds.HOLDS`. `history` judges a packet by the mail sent before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from packets.batch.folder import Folder
from packets.batch.packet_ledger import Ledger
from packets.case_input.date_rules import all_past, far_from_today, performed_too_early
from packets.content.library import Library
from packets.errors import InvalidInputError, VerificationError
from packets.mail import address as mail_address
from packets.mail.address_check import address_doubt, suspect_rows
from packets.mail.candidates import Candidate
from packets.model.applicable import dated_for, milestones_for
from packets.model.case import Case, Stage
from packets.model.mail_settings import MailSettings, MailText
from packets.model.packet_id import fingerprint
from packets.verify.extract_text import read
from packets.verify.inspect import is_of


def address_fingerprint(key: bytes, address: str) -> bytes:
    """Return the fingerprint of a mailbox: the same for all spellings of its address."""
    return fingerprint(key, "address", mail_address.mailbox_key(address))


def candidate_address(key: bytes, candidate: Candidate) -> bytes:
    """Return the fingerprint of a candidate's address, or b"" if the address is not valid."""
    address = mail_address.parse_address(candidate.mail[0])
    return address_fingerprint(key, address) if address else b""


def address_doubts(rows: Iterable[Candidate]) -> Callable[[Candidate], list[str]]:
    """Return a function that lists why a candidate's address is probably wrong, judged among all `rows`."""
    suspects = suspect_rows(rows)

    def codes(candidate: Candidate) -> list[str]:
        address = mail_address.parse_address(candidate.mail[0])
        doubts = (suspects.get(candidate.packet.id), address_doubt(address) if address else "")
        return [code for code in doubts if code]

    return codes


def consent_problems(
    mail: tuple[str, str, str], case: Case, settings: MailSettings, texts: Mapping[str, MailText], today: dt.date
) -> Iterator[str]:
    """Yield every reason in the patient's answers or the case not to mail."""
    address, consent, confirmed = mail
    if consent != "yes":
        yield "H01"
    if not address:
        yield "H02"
    elif mail_address.parse_address(address) is None:
        yield "H04"
    elif confirmed != "yes":
        yield "H03"
    # After the planned day only the staff know whether the operation was performed.
    if case.stage is not Stage.PERFORMED and not (settings.before_confirmed and today <= case.surgery_date):
        yield "H05"
    if case.language not in texts:
        yield "H08"
    elif not texts[case.language].paragraphs(settings.attach):
        yield "H18"


def blocking_reason(
    candidate: Candidate,
    settings: MailSettings,
    library: Library,
    folder: Folder,
    ledger: Ledger,
    today: dt.date,
) -> str:
    """Return the first reason why this packet may not be mailed, whatever was mailed before, or ""."""
    code = next(consent_problems(candidate.mail, candidate.case, settings, library.mails, today), "")
    code = code or _date_problem(candidate.case, library, today)
    if code:
        return code
    if not folder.is_unchanged(candidate.packet):
        return "H06"
    packet = candidate.packet
    if settings.attach.has_html and not folder.has_copy(packet, ledger.html_sha256(packet.id)):
        return "H19"
    try:
        texts = read(folder.file(candidate.packet).read_bytes())
    except VerificationError:
        return "H07"
    return "" if _matches_content(candidate.case, library, texts) else "H17"


def _date_problem(case: Case, library: Library, today: dt.date) -> str:
    """Return the hold code of an implausible surgery date, or "".

    The packet's dates were checked when it was made, but days may have passed since. Nobody sees a mail before it goes
    out, so a date that a nurse confirmed for the printed packet is held here all the same.
    """
    if performed_too_early(case, today):
        return "H70"
    try:
        handout = library.handout_for(case.procedure, case.language, case.surgeon)
        dated = dated_for(handout, case)
    except (KeyError, InvalidInputError):
        return ""  # H17 reports this
    if all_past(case.surgery_date, dated, today):
        return "H71"
    return "H72" if far_from_today(case.surgery_date, today) else ""


def _matches_content(case: Case, library: Library, texts: Sequence[str]) -> bool:
    """Return whether the packet still matches the content, from which the mail's calendar is computed."""
    if (case.procedure, case.language) not in library.handouts:
        return False
    try:
        handout = library.handout_for(case.procedure, case.language, case.surgeon)
        handout = replace(handout, milestones=milestones_for(handout, case))
    except (KeyError, InvalidInputError):
        return False
    return is_of(texts, handout, library.languages[case.language], case.surgery_date)
