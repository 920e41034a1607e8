"""Read the settings of a ward server."""

from __future__ import annotations

from pathlib import Path

from packets.content.problems import ProblemCollector
from packets.content.schema.records import ParsedRecord
from packets.content.schema.ward_file import WARD
from packets.content.yaml import parser
from packets.errors import InvalidInputError
from packets.model.ward import WardConfig


def read_ward_config(path: Path) -> WardConfig:
    """Return the settings. Raise InvalidInputError with every mistake of the file."""
    parsed = parser.read_file(path, str(path))
    problems = ProblemCollector(str(path))
    problems.problems += parsed.problems
    record = WARD.read(parsed.tree, problems) if parsed.tree is not None else None
    if record is not None:
        _check(record, problems)
    if record is None or problems.failed:
        raise InvalidInputError(*problems.problems)
    return record.build(WardConfig)


def _check(record: ParsedRecord, problems: ProblemCollector) -> None:
    """Report what single fields cannot: headers and users that occur twice, and a port without a secret."""
    if record.has("port") and not record.has("secret_file"):
        hint = "Add it: secret_file: /etc/packets/proxy-secret"
        message = 'a ward server with a "port" needs "secret_file": every user of this computer can reach a port'
        problems.add("A40", message, record.at("port"), hint)
    headers: set[str] = set()
    for name in ("user_header", "role_header", "secret_header"):
        header = record.text(name).lower()
        if header in headers:
            problems.add("A41", "this header has another meaning above", record.at(name), "Name another header.")
        headers |= {header} if header else set()
    users: set[str] = set()
    for user in record.all("users", ParsedRecord):
        name = user.text("user")
        if name in users:
            problems.add("A42", f'"{name}" is in the list twice', user.at("user"), "Delete one of the two.")
        users |= {name} if name else set()
