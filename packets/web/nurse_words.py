"""Say a problem in words for a nurse: a message for the command line names options, files and commands."""

from __future__ import annotations

import re
from typing import Protocol

MAINTAINER = "Show this message to the person who maintains Packets."
_FOR_COMMANDS = re.compile(r"(?<![\w-])--[a-z]|\b(?:mkdir|chmod)\b|\.yaml\b|\bType: |`|\bserve\b|\bmail [a-z]+ FOLDER")
_FITTING = re.compile(r"--profile (\S+)")
# By code: what to do in the web form.
_HINTS = {
    "B98": "Choose one file, or another kind of schedule.",
    "Q80": "Call the patient. Then press The patient knows in the outbox.",
    "W11": "Wait until that has finished, then try again.",
    "W01": "Create the folder, or choose one that exists.",
    "X32": "The outbox may have changed. Press Refresh.",
    "X28": "Ask the person who maintains Packets to set up e-mail. Until then, print the packet.",
}
_MESSAGES = {
    "B98": "several files were chosen, and this kind of schedule is one file",
    "W11": "packets of this folder are being made, mailed or checked just now",
    "C23": "this surgeon has instructions, but none for this procedure",
}
_NOT_ANSWERED = re.compile(r'"(\w+)"(?: \((.+)\))? is not answered')  # the question's name, and the author's words
_SURGEON_FILE = re.compile(r"(?:: | \()surgeons/[\w-]+\.yaml\)?")
# Parts of hints that only an author can follow.
_FOR_AUTHORS = (
    (_SURGEON_FILE, ""),
    (re.compile(r", or add it there under aliases or not_meant"), ""),
    (re.compile(r"\nOr write them in this one too.*"), ""),
    (
        re.compile(r"They are in surgeons/[\w-]+\.yaml\. Print the packet in another language, or with drafts\."),
        "Print the packet in another language, or ask the person who maintains Packets.",
    ),
    (re.compile(r"run this command again"), "try again"),
    (re.compile(r"run this again"), "check it again"),
)


class Stated(Protocol):
    """A problem of a form or of a row."""

    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def hint(self) -> str: ...


def nurse_message(problem: Stated) -> str:
    """Return the message without file names, with a question as the form asks it."""
    if found := _NOT_ANSWERED.fullmatch(problem.message):
        name, words = found.groups()
        return f"“{words or name.replace('_', ' ').capitalize()}” is not answered"
    return _MESSAGES.get(problem.code, problem.message)


def nurse_hint(problem: Stated) -> str:
    """Return the hint without command-line advice; if nothing else is left, whom to ask."""
    if fitting := _FITTING.findall(problem.hint):
        return f"Choose {' or '.join(fitting)} under Kind of schedule."
    if problem.code in _HINTS:
        return _HINTS[problem.code]
    hint = problem.hint
    for pattern, replacement in _FOR_AUTHORS:
        hint = pattern.sub(replacement, hint)
    return MAINTAINER if _FOR_COMMANDS.search(hint) else hint


def no_file_names(text: str) -> str:
    """Return a text without the files of surgeons that it names."""
    return _SURGEON_FILE.sub("", text)


def handout_part(path: str) -> str:
    """Return which text a content file holds, without the folder of the content and without .yaml."""
    parts = path.replace("\\", "/").removesuffix(".yaml").split("/")
    return "/".join(parts[-2:])
