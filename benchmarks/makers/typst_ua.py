"""Typst with PDF/UA-1: one compiler for all packets, fonts read once, the patient as an input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import typst

from makers.output import writer
from makers.patients import Patients, svg

HERE = Path(__file__).resolve().parent
STANDARDS: tuple[str, ...] = ("ua-1",)


def maker(variant: str, data: Path, folder: Path, standards: tuple[str, ...] = STANDARDS) -> Callable[[int], int]:
    patients = Patients(data)
    for patient in patients.all:
        for block in patient["blocks"]:
            if "symbol" in block:
                block["symbol"] = svg(block["symbol"])
    inputs = [json.dumps(patient) for patient in patients.all]
    compiler = typst.Compiler(
        str(HERE / "packet.typ"), font_paths=[str(HERE.parent.parent / "fonts")], ignore_system_fonts=True
    )
    write = writer(folder)

    def make(number: int) -> int:
        patient = {"packet": inputs[number % len(inputs)]}
        pdf = compiler.compile(format="pdf", sys_inputs=patient, pdf_standards=list(standards))
        return write(number, pdf)

    return make
