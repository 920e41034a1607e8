"""Test that verification detects wrong renderers and changed files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import packets.layout.header_footer as header_footer
import packets.pdf.renderer as renderer
import packets.pdf.template as template
from packets.cli import main
from packets.errors import ExitCode, VerificationError
from packets.layout.boxes import LayoutBox
from packets.layout.page import Page
from packets.layout.paginate import PositionedBox, paginate
from packets.layout.pen import Pen
from packets.model.case import PrintOptions
from packets.model.filled_packet import Block, DateTable, FilledPacket, HeaderFooter, Identifiers
from packets.pdf.file_id import digest_matches, with_digest_id
from packets.pdf.renderer import Renderer
from packets.verified_pdf import render
from packets.verify.inspect import inspect
from packets.verify.proof import verify_packet
from tests.clock import now
from tests.effort import examples
from tests.samples import CONTENT, NAMES, packet

RenderedPages = tuple[bytes, int]
B = TypeVar("B", bound=Block)
RenderFunction = Callable[..., RenderedPages]


def render_correctly(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    """Render as the product does, with an empty cache. The mutants below change its input or output."""
    author, archival = str(options.get("author", "")), bool(options.get("archival", True))
    return Renderer().render(filled, print_options, author=author, archival=archival)


def stale_blocks(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    """Take the personal blocks of an earlier patient from the cache, because they have the same size."""
    stale = Renderer()
    fill: Any = stale._fill
    first: dict[Any, Any] = {}
    stale._fill = lambda block, before_list, print_options, compact, places: first.setdefault(
        places, fill(block, before_list, print_options, compact, places)
    )  # type: ignore[assignment]
    stale.render(packet(patient_name="Resa Martinez-O’Neil"), print_options)
    return stale.render(filled, print_options)


def stale_header(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    """Keep the header of the patient for whom the template was made."""
    stale = Renderer()
    stale.render(packet(patient_name="Resa Martinez-O’Neil"), print_options)
    header = renderer._header
    with pytest.MonkeyPatch.context() as patch:
        other = packet(patient_name="Resa Martinez-O’Neil").header_footer
        patch.setattr(renderer, "_header", lambda template, words: header(template, other))
        return stale.render(filled, print_options)


def swapped_template_pages(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    """Swap the content of two pages of the template."""

    def swapped(*arguments: Any) -> Any:
        result = template.make_template(*arguments)
        return replace(result, pages=(result.pages[1], result.pages[0], *result.pages[2:]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(renderer, "make_template", swapped)
        return render_correctly(filled, print_options, **options)


def wrong_name(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    return render_correctly(packet(patient_name="Another Sample"), print_options, **options)


def wrong_record_number(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    return render_correctly(packet(record_number="00418824"), print_options, **options)


def wrong_header(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    """Print another patient's header over the right blocks."""
    return render_correctly(
        replace(filled, header_footer=packet(patient_name="Another Sample").header_footer), print_options, **options
    )


def wrong_footer(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    return render_correctly(
        replace(filled, header_footer=replace(filled.header_footer, bottom_left="Another handout")),
        print_options,
        **options,
    )


def wrong_packet_id(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    return render_correctly(
        replace(filled, header_footer=replace(filled.header_footer, top_right="Packet 4B9D-FDP8")),
        print_options,
        **options,
    )


def surgery_one_day_later(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    return render_correctly(packet(surgery_date=dt.date(2026, 12, 8)), print_options, **options)


def other_answer(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    return render_correctly(packet(answers={"collar": "no"}), print_options, **options)


def missing_blocks(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    return render_correctly(replace(filled, blocks=filled.blocks[:-2]), print_options, **options)


def duplicate_block(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    return render_correctly(replace(filled, blocks=(*filled.blocks, filled.blocks[-1])), print_options, **options)


def missing_page(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    def without_the_last(
        pieces: Sequence[LayoutBox], height: float, below_heading: float, *, page_by_page: bool
    ) -> tuple[tuple[PositionedBox, ...], ...]:
        return paginate(pieces, height, below_heading, page_by_page=page_by_page)[:-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(template, "paginate", without_the_last)
        return render_correctly(filled, print_options, **options)


def wrong_page_count(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    data, pages = render_correctly(filled, print_options, **options)
    return data, pages - 1


def reversed_page_numbers(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    return with_page_numbers(filled, print_options, lambda number, count: count + 1 - number, **options)


def with_page_numbers(
    filled: FilledPacket, print_options: PrintOptions, number_of: Callable[[int, int], int], **options: bool | str
) -> RenderedPages:
    """Print another page's number in each footer."""
    draw_footer = header_footer.draw_footer

    def wrong(pen: Pen, page: Page, words: HeaderFooter, number: int, count: int) -> None:
        draw_footer(pen, page, words, number_of(number, count), count)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(header_footer, "draw_footer", wrong)
        return render_correctly(filled, print_options, **options)


def swapped_dates(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    """Swap the dates of two milestones; all words are still present."""
    return render_correctly(with_changed_blocks(filled, DateTable, swap_dates), print_options, **options)


def swap_dates(table: DateTable) -> DateTable:
    one, two, *others = table.rows
    return replace(table, rows=(replace(one, when=two.when), replace(two, when=one.when), *others))


def swapped_people(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    """Print the surgeon's name under "Patient"."""

    def swapped(block: Identifiers) -> Identifiers:
        (patient, name), number, (surgeon, other), day = block.pairs
        return Identifiers(((patient, other), number, (surgeon, name), day))

    return render_correctly(with_changed_blocks(filled, Identifiers, swapped), print_options, **options)


def with_changed_blocks(filled: FilledPacket, kind: type[B], change: Callable[[B], B]) -> FilledPacket:
    return replace(filled, blocks=tuple(change(b) if isinstance(b, kind) else b for b in filled.blocks))


def no_pdf(filled: FilledPacket, print_options: PrintOptions, **options: bool | str) -> RenderedPages:
    return with_digest_id(b"%PDF-1.7\n/ID[<" + b"0" * 32 + b"><" + b"0" * 32 + b">]"), 3


MUTANTS: list[tuple[RenderFunction, set[str]]] = [
    (wrong_name, {"V04", "V06", "V07", "V08"}),
    (wrong_record_number, {"V04", "V06", "V07", "V08"}),
    (wrong_header, {"V04", "V07", "V08"}),
    (wrong_footer, {"V04", "V07", "V08"}),
    (wrong_packet_id, {"V04", "V07", "V08"}),
    (surgery_one_day_later, {"V05", "V06", "V07", "V08"}),
    (other_answer, {"V06", "V07", "V08"}),
    (missing_blocks, {"V06", "V07"}),
    (duplicate_block, {"V08"}),
    (swapped_dates, {"V05", "V06"}),
    (swapped_people, {"V06"}),
    (missing_page, {"V06", "V07"}),
    (wrong_page_count, {"V03"}),
    (reversed_page_numbers, {"V04"}),
    (stale_blocks, {"V06", "V07", "V08"}),
    (stale_header, {"V04", "V07", "V08"}),
    (swapped_template_pages, {"V04", "V06"}),
    (no_pdf, {"V01"}),
]


@pytest.mark.parametrize(("mutant", "codes"), MUTANTS, ids=[mutant.__name__ for mutant, _ in MUTANTS])
def test_the_output_of_a_wrong_renderer_is_refused(
    mutant: RenderFunction, codes: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renderer, "render", mutant)
    with pytest.raises(VerificationError) as caught:
        render(packet(), PrintOptions())
    assert {problem.code for problem in caught.value.problems} == codes


@pytest.mark.parametrize("mutant", [wrong_name, missing_page, wrong_footer])
def test_the_command_exits_with_6_and_leaves_no_file(
    mutant: RenderFunction, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(renderer, "render", mutant)
    out = tmp_path / "packet.pdf"
    typed = ["packet", "cervical-foraminotomy", "--surgery-date", "2026-12-07", "--surgeon", "Dr. Jane Rivera"]
    typed += ["--collar", "yes", "--patient-name", "Rosa Sample", "--mrn", "7", "--packet-id", "SAMP-LE2Z"]
    assert main.run([*typed, "-o", str(out)], now) == ExitCode.VERIFICATION_FAILED
    assert list(tmp_path.iterdir()) == []
    output = capsys.readouterr()
    assert output.out == ""
    assert "V0" in output.err and "Rosa" not in output.err and "Another" not in output.err


def test_the_message_about_a_wrong_name_lists_every_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderer, "render", wrong_name)
    with pytest.raises(VerificationError) as caught:
        render(packet(), PrintOptions())
    assert str(caught.value).splitlines() == [
        "V04 page 1 does not show the patient's name and record number",
        "V04 page 2 does not show the patient's name and record number",
        "V04 page 3 does not show the patient's name and record number",
        "V06 a text of part 2 (Identifiers) is missing or different",
        "V07 some of the packet's text is missing",
        "V08 the file shows text that is not the packet's",
    ]


def test_another_patients_packet_is_refused() -> None:
    others = render(packet(patient_name="Another Sample"), PrintOptions())
    with pytest.raises(VerificationError, match="V04 page 1 does not show the patient's name and record number"):
        verify_packet(others.data, packet(), others.pages)


def test_a_packet_with_any_name_is_verified() -> None:
    for name in NAMES.values():
        render(packet(patient_name=name, surgeon=name, follow_up=name), PrintOptions())


# ---- a file checked on its own


def test_a_finished_file_passes() -> None:
    rendered = render(packet(), PrintOptions())
    assert inspect(rendered.data, CONTENT) == rendered.pages == 3


def test_a_file_with_a_password_is_compared_with_its_case() -> None:
    password = "four random words"
    data = render(packet(), PrintOptions(), password=password).data
    assert inspect(data, CONTENT, password=password, expected=packet()) == 3


@settings(max_examples=examples(60))
@given(st.data())
def test_one_changed_byte_is_detected(data: st.DataObject) -> None:
    rendered = render(packet(), PrintOptions())
    index = data.draw(st.integers(0, len(rendered.data) - 1))
    changed = bytearray(rendered.data)
    changed[index] ^= data.draw(st.integers(1, 255))
    with pytest.raises(VerificationError):
        inspect(bytes(changed), CONTENT)
    assert not digest_matches(bytes(changed))


def test_pages_of_two_patients_are_detected_even_with_a_new_file_id() -> None:
    import io

    import pikepdf

    with (
        pikepdf.open(io.BytesIO(render(packet(), PrintOptions()).data)) as one,
        pikepdf.open(io.BytesIO(render(packet(patient_name="Another Sample"), PrintOptions()).data)) as other,
    ):
        one.pages[1] = other.pages[1]
        out = io.BytesIO()
        one.save(out)
    with pytest.raises(VerificationError) as caught:
        inspect(with_digest_id(out.getvalue()), CONTENT)
    assert str(caught.value) == "V14 page 2 does not show the identifiers of page 1"


def test_dates_that_do_not_follow_from_the_surgery_date_are_detected() -> None:
    filled = packet()
    later = packet(surgery_date=dt.date(2026, 12, 14))
    blocks = tuple(
        b if type(a).__name__ == "DateTable" else a for a, b in zip(filled.blocks, later.blocks, strict=True)
    )
    wrong = replace(filled, blocks=blocks, dates=later.dates)
    data, _ = render_correctly(wrong, PrintOptions())
    with pytest.raises(VerificationError) as caught:
        inspect(data, CONTENT)
    assert [problem.code for problem in caught.value.problems] == ["V17"] * 4
    assert 'the date of "driving" does not follow from the surgery date' in str(caught.value)


def test_a_missing_page_is_detected() -> None:
    filled = packet()
    data, _ = missing_page(filled, PrintOptions())
    inspect(data, CONTENT)  # both pages say "of 2", so the file alone is consistent
    with pytest.raises(VerificationError):
        inspect(data, CONTENT, expected=filled)


def problems_of(filled: FilledPacket, render_function: RenderFunction = render_correctly) -> str:
    """Return the problems that verification of the file alone reports."""
    with pytest.raises(VerificationError) as caught:
        inspect(render_function(filled, PrintOptions())[0], CONTENT)
    return str(caught.value)


def with_header_footer(**changes: str) -> FilledPacket:
    return replace(packet(), header_footer=replace(packet().header_footer, **changes))


def test_the_message_of_each_problem_of_a_file_checked_on_its_own() -> None:
    assert problems_of(with_header_footer(page_of="{page}/{pages}")) == (
        "V09 page 1 has no line that says which page of how many it is"
    )
    assert problems_of(
        packet(), lambda f, print_options: with_page_numbers(f, print_options, lambda n, _: min(n, 2))
    ) == ('V10 page 3 does not say "Page 3 of 3"')
    assert problems_of(with_header_footer(bottom_left="Cervical Foraminotomy · English, revision 9")) == (
        "V11 the title and revision at the bottom of page 1 are not those of a handout in the content\n"
        "    It may have been made from an older revision, which is no longer here."
    )
    assert problems_of(with_header_footer(top_right="Packet SAMP-LE3Z")) == (
        "V13 page 1 does not begin with a name, a record number and a valid packet id"
    )
    assert problems_of(replace(packet(), blocks=(packet().blocks[0], *packet().blocks[2:]))) == (
        "V16 page 1 does not show the surgery date"
    )


def test_a_page_with_another_revision_is_detected() -> None:
    draw_footer = header_footer.draw_footer

    def older(pen: Pen, page: Page, words: HeaderFooter, number: int, count: int) -> None:
        draw_footer(pen, page, words if number == 1 else replace(words, bottom_left="revision 0"), number, count)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(header_footer, "draw_footer", older)
        data, _ = render_correctly(packet(), PrintOptions())
    with pytest.raises(VerificationError) as caught:
        inspect(data, CONTENT)
    assert str(caught.value).splitlines() == [
        "V12 page 2 has another title or revision than page 1",
        "V12 page 3 has another title or revision than page 1",
    ]


def test_a_file_cannot_be_checked_against_invalid_content(tmp_path: Path) -> None:
    (tmp_path / "clinic.yaml").write_text("phone: 1\n", "utf-8")
    with pytest.raises(VerificationError) as caught:
        inspect(render(packet(), PrintOptions()).data, tmp_path)
    assert str(caught.value) == ("V15 the content has mistakes, so the dates cannot be computed again\n    Type: check")


def test_the_messages_of_a_missing_page_and_a_missing_date() -> None:
    rendered = render(packet(), PrintOptions())
    with pytest.raises(VerificationError) as caught:
        verify_packet(rendered.data, packet(), 4)
    assert str(caught.value) == "V03 the file has 3 pages instead of 4"
    with pytest.raises(VerificationError) as caught:
        verify_packet(rendered.data, replace(packet(), dates=(*packet().dates, "Friday, May 1, 2026")), 3)
    assert str(caught.value) == "V05 date 6 of the packet is missing or different"


def test_a_file_that_is_not_a_pdf_is_refused() -> None:
    with pytest.raises(VerificationError, match="V01 the file is not a readable PDF"):
        inspect(b"no PDF", CONTENT)
