"""Test the words by which a nurse finds a handout: a schedule never uses them, and they are never printed."""

from __future__ import annotations

import pytest

from packets.content.catalog import catalog
from tests.content.folder import Folder
from tests.content.test_translations import HANDOUT as SPANISH

H = "content/procedures/knee/handout.en.yaml"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("synonyms: [TKR, leg]\nspecialty: Orthopedics", ""),
        ("synonyms: []", "4:11: S13 expected 1 to 40 entries, found 0\n    Add an entry, or delete the list."),
        (
            'synonyms: [TKR, ""]',
            "4:17: S04 expected one line of text, found nothing\n    Fill it in, or delete the line.",
        ),
        ("specialty:", "4:11: S04 expected one line of text, found nothing\n    Fill it in, or delete the line."),
        ("synonyms: [TKR, leg, tkr]", '4:22: L86 "tkr" is already in synonyms\n    Delete it here.'),
        ("synonyms: [knee sample]", '4:12: L86 "knee sample" is already the title\n    Delete it here.'),
        ("names: [new knee]\nsynonyms: [New  Knee]", '5:12: L86 "New  Knee" is already in names\n    Delete it here.'),
    ],
)  # fmt: skip
def test_synonyms_are_checked(folder: Folder, fields: str, expected: str) -> None:
    folder.change("revision: 1\ntitle: Knee Sample", f"revision: 1\n{fields}\ntitle: Knee Sample")
    assert folder.check() == (f"{H}:{expected}" if expected else "")


def test_the_catalog_has_them(folder: Folder) -> None:
    folder.change("asks:", "names: [new knee]\nsynonyms: [TKR, leg]\nspecialty: Orthopedics\nasks:")
    (entry,) = catalog(folder.root)[0]
    assert (entry.names, entry.synonyms, entry.specialty) == (("new knee",), ("TKR", "leg"), "Orthopedics")


def test_those_of_a_translation_are_checked(folder: Folder) -> None:
    folder.write("procedures/knee/handout.es.yaml", SPANISH.replace("review:", "synonyms: [TKR, tkr]\nreview:"))
    assert 'L86 "tkr" is already in synonyms' in folder.check()
