"""The times that a quote states, and a milestone that contradicts its quote or another milestone."""

from __future__ import annotations

import pytest

from packets.content.lint.quoted_times import quoted_times, quoted_times_of_day
from tests.content.folder import Folder
from tests.samples import library

H = "content/procedures/knee/handout.en.yaml"

QUOTES = {
    "You can walk within two weeks.": "2 week",
    "Patients are usually safe to drive within a week or two.": "1 week, 2 week",
    "Take part in sports within two to three months.": "2 month, 3 month",
    "They can get back to light work by four weeks.": "4 week",
    "Wait 6-8 weeks.": "6 week, 8 week",
    "Wait between 10 days and 2 weeks.": "10 day, 2 week",
    "You can leave the hospital the day after surgery.": "1 day",
    "A six-week rest is usual.": "6 week",
    "Wait four full weeks.": "4 week",
    "Wait a couple of weeks.": "2 week",
    "By week 6 you can run.": "6 week",
    "Wait twenty-one days.": "21 day",
    "Walk three times a day.": "",
    "Walk three times a day for six weeks.": "6 week",
    "Wait a few weeks.": "",
    "Wear it for 48 hours.": "48 hour",
    "Ask your doctor.": "",
}


@pytest.mark.parametrize(("quote", "times"), QUOTES.items())
def test_the_times_of_a_quote(quote: str, times: str) -> None:
    quoted = quoted_times(quote, library().languages["en"])
    assert sorted(f"{time.count} {time.unit}" for time in quoted) == sorted(filter(None, times.split(", ")))


def test_spanish_numbers_are_read_as_words_too() -> None:
    quoted = quoted_times(
        "Puede conducir entre una y dos semanas, y trabajar a los 3 meses.", library().languages["es"]
    )
    assert sorted(f"{time.count} {time.unit}" for time in quoted) == ["1 week", "2 week", "3 month"]


@pytest.mark.parametrize("time", ["6 weeks", "20 days", "1 week"])
def test_a_milestone_that_contradicts_its_quote_is_a_mistake(folder: Folder, time: str) -> None:
    folder.change("by: 2 weeks", f"by: {time}")
    assert (
        f"{H}:29:9: M70 the quote says 2 weeks, but the milestone says {time}\n"
        "    Compare both with the source, and correct the wrong one."
    ) in folder.check()


def test_a_quote_with_another_number_in_digits_is_a_mistake(folder: Folder) -> None:
    folder.change("          You can walk within two weeks.", "          You can walk within 4 weeks.")
    folder.change("    quote: You can walk within two weeks.", "    quote: You can walk within 4 weeks.")
    assert "M70 the quote says 4 weeks, but the milestone says 2 weeks" in folder.check()


@pytest.mark.parametrize("time", ["14 days", "2 weeks"])
def test_the_same_time_in_another_unit_is_no_contradiction(folder: Folder, time: str) -> None:
    folder.change("by: 2 weeks", f"by: {time}")
    assert "M70" not in folder.check()


def test_two_milestones_with_one_label_and_different_times_contradict_each_other(folder: Folder) -> None:
    folder.change("    label: Running\n", "    label: Walking\n")
    report = folder.check()
    assert "M71 the milestone in line " in report and "has the same label and another time" in report


SOAP = "Wash with soap from 2 days before through the day of surgery."


def test_a_quote_that_names_the_day_of_surgery_states_day_0(folder: Folder) -> None:
    text = (folder.root / "procedures/knee/handout.en.yaml").read_text("utf-8")
    text = text.replace("You can walk within two weeks.", SOAP)
    text = text.replace("    by: 2 weeks\n", "    from: 2 days before\n    through: the day of surgery\n")
    folder.write("procedures/knee/handout.en.yaml", text)
    assert folder.check() == ""
    folder.change("from: 2 days before", "from: 3 days before")
    assert "M70 the quote says 2 days, but the milestone says 3 days" in folder.check()


TIMES_OF_DAY = {
    "Do not eat after 11 PM.": "23:00",
    "Do not eat after 11:30 p.m.": "23:30",
    "Arrive at 6 a.m.": "06:00",
    "Nothing to eat after midnight.": "00:00 23:59",
    "Arrive at noon.": "12:00",
    "Stop at 9:00 on the evening before.": "09:00 21:00",
    "Stop at 18:30.": "18:30",
    "Drink it from 6 to 8 PM.": "",
    "Drink it from 6 PM to 8 PM.": "18:00 20:00",
    "Walk within two weeks.": "",
    "Call 816-363-2500.": "",
    "Call 816-363-2500 before 6 PM.": "18:00",
    "Stop at 12:00.": "00:00 12:00 23:59",
    "Stop at 12 PM.": "12:00",
}


@pytest.mark.parametrize(("quote", "times"), TIMES_OF_DAY.items())
def test_the_times_of_day_of_a_quote(quote: str, times: str) -> None:
    assert sorted(quoted_times_of_day(quote, library().languages["en"])) == times.split()


@pytest.mark.parametrize(
    ("tag", "quote", "times"),
    [
        ("es", "No coma después de las 11 de la noche.", "23:00"),
        ("es", "No coma después de las 11:00 p. m.", "23:00"),
        ("es", "No coma después de las 12 de la noche.", "00:00 23:59"),
        ("de", "Essen Sie ab 23 Uhr nichts mehr.", "23:00"),
        ("de", "Essen Sie ab 9 Uhr abends nichts mehr.", "21:00"),
        ("de", "Kommen Sie um 6.30 Uhr.", "06:30 18:30"),
    ],
)
def test_times_of_day_are_read_in_spanish_and_german(tag: str, quote: str, times: str) -> None:
    assert sorted(quoted_times_of_day(quote, library().languages[tag])) == times.split()


def write_fasting(folder: Folder, words: str, time: str) -> None:
    text = (folder.root / "procedures/knee/handout.en.yaml").read_text("utf-8")
    text = text.replace("You can walk within two weeks.", words)
    text = text.replace("    by: 2 weeks\n", f"    at: 1 day before\n    time: {time}\n")
    folder.write("procedures/knee/handout.en.yaml", text)


def test_a_time_of_day_that_contradicts_the_quote_is_a_mistake(folder: Folder) -> None:
    write_fasting(folder, "Do not eat after 11 PM on the day before.", "9:00 PM")
    assert folder.check() == (
        f"{H}:30:11: M72 the quote says 11:00 PM, but the milestone says 9:00 PM\n"
        "    Compare both with the source, and correct the wrong one.\n"
        "    If the quote is also about another time, quote only the words about this one."
    )


@pytest.mark.parametrize(
    ("words", "time"),
    [
        ("Do not eat after 9 PM on the day before.", "9:00 PM"),
        ("Do not eat after 9:00 on the day before.", "21:00"),
        ("Do not eat on the day before.", "9:00 PM"),
        ("Drink from 6 to 8 PM on the day before.", "6:00 PM"),
        ("Do not eat after midnight on the day before.", "11:59 PM"),
    ],
)
def test_a_time_of_day_that_fits_the_quote_is_good(folder: Folder, words: str, time: str) -> None:
    write_fasting(folder, words, time)
    assert folder.check() == ""
