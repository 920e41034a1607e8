"""Test handouts about something that is not called a surgery: their labels say procedure and doctor."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from packets.content.library import load
from packets.content.revision_diff import differences, read_revision
from packets.model.case import Case, PrintOptions, Stage
from packets.model.language import ABOUT_SURGERY
from packets.pipeline import fill_packet, make_packet, make_rack_copy
from packets.verify.extract_text import read, without_whitespace
from packets.verify.inspect import inspect
from tests.content.folder import HANDOUT, SHIPPED, Folder
from tests.samples import case

H = "content/procedures/knee/handout.en.yaml"
L = "content/languages/en.yaml"
KIND = "title: Knee Sample\nkind: procedure\n"


@pytest.fixture
def procedure(folder: Folder) -> Folder:
    """A folder whose handout is about a procedure."""
    folder.change("title: Knee Sample\n", KIND)
    assert folder.check() == ""
    return folder


def knee(**changes: object) -> Case:
    return case(procedure="knee", answers={"brace": "yes"}, **changes)


def test_labels_and_intervals_say_procedure_and_doctor(procedure: Folder) -> None:
    procedure.change("    by: 2 weeks\n", "    until: 2 weeks\n    kind: restriction\n")
    library, problems = load(procedure.root)
    assert library is not None, problems
    made = make_packet(library, knee(stage=Stage.PLANNED), PrintOptions())
    pages = read(made.pdf.data)
    text = without_whitespace(" ".join(pages))
    for words in (
        "Doctor Dr. Jane Rivera",
        "Procedure date Monday, December 7, 2026",
        "until 2 weeks after the procedure",
        "2 to 3 months after the procedure",
        "Doctor’s order",
        "Prepared before the procedure",
        "Dates are counted from the day of the procedure",
    ):
        assert without_whitespace(words) in text, words
    # "After the surgery" is the author's own heading.
    assert re.findall("(?i)surg[a-z]*", " ".join(pages).replace("After the surgery", "")) == []
    assert inspect(made.pdf.data, procedure.root) == len(pages)


def test_a_wrong_date_in_a_packet_about_a_procedure_is_found(procedure: Folder) -> None:
    library, problems = load(procedure.root)
    assert library is not None, problems
    made = make_packet(library, knee(), PrintOptions())
    procedure.change("by: 2 weeks", "by: 14 days")  # the same day: the packet still agrees with the content
    assert inspect(made.pdf.data, procedure.root) == made.pdf.pages
    procedure.change("    between: 2 and 3 months\n", "    between: 3 and 4 months\n")
    procedure.change(
        "You can run within two to three months.\n      - show", "You can run in three to four months.\n      - show"
    )
    procedure.change("quote: You can run within two to three months.", "quote: You can run in three to four months.")
    with pytest.raises(Exception, match="V17"):
        inspect(made.pdf.data, procedure.root)


def test_the_rack_copy_says_procedure(procedure: Folder) -> None:
    procedure.write(
        "packets/handout.yaml",
        "packet: handout\nfor: patients\nshows: [title, identifiers, dates, booking, sections, ends, about]\n",
    )
    library, problems = load(procedure.root)
    assert library is not None, problems
    text = without_whitespace("".join(read(make_rack_copy(library, "knee", "en", PrintOptions()).pdf.data)))
    assert without_whitespace("by 2 weeks after the procedure") in text


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("en", "Doctor|Procedure date|after the procedure"),
        ("es", "Médico|Fecha del procedimiento|después del procedimiento"),
        ("de", "Arzt oder Ärztin|Tag des Eingriffs|nach dem Eingriff"),
    ],
)
def test_every_shipped_language_has_words_for_a_procedure(tag: str, words: str) -> None:
    library, problems = load(SHIPPED)
    assert library is not None, problems
    surgery = library.languages[tag]
    language = surgery.for_kind("procedure")
    printed = [language.say("surgeon"), language.say("surgery_date"), language.say("time_at", time="")]
    assert "|".join(text.strip() for text in printed) == words
    said = {name: re.sub(r"\{\w+\}", "", text) for name, text in language.patterns.items()}
    assert [name for name, text in said.items() if re.search("(?i)surge|operat|cirug|ciruj", text)] == []
    unchanged = [name for name in ABOUT_SURGERY if language.patterns.get(name, "") == surgery.patterns.get(name)]
    assert unchanged == []


def test_a_handout_without_a_kind_says_surgery(folder: Folder) -> None:
    library, problems = load(folder.root)
    assert library is not None, problems
    assert "Surgery date" in " ".join(fill_packet(library, knee()).texts())


# ---- mistakes


def test_an_unknown_kind_is_reported_with_those_there_are(folder: Folder) -> None:
    folder.change("title: Knee Sample\n", "title: Knee Sample\nkind: procedur\n")
    assert (
        f'{H}:5:7: L62 languages/en.yaml has no kind of case "procedur"\n    Did you mean "procedure"?'
    ) in folder.check()
    folder.change("kind: procedur\n", "kind: scan\n")
    assert (
        f'{H}:5:7: L62 languages/en.yaml has no kind of case "scan"\n'
        "    It has: before_surgery and procedure. Add scan: there under kinds."
    ) in folder.check()


def test_a_kind_without_all_its_words_is_a_mistake(folder: Folder) -> None:
    folder.change("    surgeon: Doctor\n", "", "languages/en.yaml")
    report = folder.check()
    assert 'S02 a kind of case needs "surgeon"\n    Add it: surgeon: …' in report


def test_a_kind_without_the_slot_of_a_phrase_is_a_mistake(folder: Folder) -> None:
    folder.change('    time_at: "{time} after the procedure"', "    time_at: after the procedure", "languages/en.yaml")
    assert 'L18 "time_at" lacks {time}\n    Write {time} where its value belongs.' in folder.check()


def test_a_kind_cannot_change_the_words_by_which_a_page_is_recognized(folder: Folder) -> None:
    folder.change(
        "    surgeon: Doctor\n", "    surgeon: Doctor\n    page_of: Sheet {page} of {pages}\n", "languages/en.yaml"
    )
    assert 'S07 a kind of case has no field "page_of"' in folder.check()


def test_a_translation_needs_the_kind_in_its_language_too(procedure: Folder, checkout: Path) -> None:
    spanish = (checkout / "content/languages/es.yaml").read_text("utf-8")
    procedure.write("languages/es.yaml", spanish.partition("\n# Las hojas con `kind")[0])
    procedure.write("procedures/knee/handout.es.yaml", "translation: knee\nlanguage: es\ntranslates: en\n")
    assert (
        'content/procedures/knee/handout.es.yaml:2:11: L62 languages/es.yaml has no kind of case "procedure"\n'
        "    It has none yet. Add procedure: there under kinds."
    ) in procedure.check()


def test_a_phrase_that_only_one_language_has_for_a_kind_is_a_mistake(folder: Folder, checkout: Path) -> None:
    folder.write("languages/es.yaml", (checkout / "content/languages/es.yaml").read_text("utf-8"))
    folder.change("    surgeon: Doctor\n", "    surgeon: Doctor\n    discharge_date: Leaving us\n", "languages/en.yaml")
    assert (
        'L63 the kind of case "procedure" lacks "discharge_date"\n    languages/en.yaml has its own words for it.'
    ) in folder.check()


def test_diff_shows_that_the_kind_of_case_changed(tmp_path: Path) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(HANDOUT, "utf-8")
    new.write_text(HANDOUT.replace("title: Knee Sample\n", KIND), "utf-8")
    assert "+ [kind] procedure" in list(differences(read_revision(old).lines, read_revision(new).lines))
