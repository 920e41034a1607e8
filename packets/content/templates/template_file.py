"""Fill the starter templates in this folder: YAML files with `${name}` placeholders; `$$` prints a dollar sign."""

from __future__ import annotations

from importlib.resources import files
from string import Template


def fill_template(file_name: str, /, **values: str) -> str:
    """Return a template with its placeholders filled; KeyError means that a value is missing."""
    text = files(__package__).joinpath(file_name).read_text("utf-8")
    return Template(text).substitute(values)
