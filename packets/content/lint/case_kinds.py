"""Check the kinds of case: those of the language files, and the one that a handout chooses."""

from __future__ import annotations

from packets.content import build, regimen_steps
from packets.content.problems import ProblemCollector, did_you_mean, listed
from packets.content.schema.records import ParsedRecord
from packets.model.handout import Handout, Medicines
from packets.model.language import FOR_MEDICINES, Language
from packets.model.regimen import Regimen


def check_kind(record: ParsedRecord, handout: Handout, language: Language | None, problems: ProblemCollector) -> None:
    """Report a handout or translation whose language file has no words for its kind of case."""
    if language is None or not handout.kind or handout.kind in language.case_kinds:
        return
    place = record.at("kind") if handout.original is None else record.at("language")
    known = f"It has: {listed(sorted(language.case_kinds), 'and')}." if language.case_kinds else "It has none yet."
    hint = did_you_mean(handout.kind, sorted(language.case_kinds), f"{known} Add {handout.kind}: there under kinds.")
    message = f'languages/{language.tag}.yaml has no kind of case "{handout.kind}"'
    problems.add("L62", message, place, hint)


def check_block_words(
    record: ParsedRecord, handout: Handout, language: Language | None, problems: ProblemCollector
) -> None:
    """Report a table of medicines or a schedule whose words the language file lacks (L61)."""
    if language is None:
        return
    words = language.case_kinds.get(handout.kind, language)
    needed: dict[str, str] = {}
    for section in handout.sections:
        for block in (block for part in section.parts for block in part.blocks):
            if isinstance(block, Medicines):
                needed.update(dict.fromkeys(FOR_MEDICINES, "medicines"))
            elif isinstance(block, Regimen):
                needed.update(dict.fromkeys(regimen_steps.phrases(block, words), "schedule"))
    for phrase, field in needed.items():
        if phrase not in words.patterns:
            hint = f"Add it below words: in languages/{language.tag}.yaml, such as in the shipped languages/en.yaml."
            message = f'"{field}" needs the words "{phrase}" in languages/{language.tag}.yaml'
            problems.add("L61", message, record.at("sections"), hint)


def check_same_words(record: ParsedRecord, clinics: Language, problems: ProblemCollector) -> None:
    """Report a phrase of a kind of case that the clinic's language has its own words for, and this one has not."""
    for name, written in build.kinds_of_case(record).items():
        words = clinics.case_kinds[name].patterns if name in clinics.case_kinds else clinics.patterns
        changed = {phrase for phrase, text in words.items() if text != clinics.patterns.get(phrase)}
        for phrase in sorted(changed - set(written.nodes)):
            message = f'the kind of case "{name}" lacks "{phrase}"'
            problems.add("L63", message, written.place, f"languages/{clinics.tag}.yaml has its own words for it.")
