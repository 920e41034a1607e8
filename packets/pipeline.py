"""Make one verified PDF from the content and a case: the steps that the CLI, web form and batch workers share."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from packets.case_input.case_fields import case_at_clinic
from packets.case_input.case_reader import EnteredValue
from packets.case_input.date_rules import date_problems, other_dates
from packets.case_input.sites import clinic_at
from packets.content.library import Library
from packets.errors import InvalidInputError, Problem, ordered
from packets.fill.document_info import marked_as_test_data
from packets.fill.packet import fill
from packets.model.applicable import dated_for
from packets.model.attached_pdf import AttachedPdf
from packets.model.case import Case, PrintOptions
from packets.model.filled_packet import FilledPacket
from packets.model.handout import Handout, Status
from packets.model.packet_id import fingerprint, packet_id
from packets.model.printed_digest import digest
from packets.verified_html import render_html
from packets.verified_pdf import RenderedPdf, render

if TYPE_CHECKING:
    from packets.braille.liblouis import Liblouis


class BuiltPacket(Struct, frozen=True):
    """A verified PDF; `left_out` names the drafts that were not printed.

    `filled` is the packet that it was made from, followed by its translation if there is one.
    """

    pdf: RenderedPdf
    left_out: tuple[str, ...]
    filled: tuple[FilledPacket, ...]


def case_of(
    entered: Mapping[str, EnteredValue],
    handout: Handout,
    library: Library,
    print_options: PrintOptions,
    site_key: Callable[[], bytes],
    *,
    plan: str = "discharge",
    plan_problems: tuple[Problem, ...] = (),
    include_drafts: bool = False,
    staff_library: Library | None = None,
) -> tuple[Case | None, tuple[Problem, ...]]:
    """Return the entered case, or None and every problem in it; `plan` and `plan_problems` are from `plan_of`.

    Unless a packet id was entered, fill the packet and compute an id from everything it prints; this calls
    `site_key`. Raise InvalidInputError for a draft that was not asked for.
    """
    case, problems = case_at_clinic(entered, handout, library.clinic)
    if case is None or plan_problems:
        return None, ordered((*problems, *plan_problems))
    unprintable_values = tuple(_with_place(problem, entered[problem.field]) for problem in unprintable(case))
    if unprintable_values:
        return None, unprintable_values
    if "packet_id" not in entered:
        case = replace(
            case, packet_id=_new_id(library, case, print_options, site_key, plan, include_drafts, staff_library)
        )
    return case, ()


def _new_id(
    library: Library,
    case: Case,
    print_options: PrintOptions,
    site_key: Callable[[], bytes],
    plan: str,
    include_drafts: bool,
    staff_library: Library | None,
) -> str:
    digests = [digest(fill_packet(library, case, plan=plan, include_drafts=include_drafts), print_options, case)]
    if staff_library is not None:
        digests.append(
            digest(fill_staff_copy(staff_library, case, plan=plan, include_drafts=include_drafts), print_options, case)
        )
    key = site_key()
    printed = fingerprint(key, "digest", *digests)
    return packet_id(key, case.record_number, case.procedure, case.surgery_date, printed, replaces=case.replaces)


def _with_place(problem: Problem, value: EnteredValue) -> Problem:
    return replace(problem, path=value.path, line=value.line, column=value.column)


def check_dates(
    library: Library,
    case: Case,
    today: dt.date,
    entered: Mapping[str, EnteredValue],
    confirmed: Collection[dt.date] = (),
    *,
    plan: str = "discharge",
    include_drafts: bool = False,
) -> tuple[Problem, ...]:
    """Return every date that is refused or must be confirmed (C70 to C77, C80 to C84), with the place of its entry.

    Raise InvalidInputError for a draft that was not asked for.
    """
    handout = library.handout_for(case.procedure, case.language, case.surgeon, include_drafts=include_drafts)
    results = date_problems(
        case,
        dated_for(handout, case),
        today,
        confirmed,
        other_dates(case, handout),
        counts_down=plan in library.plans and library.plans[plan].counts_down,
    )
    return tuple(_with_place(result.problem, entered[result.problem.field]) for result in results)


def fill_packet(library: Library, case: Case, *, plan: str = "discharge", include_drafts: bool = False) -> FilledPacket:
    """Return the filled packet. Raise InvalidInputError for a draft that was not asked for."""
    return _filled(library, case.procedure, case.language, plan, case, include_drafts)


def make_packet(
    library: Library,
    case: Case,
    print_options: PrintOptions,
    *,
    plan: str = "discharge",
    include_drafts: bool = False,
    password: str | None = None,
    staff_library: Library | None = None,
) -> BuiltPacket:
    """Make one patient's packet; with `staff_library`, each page is followed by its translation from that library.

    Raise InvalidInputError (draft, G01) and VerificationError.
    """
    packet = fill_packet(library, case, plan=plan, include_drafts=include_drafts)
    if staff_library is None:
        return build_filled(library, packet, print_options, password=password)
    other = fill_staff_copy(staff_library, case, plan=plan, include_drafts=include_drafts)
    return _build(packet, print_options, library, password, other, _blank_pages(library, staff_library))


def fill_staff_copy(
    staff_library: Library, case: Case, *, plan: str = "discharge", include_drafts: bool = False
) -> FilledPacket:
    """Fill the same case in the only language of `staff_library`, for the staff. Raise InvalidInputError."""
    from packets.pdf.bilingual import with_staff_footer

    ((_, language),) = staff_library.handouts
    translated = replace(case, language=language)
    packet = fill_packet(staff_library, translated, plan=plan, include_drafts=include_drafts)
    return with_staff_footer(packet, staff_library.languages[language])


def _blank_pages(library: Library, staff_library: Library) -> tuple[str, str]:
    """Return what a blank page says in the packet's language and in the staff's."""
    ((_, language),), ((_, other),) = library.handouts, staff_library.handouts
    return library.languages[language].say("blank_page"), staff_library.languages[other].say("blank_page")


def build_filled(
    library: Library, packet: FilledPacket, print_options: PrintOptions, *, password: str | None = None
) -> BuiltPacket:
    """Make the PDF of a packet that is already filled. Raise InvalidInputError (G01) and VerificationError."""
    return _build(packet, print_options, library, password)


def make_rack_copy(
    library: Library,
    procedure: str,
    language: str,
    print_options: PrintOptions,
    *,
    site: str = "",
    surgeon: str = "",
    answers: Mapping[str, str] = MappingProxyType({}),
    include_drafts: bool = False,
) -> BuiltPacket:
    """Make a handout without a patient: it has intervals instead of dates and no personal value.

    `surgeon` and `answers` are the same for everyone who takes a copy. Raise InvalidInputError (draft, site, R18,
    G01) and VerificationError.
    """
    rack = {**answers, **({"surgeon": surgeon} if surgeon else {})}
    packet = _filled(library, procedure, language, "handout", None, include_drafts, site, rack)
    return _build(packet, print_options, library, None)


def _filled(
    library: Library,
    procedure: str,
    language: str,
    plan: str,
    case: Case | None,
    include_drafts: bool,
    site: str = "",
    rack: Mapping[str, str] = MappingProxyType({}),
) -> FilledPacket:
    is_test_data = library.test_data
    if library.plans[plan].staff and library.staff:
        library = library.staff
        ((_, language),) = library.handouts
    surgeon = case.surgeon if case else rack.get("surgeon", "")
    handout = library.handout_for(procedure, language, surgeon, include_drafts=include_drafts)
    left_out = _draft_instructions(library, handout, surgeon)
    clinic = clinic_at(library.clinic, case.site if case else site)
    if (signature := handout.signature) and signature.phone:
        clinic = clinic.with_phone(signature.phone, signature.dial)
    commons = {name: part for (name, tag), part in library.common.items() if tag == language}
    words = library.languages[language].for_kind(handout.kind)
    packet = fill(handout, library.plans[plan], commons, clinic, words, case, include_drafts=include_drafts, rack=rack)
    packet = marked_as_test_data(packet, words) if is_test_data else packet
    return replace(packet, left_out=(*packet.left_out, *left_out)) if left_out else packet


def _draft_instructions(library: Library, handout: Handout, name: str) -> tuple[str, ...]:
    """Name the surgeon's instructions if they are a draft that was left out."""
    surgeon = library.surgeon(name, handout.language)
    instructions = surgeon.instructions(handout.id) if surgeon else None
    if surgeon is None or instructions is None or handout.signature or instructions.review.status is not Status.DRAFT:
        return ()
    return (f"{surgeon.name}'s own instructions (surgeons/{surgeon.id}.yaml)",)


def _build(
    packet: FilledPacket,
    print_options: PrintOptions,
    library: Library,
    password: str | None,
    staff_copy: FilledPacket | None = None,
    blank: tuple[str, str] = ("", ""),
) -> BuiltPacket:
    from packets.layout.fonts import MissingGlyphError
    from packets.layout.paginate import DoesNotFitError

    try:
        if staff_copy is None:
            pdf = render(packet, print_options, author=library.clinic.name, password=password)
        elif packet.attached:
            hint = "Print each language by itself, or use a plan without attach:."
            raise InvalidInputError(Problem("I42", "a packet in two languages cannot have attached pages", hint))
        else:
            from packets.verified_pdf import render_pair

            pdf = render_pair(packet, staff_copy, print_options, blank, author=library.clinic.name, password=password)
    except DoesNotFitError:
        message = "a part of the content is taller than a page and cannot be split"
        hint = "Make shorter parts of it: a callout, the row of a table, the booking text, or the lines to write on."
        raise InvalidInputError(Problem("G03", message, hint)) from None
    except MissingGlyphError as error:
        # Cases were checked before (unprintable), so the character is in the content.
        raise InvalidInputError(_no_glyph(error.characters, "the content")) from None
    return BuiltPacket(pdf, packet.left_out, (packet,) if staff_copy is None else (packet, staff_copy))


def make_html(packet: BuiltPacket, print_options: PrintOptions) -> bytes:
    """Return an HTML copy of what the PDF says. Raise VerificationError."""
    return render_html(packet.filled, print_options)


def copy_notes(attached: Iterable[AttachedPdf]) -> Iterator[Problem]:
    """Yield a note (I43) for each attached PDF, which a copy in HTML or braille does not have."""
    for file in attached:
        message = f"the HTML and braille copies do not have the pages of {file.name}"
        yield Problem("I43", message, "Give the patient that PDF too.", warning=True)


def make_braille(packet: BuiltPacket, liblouis: Liblouis) -> bytes:
    """Return what the PDF says as a braille file.

    Raise UsageError (a language without braille), InvalidInputError (G04, G05) and VerificationError.
    """
    from packets.verified_braille import render_braille

    return render_braille(packet.filled, liblouis)


def unprintable(case: Case) -> Iterator[Problem]:
    """Yield a problem (G01) for each value of the case with a character that no font can print."""
    from packets.layout.fonts import missing

    values = {
        "patient_name": case.patient_name,
        "mrn": case.record_number,
        "surgeon": case.surgeon,
        "follow_up": case.follow_up or "",
        **case.answers,
    }
    for field, value in values.items():
        characters = missing(value)
        if characters:
            yield _no_glyph(characters, field, field)


def _no_glyph(characters: tuple[str, ...], where: str, field: str = "") -> Problem:
    from packets.layout.fonts import PRINTABLE

    # Name one character only: all of them together could be the patient's name.
    character = characters[0]
    named = f"{character} (U+{ord(character):04X} {unicodedata.name(character, 'without a name')})"
    hint = f"These can be printed: {PRINTABLE}. Nothing is printed with a letter missing."
    return Problem("G01", f"no font can print {named} in {where}", hint, field=field)
