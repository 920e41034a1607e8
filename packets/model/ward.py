"""Define who uses the ward server, and its settings."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    """What a person may do. Each role may do what the roles before it may."""

    READER = "reader"
    NURSE = "nurse"
    LEAD = "lead"

    def includes(self, least: Role) -> bool:
        """Return whether this role may do what `least` may."""
        order = list(Role)
        return order.index(self) >= order.index(least)


class User(Struct, frozen=True):
    """A person who signed on at the hospital's proxy."""

    name: str
    role: Role


class WardConfig(Struct, frozen=True):
    """The settings of a ward server. It listens on `socket`, or else on `port` with the secret in `secret_file`.

    The role of a user comes from `role_header`, or else from the list `users`.
    """

    hosts: tuple[str, ...]
    user_header: str
    days: str
    socket: str = ""
    port: int = 0
    secret_file: str = ""
    secret_header: str = "X-Packets-Secret"  # noqa: S105  the name of a header
    role_header: str = ""
    users: tuple[User, ...] = ()
    sign_out: str = ""
    outbox: str = ""
    mail_password_file: str = ""
    content: str = ""
    site_key: str = ""
    idle_minutes: int = 15

    def role_of(self, name: str) -> Role | None:
        """Return the role that the list gives a user, None if the user is not in it."""
        return next((user.role for user in self.users if user.name == name), None)
