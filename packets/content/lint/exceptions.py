"""Report words that repeat an instruction without its exception, such as "unless it cannot wait".

Only the languages of `fact_words` are read.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from packets.content import regimen_steps
from packets.content.lint.conditions import Alternative, can_hold_together
from packets.content.lint.fact_words import LANGUAGES, compiled
from packets.content.problems import ProblemCollector
from packets.content.readability.sentences import split
from packets.content.schema.records import ParsedRecord
from packets.content.yaml.parser import Place
from packets.model.block_lines import conditional_lines, with_slots
from packets.model.handout import Handout, Notice, Section

_AND = re.compile(r"\b(?:and|y|und)\s*$")
_NEXT_CLAUSE = re.compile(r"\s*(?:;|,\s*(?:and|y|und)\b)")
_MIN_WORDS = 3  # of a sentence that can be recognized elsewhere


class _Sentence(Struct, frozen=True):
    """A printed sentence, with the conditions under which it is printed and its place."""

    words: str
    conditions: Alternative
    place: Place


def check_exceptions(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    """Warn of quotes (M74), labels (M75) and repeated sentences (L82) that leave out an exception of the text."""
    if value.language.partition("-")[0] not in LANGUAGES:
        return
    sentences = list(_sentences(record, value))
    found = [sentence for sentence in sentences if exception_in(sentence.words, value.language)]
    quotes = [(entry.text("quote"), entry) for entry in regimen_steps.written_schedules(record)]
    milestones = record.all("milestones", ParsedRecord)
    quotes += [(milestone.quote, entry) for milestone, entry in zip(value.milestones, milestones, strict=True)]
    for quote, entry in quotes:
        quote = " ".join(quote.split())  # as in the sentences
        for sentence in found if quote else ():
            if omitted := _omitted(quote, sentence.words, value.language):
                hint = "Quote the whole sentence, and add the exception to the label, in few words."
                problems.add("M74", f'the quote leaves out "{omitted}"', entry.at("quote"), hint, warning=True)
            elif quote in sentence.words and exception_in(quote, value.language) and entry.has("label"):
                _check_label(entry, sentence.words, value.language, problems)
    for sentence, other in itertools.product(sentences, found):
        words = sentence.words.rstrip(".!?: ")
        omitted = _omitted_next(words, other.words, value.language) if words.count(" ") >= _MIN_WORDS - 1 else ""
        if omitted and can_hold_together((*sentence.conditions, *other.conditions), value.choices):
            message = f'line {other.place.line} says the same with "{omitted}", which is left out here'
            hint = "Write it here too, or say it in one place only."
            problems.add("L82", message, sentence.place, hint, warning=True)


def exception_in(words: str, language: str) -> str:
    """Return the part of a sentence from the word that begins an exception, without its full stop; "" without one."""
    match = compiled(LANGUAGES[language.partition("-")[0]].exceptions).search(words.lower())
    return words[match.start() :].rstrip(" .!") if match else ""


def _omitted(part: str, sentence: str, language: str) -> str:
    """Return the exception of a sentence that a part of it leaves out; "" if it leaves none out.

    An exception before or after "and" may belong to another instruction: "Take pills only if you need them, and do not
    drive". It counts if it begins the sentence or follows a comma.
    """
    before, found, after = sentence.partition(part)
    if not found or exception_in(part, language):
        return ""
    if omitted := exception_in(after, language):
        own = after[: after.rindex(omitted)].rstrip().endswith(",")
        return omitted if own or not _NEXT_CLAUSE.match(after) else ""
    omitted = exception_in(before, language)
    return omitted if before.startswith(omitted) or not _AND.search(before) else ""


def _omitted_next(words: str, sentence: str, language: str) -> str:
    """Return the exception directly after these words in a sentence; "" if there is none, or the words have one."""
    _, found, after = sentence.partition(words)
    after = after.lstrip(",. ")
    omitted = "" if not found or exception_in(words, language) else exception_in(after, language)
    return omitted if after.startswith(omitted) else ""


def _check_label(entry: ParsedRecord, sentence: str, language: str, problems: ProblemCollector) -> None:
    exception = exception_in(sentence, language)
    if not exception_in(entry.text("label"), language):
        message = f'the label does not say "{exception}"'
        hint = "Many patients read only the table of dates. Add the exception to the label, in few words."
        problems.add("M75", message, entry.at("label"), hint, warning=True)


def _sentences(record: ParsedRecord, value: Handout) -> Iterator[_Sentence]:
    owners: tuple[Section | Notice, ...] = (*value.sections, *value.notices)
    written = (*record.all("sections", ParsedRecord), *record.all("notices", ParsedRecord))
    for owner, entry in zip(owners, written, strict=True):
        entries = entry.all("parts" if isinstance(owner, Section) else "says", ParsedRecord)
        for part, place in zip(owner.parts, entries, strict=True):
            for block in () if part.draft else part.blocks:
                for condition, line in conditional_lines(block):
                    conditions = (owner.condition, part.condition, condition)
                    sentences = (words for _, words in split(with_slots(line)))
                    for words in _joined(sentences, value.language):
                        yield _Sentence(words, conditions, place.place)


def _joined(sentences: Iterable[str], language: str) -> Iterator[str]:
    """Yield the sentences, each with those after it that begin with an exception: "Unless we told you to." """
    waiting = ""
    for sentence in sentences:
        exception = exception_in(sentence, language)
        if waiting and not (exception and sentence.startswith(exception)):
            yield waiting
            waiting = ""
        waiting = f"{waiting} {sentence}".strip()
    if waiting:
        yield waiting
