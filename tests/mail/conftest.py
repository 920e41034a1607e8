"""Give the mail tests a certificate authority, a small content folder, and a day whose packets are mailed."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from packets.model.mail_settings import MailSettings, Tls
from tests.mail.day import MailDay
from tests.samples import copy_in_english


@dataclass(frozen=True)
class Authority:
    """A certificate authority for tests, and certificates for relays."""

    ca: trustme.CA
    pem: Path

    def relay(self, *names: str, expired: bool = False) -> ssl.SSLContext:
        import datetime as dt

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
        names = names or ("127.0.0.1",)
        if expired:
            certificate = self.ca.issue_cert(*names, not_before=past, not_after=past + dt.timedelta(days=9))
        else:
            certificate = self.ca.issue_cert(*names)
        certificate.configure_cert(context)
        return context

    def settings(self, port: int, tls: Tls = Tls.STARTTLS, **changes: object) -> MailSettings:
        values = {"host": "127.0.0.1", "port": port, "tls": tls, "sender": "care@clinic.example"}
        values |= {"ca_file": str(self.pem), "per_minute": 600, **changes}
        return MailSettings(**values)  # type: ignore[arg-type]


def authority_in(folder: Path) -> Authority:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    return Authority(ca, folder / "ca.pem")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority_in(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def mail_content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the shipped content with one procedure in one language."""
    return copy_in_english(tmp_path_factory.mktemp("mail") / "content")


@pytest.fixture
def day(tmp_path: Path, mail_content: Path, authority: Authority) -> MailDay:
    return MailDay(tmp_path, mail_content, authority.settings(1))
