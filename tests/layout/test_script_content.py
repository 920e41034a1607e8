"""A content folder in a language of each script: the author's files in, a proved and tagged packet out.

The words are synthetic: the Spanish files letter by letter in the other script, so that no one takes them for a
translation.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from pathlib import Path

import pytest

from packets.content import library
from packets.model.case import Print
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
KEPT = ("translation", "language", "revision", "translates", "translates_revision", "id", "status", "review")
LINE = re.compile(r"(\s*(?:- )?(?:[a-z_]+:\s*)?)(.*)")
WORD = re.compile(r"\{[^}]*\}|[^\W\d_]+")


def spelled(words: str, language: str) -> str:
    table = str.maketrans(dict(zip(LETTERS, SCRIPTS[language], strict=True)))

    def word(found: re.Match[str]) -> str:
        plain = unicodedata.normalize("NFD", found[0].lower()).encode("ascii", "ignore").decode()
        return found[0] if found[0].startswith("{") else plain.translate(table)

    return WORD.sub(word, words)


def written(spanish: str, language: str) -> str:
    lines = []
    for line in spanish.splitlines():
        found = LINE.fullmatch(line)
        assert found
        key = found[1].strip(" -").removesuffix(":").rstrip(":")
        if key == "language":
            lines.append(f"language: {language}")
        elif line.startswith("#") or key in KEPT or found[2] in ("|", ""):
            lines.append(line)
        else:
            lines.append(found[1] + spelled(found[2], language))
    return "\n".join(lines) + "\n"


def content(folder: Path, language: str) -> Path:
    shutil.copytree(SHIPPED, folder)
    for other in (folder / "procedures").iterdir():
        if other.name != "cervical-foraminotomy":
            shutil.rmtree(other)
    spanish = sorted([*folder.rglob("*.es.yaml"), folder / "languages/es.yaml"])
    assert len(spanish) >= 5
    for file in spanish:
        name = file.name.replace("es.yaml", f"{language}.yaml")
        file.with_name(name).write_text(written(file.read_text("utf-8"), language), "utf-8")
        file.unlink()
    return folder


def made_from(root: Path, language: str) -> tuple[bytes, int]:
    """A proved packet and its number of pages."""
    found, problems = library.load(root)
    assert found is not None, [str(problem) for problem in problems]
    one = fill_packet(found, case(language=language), plan="discharge", include_drafts=True)
    data, pages = Renderer().render(one, Print())
    verify_packet(data, one, pages)
    return data, pages


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_folder_in_another_script_makes_a_proved_packet(language: str, tmp_path: Path) -> None:
    root = content(tmp_path / "content", language)
    data, pages = made_from(root, language)
    assert inspect(data, root) == pages


@pytest.mark.system("pdftotext", "verapdf")
@pytest.mark.parametrize("language", SCRIPTS)
def test_poppler_and_verapdf_read_a_packet_in_another_script(language: str, tmp_path: Path) -> None:
    data, _ = made_from(content(tmp_path / "content", language), language)
    again = without_whitespace(poppler(data))
    assert "816-363-2500" in again
    for word in ("Paciente", "Cirujano"):
        assert spelled(word, language) in again
    file = tmp_path / "packet.pdf"
    file.write_bytes(data)
    verdicts = verapdf.validate([file])
    assert len(verdicts) == 2
    assert {key: verdict.failures for key, verdict in verdicts.items() if not verdict.passed} == {}
