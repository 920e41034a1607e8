"""Install pip into this Python where it came without ensurepip, which Debian ships apart as python3-venv.

The wheel is read from PyPI, or from the index that pip's own settings name, and its SHA-256 is checked before it runs.
"""

from __future__ import annotations

import configparser
import hashlib
import os
import re
import ssl
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

WHEEL = "pip-26.1-py3-none-any.whl"
SHA256 = "4e8486d821d814b77319acb7b9e8bf5a4ee7590a643e7cb21029f209be8573c1"
TIMEOUT_S = 60


def setting(name: str, default: str | None) -> str | None:
    """What pip would take for this option: the environment, then its files, the user's own last."""
    given = os.environ.get(f"PIP_{name.upper().replace('-', '_')}")
    if given:
        return given
    home = Path.home()
    files: list[str | Path | None] = [
        "/etc/pip.conf",
        home / ".pip/pip.conf",
        home / ".config/pip/pip.conf",
        os.environ.get("PIP_CONFIG_FILE"),
    ]
    config = configparser.RawConfigParser()
    config.read([file for file in files if file], "utf-8")
    return config.get("global", name, fallback=default)


def read(url: str) -> bytes:
    if not url.startswith(("https://", "http://", "file://")):
        raise OSError(f"not an address: {url}")
    context = ssl.create_default_context()
    authority = setting("cert", None)
    if authority:  # besides those of the system
        context.load_verify_locations(authority)
    request = urllib.request.Request(url, headers={"Accept": "text/html"})  # noqa: S310  checked above
    with urllib.request.urlopen(request, timeout=TIMEOUT_S, context=context) as answer:  # noqa: S310
        return bytes(answer.read())


def wheel() -> bytes:
    index = f"{str(setting('index-url', 'https://pypi.org/simple')).rstrip('/')}/pip/"
    found = re.search(rf'href="([^"#]*{re.escape(WHEEL)})', read(index).decode())
    if found is None:
        raise OSError(f"{WHEEL} is not in {index}")
    data = read(urllib.parse.urljoin(index, found[1]))
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise OSError(f"{WHEEL} is not the file that was expected: its SHA-256 differs")
    return data


def main() -> int:
    try:
        data = wheel()
    except (OSError, ValueError) as error:
        sys.stderr.write(f"pip could not be had from the package index: {error}\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / WHEEL
        file.write_bytes(data)
        command = [sys.executable, f"{file}/pip", "install", "--quiet", "--no-index", "--no-deps", str(file)]
        return subprocess.run(command, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
