"""Define the fields of the clinic file: `content/clinic.yaml`."""

from __future__ import annotations

from packets.content.schema.field_types import Choice, Integer, Pattern, SingleLine, TimeZone
from packets.content.schema.mail_files import MAIL_SETTINGS
from packets.content.schema.records import Field, Record
from packets.content.schema.shared_fields import DIAL, LANGUAGE, PHONE
from packets.model.case import Clinic, Paper, PlainLimits, PrintSize

PLAIN = Record(
    "the limits for plain words",
    (
        Field(
            "most_grade",
            Integer(1, 20),
            "The highest Flesch-Kincaid grade of a file; `check --plain` fails above it.",
            example="8",
        ),
        Field(
            "most_words", Integer(8, 80), "The most words of a sentence; `check --plain` fails above it.", example="30"
        ),
    ),
    model=PlainLimits,
)

CLINIC = Record(
    "the clinic",
    (
        Field(
            "name", SingleLine(120), "The clinic's name as printed; {clinic} needs it.", example="Sample Spine Clinic"
        ),
        Field("phone", PHONE, "The number to call, as printed.", True, "816-363-2500"),
        Field("dial", DIAL, "The same number with country code, for links and QR code.", True, '"+1-816-363-2500"'),
        Field(
            "booking_url",
            Pattern(
                r"https://[a-z0-9.-]+\.[a-z]{2,}(:[0-9]+)?(/[!-~]{0,120})?",
                "a web address",
                "Write it in full and not too long for a QR code: https://example.org/booking",
            ),
            "A page to book on; the QR code opens it instead of calling.",
            example="https://example.org/booking",
        ),
        Field("paper", Choice(tuple(Paper)), "The paper, unless asked otherwise.", True, "letter"),
        Field(
            "print",
            Choice(tuple(PrintSize)),
            "The size of print, unless asked otherwise.",
            True,
            "normal",
            "print_size",
        ),
        Field("language", LANGUAGE, "The language, unless asked otherwise.", True, "en"),
        Field(
            "time_zone",
            TimeZone(),
            "Where the clinic is: its date is today's date when a surgery date is checked. This "
            "computer's own time zone if left out.",
            example="America/Chicago",
        ),
        Field("plain", PLAIN, "The limits above which `check --plain` fails; if left out, it only advises."),
        Field("mail", MAIL_SETTINGS, "How packets are e-mailed; if left out, none are."),
    ),
    "What every packet of the clinic shares: `content/clinic.yaml`.",
    model=Clinic,
)
