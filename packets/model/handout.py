"""What authors write, as values: handouts, common parts, packet plans, before any patient is known."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from packets.model.recovery import Milestone


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one patient's value, or the clinic's: `{surgeon}`, `{phone}`."""

    name: str
    strong: bool = False


Run = Text | Slot


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True)
class Steps:
    items: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True)
class Show:
    """Something made from the case or from elsewhere: `milestones`, `booking`, `teach-back`, or a notice's id."""

    what: str


@dataclass(frozen=True, slots=True)
class FillIn:
    """A labelled place to write; printed with the case's value where `source` names one that is known."""

    label: str
    source: str = ""
    lines: int = 1
    note: str = ""  # "Ask your nurse"


@dataclass(frozen=True, slots=True)
class Check:
    """A line with a box to tick (staff sheet)."""

    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Todo:
    """A hole in a draft that only a clinician can fill: printed as such, and listed by `check`."""

    what: str


@dataclass(frozen=True, slots=True)
class OverrideNote:
    """A surgeon's own milestone, below the paragraph of the handout that says otherwise."""

    milestone: str


Block = Paragraph | Bullets | Steps | Show | FillIn | Check | Todo | OverrideNote


@dataclass(frozen=True, slots=True)
class Condition:
    """`collar is yes`; with `holds` False: the same after `unless:`."""

    question: str
    answer: str
    holds: bool = True


OF_THE_CLINIC = ("phone", "clinic", "procedure")  # slots that are the same for every patient


@dataclass(frozen=True, slots=True)
class RestsOn:
    """What a part took from which source; the source `ours` is our own and states nothing about care."""

    source: str
    took: str


OURS = "ours"


@dataclass(frozen=True, slots=True)
class Part:
    blocks: tuple[Block, ...]
    condition: Condition | None = None
    draft: bool = False
    rests_on: tuple[RestsOn, ...] = ()
    states: tuple[tuple[str, str], ...] = ()  # facts by name, for `check` to compare: ("collar", "ordered")


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    heading: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """What the summary page says in a box and a section may `show:` as well: the collar."""

    id: str
    label: str
    parts: tuple[Part, ...]
    ask: str = ""


class Answer(StrEnum):
    """What a question of a handout takes, in the author's words under `asks:`."""

    DATE = "date"
    NAME = "name"
    CHOICE = "yes, no or undecided"


CHOICES = ("yes", "no", "undecided")


@dataclass(frozen=True, slots=True)
class Ask:
    """One entry of `asks:`."""

    name: str
    answer: Answer

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the answers that a condition can name; none for a date or a name."""
        return CHOICES if self.answer is Answer.CHOICE else ()


class Status(StrEnum):
    PUBLISHED = "published"  # the clinic's own text as it stands
    FORM = "form"  # labels and lines to fill in: says nothing about care
    DRAFT = "draft"  # ours, awaiting a clinician
    APPROVED = "approved"  # by a named clinician, until a date
    RETIRED = "retired"  # no longer printed


@dataclass(frozen=True, slots=True)
class Review:
    status: Status
    by: str = ""
    on: dt.date | None = None
    again_by: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One place where the printed words differ from the source's, and why."""

    where: str
    was: str
    now: str
    why: str
    confirmed_by: str = ""
    confirmed_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A text that facts were taken from, in our own words: whose it is, where it was read, and why it may be used."""

    id: str
    title: str
    publisher: str
    url: str
    seen: str
    rights: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Either one source with its sha256, printed as it stands, or several `sources` that facts were taken from."""

    source: str
    sha256: str
    changes: tuple[Change, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """Whose own instructions a handout holds, of which revision, and the number to call for them."""

    surgeon: str
    revision: int
    review: Review
    phone: str = ""  # "" for the clinic's
    dial: str = ""


@dataclass(frozen=True, slots=True)
class Handout:
    """One procedure in one language: content/procedures/<id>/handout.<language>.yaml."""

    id: str
    language: str
    revision: int
    title: str
    asks: tuple[Ask, ...]
    sections: tuple[Section, ...]
    notices: tuple[Notice, ...]
    milestones: tuple[Milestone, ...]
    ends_with: tuple[str, ...]  # ids of common parts
    provenance: Provenance
    review: Review
    names: tuple[str, ...] = ()  # of the operation, beside the title
    may_name: tuple[str, ...] = ()  # procedures whose names may stand in the text
    original: Handout | None = None  # what a translation translates
    signature: Signature | None = None  # with a surgeon's own instructions in it

    @property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """Return the answers to each question that conditions can name."""
        return {ask.name: ask.choices for ask in self.asks if ask.choices}

    @property
    def draft(self) -> bool:
        """Whether anything in it is marked on every page."""
        own = self.signature is not None and self.signature.review.status is Status.DRAFT
        return own or self.review.status is Status.DRAFT


@dataclass(frozen=True, slots=True)
class CommonPart:
    """Text that several packets share: content/common/<id>.<language>.yaml."""

    id: str
    language: str
    revision: int
    heading: str
    parts: tuple[Part, ...]
    review: Review
    original: CommonPart | None = None  # what a translation translates


@dataclass(frozen=True, slots=True)
class PacketPlan:
    """Which parts a packet has, in which order: content/packets/<id>.yaml.

    Each entry is a word of `PLAN_WORDS`, or `common/<id>`.
    """

    id: str
    shows: tuple[str, ...]
    staff: bool = False  # not part of the patient's copy, and in the original's language


PLAN_WORDS = (
    "title",  # the procedure's name
    "identifiers",  # patient, record number, surgeon, surgery date
    "dates",  # timeline and table of milestones
    "notices",  # the boxes: collar
    "booking",  # the booking box with number and QR code
    "sections",  # the handout in the clinic's words
    "ends",  # what the handout ends with: disclaimer, booking
    "about",  # source, revision, replaced packet
    "new page",
)
