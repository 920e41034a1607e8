"""One patient's case, the clinic, and how the paper should look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from packets.model.mail_settings import MailSettings


class Stage(StrEnum):
    """Where the operation stands; a cancelled one makes no packet."""

    PLANNED = "planned"
    PERFORMED = "performed"


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one patient; what is not known is None or absent, and never guessed.

    `answers` holds the handout's own questions: {"collar": "yes"}. `replaces` holds the ids of the packets
    that this one makes void, the newest first.
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
    """From where on `check --plain` fails; None: it only advises."""

    most_grade: int | None = None
    most_words: int | None = None


@dataclass(frozen=True, slots=True)
class Clinic:
    """content/clinic.yaml: what every packet of this clinic shares."""

    phone: str  # as printed: 816-363-2500
    dial: str  # as dialled, RFC 3966: +1-816-363-2500
    paper: Paper
    profile: Profile
    language: str
    name: str = ""
    booking_url: str = ""  # https; without one the QR code dials the phone
    plain: PlainLimits = PlainLimits()
    mail: MailSettings | None = None  # None: this clinic sends no mail
    time_zone: str = ""  # of the tz database: America/Chicago; "" is this computer's

    def date(self, now: dt.datetime) -> dt.date:
        """The calendar day at the clinic; `now` carries a time zone."""
        return now.astimezone(ZoneInfo(self.time_zone) if self.time_zone else None).date()

    @property
    def site_folder(self) -> str:
        """The folder with the key and the registry of all users, "" where each user has their own."""
        return self.mail.site_folder if self.mail else ""

    @property
    def phone_link(self) -> str:
        return f"tel:{self.dial}"

    @property
    def booking_link(self) -> str:
        """What the QR code holds: the clinic's, never a patient's."""
        return self.booking_url or self.phone_link


class Paper(StrEnum):
    LETTER = "letter"
    A4 = "a4"


class Profile(StrEnum):
    NORMAL = "normal"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Print:
    """How the paper should look."""

    paper: Paper = Paper.LETTER
    profile: Profile = Profile.NORMAL
    from_right: bool = False  # set by the layout, by the language of the packet
