"""List the files of a content folder by kind, and report files that are not read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct, field

from packets.content.schema.packet_file import ATTACHED
from packets.errors import Problem

_ID = "[a-z0-9-]+"
_TAG = "[A-Za-z-]+"
PICTURE_NAME = r"[A-Za-z0-9][A-Za-z0-9_-]*\.(svg|png)"


class FileIndex(Struct):
    """The files of a content folder, identified by the parts of their names."""

    handouts: list[tuple[str, str]] = field(default_factory=list)
    common: list[tuple[str, str]] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    surgeons: list[str] = field(default_factory=list)


def list_files(root: Path) -> tuple[FileIndex, list[Problem]]:
    index = FileIndex()
    problems: list[Problem] = []
    patterns: tuple[tuple[str, Callable[[re.Match[str]], object]], ...] = (
        (rf"procedures/({_ID})/handout\.({_TAG})\.yaml", lambda m: index.handouts.append((m[1], m[2]))),
        (rf"common/mail\.({_TAG})\.yaml", lambda m: index.mails.append(m[1])),
        (rf"common/({_ID})\.({_TAG})\.yaml", lambda m: index.common.append((m[1], m[2]))),
        (rf"packets/({_ID})\.yaml", lambda m: index.plans.append(m[1])),
        (rf"languages/({_TAG})\.yaml", lambda m: index.languages.append(m[1])),
        (rf"surgeons/({_ID})\.yaml", lambda m: index.surgeons.append(m[1])),
        (rf"packets/{ATTACHED.pattern}", lambda m: None),  # read where a plan attaches it
        (rf"(procedures/{_ID}|common)/{PICTURE_NAME}", lambda m: None),  # read where a content file names it
    )
    for folder in ("procedures", "common", "packets", "languages", "surgeons"):
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_dir() or path.name.startswith(".") or path.name == "README.md":
                continue
            for pattern, keep in patterns:
                if match := re.fullmatch(pattern, name):
                    keep(match)
                    break
            else:
                problems.append(
                    Problem(
                        "L19",
                        "a file with this name is not read",
                        "Names are procedures/<id>/handout.<language>.yaml, common/<id>.<language>.yaml, "
                        "packets/<id>.yaml, languages/<language>.yaml and surgeons/<id>.yaml.",
                        str(root / name),
                        warning=folder != "surgeons",  # missing instructions go unnoticed
                    )
                )
    return index, problems
