"""Test page 1: it has the help strip for every name, language, paper, print size and number of dates."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from packets.cli.preview import sample_answers
from packets.model.case import Case, Clinic, Paper, PrintOptions, PrintSize
from packets.model.clinic_contact import Emergency, Phone, Texts
from packets.model.filled_packet import FilledPacket
from packets.model.handout import Handout, Review, Status
from packets.model.recovery import After, At, Between, By, FromThrough, Kind, Milestone, Offset, Timing, Unit, Until
from packets.pipeline import fill_packet
from packets.verified_pdf import render
from tests.effort import examples
from tests.pages.checker import Document, Rule, check
from tests.pages.help_strip import missing_help
from tests.pages.limits import LIMITS
from tests.pages.measure import measure
from tests.pages.variants import DISCHARGE, PRE_OP, SAMPLES, SURGERY_DATE, library
from tests.samples import LONGEST

pytestmark = pytest.mark.no_cover  # many samples would take twice as long; other tests reach these lines

# As a clinic would write them. Page 1 has room for four short ones or two long ones; `check` warns about more.
SIGNS = {
    "en": ("You have chest pain", "You have trouble breathing", "You cannot wake up fully", "Blood soaks the bandage"),
    "es": ("Le duele el pecho", "Le cuesta respirar", "No se despierta del todo", "La sangre empapa la venda"),
    "de": ("Sie haben Brustschmerzen", "Sie bekommen schlecht Luft", "Sie werden nicht wach", "Die Wunde blutet stark"),
}
LONG_SIGNS = {
    "en": (
        "You have chest pain that does not go away with rest",
        "Your leg is suddenly swollen, blue, cold or painful",
    ),
    "es": (
        "Tiene un dolor en el pecho que no se le quita pronto",
        "Su pierna está hinchada, azul, fría o muy dolorida",
    ),
    "de": (
        "Sie haben Schmerzen in der Brust, die nicht aufhören",
        "Ihr Bein ist plötzlich geschwollen, blau oder kalt",
    ),
}
PHONES = (
    Phone("office", "816-555-0100", "+1-816-555-0100", (("", "Office"),), (("", "Mon to Fri, 8 am to 5 pm"),)),
    Phone("after_hours", "816-555-0111", "+1-816-555-0111", (("", "Nights and weekends"),)),
    Phone("pharmacy", "(816) 555-0122", "+1-816-555-0122", (("", "Pharmacy"),)),
)
PAGE_1_RULES = {Rule.SIZE, Rule.OVERLAP, Rule.MARGIN, Rule.CALLOUT, Rule.LAST_WORD}
TIMINGS: tuple[Timing, ...] = (
    At(Offset(1, Unit.DAY)),
    By(Offset(4, Unit.WEEK)),
    Until(Offset(3, Unit.MONTH)),
    After(Offset(6, Unit.WEEK)),
    Between(Offset(4, Unit.WEEK), Offset(6, Unit.WEEK)),
    FromThrough(Offset(2, Unit.DAY), Offset(10, Unit.WEEK)),
)


class Drawn(Struct, frozen=True):
    """What a page 1 depends on."""

    procedure: str
    language: str
    name: str
    birth_date: dt.date | None
    surgery_date: dt.date
    dates: int
    draft: bool
    signs: int
    phones: int
    has_long_signs: bool
    books_on_the_web: bool
    has_letterhead: bool  # with a logo and an address

    def packet(self) -> FilledPacket:
        """Return the first parts of the packet: the sections, which begin on later pages, are left out."""
        plan = PRE_OP if self.procedure.endswith("-before") else DISCHARGE
        known = library(SAMPLES, self.procedure, self.language, plan)
        handout = self._handout(known.handouts[self.procedure, self.language])
        drawn = replace(known, clinic=self.clinic(known.clinic), handouts={(self.procedure, self.language): handout})
        return fill_packet(drawn, self._case(handout), plan=plan, include_drafts=self.draft)

    def clinic(self, known: Clinic) -> Clinic:
        def own(texts: Texts[str]) -> Texts[str]:
            return tuple((self.language, words) for _, words in texts)

        phones = tuple(
            replace(phone, label=own(phone.label), hours=own(phone.hours)) for phone in PHONES[: self.phones]
        )
        of_language = LONG_SIGNS if self.has_long_signs else SIGNS
        signs = ((self.language, of_language[self.language][: self.signs]),)
        changed = replace(
            known,
            phone=phones[0].number,
            dial=phones[0].dial,
            phones=phones,
            emergency=Emergency("911", signs) if self.signs else None,
            booking_url=known.booking_url if self.books_on_the_web else "",
            sites=(),
        )
        return changed if self.has_letterhead else replace(changed, name="", address=(), logo=None)

    def _handout(self, known: Handout) -> Handout:
        milestones = tuple(
            Milestone(f"date-{each}", f"Step {each + 1}", "", TIMINGS[each % 6], "", list(Kind)[each % 3])
            for each in range(self.dates)
        )
        review = Review(Status.DRAFT if self.draft else Status.APPROVED)
        return replace(known, milestones=milestones, review=review, sections=(), notices=())

    def _case(self, handout: Handout) -> Case:
        return Case(
            procedure=self.procedure,
            patient_name=self.name,
            record_number="00418823",
            surgery_date=self.surgery_date,
            surgeon="Dr. Jane Rivera",
            answers=sample_answers(handout, SURGERY_DATE),
            packet_id="SAMP-LE2Z",
            language=self.language,
            birth_date=self.birth_date,
        )


NAMES = st.lists(st.text("aeinorstAW", min_size=1, max_size=24), min_size=1, max_size=30).map(" ".join)
DRAWN = st.builds(
    Drawn,
    procedure=st.sampled_from(["cataract-surgery", "knee-replacement-before", "total-knee-replacement"]),
    language=st.sampled_from(["en", "es", "de"]),
    name=st.one_of(NAMES.map(lambda name: name[:120].strip()), st.just(LONGEST)),
    birth_date=st.none() | st.dates(dt.date(1930, 1, 1), dt.date(2020, 12, 31)),
    surgery_date=st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)),
    dates=st.integers(0, 14),
    draft=st.booleans(),
    signs=st.integers(0, 4),
    phones=st.integers(1, 3),
    has_long_signs=st.booleans(),
    books_on_the_web=st.booleans(),
    has_letterhead=st.booleans(),
)
LARGE_A4 = PrintOptions(Paper.A4, PrintSize.LARGE)
EVERYTHING = Drawn(
    procedure="knee-replacement-before",
    language="de",
    name="W" * 120,
    birth_date=dt.date(1961, 9, 30),
    surgery_date=dt.date(2026, 9, 30),
    dates=14,
    draft=True,
    signs=4,
    phones=3,
    has_long_signs=False,
    books_on_the_web=True,
    has_letterhead=True,
)


@settings(max_examples=examples(80))
@given(DRAWN, st.builds(PrintOptions, st.sampled_from(Paper), st.sampled_from(PrintSize)))
@example(EVERYTHING, LARGE_A4)
@example(EVERYTHING, PrintOptions(Paper.LETTER, PrintSize.LARGE))
@example(replace(EVERYTHING, language="es", has_long_signs=True), LARGE_A4)
@example(
    replace(EVERYTHING, language="es", name=LONGEST, has_long_signs=True), PrintOptions(Paper.LETTER, PrintSize.LARGE)
)
def test_page_1_says_whom_to_call_and_breaks_no_date(drawn: Drawn, print_options: PrintOptions) -> None:
    data = render(drawn.packet(), print_options).data
    pages = measure(data)
    limits = LIMITS[print_options.print_size]
    clinic = drawn.clinic(library(SAMPLES, drawn.procedure, drawn.language, DISCHARGE).clinic)
    assert list(missing_help(data, pages[0], clinic, drawn.language, limits)) == []
    found = check(Document(pages, tuple(range(1, len(pages) + 1)), drawn.language, limits))
    assert [each for each in found if each.rule in PAGE_1_RULES and each.page == 1] == []
    assert [each for each in found if each.rule is Rule.BROKEN] == []


def test_the_signs_are_as_long_as_check_permits() -> None:
    assert max(len(sign) for signs in SIGNS.values() for sign in signs) == 26
    assert max(len(sign) for signs in LONG_SIGNS.values() for sign in signs) == 52
