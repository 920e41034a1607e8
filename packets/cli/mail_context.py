"""Find the site key and the registry of sent mail for the mail commands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from packets.cli import options

if TYPE_CHECKING:
    from packets.mail.outbox import MailContext


def mail_context(folder: Path, site_key: Path | None, content: Path | None) -> MailContext:
    """Return the mail context of a folder, with the key and registry that clinic.yaml names, or else this user's."""
    from packets.content.library import load_clinic
    from packets.mail.outbox import MailContext
    from packets.mail.registry import state_folder
    from packets.resources import content_root
    from packets.storage.os_user import os_user
    from packets.storage.site_key import site_key as read_site_key

    shared = load_clinic(content_root(content)).site_folder
    key = read_site_key(site_key, os.environ, shared)
    registry = Path(shared) if shared else state_folder(os.environ)
    return MailContext(folder, registry, key, options.clock(), os_user(), shared=bool(shared))
