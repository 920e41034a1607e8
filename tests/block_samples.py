"""A handout with callouts, tables and subheadings, and its Spanish words: sample text, not clinical content."""

from __future__ import annotations

import shutil
from pathlib import Path

from packets.content import library
from tests.samples import CONTENT

FILE = "content/procedures/sample/handout.en.yaml"  # of a test that writes the content to content/
SPANISH_FILE = "content/procedures/sample/handout.es.yaml"
PARTS = """\
      - callout:
          kind: emergency
          heading: Call 911 if
          text: |
            - You have trouble breathing or chest pain.
            - You cannot move your arm or leg.
      - text: |
          After the surgery you may be tired.
      - callout:
          kind: call
          heading: Call us the same day if
          text: |
            You have a fever above 101 degrees. Call {phone} and ask for {surgeon}.

            1. Tell us your name.
            2. Tell us what you see.
      - callout:
          kind: note
          heading: Good to know
          text: |
            Most people sleep badly for 3 nights. **This passes.**
      - subheading: What to eat
      - text: |
          Eat what you like.
      - table:
          columns: [Day, You may eat, You may drink]
          rows:
            - [3 days before, "White bread, eggs, **no** nuts or seeds", Anything]
            - [1 day before, Clear soup only, "Water, tea, apple juice"]
            - [The day, Nothing, "Ask {surgeon}"]
          row_headers: yes
      - {subheading: Your visits, if: collar is yes}
      - if: collar is yes
        table:
          columns: [What, When, Who]
          rows:
            - [Wound check, "", ""]
            - ["", "", ""]
      - subheading: Your medicines
      - medicines:
          - medicine: Samplecillin 500 mg
            for: Against infection
            doses: {morning: 1 tablet, evening: 1 tablet}
            until: all 14 tablets are gone
            note: Take it with food.
          - medicine: Sampleprofen 200 mg
            for: Pain
            doses: {morning: 2, noon: 2, bedtime: 2}
        empty_rows: 3
      - page_break: true
      - text: |
          Ask {surgeon}:

          - May I drive?
          - May I work?
        keep_together: true
"""
SPANISH = """\
      - callout:
          heading: Llame al 911 si
          text: |
            - Tiene problemas para respirar o dolor en el pecho.
            - No puede mover el brazo o la pierna.
      - text: |
          Después de la cirugía puede estar cansado.
      - callout:
          heading: Llámenos el mismo día si
          text: |
            Tiene fiebre de más de 101 grados. Llame al {phone} y pregunte por {surgeon}.

            1. Díganos su nombre.
            2. Díganos lo que ve.
      - callout:
          heading: Es bueno saber
          text: |
            La mayoría duerme mal durante 3 noches. **Esto pasa.**
      - subheading: Qué comer
      - text: |
          Coma lo que quiera.
      - table:
          columns: [Día, Puede comer, Puede beber]
          rows:
            - [3 días antes, "Pan blanco, huevos, **no** nueces ni semillas", Cualquier cosa]
            - [1 día antes, Solo caldo claro, "Agua, té, jugo de manzana"]
            - [El día, Nada, "Pregunte a {surgeon}"]
      - subheading: Sus citas
      - table:
          columns: [Qué, Cuándo, Quién]
          rows:
            - [Revisión de la herida, "", ""]
            - ["", "", ""]
      - subheading: Sus medicinas
      - medicines:
          - medicine: Samplecilina 500 mg
            for: Contra la infección
            doses: {morning: 1 tableta, evening: 1 tableta}
            until: se acaben las 14 tabletas
            note: Tómela con comida.
          - medicine: Sampleprofeno 200 mg
            for: Dolor
            doses: {morning: "2", noon: "2", bedtime: "2"}
      - text: |
          Pregunte a {surgeon}:

          - ¿Puedo conducir?
          - ¿Puedo trabajar?
"""
HANDOUT = """\
handout: sample
language: en
revision: 1
title: Sample Surgery
asks:
  surgery_date: date
  surgeon: name
  collar: yes, no or undecided
sections:
  - id: after
    heading: After the surgery
    parts:
{parts}
ends_with: [disclaimer, booking]
provenance:
  source: A sample
  sha256: 3fd3c6ff3c64237a84547f0378eaeabcc5b675cf8f19d2bed081fdd2aa60c62b
review:
  status: published
"""
TRANSLATION = """\
translation: sample
language: es
revision: 1
translates: en
translates_revision: 1
title: Cirugía de muestra
source: Una muestra
sections:
  - id: after
    heading: Después de la cirugía
    parts:
{parts}
review:
  status: draft
"""


def write_content(root: Path, parts: str = PARTS, spanish: str = SPANISH) -> Path:
    """Copy the shipped content with the sample handout as its only procedure, also in Spanish if given."""
    others = () if spanish else ("*.es.yaml", "es.yaml")
    ignored = shutil.ignore_patterns("procedures", "schema", "*.de.yaml", "de.yaml", *others)
    shutil.copytree(CONTENT, root, dirs_exist_ok=True, ignore=ignored)
    folder = root / "procedures" / "sample"
    folder.mkdir(parents=True)
    if "unless: collar" not in parts:  # every handout says something to patients for whom it is undecided
        parts += "      - if: collar is undecided\n        text: Ask about the collar.\n"
        spanish += "      - text: Pregunte por el collarín.\n" if spanish else ""
    (folder / "handout.en.yaml").write_text(HANDOUT.replace("{parts}\n", parts), "utf-8")
    if spanish:
        (folder / "handout.es.yaml").write_text(TRANSLATION.replace("{parts}\n", spanish), "utf-8")
    return root


def replace_once(old: str, new: str, file: str = FILE) -> None:
    """Replace a text that the file has exactly once."""
    text = Path(file).read_text("utf-8")
    assert text.count(old) == 1, old
    Path(file).write_text(text.replace(old, new), "utf-8")


def sample_messages(root: Path) -> list[str]:
    """Return what `check` says about the sample handout, except that it awaits a clinician."""
    _, problems = library.load(root)
    return [str(problem) for problem in problems if "procedures/sample/" in str(problem) and problem.code != "R05"]
