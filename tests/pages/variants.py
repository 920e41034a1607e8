"""List and make the variants whose pages are checked: every sample in every language, paper and print size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from packets.batch.print_run_pages import Entry, RunSheet, sheet_part
from packets.case_input.case_reader import EnteredValue
from packets.case_input.sites import clinic_at, site_ids
from packets.cli.preview import sample_answers
from packets.content import library as content
from packets.content.library import Library
from packets.errors import InvalidInputError, UsageError
from packets.model.case import Case, Clinic, Paper, PrintOptions, PrintSize
from packets.model.filled_packet import FilledPacket
from packets.pipeline import BuiltPacket, case_of, fill_packet, make_packet, make_rack_copy
from tests.pages.checker import Document, Finding, Rule, check
from tests.pages.help_strip import missing_help
from tests.pages.limits import LIMITS
from tests.pages.measure import MeasuredPage, measure
from tests.samples import CONTENT, LONGEST

SAMPLES = CONTENT.parent / "samples/library"
PRINTS = [PrintOptions(paper, print_size) for paper in Paper for print_size in PrintSize]
SURGERY_DATE = "2026-12-07"
# What is entered besides the procedure; a name of 120 letters comes with every field.
PATIENTS = {
    "plain": {},
    "birth date": {"dob": "1961-03-09"},
    "long name": {
        "patient_name": LONGEST,
        "dob": "1961-03-09",
        "discharge_date": "2026-12-08",
        "follow_up": "Tuesday, December 22, 2026 at 10:15 AM",
    },
}
DISCHARGE, HANDOUT, PRE_OP, STAFF_SHEET, RACK_COPY, RUN_SHEET = (
    *("discharge", "handout", "pre-op"),
    *("staff-sheet", "rack copy", "run sheet"),
)


@dataclass(frozen=True, slots=True)
class Variant:
    """One file to check; `staff_language` is the language on the back of each page."""

    root: Path
    procedure: str
    language: str
    print_options: PrintOptions
    kind: str = DISCHARGE
    patient: str = "plain"
    staff_language: str = ""

    def __str__(self) -> str:
        language = f"{self.language}+{self.staff_language}" if self.staff_language else self.language
        options = self.print_options
        return f"{self.procedure} {language} {options.paper} {options.print_size} {self.kind} {self.patient}"

    @property
    def is_for_patients(self) -> bool:
        return self.kind not in (STAFF_SHEET, RUN_SHEET)


def variants() -> list[Variant]:
    """Return the variants: the packets of patients in every print, the others in two that change with the handout."""
    found = [Variant(CONTENT, "", "en", options, RUN_SHEET) for options in PRINTS]
    for root in (CONTENT, SAMPLES):
        handouts = sorted(file.parent.name + " " + file.suffixes[0][1:] for file in root.glob("procedures/*/handout.*"))
        for number, handout in enumerate(handouts):
            procedure, language = handout.split()
            plan = PRE_OP if procedure.endswith("-before") else DISCHARGE
            two_prints = PRINTS[:: len(PRINTS) - 1] if number % 2 else PRINTS[1:-1]  # both papers and both sizes
            for options in PRINTS:
                found += [Variant(root, procedure, language, options, plan, name) for name in ("plain", "long name")]
            for options in two_prints:
                found.append(Variant(root, procedure, language, options, plan, "birth date"))
                found += [Variant(root, procedure, language, options, kind) for kind in (HANDOUT, RACK_COPY)]
                if language == "en":
                    found.append(Variant(root, procedure, language, options, STAFF_SHEET, "long name"))
                else:
                    found.append(Variant(root, procedure, language, options, plan, "long name", staff_language="en"))
    return found


def one_print_of_each() -> list[Variant]:
    """Return each sample, kind of packet and patient in one paper and print size, which change from one to the next."""
    chosen: list[Variant] = []
    for number, (_, same) in enumerate(groupby(sorted(variants(), key=_without_print), key=_without_print)):
        prints = list(same)
        chosen.append(prints[number % len(prints)])
    return chosen


def _without_print(variant: Variant) -> tuple[str, ...]:
    return (variant.procedure, variant.language, variant.staff_language, variant.kind, variant.patient)


def make(variant: Variant) -> bytes:
    """Return the PDF, made as the command line makes it; drafts are included, with their mark."""
    if variant.kind == RUN_SHEET:
        entries = [Entry(f"SAMP-LE{number:02}", 3 + number % 4) for number in range(40)]
        return sheet_part(entries, 2, "", RunSheet(missing=1), variant.print_options).data
    return build(variant).pdf.data


def build(variant: Variant) -> BuiltPacket:
    """Return the packet of a variant other than the run sheet."""
    known = library(variant.root, variant.procedure, variant.language, variant.kind)
    site = next(iter(site_ids(known.clinic)), "")
    if variant.kind == RACK_COPY:
        return make_rack_copy(
            known, variant.procedure, variant.language, variant.print_options, site=site, include_drafts=True
        )
    staff_library = (
        library(variant.root, variant.procedure, variant.staff_language, variant.kind)
        if variant.staff_language
        else None
    )
    return make_packet(
        known,
        _case(variant, known, site),
        variant.print_options,
        plan=variant.kind,
        include_drafts=True,
        staff_library=staff_library,
    )


def filled(variant: Variant) -> FilledPacket:
    """Return the packet of a variant for one patient, before it is laid out."""
    known = library(variant.root, variant.procedure, variant.language, variant.kind)
    case = _case(variant, known, next(iter(site_ids(known.clinic)), ""))
    return fill_packet(known, case, plan=variant.kind, include_drafts=True)


def _case(variant: Variant, known: Library, site: str) -> Case:
    handout = known.handouts[variant.procedure, variant.language]
    typed = {
        "procedure": variant.procedure,
        "language": variant.language,
        "patient_name": "Rosa Martinez-O’Neil",
        "mrn": "00418823",
        "surgery_date": SURGERY_DATE,
        "surgeon": "Dr. Jane Rivera",
        "packet_id": "SAMP-LE2Z",
        **sample_answers(handout, SURGERY_DATE),
        **({"site": site} if site else {}),
        **PATIENTS[variant.patient],
    }
    entered = {name: EnteredValue(value, name) for name, value in typed.items()}
    case, problems = case_of(
        entered, handout, known, variant.print_options, lambda: b"", plan=variant.kind, include_drafts=True
    )
    if case is None:
        raise UsageError(*problems)
    return case


@cache
def library(root: Path, procedure: str, language: str, kind: str) -> Library:
    plan = HANDOUT if kind == RACK_COPY else kind
    return content.load_for_packet(root, procedure, language, (plan,))


def clinic(variant: Variant) -> Clinic:
    """Return the settings of the site that the variant is made for."""
    known = content.load_clinic(variant.root)
    return clinic_at(known, next(iter(site_ids(known)), ""))


def documents(variant: Variant, pages: tuple[MeasuredPage, ...]) -> Iterator[Document]:
    """Yield the pages of each language, as they follow each other."""
    limits = LIMITS[variant.print_options.print_size]
    languages = [variant.language, variant.staff_language] if variant.staff_language else [variant.language]
    for side, language in enumerate(languages):
        numbers = tuple(range(1, len(pages) + 1))[side :: len(languages)]
        own = pages[side :: len(languages)]
        yield Document(own, numbers, language, limits, frozenset(_may_be_empty(variant, own, numbers)))


def _may_be_empty(variant: Variant, pages: tuple[MeasuredPage, ...], numbers: tuple[int, ...]) -> Iterator[int]:
    """Yield the pages that may be nearly empty: sides of a bilingual packet that wait for the other language."""
    if variant.staff_language:
        yield from numbers


def findings_of(variant: Variant) -> tuple[tuple[MeasuredPage, ...], list[Finding]]:
    """Return the pages of a variant and everything that is wrong with them."""
    try:
        data = make(variant)
    except InvalidInputError as error:
        return (), [Finding(Rule.MADE, 0, str(error))]
    pages = measure(data)
    found = [finding for document in documents(variant, pages) for finding in check(document)]
    if variant.is_for_patients:
        limits = LIMITS[variant.print_options.print_size]
        found += missing_help(data, pages[0], clinic(variant), variant.language, limits)
    return pages, found
