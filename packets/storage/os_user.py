"""Find the name of the user of this computer."""

from __future__ import annotations


def os_user() -> str:
    """Return the name of the user of this computer, "unnamed" if the system does not know it."""
    import getpass

    try:
        return getpass.getuser()
    except (ImportError, OSError, KeyError):  # on Windows, getpass needs the module pwd
        return "unnamed"
