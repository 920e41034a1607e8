"""The id of a new procedure in, the text of a handout to begin with out: a draft that passes every check."""

from __future__ import annotations

_HEAD = """\
# yaml-language-server: $schema=../../schema/handout.schema.json
# A starter. Change it line by line; `generate.py check` says what is wrong, and in which line.
# Every field: docs/content-reference.md. From the clinic's text to an approved handout: docs/for-authors.md.
handout: {id}
language: en
revision: 1                         # add 1 whenever the meaning changes
title: {title}
names: [{name}]                     # other names of this operation; check looks for them in other handouts

asks:                               # what the nurse is asked for each patient
  surgery_date: date
  surgeon: name
  collar: yes, no or undecided      # or brace, splint ...: any word of yours; or delete it, and the notice below

sections:
  - id: what-it-is
    heading: What is it?
    parts:
      - todo: Say in plain words what is done in this operation.
  - id: after-surgery
    heading: What happens after the surgery?
    parts:
      - show: collar                # prints the notice below
      # - text: |                   # a text; a blank line begins a paragraph, "- " a bullet, "1. " a step, **bold**
      #     Most people go home the day after surgery.
      - todo: Say when most patients go home, drive, work and do sports.
  - id: warning-signs
    heading: When should I call?
    parts:
      - todo: List the warning signs, and when to call {{phone_hint}}.

notices:                            # also in a box on the first page
  - id: collar
    label: Your collar
    ask: Do you need to wear a collar?
    says:
      - if: collar is yes
        text: Your surgeon has asked you to wear a collar.
        states: {{collar: ordered}}
      - if: collar is no
        text: Your surgeon has not ordered a collar.
        states: {{collar: not ordered}}
      - if: collar is undecided
        text: Ask your surgeon if you need to wear a collar.
        states: {{collar: undecided}}

# milestones:                       # each rests on a sentence of the text, and has exactly one of at, by, between
#   - id: home
#     label: Most people go home
#     short: Home
#     at: 1 day                     # or by: 4 weeks, or between: 1 and 2 weeks; counted from the day of surgery
#     quote: Most people go home the day after surgery.
#     ask: When do most people go home?

ends_with: [disclaimer, booking]

provenance:
"""
_ONE = """\
  source: {source}
  sha256: {sha256}
"""
_OWN = """\
  source: Our own words
  sources:                          # one for each text that you take facts from
    - id: clinic-text               # below a text: rests_on:, then - source: clinic-text, then took: what was taken
      title: The clinic's own text
      publisher: The clinic
      url: https://example.org/     # where it is published
      seen: who read which copy, and when
      rights: why its facts and words may be used
"""
_TAIL = """\

review:
  status: draft                     # prints only with --include-drafts, marked, until a clinician has approved it
"""


def starter(procedure: str, source: str = "", sha256: str = "") -> str:
    """With `sha256`, that of the file `source`, for a handout that prints one text as it stands."""
    words = procedure.replace("-", " ")
    title = " ".join(word.capitalize() for word in words.split())
    head = _HEAD.format(id=procedure, title=title, name=words).replace("{phone_hint}", "us or 911")
    middle = _ONE.format(source=_quoted(f"Clinic text {source}"), sha256=sha256) if sha256 else _OWN
    return head + middle + _TAIL


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
