"""Define the fields of the file of a ward server, for `serve --ward FILE`."""

from __future__ import annotations

from packets.content.schema.field_types import Choice, Integer, Pattern
from packets.content.schema.records import Field, ListOf, OneOf, Record
from packets.model.ward import Role, User, WardConfig

# No comma: a web server joins two headers of one name with a comma. No spaces and no control characters.
USER_NAME = r"[A-Za-z0-9]([A-Za-z0-9._@\\+-]{0,98}[A-Za-z0-9])?"

_HOST = Pattern(
    r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:[1-9][0-9]{0,4})?",
    "the name of a host",
    "Write it as the browser's address bar shows it, in small letters, without https://: packets.example.org",
)
_HEADER = Pattern(
    "(X|Remote)(-[A-Za-z0-9]+)+",
    "the name of a header",
    "It begins with X- or Remote- and has no _: X-Remote-User",
)
_PATH = Pattern("/.{1,400}", "a full path", "Write it in full: /srv/packets")
_SIGN_OUT = Pattern(
    r"/[!-~]{0,400}|https://[!-~]{1,400}",
    "a web address",
    "Write a path of this site, /oauth2/sign_out, or a full address that begins with https://",
)

LISTED_USER = Record(
    "a user",
    (
        Field(
            "user",
            Pattern(USER_NAME, "the name of a user", "Write it exactly as the proxy sends it: jrivera"),
            "The name that the proxy sends.",
            True,
            "jrivera",
            "name",
        ),
        Field(
            "role",
            Choice(tuple(Role)),
            "`reader` looks things up, `nurse` also makes packets, `lead` also runs the day's schedule and decides "
            "about held mail.",
            True,
            "nurse",
        ),
    ),
    model=User,
)

WARD = Record(
    "a ward server",
    (
        Field("socket", _PATH, "The Unix socket to listen on.", example="/run/packets/packets.sock"),
        Field("port", Integer(1024, 65535), "The port of 127.0.0.1 to listen on instead.", example="8600"),
        Field(
            "secret_file",
            _PATH,
            "With `port`: a file whose first line is a secret of 32 characters or more, which the proxy sends in "
            "`secret_header`.",
            example="/etc/packets/proxy-secret",
        ),
        Field(
            "secret_header",
            _HEADER,
            "The header with the secret; `X-Packets-Secret` if left out.",
            example="X-Packets-Secret",
        ),
        Field(
            "hosts",
            ListOf(_HOST, max_items=20),
            "The names under which browsers reach the proxy, with the port if it is not 443.",
            True,
            "[packets.example.org]",
        ),
        Field(
            "user_header",
            _HEADER,
            "The header in which the proxy sends the name of the user. The proxy must set it in every request, and "
            "replace what a browser sends: never append to it, and never pass it on.",
            True,
            "X-Remote-User",
        ),
        Field(
            "role_header",
            _HEADER,
            "The header in which the proxy sends the role: `reader`, `nurse` or `lead`. The proxy must set it in every "
            "request, to nothing for a user without a role, and replace what a browser sends: never append to it, and "
            "never pass it on.",
            example="X-Remote-Role",
        ),
        Field(
            "users",
            ListOf(LISTED_USER, max_items=5000),
            "Or else the role of each user. Nobody else gets in.",
            example="[{user: jrivera, role: nurse}]",
        ),
        Field(
            "sign_out",
            _SIGN_OUT,
            "Where the proxy ends its own session.",
            example="/oauth2/sign_out",
        ),
        Field("days", _PATH, "The folder with one folder for each day's packets.", True, "/srv/packets/days"),
        Field("outbox", _PATH, "The folder where single packets wait to be mailed.", example="/srv/packets/outbox"),
        Field(
            "mail_password_file",
            _PATH,
            "The file with the mail server's password, if clinic.yaml names a user. Without it, the outbox is not sent "
            "from the form.",
            example="/etc/packets/mail-password",
        ),
        Field("content", _PATH, "The content folder; the shipped one if left out.", example="/srv/packets/content"),
        Field(
            "site_key",
            _PATH,
            "The file with the site key; that of the server's user if left out.",
            example="/srv/packets/site.key",
        ),
        Field(
            "idle_minutes",
            Integer(1, 60),
            "A session ends after this many minutes without a key press or click; 15 if left out.",
            example="15",
        ),
    ),
    "The settings of a ward server, for `serve --ward FILE` ([ward-server.md](ward-server.md)).",
    (
        OneOf(("socket", "port"), hint="Write the socket: socket: /run/packets/packets.sock"),
        OneOf(("role_header", "users"), hint="Write who has which role, or the header in which the proxy says it."),
    ),
    at_most_one=(("socket", "secret_file"), ("socket", "secret_header")),
    model=WardConfig,
)
