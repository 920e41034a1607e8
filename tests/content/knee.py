"""A sample handout that asks for the side of the operation and every kind of question, with its Spanish translation."""

from __future__ import annotations

import shutil
from pathlib import Path

SHIPPED = Path(__file__).resolve().parents[2] / "content"

HANDOUT = """\
handout: total-knee
language: en
revision: 1
title: Total Knee Replacement (sample)
asks:
  surgery_date: date
  surgeon: name
  side:
    ask: Which knee was operated on?
    choices: {left: left knee, right: right knee, both: both knees}
    laterality: true
  blood_thinner: yes, no or undecided
  allergy: yes or no
  arrival_time: time
  weight_kg: number
  class_day: date
  helper: name
  bring: text, optional
sections:
  - id: before
    heading: Before you come
    parts:
      - text: |
          Your operation is on your {side}. Please arrive at {arrival_time}. Your weight is {weight_kg} kg.

          You can shower within two weeks. Your class is on {class_day}, and {helper} will help you at home.
      - fill_in: Please bring
        from: bring
        note: Ask your nurse
      - fill_in: Who helps you
        from: helper
      - if: allergy is yes
        text: Tell every nurse and doctor about your allergy.
      - unless: allergy is yes
        text: Our records show no allergies. If this is wrong, call us today.
      - if: side is left
        text: Keep your left leg straight in the car.
      - if: side is right
        text: Do not drive until your right leg is strong.
      - if: side is both
        text: You need two people at home.
      - show: blood-thinner
notices:
  - id: blood-thinner
    label: Your blood thinner
    says:
      - if: blood_thinner is yes
        text: Take it.
      - unless: blood_thinner is yes
        text: Ask about it.
milestones:
  - id: shower
    label: Showering
    by: 2 weeks
    quote: You can shower within two weeks.
ends_with: [disclaimer, booking]
provenance:
  source: A sample
  sha256: 3fd3c6ff3c64237a84547f0378eaeabcc5b675cf8f19d2bed081fdd2aa60c62b
review:
  status: published
"""
SPANISH = """\
translation: total-knee
language: es
revision: 1
translates: en
translates_revision: 1
title: Reemplazo total de rodilla (muestra)
source: Una muestra
asks:
  side:
    ask: ¿Qué rodilla se operó?
    choices: {left: rodilla izquierda, right: rodilla derecha, both: ambas rodillas}
sections:
  - id: before
    heading: Antes de venir
    parts:
      - text: |
          Su operación es en: {side}. Llegue a las {arrival_time}. Su peso es de {weight_kg} kg.

          Puede ducharse en dos semanas. Su clase es el {class_day}, y {helper} le ayudará en casa.
      - fill_in: Por favor traiga
        note: Pregunte al personal
      - fill_in: Quién le ayuda
      - text: Avise a todos de su alergia.
      - text: No nos habló de ninguna alergia.
      - text: Mantenga la pierna izquierda estirada en el auto.
      - text: No maneje hasta que la pierna derecha tenga fuerza.
      - text: Necesita dos personas en casa.
notices:
  - id: blood-thinner
    label: Su anticoagulante
    parts:
      - text: Tómelo.
      - text: Pregunte por él.
milestones:
  - id: shower
    label: Ducharse
review:
  status: draft
"""
SIDES = {"left": "left knee", "right": "right knee", "both": "both knees"}
ANSWERS = {
    "blood_thinner": "no",
    "allergy": "no",
    "arrival_time": "6:30 AM",
    "weight_kg": "72.5",
    "class_day": "2026-11-30",
    "helper": "Ana Rivera",
}


def content(folder: Path) -> Path:
    """Copy the shipped content with the sample handout beside its handouts; return the content folder."""
    root = folder / "content"
    shutil.copytree(SHIPPED, root)
    procedure = root / "procedures" / "total-knee"
    procedure.mkdir()
    (procedure / "handout.en.yaml").write_text(HANDOUT, "utf-8")
    (procedure / "handout.es.yaml").write_text(SPANISH, "utf-8")
    return root
