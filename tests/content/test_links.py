"""Test the links in the texts of handouts: what prints, where they lead, and what is refused."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest

from packets.content.library import load
from packets.content.revision_diff import read_revision
from packets.model.case import Paper, PrintOptions, PrintSize
from packets.verified_pdf import render
from packets.verify.extract_text import read, without_whitespace
from tests.block_samples import write_content
from tests.instruments import structure, verapdf
from tests.verify.test_blocks import filled

TAIL = "      - if: collar is yes\n        text: Wear it.\n"
LINKS = f"""\
      - text: |
          See [our exercise
          videos](https://example.org/knee_videos/one), or **[call us](tel:+1-816-363-2500)**.

          - [Example.org](https://example.org/)
          - Ask {{surgeon}}, or look at [the page](https://www.example.com/a-long-address/that-goes-on/to-the-end-of-the-line).
      - table:
          columns: [Where]
          rows:
            - ["[The map](https://example.org/map?x=1&y=2)"]
{TAIL}"""
PRINTED = (
    "See our exercise videos (example.org/knee_videos/one), or call us (+1-816-363-2500).",
    "example.org",
    "the page (www.example.com/a-long-address/that-goes-on/to-the-end-of-the-line).",
    "The map (example.org/map?x=1&y=2)",
)
ADDRESSES = [
    "https://example.org/knee_videos/one",
    "tel:+1-816-363-2500",
    "https://example.org/",
    "https://www.example.com/a-long-address/that-goes-on/to-the-end-of-the-line",
    "https://example.org/map?x=1&y=2",
]
LOOKS = [PrintOptions(paper, print_size) for paper in Paper for print_size in PrintSize]


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_link_prints_its_address_behind_its_words_and_leads_there(tmp_path: Path, look: PrintOptions) -> None:
    data = render(filled(tmp_path, LINKS), look).data
    text = without_whitespace("".join(read(data)))
    for words in PRINTED:
        assert without_whitespace(words) in text
    with pikepdf.open(io.BytesIO(data)) as pdf:
        links = [link for page in pdf.pages for link in page.get("/Annots", [])]
    found = [(str(link.A.URI), str(link.Contents)) for link in links]
    assert [address for address, _ in found if "example" in address] == [ADDRESSES[0], *ADDRESSES[2:]]
    assert (ADDRESSES[0], "Open example.org/knee_videos/one") in found
    assert (ADDRESSES[1], "Call +1-816-363-2500") in found


@pytest.mark.system("verapdf")
def test_verapdf_finds_no_failure_in_links(tmp_path: Path) -> None:
    paths = {}
    for number, look in enumerate(LOOKS):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(render(filled(tmp_path, LINKS), look).data)
        paths[path] = str(look)
        assert structure.read(path).errors == []
    verdicts = verapdf.validate(paths, ("ua1", "2a"))
    assert [(key, verdict.failures) for key, verdict in verdicts.items() if not verdict.passed] == []


def problems_of(root: Path, parts: str, spanish: str = "") -> str:
    content = write_content(root / "content", parts + TAIL, spanish and f"{spanish}      - text: Úselo.\n")
    _, problems = load(content)
    own = [str(problem) for problem in problems if "/sample/" in problem.path and problem.code.startswith("T")]
    return "\n".join(text[text.index("handout.") :] for text in own)


def test_an_address_that_is_too_long_to_type_is_refused(tmp_path: Path) -> None:
    text = problems_of(tmp_path, f"      - text: See [it](https://example.org/{'a' * 61}).\n")
    assert text == (
        "handout.en.yaml:13:19: T42 the address of this link is too long\n"
        "    People type it from paper: at most 80 characters. Ask for a short address."
    )


def test_a_heading_has_no_link(tmp_path: Path) -> None:
    text = problems_of(tmp_path, '      - subheading: "[Us](https://example.org)"\n      - text: Eat.\n')
    assert text == (
        'handout.en.yaml:13:22: T37 "[Us](https://example.org)" would be printed as typed\n'
        "    Write the words only. Links work in text: and check: only."
    )


def test_a_translation_keeps_the_links_or_a_person_looks_at_another_address(tmp_path: Path) -> None:
    english = "      - text: See [the page](https://example.org/en).\n"
    same = problems_of(tmp_path / "1", english, "      - text: Vea [la página](https://example.org/en).\n")
    assert same == ""
    other = problems_of(tmp_path / "2", english, "      - text: Vea [la página](https://example.org/es).\n")
    assert other == (
        "handout.es.yaml:12:15: T44 the link leads to https://example.org/es\n"
        "    The original has https://example.org/en. If there is a page in this language, all is well."
    )
    none = problems_of(tmp_path / "3", english, "      - text: Vea la página.\n")
    assert none == (
        "handout.es.yaml:12:15: T43 found 0 links; the original has 1 link here\n"
        "    Keep the links of the original, in their order."
    )


def test_another_address_is_a_difference_between_two_revisions(tmp_path: Path) -> None:
    folder = write_content(tmp_path / "content", LINKS, "") / "procedures" / "sample"
    lines = read_revision(folder / "handout.en.yaml").lines
    assert "- [Example.org](https://example.org/)" in lines
