"""Define what authors write: handouts, common parts and packet plans, before any patient is known."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from msgspec import Struct

from packets.model.attached_pdf import AttachedPdf
from packets.model.condition import Condition
from packets.model.picture import Picture
from packets.model.question import Question
from packets.model.recovery import Milestone
from packets.model.regimen import ConditionalRegimen, Regimen
from packets.model.source_text import Provenance


class Text(Struct, frozen=True):
    """Words; `link` is the https: or tel: address that they lead to."""

    text: str
    strong: bool = False
    link: str = ""


class Slot(Struct, frozen=True):
    """A placeholder for a value of the patient or the clinic: `{surgeon}`, `{phone}`."""

    name: str
    strong: bool = False


Run = Text | Slot


class Paragraph(Struct, frozen=True):
    runs: tuple[Run, ...]


class Bullets(Struct, frozen=True):
    items: tuple[tuple[Run, ...], ...]


class Steps(Struct, frozen=True):
    items: tuple[tuple[Run, ...], ...]


class Subheading(Struct, frozen=True):
    """A heading inside a section."""

    text: str


class CalloutKind(StrEnum):
    EMERGENCY = "emergency"
    CALL = "call"
    NOTE = "note"


class Callout(Struct, frozen=True):
    """A box that pages never split."""

    kind: CalloutKind
    heading: str
    blocks: tuple[Paragraph | Bullets | Steps, ...]


class TableRow(Struct, frozen=True):
    """A row of a table, with one cell for each column."""

    cells: tuple[tuple[Run, ...], ...]
    condition: Condition | None = None


class Table(Struct, frozen=True):
    """A table. It is left out if none of its rows is printed."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    row_headers: bool = False  # whether the first cell of each row names the row


TIMES_OF_DAY = ("morning", "noon", "evening", "bedtime")


class Medicine(Struct, frozen=True):
    """One row of the medicine table; `doses` are in the order of TIMES_OF_DAY, "" where none is taken."""

    medicine: str
    purpose: str
    doses: tuple[str, ...]
    until: str = ""
    note: str = ""
    condition: Condition | None = None


class Medicines(Struct, frozen=True):
    """The table of a patient's medicines, with empty rows to fill in. It is left out if no row is printed."""

    medicines: tuple[Medicine, ...]
    empty_rows: int = 0
    times: tuple[str, ...] = ()  # of TIMES_OF_DAY, if there are any: HH:MM, "{question}" or ""


class ImageWidth(StrEnum):
    """How much of the width of the text an image takes; it is narrower if it would be too tall."""

    FULL = "full"
    HALF = "half"
    THIRD = "third"


class Image(Struct, frozen=True):
    """A picture with the words below it; `alt` is read aloud to readers who cannot see it."""

    file: str  # its name, beside the content file
    alt: str
    caption: str
    width: ImageWidth = ImageWidth.HALF
    picture: Picture | None = None  # None in `diff`, if the file is no longer there


class PageBreak(Struct, frozen=True):
    """The next part begins on a new page."""


class Show(Struct, frozen=True):
    """Content that is generated or defined elsewhere: `milestones`, `booking`, `teach-back`, or a notice's id."""

    what: str


class FillIn(Struct, frozen=True):
    """A labeled blank to write on; prints the case's value instead if `source` names one that is known."""

    label: str
    source: str = ""
    lines: int = 1
    note: str = ""  # "Ask your nurse"


class Check(Struct, frozen=True):
    """A line with a checkbox (staff sheet)."""

    runs: tuple[Run, ...]


class Todo(Struct, frozen=True):
    """A gap in a draft that only a clinician can fill; it is printed as a gap and `check` lists it."""

    what: str


class OverrideNote(Struct, frozen=True):
    """A surgeon's milestone, printed below the handout's paragraph that it replaces.

    `conditions` are those of the lines with the sentence: the note is printed if one of these lines is.
    """

    milestone: str
    conditions: tuple[Condition | None, ...]


Block = (
    Paragraph
    | Bullets
    | Steps
    | Subheading
    | Callout
    | Table
    | Medicines
    | Regimen
    | Image
    | PageBreak
    | Show
    | FillIn
    | Check
    | Todo
    | OverrideNote
)
WORDLESS = Show | PageBreak  # blocks without words of the author


def row_conditions(block: Block) -> tuple[Condition | None, ...]:
    """Return the condition of each row of a table; nothing for other blocks."""
    if isinstance(block, Table):
        return tuple(row.condition for row in block.rows)
    if isinstance(block, Medicines):
        return (*(medicine.condition for medicine in block.medicines), *(None,) * block.empty_rows)
    return ()


CLINIC_SLOTS = ("phone", "clinic", "site", "procedure")  # placeholders with the same value for every patient


class Part(Struct, frozen=True):
    blocks: tuple[Block, ...]
    condition: Condition | None = None
    draft: bool = False
    keep_together: bool = False  # on one page, if it fits on one

    @property
    def has_words(self) -> bool:
        """Return whether the author wrote words here, which a translation must have too."""
        return not all(isinstance(block, WORDLESS) for block in self.blocks)

    @property
    def conditions(self) -> tuple[Condition | None, ...]:
        """Return its own condition, and those of the rows of its tables."""
        return (self.condition, *(condition for block in self.blocks for condition in row_conditions(block)))

    @property
    def conditions_of_all_rows(self) -> tuple[Condition, ...]:
        """Return the conditions of the rows of its tables if all rows have one: nothing may be printed then."""
        tables = (block for block in self.blocks if isinstance(block, Table | Medicines))
        conditions = [condition for table in tables for condition in row_conditions(table)]
        return () if None in conditions else tuple(condition for condition in conditions if condition)


class Section(Struct, frozen=True):
    id: str
    heading: str
    parts: tuple[Part, ...]
    condition: Condition | None = None


class Notice(Struct, frozen=True):
    """A notice, such as the collar's: a box on the summary page that a section may `show:` too."""

    id: str
    label: str
    parts: tuple[Part, ...]
    ask: str = ""
    condition: Condition | None = None


class Status(StrEnum):
    PUBLISHED = "published"  # the clinic's own text, unchanged
    FORM = "form"  # labels and blank lines; says nothing about care
    DRAFT = "draft"  # our text, not yet approved by a clinician
    APPROVED = "approved"  # by a named clinician, until a date
    RETIRED = "retired"  # no longer printed


class Review(Struct, frozen=True):
    status: Status
    by: str = ""
    on: dt.date | None = None
    again_by: dt.date | None = None


class Signature(Struct, frozen=True):
    """The surgeon whose instructions a handout includes, their revision, and the phone number to call."""

    surgeon: str
    revision: int
    review: Review
    phone: str = ""  # "" means the clinic's
    dial: str = ""


BEFORE_SURGERY = "before_surgery"  # the kind of a handout for the days before


class Handout(Struct, frozen=True):
    """One procedure in one language, from content/procedures/<id>/handout.<language>.yaml."""

    id: str
    language: str
    revision: int
    title: str
    questions: tuple[Question, ...]
    sections: tuple[Section, ...]
    notices: tuple[Notice, ...]
    milestones: tuple[Milestone, ...]
    ends_with: tuple[str, ...]  # ids of common parts
    provenance: Provenance
    review: Review
    names: tuple[str, ...] = ()  # of the operation, besides the title
    may_name: tuple[str, ...] = ()  # procedures whose names may appear in the text
    original: Handout | None = None  # the original of a translation
    emergency_signs: tuple[str, ...] = ()  # of this operation, below those of the clinic on page 1
    kind: str = ""  # of case, as the language files name it: "procedure"; "" is a surgery
    signature: Signature | None = None  # set if a surgeon's instructions were applied

    @property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """Return the answers to each question that conditions can name."""
        return {question.name: question.choices for question in self.questions if question.choices}

    @property
    def staff_questions(self) -> tuple[Question, ...]:
        """Return the questions as the staff reads them: in English if the original is, even for a translation."""
        return self.original.questions if self.original and self.original.language == "en" else self.questions

    @property
    def side(self) -> Question | None:
        """Return the question for the side of the operation, if the handout asks it."""
        return next((question for question in self.questions if question.laterality), None)

    @property
    def has_preparation(self) -> bool:
        """Return whether it says what the patient does before the surgery."""
        steps = (offset for entry in self.regimens for step in entry.regimen.steps for offset in step.offsets)
        return any(milestone.is_preparation for milestone in self.milestones) or any(step.count < 0 for step in steps)

    @property
    def regimens(self) -> tuple[ConditionalRegimen, ...]:
        """Return the `schedule:` blocks of all sections, in order."""
        return tuple(
            ConditionalRegimen(block, tuple(filter(None, (section.condition, part.condition))), part.draft)
            for section in self.sections
            for part in section.parts
            for block in part.blocks
            if isinstance(block, Regimen)
        )

    @property
    def draft(self) -> bool:
        """Return whether every page carries a DRAFT mark."""
        signature_is_draft = self.signature is not None and self.signature.review.status is Status.DRAFT
        return signature_is_draft or self.review.status is Status.DRAFT


class CommonPart(Struct, frozen=True):
    """Text that several packets share, from content/common/<id>.<language>.yaml."""

    id: str
    language: str
    revision: int
    heading: str
    parts: tuple[Part, ...]
    review: Review
    original: CommonPart | None = None  # the original of a translation


class PacketPlan(Struct, frozen=True):
    """The parts of a packet in their order, from content/packets/<id>.yaml.

    Each entry of `shows` is one of `PLAN_WORDS`, or `common/<id>`.
    """

    id: str
    shows: tuple[str, ...]
    staff: bool = False  # for staff: not part of the patient's copy, and in the original language
    attach: tuple[AttachedPdf, ...] = ()

    @property
    def counts_down(self) -> bool:
        """Return whether it is for the days before the surgery."""
        return "countdown" in self.shows


PLAN_WORDS = (
    "title",  # the procedure's name
    "identifiers",  # patient, record number, surgeon, surgery date
    "dates",  # the table of milestones
    "countdown",  # the milestones as steps up to the surgery
    "notices",  # boxes such as the collar's
    "booking",  # the booking box with number and QR code
    "sections",  # the handout's own text
    "ends",  # the common parts at the end: disclaimer, booking
    "about",  # source, revision, replaced packet
    "new page",
)
