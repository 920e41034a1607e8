"""Find and install the system programs that some tests need.

`python -m tests.programs` installs them with apt-get as root, and prints the command otherwise. `make test-all` runs
it; `make test` does not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SYSTEM_PATHS = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])

# A program, or a file of the package: the Debian package.
PACKAGES = {
    "pdftotext": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "java": "default-jdk-headless",
    "javac": "default-jdk-headless",
    "/usr/share/java/jaxb-runtime.jar": "libjaxb-java",
    "zbarimg": "zbar-tools",
    "qpdf": "qpdf",
    "lou_translate": "liblouis-bin",
    "strace": "strace",
    "chromium": "chromium",
    "/usr/lib/*/libatomic.so.1": "libatomic1",  # for Playwright's Node.js
    "npm": "npm",
    "nginx": "nginx",
    "apache2": "apache2",
    "systemd-analyze": "systemd",
    "postfix": "postfix",
    "cupsd": "cups",
    "lp": "cups-client",
    "ippeveprinter": "cups-ipp-utils",
    "avahi-daemon": "avahi-daemon",
    "dbus-daemon": "dbus",
    "/usr/lib/wine/wine64": "wine64",  # runs the portable copy for Windows
}
GROUPS = {
    "verapdf": ("java", "javac", "/usr/share/java/jaxb-runtime.jar"),
    "browser": ("chromium", "/usr/lib/*/libatomic.so.1"),
    "cups": ("cupsd", "lp", "ippeveprinter", "avahi-daemon", "dbus-daemon"),
}

# Checks the web form for what a screen reader or keyboard user would miss.
AXE_VERSION = "4.14.1"
AXE = ROOT / ".venv/node/node_modules/axe-core/axe.min.js"


def is_installed(name: str) -> bool:
    if name.startswith("/"):
        return any(Path("/").glob(name[1:]))
    return shutil.which(name, path=SYSTEM_PATHS) is not None


def missing(names: Iterable[str]) -> list[str]:
    """Return the Debian packages to install for the programs or groups in `names`."""
    programs = [program for name in names for program in GROUPS.get(name, (name,))]
    return sorted({PACKAGES[program] for program in programs if not is_installed(program)})


def command(packages: Iterable[str]) -> str:
    """Return the command that installs the packages."""
    return " ".join(["sudo apt-get install --no-install-recommends", *packages])


def skip_without(*names: str) -> None:
    """Skip the test if a program or group is not installed; with CI=true in the environment, fail it."""
    packages = missing(names)
    if packages:
        import pytest

        reason = f"needs {', '.join(packages)}: {command(packages)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(f"[not installed] {reason}")


def install() -> int:
    """Install what is missing and return the exit code; print the command instead if the user is not root."""
    packages = missing(PACKAGES)
    if packages and (os.geteuid() != 0 or not shutil.which("apt-get")):
        print(f"Not installed: {', '.join(packages)}. The tests that need them are skipped.")  # noqa: T201
        print(f"To run all tests, type: {command(packages)}")  # noqa: T201
    elif packages:
        print(f"apt-get install {' '.join(packages)}", flush=True)  # noqa: T201
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        answers = "postfix postfix/main_mailer_type select No configuration\n"
        quiet = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0"]
        subprocess.run(["debconf-set-selections"], input=answers, text=True, env=environ, check=False)
        for step in (["apt-get", "update", "-qq"], [*quiet, *packages]):
            ran = subprocess.run(step, env=environ, capture_output=True, text=True, check=False)
            if ran.returncode:
                print(f"{' '.join(step)} failed:\n{ran.stdout}{ran.stderr}", file=sys.stderr)  # noqa: T201
                return 1
    return _install_axe()


def _install_axe() -> int:
    manifest = AXE.with_name("package.json")
    if manifest.exists() and f'"version": "{AXE_VERSION}"' in manifest.read_text("utf-8"):
        return 0
    if not is_installed("npm"):
        return 0  # reported by the caller
    quiet = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    target = ["--prefix", str(ROOT / ".venv/node"), f"axe-core@{AXE_VERSION}"]
    ran = subprocess.run([*quiet, *target], capture_output=True, text=True, check=False)
    if ran.returncode:
        print(f"npm could not install axe-core:\n{ran.stdout}{ran.stderr}", file=sys.stderr)  # noqa: T201
    return ran.returncode


if __name__ == "__main__":
    sys.exit(install())
