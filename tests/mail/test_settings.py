"""Test the mail settings in clinic.yaml, the mail text, and the messages for mistakes in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from packets.content.library import load
from packets.errors import InvalidInputError
from packets.mail.outbox import settings_of
from packets.mail.registry import state_folder
from packets.model.mail_settings import MailSettings, Tls
from tests.content.folder import Folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    return Folder()


MAIL = """
mail:
  host: mail.example.org
  port: 587
  tls: starttls
  from: care@example.org
"""


def clinic(folder: Folder, block: str) -> None:
    file = folder.root / "clinic.yaml"
    file.write_text(file.read_text("utf-8") + block, "utf-8")


def test_the_shipped_mail_text_is_complete_and_neutral(checkout: Path) -> None:
    library, _ = load(checkout / "content")
    assert library is not None
    text = library.mails["en"]
    assert (text.subject, text.greeting) == ("Your care instructions", "Hello,")
    assert len(text.text) >= 4
    assert not {"neck", "spine", "cervical", "surgery"} & set(" ".join([text.subject, text.event]).lower().split())
    for file in (checkout / "content" / "common").glob("mail.*.yaml"):  # German and Spanish are drafts
        assert not any(word in file.read_text("utf-8").lower() for word in ("recovery", "recuperación", "genesung"))
    with pytest.raises(InvalidInputError) as refused:
        settings_of(library)  # the shipped clinic sends no mail
    assert str(refused.value) == (
        "clinic.yaml: X28 there are no settings for mail\n"
        "    Add a mail: block to content/clinic.yaml; docs/mail.md shows one."
    )


def test_settings_have_defaults(folder: Folder) -> None:
    clinic(folder, MAIL)
    library, problems = load(folder.root)
    assert library is not None, problems
    assert library.clinic.mail == MailSettings("mail.example.org", 587, Tls.STARTTLS, "care@example.org")
    assert library.clinic.mail.before_confirmed is False
    assert (library.clinic.mail.per_minute, library.clinic.mail.deadline_hours) == (20, 48)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("  tls: none", "S06"),
        ("  verify: no", "S07"),
        ("  from: Care <care@example.org>", "S15"),
        ("  from: care@example.org, evil@x.example", "S15"),
        ("  host: https://mail.example.org", "S15"),
        ("  port: 0", "S08"),
        ("  per_minute: 0", "S08"),
        ("  deadline_hours: 1000", "S08"),
        ("  before_confirmed: maybe", "S06"),
        ("  ca_file: hospital.pem", "S15"),
    ],
)
def test_an_invalid_setting_is_refused(line: str, code: str, folder: Folder) -> None:
    name = line.split(":")[0]
    others = [setting for setting in MAIL.splitlines() if not setting.startswith(f"{name}:")]
    clinic(folder, "\n".join([*others, line, ""]))
    library, problems = load(folder.root)
    assert library is None
    assert [problem.code for problem in problems if not problem.warning] == [code]


@pytest.mark.parametrize("path", ["/etc/ssl/hospital.pem", "C:\\ssl\\hospital.pem", "d:/ssl/hospital.pem"])
def test_ca_file_accepts_an_absolute_path_of_any_system(path: str, folder: Folder) -> None:
    clinic(folder, MAIL + f"  ca_file: {path}\n")
    library, problems = load(folder.root)
    assert library is not None, problems
    assert library.clinic.mail is not None and library.clinic.mail.ca_file == path


def test_mail_without_tls_is_refused(folder: Folder) -> None:
    clinic(folder, MAIL.replace("  tls: starttls\n", ""))
    library, problems = load(folder.root)
    assert library is None
    assert [problem.message for problem in problems if not problem.warning] == ['the mail block needs "tls"']


def test_a_placeholder_that_reveals_too_much_is_refused(folder: Folder) -> None:
    shipped = (Path(__file__).resolve().parents[2] / "content" / "common" / "mail.en.yaml").read_text("utf-8")
    folder.write(
        "common/mail.en.yaml", shipped.replace("Hello,", "Dear {surgeon},").replace("at {phone}", "at {mrn}", 1)
    )
    library, problems = load(folder.root)
    assert library is None
    assert [str(problem).partition("common/")[2] for problem in problems if problem.code == "L72"] == [
        'mail.en.yaml:6:11: L72 "greeting" has no slot "surgeon"\n    It can use: {patient_name}.',
        'mail.en.yaml:7:7: L72 "text" has no slot "mrn"\n    It can use: {packet_id} and {phone}.',
    ]


def test_the_registry_needs_a_folder() -> None:
    with pytest.raises(InvalidInputError) as refused:
        state_folder({}, "linux")
    assert str(refused.value) == (
        "X20 there is no folder for the registry of sent mail\n"
        "    Set HOME to the home folder of the user who sends the mail."
    )
    assert state_folder({"HOME": "/home/nurse"}, "linux") == Path("/home/nurse/.local/state/packets")
    assert state_folder({"HOME": "/h", "XDG_STATE_HOME": "relative"}, "linux") == Path("/h/.local/state/packets")
    assert state_folder({"LOCALAPPDATA": "/c/local"}, "win32") == Path("/c/local/packets")
