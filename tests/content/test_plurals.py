"""Plural rules of CLDR, for every language that Babel knows and every number that can be printed."""

from __future__ import annotations

import re

from babel import Locale
from babel.localedata import locale_identifiers
from msgspec.structs import replace

from packets.content import library
from packets.fill import dates as words
from packets.model.language import Language
from packets.model.plurals import FORMS, RULE, holds
from packets.model.recovery import At, Between, Offset, Unit
from tests.content.folder import SHIPPED, Folder

COUNTS = range(1, 731)
POLISH = (("few", "n % 10 = 2..4 and n % 100 != 12..14"),)


def test_each_cldr_rule_is_accepted_and_agrees_with_babel() -> None:
    seen = set()
    for tag in locale_identifiers():
        plural = Locale.parse(tag).plural_form
        rules = {}
        for form, rule in plural.rules.items():  # Babel has the data of an older CLDR
            rule = rule.replace(" mod ", " % ").replace(" not in ", " != ").replace(" in ", " = ")
            assert re.fullmatch(RULE, rule), rule
            rules[form] = rule
        if (rule_set := tuple(sorted(rules.items()))) in seen:
            continue
        seen.add(rule_set)
        for count in COUNTS:
            assert [form for form, rule in rules.items() if holds(rule, count)] in ([plural(count)], []), (tag, count)
            assert any(holds(rule, count) for rule in rules.values()) is (plural(count) != "other")
    assert len(seen) >= 25


def polish() -> Language:
    shipped, _ = library.load(SHIPPED)
    assert shipped is not None
    english = shipped.languages["en"]
    forms = {
        "one_week": "{count} tydzień", "few_weeks": "{count} tygodnie", "many_weeks": "{count} tygodni",
    }  # fmt: skip
    return replace(english, tag="pl", plurals=POLISH, patterns={**english.patterns, **forms})


def test_a_language_of_three_forms() -> None:
    language, oracle = polish(), Locale.parse("pl").plural_form
    forms = {"one": "tydzień", "few": "tygodnie", "many": "tygodni"}
    for count in COUNTS:
        assert language.counted("week", count) == f"{count} {forms[oracle(count)]}"
    assert words.interval(language, At(Offset(4, Unit.WEEK))) == "4 tygodnie after surgery"
    assert words.interval(language, Between(Offset(4, Unit.WEEK), Offset(6, Unit.WEEK))) == (
        "4 to 6 tygodni after surgery"
    )


def with_forms(
    folder: Folder, rule: str = "few: n = 2..4", names: tuple[str, ...] = ("days", "weeks", "months")
) -> None:
    folder.change("words:\n", f"plurals:\n  {rule}\nwords:\n", "languages/en.yaml")
    for name in names:
        line = f'  many_{name}: "{{count}} {name}"\n'
        few = f'  few_{name}: "{{count}} {name}"\n'
        folder.change(line, few + line, "languages/en.yaml")


def test_forms_in_a_language_file(folder: Folder) -> None:
    with_forms(folder)
    assert folder.check() == ""
    loaded, _ = library.load(folder.root)
    assert loaded is not None and loaded.languages["en"].plurals == (("few", "n = 2..4"),)


def test_a_rule_needs_all_its_words_and_words_need_a_rule(folder: Folder) -> None:
    with_forms(folder, names=("days", "weeks"))
    assert ' L38 the form "few" has a rule, but no "few_months"\n    Add it: few_months: …' in folder.check()
    folder.change("plurals:\n  few: n = 2..4\n", "", "languages/en.yaml")
    assert (
        ' L38 no rule says which numbers take "few_days"\n    Add it below plurals: few: with CLDR\'s rule.'
        in folder.check()
    )


def test_an_invalid_plural_rule_is_refused(folder: Folder) -> None:
    with_forms(folder, "few: 2 to 4")
    assert (
        ' L76 "2 to 4" is not a plural rule of CLDR\n    Write it as CLDR does: n % 10 = 2..4 and n % 100 != 12..14'
        in folder.check()
    )


def test_a_form_for_one_number_needs_no_digits(folder: Folder) -> None:
    with_forms(folder, "two: n = 2", ())
    two = "".join(f"  two_{name}: a couple of {name}\n" for name in ("days", "weeks", "months"))
    folder.change("words:\n", f"words:\n{two}", "languages/en.yaml")
    assert folder.check() == ""
    folder.change("two: n = 2", "two: n = 2..3", "languages/en.yaml")
    assert folder.check().count("L18") == 3 and 'L18 "two_weeks" lacks {count}' in folder.check()


def test_every_form_is_in_the_schema() -> None:
    assert set(FORMS) | {"many"} == {"zero", "one", "two", "few", "many", "other"}
