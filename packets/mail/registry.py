"""What this computer's user has mailed from all folders, kept outside of them: so that a folder brought back from a
backup, or a second folder of the same day, cannot mail what was mailed already.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

from packets.batch import migrations
from packets.errors import InvalidInputError, Problem, WriteError
from packets.mail.ledger import MailLedger, Message, SentMail, columns

_COLUMNS = ", ".join(columns(SentMail))


def state_folder(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Where programs keep what must not be lost but is nobody's document. Raises Refused (X20)."""
    if platform == "win32":
        folder = environ.get("LOCALAPPDATA", "")
    else:
        folder = environ.get("XDG_STATE_HOME", "")
        if not Path(folder).is_absolute():
            home = environ.get("HOME", "")
            folder = str(Path(home) / ".local" / "state") if Path(home).is_absolute() else ""
    if not folder:
        hint = "Set HOME to the folder of the user who sends the mail."
        raise InvalidInputError(Problem("X20", "there is no folder for the register of mails", hint))
    return Path(folder) / "packets"


class SentMailRegistry:
    """Raises CannotWrite (X21) where it cannot be read or written: then nothing is sent."""

    def __init__(self, folder: Path, *, site: bytes = b"") -> None:
        """`site` is the mark of the key where all users share the folder; then it must be there.

        Raises Refused (X81, X82) where it is not, or belongs to another key.
        """
        self._path = folder / "mail.db"
        if site and not folder.is_dir():
            hint = "Mail is sent from the computer that has it. To move it there or elsewhere: docs/mail.md"
            message = "the folder of the site's register, which clinic.yaml names, is not on this computer"
            raise InvalidInputError(Problem("X81", message, hint, str(folder)))
        with self._explained():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            is_new = not self._path.exists()
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o660 if site else 0o600))
            if site and is_new:
                self._path.chmod(0o660)  # SQLite gives its other files the same mode
            self._db = sqlite3.connect(self._path, isolation_level=None, timeout=20)
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
            hint = "Use the key beside it, site.key: leave --site-key out. With another key nobody is known here."
            raise InvalidInputError(Problem("X82", "the site's register belongs to another key", hint, str(self._path)))

    def close(self) -> None:
        self._db.close()

    def refuse_old_copy(self, ledger: MailLedger, shown: Path) -> None:
        """Raises Refused (X22) where the ledger is not at least as young as what is known of it here."""
        number, _ = ledger.position()
        with self._explained():
            query = "SELECT number, chain FROM ledger WHERE mark = ?"
            row = self._db.execute(query, (ledger.note("mail_mark"),)).fetchone()
        if row is None:
            old = number > 0
            message = "mail was sent from this folder by another user or from another computer"
        else:
            old = ledger.digest_at(row[0]) != row[1]
            message = "the ledger is an older copy: mail has been sent since"
        if old:
            hint = (
                "Nothing was sent. If it is meant to be used from now on, type: mail accept-restore FOLDER\n"
                "What was waiting is then cancelled, and what may have gone out is listed as unknown."
            )
            raise InvalidInputError(Problem("X22", message, hint, str(shown)))

    def note(self, ledger: MailLedger) -> None:
        """How far the ledger has come; on the disk before a final dot is written."""
        number, chain = ledger.position()
        mark = ledger.note("mail_mark")
        with self._explained():
            query = "INSERT OR REPLACE INTO ledger(mark, number, chain) VALUES (?, ?, ?)"
            self._db.execute(query, (mark, number, chain))

    def of_patient(self, patient: bytes) -> tuple[SentMail, ...]:
        """In the order in which they were claimed."""
        query = f"SELECT {_COLUMNS} FROM claim WHERE patient = ? ORDER BY rowid"  # noqa: S608
        with self._explained():
            return tuple(SentMail(*row) for row in self._db.execute(query, (patient,)).fetchall())

    def patients_at(self, address: bytes, besides: Collection[bytes] = ()) -> set[bytes]:
        """Return to whom mails to this address went, or may have, other than by the mails `besides` (their `idem`)."""
        with self._explained():
            rows = self._db.execute("SELECT patient, idem FROM claim WHERE address = ?", (address,)).fetchall()
        return {bytes(patient) for patient, idem in rows if idem not in besides}

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let no other folder judge or send until this one has decided whether a mail may go out."""
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self._explained():
                self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def keep_known(self, message: Message) -> None:
        """A person lets this mail go out, and sees what is known of its patient and its address now."""
        query = """INSERT OR IGNORE INTO known_claim(mail, claim)
            SELECT ?, idem FROM claim WHERE patient = ? OR address = ?"""
        with self._explained():
            self._db.execute(query, (message.idempotency_key, message.patient, message.address))

    def known_to(self, message: Message) -> set[bytes]:
        """Return the mails that the person knew of who let this one go out."""
        with self._explained():
            rows = self._db.execute(
                "SELECT claim FROM known_claim WHERE mail = ?", (message.idempotency_key,)
            ).fetchall()
        return {bytes(idem) for (idem,) in rows}

    def keep(self, message: Message) -> None:
        """It went out, or may have, or is about to."""
        with self._explained():
            query = f"INSERT OR IGNORE INTO claim({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608
            self._db.execute(query, astuple(SentMail.of(message)))

    def release(self, message: Message) -> None:
        """It did not go out, and will not."""
        with self._explained():
            self._db.execute("DELETE FROM claim WHERE idem = ?", (message.idempotency_key,))

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.DatabaseError):
            hint = "Make room, or mend the folder's permissions. Without the register nothing is sent."
            message = "the register of mails cannot be read or written"
            raise WriteError(Problem("X21", message, hint, str(self._path))) from None
