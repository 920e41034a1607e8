"""Mistakes between the parts of a file and between files, and what a packet needs of a content folder."""

from __future__ import annotations

import datetime as dt
import hashlib
import re

import pytest

from packets.content import library
from packets.content.catalog import catalog
from packets.errors import InvalidInputError, UsageError
from packets.model.handout import Status
from tests.content.folder import DISCLAIMER, HANDOUT, Folder

H = "content/procedures/knee/handout.en.yaml"
HANDOUT_FILE = "procedures/knee/handout.en.yaml"
BOOKING_FILE = "common/booking.en.yaml"
DISCLAIMER_FILE = "common/disclaimer.en.yaml"
PLAN_FILE = "packets/discharge.yaml"
LANGUAGE_FILE = "languages/en.yaml"

# The file, a text in it, its replacement, and the message; @ is the line of the replacement in the language file,
# which changes often.
MISTAKES = {
    "an id that differs from the folder": (
        HANDOUT_FILE,
        "handout: knee",
        "handout: hip",
        f'{H}:1:10: L01 "hip" differs from the name of the folder, "knee"\n    Make them the same.',
    ),
    "a language that differs from the file": (
        HANDOUT_FILE,
        "language: en",
        "language: es",
        f'{H}:2:11: L01 "es" differs from the name of the file, "en"\n    Make them the same.',
    ),
    "a plan whose id differs from the file": (
        PLAN_FILE,
        "packet: discharge",
        "packet: going-home",
        'content/packets/discharge.yaml:1:9: L01 "going-home" differs from the name of the file, "discharge"\n'
        "    Make them the same.",
    ),
    "an id used twice": (
        HANDOUT_FILE,
        "  - id: run",
        "  - id: walk",
        f'{H}:31:9: L02 the id "walk" is taken (line 27)\n    Give it another one.',
    ),
    "a common part misspelt": (
        HANDOUT_FILE,
        "[disclaimer, booking]",
        "[disclaimer, boking]",
        f'{H}:35:25: L03 there is no common part "boking" in this language\n    Did you mean "booking"?',
    ),
    "a common part that a plan misspells": (
        PLAN_FILE,
        "about]",
        "about, common/going-hom]",
        'content/packets/discharge.yaml:3:77: L03 there is no common part "going-hom"\n'
        "    There are: booking and disclaimer.",
    ),
    "a notice misspelt": (
        HANDOUT_FILE,
        "- show: brace",
        "- show: brase",
        f'{H}:17:15: L04 there is no "brase" to show here\n    Did you mean "brace"?\n'
        f'{H}:19:9: L09 no section shows the notice "brace"\n    Add a part to a section: - show: brace',
    ),
    "the teach-back in a handout": (
        HANDOUT_FILE,
        "      - show: brace",
        "      - show: brace\n      - show: teach-back",
        f'{H}:18:15: L04 there is no "teach-back" to show here\n    There are: milestones, booking and brace.',
    ),
    "no disclaimer": (
        HANDOUT_FILE,
        "[disclaimer, booking]",
        "[booking]",
        f"{H}:35:12: L05 a handout must end with the disclaimer\n"
        "    Write it like this: ends_with: [disclaimer, booking]",
    ),
    "a question that nobody is asked": (
        HANDOUT_FILE,
        "- if: brace is yes",
        "- if: brase is yes",
        f'{H}:22:7: L10 the notice says nothing when "brace" is yes\n    Add a part: - if: brace is yes\n'
        f'{H}:22:13: L06 there is no question "brase"\n    Did you mean "brace"?',
    ),
    "an answer that nobody gives": (
        HANDOUT_FILE,
        "- unless: brace is yes",
        "- unless: brace is maybe",
        f'{H}:24:17: L07 "maybe" is not an answer to "brace"\n    It is yes, no or undecided.',
    ),
    "a question without effect": (
        HANDOUT_FILE,
        "  brace: yes, no or undecided",
        "  brace: yes, no or undecided\n  walker: yes, no or undecided",
        f'{H}:9:3: L08 nothing depends on the answer to "walker"\n'
        "    Add a part with if: walker is yes, or delete the question.",
    ),
    "a notice that only the summary page shows": (
        HANDOUT_FILE,
        "      - show: brace\n",
        "",
        f'{H}:18:9: L09 no section shows the notice "brace"\n    Add a part to a section: - show: brace',
    ),
    "a notice that is silent on an answer": (
        HANDOUT_FILE,
        "- unless: brace is yes",
        "- if: brace is no",
        f'{H}:22:7: L10 the notice says nothing when "brace" is undecided\n    Add a part: - if: brace is undecided',
    ),
    "a notice whose only words for an answer are a draft": (
        HANDOUT_FILE,
        "        text: Wear it.",
        "        text: Wear it.\n        status: draft",
        f'{H}:22:7: L10 the notice says nothing when "brace" is yes\n    Add a part: - if: brace is yes\n'
        f"{H}:24:17: R05 this part awaits a clinician\n"
        "    It prints only with --include-drafts, and then carries a mark.",
    ),
    "a packet without the disclaimer": (
        PLAN_FILE,
        ", ends, about]",
        ", about]",
        'content/packets/discharge.yaml:3:8: L11 a patient\'s packet must show "ends"\n    Add a line: - ends',
    ),
    "a packet without identifiers": (
        PLAN_FILE,
        "title, identifiers,",
        "title,",
        'content/packets/discharge.yaml:3:8: L11 a patient\'s packet must show "identifiers"\n'
        "    Add a line: - identifiers",
    ),
    "a staff sheet without identifiers": (
        PLAN_FILE,
        "for: patients\nshows: [title, identifiers, dates, notices, booking, sections, ends, about]",
        "for: staff\nshows: [title]",
        'content/packets/discharge.yaml:3:8: L11 a sheet for staff must show "identifiers"\n'
        "    Add a line: - identifiers",
    ),
    "a booking box with a list": (
        BOOKING_FILE,
        "  - text: Call {phone}.",
        "  - text: |\n      - Call {phone}.",
        'content/common/booking.en.yaml:6:5: L14 the part "booking" can hold plain paragraphs only\n'
        "    Write it as text: without a list, without if, unless and status.",
    ),
    "a disclaimer that is left out sometimes": (
        DISCLAIMER_FILE,
        "  - text: Ask your doctor.",
        "  - text: Ask your doctor.\n    unless: status is performed",
        'content/common/disclaimer.en.yaml:5:5: L14 the part "disclaimer" can hold plain paragraphs only\n'
        "    Write it as text: without a list, without if, unless and status.",
    ),
    "a disclaimer with a heading": (
        DISCLAIMER_FILE,
        "revision: 1",
        "revision: 1\nheading: Mind",
        "content/common/disclaimer.en.yaml:4:10: L67 the disclaimer is printed without a heading\n    Delete the line.",
    ),
    "two numbers": (
        "clinic.yaml",
        '"+1-816-363-2500"',
        '"+1-816-363-2501"',
        'content/clinic.yaml:2:7: L15 "phone" and "dial" are different numbers\n'
        "    The QR code would call another number than the one printed beside it.",
    ),
    "a date that is asked and printed nowhere": (
        HANDOUT_FILE,
        "  brace: yes, no or undecided",
        "  brace: yes, no or undecided\n  check_up: date",
        f'{H}:9:3: L08 nothing depends on the answer to "check_up"\n'
        "    Print it with {check_up} in a text, or with from: check_up; or delete the question.",
    ),
    "a question with the name of a slot": (
        HANDOUT_FILE,
        "  brace: yes, no or undecided",
        "  brace: yes, no or undecided\n  phone: text",
        f'{H}:9:3: L70 "phone" has another meaning\n    Give the question another name.',
    ),
    "a question about what every case says": (
        HANDOUT_FILE,
        "  brace: yes, no or undecided",
        "  brace: yes, no or undecided\n  mrn: name",
        f'{H}:9:3: L70 "mrn" is known for every case\n    Delete the line.',
    ),
    "a day of going home that is a name": (
        HANDOUT_FILE,
        "  brace: yes, no or undecided",
        "  brace: yes, no or undecided\n  discharge_date: name",
        f'{H}:9:3: L16 "discharge_date" is answered by a date\n    Write: discharge_date: date',
    ),
    "a follow-up that is a date": (
        HANDOUT_FILE,
        "  brace: yes, no or undecided",
        "  brace: yes, no or undecided\n  follow_up: date and time, optional",
        f'{H}:9:3: L16 "follow_up" is a text in the nurse\'s own words\n'
        "    Write: follow_up: name\n"
        "    For an appointment that replaces an estimate, use another name: visit: date and time, optional",
    ),
    "a part twice": (
        PLAN_FILE,
        "[title, identifiers",
        "[title, title, identifiers",
        'content/packets/discharge.yaml:3:16: L17 "title" is in the list twice\n    Delete one of the two.',
    ),
    "an end twice": (
        HANDOUT_FILE,
        "[disclaimer, booking]",
        "[disclaimer, booking, disclaimer]",
        f'{H}:35:34: L17 "disclaimer" is in the list twice\n    Delete one of the two.',
    ),
    "a month twice": (
        LANGUAGE_FILE,
        "short_months: [Jan, Feb, Mar, Apr, May, Jun, Jul",
        "short_months: [Jan, Feb, Mar, Apr, May, Jun, Jun",
        'content/languages/en.yaml:@:46: L17 "Jun" is in the list twice\n    Each name differs.',
    ),
    "a short weekday twice": (
        LANGUAGE_FILE,
        "short_weekdays: [Mon, Tue,",
        "short_weekdays: [Mon, Mon,",
        'content/languages/en.yaml:@:23: L17 "Mon" is in the list twice\n    Each name differs.',
    ),
    "eleven months": (
        LANGUAGE_FILE,
        "months: [January, February, March, April, May, June,",
        "months: [January, February, March, April, May,",
        "content/languages/en.yaml:@:9: S13 expected exactly 12 entries, found 11",
    ),
    "a pattern without its slot": (
        LANGUAGE_FILE,
        'date_by: "by {date}"',
        'date_by: "by then"',
        'content/languages/en.yaml:@:12: L18 "date_by" lacks {date}\n    Write {date} where its value belongs.',
    ),
    "a pattern with a slot misspelt": (
        LANGUAGE_FILE,
        'date_by: "by {date}"',
        'date_by: "by {date}, {dates}"',
        'content/languages/en.yaml:@:12: L72 "date_by" has no slot "dates"\n    Did you mean "date"?',
    ),
    "a pattern with half a slot": (
        LANGUAGE_FILE,
        'date_by: "by {date}"',
        'date_by: "by {date} {"',
        'content/languages/en.yaml:@:12: L72 "date_by" has no slot "{"\n    It can use: {date}.',
    ),
    "an approval without its dates": (
        HANDOUT_FILE,
        "  status: published",
        "  status: approved\n  by: Dr. Sample",
        f'{H}:40:3: R03 an approved text needs "again_by"\n    Add a line: again_by: 2026-11-30\n'
        f'{H}:40:3: R03 an approved text needs "on"\n    Add a line: on: 2026-11-30',
    ),
    "an approval that has run out": (
        HANDOUT_FILE,
        "  status: published",
        "  status: approved\n  by: Dr. Sample\n  on: 2024-11-30\n  again_by: 2026-11-21",
        f"{H}:43:13: R04 the approval ran out on 2026-11-21\n"
        "    A clinician reviews the text; then enter the new name and dates.",
    ),
    "a draft": (
        HANDOUT_FILE,
        "  status: published",
        "  status: draft",
        f"{H}:40:11: R05 this text awaits a clinician\n"
        "    It prints only with --include-drafts, and then carries a mark.",
    ),
    "a review that is due before the approval": (
        HANDOUT_FILE,
        "  status: published",
        "  status: approved\n  by: Dr. Sample\n  on: 2026-11-20\n  again_by: 2026-11-20",
        f"{H}:43:13: R04 the approval ran out on 2026-11-20\n"
        "    A clinician reviews the text; then enter the new name and dates.\n"
        f"{H}:43:13: R08 again_by is not after the day of approval",
    ),
    "a handout as a form": (
        HANDOUT_FILE,
        "  status: published",
        "  status: form",
        f"{H}:40:11: R12 a handout cannot be a form\n"
        "    A handout is about care. Write published, draft, approved or retired.",
    ),
    "an approval of tomorrow": (
        HANDOUT_FILE,
        "  status: published",
        "  status: approved\n  by: Dr. Sample\n  on: 2026-11-23\n  again_by: 2027-11-23",
        f"{H}:42:7: R09 the day of approval is in the future",
    ),
}
TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(("name", "old", "new", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_reported_with_place_and_remedy(
    folder: Folder, name: str, old: str, new: str, message: str
) -> None:
    line = (folder.root / name).read_text("utf-8").partition(old)[0].count("\n") + 1
    folder.change(old, new, name)
    assert folder.check(TODAY) == message.replace(":@:", f":{line}:")


CHANGE = """\
  changes:
    - where: after
      was: You can walk in a fortnight.
      now: You can walk within two weeks.
      why: Plainer.
"""
SHA = "  sha256: 3fd3c6ff3c64237a84547f0378eaeabcc5b675cf8f19d2bed081fdd2aa60c62b\n"

CHANGES = {
    "a change that nobody has confirmed": (
        "",
        "",
        f'{H}:40:7: R06 a change in "after" awaits a clinician\n'
        "    Once confirmed, add confirmed_by: and confirmed_on: to it.",
    ),
    "a change that is confirmed": (
        "Plainer.\n",
        "Plainer.\n      confirmed_by: Dr. Sample\n      confirmed_on: 2026-11-20\n",
        "",
    ),
    "a change confirmed without a day": (
        "Plainer.\n",
        "Plainer.\n      confirmed_by: Dr. Sample\n",
        f'{H}:40:7: R07 a confirmed change needs "confirmed_on" as well',
    ),
    "a change in a section misspelt": (
        "where: after",
        "where: aftre",
        f'{H}:40:7: R06 a change in "aftre" awaits a clinician\n'
        "    Once confirmed, add confirmed_by: and confirmed_on: to it.\n"
        f'{H}:40:14: L12 there is no section or notice "aftre"\n    Did you mean "after"?',
    ),
    "a change whose words are not printed": (
        "now: You can walk within two weeks.",
        "now: You can walk in 2 weeks.",
        f'{H}:40:7: R06 a change in "after" awaits a clinician\n'
        "    Once confirmed, add confirmed_by: and confirmed_on: to it.\n"
        f'{H}:42:12: L13 these words are not in "after"\n'
        "    Copy the words as they are printed now, character by character.",
    ),
    "a change that changes nothing": (
        "was: You can walk in a fortnight.",
        "was: You can walk within two weeks.",
        f'{H}:40:7: R06 a change in "after" awaits a clinician\n'
        "    Once confirmed, add confirmed_by: and confirmed_on: to it.\n"
        f"{H}:42:12: L66 the words are the same as before\n    Delete the change.",
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), CHANGES.values(), ids=CHANGES)
def test_a_wrong_change_record_is_reported(folder: Folder, old: str, new: str, message: str) -> None:
    folder.write(HANDOUT_FILE, HANDOUT.replace(SHA, SHA + CHANGE.replace(old, new) if old else SHA + CHANGE))
    assert folder.check() == message


def test_a_change_may_quote_paragraphs_and_one_answer(folder: Folder) -> None:
    change = """\
  changes:
    - where: after
      was: You can run within two to three months. Wear it.
      now: |
        You can run within
        two to three months.

        Wear it.
      why: Apart.
      confirmed_by: Dr. Sample
      confirmed_on: 2026-11-20
"""
    folder.write(HANDOUT_FILE, HANDOUT.replace(SHA, SHA + change))
    assert folder.check() == ""


def test_showing_milestones_without_any_is_a_mistake(folder: Folder) -> None:
    text = HANDOUT.replace("      - show: brace", "      - show: brace\n      - show: milestones")
    start, end = text.index("milestones:\n"), text.index("ends_with")
    folder.write(HANDOUT_FILE, text[:start] + text[end:])
    assert folder.check() == (f"{H}:18:15: L04 there are no milestones to show\n    Add them, or delete the part.")


def test_a_notice_that_depends_on_the_status_only(folder: Folder) -> None:
    says = HANDOUT[HANDOUT.index("      - if:") : HANDOUT.index("milestones:")]
    text = HANDOUT.replace(says, "      - if: status is planned\n        text: Soon.\n")
    show = "      - show: brace\n"
    folder.write(HANDOUT_FILE, text.replace(show, show + "      - if: brace is yes\n        text: Wear it.\n"))
    assert folder.check() == (
        f'{H}:8:3: L83 no text is printed when "brace" is undecided\n'
        "    Add a part that says whom to ask: - if: brace is undecided\n"
        "    If it is always decided, write under asks: brace: yes or no\n"
        f"{H}:24:7: L10 the notice may say nothing\n    Add a part without a condition."
    )


def test_a_common_part_has_no_questions(folder: Folder) -> None:
    text = DISCLAIMER.replace("disclaimer", "tips")
    part = "  - text: You go home on {discharge_date}.\n    if: brace is yes"
    folder.write("common/tips.en.yaml", text.replace("  - text: Ask your doctor.", part))
    assert folder.check() == (
        "content/common/tips.en.yaml:5:26: T11 {discharge_date} cannot be used here\n"
        "    Not every handout asks for it. Write a part like this: fill_in: …, from: discharge_date\n"
        'content/common/tips.en.yaml:6:9: L06 there is no question "brace"\n    There are: status.'
    )


def test_a_slot_that_the_handout_asks_for(folder: Folder) -> None:
    run = "          You can run"
    folder.change(run, f"          You go home on {{discharge_date}} with {{clinic}}.\n\n{run}")
    assert folder.check() == (
        f"{H}:16:26: T11 {{discharge_date}} cannot be used here\n"
        "    It is not always known. Add a line under asks: discharge_date: date\n"
        f"{H}:16:48: T11 {{clinic}} cannot be used here\n"
        "    clinic.yaml has no name. Add one there, or leave {clinic} out."
    )
    folder.change("  surgeon: name", "  surgeon: name\n  discharge_date: date")
    folder.change("phone: 816", "name: Sample Clinic\nphone: 816", "clinic.yaml")
    assert folder.check() == ""


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_the_disclaimer_is_always_printed(folder: Folder, status: str) -> None:
    folder.change("status: published", f"status: {status}", DISCLAIMER_FILE)
    assert (
        f'content/common/disclaimer.en.yaml:7:3: L73 the part "disclaimer" cannot be {status}\n'
        "    Every packet prints it; a clinician must approve it first."
    ) in folder.check()


def test_an_edited_disclaimer_is_refused(folder: Folder) -> None:
    folder.change("  - text: Ask your doctor.", "  - text: |\n      Ask your\n      doctor.", DISCLAIMER_FILE)
    assert folder.check() == "", "where a line ends is no change"
    folder.change("doctor.", "doctor or us.", DISCLAIMER_FILE)
    new = hashlib.sha256(b"Ask your doctor or us.").hexdigest()
    messages = (
        'content/common/disclaimer.en.yaml:5:3: L35 the words of "disclaimer" differ from the locked words\n'
        "    Undo the change: only the clinic changes these words. If it did, add 1 to revision and write: "
        f"locked: {new}"
    )
    assert folder.check() == messages
    with pytest.raises(InvalidInputError) as caught:
        library.load_for_packet(folder.root, "knee", "en", ("discharge",))
    assert [str(problem) for problem in caught.value.problems] == [messages]
    text = (folder.root / DISCLAIMER_FILE).read_text("utf-8")
    folder.write(DISCLAIMER_FILE, re.sub("locked: .*\n", "", text))
    assert folder.check() == (
        "content/common/disclaimer.en.yaml:5:3: L75 the words of the disclaimer are not locked\n"
        f"    Once the clinic has read them, write: locked: {new}"
    )


def test_a_disclaimer_in_another_language_must_contain_the_clinics_words(folder: Folder) -> None:
    words = "Pregunte a su doctor."
    lock = f"locked: {hashlib.sha256(words.encode()).hexdigest()}\n"
    spanish = DISCLAIMER.replace("language: en", "language: es").replace("Ask your doctor.", words)
    folder.write("common/disclaimer.es.yaml", spanish + lock)
    assert folder.check() == (
        "content/common/disclaimer.es.yaml:5:3: L36 this disclaimer does not contain the clinic's own words "
        "(common/disclaimer.en.yaml)\n"
        "    Make it a translation (translation: disclaimer), or add the clinic's words unchanged."
    )
    digest = hashlib.sha256((words + "\n\nAsk your doctor.").encode()).hexdigest()
    both = spanish.replace(f"  - text: {words}\n", f"  - text: {words}\n  - text: Ask your doctor.\n")
    folder.write("common/disclaimer.es.yaml", both + f"locked: {digest}\n")
    assert folder.check() == ""


def test_a_retired_part_that_is_still_used_is_a_mistake(folder: Folder) -> None:
    folder.write("common/tips.en.yaml", DISCLAIMER.replace("disclaimer", "tips").replace("published", "retired"))
    assert folder.check() == ""
    folder.change("ends, about]", "ends, about, common/tips]", PLAN_FILE)
    message = (
        'content/common/tips.en.yaml: L25 the part "tips" is retired, but still used\n'
        "    Remove it from ends_with: and from the packet plans."
    )
    assert folder.check() == message
    with pytest.raises(InvalidInputError) as refused:
        library.load_for_packet(folder.root, "knee", "en", ["discharge"])
    assert str(refused.value) == message


def test_a_draft_part_prints_with_a_mark_or_not_at_all(folder: Folder) -> None:
    folder.write("common/tips.en.yaml", DISCLAIMER.replace("disclaimer", "tips").replace("published", "draft"))
    loaded, _ = library.load(folder.root)
    assert loaded is not None and all(part.draft for part in loaded.common["tips", "en"].parts)


def test_a_file_with_an_unknown_name_is_reported(folder: Folder) -> None:
    folder.write("procedures/hip/handout.yaml", HANDOUT)
    assert folder.check() == (
        "content/procedures/hip/handout.yaml: L19 a file with this name is not read\n"
        "    Names are procedures/<id>/handout.<language>.yaml, common/<id>.<language>.yaml, packets/<id>.yaml, "
        "languages/<language>.yaml and surgeons/<id>.yaml."
    )


def test_a_handout_needs_its_language_file(folder: Folder) -> None:
    folder.write("procedures/knee/handout.es.yaml", HANDOUT.replace("language: en", "language: es"))
    folder.write("common/tips.en.yaml", DISCLAIMER.replace("disclaimer", "tips"))
    folder.change("ends, about]", "ends, about, common/tips]", PLAN_FILE)
    messages = folder.check()
    assert 'content/common/tips.es.yaml: L20 the file is missing: the packet plan "discharge" shows it' in messages
    assert "content/languages/es.yaml: L20 the file is missing: it has the words around the content" in messages
    assert (
        "content/common/booking.es.yaml: L20 the file is missing: the booking box of every packet prints it" in messages
    )


def test_a_language_without_a_pattern(folder: Folder) -> None:
    folder.change('  date_by: "by {date}"\n', "", LANGUAGE_FILE)
    assert folder.check().endswith('S02 the list of words needs "date_by"\n    Add it: date_by: …')


def test_an_empty_folder(folder: Folder) -> None:
    loaded, problems = library.load(folder.root / "nothing")
    assert loaded is None
    assert [str(problem).split(": ", 1)[1] for problem in problems] == [
        "Y01 the file cannot be read: No such file or directory",
        "L20 the file is missing: there are no packet plans\n"
        "    To write a starter of it, type: new plan discharge --content content/nothing",
        "L20 the file is missing: there are no handouts\n"
        "    To write a starter of it, type: new procedure <id> --content content/nothing",
    ]


def test_a_packet_needs_only_its_own_files(folder: Folder) -> None:
    folder.write("procedures/hip/handout.en.yaml", "titel: [")
    folder.write("common/tips.en.yaml", "text: {{{")
    folder.write("packets/other.yaml", "")
    loaded = library.load_for_packet(folder.root, "knee", None, ["discharge"])
    assert list(loaded.handouts) == [("knee", "en")]
    assert sorted(loaded.common) == [("booking", "en"), ("disclaimer", "en")]
    assert list(loaded.plans) == ["discharge"] and list(loaded.languages) == ["en"]


def test_a_packet_is_refused_with_every_problem_of_its_files(folder: Folder) -> None:
    folder.change("title: Knee Sample", "titel: Knee Sample")
    folder.change("Call {phone}.", "Call {fone}.", BOOKING_FILE)
    with pytest.raises(InvalidInputError) as refused:
        library.load_for_packet(folder.root, "knee", "en", ["discharge"])
    assert [problem.code for problem in refused.value.problems] == ["T02", "S02", "S07"]


def test_a_part_that_is_missing_in_the_language(folder: Folder) -> None:
    (folder.root / BOOKING_FILE).unlink()
    folder.change("[disclaimer, booking]", "[disclaimer]")
    with pytest.raises(InvalidInputError) as refused:
        library.load_for_packet(folder.root, "knee", "en", ["discharge"])
    assert str(refused.value) == "content/common/booking.en.yaml: L20 the file is missing: a packet needs it"


def test_a_language_without_its_words(folder: Folder) -> None:
    (folder.root / LANGUAGE_FILE).unlink()
    with pytest.raises(InvalidInputError) as refused:
        library.load_for_packet(folder.root, "knee", "en", ["discharge"])
    assert str(refused.value) == (
        "content/languages/en.yaml: L20 the file is missing: it has the words around the content\n"
        "    To write a starter of it, type: new language en --content content"
    )


WRONG = {
    "a procedure misspelt": (
        ("kne", None, "discharge"),
        'PROCEDURE: L22 there is no procedure "kne"\n    Did you mean "knee"?\n    There are: hip and knee.',
    ),
    "a language that the handout has not": (
        ("knee", "es", "discharge"),
        '--language: L23 there is no language "es" for "knee"\n    There are: en.',
    ),
    "a plan misspelt": (
        ("knee", None, "dischrage"),
        '--plan: L24 there is no packet plan "dischrage"\n    Did you mean "discharge"?\n    There are: discharge.',
    ),
    "a retired procedure": (
        ("hip", None, "discharge"),
        'PROCEDURE: R10 the handout "hip" is retired and is no longer printed\n    There are: knee.',
    ),
}


@pytest.mark.parametrize(("asked", "message"), WRONG.values(), ids=WRONG)
def test_an_unknown_name_is_reported_with_the_known_ones(
    folder: Folder, asked: tuple[str, str | None, str], message: str
) -> None:
    folder.write("procedures/hip/handout.en.yaml", HANDOUT.replace("knee", "hip").replace("published", "retired"))
    procedure, language, plan = asked
    with pytest.raises(UsageError) as misused:
        library.load_for_packet(folder.root, procedure, language, [plan])
    assert str(misused.value) == message


def test_the_catalog_lists_valid_handouts_and_the_problems_of_others(folder: Folder) -> None:
    review = "status: approved\n  by: Dr. Sample\n  on: 2026-11-01\n  again_by: 2028-11-01"
    folder.write("procedures/hip/handout.en.yaml", HANDOUT.replace("knee", "hip").replace("status: published", review))
    folder.write("procedures/toe/handout.en.yaml", "title: Toe\n")
    folder.write("procedures/foot/handout.en.yaml", HANDOUT.replace("handout: knee", "handout: leg"))
    entries, problems = catalog(folder.root)
    assert [
        (entry.id, entry.title, entry.language, entry.revision, entry.status, entry.again_by) for entry in entries
    ] == [
        ("hip", "Knee Sample", "en", 1, Status.APPROVED, dt.date(2028, 11, 1)),
        ("knee", "Knee Sample", "en", 1, Status.PUBLISHED, None),
    ]
    assert {problem.path for problem in problems} == {
        "content/procedures/foot/handout.en.yaml",
        "content/procedures/toe/handout.en.yaml",
    }


def test_the_catalog_does_not_check_the_words_of_a_handout(folder: Folder) -> None:
    folder.change("text: Wear it.", "text: Wear it for {weeks}.")
    entries, problems = catalog(folder.root)
    assert [entry.title for entry in entries] == ["Knee Sample"] and problems == ()
    with pytest.raises(InvalidInputError):
        library.load_for_packet(folder.root, "knee", "en", ["discharge"])


def test_a_packet_warns_of_an_expired_approval(folder: Folder) -> None:
    review = "status: approved\n  by: Dr. Sample\n  on: 2024-11-01\n  again_by: 2026-11-01"
    folder.change("status: published", review)
    loaded = library.load_for_packet(folder.root, "knee", "en", ["discharge"])
    assert library.expired_approvals(folder.root, loaded, dt.date(2026, 11, 1)) == ()
    reminders = library.expired_approvals(folder.root, loaded, dt.date(2026, 11, 2))
    assert "\n".join(map(str, reminders)) == (
        f"{H}: R04 the approval ran out on 2026-11-01\n    A clinician should review the text."
    )
    assert all(reminder.warning for reminder in reminders)
