"""Migrate a database to the newest version of its schema: one numbered SQL file per version, one transaction each.

Never change a file, because existing folders were made with it. To change a schema, add a file with the next number,
and store a database of the current version in tests/batch/stored/. If a trigger would forbid the change, drop it
first and create it again at the end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

LEDGER = Path(__file__).resolve().parent
REGISTRY = LEDGER / "registry"


def newest(folder: Path) -> int:
    """Return the number of the newest migration in the folder."""
    return len(_files(folder))


def version(db: sqlite3.Connection) -> int:
    """Return the version of an open database, 0 for an empty one."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: sqlite3.Connection, folder: Path) -> None:
    """Apply the migrations that the database lacks, even if another process is doing the same.

    The connection must be in autocommit mode (`isolation_level=None`). Raise sqlite3.Error; the migration that failed
    has then changed nothing.
    """
    for number, file in enumerate(_files(folder), 1):
        if version(db) >= number:
            continue
        db.execute("BEGIN IMMEDIATE")
        try:
            if version(db) < number:
                for statement in statements(file.read_text("utf-8")):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version={number}")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def statements(script: str) -> Iterator[str]:
    """Yield the statements of an SQL script; `executescript` would commit the current transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9][0-9][0-9].sql"))
