"""Keep the registry of sent mail: what this user, or this site, has mailed from all folders.

It is kept outside of the folders, so that neither a folder restored from a backup nor a second folder of the same day
can mail again what was mailed already.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import astuple

from packets.batch import migrations
from packets.errors import InvalidInputError, Problem, WriteError
from packets.mail.mail_ledger import MailLedger, Message, SentMail, columns

_COLUMNS = ", ".join(columns(SentMail))


def state_folder(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Return the folder of this user's registry. Raise InvalidInputError (X20) if the environment names none."""
    if platform == "win32":
        folder = environ.get("LOCALAPPDATA", "")
    else:
        folder = environ.get("XDG_STATE_HOME", "")
        if not Path(folder).is_absolute():
            home = environ.get("HOME", "")
            folder = str(Path(home) / ".local" / "state") if Path(home).is_absolute() else ""
    if not folder:
        hint = "Set HOME to the home folder of the user who sends the mail."
        raise InvalidInputError(Problem("X20", "there is no folder for the registry of sent mail", hint))
    return Path(folder) / "packets"


class SentMailRegistry:
    """A database of mail that was sent or may have been.

    Every method raises WriteError (X21) if the registry cannot be read or written; then nothing is sent.
    """

    def __init__(self, folder: Path, *, site: bytes = b"") -> None:
        """Open the registry in `folder`, and create it unless it is shared.

        `site` is the fingerprint of the site key if all users share the folder. Raise InvalidInputError (X81) if a
        shared folder does not exist, (X82) if it belongs to another key.
        """
        self._path = folder / "mail.db"
        if site and not folder.is_dir():
            hint = "Send mail from the computer that has it. To move it to this or another computer: docs/mail.md"
            message = "the folder of the site's registry, named in clinic.yaml, is not on this computer"
            raise InvalidInputError(Problem("X81", message, hint, str(folder)))
        with self._translated_errors():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            is_new = not self._path.exists()
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o660 if site else 0o600))
            if site and is_new:
                self._path.chmod(0o660)  # SQLite gives its other files the same mode
            self._db = sqlite3.connect(self._path, isolation_level=None, timeout=20, check_same_thread=False)
            try:
                for pragma in ("journal_mode=WAL", "synchronous=FULL", "trusted_schema=OFF"):
                    self._db.execute(f"PRAGMA {pragma}")
                migrations.migrate(self._db, migrations.REGISTRY)
                if site:
                    self._refuse_other_key(site)
            except BaseException:
                self._db.close()
                raise

    def _refuse_other_key(self, site: bytes) -> None:
        self._db.execute("INSERT INTO site SELECT ? WHERE NOT EXISTS (SELECT 1 FROM site)", (site,))
        if self._db.execute("SELECT mark FROM site").fetchone() != (site,):
            hint = "Use the key next to it, site.key: leave out --site-key. With another key no patient is recognized."
            raise InvalidInputError(Problem("X82", "the site's registry belongs to another key", hint, str(self._path)))

    def close(self) -> None:
        self._db.close()

    # ---- detecting old copies of a ledger

    def refuse_old_copy(self, ledger: MailLedger, folder: Path) -> None:
        """Raise InvalidInputError (X22) if the ledger of `folder` lacks events that this registry knows of."""
        number, _ = ledger.position()
        with self._translated_errors():
            query = "SELECT number, chain FROM ledger WHERE mark = ?"
            row = self._db.execute(query, (ledger.get_meta("mail_mark"),)).fetchone()
        if row is None:
            is_old = number > 0
            message = "mail was sent from this folder by another user or from another computer"
        else:
            is_old = ledger.digest_at(row[0]) != row[1]
            message = "the ledger is an older copy: mail has been sent since"
        if is_old:
            hint = (
                "Nothing was sent. To use this copy from now on, type: mail accept-restore FOLDER\n"
                "Waiting mail is then cancelled, and mail that may have been sent is listed as unknown."
            )
            raise InvalidInputError(Problem("X22", message, hint, str(folder)))

    def record_position(self, ledger: MailLedger) -> None:
        """Record the ledger's last event; on disk before a final dot is written."""
        number, chain = ledger.position()
        mark = ledger.get_meta("mail_mark")
        with self._translated_errors():
            query = "INSERT OR REPLACE INTO ledger(mark, number, chain) VALUES (?, ?, ?)"
            self._db.execute(query, (mark, number, chain))

    # ---- sent mail

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other senders from judging or sending until this one has decided whether a message may go out."""
        with self._translated_errors():
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self._translated_errors():
                self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def mail_to_patient(self, patient: bytes) -> tuple[SentMail, ...]:
        """Return the mail to a patient, oldest first."""
        query = f"SELECT {_COLUMNS} FROM claim WHERE patient = ? ORDER BY rowid"  # noqa: S608
        with self._translated_errors():
            return tuple(SentMail(*row) for row in self._db.execute(query, (patient,)).fetchall())

    def patients_at(self, address: bytes, except_for: Collection[bytes] = ()) -> set[bytes]:
        """Return the patients mailed at an address, other than by the mail with these idempotency keys."""
        with self._translated_errors():
            rows = self._db.execute("SELECT patient, idem FROM claim WHERE address = ?", (address,)).fetchall()
        return {bytes(patient) for patient, key in rows if key not in except_for}

    def add(self, message: Message) -> None:
        """Add a message that was sent, may have been, or is about to be."""
        with self._translated_errors():
            query = f"INSERT OR IGNORE INTO claim({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608
            self._db.execute(query, astuple(SentMail.of(message)))

    def remove(self, message: Message) -> None:
        """Remove a message that was not sent and will not be."""
        with self._translated_errors():
            self._db.execute("DELETE FROM claim WHERE idem = ?", (message.idempotency_key,))

    def record_known(self, message: Message) -> None:
        """Record what a person who sends this message anyway knows: all mail to its patient or address until now."""
        query = """INSERT OR IGNORE INTO known_claim(mail, claim)
            SELECT ?, idem FROM claim WHERE patient = ? OR address = ?"""
        with self._translated_errors():
            self._db.execute(query, (message.idempotency_key, message.patient, message.address))

    def known_to(self, message: Message) -> set[bytes]:
        """Return the idempotency keys of the mail that was known when a person decided to send this message anyway."""
        with self._translated_errors():
            query = "SELECT claim FROM known_claim WHERE mail = ?"
            rows = self._db.execute(query, (message.idempotency_key,)).fetchall()
        return {bytes(key) for (key,) in rows}

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.DatabaseError):
            hint = "Free some disk space or correct the folder's permissions. Without the registry nothing is sent."
            message = "the registry of sent mail cannot be read or written"
            raise WriteError(Problem("X21", message, hint, str(self._path))) from None
