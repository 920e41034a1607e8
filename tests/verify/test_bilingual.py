"""Test a Spanish packet with its English translation on the back of each page."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import pikepdf
import pytest
from msgspec.structs import replace

from packets.content.library import load_for_packet
from packets.errors import InvalidInputError, VerificationError
from packets.model.case import Case, Paper, PrintOptions, PrintSize
from packets.model.filled_packet import Block, Disclaimer, DraftMark, FilledPacket, ListBlock, NewPage, Paragraph
from packets.pdf.file_id import with_digest_id
from packets.pipeline import fill_packet, fill_staff_copy
from packets.verified_pdf import RenderedPdf, render, render_pair
from packets.verify.extract_text import read, without_whitespace
from packets.verify.inspect import inspect
from packets.verify.proof import first_pages, verify_pair
from tests.cli.conftest import Type, case_text, case_words, type_  # noqa: F401  a fixture
from tests.effort import spread
from tests.instruments import structure, verapdf
from tests.samples import CONTENT, LONGEST, case

SPANISH = load_for_packet(CONTENT, "cervical-foraminotomy", "es", ("discharge", "handout"))
ENGLISH = load_for_packet(CONTENT, "cervical-foraminotomy", "en", ("discharge", "handout"))
LARGE = PrintOptions(Paper.A4, PrintSize.LARGE)
BLANK = (SPANISH.languages["es"].say("blank_page"), ENGLISH.languages["en"].say("blank_page"))
SAID = without_whitespace("English copy for staff · Cervical Foraminotomy")


def both(plan: str = "discharge", **changes: object) -> tuple[FilledPacket, FilledPacket]:
    patient: Case = case(language="es", **changes)
    spanish = fill_packet(SPANISH, patient, plan=plan, include_drafts=True)
    return spanish, fill_staff_copy(ENGLISH, patient, plan=plan, include_drafts=True)


def made(print_options: PrintOptions, plan: str = "discharge", **changes: object) -> RenderedPdf:
    return render_pair(*both(plan, **changes), print_options, BLANK)


VARIANTS = [
    (print_options, plan, name)
    for print_options, plan, name in itertools.product(
        (PrintOptions(), LARGE), ("discharge", "handout"), ("Rosa Sample", LONGEST)
    )
]


def sides(pair: RenderedPdf) -> tuple[list[str], list[str]]:
    """Return the texts of the front and the back of each sheet, after checking whose they are."""
    assert len(pair.texts) % 2 == 0
    fronts, backs = list(pair.texts[::2]), list(pair.texts[1::2])
    assert not any(SAID in text for text in fronts) and all(SAID in text for text in backs)
    return fronts, backs


def shared_starts(packet: FilledPacket, texts: list[str]) -> list[int]:
    """Return the page of each block that both languages have."""
    return [
        page
        for block, page in zip(packet.blocks, first_pages(packet, texts), strict=True)
        if not isinstance(block, DraftMark | NewPage)
        and not (isinstance(block, Disclaimer) and block.language not in ("", packet.language))
    ]


def stretched(packet: FilledPacket, kind: type, times: int) -> FilledPacket:
    """Repeat the words of every block of a kind, as a wordy translation would."""
    blocks: list[Block] = []
    for block in packet.blocks:
        if isinstance(block, kind) and isinstance(block, Paragraph):
            block = replace(
                block, spans=tuple(replace(span, text=" ".join([span.text] * times)) for span in block.spans)
            )
        elif isinstance(block, kind) and isinstance(block, ListBlock):
            block = replace(block, items=block.items * times)
        blocks.append(block)
    return replace(packet, blocks=tuple(blocks))


@pytest.mark.parametrize(("print_options", "plan", "name"), VARIANTS)
def test_every_part_begins_on_the_same_sheet_in_both_languages(
    print_options: PrintOptions, plan: str, name: str
) -> None:
    spanish, english = both(plan, patient_name=name)
    fronts, backs = sides(made(print_options, plan, patient_name=name))
    assert shared_starts(spanish, fronts) == shared_starts(english, backs)


@pytest.mark.parametrize("times", spread([2, 6, 30], 2))
@pytest.mark.parametrize("kind", [Paragraph, ListBlock])
@pytest.mark.parametrize("print_options", [PrintOptions(), LARGE], ids=["normal", "large"])
def test_a_much_longer_language_stays_in_step(print_options: PrintOptions, kind: type, times: int) -> None:
    spanish, english = both()
    for front, back in ((spanish, stretched(english, kind, times)), (stretched(spanish, kind, times), english)):
        fronts, backs = sides(render_pair(front, back, print_options, BLANK))
        assert shared_starts(front, fronts) == shared_starts(back, backs)
        assert len(fronts) == len(backs)
        for words, texts in zip(BLANK, (fronts, backs), strict=True):
            for text in texts:  # a page that is blank for the other language says so, and shows both identifiers
                if without_whitespace(words) in text:
                    assert "RosaMartinez" in text and "00418823" in text and "SAMP-LE2Z" in text


def test_a_part_longer_than_a_page_puts_a_blank_page_behind_the_rest_of_it() -> None:
    spanish, english = both()
    spanish = stretched(spanish, ListBlock, 30)
    pair = render_pair(spanish, english, PrintOptions(), BLANK, password="four random words")
    fronts, backs = sides(pair)
    assert any(without_whitespace(BLANK[1]) in text for text in backs)
    assert not any(without_whitespace(BLANK[0]) in text for text in fronts)

    def pages(staff_copy: FilledPacket) -> int:
        return inspect(pair.data, CONTENT, password="four random words", expected=spanish, staff_copy=staff_copy)

    assert pages(english) == pair.pages
    with pytest.raises(VerificationError):
        pages(replace(english, blocks=english.blocks[:-1]))


def test_the_patients_pages_are_those_of_the_packet_alone_where_the_translation_is_no_longer() -> None:
    spanish, _ = both()
    alone = render(spanish, PrintOptions())
    pair = made(PrintOptions())
    assert pair.texts[::2] == alone.texts
    with pikepdf.open(io.BytesIO(pair.data)) as file, pikepdf.open(io.BytesIO(alone.data)) as other:
        for page, own in zip(list(file.pages)[::2], other.pages, strict=True):
            streams, own_streams = ([part.read_bytes() for part in each.Contents] for each in (page, own))
            assert streams == own_streams
        assert file.Root.PageLayout == "/TwoPageLeft"


@pytest.mark.system("verapdf")
def test_verapdf_finds_no_failure_and_the_tree_reads_one_language_after_the_other(tmp_path: Path) -> None:
    files = []
    for number, (print_options, plan, name) in enumerate(VARIANTS):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(made(print_options, plan, patient_name=name).data)
        files.append(path)
        tree = structure.read(path)
        assert tree.errors == [] and without_whitespace(tree.untagged) == ""
        texts = [text for packet in both(plan, patient_name=name) for text in packet.texts()]
        assert list(map(without_whitespace, tree.texts())) == list(map(without_whitespace, texts))
        with pikepdf.open(path) as file:
            part = file.Root.StructTreeRoot.K.K[-1]
            assert (str(part.S), str(part.Lang), str(file.Root.Lang)) == ("/Part", "en", "es")
    assert all(verdict.passed for verdict in verapdf.validate(files, ("ua1", "2a")).values())


def test_the_same_pair_gives_the_same_bytes_and_reveals_nothing_about_the_patient() -> None:
    one, two = made(PrintOptions()), made(PrintOptions())
    assert one.data == two.data
    with pikepdf.open(io.BytesIO(one.data)) as file:
        assert str(file.docinfo["/Title"]) == "Sus instrucciones para ir a casa, SAMP-LE2Z"
        assert "Martinez" not in file.Root.Metadata.read_bytes().decode()


def test_a_translation_for_another_patient_or_day_is_detected() -> None:
    spanish, english = both()
    pair = made(PrintOptions())
    staff_pages = [SAID in text for text in pair.texts]
    verify_pair(pair.data, spanish, english, staff_pages)
    for changes in (
        {"patient_name": "Another Sample"},
        {"record_number": "00418824"},
        {"packet_id": "7KQ4-M2F4"},
        {"answers": {"collar": "no"}},
    ):
        with pytest.raises(VerificationError):
            verify_pair(pair.data, spanish, both(**changes)[1], staff_pages)
        with pytest.raises(VerificationError):
            verify_pair(pair.data, both(**changes)[0], english, staff_pages)


def test_a_pair_with_another_number_of_pages_is_refused() -> None:
    spanish, english = both()
    pair = made(PrintOptions())
    for expected in (pair.pages - 1, pair.pages + 1):
        staff_pages = [bool(number % 2) for number in range(expected)]
        with pytest.raises(VerificationError, match=f"V03 the file has {pair.pages} pages instead of {expected}"):
            verify_pair(pair.data, spanish, english, staff_pages)


def test_pages_of_two_patients_in_one_file_are_found_without_knowing_them() -> None:
    spanish, _ = both()
    assert inspect(made(PrintOptions()).data, CONTENT) == 8
    _, other = both(patient_name="Another Sample")
    with pytest.raises(VerificationError) as caught:
        inspect(render_pair(spanish, other, PrintOptions(), BLANK).data, CONTENT)
    assert [str(problem) for problem in caught.value.problems] == [
        "V19 the pages in the second language are another patient's, or another packet's"
    ]


def test_a_file_of_only_the_second_language_is_refused() -> None:
    _, english = both()
    with pytest.raises(VerificationError, match="V22 the file has only the pages in the second language"):
        inspect(render(english, PrintOptions()).data, CONTENT)


def test_a_page_that_is_missing_or_out_of_order_is_found() -> None:
    data = made(PrintOptions()).data
    for order in ([0, 1, 2, 4, 5, 6, 7], [0, 5, 2, 3, 4, 1, 6, 7]):
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(data)) as file:
            pages = list(file.pages)
            del file.pages[:]
            file.pages.extend(pages[number] for number in order)
            file.save(out, deterministic_id=True)
        with pytest.raises(VerificationError):
            inspect(with_digest_id(out.getvalue()), CONTENT)


def test_languages_that_differ_in_their_parts_are_refused() -> None:
    spanish, english = both()
    with pytest.raises(InvalidInputError) as caught:
        render_pair(spanish, replace(english, blocks=english.blocks[:-1]), PrintOptions(), BLANK)
    assert [str(problem) for problem in caught.value.problems] == [
        "V18 the two languages do not have the same parts in the same order\n"
        "    Print each language by itself, and ask the person who maintains the content."
    ]


def test_the_command(type_: Type) -> None:  # noqa: F811
    words = ("packet", "cervical-foraminotomy", *case_words(language="es"), "-o", "p.pdf")
    ran = type_(*words, "--with", "en")
    assert ran.code == 4 and "R11" in ran.err and not Path("p.pdf").exists()
    ran = type_(*words, "--with", "en", "--include-drafts", "--staff-sheet", "sheet.pdf")
    assert ran.code == 0 and "8 pages, checked" in ran.out
    assert type_("verify", "p.pdf").out == "p.pdf: complete and unchanged, 8 pages\n"
    packet_id = ran.out.split("packet ")[1][:9]
    Path("case.yaml").write_text(case_text(language="es", packet_id=packet_id), "utf-8")
    proof = ("verify", "--case", "case.yaml", "--include-drafts", "p.pdf")
    assert type_(*proof, "--with", "en").out == "p.pdf: complete and unchanged, 8 pages, matches the case\n"
    ran = type_(*proof)
    assert ran.code == 6 and "V22 the file has pages in a second language\n    Type the language" in ran.err
    ran = type_(*words, "--include-drafts", "--with", "es")
    assert ran.code == 2 and "--with: U27 the packet is already in this language" in ran.err
    ran = type_(*words, "--include-drafts", "--with", "vi")
    assert ran.code == 2 and '--with: L23 there is no language "vi"' in ran.err


def test_a_locked_pair_asks_for_its_password(type_: Type) -> None:  # noqa: F811
    Path("secret").write_text("four random words here", "utf-8")
    Path("secret").chmod(0o600)
    words = ("packet", "cervical-foraminotomy", *case_words(language="es"), "--with", "en", "--include-drafts")
    ran = type_(*words, "--password-file", "secret", "-o", "p.pdf")
    assert ran.code == 0, ran.err
    with pytest.raises(VerificationError):
        read(Path("p.pdf").read_bytes(), None)
    assert type_("verify", "p.pdf", "--password-file", "secret").code == 0
