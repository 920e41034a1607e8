"""Find what the mail commands work with: the folder's desk and the content."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from packets.app.commands import options

if TYPE_CHECKING:
    from packets.content.library import Library
    from packets.jobs.outbox import Desk


def desk_of(folder: Path, site_key: Path | None) -> Desk:
    import getpass

    from packets.jobs.ledger_register import state_folder
    from packets.jobs.outbox import Desk
    from packets.output.site_key import site_key as read_site_key

    try:
        actor = getpass.getuser()
    except (OSError, KeyError):
        actor = "unnamed"
    key = read_site_key(site_key, os.environ)
    return Desk(folder, state_folder(os.environ), key, options.clock(), actor)


def library_of(content: Path | None) -> tuple[Path, Library]:
    from packets.content.library import load
    from packets.errors import Refused
    from packets.resources import content_root

    root = content_root(content)
    library, problems = load(root)
    if library is None:
        raise Refused(*(problem for problem in problems if not problem.warning))
    return root, library
