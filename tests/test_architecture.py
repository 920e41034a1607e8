"""Check what docs/architecture.md promises: layers, which part uses which library, and the form of each module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.xdist_group("source")  # the modules are parsed once for all tests

# Imports point to earlier layers only; two parts of one layer do not import each other.
LAYERS = (
    {"errors", "error_codes", "garbage", "values"},
    {"resources", "model"},
    {"content", "fill", "layout", "storage"},
    {"case_input", "pdf", "html", "braille"},
    {"schedule", "verify"},
    {"verified_pdf", "verified_html", "verified_braille"},
    {"pipeline"},
    {"batch"},
    {"mail"},
    {"export"},
    {"web"},
    {"cli"},
)

HOMES = {
    "yaml": {"content"},
    "reportlab": {"layout"},
    "qrcode": {"layout"},
    "uharfbuzz": {"layout"},
    "bidi": {"layout"},
    "fontTools": {"content", "layout"},
    "PIL": {"content", "html"},
    "pikepdf": {"content", "pdf"},
    "pypdfium2": {"verify"},
    "pypdfium2_raw": {"verify"},
    "openpyxl": {"schedule"},
    "sqlite3": {"batch", "mail"},
    "smtplib": {"mail"},
    "click": {"cli"},
    "flask": {"web"},
    "waitress": {"web"},
}

SHARED = {"pipeline.make_packet", "fill.explain.explain", "batch.run.run_batch", "mail.queue.queue_packets"}

KNOWN = {"packets/errors.py", "packets/model/filled_packet.py", "packets/storage/files.py", "packets/resources.py"}


@cache
def modules() -> tuple[tuple[str, ast.Module, str], ...]:
    """Return path, syntax tree and text of every module of the package."""
    files = sorted((CHECKOUT / "packets").rglob("*.py"))
    result = tuple((str(file.relative_to(CHECKOUT)), ast.parse(file.read_text()), file.read_text()) for file in files)
    assert {path for path, _, _ in result} >= KNOWN, "the search misses known modules"
    return result


def part_of(path: str) -> str:
    """Return the part a module belongs to: `layout` for packets/layout/story.py, "" for packets/__init__.py."""
    first = path.split("/")[1]
    return "" if first == "__init__.py" else first.removesuffix(".py")


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of each import, also inside functions; relative imports are not allowed."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            base = node.module or ""
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def layer_errors(path: str, tree: ast.Module) -> list[str]:
    rank = {name: number for number, layer in enumerate(LAYERS) for name in layer}
    part, errors = part_of(path), []
    for line, name in imports(tree):
        root, _, module = name.partition(".")
        other = module.split(".")[0]
        if root == "packets" and other in rank and other != part and (part == "" or rank[other] >= rank[part]):
            errors.append(f"{path}:{line}: {part or 'packets'} imports {other}")
        elif root in HOMES and part not in HOMES[root]:
            errors.append(f"{path}:{line}: {root} belongs in {' and '.join(sorted(HOMES[root]))}")
    return errors


def exit_errors(path: str, tree: ast.Module) -> list[str]:
    if part_of(path) == "cli":
        return []
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {ast.unparse(function): function.lineno for function in calls}
    forbidden = ("print", "exit", "quit", "sys.exit", "os._exit")
    return [f"{path}:{names[name]}: {name}() below cli" for name in forbidden if name in names]


def form_errors(path: str, tree: ast.Module, text: str) -> list[str]:
    errors = []
    paragraph = " ".join((ast.get_docstring(tree) or "").partition("\n\n")[0].split())
    if tree.body and (not paragraph.endswith(".") or re.search(r"[.!?] +[A-Z]", paragraph)):
        errors.append(f"{path}: does not start with a docstring of one sentence")
    if (lines := len(text.splitlines())) > 400:
        errors.append(f"{path}: {lines} lines; split modules of more than 400 lines by subject")
    if set(Path(path).with_suffix("").parts) & {"utils", "util", "helpers", "helper", "manager", "common"}:
        errors.append(f"{path}: the name does not say what is in it")
    return errors


def test_every_part_of_the_package_is_in_a_layer() -> None:
    assert {part_of(path) for path, _, _ in modules()} - {""} <= set().union(*LAYERS)


def test_imports_point_to_earlier_layers_and_libraries_are_used_in_their_parts() -> None:
    assert [error for path, tree, _ in modules() for error in layer_errors(path, tree)] == []


def test_nothing_below_the_command_line_prints_or_exits() -> None:
    assert [error for path, tree, _ in modules() for error in exit_errors(path, tree)] == []


def test_every_module_has_a_docstring_and_a_descriptive_name_and_is_short() -> None:
    assert [error for path, tree, text in modules() for error in form_errors(path, tree, text)] == []


def test_the_web_application_makes_packets_with_the_functions_of_the_command_line() -> None:
    imported = {name for path, tree, _ in modules() if path.startswith("packets/web/") for _, name in imports(tree)}
    assert {f"packets.{name}" for name in SHARED} <= imported
    assert [name for name in imported if name.startswith(("packets.pdf.", "packets.verified_pdf"))] == []


@pytest.mark.parametrize(
    ("path", "code", "error"),
    [
        ("packets/model/x.py", "from packets.fill.packet import fill", "packets/model/x.py:1: model imports fill"),
        ("packets/content/x.py", "from packets import fill", "packets/content/x.py:1: content imports fill"),
        ("packets/fill/packet.py", "import packets.content.library", "packets/fill/packet.py:1: fill imports content"),
        ("packets/__init__.py", "from packets import errors", "packets/__init__.py:1: packets imports errors"),
        (
            "packets/fill/packet.py",
            "def f():\n    import yaml",
            "packets/fill/packet.py:2: yaml belongs in content",
        ),
        ("packets/batch/x.py", "from click import echo", "packets/batch/x.py:1: click belongs in cli"),
    ],
)
def test_an_import_from_a_later_layer_is_found(path: str, code: str, error: str) -> None:
    assert layer_errors(path, ast.parse(code)) == [error]


def test_prints_exits_and_badly_formed_modules_are_found() -> None:
    path = "packets/storage/utils.py"
    assert exit_errors(path, ast.parse("def f():\n    print(1)\nsys.exit(2)")) == [
        f"{path}:2: print() below cli",
        f"{path}:3: sys.exit() below cli",
    ]
    for docstring in ("", '"""Two sentences. Not one."""', '"""No full stop"""'):
        code = f"{docstring}\nx = 1\n" + "\n" * 400
        assert form_errors(path, ast.parse(code), code) == [
            f"{path}: does not start with a docstring of one sentence",
            f"{path}: 402 lines; split modules of more than 400 lines by subject",
            f"{path}: the name does not say what is in it",
        ]
    assert form_errors("packets/fill/packet.py", ast.parse('"""One sentence,\nnot two."""\nx = 1'), "") == []


def test_dates_do_not_depend_on_the_machines_locale() -> None:
    """calendar, locale and strftime name days and months in the language of the process."""
    for path, tree, text in modules():
        assert "locale" not in {name.split(".")[0] for _, name in imports(tree)}, path
        assert not re.search(r"day_name|month_name|day_abbr|month_abbr|strftime|setlocale|:%[^}]*[aAbBcxX]", text), path


def test_every_match_on_types_ends_in_assert_never() -> None:
    """A new kind of block or timing must not be dropped by a function that does not know it."""
    incomplete = [
        f"{path}:{node.lineno}"
        for path, tree, _ in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Match) and _matches_types(node) and not _ends_in_an_error(node)
    ]
    assert incomplete == []


def _matches_types(node: ast.Match) -> bool:
    return any(isinstance(part, ast.MatchClass) for case in node.cases for part in ast.walk(case.pattern))


def _ends_in_an_error(node: ast.Match) -> bool:
    last = node.cases[-1]
    if not (isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None and last.guard is None):
        return False
    statement = last.body[0]
    return isinstance(statement, ast.Raise) or ast.unparse(statement).startswith("assert_never(")


def import_graph(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Return the modules that each module imports when it runs, late imports included; `trees` by dotted name."""
    return {
        name: {
            other if other in trees else other.rpartition(".")[0]
            for _, other in imports(_without_type_checking(tree))
            if other in trees or other.rpartition(".")[0] in trees
        }
        - {name}
        for name, tree in trees.items()
    }


def _without_type_checking(tree: ast.Module) -> ast.Module:
    """Leave out what only mypy imports."""
    kept = [node for node in tree.body if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")]
    return ast.Module(kept, [])


def import_cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that reach each other."""
    reached: dict[str, set[str]] = {}
    for name in graph:
        seen: set[str] = set()
        waiting = list(graph[name])
        while waiting:
            if (other := waiting.pop()) not in seen:
                seen.add(other)
                waiting += graph[other]
        reached[name] = seen
    groups = {frozenset(n for n in reached[name] if name in reached[n]) for name in graph if name in reached[name]}
    return sorted(sorted(group) for group in groups)


def dotted_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def test_there_are_no_import_cycles() -> None:
    assert import_cycles(import_graph({dotted_name(path): tree for path, tree, _ in modules()})) == []


def test_a_cycle_is_found_through_a_late_import_but_not_through_a_type() -> None:
    late = "def f():\n    from packets import a"
    only_typed = "if TYPE_CHECKING:\n    from packets import a"
    for code, cycles in ((late, [["packets.a", "packets.b"]]), (only_typed, [])):
        trees = {"packets.a": ast.parse("from packets.b import x"), "packets.b": ast.parse(code)}
        assert import_cycles(import_graph(trees)) == cycles


def test_no_two_modules_have_the_same_name() -> None:
    """A module of the command line may share its name: it is named after its command."""
    names = [Path(path).stem for path, _, _ in modules() if "__init__" not in path and part_of(path) != "cli"]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


@pytest.mark.parametrize("marker", [b"startxref", b"/ObjStm", b"/XRef", b"%PDF-1", b" 0 obj", b"endstream"])
def test_only_one_module_writes_the_pdf_file_format(marker: bytes) -> None:
    """Other modules get objects, object streams and the cross-reference from it."""
    writers = {
        path
        for path, tree, _ in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and marker in (node.value if isinstance(node.value, bytes) else str(node.value).encode("utf-8", "replace"))
    }
    assert writers == {"packets/pdf/file_format.py"}
