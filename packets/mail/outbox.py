"""Open the outbox of a folder: its ledger and the registry of sent mail, under the folder's lock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from packets.batch.folder import Folder, refuse_network_drive
from packets.batch.ledger import WEB_OUTBOX
from packets.batch.plan import fingerprint
from packets.content.library import Library
from packets.errors import InvalidInputError, Problem
from packets.mail.ledger import MailLedger
from packets.mail.registry import SentMailRegistry
from packets.model.mail_settings import MailSettings
from packets.storage.files import make_folder
from packets.storage.lock import FolderLock

_SHARED = "shared_register"  # the note in the ledger: where the register is, if all users share it


@dataclass(frozen=True, slots=True, repr=False)
class MailContext:
    """Where mail is handled: `register` is kept outside of the folder, `actor` is the user's name here."""

    folder: Path
    registry_folder: Path
    key: bytes
    clock: Callable[[], dt.datetime]
    actor: str
    mounts: Path = Path("/proc/self/mounts")
    shared: bool = False  # the register is the one that all users of this computer have


def settings_of(library: Library) -> MailSettings:
    """Raises Refused (X28) where the clinic sends no mail."""
    if library.clinic.mail is None:
        hint = "Add a block mail: to content/clinic.yaml; docs/mail.md shows one."
        raise InvalidInputError(Problem("X28", "there are no settings for mail", hint, "clinic.yaml"))
    return library.clinic.mail


@contextmanager
def open_outbox(
    context: MailContext, *, trusting: bool = False, of_page: bool = False
) -> Iterator[tuple[MailLedger, SentMailRegistry]]:  # fmt: skip
    """The folder's ledger and this user's register, under the folder's lock: the only state in which mail moves.

    What a sender that has died was sending is accounted for first, whoever looks.

    Raises Refused (D01 to D06, X22, X24, X36), Locked, CannotWrite. `trusting` lets an older copy in, to be accepted;
    `of_page` lets in the page's outbox alone, and begins one where there is none.
    """
    folder = Folder(context.folder)
    refuse_network_drive(context.folder, context.mounts)
    place = "Set XDG_STATE_HOME to a folder on this computer's own disk: the register of mails is kept there"
    refuse_network_drive(context.registry_folder, context.mounts, place)
    if not folder.ledger.exists():
        folder.refuse_lost_ledger()
    if of_page:
        make_folder(context.folder)
    elif not folder.ledger.exists():
        hint = "Type the folder of a batch: batch SCHEDULE -o FOLDER makes one."
        raise InvalidInputError(Problem("X24", "no packets were made in this folder", hint, str(context.folder)))
    with FolderLock(context.folder, context.clock()):
        ledger = MailLedger(folder.ledger, context.clock)
        try:
            if of_page:
                _begin(context, ledger)
            if not trusting:
                _refuse_other_register(context, ledger)
            if ledger.note("site") != fingerprint(context.key, "site").hex():
                hint = "Use the site key that the folder was begun with: --site-key FILE"
                raise InvalidInputError(
                    Problem("X24", "this folder was begun with another site key", hint, str(context.folder))
                )
            folder.refuse_strangers(ledger.packets())
            register = SentMailRegistry(
                context.registry_folder, site=fingerprint(context.key, "site") if context.shared else b""
            )
            try:
                if not ledger.note("mail_mark"):
                    import secrets

                    ledger.keep(mail_mark=secrets.token_hex(16))
                if ledger.note(_SHARED) != (place := str(context.registry_folder) if context.shared else ""):
                    ledger.keep(**{_SHARED: place})
                if not trusting:
                    register.refuse_old_copy(ledger, context.folder)
                    ledger.recover()
                yield ledger, register
                register.note(ledger)
            finally:
                register.close()
        except BaseException:
            ledger.abandon()
            raise
        ledger.close()


def _refuse_other_register(context: MailContext, ledger: MailLedger) -> None:
    """A folder whose mails are in the shared register is not looked at beside it. Raises Refused (X83)."""
    before = ledger.note(_SHARED)
    if before and not context.shared:
        hint = (
            "Type the content folder whose clinic.yaml names it: --content FOLDER\n"
            "If it is no longer used, type: mail accept-restore FOLDER"
        )
        raise InvalidInputError(
            Problem("X83", f"the mails of this folder are in the register in {before}", hint, str(context.folder))
        )


def _begin(context: MailContext, ledger: MailLedger) -> None:
    if not ledger.note("site") and next(ledger.packets(), None) is None:
        ledger.keep(**{"site": fingerprint(context.key, "site").hex(), WEB_OUTBOX: "yes"})
    if not ledger.note(WEB_OUTBOX):
        hint = "Start the page with a folder of its own: serve --outbox FOLDER"
        raise InvalidInputError(
            Problem("X36", "packets of a batch were made in this folder", hint, str(context.folder))
        )
