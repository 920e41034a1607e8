"""Record in the audit file what a user of the ward server did; in desk mode there is no audit file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Flask, current_app

from packets.errors import PacketsError
from packets.storage.audit_file import Action, AuditFile
from packets.web.current_user import current_user

Record = Callable[..., None]  # called with an action and the ids of its packets
_EXTENSION = "packets.audit"


class AuditError(Exception):
    """The audit file cannot be written."""


def set_audit(app: Flask, audit: AuditFile | None) -> None:
    app.extensions[_EXTENSION] = audit


def record(action: Action, *packet_ids: str) -> None:
    """Record what the user of the current request did with packets. Raise AuditError."""
    recorder()(action, *packet_ids)


def recorder() -> Record:
    """Return a function that records for the user of the current request, also after the request."""
    audit: AuditFile | None = current_app.extensions.get(_EXTENSION)
    user = current_user()
    if audit is None or user is None:
        return lambda *_: None
    return partial(_record, audit, user.name)


def _record(audit: AuditFile, user: str, action: Action, *packet_ids: str) -> None:
    try:
        audit.record(user, action, *packet_ids)
    except PacketsError as error:
        raise AuditError from error
