"""Write the starter file of a language: every phrase, with TODO for its words."""

from __future__ import annotations

from packets.content.lint.unfinished import TODO
from packets.content.loader import ContentLoader
from packets.content.schema.language_file import KIND_WORDS, WORDS
from packets.content.templates.copied_words import commented, copied_fields, indented
from packets.content.templates.template_file import fill_template
from packets.content.yaml import parser
from packets.errors import InvalidInputError
from packets.model.language import FOR_ANSWERS, Language


def language_starter(loader: ContentLoader, language: str) -> str:
    """Return a language file to complete, made from that of the clinic's language.

    Raise InvalidInputError if clinic.yaml or that file has mistakes.
    """
    clinic = loader.clinic()
    home = loader.language(clinic.language) if clinic else None
    if home is None:
        raise InvalidInputError(*(problem for problem in loader.problems if not problem.warning))
    path = f"languages/{home.tag}.yaml"
    tree = parser.read_file(loader.root / path).tree
    assert isinstance(tree, parser.Mapping)  # noqa: S101  it was loaded just now
    return fill_template(
        "language.yaml",
        path=path,
        language=language,
        lists="\n".join(_name_lists(home)),
        words="\n".join(_words(tree)),
    )


def _name_lists(home: Language) -> list[str]:
    lines: list[str] = []
    for name in ("months", "short_months", "weekdays", "short_weekdays"):
        words: tuple[str, ...] = getattr(home, name)
        if words:
            lines += [*commented([", ".join(words)]), f"{name}: [{', '.join([TODO] * len(words))}]"]
    return lines


def _words(tree: parser.Mapping) -> list[str]:
    lines: list[str] = []
    for key, node in tree.entries:
        if key.text == "words" and isinstance(node, parser.Mapping):
            lines += ["words:", *indented(copied_fields(node, WORDS, FOR_ANSWERS))]
        elif key.text == "kinds" and isinstance(node, parser.Mapping):
            lines += ["", "# Words for handouts with `kind:`, such as what is not called a surgery.", "kinds:"]
            for kind, words in node.entries:
                if isinstance(words, parser.Mapping):
                    lines += indented([f"{kind.text}:", *indented(copied_fields(words, KIND_WORDS, FOR_ANSWERS))])
    return lines
