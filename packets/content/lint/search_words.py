"""Check the synonyms of a handout, by which the web form finds it."""

from __future__ import annotations

from packets.content.problems import ProblemCollector
from packets.content.schema.records import ParsedRecord, ParsedValue


def check_synonyms(record: ParsedRecord, problems: ProblemCollector) -> None:
    """Report a synonym that repeats the title, a name or another synonym."""
    seen = {_plain(record.text("title")): "the title"}
    seen |= {_plain(str(name.value)): "in names" for name in record.all("names", ParsedValue)}
    for synonym in record.all("synonyms", ParsedValue):
        word = _plain(str(synonym.value))
        if word in seen:
            problems.add("L86", f'"{synonym.value}" is already {seen[word]}', synonym.place, "Delete it here.")
        seen.setdefault(word, "in synonyms")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
