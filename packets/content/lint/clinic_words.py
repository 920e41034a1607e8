"""Check that the clinic's own texts and the phrases around them exist in every language that is printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from packets.content.lint.emergency_signs import check_same_signs
from packets.content.problems import ProblemCollector
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.content.yaml.parser import Place
from packets.model.case import Clinic
from packets.model.clinic_contact import Texts, text_in
from packets.model.language import FOR_EMERGENCY, FOR_SITES, Language


def check_clinic_words(
    record: ParsedRecord, clinic: Clinic, languages: Mapping[str, Language | None], problems: ProblemCollector
) -> None:
    """Report each text of clinic.yaml that is missing in a language, and each phrase that a language file lacks."""
    for site in _records(record):
        if emergency := site.get("emergency", ParsedRecord):
            _check_same_signs(emergency, clinic.language, problems)
    for tag, language in sorted(languages.items()):
        for name, place, texts in _texts(record):
            if text_in(texts, tag, clinic.language) is None:
                example = "[…]" if name == "when" else "…"
                hint = f"A packet in this language prints it. Write it below {name}: as a line {tag}: {example}"
                if "" in dict(texts):
                    hint += f", and what is there as a line {clinic.language}: {example}"
                problems.add("L60", f'"{name}" is not written in "{tag}"', place, hint)
        if language is None:
            continue
        for field, phrases in (("emergency", FOR_EMERGENCY), ("sites", FOR_SITES)):
            places = list(_places_of(record, field))
            for phrase in phrases if places else ():
                if phrase not in language.patterns:
                    hint = f"Add it below words: in languages/{tag}.yaml, such as in the shipped languages/en.yaml."
                    message = f'"{field}" needs the words "{phrase}" in languages/{tag}.yaml'
                    problems.add("L61", message, places[0], hint)


def _check_same_signs(emergency: ParsedRecord, home: str, problems: ProblemCollector) -> None:
    """Report signs of an emergency that differ between languages in number, or in the facts that they state."""
    texts = {tag: _lines(signs) for tag, signs in (emergency.get("when", dict) or {}).items()}
    originals = texts.get(home, [])
    for tag, signs in texts.items():
        if not originals or tag == home:
            continue
        check_same_signs([str(sign.value) for sign in originals], home, signs, tag, emergency.at("when"), problems)


def _lines(signs: object) -> list[ParsedValue]:
    return [sign for sign in signs if isinstance(sign, ParsedValue)] if isinstance(signs, tuple) else []


def _records(record: ParsedRecord) -> Iterator[ParsedRecord]:
    """Yield the clinic, then its sites."""
    yield record
    for entry in (record.get("sites", dict) or {}).values():
        if isinstance(entry, ParsedValue) and isinstance(entry.value, ParsedRecord):
            yield entry.value


def _places_of(record: ParsedRecord, field: str) -> Iterator[Place]:
    for place in _records(record):
        if field in place.record.names() and place.has(field):
            yield place.at(field)


def _texts(record: ParsedRecord) -> Iterable[tuple[str, Place, Texts[object]]]:
    """Yield every text of the file that can differ by language: its field, its place, and its words."""
    for place in _records(record):
        written = [(place, "hours")]
        written += [(phone, field) for phone in place.all("phones", ParsedRecord) for field in ("label", "hours")]
        if emergency := place.get("emergency", ParsedRecord):
            written.append((emergency, "when"))
        for entry, field in written:
            if texts := entry.get(field, dict):
                yield field, entry.at(field), tuple(texts.items())
