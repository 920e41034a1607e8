"""Check the structure tree of every sample against its pages, and show that the check sees each kind of fault."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Name, Object, String

from packets.model.case import PrintOptions
from packets.pdf.renderer import Renderer
from tests.effort import spread
from tests.instruments import verapdf
from tests.other_scripts import in_language
from tests.pages.tags import Fault, TagRule, check_tags
from tests.pages.test_right_to_left import packets
from tests.pages.variants import DISCHARGE, SAMPLES, Variant, make, one_print_of_each

pytestmark = pytest.mark.no_cover  # many samples would take twice as long; other tests reach these lines

DISCLAIMER = (
    "This material is intended to give the patient an overview of surgical procedures and treatments and is not "
    "intended to replace the advice and guidance of a physician. Always consult with your doctor about the particular "
    "risks and benefits of your treatment."
)
KNEE = Variant(SAMPLES, "total-knee-replacement", "en", PrintOptions(), DISCHARGE)
SPANISH = Variant(SAMPLES, "total-knee-replacement", "es", PrintOptions(), DISCHARGE)
BILINGUAL = Variant(SAMPLES, "total-knee-replacement", "es", PrintOptions(), DISCHARGE, "long name", "en")


def faults(variant: Variant, data: bytes) -> list[Fault]:
    """Check the tags; below a translation, the clinic's own disclaimer is in English."""
    languages = tuple(filter(None, (variant.language, variant.staff_language)))
    return check_tags(data, languages, DISCLAIMER)


@pytest.mark.parametrize("part", range(8))
def test_the_tags_of_every_sample_agree_with_its_pages(part: int) -> None:
    for variant in spread(one_print_of_each()[part::8], 1):
        assert faults(variant, make(variant)) == [], str(variant)


@pytest.mark.system("verapdf")
def test_verapdf_accepts_every_sample(tmp_path: Path) -> None:
    names: dict[Path, str] = {}
    for number, variant in enumerate(one_print_of_each()):
        file = tmp_path / f"{number}.pdf"
        file.write_bytes(make(variant))
        names[file] = str(variant)
    verdicts = verapdf.validate(names)
    assert len(verdicts) == 2 * len(names)
    assert {names[file]: each.failures for (_, file), each in verdicts.items() if not each.passed} == {}


@pytest.mark.parametrize("kind", ["kind", "patient", "print_options", "language", "staff_language", "procedure"])
def test_the_samples_are_of_every_kind(kind: str) -> None:
    from tests.pages.variants import variants

    chosen = one_print_of_each()
    assert {getattr(each, kind) for each in chosen} == {getattr(each, kind) for each in variants()}


def test_an_arabic_packet_is_read_from_right_to_left() -> None:
    for name, packet, options in spread(list(packets()), 2):
        data, _ = Renderer().render(in_language(packet, "ar"), options)
        assert check_tags(data, ("ar",)) == [], name


# ---- each fault in a file that is right otherwise


def elements(file: pikepdf.Pdf, role: str, inside: str = "Document") -> list[Object]:
    """Return the elements with this role in an element with the role `inside`, in reading order."""

    def walk(element: Object, is_inside: bool) -> Iterator[Object]:
        if is_inside and f"/{role}" == element.S:
            yield element
        kids = element.get("/K", Array())
        for kid in kids if isinstance(kids, Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                yield from walk(kid, is_inside or f"/{inside}" == element.S)

    return list(walk(file.Root.StructTreeRoot.K, False))


def swap(array: Object, first: int, second: int) -> None:
    array[first], array[second] = array[second], array[first]


def remove_the_content(file: pikepdf.Pdf) -> None:
    del elements(file, "P")[3].K


def draw_outside_the_tree(file: pikepdf.Pdf) -> None:
    page = file.pages[0]
    font = next(iter(page.Resources.Font.keys()))
    page.contents_add(f"BT {font} 12 Tf 90 400 Td <0001> Tj ET".encode())


def remove_the_scope(file: pikepdf.Pdf) -> None:
    del elements(file, "TH")[0].A


def make_the_head_a_row(file: pikepdf.Pdf) -> None:
    for cell in elements(file, "TH", "THead")[:3]:
        cell.S = Name.TD


def remove_a_cell(file: pikepdf.Pdf) -> None:
    del elements(file, "TR", "TBody")[0].K[-1]


def remove_the_label(file: pikepdf.Pdf) -> None:
    elements(file, "Lbl")[-1].S = Name.P


def remove_the_alternative_text(file: pikepdf.Pdf) -> None:
    del elements(file, "Figure")[0].Alt


def skip_a_level(file: pikepdf.Pdf) -> None:
    elements(file, "H2")[0].S = Name.H3


def add_a_title(file: pikepdf.Pdf) -> None:
    elements(file, "H2")[0].S = Name.H1


def make_the_heading_of_a_box_a_paragraph(file: pikepdf.Pdf) -> None:
    elements(file, "H3")[0].S = Name.P


def dissolve_a_box(file: pikepdf.Pdf) -> None:
    """Put the parts of a callout into the section around it."""
    box = elements(file, "Sect", "Sect")[0]
    section = box.P
    place = next(index for index, kid in enumerate(section.K) if kid.objgen == box.objgen)
    parts = list(box.K)
    for part in parts:
        part.P = section
    section.K = Array([*list(section.K)[:place], *parts, *list(section.K)[place + 1 :]])


def read_the_title_last(file: pikepdf.Pdf) -> None:
    document = file.Root.StructTreeRoot.K
    title = next(index for index, kid in enumerate(document.K) if kid.S == "/H1")
    swap(document.K, title, title + 2)


def read_a_row_backwards(file: pikepdf.Pdf) -> None:
    swap(elements(file, "TR", "TBody")[0].K, 0, 2)


def read_a_section_too_early(file: pikepdf.Pdf) -> None:
    document = file.Root.StructTreeRoot.K
    sections = [index for index, kid in enumerate(document.K) if kid.S == "/Sect"]
    swap(document.K, sections[-2], sections[-3])


def forget_the_language_of_the_disclaimer(file: pikepdf.Pdf) -> None:
    (section,) = [each for each in elements(file, "Sect") if "/Lang" in each]
    del section.Lang


def name_a_wrong_language(file: pikepdf.Pdf) -> None:
    file.Root.Lang = String("en")


def forget_the_language_of_the_back(file: pikepdf.Pdf) -> None:
    (part,) = elements(file, "Part")
    del part.Lang


FAULTS: dict[Callable[[pikepdf.Pdf], None], tuple[TagRule, Variant]] = {
    remove_the_content: (TagRule.TAGGED, KNEE),
    draw_outside_the_tree: (TagRule.TAGGED, KNEE),
    remove_the_scope: (TagRule.TABLE, KNEE),
    make_the_head_a_row: (TagRule.TABLE, KNEE),
    remove_a_cell: (TagRule.TABLE, KNEE),
    remove_the_label: (TagRule.LIST, KNEE),
    remove_the_alternative_text: (TagRule.FIGURE, KNEE),
    skip_a_level: (TagRule.HEADING, KNEE),
    add_a_title: (TagRule.HEADING, KNEE),
    make_the_heading_of_a_box_a_paragraph: (TagRule.FRAME, KNEE),
    dissolve_a_box: (TagRule.FRAME, KNEE),
    read_the_title_last: (TagRule.ORDER, KNEE),
    read_a_row_backwards: (TagRule.ORDER, KNEE),
    read_a_section_too_early: (TagRule.ORDER, KNEE),
    forget_the_language_of_the_disclaimer: (TagRule.LANGUAGE, SPANISH),
    name_a_wrong_language: (TagRule.LANGUAGE, SPANISH),
    forget_the_language_of_the_back: (TagRule.LANGUAGE, BILINGUAL),
}


@cache
def made(variant: Variant) -> tuple[bytes, set[TagRule]]:
    """Return the file of a variant, and the rules that it breaks."""
    data = make(variant)
    return data, {found.rule for found in faults(variant, data)}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_check_sees(fault: Callable[[pikepdf.Pdf], None]) -> None:
    rule, variant = FAULTS[fault]
    data, right = made(variant)
    changed = io.BytesIO()
    assert rule not in right
    with pikepdf.open(io.BytesIO(data)) as file:
        fault(file)
        file.save(changed)
    assert rule in {found.rule for found in faults(variant, changed.getvalue())}
