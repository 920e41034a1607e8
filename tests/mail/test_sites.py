"""Test that a mail names the patient's site and gives its telephone number."""

from __future__ import annotations

import email
import email.policy
import shutil
from pathlib import Path

from packets.mail.smtp import DeliveryResult, Outcome, Phase
from packets.mail.web_entries import new_entry
from tests.mail.conftest import Authority
from tests.mail.day import MailDay, RecordingTransport, mailed
from tests.samples import case

SITES = """
sites:
  downtown: {name: Downtown}
  northside: {name: Northside, phone: 555-010-0100, dial: "+1-555-010-0100"}
"""


def test_a_mail_is_signed_by_the_site_with_its_number(tmp_path: Path, mail_content: Path, authority: Authority) -> None:
    content = Path(shutil.copytree(mail_content, tmp_path / "content"))
    clinic = content / "clinic.yaml"
    clinic.write_text("name: Sample Spine Clinic\n" + clinic.read_text("utf-8") + SITES, "utf-8")
    day = MailDay(tmp_path, content, authority.settings(2525))
    day.make([mailed(1, site="northside"), mailed(2, site="downtown")])
    day.queue()
    transport = RecordingTransport(lambda _: DeliveryResult(Outcome.SENT, Phase.DOT, 250))
    day.send(transport)
    texts = {}
    for recipient, data in transport.accepted:
        message = email.message_from_bytes(data, policy=email.policy.default)
        body = message.get_body(("plain",))
        assert body is not None
        texts[recipient] = body.get_content().replace("\r\n", "\n")
    north, town = (texts[f"person{number}@sample.example"] for number in (1, 2))
    assert north.endswith("Sample Spine Clinic, Northside\n555-010-0100\n") and "816-363-2500" not in north
    assert town.endswith("Sample Spine Clinic, Downtown\n816-363-2500\n") and "555-010-0100" not in town


def test_an_outbox_entry_keeps_the_site() -> None:
    entry = new_entry(case(site="northside"), "rosa@sample.example", "2026-12-07T10:00:00Z")
    assert entry.case("SAMP-LE2Z").site == "northside"
