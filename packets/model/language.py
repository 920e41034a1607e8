"""Define a language: names of months and days, patterns of dates and intervals, and the fixed phrases of a packet."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct, field

from packets.model.plurals import FORMS, USUAL, holds
from packets.model.text_direction import isolated

# Patterns for languages with more plural forms than one and many: few_weeks.
MORE_FORMS = tuple(f"{form}_{unit}s" for form in FORMS if form != "one" for unit in ("day", "week", "month"))
# Only handouts with times in hours print them, which are 24 hours or more.
HOURS = tuple("one_hour" if form == "one" else f"{form}_hours" for form in (*FORMS, "many"))

# Patterns that only some clinics print: those whose clinic.yaml has `emergency` or `sites`.
FOR_EMERGENCY = ("emergency", "emergency_call")
FOR_SITES = ("site",)
# Says on every page of `batch --test-data` that it is no patient's packet; without it: TEST.
FOR_TEST_DATA = ("test_mark",)
# The heading of the help strip on page 1; without it: call_link.
FOR_HELP = ("help_heading",)
# Times of 12 hours (6:30 AM) or of 24 (6:30 Uhr), and numbers with a part of one. Without these, times are printed as
# 06:30 and numbers with a point.
FOR_ANSWERS: Mapping[str, frozenset[str]] = {
    "time_am": frozenset({"hour", "minute"}),
    "time_pm": frozenset({"hour", "minute"}),
    "time_of_day": frozenset({"hour", "minute"}),
    "decimal_number": frozenset({"whole", "fraction"}),
}
# Patterns that only handouts with such milestones print; `packets/content/timings.py` checks them.
FOR_TIMINGS = (
    *("date_until", "date_from_through", "date_after", "interval_by", "interval_until", "interval_from_through"),
    *("interval_after", "time_before", "the_day_before", "the_surgery_day"),
    *("from_the_surgery_day", "to_the_surgery_day", "time_between_before"),
    *("date_at_time", "interval_known", *HOURS),
)
# The words of a schedule. `{times}` is a count in the right plural form, such as `many_times`.
TIMES = tuple("one_time" if form == "one" else f"{form}_times" for form in (*FORMS, "many"))
FOR_REGIMENS: Mapping[str, frozenset[str]] = {
    "times_a_day": frozenset({"times"}),
    "times_a_week": frozenset({"times"}),
    "no_times": frozenset(),
    "table_how_often": frozenset(),
    "table_boxes": frozenset(),
    "days_through": frozenset({"first", "last"}),  # includes both days
    "day_number": frozenset({"number"}),
    "day_numbers": frozenset({"first", "last"}),  # includes both days
    "day_and_year": frozenset({"weekday", "month", "day", "year"}),
}
# The words of the table of medicines.
FOR_MEDICINES: Mapping[str, frozenset[str]] = {
    "medicine": frozenset(),
    "morning": frozenset(),
    "noon": frozenset(),
    "evening": frozenset(),
    "bedtime": frozenset(),
    "medicine_until": frozenset({"until"}),
}
# The two lines of a date in the table of dates, and the word for each kind. Without all of them, a date is printed in
# full, and the kinds by the words of table_what_….
FOR_DATE_ROWS: Mapping[str, frozenset[str]] = {
    "row_day": frozenset({"weekday", "month", "day"}),
    "row_by": frozenset({"day"}),
    "row_until": frozenset({"day"}),  # includes that day
    "row_from": frozenset({"day"}),
    "row_to": frozenset({"day", "year"}),
    "row_through": frozenset({"day", "year"}),  # includes that day
    "row_year": frozenset({"year"}),
    "row_until_year": frozenset({"year"}),
    "row_after_year": frozenset({"year"}),
    "kind_expectation": frozenset(),
    "kind_restriction": frozenset(),
    "kind_appointment": frozenset(),
    "table_kind": frozenset(),
    "table_what": frozenset(),
}
# Patterns that earlier versions printed; language files may still have them.
FORMER: Mapping[str, frozenset[str]] = {
    "short_date": frozenset({"month", "day"}),
    "short_range": frozenset({"first", "last"}),
    "short_range_in_a_month": frozenset({"month", "first_day", "last_day"}),
    "short_time_between": frozenset({"first", "last"}),
    "short_until": frozenset({"date"}),
    "short_after": frozenset({"date"}),
    "surgery": frozenset(),
    "timeline_alt": frozenset({"points"}),
    "timeline_point": frozenset({"label", "when"}),
}
OPTIONAL = frozenset(
    (
        *MORE_FORMS,
        *FOR_EMERGENCY,
        *FOR_SITES,
        *FOR_ANSWERS,
        *FOR_TIMINGS,
        *FOR_REGIMENS,
        *TIMES,
        *FOR_MEDICINES,
        *FOR_DATE_ROWS,
        *FOR_HELP,
        *FOR_TEST_DATA,
        *FORMER,
    )
)

# Every pattern of a language file and the placeholders that it must use. All are required except OPTIONAL.
PATTERNS: Mapping[str, frozenset[str]] = {
    # dates
    "long_date": frozenset({"weekday", "month", "day", "year"}),
    "long_date_without_year": frozenset({"weekday", "month", "day"}),
    "plain_date": frozenset({"month", "day", "year"}),  # a birth date
    "date_between": frozenset({"first", "last"}),
    "date_by": frozenset({"date"}),
    "date_until": frozenset({"date"}),  # includes that day
    "date_from_through": frozenset({"first", "last"}),  # includes both days
    "date_after": frozenset({"date"}),  # includes that day
    "date_at_time": frozenset({"date", "time"}),
    # intervals
    "the_day_after": frozenset(),
    "time_at": frozenset({"time"}),
    "time_by": frozenset({"time"}),
    "time_between": frozenset({"first", "last"}),  # 1 to 2 weeks after surgery: {last} carries the unit
    "time_between_before": frozenset({"first", "last"}),  # 5 to 2 days before surgery
    "the_surgery_day": frozenset(),
    # The same as the first and the last day of a range, in a language with other forms: vom Tag … bis zum Tag …
    "from_the_surgery_day": frozenset(),
    "to_the_surgery_day": frozenset(),
    "the_day_before": frozenset(),
    "time_before": frozenset({"time"}),
    "interval_by": frozenset({"when"}),  # {when} is time_before or the_surgery_day
    "interval_until": frozenset({"when"}),  # {when} is time_at, time_before or the_surgery_day
    "interval_from_through": frozenset({"first", "last"}),
    "interval_after": frozenset({"when"}),
    "interval_known": frozenset(),  # a date that is known, in place of an interval
    "one_day": frozenset({"count"}),
    "many_days": frozenset({"count"}),
    "one_week": frozenset({"count"}),
    "many_weeks": frozenset({"count"}),
    "one_month": frozenset({"count"}),
    "many_months": frozenset({"count"}),
    **{name: frozenset({"count"}) for name in (*MORE_FORMS, *HOURS, *TIMES)},
    **FOR_ANSWERS,
    **FOR_REGIMENS,
    **FOR_MEDICINES,
    **FOR_DATE_ROWS,
    **FORMER,
    # the pages
    "packet_subtitle": frozenset(),
    "handout_subtitle": frozenset(),
    "rack_subtitle": frozenset(),
    "staff_subtitle": frozenset(),
    "pdf_title": frozenset({"packet"}),
    "rack_pdf_title": frozenset({"title"}),
    "staff_copy": frozenset(),  # in the footer of a translated page, in that page's language
    "staff_pdf_title": frozenset({"packet"}),
    "patient": frozenset(),
    "record_number": frozenset(),
    "birth_date": frozenset(),
    "surgeon": frozenset(),
    "surgery_date": frozenset(),
    "discharge_date": frozenset(),
    "header": frozenset({"patient", "record_number"}),
    "header_packet": frozenset({"packet"}),
    "footer": frozenset({"title", "language", "revision"}),
    "footer_surgeon": frozenset({"surgeon", "revision"}),
    "footer_prepared_before": frozenset(),
    "page_of": frozenset({"page", "pages"}),
    "recovery_dates": frozenset(),
    "recovery_times": frozenset(),
    "table_what_expectation": frozenset(),
    "table_what_restriction": frozenset(),
    "table_what_appointment": frozenset(),
    "table_when": frozenset(),
    "table_interval": frozenset(),
    "write_date": frozenset(),
    # a surgeon's own instructions
    "surgeon_asks": frozenset({"surgeon", "what"}),  # a restriction; the date follows it
    "surgeon_says": frozenset({"label", "surgeon"}),  # an expectation or an appointment
    "surgeon_asks_when": frozenset({"label", "when", "interval"}),  # below the text that it replaces
    "surgeon_says_when": frozenset({"label", "when", "interval"}),
    "surgeon_instead": frozenset(),
    "call_link": frozenset({"phone"}),
    "web_link": frozenset({"site"}),
    "qr_alt_call": frozenset({"phone"}),
    "qr_alt_web": frozenset({"site"}),
    "qr_caption_call": frozenset(),
    "qr_caption_web": frozenset(),
    "emergency": frozenset(),
    "emergency_call": frozenset({"number"}),  # the clinic's list of signs follows it
    "help_heading": frozenset(),
    "site": frozenset(),  # the label of the site's name
    "about": frozenset(),
    "about_source": frozenset({"source"}),
    "about_revision": frozenset({"revision", "language"}),
    "about_surgeon": frozenset({"surgeon", "revision"}),
    "about_replaces": frozenset({"packet"}),
    "about_interval": frozenset(),
    "draft_mark": frozenset(),
    "test_mark": frozenset(),
    "todo": frozenset({"what"}),  # a gap in a draft
    "blank_page": frozenset(),  # on the back of the last sheet, in a print run
    "blank": frozenset(),  # printed in a sentence for an unknown value
}


# The patterns that speak of the surgery or the surgeon. A kind of case, such as `procedure`, has its own words for all
# of them: pages that say "surgeon" here and "doctor" there are about two people.
ABOUT_SURGERY = (
    "the_day_after",
    "time_at",
    "time_by",
    "time_between",
    "time_between_before",
    "the_surgery_day",
    "from_the_surgery_day",
    "to_the_surgery_day",
    "the_day_before",
    "time_before",
    "surgeon",
    "surgery_date",
    "footer_prepared_before",
    "table_what_restriction",
    "table_interval",
    "about_interval",
)

# Patterns by which a finished page is recognized before its handout is known: no kind of case changes them.
RECOGNIZED = frozenset(
    {"header", "header_packet", "footer", "footer_surgeon", "page_of", "staff_copy", "rack_subtitle", "blank_page"}
)

# Placeholders whose values may be in another script; each is wrapped in a bidi isolate.
_ENTERED = frozenset({"patient", "record_number", "surgeon", "packet", "phone", "site", "source"})


class Language(Struct, frozen=True, eq=False):
    """A file content/languages/<tag>.yaml. `tag` is BCP 47; `name` is in the language itself."""

    tag: str
    name: str
    revision: int
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    weekdays: tuple[str, ...]  # Monday first
    patterns: Mapping[str, str]
    draft: bool = False  # not yet reviewed
    plurals: tuple[tuple[str, str], ...] = ()  # pairs of form and CLDR rule
    short_weekdays: tuple[str, ...] = ()
    case_kinds: Mapping[str, Language] = field(default_factory=dict)  # this language in the words of a kind of case

    def for_kind(self, kind: str) -> Language:
        """Return the language in the words of a kind of case; "" is a surgery. Raise KeyError for an unknown kind."""
        return self.case_kinds[kind] if kind else self

    def counted(self, unit: str, count: int) -> str:
        """Return a count with its unit in the right plural form: 4 weeks."""
        return self.say(self.counted_pattern(unit, count), count=str(count))

    def counted_pattern(self, unit: str, count: int) -> str:
        """Return the name of the pattern for a count with its unit: many_weeks."""
        rules = self._rules()
        form = next((form for form in FORMS if form in rules and holds(rules[form], count)), "many")
        return f"{form}_{unit}" if form == "one" else f"{form}_{unit}s"

    def is_of_one_number(self, form: str) -> bool:
        """Return whether only one count from 1 to 730 (the range of a handout) takes this form."""
        rule = self._rules().get(form)
        return rule is not None and sum(holds(rule, count) for count in range(1, 731)) == 1

    def _rules(self) -> Mapping[str, str]:
        return {"one": USUAL, **dict(self.plurals)}

    def say(self, pattern: str, **values: str) -> str:
        """Return the pattern with its placeholders filled; values are never parsed as patterns."""
        pieces = _split_pattern(self.patterns[pattern])
        if len(pieces) == 1:
            return pieces[0]
        return "".join([self._value(piece, values) if index % 2 else piece for index, piece in enumerate(pieces)])

    def _value(self, name: str, values: Mapping[str, str]) -> str:
        return isolated(values[name], self.tag) if name in _ENTERED else values[name]


@lru_cache(maxsize=512)
def _split_pattern(pattern: str) -> tuple[str, ...]:
    """Split a pattern into text and placeholder names in turn, starting with text."""
    pieces: list[str] = []
    while True:
        before, brace, rest = pattern.partition("{")
        pieces.append(before)
        if not brace:
            return tuple(pieces)
        name, _, pattern = rest.partition("}")
        pieces.append(name)
