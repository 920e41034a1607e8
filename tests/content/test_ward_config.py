"""Test the messages about mistakes in the file of a ward server."""

from __future__ import annotations

from pathlib import Path

import pytest

from packets.content.ward_config import read_ward_config
from packets.errors import InvalidInputError
from packets.model.ward import Role, User, WardConfig

GOOD = """\
socket: /run/packets/packets.sock
hosts: [packets.example.org]
user_header: X-Remote-User
users:
  - user: jrivera
    role: lead
  - {user: EXAMPLE\\anna.k, role: nurse}
days: /srv/packets/days
"""


def read(folder: Path, text: str) -> str:
    """Return the messages, without the path of the file."""
    file = folder / "ward.yaml"
    file.write_text(text)
    with pytest.raises(InvalidInputError) as refused:
        read_ward_config(file)
    return str(refused.value).replace(f"{folder}/", "")


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "ward.yaml"
    file.write_text(GOOD)
    config = read_ward_config(file)
    assert config == WardConfig(
        hosts=("packets.example.org",),
        user_header="X-Remote-User",
        days="/srv/packets/days",
        socket="/run/packets/packets.sock",
        users=(User("jrivera", Role.LEAD), User("EXAMPLE\\anna.k", Role.NURSE)),
    )
    assert (config.idle_minutes, config.secret_header) == (15, "X-Packets-Secret")
    assert config.role_of("jrivera") is Role.LEAD and config.role_of("JRivera") is None


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    text = """\
socket: packets.sock
hosts: [https://packets.example.org, Packets.example.org]
user_header: X_Remote_User
role_header: Authorization
users:
  - user: jrivera
    role: boss
  - user: anna, bela
    role: nurse
day: /srv/packets
idle_minutes: 0
"""
    assert (
        read(tmp_path, text)
        == """\
ward.yaml:1:1: S02 a ward server needs "days"
    Add it with your own value. Example: days: /srv/packets/days
ward.yaml:1:9: S15 "packets.sock" is not a full path
    Write it in full: /srv/packets
ward.yaml:2:9: S15 "https://packets.example.org" is not the name of a host
    Write it as the browser's address bar shows it, in small letters, without https://: packets.example.org
ward.yaml:2:38: S15 "Packets.example.org" is not the name of a host
    Write it as the browser's address bar shows it, in small letters, without https://: packets.example.org
ward.yaml:3:14: S15 "X_Remote_User" is not the name of a header
    It begins with X- or Remote- and has no _: X-Remote-User
ward.yaml:4:14: S15 "Authorization" is not the name of a header
    It begins with X- or Remote- and has no _: X-Remote-User
ward.yaml:6:3: S05 a ward server needs exactly one of role_header or users; found role_header and users
ward.yaml:7:11: S06 "boss" is not an allowed value
    It can be reader, nurse or lead.
ward.yaml:8:11: S15 "anna, bela" is not the name of a user
    Write it exactly as the proxy sends it: jrivera
ward.yaml:10:1: S07 a ward server has no field "day"
    Did you mean "days"?
ward.yaml:11:15: S08 "0" is not a whole number from 1 to 60"""
    )


def test_what_only_two_fields_together_show_is_reported(tmp_path: Path) -> None:
    text = GOOD.replace("socket: /run/packets/packets.sock", "port: 8600\nsecret_header: X-REMOTE-USER")
    text = text.replace("EXAMPLE\\anna.k", "jrivera")
    assert (
        read(tmp_path, text)
        == """\
ward.yaml:1:7: A40 a ward server with a "port" needs "secret_file": every user of this computer can reach a port
    Add it: secret_file: /etc/packets/proxy-secret
ward.yaml:2:16: A41 this header has another meaning above
    Name another header.
ward.yaml:8:12: A42 "jrivera" is in the list twice
    Delete one of the two."""
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("socket: /run/packets/packets.sock\n", "S05 a ward server needs exactly one of socket or port; found none"),
        ("users", "S07"),
    ],
)
def test_where_to_listen_and_who_gets_in_must_be_said(tmp_path: Path, change: str, message: str) -> None:
    assert message in read(tmp_path, GOOD.replace(change, "" if ":" in change else "people"))


def test_a_bomb_of_aliases_is_refused(tmp_path: Path) -> None:
    assert "Y11" in read(tmp_path, "hosts: &a [x]\nusers: [*a, *a]\n")
