"""Define the fields of the clinic file: `content/clinic.yaml`."""

from __future__ import annotations

from packets.content.schema.field_types import Choice, InLanguages, Integer, Pattern, SingleLine, TimeZone
from packets.content.schema.mail_files import MAIL_SETTINGS
from packets.content.schema.records import Field, FreeFields, ListOf, OneOf, Record
from packets.content.schema.shared_fields import DIAL, EMERGENCY_NUMBER, LANGUAGE, PHONE, WEB_ADDRESS_PATTERN
from packets.model.case import Clinic, DateOrder, Paper, PlainLimits, PrintSize
from packets.model.clinic_contact import Emergency, Phone
from packets.model.export_settings import ExportSettings

_BOOKING = "https://example.org/booking"

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

_WEB_ADDRESS = Pattern(
    WEB_ADDRESS_PATTERN,
    "a web address",
    "Write it in full and not too long for a QR code: https://example.org/booking",
)
_BOOKING_ADDRESS = Pattern(
    rf"{WEB_ADDRESS_PATTERN}|tel:{DIAL.pattern}",
    "a web address or a number to dial",
    "Write it in full: https://example.org/booking or tel:+1-816-363-2500",
)
_PHONE_ID = Pattern("[a-z][a-z0-9_]{0,39}", "an id", "Use small letters, digits and _: after_hours", "S10")

PHONE_ENTRY = Record(
    "a phone",
    (
        Field("id", _PHONE_ID, "A short name: `{phone.after_hours}` prints the number.", True, "after_hours"),
        Field(
            "label",
            InLanguages(SingleLine(60)),
            "What the number is for; printed at the end of the packet.",
            example="Nights and weekends",
        ),
        Field("number", PHONE, "The number as printed.", True, "816-363-2599"),
        Field("dial", DIAL, "The same number with country code, for links and QR code.", True, '"+1-816-363-2599"'),
        Field("hours", InLanguages(SingleLine(80)), "When it is answered.", example="Monday to Friday, 8 am to 5 pm"),
    ),
    model=Phone,
)

EMERGENCY = Record(
    "the emergency advice",
    (
        Field("number", EMERGENCY_NUMBER, "The number to call in an emergency.", True, '"911"'),
        Field(
            "when",
            InLanguages(ListOf(SingleLine(160), 1, 12)),
            "The signs for which to call it, one each line. The clinic is responsible for them.",
            True,
            "[You cannot breathe]",
        ),
    ),
    model=Emergency,
)

BOOKING = Record(
    "the booking",
    (Field("url", _BOOKING_ADDRESS, "What the QR code opens: a web page, or one of the phones.", True, _BOOKING),),
)

# What a site can have of its own.
_PLACE = (
    Field("phone", PHONE, "The number to call, as printed; if there is only one.", example="816-363-2500"),
    Field("dial", DIAL, "The same number with country code.", example='"+1-816-363-2500"'),
    Field("phones", ListOf(PHONE_ENTRY, 1, 12), "The numbers to call; `{phone}` prints the first."),
    Field("booking", BOOKING, "How to book, if not by calling the first number."),
    Field("booking_url", _WEB_ADDRESS, "A page to book on; the QR code opens it instead of calling.", example=_BOOKING),
    Field("emergency", EMERGENCY, "When to call 911; printed above the booking box. If left out, nothing is printed."),
    Field(
        "address",
        ListOf(SingleLine(80), 1, 6),
        "The address, one line each, printed beside the name and at the end of the packet.",
        example="[100 Main Street, Springfield]",
    ),
    Field(
        "logo",
        SingleLine(120, printed=False),
        "The name of the SVG or PNG file with the logo, beside this file; it prints at most 45 x 14 mm beside the name."
        " See [Pictures](#pictures).",
        example="logo.svg",
    ),
    Field("website", _WEB_ADDRESS, "The web site, printed at the end of the packet.", example="https://example.org"),
    Field(
        "hours",
        InLanguages(SingleLine(120)),
        "When the clinic is open, printed at the end of the packet.",
        example="Monday to Friday, 8 am to 5 pm",
    ),
)
_ONE_WAY = (("phone", "phones"), ("dial", "phones"), ("booking", "booking_url"))

_CODE = SingleLine(80, printed=False)
EXPORT = Record(
    "the export settings",
    (
        Field("authority", _CODE, "Who assigns the record numbers: PID-3.4 of HL7 v2.", True, "HOSP"),
        Field("system", _CODE, "The FHIR system of the record numbers.", True, "urn:oid:1.2.36.146.595.217.0.1"),
        Field("packet_system", _CODE, "A FHIR system of your own for packet ids.", True, "https://example.org/packets"),
        Field("facility", _CODE, "Your facility: MSH-4.", True, "HOSP"),
        Field("receiver", _CODE, "The receiving application: MSH-5.", example="EHR"),
        Field("receiving_facility", _CODE, "The receiving facility: MSH-6.", example="HOSP"),
        Field(
            "document_type",
            _CODE,
            "The code of your record system for such a document: TXA-2, and the type in FHIR.",
            True,
            "DCINSTR",
        ),
        Field("document_name", _CODE, "The name of that code.", True, "Discharge instructions"),
        Field("loinc", _CODE, "The LOINC code of the document, for FHIR.", example="74213-0"),
    ),
    model=ExportSettings,
)

SITE = Record(
    "a site",
    (Field("name", SingleLine(60), "The site's name as printed.", True, "Northside"), *_PLACE),
    at_most_one=_ONE_WAY,
)

CLINIC = Record(
    "the clinic",
    (
        Field(
            "name", SingleLine(120), "The clinic's name as printed; {clinic} needs it.", example="Sample Spine Clinic"
        ),
        *_PLACE,
        Field(
            "sites",
            FreeFields(SITE, {}),
            "The places of a clinic that has several, each with a short id and what differs there. What a site leaves "
            "out is the clinic's. Every packet is then of one site.",
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
        Field(
            "date_order",
            Choice(tuple(DateOrder)),
            "How dates in numbers are typed: 12/07/2026 is December 7 with `mdy` and July 12 with `dmy`. If left out, "
            "such a date is refused as ambiguous. Packets always print the month as a word.",
            example="mdy",
        ),
        Field("plain", PLAIN, "The limits above which `check --plain` fails; if left out, it only advises."),
        Field("mail", MAIL_SETTINGS, "How packets are e-mailed; if left out, none are."),
        Field("export", EXPORT, "How `export` writes packets for the record system."),
    ),
    "What every packet of the clinic shares: `content/clinic.yaml`.",
    groups=(
        OneOf(
            ("phone", "phones"),
            hint="Write phone: and dial: for one number, or phones: for several. A site without its own has these.",
        ),
    ),
    at_most_one=_ONE_WAY[1:],
    model=Clinic,
    computed=frozenset({"phone", "dial", "phones", "booking", "booking_url", "emergency", "logo", "sites"}),
)
