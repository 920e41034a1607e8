"""Choose the packet plan of one patient: as entered, or the only one that fits the handout."""

from __future__ import annotations

from collections.abc import Mapping

from packets.case_input.case_reader import CaseReader, EnteredValue
from packets.content.library import Library
from packets.content.packet_plans import misfit, usual_plans
from packets.content.problems import listed
from packets.errors import InvalidInputError, Problem
from packets.model.handout import Handout

NO_PLAN, WRONG_PLAN = "C24", "C25"


def plan_of(
    entered: Mapping[str, EnteredValue], handout: Handout, library: Library, *, include_drafts: bool
) -> tuple[str, tuple[Problem, ...]]:
    """Return the packet plan, or "" and what is wrong: none is entered where two fit, or the plan does not fit.

    The dates that the surgeon adds to the handout count too.
    """
    handout = with_instructions(entered, handout, library, include_drafts=include_drafts)
    reader = CaseReader(entered, None)
    usual = usual_plans(handout, library.plans)
    if "plan" not in entered and len(usual) > 1:
        message = "this packet could be for the days before the surgery or for going home"
        reader.missing("plan", NO_PLAN, message, usual)
        return "", tuple(reader.problems)
    name = reader.choice("plan", tuple(sorted(library.plans))) if "plan" in entered else usual[0]
    common = [part for (_, tag), part in library.common.items() if tag == handout.language]
    reason = misfit(handout, library.plans[name], common) if name else ""
    if name and not reason:
        return name, ()
    if reason and "plan" in entered:
        typed = entered["plan"].path.startswith("--")
        hint = f"Type: {listed(f'--plan {plan}' for plan in usual)}" if typed else f"Choose {listed(usual)}."
        reader.problem(WRONG_PLAN, reason, "plan", hint)
    elif reason:
        hint = "Add a plan without that page to the content folder: packets/pre-op.yaml"
        reader.missing("plan", WRONG_PLAN, reason, hint=hint)
    return "", tuple(reader.problems)


def with_instructions(
    entered: Mapping[str, EnteredValue], handout: Handout, library: Library, *, include_drafts: bool
) -> Handout:
    """Return the handout with the instructions of the entered surgeon, or unchanged if they are not in its language."""
    surgeon = entered["surgeon"].text if "surgeon" in entered else ""
    try:
        return library.handout_for(handout.id, handout.language, surgeon, include_drafts=include_drafts)
    except InvalidInputError:  # R18, which is reported when the packet is filled
        return handout
