"""Check how plain the words of a file are: reading grades, long sentences, jargon, PEMAT-P."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from packets.content import blocks
from packets.content.loaded_file import LoadedFile
from packets.content.readability import grades
from packets.content.readability.sentences import WORD, Sentence, sentences
from packets.content.schema.records import ParsedRecord
from packets.content.yaml.parser import Place, Scalar
from packets.errors import Problem
from packets.model.handout import Bullets, Callout, Handout, Paragraph, Steps, Table
from packets.model.regimen import Regimen

MAX_SENTENCE_WORDS = 20
MAX_PARAGRAPH_SENTENCES = 5  # PEMAT-P item 8, "chunks"
MAX_WORDS_UNDER_HEADER = 200
SMOG_SENTENCES = 30  # SMOG is not reliable for fewer

_PASSIVE = re.compile(
    r"\b(?:am|is|are|was|were|be|been|being)\s+(?:not\s+|\w+ly\s+)?(\w{2,}ed|done|made|given|taken|known|seen|held|told|"
    r"put|kept|found|shown|written|chosen|worn|cut|sent|left)\b",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"\b[A-Z]{2,6}s?\b")
_ARITHMETIC = re.compile(r"\d+(?:\.\d+)?\s?%|\b\d+ (?:in|out of) (?:every )?\d+\b|\btwice as\b", re.IGNORECASE)
_ACTION = re.compile(
    r"(?:please |always |do not |don’t )?(?:ask|bring|call|clean|come|do|drink|eat|go|keep|let|move|put|rest|stop|take|"
    r"tell|wash|walk|wear)\b",
    re.IGNORECASE,
)
# An instruction that does not begin with its verb.
_LATE = re.compile(
    r"\byou (?:should|must|need to|have to)\b|\bit is (?:important|best|necessary) (?:that|to)\b|\bmake sure\b",
    re.IGNORECASE,
)


class ReadabilityScores(Struct, frozen=True):
    """The scores of one section, or of the file (`heading` ""); grades are None if there is no text to grade."""

    heading: str
    words: int
    sentences: int
    flesch_kincaid: float | None
    smog: float | None


class PematItem(Struct, frozen=True):
    """One machine-checkable item of PEMAT-P, with the places where it fails."""

    number: str
    about: str
    good: bool
    places: tuple[str, ...] = ()


def score_readability(file: LoadedFile, graded: bool = True) -> Iterator[ReadabilityScores]:
    """Score each section, then the file; without `graded` (other languages) the English formulas are not used."""
    all_sentences: list[Sentence] = []
    for heading, scalars in sections(file):
        section_sentences = [sentence for scalar in scalars for sentence in sentences(scalar)]
        all_sentences += section_sentences
        yield _score(heading, section_sentences, graded)
    yield _score("", all_sentences, graded)


def _score(heading: str, scored: list[Sentence], graded: bool) -> ReadabilityScores:
    count = sum(sentence.words for sentence in scored)
    if not count or not graded:
        return ReadabilityScores(heading, count, len(scored), None, None)
    words = [matches for sentence in scored if (matches := WORD.findall(sentence.text))]
    return ReadabilityScores(heading, count, len(scored), grades.flesch_kincaid(words), grades.smog(words))


def sections(file: LoadedFile) -> Iterator[tuple[str, list[Scalar]]]:
    """Yield the heading and the texts of each section."""
    record = file.record
    for section in record.all("sections", ParsedRecord):
        yield section.text("heading"), _texts(section, "parts")
    for notice in record.all("notices", ParsedRecord):
        yield notice.text("label"), _texts(notice, "says") or _texts(notice, "parts")
    if record.has("parts"):
        yield record.text("heading") or str(file.value.id), _texts(record, "parts")


def _texts(written: ParsedRecord, name: str) -> list[Scalar]:
    return [text for part in written.all(name, ParsedRecord) for text in blocks.texts(part)]


def advice(file: LoadedFile, glossary: Mapping[str, str]) -> Iterator[Problem]:
    """Yield advice (F01 to F04) on how to write more plainly."""
    names = {name.casefold() for name in (getattr(file.value, "names", ()) or ())}
    scalars = [scalar for _, texts in sections(file) for scalar in texts]
    jargon = _jargon(glossary)
    text = " ".join(scalar.text for scalar in scalars)
    for scalar in scalars:
        for sentence in sentences(scalar):
            if sentence.words > MAX_SENTENCE_WORDS:
                yield _note(
                    file,
                    sentence.place,
                    "F01",
                    f"a sentence of {sentence.words} words",
                    f"Split it in two: at most {MAX_SENTENCE_WORDS} words are easy to follow.",
                )
        for match in _PASSIVE.finditer(scalar.text):
            yield _note(
                file,
                scalar.at(match.start()),
                "F02",
                f'"{_one_line(match[0])}" may be passive',
                "Say who does it: “your nurse takes out the stitches”.",
            )
        for match in jargon.finditer(scalar.text) if jargon else ():
            written, word = _one_line(match[0]), _one_line(match["word"]).casefold()
            if written.casefold() not in names:
                yield _note(
                    file,
                    scalar.at(match.start()),
                    "F03",
                    f'"{written}" is a hard word',
                    f"Say: {glossary[word]}",
                )
        for match in _ABBREVIATION.finditer(scalar.text):
            if f"({match.group()})" not in text and match.group().casefold() not in names:
                yield _note(
                    file,
                    scalar.at(match.start()),
                    "F04",
                    f'"{match.group()}" is not explained',
                    f"Write it out once: the whole words ({match.group()}).",
                )


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _note(file: LoadedFile, place: Place, code: str, message: str, hint: str) -> Problem:
    return Problem(code, message, hint, file.path, place.line, place.column, warning=True)


def _jargon(glossary: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern of the hard words and their plurals."""
    words = sorted(glossary, key=lambda word: (-len(word), word))
    patterns = (r"\s+".join(map(re.escape, word.split())) for word in words)
    return re.compile(rf"(?<!\w)(?P<word>{'|'.join(patterns)})(?:e?s)?(?!\w)", re.IGNORECASE) if words else None


def pemat(file: LoadedFile) -> tuple[PematItem, ...]:
    """Check the items of PEMAT-P (AHRQ) that a program can check; the others need a person."""
    value = file.value
    assert isinstance(value, Handout)  # noqa: S101  only handouts are asked for
    scalars = [scalar for _, texts in sections(file) for scalar in texts]
    all_sentences = [sentence for scalar in scalars for sentence in sentences(scalar)]
    text = " ".join(scalar.text for scalar in scalars)
    third_person = [
        _at(sentence.place)
        for sentence in all_sentences
        if re.search(r"\b(?:the )?patients?\b", sentence.text, re.IGNORECASE)
    ]
    long = [_at(scalar.place) for scalar in scalars if _longest(scalar) > MAX_PARAGRAPH_SENTENCES]
    sums = [_at(scalar.at(match.start())) for scalar in scalars for match in _ARITHMETIC.finditer(scalar.text)]
    too_long = [_at(sentence.place) for sentence in all_sentences if sentence.words > MAX_SENTENCE_WORDS]
    acts = any(_ACTION.match(sentence.text) for sentence in all_sentences)
    late = [
        _at(sentence.place)
        for sentence in all_sentences
        if _LATE.search(sentence.text) and not _ACTION.match(sentence.text)
    ]
    crowded = [
        _at(section.at("heading"))
        for section in file.record.all("sections", ParsedRecord)
        if sum(sentence.words for scalar in _texts(section, "parts") for sentence in sentences(scalar))
        > MAX_WORDS_UNDER_HEADER
    ]
    printed = [block for section in value.sections for part in section.parts for block in part.blocks]
    cues = any(isinstance(block, Bullets | Steps | Callout | Table | Regimen) for block in printed) or any(
        run.strong for block in printed if isinstance(block, Paragraph) for run in block.runs
    )
    return (
        PematItem("3", "common, everyday words: short sentences", not too_long, tuple(too_long)),
        PematItem(
            "5",
            "active voice",
            not _PASSIVE.search(text),
            tuple(_at(scalar.at(match.start())) for scalar in scalars for match in _PASSIVE.finditer(scalar.text)),
        ),
        PematItem("7", "no arithmetic left to the reader", not sums, tuple(sums)),
        PematItem("8", "short chunks", not long, tuple(long)),
        PematItem("9", f"a header for every {MAX_WORDS_UNDER_HEADER} words", not crowded, tuple(crowded)),
        PematItem("11", "a summary", bool(value.milestones or value.notices)),
        PematItem("12", "visual cues", cues),
        PematItem("20", "says what to do, the action first", acts and not late, tuple(late)),
        PematItem(
            "21",
            "speaks to the reader: you",
            bool(re.search(r"\byou", text, re.I)) and not third_person,
            tuple(third_person),
        ),
    )


def _at(place: Place) -> str:
    return f"{place.line}:{place.column}"


def _longest(scalar: Scalar) -> int:
    """Return the number of sentences in the longest paragraph; a list is already in chunks."""
    paragraphs = re.split(r"\n[ ]*\n", scalar.text)
    counts = [
        len(re.findall(r"[.!?…](?=\s|$)", paragraph.rstrip()))
        for paragraph in paragraphs
        if not re.match(r"- |[0-9]{1,2}\. ", paragraph)
    ]
    return max(counts, default=0)
