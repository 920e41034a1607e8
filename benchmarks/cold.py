"""Measure one packet from the start of a process to the file: the command `packet`, and each peer with the same packet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from commands import HERE, PACKETS, interleaved, quartiles
from reference import Filling, plain

from packets.fill.packet import fill

CASE = ("--surgery-date", "2026-12-07", "--confirm-date", "2026-12-07", "--surgeon", "Dr. Jane Rivera")
CASE += ("--collar", "yes", "--patient-name", "Rosa Sample", "--mrn", "00418823", "--packet-id", "SAMP-LE2Z")
PACKET = (*PACKETS, "packet", "cervical-foraminotomy", *CASE, "--quiet", "-o", "packet.pdf")


def write_packet_data(path: Path) -> None:
    """Write what the command prints, as data for the peers."""
    filling = Filling("year", cases=1)
    plan = filling.library.plans["discharge"]
    packet = fill(filling.handout, plan, filling.commons, filling.clinic, filling.language, filling.cases[0])
    path.write_text(json.dumps(plain(packet), ensure_ascii=False) + "\n", encoding="utf-8")


def measure(pythons: Mapping[str, str], folder: Path, rounds: int, missing: Iterable[str]) -> dict[str, Any]:
    """Return seconds and CPU seconds of each maker; `pythons` says which Python runs each peer."""
    data = folder / "cold.jsonl"
    write_packet_data(data)
    commands: dict[str, tuple[tuple[str, ...], Path, str]] = {"packets": (PACKET, folder, "")}
    for name, python in pythons.items():
        if name not in missing:
            worker = python, str(HERE / "worker.py"), name, "year", str(data), str(folder)
            commands[name] = worker, HERE, "slice 0 1\n"
    costs = interleaved(commands, rounds)
    return {
        name: {
            "seconds": quartiles([cost.seconds for cost in each]),
            "cpu": quartiles([cost.cpu for cost in each]),
        }
        for name, each in costs.items()
    }
