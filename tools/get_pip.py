"""Install pip into this Python if it has no ensurepip, which Debian ships separately as python3-venv.

The wheel is downloaded from PyPI, or the index in pip's settings, and its SHA-256 is checked before it runs.
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
    """Return pip's setting for this option: from the environment, then from its files, of which the last one wins."""
    value = os.environ.get(f"PIP_{name.upper().replace('-', '_')}")
    if value:
        return value
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
        raise OSError(f"not a URL: {url}")
    context = ssl.create_default_context()
    authority = setting("cert", None)
    if authority:  # in addition to those of the system
        context.load_verify_locations(authority)
    request = urllib.request.Request(url, headers={"Accept": "text/html"})  # noqa: S310  checked above
    with urllib.request.urlopen(request, timeout=TIMEOUT_S, context=context) as response:  # noqa: S310
        return bytes(response.read())


def wheel() -> bytes:
    index = f"{str(setting('index-url', 'https://pypi.org/simple')).rstrip('/')}/pip/"
    link = re.search(rf'href="([^"#]*{re.escape(WHEEL)})', read(index).decode())
    if link is None:
        raise OSError(f"{WHEEL} is not in {index}")
    data = read(urllib.parse.urljoin(index, link[1]))
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise OSError(f"{WHEEL} is not the expected file: its SHA-256 differs")
    return data


def main() -> int:
    try:
        data = wheel()
    except (OSError, ValueError) as error:
        sys.stderr.write(f"pip could not be downloaded from the package index: {error}\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / WHEEL
        file.write_bytes(data)
        command = [sys.executable, f"{file}/pip", "install", "--quiet", "--no-index", "--no-deps", str(file)]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
