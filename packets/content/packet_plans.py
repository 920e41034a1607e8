"""Decide which packet plans fit a handout: for the days before the surgery, for going home, or both."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from packets.model.handout import BEFORE_SURGERY, CommonPart, FillIn, Handout, PacketPlan
from packets.model.recovery import Kind
from packets.model.surgeon import SurgeonInstructions

DISCHARGE, PRE_OP = "discharge", "pre-op"


def usual_plans(
    handout: Handout, available: Collection[str], instructions: Iterable[SurgeonInstructions] = ()
) -> tuple[str, ...]:
    """Return the plan of a patient's packet, or two if a person must choose one.

    `instructions` are those of surgeons that may be applied to the handout.
    """
    added = (milestone for item in instructions for milestone in item.milestones)
    fitting: tuple[str, ...] = (DISCHARGE,)
    if handout.kind == BEFORE_SURGERY:
        fitting = (PRE_OP,)
    elif handout.has_preparation or any(milestone.is_preparation for milestone in added):
        fitting = (PRE_OP, DISCHARGE)
    return tuple(plan for plan in fitting if plan in available) or (DISCHARGE,)


def misfit(handout: Handout, plan: PacketPlan, common: Iterable[CommonPart]) -> str:
    """Return why a patient's packet of this handout cannot have this plan; "" if it can.

    `common` are the common parts in the handout's language.
    """
    # What is usual on the day, such as the first walk, is not for the days before it.
    has_order_for_the_day = any(
        milestone.is_on_surgery_day and milestone.kind is Kind.RESTRICTION for milestone in handout.milestones
    )
    is_for_days_before = handout.kind == BEFORE_SURGERY or handout.has_preparation or has_order_for_the_day
    if plan.counts_down and not is_for_days_before:
        reason = "this handout has no instructions for them or for the day itself"
        return f'the plan "{plan.id}" is for the days before the surgery, and {reason}'
    if handout.kind == BEFORE_SURGERY and _asks_for_discharge(plan, common):
        return f'the plan "{plan.id}" has a page for going home, and this handout is for the days before the surgery'
    return ""


def _asks_for_discharge(plan: PacketPlan, common: Iterable[CommonPart]) -> bool:
    shown = (part for part in common if f"common/{part.id}" in plan.shows)
    blocks = (block for common_part in shown for part in common_part.parts for block in part.blocks)
    return any(isinstance(block, FillIn) and block.source == "discharge_date" for block in blocks)
