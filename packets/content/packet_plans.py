"""Decide which packet plans fit a handout: for the days before the surgery, for going home, or both."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from packets.model.handout import BEFORE_SURGERY, CommonPart, FillIn, Handout, PacketPlan

DISCHARGE, PRE_OP = "discharge", "pre-op"


def usual_plans(handout: Handout, available: Collection[str]) -> tuple[str, ...]:
    """Return the plan of a patient's packet, or two if a person must choose one."""
    if handout.kind == BEFORE_SURGERY:
        fitting: tuple[str, ...] = (PRE_OP,)
    else:
        fitting = (PRE_OP, DISCHARGE) if handout.has_dates_before else (DISCHARGE,)
    return tuple(plan for plan in fitting if plan in available) or (DISCHARGE,)


def misfit(handout: Handout, plan: PacketPlan, common: Iterable[CommonPart]) -> str:
    """Return why a patient's packet of this handout cannot have this plan; "" if it can.

    `common` are the common parts in the handout's language.
    """
    if plan.counts_down and handout.kind != BEFORE_SURGERY and not handout.has_dates_before:
        return f'the plan "{plan.id}" is for the days before the surgery, and this handout has no dates before it'
    if handout.kind == BEFORE_SURGERY and _asks_for_discharge(plan, common):
        return f'the plan "{plan.id}" has a page for going home, and this handout is for the days before the surgery'
    return ""


def _asks_for_discharge(plan: PacketPlan, common: Iterable[CommonPart]) -> bool:
    shown = (part for part in common if f"common/{part.id}" in plan.shows)
    blocks = (block for common_part in shown for part in common_part.parts for block in part.blocks)
    return any(isinstance(block, FillIn) and block.source == "discharge_date" for block in blocks)
