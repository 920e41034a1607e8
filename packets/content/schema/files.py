"""The author's files as tables: one for each kind of file.

From these come what the decoder accepts (schema.py), the editor's JSON Schema (jsonschema.py) and the author's
reference page (reference.py). Nothing about the shape of a file is said anywhere else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from packets.content.problems import ProblemCollector, quoted
from packets.content.schema.field_types import (
    CalendarDate,
    Choice,
    Integer,
    MarkedUpText,
    Pattern,
    PlainText,
    SingleLine,
    TimeZone,
    refuse_comment,
)
from packets.content.schema.records import Field, FieldType, FreeFields, ListOf, OneOf, Record, scalar
from packets.content.schema.schedule_profile import SOURCE
from packets.content.schema.shared_fields import ID, LANGUAGE, REVIEW, REVISION
from packets.content.schema.surgeon_file import DIAL, PHONE, surgeon_record
from packets.content.schema.timing import AT, BETWEEN, BY
from packets.content.schema.translation_files import COMMON_TRANSLATION, TRANSLATION
from packets.content.yaml.parser import Node, Scalar
from packets.model.case import Paper, Profile, Stage
from packets.model.handout import CHOICES, Answer, Condition
from packets.model.language import MORE_FORMS, PATTERNS
from packets.model.mail_settings import GREETING_SLOTS, TEXT_SLOTS, Tls
from packets.model.plurals import FORMS, RULE
from packets.model.recovery import Kind as StatementKind

# What a {slot} may name, and what it prints.
SLOTS = {
    "patient_name": "the patient's name",
    "record_number": "the record number",
    "surgeon": "the surgeon's name",
    "surgery_date": "the date of the surgery",
    "discharge_date": "the day of going home; only where the handout asks for it",
    "follow_up": "the follow-up appointment; only where the handout asks for it",
    "procedure": "the handout's title",
    "phone": "the clinic's telephone number",
    "clinic": "the clinic's name; only where clinic.yaml gives one",
    "packet_id": "the packet's number",
}
FILL_IN_FROM = ("discharge_date", "follow_up", "surgery_date", "surgeon")
STATUS_QUESTION = "status"
STAGES = tuple(stage.value for stage in Stage)
ALWAYS_ASKED = {"surgery_date": Answer.DATE, "surgeon": Answer.NAME}
MAY_BE_ASKED = {"discharge_date": Answer.DATE, "follow_up": Answer.NAME}


@dataclass(frozen=True, slots=True)
class ConditionText(FieldType):
    """`collar is yes`."""

    holds: bool
    takes: str = "a condition, such as collar is yes"
    pattern: str = "[a-z][a-z0-9_]* is [a-z]+"

    def read(self, node: Node, problems: ProblemCollector) -> Condition | None:
        found = scalar(node, problems, self.takes)
        if found is None:
            return None
        match = re.fullmatch(r"([a-z][a-z0-9_]*) is ([a-z]+)", found.text)
        if not match:
            hint = "Write it like this: if: collar is yes"
            if " is not " in found.text or found.text.startswith("not "):
                hint = "For the opposite write: unless: collar is yes"
            problems.add("S14", f"{quoted(found, problems)} is not a condition", found.place, hint)
            return None
        return Condition(match[1], match[2], self.holds)


@dataclass(frozen=True, slots=True)
class RawValue(FieldType):
    """A value of one patient's, as typed; judged later, in case_fields.py. `free` text must not lose a `# …`."""

    free: bool = False
    takes: str = "text"

    def read(self, node: Node, problems: ProblemCollector) -> Scalar | None:
        found = scalar(node, problems, self.takes)
        return None if found is None or (self.free and refuse_comment(found, problems)) else found


SHA256 = Pattern("[0-9a-f]{64}", "a sha256", "It is 64 signs long; sha256sum FILE prints it.")


def listed_slots(names: frozenset[str]) -> str:
    return ", ".join(f"`{{{name}}}`" for name in sorted(names))


# A table reads better with a field on a line or two.
# fmt: off
_CONDITIONS = (
    Field("if", ConditionText(True), "Print this part only if the answer is this one.", example="collar is yes"),
    Field("unless", ConditionText(False), "Print this part except if the answer is this one.", example="status is performed"),
    Field("status", Choice(("draft",)), "`draft`: awaiting a clinician; printed only with --include-drafts.",
          example="draft"),
)
_STATES = Field("states", FreeFields(SingleLine(80), {}), "Facts that the words state, by name, such as `collar: ordered`; a "
                "milestone's id is a fact too: `driving: between 1 and 2 weeks`. `check` compares them in each packet.")
_TEXT = Field("text", MarkedUpText(), "The words, marked up as in [Text](#text).", example="|\n  Your words.")
_FILL_IN = (
    Field("fill_in", SingleLine(120), "The label of a place to write.", example="Follow-up appointment"),
    Field("from", Choice(FILL_IN_FROM), "With `fill_in`: print this instead of lines where it is known.",
          example="follow_up"),
    Field("lines", Integer(1, 12), "With `fill_in`: how many lines to write on; 1 if left out.", example="3"),
    Field("note", SingleLine(80), "With `fill_in`: a few words under the lines.", example="Ask your nurse"),
)
_CHECK = Field("check", MarkedUpText(), "A line with a box to tick (staff sheet).", example="The wristband matches.")
_TODO = Field("todo", SingleLine(300), "What a clinician must still say here; only in a draft, printed as a hole.",
              example="Say when the patient may drive.")
RESTS_ON = Record("a source of a part", (
    Field("source", ID, "The id of one of `provenance: sources:`, or `ours` for words of our own that state no fact.",
          True, "niams-herniated-disk"),
    Field("took", PlainText(), "What was taken from it.", True, "That disks cushion the bones of the spine."),
))
_RESTS_ON = Field("rests_on", ListOf(RESTS_ON), "Where the facts of this part come from; each text of a handout with "
                  "`sources` needs it.")
_SHOW = Field("show", ID, "Something made from elsewhere: `milestones` (the table of dates), `booking`, or the id of a "
              "notice.", example="milestones")
_SHOW_COMMON = Field("show", ID, "`milestones`, `booking`, or `teach-back` (the questions of the staff sheet).",
                     example="teach-back")

_OF_ANY_PART = frozenset({"text", "show", "fill_in", "from", "lines", "note", "check", "todo", "rests_on", "status"})
SECTION_PART = Record(
    "a part of a section", (_TEXT, _SHOW, *_FILL_IN, _CHECK, _TODO, _RESTS_ON, _STATES, *_CONDITIONS),
    groups=(OneOf(("text", "show", "fill_in", "check", "todo")),), at_most_one=(("if", "unless"),), absent=_OF_ANY_PART,
)
COMMON_PART_PART = Record(
    "a part of a common part", (_TEXT, _SHOW_COMMON, *_FILL_IN, _CHECK, _STATES, *_CONDITIONS),
    groups=(OneOf(("text", "show", "fill_in", "check")),), at_most_one=(("if", "unless"),), absent=_OF_ANY_PART,
)
NOTICE_PART = Record(
    "a part of a notice", (Field("text", MarkedUpText(), _TEXT.doc, True, _TEXT.example), _STATES, *_CONDITIONS),
    at_most_one=(("if", "unless"),), absent=_OF_ANY_PART,
)

SECTION = Record("a section", (
    Field("id", ID, "A short name, different for each section.", True, "after-surgery"),
    Field("heading", SingleLine(120), "The heading as printed.", True, "What happens after the surgery?"),
    Field("parts", ListOf(SECTION_PART), "What stands below the heading, in order.", True),
))
NOTICE = Record("a notice", (
    Field("id", ID, "A short name; a section prints the notice with `show:` and this name.", True, "collar"),
    Field("label", SingleLine(80), "The words in bold above it.", True, "Your neck collar"),
    Field("ask", SingleLine(160), "A teach-back question for the staff sheet; the notice is its answer.",
          example="Do you need a neck collar?"),
    Field("says", ListOf(NOTICE_PART), "The text, mostly one part for each answer.", True),
))
SURGEON = surgeon_record(NOTICE_PART)
MILESTONE = Record("a milestone", (
    Field("id", ID, "A short name, different for each milestone.", True, "driving"),
    Field("label", SingleLine(80), "The words in the table of dates.", True, "Driving is usually safe"),
    Field("short", SingleLine(28), "The words under the timeline; the label if left out.", example="Driving"),
    Field("at", AT, "On one day after surgery.", example="1 day"),
    Field("by", BY, "Not later than this.", example="4 weeks"),
    Field("between", BETWEEN, "From the first time to the second.", example="1 and 2 weeks"),
    Field("quote", PlainText(), "The sentence of the source that the time comes from; it must stand in the text too.",
          True, "Patients are usually safe to drive within a week or two."),
    Field("kind", Choice(tuple(kind.value for kind in StatementKind)),
          "`expectation`: what is usual. `restriction`: an order. `appointment`. `expectation` if left out.",
          example="expectation"),
    Field("ask", SingleLine(160), "A teach-back question for the staff sheet; the date is its answer.",
          example="When is driving usually safe?"),
), groups=(OneOf(("at", "by", "between"), "M01"),))

CHANGE = Record("a change", (
    Field("where", ID, "The section or notice that prints it.", True, "who-needs-it"),
    Field("was", PlainText(paragraphs=True), "The words of the source.", True),
    Field("now", PlainText(paragraphs=True), "The words as printed now.", True),
    Field("why", PlainText(), "The reason.", True),
    Field("confirmed_by", SingleLine(120), "The clinician who confirmed it; without one `check` reminds of it.",
          example="Dr. Jane Rivera"),
    Field("confirmed_on", CalendarDate(), "The day of it.", example="2026-11-30"),
))
SOURCE_TEXT = Record("a source", (
    Field("id", ID, "A short name; `rests_on` uses it.", True, "niams-herniated-disk"),
    Field("title", SingleLine(200), "The title of the text.", True, "Herniated Disk"),
    Field("publisher", SingleLine(200), "Who wrote it.", True, "NIAMS, National Institutes of Health"),
    Field("url", Pattern(r"https?://[!-~]+", "a web address", "Write it in full: https://example.org/page"),
          "Where it is published.", True, "https://medlineplus.gov/herniateddisk.html"),
    Field("seen", SingleLine(200), "Where and when it was read: the copy, and the day.", True,
          "the page itself, on 2026-11-22"),
    Field("rights", SingleLine(200), "Why its facts and words may be used.", True, "Work of the US government"),
))
PROVENANCE = Record("provenance", (
    Field("source", SingleLine(200), "What the text was made from.", True, 'Clinic handout "Cervical Foraminotomy"'),
    Field("sha256", SHA256, "The sha256 of the source's file, where the handout prints one text as it stands.",
          example="3fd3c6ff3c64237a84547f0378eaeabcc5b675cf8f19d2bed081fdd2aa60c62b"),
    Field("sources", ListOf(SOURCE_TEXT), "The texts that facts were taken from, where the words are our own."),
    Field("changes", ListOf(CHANGE, 0), "Every place where the printed words differ from the source's."),
), groups=(OneOf(("sha256", "sources")),))
MAY_NAME = Record("a declared mention", (
    Field("operation", ID, "The id of the other procedure.", True, "lumbar-laminectomy"),
    Field("why", PlainText(), "The reason.", True, "The text compares the two operations."),
))
HANDOUT = Record("a handout", (
    Field("handout", ID, "The id of the procedure: the name of the folder.", True, "cervical-foraminotomy"),
    Field("language", LANGUAGE, "The language of the text, as in the name of the file.", True, "en"),
    REVISION,
    Field("title", SingleLine(120), "The title as printed.", True, "Cervical Foraminotomy"),
    Field("names", ListOf(SingleLine(120)), "Other names of this operation; `check` warns where another handout uses one.",
          example="[foraminotomy of the neck]"),
    Field("may_name", ListOf(MAY_NAME), "Other operations that this text names on purpose."),
    Field("asks", FreeFields(
        Choice(tuple(answer.value for answer in Answer)),
        {name: Choice((answer.value,)) for name, answer in ALWAYS_ASKED.items()},
    ), "What the nurse is asked for each patient: always `surgery_date: date` and `surgeon: name`; a question of the "
        "handout's own is answered `yes, no or undecided`.", True),
    Field("sections", ListOf(SECTION), "The text.", True),
    Field("notices", ListOf(NOTICE, 0), "What stands in a box on the summary page."),
    Field("milestones", ListOf(MILESTONE, 0), "The recovery dates, in order of time."),
    Field("ends_with", ListOf(ID), "Common parts at the end; `disclaimer` must be one.", True, "[disclaimer, booking]"),
    Field("provenance", PROVENANCE, "Where the text comes from.", True),
    Field("review", REVIEW, "Who stands behind it.", True),
), "One procedure in one language: `content/procedures/<id>/handout.<language>.yaml`.", absent=frozenset({"parts"}))

COMMON = Record("a common part", (
    Field("common", ID, "Its id, as in the name of the file.", True, "disclaimer"),
    Field("language", LANGUAGE, "The language of the text, as in the name of the file.", True, "en"),
    REVISION,
    Field("heading", SingleLine(120), "The heading as printed; none if left out.", example="Request an Appointment."),
    Field("parts", ListOf(COMMON_PART_PART), "What it says, in order.", True),
    Field("locked", SHA256, "The sha256 of its words: `check` and every packet refuse others. The disclaimer must have "
          "it; only the clinic changes such words."),
    Field("review", REVIEW, "Who stands behind it.", True),
), "Text that several packets share: `content/common/<id>.<language>.yaml`.",
    absent=frozenset({"sections", "notices"}))

PLAN_ENTRY = Pattern(
    "title|identifiers|dates|notices|booking|sections|ends|about|new page|common/[a-z][a-z0-9]*(-[a-z0-9]+)*",
    "a part of a packet",
    "There are: title, identifiers, dates, notices, booking, sections, ends, about, new page and common/<id>.",
    "S06",
)
PLAN = Record("a packet plan", (
    Field("packet", ID, "Its id, as in the name of the file.", True, "discharge"),
    Field("for", Choice(("patients", "staff")), "Who gets it; a patient's must show identifiers, booking, ends and "
          "about.", True, "patients"),
    Field("shows", ListOf(PLAN_ENTRY), "The parts in order: `title`, `identifiers`, `dates` (timeline and table), "
          "`notices`, `booking`, `sections`, `ends` (what the handout ends with), `about`, `new page`, "
          "`common/<id>`.", True),
), "Which parts a packet has, in which order: `content/packets/<id>.yaml`.")

HOST = Pattern(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?", "the name of a machine", "Write its name only: "
            "mail.example.org")
ADDRESS = Pattern(r"[A-Za-z0-9._+-]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", "a mail address",
               "Write the address only, its domain in small letters: care@example.org")
MAIL_SETTINGS = Record("the mail block", (
    Field("host", HOST, "The clinic's relay; its certificate must carry this name.", True, "mail.example.org"),
    Field("port", Integer(1, 65535), "Its port.", True, "587"),
    Field("tls", Choice(tuple(tls.value for tls in Tls)), "`starttls` (mostly port 587) or `implicit` (mostly 465). "
          "Nothing is ever sent without.", True, "starttls"),
    Field("from", ADDRESS, "The address that the mails come from.", True, "care@example.org"),
    Field("reply_to", ADDRESS, "Where answers go, if not there.", example="office@example.org"),
    Field("user", Pattern("[!-~]{1,120}", "a user name", "Letters, digits and signs, no blanks."), "The name to log in "
          "with; the password comes from `--password-file`.", example="packets"),
    Field("ca_file", Pattern(r"(/|[A-Za-z]:[\\/]).{1,400}", "the path of a file", "Write it in full: "
          "/etc/ssl/hospital.pem or C:\\ssl\\hospital.pem"), "The certificates to trust instead of the machine's.",
          example="/etc/ssl/hospital.pem"),
    Field("per_minute", Integer(1, 600), "How many mails go out in a minute; 20 if left out.", example="20"),
    Field("deadline_hours", Integer(1, 720), "What has not gone out so long after it was queued never does; 48 if left "
          "out.", example="48"),
    Field("before_confirmed", Choice(("yes", "no")), "`yes`: a packet may go out before its row says `performed`, "
          "until the day of the operation is over; `no` if left out.", example="no"),
    Field("site_folder", Pattern("(/|[A-Za-z]:).{1,400}", "the path of a folder", "Write it in full: /srv/packets"), "The "
          "folder with `site.key` and the register of mails, for all users of this computer; each has their own if "
          "left out.", example="/srv/packets"),
    Field("passwords", Choice(("yes", "no")), "`yes`: each PDF asks for a password of its own. Staff look it up (`mail "
          "show ID --password`) and tell the patient in person or by telephone; `no` if left out.", example="no"),
))
MAIL = Record("the mail", (
    Field("language", LANGUAGE, "The language of the text, as in the name of the file.", True, "en"),
    REVISION,
    Field("subject", SingleLine(70), "The same for everybody: nothing of the patient, nothing of the operation.", True,
          "Your care instructions"),
    Field("greeting", PlainText("words"), "The first line. Can use " + listed_slots(GREETING_SLOTS) + ".", True, "Hello,"),
    Field("text", PlainText("text", paragraphs=True), "What the mail says. Can use " + listed_slots(TEXT_SLOTS) + ". The "
          "clinic's name and telephone number stand below it always.", True, "Your care instructions are attached."),
    Field("password", PlainText("text", paragraphs=True), "How to open the attachment where it has a password.", True,
          "The PDF asks for a password. We tell it to you by telephone."),
    Field("event", SingleLine(70), "The title of each day in the calendar file; neutral, for others see it.", True,
          '"Recovery date: see your care instructions"'),
), "The mail that carries a packet: `content/common/mail.<language>.yaml`.")

PLAIN = Record("the limits for plain words", (
    Field("most_grade", Integer(1, 20), "The highest Flesch-Kincaid grade of a file; `check --plain` fails above it.",
          example="8"),
    Field("most_words", Integer(8, 80), "The most words of a sentence; `check --plain` fails above it.", example="30"),
))
CLINIC = Record("the clinic", (
    Field("name", SingleLine(120), "The clinic's name as printed; {clinic} needs it.", example="Sample Spine Clinic"),
    Field("phone", PHONE, "The number to call, as printed.", True, "816-363-2500"),
    Field("dial", DIAL, "The same number with country code, for links and QR code.", True, '"+1-816-363-2500"'),
    Field("booking_url", Pattern(r"https://[a-z0-9.-]+\.[a-z]{2,}(:[0-9]+)?(/[!-~]{0,120})?", "a web address",
          "Write it in full and not too long for a QR code: https://example.org/booking"),
          "A page to book on; the QR code opens it instead of calling.", example="https://example.org/booking"),
    Field("paper", Choice(tuple(paper.value for paper in Paper)), "The paper, unless asked otherwise.", True,
          "letter"),
    Field("print", Choice(tuple(profile.value for profile in Profile)), "The size of print, unless asked otherwise.",
          True, "normal"),
    Field("language", LANGUAGE, "The language, unless asked otherwise.", True, "en"),
    Field("time_zone", TimeZone(), "Where the clinic is: its date is today's date when a surgery date is checked. This "
          "computer's own time zone if left out.", example="America/Chicago"),
    Field("plain", PLAIN, "From where on `check --plain` fails; it only advises if left out."),
    Field("mail", MAIL_SETTINGS, "How packets go out by mail; none do if left out."),
), "What every packet of the clinic shares: `content/clinic.yaml`.")

WORDS = Record("the list of words", tuple(
    Field(name, PlainText("words"), "Uses " + ", ".join(f"`{{{slot}}}`" for slot in sorted(slots)) + "." if slots
          else "Words without a slot.", name not in MORE_FORMS)
    for name, slots in PATTERNS.items()
))
_RULE = Pattern(RULE, "a plural rule of CLDR", "Write it as CLDR does: n % 10 = 2..4 and n % 100 != 12..14", "L38")
PLURALS = Record("the plural rules", tuple(
    Field(name, _RULE, f"Which numbers take the words `{name}_…`.", example=example)
    for name, example in zip(FORMS, ("n % 10 = 0", "n = 1", "n = 2", "n = 3..10", "n % 100 = 0..2"), strict=True)
))
LANGUAGE_FILE = Record("a language", (
    Field("language", LANGUAGE, "The tag, as in the name of the file.", True, "en"),
    Field("name", SingleLine(60), "The name of the language, in that language.", True, "English"),
    REVISION,
    Field("months", ListOf(SingleLine(30), 12, 12), "January to December.", True),
    Field("short_months", ListOf(SingleLine(12), 12, 12), "The same, short.", True),
    Field("weekdays", ListOf(SingleLine(30), 7, 7), "Monday to Sunday.", True),
    Field("plurals", PLURALS, "CLDR's rules for whole numbers, where there are more forms than `one_…` for 1 and "
          "`many_…` for all others; a form that has a rule needs its words, such as `few_weeks`. `many_…` is of the "
          "numbers that no rule takes."),
    Field("words", WORDS, "The words around the content.", True),
    Field("review", REVIEW, "Who stands behind the words; not needed for those of the clinic's own language."),
), "The words around the content in one language: `content/languages/<tag>.yaml`.")

CASE = Record("a case", (
    Field("procedure", RawValue(), "The id of the procedure.", True, "cervical-foraminotomy"),
    Field("patient_name", RawValue(True), "The name, exactly as it should be printed.", True, "Rosa Martinez (sample)"),
    Field("mrn", RawValue(True), "The record number; zeros in front are kept.", True, "00418823"),
    Field("dob", RawValue(), "The date of birth.", example="1961-03-09"),
    Field("surgery_date", RawValue(), "The date of the surgery.", True, "2026-12-07"),
    Field("surgeon", RawValue(True), "The surgeon's name.", True, "Dr. Jane Rivera (sample)"),
    Field("collar", RawValue(), "yes, no or undecided; any other question of the handout is written the same way.",
          example="undecided"),
    Field("language", RawValue(), "The language; the clinic's if left out.", example="en"),
    Field("discharge_date", RawValue(), "The day of going home.", example="2026-12-08"),
    Field("follow_up", RawValue(True), "The follow-up appointment, in words.", example="Monday, January 4, 10:30"),
    Field("status", RawValue(), "planned or performed.", example="planned"),
    Field("packet_id", RawValue(), "The packet's number, if it has one already.", example="7KQ4-M2F4"),
    Field("replaces", RawValue(), "The number of the replaced packet, or several with commas.", example="7KQ4-M2F4"),
    Field("large_print", RawValue(), "yes or no.", example="no"),
    Field("paper", RawValue(), "letter or a4.", example="letter"),
), "One patient's case, for `packet --case FILE`. It holds patient data: keep it where only you can read it.",
    others=RawValue())

HARD_WORD = Record("a hard word", (
    Field("instead_of", SingleLine(60), "The hard word.", True, "analgesia"),
    Field("say", SingleLine(80), "A plain one.", True, "pain relief"),
))
GLOSSARY = Record("a glossary", (
    Field("glossary", LANGUAGE, "The language of the words, as in the name of the file.", True, "en"),
    Field("words", ListOf(HARD_WORD, most=2000), "Add the clinic's own; `check --plain` shows where one is used.",
          True),
), "Hard words and plain ones: `content/glossaries/<language>.yaml`.")

FILES = {
    "handout": HANDOUT,
    "common": COMMON,
    "packet": PLAN,
    "clinic": CLINIC,
    "language": LANGUAGE_FILE,
    "case": CASE,
    "source": SOURCE,
    "glossary": GLOSSARY,
    "translation": TRANSLATION,
    "common-translation": COMMON_TRANSLATION,
    "mail": MAIL,
    "surgeon": SURGEON,
}
ANSWERS = CHOICES
