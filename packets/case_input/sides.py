"""Find the sides that the words of a schedule name: LEFT TKA, TKA L, LTKA, Knie-TEP li., CATARACT OD."""

from __future__ import annotations

import re

from packets.content.lint.fact_words import LANGUAGES
from packets.content.lint.translation_facts import facts_of
from packets.model.question import Question

LEFT, RIGHT = "left", "right"
_BOTH = re.compile(
    r"\b(?:bilateral|bilat|bil\.|both|ambos|ambas|beide[nrs]?|beidseits|beids\.|bds\.?|b/l)(?!\w)"
    r"|(?-i:\b(?:L ?(?:/|&|\+|and|und|y) ?R|R ?(?:/|&|\+|and|und|y) ?L)\b)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\s,;:()\[\]]+|[,;:()\[\]]")
_ABBREVIATIONS = {
    **dict.fromkeys(("lt", "lft", "izq", "izqda", "izqdo", "izda", "izdo"), LEFT),
    **dict.fromkeys(("rt", "rgt", "dcha", "dcho"), RIGHT),
}
# Words of another meaning too ("re: TKA", "der Hüfte"), so only with a period or at the end: Knie-TEP li.
_AT_THE_END = {"li": LEFT, "re": RIGHT, "der": RIGHT}
_LETTERS = {"L": LEFT, "R": RIGHT}
_JOINED = re.compile(r"([LR])(?:TK[AR]|TH[AR]|TSA|UKA)|[A-Za-z]{2,}[-/]([LR])")  # LTKA, TKA-L
_TITLES = frozenset(("dr", "dra", "prof", "mr", "mrs", "ms"))
_LEVEL = re.compile(r"[CTLS][0-9]+(?:[-/].*)?")  # of the spine: C5, L4-L5
# On prescriptions and schedules of eye surgery: oculus sinister, dexter, uterque; left and right eye.
_EYE = re.compile(r"\b(?:eye|ojo|auge)", re.IGNORECASE)
_EYES = {"OS": {LEFT}, "LE": {LEFT}, "OD": {RIGHT}, "RE": {RIGHT}, "OU": {LEFT, RIGHT}}


def sides_of_answer(question: Question, choice: str) -> frozenset[str]:
    """Return the sides of a choice: of its id, and of its words."""
    return _sides(f"{choice.replace('_', ' ')} {question.words(choice)}")


def sides_of_schedule(words: str, question: Question) -> frozenset[str]:
    """Return the sides that a schedule's words for a procedure name; `ask` is the question about the side."""
    sides = set(_sides(words))
    tokens = _TOKEN.findall(words)
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else ""
        after = tokens[place + 1] if place + 1 < len(tokens) else ""
        if side := _side_of_token(token, before, after):
            sides.add(side)
    if any(_EYE.search(option.words) for option in question.options):
        sides |= {side for token in tokens for side in _EYES.get(token.strip("."), ())}
    return frozenset(sides)


def _sides(words: str) -> frozenset[str]:
    if _BOTH.search(words):
        return frozenset((LEFT, RIGHT))
    return frozenset(side for language in LANGUAGES for side in facts_of(words, language).sides)


def _side_of_token(token: str, before: str, after: str) -> str:
    word, has_period = token.rstrip("."), token.endswith(".")
    is_last = not after or after in ",;)]"
    if before.rstrip(".").lower() in _TITLES:  # Dr. R, Dr. Li
        return ""
    if joined := _JOINED.fullmatch(word):
        return _LETTERS[joined[1] or joined[2]]
    if word in _LETTERS:
        return _LETTERS[word] if _is_side(before, after, is_last=is_last, has_period=has_period) else ""
    is_clear = (word.islower() or word.isupper()) and (has_period or is_last) and before  # not Li or Der
    if is_clear and word.lower() in _AT_THE_END:
        return _AT_THE_END[word.lower()]
    return _ABBREVIATIONS.get(word.lower(), "")


def _is_side(before: str, after: str, *, is_last: bool, has_period: bool) -> bool:
    """Return whether a single L or R is a side, and neither an initial, a level of the spine nor part of one."""
    if has_period and not is_last:  # R. Smith
        return False
    if _LEVEL.fullmatch(before) or (len(before) == 1 and before.isalpha()):  # C5 R, J R Smith
        return False
    return is_last or (len(after) > 1 and not after[0].isdigit())  # not L 4, R O
