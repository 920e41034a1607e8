"""Test PDFs of the clinic that a packet plan attaches; notice.pdf was printed by Chromium from notice.html."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from msgspec.structs import replace
from pikepdf import Array, Dictionary, Name, String

from packets.errors import VerificationError
from packets.model.attached_pdf import AttachedPdf
from packets.model.case import PrintOptions
from packets.pdf.file_id import with_digest_id
from packets.verified_pdf import render
from packets.verify.extract_text import read
from packets.verify.proof import verify_packet
from tests.cli.conftest import Type, case_words, type_  # noqa: F401  a fixture
from tests.instruments import structure, verapdf
from tests.samples import CONTENT, packet

NOTICE = Path(__file__).with_name("notice.pdf")
WORDS = ("packet", "cervical-foraminotomy", *case_words(packet_id="SAMP-LE2Z"), "--content", "own", "-o", "packet.pdf")


@pytest.fixture
def own(tmp_path: Path, type_: Type) -> Path:  # noqa: F811
    """Return a content folder whose discharge packet ends with the notice."""
    root = Path(shutil.copytree(CONTENT, tmp_path / "own"))
    shutil.copy(NOTICE, root / "packets/notice.pdf")
    plan = root / "packets/discharge.yaml"
    plan.write_text(plan.read_text("utf-8") + "attach: [notice.pdf]\n", "utf-8")
    return root


def changed(change: Callable[[Any], object], **options: Any) -> bytes:
    """Return the notice with a change."""
    out = io.BytesIO()
    with pikepdf.open(NOTICE) as pdf:
        change(pdf)
        pdf.save(out, **options)
    return out.getvalue()


def test_the_notice_follows_with_the_identifiers_and_page_numbers_of_the_packet(own: Path, type_: Type) -> None:  # noqa: F811
    ran = type_(*WORDS)
    assert (ran.code, ran.out) == (0, "packet.pdf: packet SAMP-LE2Z, 4 pages, checked\n"), ran.err
    pages = [" ".join(page.split()) for page in read(Path("packet.pdf").read_bytes())]
    for number, page in enumerate(pages, 1):
        assert page.startswith("Rosa Sample · Record number 00418823")
        assert "Packet SAMP-LE2Z" in page and f"Page {number} of 4" in page
    assert "Si habla español, tiene a su disposición servicios gratuitos" in pages[3]
    assert type_("verify", "packet.pdf", "--content", "own").out == "packet.pdf: complete and unchanged, 4 pages\n"
    assert type_(*WORDS, "--large-print").out == "packet.pdf: packet SAMP-LE2Z, 6 pages, checked\n"


@pytest.mark.system("verapdf")
def test_the_file_stays_accessible(own: Path, type_: Type) -> None:  # noqa: F811
    shutil.copy(NOTICE, own / "packets/second.pdf")
    plan = own / "packets/discharge.yaml"
    plan.write_text(plan.read_text("utf-8").replace("[notice.pdf]", "[notice.pdf, second.pdf]"), "utf-8")
    assert type_(*WORDS).code == 0
    path = Path("packet.pdf")
    assert verapdf.validate([path], ("ua1",))["ua1", path].failures == ()
    read_aloud = structure.read(path)
    assert (read_aloud.untagged, read_aloud.errors) == ("", [])
    texts = read_aloud.texts()
    assert texts.count("Notice of language assistance") == 2
    first = texts.index("Notice of language assistance")
    assert any("Always consult with your doctor" in text for text in texts[:first])
    assert [row.role for row in read_aloud.rows].count("TH") > 2 and "Language" in texts


def test_a_batch_prints_it_and_makes_new_packets_if_it_changes(
    own: Path,
    type_: Type,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.cli.conftest.now", lambda: dt.datetime(2026, 12, 6, 18, tzinfo=dt.UTC))
    rows = (CONTENT.parent / "samples/schedule.csv").read_text("utf-8").splitlines()[:3]
    Path("day.csv").write_text("\n".join(rows), "utf-8")
    batch = ("batch", "day.csv", "-o", "out", "--content", "own", "--json")
    ran = type_(*batch, "--html")
    assert ran.code == 0 and ran.err == (
        "Note: I43 the HTML and braille copies do not have the pages of notice.pdf\n"
        "    Give the patient that PDF too.\n"
    )
    assert sorted(len(read(path.read_bytes())) for path in Path("out").glob("????-????.pdf")) == [4, 6]
    assert type_("verify", "out", "out/print-run.pdf", "--content", "own").code == 0
    (own / "packets/notice.pdf").write_bytes(changed(lambda pdf: pdf.docinfo.update({"/Title": "Notice, 2027"})))
    assert [len(made["replaces"]) for made in json.loads(type_(*batch).out)["packets"]] == [1, 1]


def test_an_attached_page_that_says_something_else_is_refused() -> None:
    notice = AttachedPdf("notice.pdf", NOTICE.read_bytes(), 1, 612, 792)
    made = replace(packet(), attached=(notice,))
    pdf = render(made, PrintOptions())
    assert verify_packet(pdf.data, made, pdf.pages) == pdf.texts
    with pikepdf.open(io.BytesIO(render(packet("handout"), PrintOptions()).data)) as other:
        del other.pages[1:]
        other.save(one_page := io.BytesIO())
    with pytest.raises(VerificationError) as refused:
        verify_packet(pdf.data, replace(made, attached=(replace(notice, data=one_page.getvalue()),)), pdf.pages)
    assert str(refused.value) == "V28 page 4 does not show what the attached PDF says there"


def test_an_attached_page_without_the_patients_header_and_footer_is_refused() -> None:
    notice = AttachedPdf("notice.pdf", NOTICE.read_bytes(), 1, 612, 792)
    made = replace(packet(), attached=(notice,))
    pdf = render(made, PrintOptions())
    with pikepdf.open(io.BytesIO(pdf.data)) as file, pikepdf.open(NOTICE) as bare:
        file.pages[pdf.pages - 1] = bare.pages[0]
        file.save(changed := io.BytesIO(), static_id=True)
    with pytest.raises(VerificationError) as refused:
        verify_packet(with_digest_id(changed.getvalue()), made, pdf.pages)
    assert {str(problem) for problem in refused.value.problems} == {
        'V04 page 4 does not show "page 4 of 4"',
        "V04 page 4 does not show the packet id",
        "V04 page 4 does not show the patient's name and record number",
        "V04 page 4 does not show the title and revision",
    }


def _note(pdf: Any, **entries: Any) -> None:
    note = Dictionary(Type=Name.Annot, Rect=[0, 0, 9, 9], StructParent=99, **entries)
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])


def _drop_font_files(pdf: Any) -> None:
    for item in pdf.objects:
        if isinstance(item, Dictionary) and "/FontFile2" in item:
            del item["/FontFile2"]


def _add_figure(pdf: Any) -> None:
    part = pdf.Root.StructTreeRoot.K
    figure = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Figure, P=part))
    part.K = Array([*(part.K if isinstance(part.K, Array) else [part.K]), figure])


LINK = Dictionary(S=Name.URI, URI=String("https://example.org"))
SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
ACTIVE = "I37 {}: the PDF has a script, a form, an action or an embedded file"
NOTE = "I38 {}: the PDF has a note, or a link that has no description or leads to a named destination"
PAPER = "I40 {}: the pages are not all upright Letter or A4"
FAULTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "no PDF": (lambda: b"no PDF", "I32 {}: this is not a readable PDF"),
    "a password": (
        lambda: changed(lambda pdf: None, encryption=pikepdf.Encryption(user="secret", owner="secret")),
        "I33 {}: the PDF is encrypted or protected",
    ),
    "protected": (
        lambda: changed(lambda pdf: None, encryption=pikepdf.Encryption(user="", owner="secret")),
        "I33 {}: the PDF is encrypted or protected",
    ),
    "nine pages": (
        lambda: changed(lambda pdf: pdf.pages.extend([pdf.pages[0]] * 8)),
        "I34 {}: it has 9 pages, which is too many",
    ),
    "many bytes": (lambda: NOTICE.read_bytes() + b"\n" * 500_000, "I34 {}: it has more than 500 kB"),
    "no tags": (
        lambda: changed(lambda pdf: pdf.Root.__delitem__("/StructTreeRoot")),
        "I35 {}: the PDF is not tagged, so a screen reader cannot read it",
    ),
    "no language": (
        lambda: changed(lambda pdf: pdf.Root.__delitem__("/Lang")),
        "I36 {}: the PDF does not say its language",
    ),
    "a picture without words": (lambda: changed(_add_figure), "I45 {}: a picture has no alternative text"),
    "a script": (lambda: changed(lambda pdf: setattr(pdf.Root, "OpenAction", SCRIPT)), ACTIVE),
    "a launch action": (
        lambda: changed(lambda pdf: _note(pdf, Subtype=Name.Link, A=Dictionary(S=Name.Launch, F=String("a.exe")))),
        ACTIVE,
    ),
    "a file inside": (
        lambda: changed(lambda pdf: pdf.attachments.__setitem__("a.txt", pikepdf.AttachedFileSpec(pdf, b"a"))),
        ACTIVE,
    ),
    "a form": (lambda: changed(lambda pdf: setattr(pdf.Root, "AcroForm", Dictionary(Fields=Array()))), ACTIVE),
    "a note": (
        lambda: changed(lambda pdf: _note(pdf, Subtype=Name.Text, Contents=String("x"))),
        NOTE,
    ),
    "a link without words": (lambda: changed(lambda pdf: _note(pdf, Subtype=Name.Link, A=LINK)), NOTE),
    "a font that is not embedded": (lambda: changed(_drop_font_files), "I39 {}: a font is not embedded"),
    "another paper": (
        lambda: changed(lambda pdf: setattr(pdf.pages[0], "mediabox", [0, 0, 612, 1008])),
        PAPER,
    ),
    "a turned page": (lambda: changed(lambda pdf: pdf.pages[0].rotate(90, relative=True)), PAPER),
}


def test_pdfs_that_could_not_be_printed_or_read_aloud_are_refused_all_at_once(own: Path, type_: Type) -> None:  # noqa: F811
    names = {fault: fault.replace(" ", "-") + ".pdf" for fault in FAULTS}
    for fault, (make, _) in FAULTS.items():
        (own / "packets" / names[fault]).write_bytes(make())
    plan = own / "packets/discharge.yaml"
    plan.write_text(plan.read_text("utf-8").replace("[notice.pdf]", f"[{', '.join(names.values())}]"), "utf-8")
    ran = type_(*WORDS)
    found = {line.partition(": ")[2] for line in ran.err.splitlines() if not line.startswith(" ")}
    assert ran.code == 4 and not Path("packet.pdf").exists()
    assert found == {message.format(names[fault]) for fault, (_, message) in FAULTS.items()}
    assert (
        "own/packets/discharge.yaml:16:10: I32 no-PDF.pdf: this is not a readable PDF\n    Export it again" in ran.err
    )


def test_a_pdf_that_is_not_there_is_named(own: Path, type_: Type) -> None:  # noqa: F811
    (own / "packets/notice.pdf").rename(own / "packets/notices.pdf")
    assert "discharge.yaml:16:10: I31 there is no PDF of this name here\n    Did you mean" in type_(*WORDS).err


def test_what_cannot_have_attached_pages_says_so(own: Path, type_: Type) -> None:  # noqa: F811
    ran = type_(*WORDS, "--paper", "a4")
    assert (ran.code, ran.err) == (
        4,
        "I41 notice.pdf has another paper size than the packet\n"
        "    Print the packet on the paper of that PDF, or attach one in this size.\n",
    )
    ran = type_(*WORDS, "--language", "es", "--with", "en", "--include-drafts")
    assert ran.err.startswith("I42 a packet in two languages cannot have attached pages\n")
    ran = type_(*WORDS, "--html", "packet.html")
    assert ran.code == 0 and "Note: I43 the HTML and braille copies do not have the pages of" in ran.err
    clinic = own / "clinic.yaml"
    mail = "mail:\n  host: mail.example.org\n  port: 587\n  tls: starttls\n  from: care@example.org\n  attach: html\n"
    clinic.write_text(clinic.read_text("utf-8") + mail, "utf-8")
    assert (
        "own/clinic.yaml: I44 mails carry only the HTML copy, which does not have the PDFs"
        in type_("check", "--content", "own").err + type_("check", "--content", "own").out
    )
