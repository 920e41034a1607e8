"""Open the outbox of a folder: its ledger and the registry of sent mail, under the folder's lock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct, field

from packets.batch.folder import Folder, refuse_network_drive
from packets.batch.packet_ledger import WEB_OUTBOX
from packets.content.library import Library
from packets.errors import InvalidInputError, Problem
from packets.mail.mail_ledger import MailLedger
from packets.mail.registry import SentMailRegistry
from packets.model.mail_settings import MailSettings
from packets.model.packet_id import fingerprint
from packets.storage.files import make_folder
from packets.storage.lock import FolderLock
from packets.values import HiddenFields

OpenOutbox = tuple[MailLedger, SentMailRegistry]

_SHARED_REGISTRY = "shared_register"  # ledger metadata: the folder of the registry if all users share it


class MailContext(HiddenFields, Struct, frozen=True):
    """The folder whose packets are mailed, and who is mailing them.

    `registry_folder` is outside of the folder; `shared` says that all users of this computer share it. `actor` is the
    user's name on this computer. `opened` are outboxes that `lent_outbox` lends to the other threads of this process.
    """

    folder: Path
    registry_folder: Path
    key: bytes
    clock: Callable[[], dt.datetime]
    actor: str
    mounts: Path = Path("/proc/self/mounts")
    shared: bool = False
    opened: dict[Path, OpenOutbox] = field(default_factory=dict)


def settings_of(library: Library) -> MailSettings:
    """Return the clinic's mail settings. Raise InvalidInputError (X28) if it has none."""
    if library.clinic.mail is None:
        hint = "Add a mail: block to content/clinic.yaml; docs/mail.md shows one."
        raise InvalidInputError(Problem("X28", "there are no settings for mail", hint, "clinic.yaml"))
    return library.clinic.mail


@contextmanager
def open_outbox(
    context: MailContext, *, accept_old_copy: bool = False, web_outbox: bool = False
) -> Iterator[OpenOutbox]:  # fmt: skip
    """Yield the folder's ledger and the registry of sent mail while holding the folder's lock.

    No message changes its state without this. If a sender has crashed, what it was sending is recorded first.
    `accept_old_copy` opens a restored ledger, to accept it; `web_outbox` opens the web form's outbox and no other
    folder, and creates it if it does not exist.

    Raise InvalidInputError (D01 to D12, X22, X36), LockedError, WriteError.
    """
    if (opened := context.opened.get(context.folder)) is not None:
        yield opened
        ledger, registry = opened
        registry.record_position(ledger)
        return
    folder = Folder(context.folder)
    refuse_network_drive(context.folder, context.mounts)
    hint = "Set XDG_STATE_HOME to a folder on this computer's own disk: the registry of sent mail is kept there"
    refuse_network_drive(context.registry_folder, context.mounts, hint)
    if not folder.ledger.exists():
        folder.refuse_lost_ledger()
    if web_outbox:
        make_folder(context.folder)
    elif not folder.ledger.exists():
        hint = "Type the folder of a batch: batch SCHEDULE -o FOLDER makes one."
        raise InvalidInputError(Problem("D09", "this folder was not made by a batch", hint, str(context.folder)))
    with FolderLock(context.folder, context.clock()):
        ledger = MailLedger(folder.ledger, context.clock)
        try:
            if web_outbox:
                _begin_web_outbox(context, ledger)
            if not accept_old_copy:
                _refuse_without_shared_registry(context, ledger)
            if ledger.get_meta("site") != fingerprint(context.key, "site").hex():
                hint = "Use the site key that the folder was created with: --site-key FILE"
                raise InvalidInputError(
                    Problem("D02", "this folder was created with another site key", hint, str(context.folder))
                )
            folder.refuse_unknown_packets(ledger.packets())
            registry = SentMailRegistry(
                context.registry_folder, site=fingerprint(context.key, "site") if context.shared else b""
            )
            try:
                if not ledger.get_meta("mail_mark"):
                    import secrets

                    ledger.set_meta(mail_mark=secrets.token_hex(16))
                shared_registry = str(context.registry_folder) if context.shared else ""
                if ledger.get_meta(_SHARED_REGISTRY) != shared_registry:
                    ledger.set_meta(**{_SHARED_REGISTRY: shared_registry})
                if not accept_old_copy:
                    registry.refuse_old_copy(ledger, context.folder)
                    ledger.recover()
                yield ledger, registry
                registry.record_position(ledger)
            finally:
                registry.close()
        except BaseException:
            ledger.abandon()
            raise
        ledger.close()


@contextmanager
def lent_outbox(context: MailContext, opened: OpenOutbox) -> Iterator[None]:
    """Let `open_outbox` yield this open outbox in other threads while the block runs.

    The threads use it one at a time. While one delivers a message, the others can act on the other messages: the ledger
    shows that message as being sent, so the others leave it alone, and nobody mistakes it for one that a crashed sender
    left.
    """
    context.opened[context.folder] = opened
    try:
        yield
    finally:
        del context.opened[context.folder]


def _refuse_without_shared_registry(context: MailContext, ledger: MailLedger) -> None:
    """Raise InvalidInputError (X83) if the folder used the shared registry before and would now go without it."""
    earlier = ledger.get_meta(_SHARED_REGISTRY)
    if earlier and not context.shared:
        hint = (
            "Type the content folder whose clinic.yaml names this registry: --content FOLDER\n"
            "If the registry is no longer used, type: mail accept-restore FOLDER"
        )
        raise InvalidInputError(
            Problem("X83", f"the mails of this folder are in the registry in {earlier}", hint, str(context.folder))
        )


def _begin_web_outbox(context: MailContext, ledger: MailLedger) -> None:
    if not ledger.get_meta("site") and next(ledger.packets(), None) is None:
        ledger.set_meta(**{"site": fingerprint(context.key, "site").hex(), WEB_OUTBOX: "yes"})
    if not ledger.get_meta(WEB_OUTBOX):
        hint = "Start the web form with a folder of its own: serve --outbox FOLDER"
        raise InvalidInputError(
            Problem("X36", "packets of a batch were made in this folder", hint, str(context.folder))
        )
