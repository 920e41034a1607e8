"""Test that the database itself refuses every forbidden change, on a ledger with mail in several states."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from packets.batch import migrations
from packets.errors import InvalidInputError
from packets.mail.mail_ledger import MailLedger
from packets.mail.smtp import DeliveryResult, Outcome, Phase
from packets.mail.states import MailState
from tests.mail.day import START, MailDay, RecordingTransport, mailed
from tests.mail.steps import LEGAL_STEPS, NEXT_STATES

ANSWERS = {
    "person1": DeliveryResult(Outcome.SENT, Phase.DOT, 250),
    "person2": DeliveryResult(Outcome.UNKNOWN, Phase.DOT),
    "person3": DeliveryResult(Outcome.DEFERRED, Phase.RECIPIENT, 450),
    "person4": DeliveryResult(Outcome.REJECTED, Phase.RECIPIENT, 550),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, mail_content: Path) -> Path:
    from msgspec.structs import replace

    from packets.model.mail_settings import MailSettings, Tls

    settings = MailSettings("127.0.0.1", 1, Tls.STARTTLS, "care@clinic.example", per_minute=600)
    day = MailDay(tmp_path_factory.mktemp("ledger"), mail_content, replace(settings))
    day.make([mailed(number) for number in range(1, 6)])
    day.queue()
    day.send(RecordingTransport(lambda to: ANSWERS.get(to.partition("@")[0], ANSWERS["person3"])))
    assert day.states_of_mail() == ["sent", "unknown", "deferred", "rejected", "deferred"]
    return day.folder


@pytest.fixture
def raw(folder: Path, tmp_path: Path) -> sqlite3.Connection:
    """Open the database without our code."""
    (tmp_path / "ledger.db").write_bytes((folder / "ledger.db").read_bytes())
    return sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)


INSERT_AGAIN = """INSERT {how} INTO message SELECT {number}, x'{idem}', packet, patient, episode, day, address, hint,
    'new id', sha256, {sequence}, {again}, '{because}', queued_by, queued_at, send_before, '{state}', 0, '', '', x'00'
    FROM message WHERE number = {of}"""


def again(of: int, **changes: object) -> str:
    values = {
        "how": "",
        "number": 9,
        "idem": "99",
        "sequence": 9,
        "again": 0,
        "because": "",
        "state": "queued",
        "of": of,
    }
    return INSERT_AGAIN.format(**{**values, **changes})


HAS_ONE = "this patient has a mail for this operation"
FORBIDDEN = {
    "a second mail after one was sent": (again(1), HAS_ONE),
    "a second mail while one is unknown, even by a decision": (
        again(2, again=1, because="asked-again"),
        HAS_ONE,
    ),
    "a second mail while one waits": (again(3, again=1, because="x"), HAS_ONE),
    "a second mail in place of the first": (again(1, how="OR REPLACE"), HAS_ONE),
    "a mail with another mail's number": (
        again(4, how="OR REPLACE", number=1),
        HAS_ONE,
    ),
    "a decision without a reason": (again(1, again=1), "CHECK constraint failed: again = 0 OR because <> ''"),
    "a new mail in the state sent": (again(4, state="sent"), "a mail begins in the queue"),
    "another patient's packet": (
        again(4).replace("packet, patient", "(SELECT packet FROM message WHERE number = 1), patient"),
        "the packet is not this patient's",
    ),
    "another attachment": (again(4).replace("sha256", "'00'"), "the packet is not this patient's"),
    "sent becomes queued": ("UPDATE message SET state = 'queued' WHERE number = 1", "not a legal step"),
    "deferred becomes sent": ("UPDATE message SET state = 'sent' WHERE number = 3", "not a legal step"),
    "deferred becomes committing": ("UPDATE message SET state = 'committing' WHERE number = 3", "not a legal step"),
    "rejected becomes queued": ("UPDATE message SET state = 'queued' WHERE number = 4", "not a legal step"),
    "unknown becomes queued by itself": ("UPDATE message SET state = 'queued' WHERE number = 2", "a person decides"),
    "unknown becomes sent by itself": ("UPDATE message SET state = 'sent' WHERE number = 2", "a person decides"),
    "unknown becomes deferred": (
        "UPDATE message SET state = 'deferred', decided_by = 'x' WHERE number = 2",
        "not a legal step",
    ),
    "an unknown state": ("UPDATE message SET state = 'lost' WHERE number = 3", "not a legal step"),
    "another address": ("UPDATE message SET address = x'00' WHERE number = 3", "what a mail is never changes"),
    "another packet": ("UPDATE message SET packet = 'x' WHERE number = 3", "what a mail is never changes"),
    "another patient": ("UPDATE message SET patient = x'00' WHERE number = 3", "what a mail is never changes"),
    "another digest": ("UPDATE message SET sha256 = '00' WHERE number = 3", "what a mail is never changes"),
    "another Message-ID": ("UPDATE message SET message_id = 'x' WHERE number = 3", "what a mail is never changes"),
    "another idempotency key": ("UPDATE message SET idem = x'00' WHERE number = 3", "what a mail is never changes"),
    "a longer deadline": ("UPDATE message SET send_before = '2999' WHERE number = 3", "what a mail is never changes"),
    "another hint": ("UPDATE message SET hint = 'x' WHERE number = 1", "a hint can only be taken away, at the end"),
    "the hint of a waiting mail deleted": (
        "UPDATE message SET hint = '' WHERE number = 3",
        "a hint can only be taken away, at the end",
    ),
    "a mail deleted": ("DELETE FROM message WHERE number = 1", "append only"),
    "an event deleted": ("DELETE FROM mail_event WHERE id = 1", "append only"),
    "an event changed": ("UPDATE mail_event SET actor = 'x' WHERE id = 1", "append only"),
    "an event replaced": (
        "INSERT OR REPLACE INTO mail_event SELECT 1, at, 'x', message, before, after, phase, code, chain "
        "FROM mail_event WHERE id = 2",
        "append only",
    ),
    "a new legal step": ("INSERT INTO mail_step VALUES ('sent', 'queued')", "the rules stand"),
    "a step deleted": ("DELETE FROM mail_step", "the rules stand"),
    "a step changed": ("UPDATE mail_step SET after = 'sent'", "the rules stand"),
    "a new state": ("INSERT INTO mail_state VALUES ('lost')", "the rules stand"),
}


@pytest.mark.parametrize("change", FORBIDDEN)
def test_the_database_refuses_forbidden_changes(change: str, raw: sqlite3.Connection) -> None:
    statement, why = FORBIDDEN[change]
    with pytest.raises(sqlite3.IntegrityError) as refused:
        raw.execute(statement)
    assert str(refused.value) == why
    raw.close()


def test_the_database_refuses_every_illegal_step(folder: Path) -> None:
    assert len(LEGAL_STEPS) >= 19
    tried = 0
    for before in MailState:
        for after in MailState:
            db = ledger_with(before)
            tried += 1
            if (before, after) in LEGAL_STEPS or before is after:
                db.execute("UPDATE message SET state = ?, decided_by = 'x'", (after,))
            else:
                with pytest.raises(sqlite3.IntegrityError, match="not a legal step"):
                    db.execute("UPDATE message SET state = ?, decided_by = 'x'", (after,))
            db.close()
    assert tried == len(MailState) ** 2


def ledger_with(state: MailState) -> sqlite3.Connection:
    """Return a ledger in memory whose only mail reached this state by legal steps."""
    steps = {
        MailState.QUEUED: (),
        MailState.SENDING: ("sending",),
        MailState.DEFERRED: ("sending", "deferred"),
        MailState.COMMITTING: ("sending", "committing"),
        MailState.FAILED: ("sending", "failed"),
    }
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrations.migrate(db, migrations.LEDGER)
    info = db.execute("PRAGMA table_info(packet)").fetchall()
    columns = {row[1]: {"TEXT": "''", "BLOB": "x'00'", "INTEGER": "1"}[row[2]] for row in info}
    columns |= {
        "id": "'p'",
        "patient": "x'01'",
        "episode": "x'02'",
        "day": "x'03'",
        "sha256": "'s'",
        "state": "'ready'",
    }
    columns["replaces"] = "NULL"
    db.execute(f"INSERT INTO packet({', '.join(columns)}) VALUES ({', '.join(columns.values())})")  # noqa: S608
    db.execute(
        "INSERT INTO message VALUES (1, x'01', 'p', x'01', x'02', x'03', x'09', 'h', 'm', 's', 0, 0, '', 'q', 'a', "
        "'b', 'queued', 0, '', '', x'00')"
    )
    first = "sending" if state.value in NEXT_STATES[MailState.SENDING] else ""
    states = steps.get(state)
    if states is None:
        direct = state.value in NEXT_STATES[MailState.QUEUED]
        states = (state.value,) if direct else ("sending", "committing", state.value)
        if first and not direct:
            states = (first, state.value)
    for step in states:
        db.execute("UPDATE message SET state = ?", (step,))
    return db


def test_a_ledger_changed_by_hand_is_reported_as_damaged(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes((folder / "ledger.db").read_bytes())
    MailLedger(path, lambda: START).close()
    db = sqlite3.connect(path, isolation_level=None)
    # The database allows this, but our code never writes it.
    db.execute("UPDATE message SET attempts = 7 WHERE number = 3")
    db.close()
    with pytest.raises(InvalidInputError) as refused:
        MailLedger(path, lambda: START)
    assert str(refused.value).startswith(f"{path}: D01 the ledger is damaged")


def test_the_ledger_contains_neither_patient_nor_address(folder: Path) -> None:
    data = (folder / "ledger.db").read_bytes()
    assert b"p***@s***.example" in data
    for secret in (b"person1", b"sample.example", b"00000001", b"Bruno", b"Abel"):
        assert secret not in data
