"""Test that a content folder in each script gives a verified and tagged packet.

The text is synthetic: the Spanish files with each letter replaced by one of the other script, so that nobody can
mistake it for a translation.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from pathlib import Path

import pytest

from packets.content import library
from packets.model.case import PrintOptions
from packets.pdf.renderer import Renderer
from packets.pipeline import fill_packet
from packets.verify.extract_text import without_whitespace
from packets.verify.inspect import inspect
from packets.verify.proof import verify_packet
from tests.content.folder import SHIPPED
from tests.instruments import verapdf
from tests.layout.test_scripts import poppler
from tests.samples import case

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SCRIPTS = {
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنه",
    "hi": "अबचदएफगहइजकलमनओपटरसतउवयशषझ",
    "zh": "一二三四五六七八九十上下左右大小人口手足日月水火木金",
    "el": "αβγδεζηθικλμνξοπρστυφχψωάέ",
    "vi": "ảbcđẹfghịjklmnộpqrstựvwxỳz",
    "ru": "абвгдежзийклмнопрстуфхцчшщ",
}
UNCHANGED_KEYS = ("translation", "language", "revision", "translates", "translates_revision", "id", "status", "review")
LINE = re.compile(r"(\s*(?:- )?(?:[a-z_]+:\s*)?)(.*)")
WORD = re.compile(r"\{[^}]*\}|[^\W\d_]+")


def in_script(words: str, language: str) -> str:
    table = str.maketrans(dict(zip(LETTERS, SCRIPTS[language], strict=True)))

    def replaced(match: re.Match[str]) -> str:
        plain = unicodedata.normalize("NFD", match[0].lower()).encode("ascii", "ignore").decode()
        return match[0] if match[0].startswith("{") else plain.translate(table)

    return WORD.sub(replaced, words)


def translated_file(spanish: str, language: str) -> str:
    lines = []
    for line in spanish.splitlines():
        match = LINE.fullmatch(line)
        assert match
        key = match[1].strip(" -").removesuffix(":").rstrip(":")
        if key == "language":
            lines.append(f"language: {language}")
        elif line.startswith("#") or key in UNCHANGED_KEYS or match[2] in ("|", ""):
            lines.append(line)
        else:
            lines.append(match[1] + in_script(match[2], language))
    return "\n".join(lines) + "\n"


def write_content(folder: Path, language: str) -> Path:
    """Copy the shipped content with its Spanish files in another script."""
    shutil.copytree(SHIPPED, folder)
    for other in (folder / "procedures").iterdir():
        if other.name != "cervical-foraminotomy":
            shutil.rmtree(other)
    spanish = sorted([*folder.rglob("*.es.yaml"), folder / "languages/es.yaml"])
    assert len(spanish) >= 5
    for file in spanish:
        name = file.name.replace("es.yaml", f"{language}.yaml")
        file.with_name(name).write_text(translated_file(file.read_text("utf-8"), language), "utf-8")
        file.unlink()
    return folder


def verified_packet(root: Path, language: str) -> tuple[bytes, int]:
    """Return a packet that was rendered and verified, and its number of pages."""
    loaded, problems = library.load(root)
    assert loaded is not None, [str(problem) for problem in problems]
    filled = fill_packet(loaded, case(language=language), plan="discharge", include_drafts=True)
    data, pages = Renderer().render(filled, PrintOptions())
    verify_packet(data, filled, pages)
    return data, pages


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_packet_from_content_in_another_script_is_verified(language: str, tmp_path: Path) -> None:
    root = write_content(tmp_path / "content", language)
    data, pages = verified_packet(root, language)
    assert inspect(data, root) == pages


@pytest.mark.system("pdftotext", "verapdf")
@pytest.mark.parametrize("language", SCRIPTS)
def test_poppler_and_verapdf_read_a_packet_in_another_script(language: str, tmp_path: Path) -> None:
    data, _ = verified_packet(write_content(tmp_path / "content", language), language)
    text = without_whitespace(poppler(data))
    assert "816-363-2500" in text
    for word in ("Paciente", "Cirujano"):
        assert in_script(word, language) in text
    file = tmp_path / "packet.pdf"
    file.write_bytes(data)
    verdicts = verapdf.validate([file])
    assert len(verdicts) == 2
    assert {key: verdict.failures for key, verdict in verdicts.items() if not verdict.passed} == {}
