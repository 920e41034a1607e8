"""Define the mail settings in `content/clinic.yaml` and the file with the text of the mail."""

from __future__ import annotations

from packets.content.schema.field_types import Choice, Integer, Pattern, PlainText, SingleLine, YesNo
from packets.content.schema.records import Field, Record
from packets.content.schema.shared_fields import LANGUAGE, REVIEW, REVISION
from packets.model.mail_settings import GREETING_SLOTS, TEXT_SLOTS, Attachments, MailSettings, MailText, Tls


def _placeholders(names: frozenset[str]) -> str:
    return ", ".join(f"`{{{name}}}`" for name in sorted(names))


HOST = Pattern(
    r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?", "the name of a machine", "Write its name only: mail.example.org"
)

ADDRESS = Pattern(
    r"[A-Za-z0-9._+-]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
    "a mail address",
    "Write the address only, its domain in small letters: care@example.org",
)

MAIL_SETTINGS = Record(
    "the mail block",
    (
        Field(
            "host",
            HOST,
            "The clinic's mail server (relay); its certificate must carry this name.",
            True,
            "mail.example.org",
        ),
        Field("port", Integer(1, 65535), "Its port.", True, "587"),
        Field(
            "tls",
            Choice(tuple(Tls)),
            "`starttls` (mostly port 587) or `implicit` (mostly 465). Mail is never sent unencrypted.",
            True,
            "starttls",
        ),
        Field("from", ADDRESS, "The address that the mails come from.", True, "care@example.org", "sender"),
        Field("reply_to", ADDRESS, "Where replies go, if to another address.", example="office@example.org"),
        Field(
            "user",
            Pattern("[!-~]{1,120}", "a user name", "Letters, digits and symbols, no spaces."),
            "The name to log in with; the password comes from `--password-file`.",
            example="packets",
        ),
        Field(
            "ca_file",
            Pattern(
                r"(/|[A-Za-z]:[\\/]).{1,400}",
                "the path of a file",
                "Write it in full: /etc/ssl/hospital.pem or C:\\ssl\\hospital.pem",
            ),
            "The certificates to trust instead of the machine's.",
            example="/etc/ssl/hospital.pem",
        ),
        Field("per_minute", Integer(1, 600), "The most mails to send in a minute; 20 if left out.", example="20"),
        Field(
            "deadline_hours",
            Integer(1, 720),
            "A mail that is not sent within this many hours is never sent; 48 if left out.",
            example="48",
        ),
        Field(
            "before_confirmed",
            YesNo(),
            "`yes`: a packet may go out before its row says `performed`, "
            "until the day of the operation is over; `no` if left out.",
            example="no",
        ),
        Field(
            "site_folder",
            Pattern("(/|[A-Za-z]:).{1,400}", "the path of a folder", "Write it in full: /srv/packets"),
            "The folder with `site.key` and the registry of sent mail, for all users of this computer. "
            "If left out, each user has another one.",
            example="/srv/packets",
        ),
        Field(
            "passwords",
            YesNo(),
            "`yes`: each PDF has its own password. Staff look it up (`mail "
            "show ID --password`) and give it to the patient in person or by telephone; `no` if left out.",
            example="no",
        ),
        Field(
            "attach",
            Choice(tuple(Attachments)),
            "What a mail carries: `pdf`, `html` (one file for a browser, without a password) or `both`; `pdf` if left "
            "out. The text of the mail has other words for each: `text`, `text_html`, `text_both`.",
            example="both",
        ),
    ),
    model=MailSettings,
)

MAIL = Record(
    "the mail",
    (
        Field("language", LANGUAGE, "The language of the text, as in the name of the file.", True, "en"),
        REVISION,
        Field(
            "review",
            REVIEW,
            "Who is responsible for a translation. While it is a `draft`, mails in this language are held (H08).",
        ),
        Field(
            "subject",
            SingleLine(70),
            "The same for everybody: nothing about the patient, nothing about the operation.",
            True,
            "Your care instructions",
        ),
        Field(
            "greeting",
            PlainText("words", printed=True),
            "The first line. Can use " + _placeholders(GREETING_SLOTS) + ".",
            True,
            "Hello,",
        ),
        Field(
            "text",
            PlainText("text", paragraphs=True, printed=True),
            "What the mail says. Can use " + _placeholders(TEXT_SLOTS) + ". The "
            "clinic's name and telephone number are always printed below it.",
            True,
            "Your care instructions are attached.",
        ),
        Field(
            "text_html",
            PlainText("text", paragraphs=True, printed=True),
            "What it says instead of `text` if clinic.yaml says `attach: html`.",
            example="Your care instructions are attached as a web page.",
        ),
        Field(
            "text_both",
            PlainText("text", paragraphs=True, printed=True),
            "What it says instead of `text` if clinic.yaml says `attach: both`.",
            example='"Your care instructions are attached twice: as a PDF file and as a web page."',
        ),
        Field(
            "password",
            PlainText("text", paragraphs=True, printed=True),
            "How to open the attachment where it has a password.",
            True,
            "The PDF asks for a password. We will give it to you by telephone.",
        ),
        Field(
            "event",
            SingleLine(70),
            "The title of each day in the calendar file. Keep it neutral: others may see the calendar.",
            True,
            '"Date: see your care instructions"',
        ),
    ),
    "The mail that carries a packet: `content/common/mail.<language>.yaml`.",
    model=MailText,
    computed=frozenset({"text", "password", "text_html", "text_both", "review"}),
)
