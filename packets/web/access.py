"""Say which role may open which view of the ward server; in desk mode, one person may open every view."""

from __future__ import annotations

from packets.model.ward import Role

# Every view that needs a session, and the least role that may open it. A view that is not listed is refused.
LEAST_ROLE = {
    "home": Role.NURSE,
    "favorite": Role.NURSE,
    "list_procedures": Role.NURSE,
    "days": Role.NURSE,
    "show_day": Role.NURSE,
    "print_paper": Role.NURSE,
    "day_pdf": Role.NURSE,
    "day_packet": Role.NURSE,
    "record_paper": Role.NURSE,
    "search": Role.NURSE,
    "show_found": Role.NURSE,
    "empty_form": Role.NURSE,
    "send_form": Role.NURSE,
    "show_form": Role.NURSE,
    "pdf": Role.NURSE,
    "html_copy": Role.NURSE,
    "picture": Role.NURSE,
    "dates": Role.NURSE,
    "date_words": Role.NURSE,
    "date_button": Role.NURSE,
    "mail_form": Role.NURSE,
    "queue_mail": Role.NURSE,
    "show_mail": Role.NURSE,
    "schedule": Role.LEAD,
    "send_schedule": Role.LEAD,
    "show_schedule": Role.LEAD,
    "start_batch": Role.LEAD,
    "confirm": Role.LEAD,
    "correct": Role.LEAD,
    "print_from": Role.LEAD,
    "running_batch": Role.LEAD,
    "stop_batch": Role.LEAD,
    "progress": Role.LEAD,
    "print_run": Role.LEAD,
    "batch_packet": Role.LEAD,
    "tasks": Role.NURSE,
    "check_pdf": Role.NURSE,
    "choose_rack_copy": Role.NURSE,
    "rack_copy_form": Role.NURSE,
    "send_rack_copy": Role.NURSE,
    "rack_copy": Role.NURSE,
    "outbox": Role.READER,
    "open_outbox": Role.READER,
    "show_outbox": Role.READER,
    "outbox_packet": Role.NURSE,
    "decide": Role.NURSE,
    "send_mail": Role.LEAD,
    "queue_day": Role.LEAD,
    "sending_progress": Role.READER,
    "mail_password": Role.NURSE,
    "help_page": Role.READER,
    "stay": Role.READER,
    "lock": Role.READER,
}
# Every nurse may stop a mail of the outbox. A lead decides whether one was delivered, and whether a held one is sent.
DECISIONS_OF_A_NURSE = frozenset({"cancel", "take-out"})
FIRST_VIEW = {Role.READER: "outbox"}  # where "/" leads a user who may not open it


def may_open(role: Role, view: str) -> bool:
    """Return whether a role may open a view, named by its endpoint."""
    return view in LEAST_ROLE and role.includes(LEAST_ROLE[view])


def may_decide(role: Role, decision: str) -> bool:
    """Return whether a role may carry out a decision about a mail."""
    return role.includes(Role.NURSE if decision in DECISIONS_OF_A_NURSE else Role.LEAD)
