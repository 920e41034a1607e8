"""Write the starter file of a new procedure: a draft handout that passes every check."""

from __future__ import annotations

from packets.content.templates.template_file import fill_template


def starter(procedure: str, source: str = "", sha256: str = "") -> str:
    """Return a handout to begin with; `sha256` and `source` name the file whose text the handout prints unchanged."""
    words = procedure.replace("-", " ")
    if sha256:
        source = _quoted(f"Clinic text {source}")
        provenance = fill_template("provenance_one_source.yaml", source=source, sha256=sha256)
    else:
        provenance = fill_template("provenance_own_words.yaml")
    title = " ".join(word.capitalize() for word in words.split())
    return fill_template("procedure.yaml", id=procedure, title=title, name=words, provenance=provenance)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
