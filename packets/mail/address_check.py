"""Find addresses that are well formed but probably wrong: look-alike letters, misspelled providers, shifted rows."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from packets.mail import address as mail_address
from packets.mail.candidates import Candidate

# Providers of most private mailboxes in the United States and Europe. A domain that is nearly one of these is held.
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
# These also have country domains: yahoo.co.uk, hotmail.fr.
_COUNTRY_DOMAINS = re.compile(r"(yahoo|hotmail|outlook|live)\.(com?\.)?(?!co$|cm$|om$)[a-z]{2}")
# These have one domain only, so the same name under another is a typo: gmail.org.
_SINGLE_DOMAIN = {"gmail": "gmail.com", "icloud": "icloud.com", "comcast": "comcast.net", "verizon": "verizon.net"}
_SIMILARITY_CUTOFF = 0.88  # gmial.com and gmail.com: 0.89
_MIN_NAME = 3
_MIN_NAME_IN_WORD = 4  # names this long are also found inside a word: "annelewis"


def address_doubt(address: str) -> str:
    """Return the hold code of a questionable address, or "".

    H81 stands for letters of two alphabets, H82 for a domain that is nearly a major provider's.
    """
    domain = address.partition("@")[2]
    if len(_alphabets(domain.encode().decode("idna"))) > 1:
        return "H81"
    return "H82" if likely_provider(domain) else ""


def likely_provider(domain: str) -> str:
    """Return the major provider of which the domain is a probable misspelling, or ""."""
    if domain in _PROVIDERS or _COUNTRY_DOMAINS.fullmatch(domain):
        return ""
    single = _SINGLE_DOMAIN.get(domain.partition(".")[0])
    return single or next(iter(difflib.get_close_matches(domain, _PROVIDERS, 1, _SIMILARITY_CUTOFF)), "")


def _alphabets(text: str) -> set[str]:
    return {unicodedata.name(letter, "UNKNOWN").split()[0] for letter in text if letter.isalpha()}


def suspect_rows(rows: Iterable[Candidate]) -> Mapping[str, str]:
    """Return hold codes by packet id for rows whose address contains another patient's name but not their own.

    H83 for single rows. If more rows name another patient than name their own, the column was probably shifted or
    sorted by itself, and every row gets H84. Entries from the web form have no column that could shift.
    """
    addressed = [
        (row, _plain_letters(row.mail[0].partition("@")[0]), _names(row.name))
        for row in rows
        if row.row and mail_address.parse_address(row.mail[0])
    ]
    patients_by_name: defaultdict[str, set[bytes]] = defaultdict(set)
    for row, _, names in addressed:
        for name in names:
            patients_by_name[name].add(row.packet.patient)
    mismatched, matched = [], 0
    for row, local, _ in addressed:
        matches = Counter(
            patient for name in _names_in_address(local, patients_by_name) for patient in patients_by_name[name]
        )
        # Families share a name, so count: a mismatch contains more names of another patient than of the row's own.
        if matches and max(matches.values()) > matches[row.packet.patient]:
            mismatched.append(row.packet.id)
        elif matches:
            matched += 1
    if len(mismatched) > max(matched, 1):
        return {row.packet.id: "H84" for row, _, _ in addressed}
    return dict.fromkeys(mismatched, "H83")


def _names_in_address(local: str, names: Mapping[str, object]) -> set[str]:
    words = {word for word in re.split(r"[^a-z]+", local) if word in names}
    inside_words = {
        local[start:end]
        for start in range(len(local))
        for end in range(start + _MIN_NAME_IN_WORD, len(local) + 1)
        if local[start:end] in names
    }
    return words | inside_words


def _names(text: str) -> set[str]:
    return {word for word in re.split(r"[^a-z]+", _plain_letters(text)) if len(word) >= _MIN_NAME}


def _plain_letters(text: str) -> str:
    """Return a name the way addresses spell it: lower case, without accents and apostrophes."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter) and letter not in "'’")
