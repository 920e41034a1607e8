"""Question addresses that are well formed but probably wrong: look-alike letters, misspelt providers, shifted rows."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from packets.mail import address as mail_address
from packets.mail.candidates import Candidate

# Providers of most private mailboxes in the United States and Europe. Whatever is nearly one of these is questioned.
_PROVIDERS = (
    *("gmail.com", "googlemail.com", "yahoo.com", "ymail.com", "rocketmail.com", "myyahoo.com", "aol.com", "aim.com"),
    *("hotmail.com", "outlook.com", "live.com", "msn.com", "passport.com", "icloud.com", "me.com", "mac.com"),
    *("comcast.net", "verizon.net", "att.net", "sbcglobal.net", "bellsouth.net", "cox.net", "charter.net"),
    *("earthlink.net", "mindspring.com"),
    *("frontier.com", "optonline.net", "optimum.net", "windstream.net", "centurylink.net", "juno.com"),
    *("netzero.net", "spectrum.net", "roadrunner.com", "twc.com", "prodigy.net", "pacbell.net", "embarqmail.com"),
    *(
        "protonmail.com",
        "proton.me",
        "pm.me",
        "fastmail.com",
        "zoho.com",
        "mail.com",
        "email.com",
        "usa.com",
        "hey.com",
    ),
    *("gmx.com", "gmx.net", "gmx.de", "gmx.at", "gmx.ch", "web.de", "t-online.de", "freenet.de", "arcor.de", "mail.de"),
    *("orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "sfr.fr", "libero.it", "virgilio.it", "alice.it", "tin.it"),
    *(
        "btinternet.com",
        "ntlworld.com",
        "talktalk.net",
        "sky.com",
        "bluewin.ch",
        "telenet.be",
        "ziggo.nl",
        "kpnmail.nl",
    ),
    *("mail.ru", "yandex.ru", "yandex.com", "bk.ru", "inbox.ru", "list.ru", "rambler.ru", "wp.pl", "onet.pl", "o2.pl"),
    *("qq.com", "163.com", "126.com", "naver.com", "hanmail.net", "daum.net", "rediffmail.com"),
)
# These also have a domain for each country: yahoo.co.uk, hotmail.fr.
_IN_MANY_COUNTRIES = re.compile(r"(yahoo|hotmail|outlook|live)\.(com?\.)?(?!co$|cm$|om$)[a-z]{2}")
# These have this one domain only, so the same name elsewhere is a slip: gmail.org.
_IN_ONE_PLACE = {"gmail": "gmail.com", "icloud": "icloud.com", "comcast": "comcast.net", "verizon": "verizon.net"}
_NEARLY = 0.88  # gmial.com and gmail.com: 0.89
_SHORTEST_NAME = 3
_SHORTEST_INSIDE = 4  # such a name may also be a part of a word: "annelewis"


def address_doubt(address: str) -> str:
    """Return why an address is questioned: H81 (letters of two alphabets), H82 (nearly a big provider), or ""."""
    domain = address.partition("@")[2]
    if len(_alphabets(domain.encode().decode("idna"))) > 1:
        return "H81"
    return "H82" if likely_provider(domain) else ""


def likely_provider(domain: str) -> str:
    """Return the big provider that a domain is a slip of, or ""."""
    if domain in _PROVIDERS or _IN_MANY_COUNTRIES.fullmatch(domain):
        return ""
    elsewhere = _IN_ONE_PLACE.get(domain.partition(".")[0])
    return elsewhere or next(iter(difflib.get_close_matches(domain, _PROVIDERS, 1, _NEARLY)), "")


def _alphabets(text: str) -> set[str]:
    return {unicodedata.name(letter, "UNKNOWN").split()[0] for letter in text if letter.isalpha()}


def suspect_rows(rows: Iterable[Candidate]) -> Mapping[str, str]:
    """Return, by packet, H83 where the address names another patient of the schedule and not its own.

    Where that holds for more rows than name their own patient, the column was probably shifted or sorted alone: then
    every row is in doubt (H84). What was typed on the page has no column that could shift.
    """
    found = [
        (row, _folded(row.mail[0].partition("@")[0]), _names(row.name))
        for row in rows
        if row.row and mail_address.parse_address(row.mail[0])
    ]
    patients: defaultdict[str, set[bytes]] = defaultdict(set)
    for row, _, names in found:
        for name in names:
            patients[name].add(row.packet.patient)
    others, own = [], 0
    for row, local, _ in found:
        names_of = Counter(patient for name in _in_address(local, patients) for patient in patients[name])
        # A family has one name: the address of another patient has more of that patient's names than of its own.
        if names_of and max(names_of.values()) > names_of[row.packet.patient]:
            others.append(row.packet.id)
        elif names_of:
            own += 1
    if len(others) > max(own, 1):
        return {row.packet.id: "H84" for row, _, _ in found}
    return dict.fromkeys(others, "H83")


def _in_address(local: str, names: Mapping[str, object]) -> set[str]:
    words = {word for word in re.split(r"[^a-z]+", local) if word in names}
    inside = {
        local[start:end]
        for start in range(len(local))
        for end in range(start + _SHORTEST_INSIDE, len(local) + 1)
        if local[start:end] in names
    }
    return words | inside


def _names(text: str) -> set[str]:
    return {word for word in re.split(r"[^a-z]+", _folded(text)) if len(word) >= _SHORTEST_NAME}


def _folded(text: str) -> str:
    """Write a name as it stands in addresses: without marks, in small letters."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter) and letter not in "'’")
