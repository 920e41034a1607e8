"""Test that a protected file needs its password, and is otherwise the same file."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packets.errors import InvalidInputError, VerificationError
from packets.pdf import encrypt as module
from packets.pdf.encrypt import encrypt, read_password
from tests.instruments import handmade, structure, verapdf

PASSWORD = "four-random-words"


@pytest.fixture(scope="module")
def plain() -> bytes:
    return handmade.saved(handmade.sheet())


@pytest.fixture(scope="module")
def locked(plain: bytes) -> bytes:
    return encrypt(plain, PASSWORD)


@pytest.fixture
def password_file(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str | bytes, mode: int = 0o600) -> Path:
        path = tmp_path / "password.txt"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.chmod(mode)
        return path

    return write


@pytest.mark.parametrize("wrong", ["", "wrong password", PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1]])
def test_three_readers_refuse_a_wrong_or_missing_password(locked: bytes, wrong: str, tmp_path: Path) -> None:
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(locked), password=wrong)
    with pytest.raises(pypdfium2.PdfiumError, match="Incorrect password"):
        pypdfium2.PdfDocument(locked, password=wrong)
    if shutil.which("qpdf"):
        file = tmp_path / "locked.pdf"
        file.write_bytes(locked)
        run = subprocess.run(["qpdf", f"--password={wrong}", "--check", file], capture_output=True, check=False)
        assert run.returncode == 2
        assert b"invalid password" in run.stderr


def test_three_readers_open_it_with_the_right_password(locked: bytes, tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(locked), password=PASSWORD) as pdf:
        used = pdf.encryption
        assert (used.R, used.V, used.bits) == (6, 5, 256)
        aes_256 = pikepdf.models.EncryptionMethod.aesv3
        assert (used.stream_method, used.string_method, used.file_method) == (aes_256, aes_256, aes_256)
        assert pdf.user_password_matched
        assert not pdf.owner_password_matched
        assert pdf.allow.accessibility and pdf.allow.extract and pdf.allow.print_highres and pdf.allow.print_lowres
        assert not pdf.allow.modify_other
    document = pypdfium2.PdfDocument(locked, password=PASSWORD)
    assert len(document) == 1
    document.close()
    if shutil.which("qpdf"):
        file = tmp_path / "locked.pdf"
        file.write_bytes(locked)
        command = ["qpdf", f"--password={PASSWORD}", "--show-encryption", "--check", str(file)]
        run = subprocess.run(command, capture_output=True, check=True)
        for line in (b"R = 6", b"file encryption method: AESv3", b"No syntax or stream encoding errors found"):
            assert line in run.stdout


def test_the_bytes_do_not_show_the_text() -> None:
    pdf = handmade.sheet("/P <</MCID 0>> BDC BT /F1 12 Tf (Sample Patient) Tj ET EMC", ("P",))
    pdf.docinfo.Title = pikepdf.String("Sample Patient")
    plain = io.BytesIO()
    pdf.save(plain, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert b"Sample Patient" in plain.getvalue()
    assert b"x:xmpmeta" in plain.getvalue()
    locked = encrypt(plain.getvalue(), PASSWORD)
    assert b"Patient" not in locked
    assert b"xmpmeta" not in locked


def test_the_structure_stays_and_only_the_pdfa_claim_is_removed(plain: bytes, locked: bytes) -> None:
    assert structure.read(locked, PASSWORD) == structure.read(plain)
    with pikepdf.open(io.BytesIO(plain)) as before, pikepdf.open(io.BytesIO(locked), password=PASSWORD) as after:
        assert set(after.Root.keys()) == set(before.Root.keys()) | {"/Extensions"}  # says: AES-256
        assert b"pdfaid:part" in before.Root.Metadata.read_bytes()
        assert b"pdfaid:part" not in after.Root.Metadata.read_bytes()
        assert b"<pdfuaid:part>1</pdfuaid:part>" in after.Root.Metadata.read_bytes()


@pytest.mark.system("verapdf")
def test_a_protected_file_is_still_pdf_ua(locked: bytes, tmp_path: Path) -> None:
    file = tmp_path / "locked.pdf"
    file.write_bytes(locked)
    assert verapdf.validate([file], ["ua1"], PASSWORD)["ua1", file].failures == ()


def test_a_file_without_metadata_can_be_protected() -> None:
    pdf = handmade.sheet()
    del pdf.Root.Metadata
    with pikepdf.open(io.BytesIO(encrypt(handmade.saved(pdf), PASSWORD)), password=PASSWORD) as locked:
        assert "/Metadata" not in locked.Root


def mutant(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """Let pikepdf save with other options than it was given."""
    save = pikepdf.Pdf.save

    def other(self: pikepdf.Pdf, target: io.BytesIO, **options: object) -> None:
        save(self, target, **(options | changes))  # type: ignore[arg-type]

    monkeypatch.setattr(pikepdf.Pdf, "save", other)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        # What qpdf does when a version is forced on an encrypted file.
        ({"force_version": "1.4"}, "opens with no password"),
        ({"encryption": False}, "opens with no password"),
        ({"encryption": pikepdf.Encryption(user="", owner="x", R=6)}, "opens with no password"),
        ({"encryption": pikepdf.Encryption(user="other", owner="x", R=6)}, "does not open with its password"),
        (
            {"encryption": pikepdf.Encryption(user=PASSWORD, owner="x", R=4, aes=True)},
            "is not encrypted with AES-256, revision 6",
        ),
        (
            {"encryption": pikepdf.Encryption(user=PASSWORD, owner="x", R=6, metadata=False)},
            "is not encrypted with AES-256, revision 6",
        ),
    ],
)
def test_a_file_that_was_not_protected_is_refused(
    plain: bytes, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], what: str
) -> None:
    mutant(monkeypatch, **changes)
    with pytest.raises(VerificationError) as caught:
        encrypt(plain, PASSWORD)
    assert caught.value.exit_code == 6
    assert str(caught.value) == (
        f"P10 the protected file {what}\n    Nothing was written. Report this as an error in Packets"
    )


def test_a_lost_page_is_noticed(plain: bytes, locked: bytes) -> None:
    with pytest.raises(VerificationError, match="P10 the protected file has lost pages"):
        module._prove(locked, PASSWORD, 2)


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("four-random-words", "four-random-words"),
        ("four random words\n", "four random words"),
        ("four random words\r\nsecond line\r\n", "four random words"),
        ("\ufeffwritten by Windows\r\n", "written by Windows"),
        ("contraseña-2026\n", "contraseña-2026"),
        ("a" * 127, "a" * 127),
    ],
)
def test_the_first_line_is_the_password(password_file: Callable[..., Path], text: str, password: str) -> None:
    assert read_password(password_file(text)) == password


HINT_P01 = "Type the path of a file whose first line is the password"
HINT_P05 = "Use four random words or 16 random letters; never a birth date or a record number"
HINT_P07 = "Use letters, digits and punctuation; no tab, and no space at the start or end"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "P04 the first line of the password file is empty", "Write the password on the first line"),
        (
            "\nfour-random-words",
            "P04 the first line of the password file is empty",
            "Write the password on the first line",
        ),
        ("1961-3-09", "P05 the password is shorter than 10 characters", HINT_P05),
        ("a" * 128, "P06 the password is longer than 127 bytes", "A PDF ignores the rest. Use a shorter one"),
        ("ñ" * 64, "P06 the password is longer than 127 bytes", "A PDF ignores the rest. Use a shorter one"),
        ("four\trandom-words", "P07 the password has a character that is invisible or hard to type", HINT_P07),
        ("four-random\u200bwords", "P07 the password has a character that is invisible or hard to type", HINT_P07),
        ("four-random\u00a0words", "P07 the password has a character that is invisible or hard to type", HINT_P07),
        ("four-random-words ", "P07 the password has a character that is invisible or hard to type", HINT_P07),
        ("contrasen\u0303a-2026", "P07 the password has a character that is invisible or hard to type", HINT_P07),
    ],
)
def test_a_bad_password_is_refused_without_showing_it(
    password_file: Callable[..., Path], text: str, message: str, hint: str
) -> None:
    path = password_file(text)
    with pytest.raises(InvalidInputError) as caught:
        read_password(path)
    assert str(caught.value) == f"{path}:1:1: {message}\n    {hint}"


def test_a_password_file_that_is_not_utf8_is_refused(password_file: Callable[..., Path]) -> None:
    path = password_file("contraseña-2026".encode("cp1252"))
    with pytest.raises(InvalidInputError) as caught:
        read_password(path)
    assert str(caught.value) == f"{path}: P03 the password is not UTF-8 text\n    Save the file as UTF-8"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    missing = tmp_path / "missing.txt"
    with pytest.raises(InvalidInputError) as caught:
        read_password(missing)
    assert caught.value.exit_code == 4
    assert str(caught.value) == (
        f"{missing}: P01 the password file cannot be read: No such file or directory\n    {HINT_P01}"
    )
    with pytest.raises(InvalidInputError, match="P01 the password file cannot be read: Is a directory"):
        read_password(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o660])
def test_a_file_that_others_can_read_is_refused(password_file: Callable[..., Path], mode: int) -> None:
    path = password_file("four-random-words", mode)
    with pytest.raises(InvalidInputError) as caught:
        read_password(path)
    assert str(caught.value) == (
        f"{path}: P02 other people can read this password file\n    Make it readable by you alone: chmod 600 {path}"
    )


@given(st.text(max_size=140))
def test_a_password_is_refused_with_one_of_four_messages(password: str) -> None:
    assert module._weakness(password) in {
        None,
        ("P04", "the first line of the password file is empty", "Write the password on the first line"),
        ("P05", "the password is shorter than 10 characters", HINT_P05),
        ("P06", "the password is longer than 127 bytes", "A PDF ignores the rest. Use a shorter one"),
        ("P07", "the password has a character that is invisible or hard to type", HINT_P07),
    }


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=10, max_size=30))
def test_an_accepted_password_opens_the_file_as_typed(password: str) -> None:
    if module._weakness(password) is None:
        with pikepdf.open(io.BytesIO(encrypt(SHEET, password)), password=password) as pdf:
            assert pdf.user_password_matched


SHEET = handmade.saved(handmade.sheet())
