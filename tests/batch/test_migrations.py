"""Open folders of every earlier version, and change the schema without calling them damaged.

The files under stored/ are databases that each version wrote: a batch of four patients (001), mails in four states
(002). Do not make them again with newer code.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import shutil
import sqlite3
import warnings
from collections import Counter
from pathlib import Path

import pytest

from packets.batch import migrations
from packets.errors import InvalidInputError, WriteError
from packets.mail.mail_ledger import MailLedger
from packets.mail.registry import SentMailRegistry
from packets.mail.states import IN_FLIGHT, MailState
from tests.mail.steps import LEGAL_STEPS

STORED = Path(__file__).parent / "stored"


def clock() -> dt.datetime:
    return dt.datetime(2026, 12, 8, 9, 0, tzinfo=dt.UTC)


def stored(name: str, folder: Path) -> Path:
    """Copy a stored database to where the program looks for it."""
    target = folder / ("mail.db" if name.startswith("registry") else "ledger.db")
    shutil.copy(STORED / name, target)
    return target


def columns(db: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {name: db.execute(f"PRAGMA table_xinfo({name})").fetchall() for name in tables}


def names(db: sqlite3.Connection) -> set[tuple[str, str]]:
    return set(db.execute("SELECT type, name FROM sqlite_schema"))


@pytest.mark.parametrize(
    ("name", "states", "mails"),
    [
        ("ledger-001.db", {"ready": 3, "superseded": 1, "cancelled": 1}, {}),
        ("ledger-002.db", {"ready": 5}, {"sent": 1, "unknown": 1, "deferred": 2, "rejected": 1}),
    ],
)
def test_a_ledger_of_an_earlier_version_opens_with_all_its_data(
    tmp_path: Path, name: str, states: dict[str, int], mails: dict[str, int]
) -> None:
    ledger = MailLedger(stored(name, tmp_path), clock)
    assert Counter(str(packet.state) for packet in ledger.packets()) == states
    assert Counter(str(message.state) for message in ledger.messages()) == mails
    for message in list(ledger.messages()):
        if message.state is MailState.DEFERRED:
            ledger.move(message, MailState.CANCELLED, actor="nurse")
    ledger.close()
    MailLedger(tmp_path / "ledger.db", clock).close()  # and again, as the newest version
    with contextlib.closing(sqlite3.connect(tmp_path / "ledger.db")) as db:
        assert migrations.version(db) == migrations.newest(migrations.LEDGER)


@pytest.mark.parametrize("name", ["registry-001.db", "registry-002.db", "registry-003.db"])
def test_a_registry_of_an_earlier_version_keeps_every_mail(tmp_path: Path, name: str) -> None:
    with contextlib.closing(sqlite3.connect(stored("ledger-002.db", tmp_path))) as db:
        patients = db.execute("SELECT patient FROM message WHERE state IN ('sent', 'unknown')").fetchall()
    stored(name, tmp_path)
    with contextlib.closing(SentMailRegistry(tmp_path)) as registry:
        assert [len(registry.mail_to_patient(patient)) for (patient,) in patients] == [1, 1]


@pytest.mark.parametrize(
    ("folder", "name", "kind"),
    [(migrations.LEDGER, "ledger", MailLedger), (migrations.REGISTRY, "registry", SentMailRegistry)],
)
def test_every_earlier_version_is_stored_and_migrates_to_the_same_schema(
    tmp_path: Path, folder: Path, name: str, kind: type
) -> None:
    files = sorted(file.name for file in STORED.glob(f"{name}-*.db"))
    versions = range(1, migrations.newest(folder) + 1)
    missing = f"store a database of the version before the new file as {STORED}/{name}-NNN.db"
    assert files[: len(versions) - 1] == [f"{name}-{number:03}.db" for number in versions][:-1], missing
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrations.migrate(fresh, folder)
        for file in files:
            path = stored(file, tmp_path)
            (kind(path, clock) if kind is MailLedger else kind(tmp_path)).close()
            with contextlib.closing(sqlite3.connect(path)) as db:
                assert (columns(db), names(db)) == (columns(fresh), names(fresh)), file


def test_the_states_in_code_are_those_of_the_newest_migration() -> None:
    """A state or step that is added in code alone fails here, and needs a migration."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrations.migrate(db, migrations.LEDGER)
        assert {name for (name,) in db.execute("SELECT name FROM mail_state")} == set(MailState)
        assert set(db.execute("SELECT before, after FROM mail_step")) == LEGAL_STEPS
        (index,) = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'one_mail_in_flight'").fetchone()
        assert {state for state in MailState if f"'{state}'" in index} == set(IN_FLIGHT)


# A state that a later version may add: a sent mail came back.
ADD_A_STATE = """
DROP TRIGGER mail_state_not_added;
DROP TRIGGER mail_step_not_added;
INSERT INTO mail_state VALUES ('bounced');
INSERT INTO mail_step VALUES ('sent', 'bounced');
CREATE TRIGGER mail_state_not_added BEFORE INSERT ON mail_state
  BEGIN SELECT RAISE(ABORT, 'the rules stand'); END;
CREATE TRIGGER mail_step_not_added BEFORE INSERT ON mail_step
  BEGIN SELECT RAISE(ABORT, 'the rules stand'); END;
"""


def next_version(tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Add a migration to the ledger's."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.LEDGER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__", "registry"))
    (folder / f"{migrations.newest(folder) + 1:03}.sql").write_text(script)
    monkeypatch.setattr(migrations, "LEDGER", folder)
    return folder


@pytest.mark.parametrize("name", ["ledger-001.db", "ledger-002.db"])
def test_a_new_mail_state_leaves_existing_folders_usable(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_version(tmp_path, ADD_A_STATE, monkeypatch)
    path = stored(name, tmp_path)
    MailLedger(path, clock).close()
    MailLedger(path, clock).close()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE message SET state = 'bounced' WHERE state = 'sent'")
        bounced = db.execute("SELECT count(*) FROM message WHERE state = 'bounced'").fetchone()
        assert bounced == ((1,) if name == "ledger-002.db" else (0,))


def test_a_state_that_is_new_in_code_does_not_make_a_folder_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("packets.mail.mail_ledger.IN_FLIGHT", (*IN_FLIGHT, "bounced"))
    monkeypatch.setattr("packets.mail.states.IN_FLIGHT", (*IN_FLIGHT, "bounced"))
    MailLedger(stored("ledger-002.db", tmp_path), clock).close()


def test_a_failed_migration_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stored("ledger-001.db", tmp_path)
    last = migrations.newest(migrations.LEDGER)
    folder = next_version(tmp_path, "CREATE TABLE later(x);\nTHIS IS NOT SQL;\n", monkeypatch)
    with pytest.raises(InvalidInputError):
        MailLedger(path, clock)
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert migrations.version(db) == last
        assert ("table", "later") not in names(db)
    (folder / f"{last + 1:03}.sql").write_text("CREATE TABLE later(x);\n")
    MailLedger(path, clock).close()


def test_a_ledger_of_a_newer_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stored("ledger-002.db", tmp_path)
    with monkeypatch.context() as patch:
        next_version(tmp_path, "CREATE TABLE later(x);\n", patch)
        MailLedger(path, clock).close()
    with pytest.raises(InvalidInputError, match="D03 the ledger was written by a newer version"):
        MailLedger(path, clock)


@pytest.mark.parametrize("keep", [0, 10, 5000, 9000], ids=lambda keep: f"{keep} bytes right")
def test_no_connection_stays_open_after_a_damaged_database(tmp_path: Path, keep: int) -> None:
    """Python 3.13 and later warn about a connection that only the garbage collector closes."""
    ledger, registry = stored("ledger-002.db", tmp_path), stored("registry-002.db", tmp_path)
    for path in (ledger, registry):
        data = path.read_bytes()
        path.write_bytes(data[:keep] + b"x" * (len(data) - keep))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        with pytest.raises(InvalidInputError, match="D01"):
            MailLedger(ledger, clock)
        with contextlib.suppress(WriteError):
            SentMailRegistry(tmp_path).close()
        gc.collect()
    assert [str(warning.message) for warning in caught] == []
    assert open_files(tmp_path) == []


def open_files(folder: Path) -> list[str]:
    """Return the names of the folder's files that this process has open (Linux only)."""
    handles = Path("/proc/self/fd")
    names = []
    for handle in handles.iterdir() if handles.exists() else ():
        with contextlib.suppress(OSError):
            target = handle.readlink()
            if target.is_relative_to(folder):
                names.append(target.name)
    return names


def test_a_script_is_split_into_its_statements() -> None:
    script = "-- one; two\nCREATE TABLE a(x, -- with; a comment\n y);\nCREATE TRIGGER t BEFORE DELETE ON a\n"
    script += "BEGIN SELECT 1; SELECT ';'; END;\n\nDROP TABLE a"
    split = list(migrations.statements(script))
    assert [statement.split()[-1] for statement in split] == ["y);", "END;", "a"]
