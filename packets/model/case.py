"""Define a patient's case, the clinic's settings and the print options."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from packets.model.mail_settings import MailSettings


class Stage(StrEnum):
    """Whether the operation is planned or performed; a cancelled one gets no packet."""

    PLANNED = "planned"
    PERFORMED = "performed"


@dataclass(frozen=True, slots=True)
class Case:
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
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlainLimits:
    """The limits above which `check --plain` fails; with None it only advises."""

    most_grade: int | None = None
    most_words: int | None = None


@dataclass(frozen=True, slots=True)
class Clinic:
    """The settings that every packet of this clinic shares, from content/clinic.yaml."""

    phone: str  # as printed: 816-363-2500
    dial: str  # as dialed, RFC 3966: +1-816-363-2500
    paper: Paper
    print_size: PrintSize
    language: str
    name: str = ""
    booking_url: str = ""  # https; if empty, the QR code dials the phone
    plain: PlainLimits = PlainLimits()
    mail: MailSettings | None = None  # None: this clinic sends no mail
    time_zone: str = ""  # a tz database name: America/Chicago; "" means this computer's

    def date(self, now: dt.datetime) -> dt.date:
        """Return the calendar day at the clinic; `now` must have a time zone."""
        return now.astimezone(ZoneInfo(self.time_zone) if self.time_zone else None).date()

    @property
    def site_folder(self) -> str:
        """The folder with the shared key and registry; "" if each user has their own."""
        return self.mail.site_folder if self.mail else ""

    @property
    def phone_link(self) -> str:
        return f"tel:{self.dial}"

    @property
    def booking_link(self) -> str:
        """The content of the QR code: the clinic's address or phone, never patient data."""
        return self.booking_url or self.phone_link


class Paper(StrEnum):
    LETTER = "letter"
    A4 = "a4"


class PrintSize(StrEnum):
    NORMAL = "normal"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Print:
    """The paper size, print size and direction of a packet."""

    paper: Paper = Paper.LETTER
    print_size: PrintSize = PrintSize.NORMAL
    from_right: bool = False  # set by the layout from the packet's language
