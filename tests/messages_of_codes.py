"""Collect, from the source, the messages that each error code is raised with."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

CODE = re.compile("[A-Z][0-9]{2}")


def messages_of_codes(root: Path) -> dict[str, set[str]]:
    """Return the messages of each code, as they are written in the source, with {} for each value.

    A message stands after its code: in a call such as Problem("B32", "this is not a time of day"), or in a tuple.
    One in a variable is looked up. Codes that are only returned or compared have no message here.
    """
    messages: dict[str, set[str]] = defaultdict(set)
    for path in sorted(root.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        functions = [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))]
        scopes = {node: function for function in functions for node in ast.walk(function)}  # the innermost one
        for node in scopes:
            values = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
            for code, message in pairwise(values):
                if isinstance(code, ast.Constant) and CODE.fullmatch(str(code.value)):
                    messages[str(code.value)] |= set(_texts(message, scopes[node]))
    return messages


def _texts(message: ast.expr, scope: ast.AST) -> Iterator[str]:
    match message:
        case ast.IfExp():
            yield from _texts(message.body, scope)
            yield from _texts(message.orelse, scope)
        case ast.Name():
            yield from _assigned(message, scope)
        case ast.Constant() if CODE.fullmatch(str(message.value)):
            pass  # a list of codes
        case ast.Constant(value=""):
            pass  # no problem yet
        case ast.JoinedStr():
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in message.values)
        case _:
            yield ast.unparse(message)


def _assigned(name: ast.Name, scope: ast.AST) -> Iterator[str]:
    """Yield the values of the assignments to a name that come before this use and after the use before it."""
    places: list[tuple[int, ast.expr | None]] = []
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and any(isinstance(it, ast.Name) and it.id == name.id for it in node.targets):
            places.append((node.lineno, node.value))
        elif isinstance(node, ast.Name) and node.id == name.id and isinstance(node.ctx, ast.Load):
            places.append((node.lineno, None))
    before = [value for line, value in sorted(places, key=lambda place: place[0]) if line < name.lineno]
    while before and before[-1] is None:
        before.pop()
    while before and (value := before.pop()) is not None:
        yield from _texts(value, scope)
