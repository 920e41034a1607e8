"""Test the starters of translations, languages, packet plans and schedule profiles as an author completes them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from packets.verify.extract_text import read
from tests.cli.conftest import Ran, Type, type_  # noqa: F401  a fixture

SAMPLES = Path(__file__).parents[2] / "samples" / "library"
KNEE = "procedures/total-knee-replacement/handout.fr.yaml"
PROCEDURES = sorted(path.name for path in (SAMPLES / "procedures").iterdir())


@pytest.fixture
def content(type_: Type) -> Path:  # noqa: F811
    shutil.copytree(SAMPLES, "content")
    return Path("content")


def codes(ran: Ran) -> list[str]:
    return [code for code in re.findall(r"^\S+: ([A-Z]\d\d) ", ran.out, re.MULTILINE) if code[0] != "R"]


def in_french(text: str) -> str:
    """Return words that are not the original's, with its numbers and slots."""
    return re.sub(r"(?<![{\w.])([A-Za-z’']+)(?![\w.]*})", r"\1e", text)


def completed(starter: str) -> Iterator[str]:
    """Yield the lines of a starter with words in place of each TODO, as an author writes them."""
    comments: list[str] = []
    lines = iter(starter.splitlines())
    for line in lines:
        words = line.strip()
        if words.startswith("#"):
            comments.append(words[1:].removeprefix(" "))
            yield line
            continue
        if "[TODO" in line:
            yield f"{line.partition('[')[0]}[{in_french(comments[-1])}]"
        elif '["TODO"' in line:
            (cells,) = yaml.safe_load(comments[-1])
            yield f"{line.partition('[')[0]}[{', '.join(yaml_text(cell) for cell in cells)}]"
        elif words.endswith(": |"):
            indent = " " * (len(line) - len(line.lstrip("- ")) + 2)
            yield line
            for text in comments:
                yield f"{indent}{in_french(text)}".rstrip()
        elif re.fullmatch(r"(- |\d\. )?TODO", words) and not comments:
            continue  # in a text of several lines, which is written already
        elif "TODO" in line:
            yield line.replace('"TODO"', "TODO").replace("TODO", yaml_text(comments[-1]))
        else:
            yield line
        comments = []


def yaml_text(text: str) -> str:
    return '"' + in_french(text).replace('"', '\\"') + '"'


def complete(file: Path) -> None:
    file.write_text("\n".join(completed(file.read_text("utf-8"))) + "\n", "utf-8")


def add_french_labels(content: Path) -> None:
    clinic = (content / "clinic.yaml").read_text("utf-8")
    clinic = re.sub(r"de: ([A-Z][^,}\[]+)}", r"de: \1, fr: \1}", clinic)
    clinic = re.sub(r"^( +)de: (\[.*\])$", r"\1de: \2\n\1fr: \2", clinic, flags=re.MULTILINE)
    (content / "clinic.yaml").write_text(clinic, "utf-8")


def test_a_new_language_and_translation_are_completed_and_print(type_: Type, content: Path) -> None:  # noqa: F811
    ran = type_("new", "language", "fr", "--content", "content")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "content/languages/fr.yaml: written.\n"
        "content/common/booking.fr.yaml: written.\n"
        "content/common/disclaimer.fr.yaml: written.\n"
        "content/common/going-home.fr.yaml: written. Next: packets check --content content\n"
    )
    ran = type_("new", "translation", "total-knee-replacement", "fr", "--content", "content")
    assert (ran.code, ran.out) == (0, f"content/{KNEE}: written. Next: packets check --content content\n")
    add_french_labels(content)
    assert codes(type_("check", "--content", "content")) == ["L80"] * 5
    packet = [
        *("packet", "total-knee-replacement", "--language", "fr", "--content", "content", "--include-drafts"),
        *("--surgery-date", "2026-12-07", "--surgeon", "Dr. Sample", "--patient-name", "Rosa Sample", "--mrn", "0042"),
        *("--answer", "side=left", "--answer", "walking_aid=cane", "--answer", "blood_thinner=no"),
        *("--answer", "discharge_date=2026-12-09", "--site", "downtown", "-o", "packet.pdf"),
    ]
    ran = type_(*packet)
    assert ran.code == 4 and "L80" in ran.err and not Path("packet.pdf").exists()
    for file in content.rglob("*fr.yaml"):
        complete(file)
    assert codes(type_("check", "--content", "content")) == []
    ran = type_(*packet)
    assert ran.code == 0, ran.err
    pages = " ".join(read(Path("packet.pdf").read_bytes()))
    assert "lefte kneee" in " ".join(pages.split()) and "TODO" not in pages


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_a_starter_has_the_structure_of_its_original(type_: Type, content: Path, procedure: str) -> None:  # noqa: F811
    """The German twin of each sample is a complete translation; the starter has the same fields in the same places."""
    type_("new", "translation", procedure, "fr", "--content", "content")
    german, french = (
        yaml.safe_load((content / f"procedures/{procedure}/handout.{tag}.yaml").read_text("utf-8"))
        for tag in ("de", "fr")
    )
    for name in ("asks", "sections", "notices", "milestones"):
        assert structure(french.get(name)) == structure(german.get(name)), name
    assert "source" in french and french["translates_revision"] == german["translates_revision"]


def structure(value: object) -> object:
    if isinstance(value, dict):
        return {name: entry if name == "id" else structure(entry) for name, entry in value.items()}
    return [structure(entry) for entry in value] if isinstance(value, list) else value is not None


def test_what_is_written_is_checked_while_the_rest_is_not(type_: Type, content: Path) -> None:  # noqa: F811
    type_("new", "translation", "total-knee-replacement", "fr", "--content", "content")
    file = content / KNEE
    text = file.read_text("utf-8").replace("label: TODO", "label: Douche après 5 jours", 1)
    file.write_text(text.replace("            - TODO\n            - TODO\n", "            - TODO\n", 1), "utf-8")
    ran = type_("check", "--content", "content", KNEE)
    place = f"content/{KNEE}"
    label = text[: text.index("label: Douche")].count("\n")  # one line is deleted above it
    lines = ran.out.splitlines()
    assert re.fullmatch(rf"{place}:13:8: L80 \d+ texts are not written yet", lines[0])
    hint = "Write the words in place of TODO; the original is in the comment above it. "
    assert re.fullmatch(rf"    {re.escape(hint)}Lines 13, 17, 19, 21, 23, 28, 31, 33 and \d+ more\.", lines[1])
    assert lines[2] == f"{place}:{label}:12: T20 the numbers differ from the original, which has none; found 5"
    assert not any(" T" in line for line in lines[3:])


def test_one_text_that_is_left_is_named(type_: Type, content: Path) -> None:  # noqa: F811
    spanish = content / "common/booking.es.yaml"
    spanish.write_text(re.sub("heading: .*", "heading: TODO", spanish.read_text("utf-8")), "utf-8")
    ran = type_("check", "--content", "content", "common/booking.es.yaml")
    assert ran.out.startswith(
        "content/common/booking.es.yaml:8:10: L80 a text is not written yet\n"
        "    Write the words in place of TODO; the original is in the comment above it. Line 8.\n"
    )


def test_todo_in_a_sentence_is_a_word(type_: Type, content: Path) -> None:  # noqa: F811
    spanish = content / "common/booking.es.yaml"
    spanish.write_text(re.sub("heading: .*", "heading: TODO LISTO", spanish.read_text("utf-8")), "utf-8")
    assert codes(type_("check", "--content", "content", "common/booking.es.yaml")) == []


def test_a_new_plan_passes_check_and_prints(type_: Type, content: Path) -> None:  # noqa: F811
    ran = type_("new", "plan", "second-visit", "--content", "content")
    assert ran.out == "content/packets/second-visit.yaml: written. Next: packets check --content content\n"
    assert codes(type_("check", "--content", "content")) == []
    assert "  - common/going-home\n" in (content / "packets/second-visit.yaml").read_text("utf-8")


def test_a_new_source_is_completed_and_reads_a_schedule(type_: Type, content: Path) -> None:  # noqa: F811
    ran = type_("new", "source", "ours", "--content", "content")
    file = content / "sources/ours.yaml"
    assert ran.out == f"{file}: written. Next: packets batch SCHEDULE --profile ours --content content\n"
    Path("day.csv").write_text(
        "MRN,NAME,OP,DAY,SURGEON,SIDE,WALKING AID,BLOOD THINNER,DISCHARGE DATE,LOCATION\n"
        "0042,Rosa Sample,total-knee-replacement,12/07/2026,Dr. Sample,left,cane,no,12/09/2026,downtown\n"
    )
    batch = ("batch", "day.csv", "--profile", "ours", "-o", "out", "--content", "content", "--include-drafts")
    ran = type_(*batch)
    assert ran.code == 4 and not Path("out").exists()
    assert ran.err.startswith(
        "content/sources/ours.yaml:14:8: L80 5 texts are not written yet\n"
        "    Write the words in place of TODO; the original is in the comment above it. Lines 14, 15, 16, 17 and 18.\n"
    )
    text = file.read_text("utf-8")
    for field, heading in (("mrn", "MRN"), ("patient_name", "NAME"), ("procedure", "OP"), ("surgery_date", "DAY")):
        text = text.replace(f"  {field}: TODO", f"  {field}: {heading}")
    text = text.replace("surgeon: TODO", "surgeon: SURGEON")
    for field in ("side", "walking_aid", "blood_thinner", "discharge_date", "site"):
        text = text.replace(f"  # {field}: ", f"  {field}: ")
    file.write_text(text, "utf-8")
    ran = type_(*batch)
    assert ran.code == 0, ran.err


MISUSES = {
    "a translation without a language": (
        ("translation", "colonoscopy"),
        "LANGUAGE: U45 the language is missing\n"
        "    Type the language after the procedure: new translation colonoscopy es\n",
    ),
    "a translation that is there": (
        ("translation", "colonoscopy", "es"),
        'ID: U43 the translation of "colonoscopy" already exists\n'
        "    Change it: content/procedures/colonoscopy/handout.es.yaml\n",
    ),
    "a translation of nothing": (
        ("translation", "colonoscopi", "fr"),
        'ID: L22 there is no procedure "colonoscopi"\n    Did you mean "colonoscopy"?\n',
    ),
    "a language that is there": (
        ("language", "es"),
        'ID: U43 the language "es" already exists\n    Change it: content/languages/es.yaml\n',
    ),
    "the name of a language": (
        ("language", "French"),
        "ID: U41 this is not a language\n    Write it like this: es, vi or pt-BR\n",
    ),
    "a plan that is there": (
        ("plan", "discharge"),
        'ID: U43 the plan "discharge" already exists\n    Change it: content/packets/discharge.yaml\n',
    ),
    "a source that is there": (
        ("source", "plain"),
        'ID: U43 the source "plain" already exists\n    Change it: content/sources/plain.yaml\n',
    ),
    "a plan with a language": (
        ("plan", "second-visit", "fr"),
        "LANGUAGE: U45 a plan takes no second word\n    Leave it out.\n",
    ),
    "a plan with a source": (
        ("plan", "second-visit", "--source", "x.txt"),
        "--source: U26 a plan has no source\n    Leave --source out. Only a procedure records the clinic's text.\n",
    ),
}


@pytest.mark.parametrize(("words", "message"), MISUSES.values(), ids=MISUSES)
def test_a_starter_is_refused_for(type_: Type, content: Path, words: tuple[str, ...], message: str) -> None:  # noqa: F811
    before = {path: path.read_bytes() for path in content.rglob("*.yaml")}
    ran = type_("new", *words, "--content", "content")
    assert (ran.code, ran.out, ran.err) == (2, "", message)
    assert before == {path: path.read_bytes() for path in content.rglob("*.yaml")}


def test_an_original_with_mistakes_is_corrected_first(type_: Type, content: Path) -> None:  # noqa: F811
    original = content / "procedures/colonoscopy/handout.en.yaml"
    original.write_text(original.read_text("utf-8").replace("revision: 1\n", "revision: one\n"), "utf-8")
    ran = type_("new", "translation", "colonoscopy", "fr", "--content", "content")
    assert ran.code == 4 and "S08" in ran.err
    assert not (content / "procedures/colonoscopy/handout.fr.yaml").exists()
