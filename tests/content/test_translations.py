"""A translation with a missing part, a missing or extra slot, or an old revision is refused, with its line."""

from __future__ import annotations

import pytest

from packets.content import library
from packets.errors import InvalidInputError
from tests.content.folder import SHIPPED, Folder

H = "content/procedures/knee/handout.es.yaml"
HANDOUT = """\
translation: knee
language: es
revision: 1
translates: en
translates_revision: 1
title: Muestra de rodilla
source: Una muestra
sections:
  - id: after
    heading: Después de la cirugía
    parts:
      - text: |
          Puede caminar en dos semanas.

          Puede correr en dos a tres meses.
notices:
  - id: brace
    label: Su férula
    parts:
      - text: Úsela.
      - text: Pregunte por ella.
milestones:
  - id: walk
    label: Caminar
  - id: run
    label: Correr
review:
  status: draft
"""
DISCLAIMER = """\
translation: disclaimer
language: es
revision: 1
translates: en
translates_revision: 1
parts:
  - text: Pregunte a su médico.
review:
  status: draft
"""
BOOKING = """\
translation: booking
language: es
revision: 1
translates: en
translates_revision: 1
heading: Cita
parts:
  - text: Llame al {phone}.
review:
  status: draft
"""
B = "content/common/booking.es.yaml"


@pytest.fixture
def spanish(folder: Folder) -> Folder:
    folder.write("procedures/knee/handout.es.yaml", HANDOUT)
    folder.write("common/disclaimer.es.yaml", DISCLAIMER)
    folder.write("common/booking.es.yaml", BOOKING)
    folder.write("languages/es.yaml", (SHIPPED / "languages" / "es.yaml").read_text("utf-8"))
    return folder


def messages(folder: Folder) -> str:
    """Return the messages of `check` without the notes about drafts."""
    problems = [problem for problem in library.load(folder.root)[1] if problem.code != "R05"]
    return "\n".join(map(str, problems))


def test_a_complete_translation_has_no_problems(spanish: Folder) -> None:
    assert messages(spanish) == ""


H_FILE, B_FILE = "procedures/knee/handout.es.yaml", "common/booking.es.yaml"
MISTAKES = {
    "an older revision": (
        H_FILE,
        "translates_revision: 1",
        "translates_revision: 2",
        f"{H}:5:22: L28 these words translate revision 2; the original has revision 1\n"
        "    Compare the words with the original, change what differs, then write: translates_revision: 1\n"
        "    The command diff OLD NEW shows what has changed in the original.",
    ),
    "a milestone left out": (
        H_FILE,
        "  - id: run\n    label: Correr\n",
        "",
        f'{H}:23:3: L30 the milestone "run" is not translated\n'
        "    Add it below milestones: with its words, and with the line - id: run",
    ),
    "a milestone of its own": (
        H_FILE,
        "  - id: run\n",
        "  - id: swim\n    label: Nadar\n  - id: run\n",
        f'{H}:25:9: L29 the original has no milestone "swim"\n    There are: walk and run.',
    ),
    "a time of its own": (
        H_FILE,
        "    label: Correr\n",
        "    label: Correr\n    by: 3 weeks\n",
        f'{H}:27:5: S07 a translated milestone has no field "by"\n    It can have: id, label, short and ask.',
    ),
    "a section twice": (
        H_FILE,
        "notices:\n",
        "  - id: after\n    heading: Otra vez\n    parts:\n      - text: |\n"
        "          Uno.\n\n          Dos.\nnotices:\n",
        f'{H}:16:9: L02 the id "after" is taken\n    Delete one of the two.',
    ),
    "a part left out": (
        H_FILE,
        "      - text: Pregunte por ella.\n",
        "",
        f"{H}:20:7: L30 the original has 2 parts with words here; found 1\n"
        "    Translate each part, in the same order; a show: has no words.\n"
        "    The original has:\n"
        "    1. text: Wear it.\n"
        "    2. text: Ask about it.",
    ),
    "a paragraph left out": (
        H_FILE,
        "          Puede caminar en dos semanas.\n\n",
        "",
        f"{H}:12:15: T13 found 1 paragraph; the original has 2 paragraphs\n"
        "    Keep the paragraphs and list entries of the original.",
    ),
    "words in the place of others": (
        B_FILE,
        "  - text: Llame al {phone}.",
        "  - fill_in: Llame",
        f"{B}:8:5: T13 the original has text: here\n    Write the words after text:",
    ),
    "a slot too few": (
        B_FILE,
        "Llame al {phone}.",
        "Llame.",
        f"{B}:8:11: T14 the slot {{phone}} of the original is missing\n    Write {{phone}} where its value belongs.",
    ),
    "a slot too many": (
        B_FILE,
        "Llame al {phone}.",
        "{surgeon}, llame al {phone}.",
        None,
    ),
    "a heading left out": (
        B_FILE,
        "heading: Cita\n",
        "",
        f'{B}:1:1: L30 "heading" is not translated\n    The original says: "Book"',
    ),
    "a sentence that is the original's": (
        H_FILE,
        "Puede correr en dos a tres meses.",
        "Puede correr. You can run within two to three months.",
        f"{H}:15:25: L37 these are still the words of the original\n    Translate them.",
    ),
    "the name of its source left out": (
        H_FILE,
        "source: Una muestra\n",
        "",
        f'{H}:1:1: S02 a translation needs "source"\n'
        "    Add it with your own value. Example: source: Hoja de la clínica “Cervical Foraminotomy”",
    ),
    "a question of its own": (
        H_FILE,
        "    label: Correr\n",
        "    label: Correr\n    ask: ¿Cuándo?\n",
        f'{H}:27:10: L29 the original has no "ask" here\n    Delete the line.',
    ),
    "a language that has no original": (
        H_FILE,
        "translates: en",
        "translates: fr",
        f'{H}:4:13: L31 there is no original in "fr"\n    There are: en.',
    ),
    "words that are reviewed beside words that are not": (
        H_FILE,
        "  status: draft",
        "  status: published",
        'content/common/booking.es.yaml: L74 the translated handout "knee" is not a draft, but this text is\n'
        "    Have it reviewed, or make the handout a draft.\n"
        'content/common/disclaimer.es.yaml: L74 the translated handout "knee" is not a draft, but this text is\n'
        "    Have it reviewed, or make the handout a draft.\n"
        'content/languages/es.yaml: L74 the translated handout "knee" is not a draft, but this text is\n'
        "    Have it reviewed, or make the handout a draft.",
    ),
}


@pytest.mark.parametrize(("name", "old", "new", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_refused_with_its_place(
    spanish: Folder, name: str, old: str, new: str, message: str | None
) -> None:
    spanish.change(old, new, name)
    if message is None:
        text = "'{surgeon}, llame al {phone}.'"
        spanish.change("{surgeon}, llame al {phone}.", text, name)
        message = f"{B}:8:11: T15 the original has no slot {{surgeon}} here\n    Delete it."
    assert messages(spanish) == message


def test_a_packet_in_a_language_that_is_out_of_date_is_refused(spanish: Folder) -> None:
    spanish.change("revision: 1\ntitle", "revision: 2\ntitle")
    with pytest.raises(InvalidInputError) as refused:
        library.load_for_packet(spanish.root, "knee", "es", ("discharge",))
    assert str(refused.value).startswith(f"{H}:5:22: L28 these words translate revision 1; the original has revision 2")
    library.load_for_packet(spanish.root, "knee", "en", ("discharge",))  # packets in other languages are not stopped


def test_words_around_the_content_that_are_the_clinics_own(spanish: Folder) -> None:
    english = "This takes the place of the general advice above."
    spanish.change("Esto reemplaza el consejo general de arriba.", english, "languages/es.yaml")
    lines = (spanish.root / "languages/es.yaml").read_text("utf-8").splitlines()
    place = f"content/languages/es.yaml:{lines.index(f'  surgeon_instead: {english}') + 1}:20"
    assert messages(spanish) == f"{place}: L37 these are still the words of the original\n    Translate them."


def test_the_label_of_a_place_to_write_that_is_still_in_the_original_language(spanish: Folder) -> None:
    line = "      - fill_in: Your first visit with the surgeon\n"
    spanish.change("      - show: brace\n", line + "      - show: brace\n")
    spanish.change("notices:\n", line + "notices:\n", H_FILE)
    assert messages(spanish) == f"{H}:16:18: L37 these are still the words of the original\n    Translate them."


def test_variants_of_one_language_may_share_sentences(spanish: Folder) -> None:
    spanish.change("Puede correr en dos a tres meses.", "You can run within two to three months.", H_FILE)
    british = (spanish.root / H_FILE).read_text("utf-8").replace("language: es", "language: en-GB")
    spanish.write("procedures/knee/handout.en-GB.yaml", british)
    problems = library.load(spanish.root)[1]
    assert [problem.path for problem in problems if problem.code == "L37"] == [H]


def test_two_translations_of_each_other(spanish: Folder) -> None:
    english = HANDOUT.replace("language: es", "language: en").replace("translates: en", "translates: es")
    spanish.write("procedures/knee/handout.en.yaml", english)
    assert messages(spanish).count("L32 the original is a translation itself") == 2


def test_a_missing_translation_of_the_disclaimer_is_reported(spanish: Folder) -> None:
    (spanish.root / "common/disclaimer.es.yaml").unlink()
    assert messages(spanish) == "content/common/disclaimer.es.yaml: L20 the file is missing: each packet ends with it"
