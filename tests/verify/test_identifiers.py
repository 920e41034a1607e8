"""Test what verification of a file alone says about the identifiers and the side of the operation on its pages."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pikepdf
from msgspec.structs import replace

from packets.cli.preview import sample_answers
from packets.content.library import load_for_packet
from packets.errors import VerificationError
from packets.model.case import PrintOptions
from packets.model.filled_packet import FilledPacket, Paragraph, Span
from packets.pdf.file_id import with_digest_id
from packets.pipeline import fill_packet, fill_staff_copy
from packets.verified_pdf import render, render_pair
from packets.verify.inspect import _handout, inspect, is_of
from tests.samples import CONTENT, case, handout, library, packet
from tests.verify.conftest import filled_with

SAMPLES = CONTENT.parent / "samples" / "library"
EYE = "cataract-surgery"
ANOTHER_PATIENT = "V19 the pages in the second language are another patient's, or another packet's"


def refusal(data: bytes, content: Path = CONTENT) -> list[str]:
    try:
        inspect(data, content)
    except VerificationError as error:
        return str(error).splitlines()
    return []


def with_page(data: bytes, number: int, of: bytes, other: int) -> bytes:
    """Replace a page, counted from 0, by one of another file, and give the file a new id."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf, pikepdf.open(io.BytesIO(of)) as others:
        pdf.pages[number] = others.pages[other]
        pdf.save(out)
    return with_digest_id(out.getvalue())


def test_a_patients_page_in_a_rack_copy_is_refused() -> None:
    rack = render(filled_with("handout", None), PrintOptions()).data
    assert refusal(rack) == []
    patients = packet("handout")
    patients = replace(patients, blocks=patients.blocks[:-8])  # as many pages as the rack copy
    rendered = render(patients, PrintOptions())
    assert rendered.pages == 2
    assert refusal(with_page(rack, 1, rendered.data, 1)) == ["V14 page 2 does not show the identifiers of page 1"]


def test_a_packet_with_the_subtitle_of_a_rack_copy_is_still_checked() -> None:
    """A clinic may name its brochure or web page like that."""
    words = Paragraph((Span("See our page: Information for patients"),))

    def with_words(filled: FilledPacket) -> bytes:
        return render(replace(filled, blocks=(words, *filled.blocks)), PrintOptions()).data

    right, others = with_words(packet()), with_words(packet(patient_name="Another Sample"))
    assert refusal(right) == []
    assert refusal(with_page(right, 1, others, 1)) == ["V14 page 2 does not show the identifiers of page 1"]


def test_a_missing_side_and_another_side_in_the_second_language_are_refused() -> None:
    spanish_library, english = (load_for_packet(SAMPLES, EYE, language, ("discharge",)) for language in ("es", "en"))
    answers = sample_answers(spanish_library.handouts[EYE, "es"], "2026-12-07")
    left, right = (
        case(procedure=EYE, language="es", site="downtown", answers=answers | {"eye": eye}) for eye in ("left", "right")
    )
    spanish = fill_packet(spanish_library, left, plan="discharge", include_drafts=True)
    for patient, problems in ((left, []), (right, [ANOTHER_PATIENT])):
        staff_copy = fill_staff_copy(english, patient, plan="discharge", include_drafts=True)
        data = render_pair(spanish, staff_copy, PrintOptions(), ("", "")).data
        assert refusal(data, SAMPLES) == problems
    header = replace(spanish.header_footer, top_left=spanish.header_footer.top_left.rpartition(" · ")[0])
    data = render(replace(spanish, header_footer=header), PrintOptions()).data
    message = "a name, a record number, the side of the operation and a valid packet id"
    assert refusal(data, SAMPLES) == [f"V13 page 1 does not begin with {message}"]


def test_a_title_that_ends_with_another_title_is_not_taken_for_it() -> None:
    """For example "Total Knee Replacement" and "Knee Replacement": their dates differ."""
    page = render(packet(), PrintOptions()).texts[0]
    content = library()
    long, short = handout(), replace(handout(), title="Foraminotomy", milestones=())
    for two in ((long, short), (short, long)):
        named = replace(content, handouts={(str(number), "en"): each for number, each in enumerate(two)})
        assert _handout(page, content.languages["en"], named) is long


def test_a_file_is_mailed_only_if_each_page_is_of_the_handout_as_it_is_now() -> None:
    pages = render(packet(), PrintOptions()).texts
    english, day = library().languages["en"], case().surgery_date
    for_staff = english.say("staff_copy") + " · "
    assert is_of(pages, handout(), english, day)
    assert is_of((*pages, for_staff), handout(), english, day)
    assert not is_of(pages, replace(handout(), revision=handout().revision + 1), english, day)
    assert not is_of(pages, handout(), english, day + dt.timedelta(1))
    assert not is_of((*pages, "a page of another handout"), handout(), english, day)
    assert not is_of([page + for_staff for page in pages], handout(), english, day)
