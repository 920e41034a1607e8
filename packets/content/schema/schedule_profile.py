"""Define the fields of a schedule profile: `content/sources/<id>.yaml`."""

from __future__ import annotations

from packets.content.schema.field_types import Choice, Integer, Pattern, SingleLine, TimeZone
from packets.content.schema.records import Field, FreeFields, ListOf, Record

# Our fields and what the schedule must have in each. A handout's own question is a field as well.
COLUMNS = {
    "mrn": "The record number; zeros in front are kept.",
    "patient_name": "The name, as it should be printed.",
    "dob": "The date of birth.",
    "procedure": "The id of the procedure, or the schedule's own word for it (see `words`).",
    "surgery_date": "The date of the surgery.",
    "surgeon": "The surgeon's name.",
    "language": "The language; the clinic's where it is blank.",
    "large_print": "yes or no.",
    "site": "The site, where clinic.yaml has several.",
    "status": "planned, performed or cancelled.",
    "plan": "The packet plan, if two fit the handout: pre-op or discharge.",
    "discharge_date": "The discharge date.",
    "follow_up": "The follow-up appointment, in words.",
    "email": "The address to mail to.",
    "email_consent": "yes or no.",
    "email_confirmed": "yes or no.",
    "start_time": "When the surgery begins; for sorting, and to tell two surgeries of one day apart.",
    "room": "The operating room; for sorting.",
    "procedure_text": "The operation in the schedule's own words, such as LEFT TKA; its side is compared, not printed.",
}
REQUIRED_COLUMNS = ("mrn", "patient_name", "procedure", "surgery_date", "surgeon")
DATE_FIELDS = ("dob", "surgery_date", "discharge_date")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
FHIR, HL7V2 = "fhir-r4", "hl7v2"
FORMATS = ("table", FHIR, HL7V2)
CASES = ("Appointment", "Procedure")
# The fields of one format; the others belong to all.
TABLE_FIELDS = frozenset(
    ("delimiter", "encoding", "dates", "patient_names", "columns", "may_be_empty", "other_columns", "sheet",
     "hidden_rows", "marked_rows", "line_breaks")
)  # fmt: skip
INTERFACE_FIELDS = frozenset(
    ("time_zone", "record_number", "name_use", "surgeon_role", "cases", "service_types", "paths", "when_missing")
)
ENCODINGS = ("utf-8", "cp1252", "utf-16")

_EXAMPLES = {"mrn": "MRN", "patient_name": "PATIENT NAME", "surgery_date": "SURG DATE"}
_ID = Pattern("[a-z][a-z0-9]*(-[a-z0-9]+)*", "an id", "Use small letters and digits, words joined by dashes.", "S10")
_FIELD_NAME = Pattern("[a-z][a-z0-9_]{0,39}", "the name of a field", "Write it as under columns: mrn, collar, …", "S10")
_DATE_PARTS = "(?:YYYY|MM|M|DD|D|MON)"
_DATES = Pattern(
    f"{_DATE_PARTS}([-/. ]){_DATE_PARTS}\\1{_DATE_PARTS}",
    "a date format",
    "Write it with YYYY, MM or M (or MON for a name such as DEC), DD or D: MM/DD/YYYY",
)

WORD = Record(
    "a word",
    (
        Field("in", _FIELD_NAME, "The field.", True, "procedure"),
        Field("theirs", SingleLine(200, printed=False), "The schedule's word, exactly.", True, "CERV FORAMINOTOMY"),
        Field("ours", SingleLine(120, printed=False), "What it means here.", True, "cervical-foraminotomy"),
    ),
)
_CODE = SingleLine(200, printed=False)
RECORD_NUMBER = Record(
    "a record number",
    (
        Field(
            "system",
            _CODE,
            "FHIR Identifier.system; HL7 v2: the assigning authority (CX.4).",
            example="urn:oid:1.2.36.146.595.217.0.1",
        ),
        Field("type", _CODE, "FHIR Identifier.type; HL7 v2: the type (CX.5).", example="MR"),
    ),
)
SCHEDULE_PROFILE = Record(
    "a schedule profile",
    (
        Field("source", _ID, "Its id, as in the name of the file.", True, "plain"),
        Field(
            "about", SingleLine(200, printed=False), "Which program writes such a schedule.", example="Our own columns"
        ),
        Field(
            "format",
            Choice(FORMATS),
            "`table`: a CSV or Excel file. `fhir-r4`, `hl7v2`: files of an interface (docs/hospital-systems.md). "
            "`table` if left out.",
            example="hl7v2",
        ),
        Field(
            "delimiter",
            Choice(tuple(DELIMITERS)),
            "The delimiter of a CSV file. If left out: the one that fits the header.",
            example="comma",
        ),
        Field(
            "encoding",
            Choice(ENCODINGS),
            "Of a CSV file without a byte-order mark; utf-8 if left out.",
            example="cp1252",
        ),
        Field("dates", _DATES, "How dates are written: one way only. A table needs it.", example="MM/DD/YYYY"),
        Field(
            "patient_names",
            Choice(("as given", "last, first")),
            "`as given`: printed unchanged. `last, first`: `DOE, JOHN Q` is printed as `JOHN Q DOE`. `as given` if "
            "left out.",
            example="as given",
        ),
        Field("record_number_digits", Integer(3, 20), "If every record number has this many digits.", example="8"),
        Field(
            "columns",
            Record(
                "the columns",
                tuple(
                    Field(name, SingleLine(120, printed=False), doc, name in REQUIRED_COLUMNS, _EXAMPLES.get(name, ""))
                    for name, doc in COLUMNS.items()
                ),
                others=SingleLine(120, printed=False),
            ),
            "Our field, then the heading of the schedule's column, exactly. A question of a handout (`collar`) is a "
            "field like the others. A table needs it.",
        ),
        Field(
            "may_be_empty",
            ListOf(_FIELD_NAME, 0),
            "The fields whose column may be missing and whose cells may be blank.",
            example="[language, status]",
        ),
        Field(
            "other_columns",
            Choice(("refused", "ignored")),
            "What happens to columns that are not named here; `refused` if left out.",
            example="ignored",
        ),
        Field(
            "sheet",
            SingleLine(31, printed=False),
            "The sheet of an Excel file, if it has more than one.",
            example="Schedule",
        ),
        Field(
            "hidden_rows",
            Choice(("refused", "skipped", "read")),
            "What happens to hidden rows of an Excel file; `refused` if left out.",
            example="skipped",
        ),
        Field(
            "marked_rows",
            Choice(("refused", "read")),
            "What happens to rows of an Excel file that are struck through, gray, white or with a comment; `refused` "
            "if left out. A row whose status is cancelled may be marked.",
            example="read",
        ),
        Field(
            "line_breaks",
            ListOf(SingleLine(120, printed=False), 0),
            "The headings of columns whose cells may have several lines in a CSV file; none if left out. They can only "
            "be columns that are not named under `columns`.",
            example="[COMMENTS]",
        ),
        Field(
            "time_zone",
            TimeZone(),
            "Of an interface: the clinic's time zone, in which a surgery has its day. That of clinic.yaml if left out.",
            example="America/Chicago",
        ),
        Field(
            "record_number",
            RECORD_NUMBER,
            "Of an interface: which of a patient's identifiers is the record number. Exactly one must match.",
        ),
        Field(
            "name_use",
            _CODE,
            "Of an interface: which of a patient's names is printed. `official` in FHIR and `L` in HL7 v2 if left out.",
            example="official",
        ),
        Field(
            "surgeon_role",
            _CODE,
            "Of an interface: the role of the surgeon among the persons of a case: FHIR participant.type or "
            "performer.function, HL7 v2 AIP-4. `PPRF` in FHIR if left out; HL7 v2 needs it.",
            example="PPRF",
        ),
        Field(
            "cases",
            Choice(CASES),
            "Of FHIR: the resource that is a case; `Appointment` if left out.",
            example="Appointment",
        ),
        Field(
            "service_types",
            ListOf(_CODE, 1),
            "Of FHIR: the codes of Appointment.serviceType that are operations; then the ServiceRequest names the "
            "procedure. If left out, serviceType itself does.",
        ),
        Field(
            "paths",
            FreeFields(SingleLine(120, printed=False), {}),
            "Of an interface: further fields, and where each is: `side: ServiceRequest.bodySite`, `collar: ZSU-3.2`.",
        ),
        Field(
            "when_missing",
            FreeFields(SingleLine(120, printed=False), {}),
            "Of an interface: what a field is where the data does not have it: `collar: undecided`. "
            "`plan` is used only if two packet plans fit the handout.",
        ),
        Field("words", ListOf(WORD, 0, 2000), "The schedule's own words."),
    ),
    "How the surgery schedule of one program is read: `content/sources/<id>.yaml`.",
)
