"""Choose the packet plan of one patient: as entered, or the only one that fits the handout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from packets.case_input.case_reader import CaseReader, EnteredValue
from packets.content.library import Library
from packets.content.packet_plans import misfit, usual_plans
from packets.content.problems import listed
from packets.errors import Problem
from packets.model.handout import Handout

NOT_SAID, MISFIT = "C24", "C25"


def plan_of(
    entered: Mapping[str, EnteredValue], handout: Handout, library: Library
) -> tuple[str, tuple[Problem, ...]]:  # fmt: skip
    """Return the packet plan, or "" and what is wrong: none is entered where two fit, or the one entered does not."""
    reader = CaseReader(entered, None)
    usual = usual_plans(handout, library.plans)
    common = [part for (_, tag), part in library.common.items() if tag == handout.language]
    if "plan" not in entered:
        if len(usual) == 1:
            if not (reason := misfit(handout, library.plans[usual[0]], common)):
                return usual[0], ()
            reader.missing("plan", MISFIT, reason)
            hint = "Add a plan without that page to the content folder: packets/pre-op.yaml"
            return "", tuple(replace(problem, hint=hint) for problem in reader.problems)
        message = "this packet could be for the days before the surgery or for going home"
        reader.missing("plan", NOT_SAID, message, usual)
        return "", tuple(reader.problems)
    name = reader.choice("plan", tuple(sorted(library.plans)))
    if name is None:
        return "", tuple(reader.problems)
    if reason := misfit(handout, library.plans[name], common):
        typed = entered["plan"].path.startswith("--")
        hint = f"Type: {listed(f'--plan {plan}' for plan in usual)}" if typed else f"Choose {listed(usual)}."
        reader.problem(MISFIT, reason, "plan", hint)
        return "", tuple(reader.problems)
    return name, ()
