"""An instruction whose exception ("unless …") is left out where it is quoted or said again."""

from __future__ import annotations

import pytest

from packets.content.library import load
from packets.content.lint.exceptions import exception_in
from tests.content.folder import Folder

H = "content/procedures/knee/handout.en.yaml"
TEXT = "          You can walk within two weeks.\n"
QUOTE = "    quote: You can walk within two weeks.\n"
LABEL = "    label: Walking\n"


def test_a_quote_has_the_exception_of_its_sentence(folder: Folder) -> None:
    folder.change(TEXT, "          You can walk within two weeks, unless it hurts.\n")
    folder.change(QUOTE, "    quote: You can walk within two weeks\n")
    assert folder.check() == (
        f'{H}:30:12: M74 the quote leaves out "unless it hurts"\n'
        "    Quote the whole sentence, and add the exception to the label, in few words."
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "You can walk within two weeks. Unless it hurts.",
        "Except with a brace, you can walk within two weeks.",
        "Only if it does not hurt, you can walk within two weeks.",
    ],
)
def test_an_exception_before_or_after_the_quote_counts(folder: Folder, sentence: str) -> None:
    folder.change(TEXT, f"          {sentence}\n")
    folder.change(QUOTE, f"    quote: {'y' if ',' in sentence else 'Y'}ou can walk within two weeks\n")
    assert "M74 the quote leaves out " in folder.check()


def test_the_label_is_asked_to_mention_the_exception(folder: Folder) -> None:
    sentence = "You can walk within two weeks, unless it hurts."
    folder.change(TEXT, f"          {sentence}\n")
    folder.change(QUOTE, f"    quote: {sentence}\n")
    assert folder.check() == (
        f'{H}:28:12: M75 the label does not say "unless it hurts"\n'
        "    Many patients read only the table of dates. Add the exception to the label, in few words."
    )
    folder.change(LABEL, "    label: Walking, unless it hurts\n")
    assert folder.check() == ""


def test_a_notice_does_not_repeat_an_instruction_without_its_exception(folder: Folder) -> None:
    folder.change(TEXT, TEXT + "\n          Wear the brace day and night, except in the shower.\n")
    folder.change("        text: Ask about it.\n", "        text: Wear the brace day and night.\n")
    assert folder.check() == (
        f'{H}:26:9: L82 line 13 says the same with "except in the shower", which is left out here\n'
        "    Write it here too, or say it in one place only."
    )


def test_what_other_patients_read_is_not_compared(folder: Folder) -> None:
    folder.change("        text: Wear it.\n", "        text: Wear the brace day and night, except in the shower.\n")
    folder.change("        text: Ask about it.\n", "        text: Wear the brace day and night.\n")
    assert folder.check() == ""


def test_sentences_without_an_exception_are_not_reported(folder: Folder) -> None:
    folder.change(TEXT, "          You can walk within two weeks. Call us if it hurts.\n")
    assert folder.check() == ""


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("Take pills only if you need them, and walk within two weeks.", "walk within two weeks"),
        ("You can walk within two weeks, and take pills only if you need them.", "You can walk within two weeks"),
        ("You can walk within two weeks, without exception.", "You can walk within two weeks"),
        ("You can walk “within two weeks.” Take pills only if you need them.", "You can walk “within two weeks.”"),
    ],
)
def test_an_exception_to_something_else_is_not_reported(folder: Folder, sentence: str, quote: str) -> None:
    folder.change(TEXT, f"          {sentence}\n")
    folder.change(QUOTE, f"    quote: {quote}\n")
    folder.change("        text: Ask about it.\n", "        text: You can walk within two weeks.\n")
    assert folder.check() == ""


def test_a_lost_exception_stops_no_packet(folder: Folder) -> None:
    folder.change(TEXT, "          You can walk within two weeks, unless it hurts.\n")
    folder.change(QUOTE, "    quote: You can walk within two weeks\n")
    folder.change("        text: Ask about it.\n", "        text: You can walk within two weeks.\n")
    assert "M74" in folder.check() and "L82" in folder.check()
    assert load(folder.root)[0] is not None


def test_words_without_exception_are_no_exception() -> None:
    for words, language in (("ohne Ausnahme", "de"), ("sin excepción", "es"), ("without exception", "en")):
        assert exception_in(words, language) == ""
