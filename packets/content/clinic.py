"""Build the clinic's settings, those of each of its sites, and check their telephone numbers."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from packets.content.images import build_logo
from packets.content.lint.emergency_signs import check_help_strip
from packets.content.lint.supporting_files import check_phone_and_dial, check_same_number
from packets.content.problems import ProblemCollector
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.model.case import Clinic
from packets.model.clinic_contact import OFFICE, Emergency, Phone, with_changes


def build_clinic(record: ParsedRecord, problems: ProblemCollector) -> Clinic:
    """Return the clinic with its sites. What a site leaves out is the clinic's."""
    phones = _phones(record, problems)
    first = phones[0] if phones else Phone(OFFICE, "", "")
    clinic = record.build(
        Clinic,
        phone=first.number,
        dial=first.dial,
        phones=phones if record.has("phones") else (),
        booking_url=_booking_url(record),
        emergency=_emergency(record),
        logo=build_logo(record, problems),
        sites=(),
    )
    if clinic.logo and not clinic.name:
        hint = "Add name: with the clinic's name. Readers who cannot see the logo hear it."
        problems.add("I18", "a logo needs the clinic's name", record.at("logo"), hint)
    if clinic.mail and clinic.mail.passwords and clinic.mail.attach.has_html:
        mail = record.get("mail", ParsedRecord)
        where = mail.at("attach") if mail else record.place
        hint = "Write attach: pdf, or passwords: no. Anyone who has an HTML file can read it."
        problems.add("L77", "an HTML copy cannot have a password", where, hint)
    _check_booking(record, clinic, problems)
    check_help_strip(record, clinic, problems)
    return replace(clinic, sites=tuple(_sites(record, clinic, problems)))


def _sites(record: ParsedRecord, clinic: Clinic, problems: ProblemCollector) -> Iterator[Clinic]:
    written = record.get("sites", dict) or {}
    if record.has("sites") and not written and not problems.failed:
        hint = "Write its id and its name below: northside: {name: Northside}"
        problems.add("S13", "there is no site here", record.at("sites"), hint)
    names: set[str] = set()
    for site_id, entry in written.items():
        assert isinstance(entry, ParsedValue)  # noqa: S101  FreeFields reads them so
        site = entry.value
        if not isinstance(site, ParsedRecord):
            continue
        name = site.text("name")
        if name and name in names:
            problems.add("L71", "two sites have this name", site.at("name"), "Patients see the name: each differs.")
        names.add(name)
        result = _site(site, site_id, clinic, problems)
        _check_booking(site, result, problems)
        check_help_strip(site, result, problems)
        yield result


def _site(site: ParsedRecord, site_id: str, clinic: Clinic, problems: ProblemCollector) -> Clinic:
    base = clinic.numbers[0]
    own = tuple(_phones(site, problems))
    if own and not site.has("phones"):  # phone: and dial: replace the first number
        own = (replace(own[0], id=base.id, label=base.label),)
    phones = with_changes(clinic.numbers, own) if own else clinic.numbers
    if site.has("booking") or site.has("booking_url"):
        booking_url = _booking_url(site)
    else:  # a number of the clinic that the site has replaced is the site's
        same = {old.link: new.link for old in clinic.numbers for new in phones if old.id == new.id}
        booking_url = same.get(clinic.booking_url, clinic.booking_url)
    return replace(
        clinic,
        site=site_id,
        site_name=site.text("name"),
        phone=phones[0].number,
        dial=phones[0].dial,
        phones=phones if clinic.phones or site.has("phones") else (),
        booking_url=booking_url,
        emergency=_emergency(site) if site.has("emergency") else clinic.emergency,
        address=_lines(site) if site.has("address") else clinic.address,
        website=site.text("website") or clinic.website,
        logo=build_logo(site, problems) if site.has("logo") else clinic.logo,
        hours=tuple((site.get("hours", dict) or dict(clinic.hours)).items()),
    )


def _lines(site: ParsedRecord) -> tuple[str, ...]:
    return tuple(str(line.value) for line in site.all("address", ParsedValue))


def _phones(record: ParsedRecord, problems: ProblemCollector) -> tuple[Phone, ...]:
    """Return the numbers that are written here: a list, or a single one."""
    if not record.has("phones"):
        check_phone_and_dial(record, problems)
    if record.has("phone"):
        return (Phone(OFFICE, record.text("phone"), record.text("dial")),)
    phones: dict[str, Phone] = {}
    for entry in record.all("phones", ParsedRecord):
        phone = entry.build(Phone)
        check_same_number(phone.number, phone.dial, entry, problems, "number")
        if phone.id and phone.id in phones:
            hint = f"Give one of the two another id: {{phone.{phone.id}}} prints one number."
            problems.add("L02", f'the id "{phone.id}" is taken', entry.at("id"), hint)
        phones.setdefault(phone.id, phone)
    return tuple(phones.values())


def _booking_url(record: ParsedRecord) -> str:
    booking = record.get("booking", ParsedRecord)
    return booking.text("url") if booking else record.text("booking_url")


def _emergency(record: ParsedRecord) -> Emergency | None:
    written = record.get("emergency", ParsedRecord)
    return written.build(Emergency) if written else None


def _check_booking(record: ParsedRecord, clinic: Clinic, problems: ProblemCollector) -> None:
    """Report a booking number that is none of the phones: it would be dialed, but not printed."""
    url = clinic.booking_url
    if url.startswith("tel:") and url not in {phone.link for phone in clinic.numbers}:
        where = record.at("booking") if record.has("booking") else record.place
        hint = "Write the dial: of one of the phones, so that the number beside the QR code is the one that it dials."
        problems.add("L69", "the number to book by is none of the phones", where, hint)
