"""Define a patient's case, the clinic's settings and the print options."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from packets.model.clinic_contact import OFFICE, Emergency, Phone, Texts
from packets.model.export_settings import ExportSettings
from packets.model.mail_settings import MailSettings
from packets.model.picture import Picture
from packets.values import HiddenFields


class Stage(StrEnum):
    """Whether the operation is planned or performed; a cancelled one gets no packet."""

    PLANNED = "planned"
    PERFORMED = "performed"


STATUS_QUESTION = "status"  # by which conditions and schedules name the stage


class DateOrder(StrEnum):
    """How the clinic writes a date in numbers."""

    MONTH_FIRST = "mdy"
    DAY_FIRST = "dmy"


class Case(HiddenFields, Struct, frozen=True):
    """What is known about one patient; unknown values are None or absent, never guessed.

    `answers` maps the handout's questions to their answers: {"collar": "yes"}. `replaces` holds the ids of the
    packets that this one makes void, newest first.
    """

    procedure: str
    patient_name: str
    record_number: str
    surgery_date: dt.date
    surgeon: str
    answers: Mapping[str, str]
    packet_id: str
    language: str
    birth_date: dt.date | None = None
    discharge_date: dt.date | None = None
    follow_up: str | None = None
    stage: Stage | None = None
    site: str = ""  # of a clinic with several
    replaces: tuple[str, ...] = ()

    @property
    def answers_and_status(self) -> dict[str, str]:
        """Return what conditions compare: the answers, and the status, "" if it is not known."""
        return {**self.answers, STATUS_QUESTION: str(self.stage) if self.stage else ""}


class PlainLimits(Struct, frozen=True):
    """The limits above which `check --plain` fails; with None it only advises."""

    most_grade: int | None = None
    most_words: int | None = None


class Clinic(Struct, frozen=True):
    """The settings that every packet of this clinic shares, from content/clinic.yaml."""

    phone: str  # the first number, as printed: 816-363-2500
    dial: str  # the same as dialed, RFC 3966: +1-816-363-2500
    paper: Paper
    print_size: PrintSize
    language: str
    name: str = ""
    booking_url: str = ""  # https, or tel: with the dialed form of one of the numbers; if empty, the first number
    plain: PlainLimits = PlainLimits()
    mail: MailSettings | None = None  # None: this clinic sends no mail
    export: ExportSettings | None = None
    time_zone: str = ""  # a tz database name: America/Chicago; "" means this computer's
    date_order: DateOrder | None = None  # None: 12/07/2026 is ambiguous
    phones: tuple[Phone, ...] = ()  # all numbers; empty means the first one only
    emergency: Emergency | None = None
    address: tuple[str, ...] = ()
    website: str = ""
    hours: Texts[str] = ()
    logo: Picture | None = None
    site: str = ""  # the id of the site that these settings are for
    site_name: str = ""
    sites: tuple[Clinic, ...] = ()  # if there are any, every packet is of one of them

    def date(self, now: dt.datetime) -> dt.date:
        """Return the calendar day at the clinic; `now` must have a time zone."""
        return now.astimezone(ZoneInfo(self.time_zone) if self.time_zone else None).date()

    def at(self, site: str) -> Clinic:
        """Return the settings of a site; or the clinic's own if it has no sites. Raise KeyError for an unknown site."""
        return {clinic.site: clinic for clinic in self.sites}[site] if self.sites or site else self

    def with_phone(self, number: str, dial: str) -> Clinic:
        """Return the settings with another first number, such as a surgeon's own; the booking number is this one."""
        first = replace(self.numbers[0], number=number, dial=dial, label=(), hours=())
        phones = (first, *self.phones[1:]) if self.phones else ()
        booking_url = "" if self.booking_url.startswith("tel:") else self.booking_url
        return replace(self, phone=number, dial=dial, phones=phones, booking_url=booking_url)

    @property
    def signed_name(self) -> str:
        """Return the clinic's name with the site's, as a letter is signed."""
        return ", ".join(filter(None, (self.name, self.site_name)))

    @property
    def numbers(self) -> tuple[Phone, ...]:
        """Return every number, the one of `{phone}` first."""
        return self.phones or (Phone(OFFICE, self.phone, self.dial),)

    @property
    def phone_ids(self) -> frozenset[str]:
        """Return the ids under `phones`; of a clinic with sites, those that every site has."""
        places = self.sites or (self,)
        return frozenset.intersection(*(frozenset(phone.id for phone in place.phones) for place in places))

    @property
    def site_folder(self) -> str:
        """The folder with the shared key and registry; "" if each user has their own."""
        return self.mail.site_folder if self.mail else ""

    @property
    def booking_phone(self) -> Phone | None:
        """Return the number to book by, or None if patients book on a web page."""
        if self.booking_url.startswith("https:"):
            return None
        return next((phone for phone in self.numbers if phone.link == self.booking_url), self.numbers[0])

    @property
    def booking_link(self) -> str:
        """The content of the QR code: the clinic's address or phone, never patient data."""
        phone = self.booking_phone
        return phone.link if phone else self.booking_url


class Paper(StrEnum):
    LETTER = "letter"
    A4 = "a4"


PAPER_SIZES = {Paper.LETTER: (612.0, 792.0), Paper.A4: (210 * (72 / 25.4), 297 * (72 / 25.4))}  # points


class PrintSize(StrEnum):
    NORMAL = "normal"
    LARGE = "large"


class PrintOptions(Struct, frozen=True):
    """The paper size, print size and direction of a packet."""

    paper: Paper = Paper.LETTER
    print_size: PrintSize = PrintSize.NORMAL
    right_to_left: bool = False  # set by the layout from the packet's language
