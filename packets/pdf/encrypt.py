"""Encrypt a PDF with AES-256 and verify the result by opening it again."""

from __future__ import annotations

import io
import os
import secrets
import shlex
import stat
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from packets.errors import InvalidInputError, Problem, VerificationError, os_error_reason

if TYPE_CHECKING:
    import pikepdf

MIN_CHARACTERS = 10
MAX_BYTES = 127  # ISO 32000-2, 7.6.4.3.3: readers ignore the bytes after these


def read_password(path: Path) -> str:
    """Return the first line of a file that only its owner can read.

    Raise InvalidInputError (P01 to P07); no message shows the password.
    """
    try:
        with path.open("rb") as file:
            if sys.platform != "win32" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                hint = f"Make it readable by you alone: chmod 600 {shlex.quote(str(path))}"
                raise InvalidInputError(Problem("P02", "other people can read this password file", hint, str(path)))
            first = file.read(4096).split(b"\n", 1)[0].removesuffix(b"\r")
    except OSError as error:
        reason = os_error_reason(error)
        hint = "Type the path of a file whose first line is the password"
        raise InvalidInputError(
            Problem("P01", f"the password file cannot be read: {reason}", hint, str(path))
        ) from None
    try:
        password = first.decode("utf-8-sig")  # Windows Notepad writes a byte order mark
    except UnicodeDecodeError:
        raise InvalidInputError(
            Problem("P03", "the password is not UTF-8 text", "Save the file as UTF-8", str(path))
        ) from None
    problem = _weakness(password)
    if problem is not None:
        code, message, hint = problem
        raise InvalidInputError(Problem(code, message, hint, str(path), 1, 1))
    return password


def _weakness(password: str) -> tuple[str, str, str] | None:
    if not password:
        return "P04", "the first line of the password file is empty", "Write the password on the first line"
    if len(password) < MIN_CHARACTERS:
        return (
            "P05",
            f"the password is shorter than {MIN_CHARACTERS} characters",
            "Use four random words or 16 random letters; never a birth date or a record number",
        )
    if len(password.encode()) > MAX_BYTES:
        return "P06", f"the password is longer than {MAX_BYTES} bytes", "A PDF ignores the rest. Use a shorter one"
    # Some readers normalize a password (SASLprep) and some do not: accept only what is the same in both.
    odd = any(unicodedata.category(character)[0] in "CZ" and character != " " for character in password)
    if odd or password != password.strip() or unicodedata.normalize("NFKC", password) != password:
        return (
            "P07",
            "the password has a character that is invisible or hard to type",
            "Use letters, digits and punctuation; no tab, and no space at the start or end",
        )
    return None


def encrypt(data: bytes, password: str) -> bytes:
    """Encrypt text, metadata and structure with AES-256 (revision 6); printing, reading aloud and copying are allowed.

    Drop the PDF/A claim, because PDF/A forbids encryption, and keep the PDF/UA claim. The owner password is random
    and discarded, so the bytes differ from call to call. Raise VerificationError (P10) if the file opens without its
    password or is not as expected when it is opened again.
    """
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pages = len(pdf.pages)
        _drop_pdfa_claim(pdf)
        # Do not pass force_version: with it qpdf silently writes a file that is not encrypted.
        pdf.save(
            out,
            encryption=pikepdf.Encryption(
                user=password,
                owner=secrets.token_urlsafe(32),
                R=6,
                aes=True,
                metadata=True,
                allow=pikepdf.Permissions(
                    accessibility=True,
                    extract=True,
                    print_lowres=True,
                    print_highres=True,
                    modify_annotation=False,
                    modify_assembly=False,
                    modify_form=False,
                    modify_other=False,
                ),
            ),
        )
    locked = out.getvalue()
    _prove(locked, password, pages)
    return locked


def _drop_pdfa_claim(pdf: pikepdf.Pdf) -> None:
    if "/Metadata" not in pdf.Root:
        return
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        for name in ("pdfaid:part", "pdfaid:conformance", "pdfaid:rev"):
            if name in metadata:
                del metadata[name]


def _prove(locked: bytes, password: str, pages: int) -> None:
    import pikepdf

    for name, wrong in (("no", ""), ("a wrong", secrets.token_urlsafe(16))):
        try:
            pikepdf.open(io.BytesIO(locked), password=wrong).close()
        except pikepdf.PasswordError:
            continue
        raise _not_proved(f"opens with {name} password")
    try:
        pdf = pikepdf.open(io.BytesIO(locked), password=password)
    except pikepdf.PasswordError:
        raise _not_proved("does not open with its password") from None
    with pdf:
        method = pikepdf.models.EncryptionMethod.aesv3
        used = pdf.encryption
        methods = {used.stream_method, used.string_method, used.file_method}
        if used.R != 6 or methods != {method} or not bool(pdf.trailer.Encrypt.get("/EncryptMetadata", True)):
            raise _not_proved("is not encrypted with AES-256, revision 6")
        if len(pdf.pages) != pages:
            raise _not_proved("has lost pages")


def _not_proved(what: str) -> VerificationError:
    return VerificationError(
        Problem("P10", f"the protected file {what}", "Nothing was written. Report this as an error in Packets")
    )
