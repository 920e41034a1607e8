"""Remember in the ledger which message of each case was the newest, so that an older one never makes a packet.

A later run may get a folder in which only the older message is left. The ledger has fingerprints of the cases and the
times of the messages, no patient data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from packets.batch.packet_ledger import Ledger
from packets.batch.preflight import Preflight
from packets.schedule.rows import RowProblem

_META = "newest_messages"


def newest_messages(ledger: Ledger) -> Mapping[str, str]:
    """Return the time of the newest message of each case, by the case's fingerprint."""
    newest: dict[str, str] = json.loads(ledger.get_meta(_META) or "{}")
    return newest


def hold_older(checked: Preflight, newest: Mapping[str, str]) -> None:
    """Refuse the rows whose message is older than the one that this folder has taken before."""
    for number, (case, sent) in checked.source.sent.items():
        if newest.get(case, "") <= sent:
            continue
        message = "this folder was made with a later message of the same case"
        hint = "Put the later message back into the folder; this one is ignored."
        checked.problems.append(RowProblem(number, "", "B78", message, hint))
        if accepted := checked.accepted.pop(number, None):
            checked.refused.append((number, accepted.request.person.patient))
        for cancelled in [entry for entry in checked.cancelled if entry[0] == number]:
            checked.cancelled.remove(cancelled)
            checked.refused.append((number, cancelled[1].patient))


def record_newest(ledger: Ledger, checked: Preflight) -> None:
    """Record the messages of this run that were taken."""
    taken = {*checked.accepted, *(number for number, _ in checked.cancelled)}
    before = newest_messages(ledger)
    newest = dict(before)
    for number, (case, sent) in checked.source.sent.items():
        if number in taken:
            newest[case] = max(sent, newest.get(case, ""))
    if newest != before:
        ledger.set_meta(**{_META: json.dumps(newest)})
