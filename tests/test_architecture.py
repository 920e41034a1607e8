"""The drawing in docs/architecture.md holds: layers, homes of libraries, and the shape of each module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent

# Imports point to earlier steps only; two names in one step do not import each other.
STEPS = (
    {"errors"},
    {"resources", "model"},
    {"content", "fill", "layout", "storage"},
    {"case_input", "pdf"},
    {"schedule", "verify"},
    {"verified_pdf"},
    {"pipeline"},
    {"batch"},
    {"mail"},
    {"web"},
    {"cli"},
)

HOMES = {
    "yaml": {"content"},
    "reportlab": {"layout", "pdf"},
    "qrcode": {"layout"},
    "uharfbuzz": {"layout"},
    "bidi": {"layout"},
    "fontTools": {"layout"},
    "pikepdf": {"pdf"},
    "pypdfium2": {"verify"},
    "openpyxl": {"schedule"},
    "rapidfuzz": {"schedule"},
    "sqlite3": {"batch", "mail"},
    "smtplib": {"mail"},
    "click": {"cli"},
    "flask": {"web"},
    "waitress": {"web"},
}

SHARED = {"pipeline.make_packet", "fill.explain.explain", "batch.run.run_batch", "mail.queue.queue_packets"}

FOUND = {"packets/errors.py", "packets/model/filled_packet.py", "packets/storage/files.py", "packets/resources.py"}


@cache
def modules() -> tuple[tuple[str, ast.Module, str], ...]:
    """Path from the checkout, tree and text of every module of the package."""
    files = sorted((CHECKOUT / "packets").rglob("*.py"))
    found = tuple((str(file.relative_to(CHECKOUT)), ast.parse(file.read_text()), file.read_text()) for file in files)
    assert {path for path, _, _ in found} >= FOUND, "the walk misses modules that are known"
    return found


def part_of(path: str) -> str:
    """packets/layout/story.py is part of `layout`, packets/fill/packet.py is `fill`, packets/__init__.py is ""."""
    first = path.split("/")[1]
    return "" if first == "__init__.py" else first.removesuffix(".py")


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported, wherever in the module; relative imports are not used here."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            base = node.module or ""
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def layer_faults(path: str, tree: ast.Module) -> list[str]:
    rank = {name: number for number, step in enumerate(STEPS) for name in step}
    part, faults = part_of(path), []
    for line, name in imports(tree):
        root, _, rest = name.partition(".")
        other = rest.split(".")[0]
        if root == "packets" and other in rank and other != part and (part == "" or rank[other] >= rank[part]):
            faults.append(f"{path}:{line}: {part or 'packets'} imports {other}")
        elif root in HOMES and part not in HOMES[root]:
            faults.append(f"{path}:{line}: {root} belongs in {' and '.join(sorted(HOMES[root]))}")
    return faults


def exit_faults(path: str, tree: ast.Module) -> list[str]:
    if part_of(path) == "cli":
        return []
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {ast.unparse(function): function.lineno for function in calls}
    forbidden = ("print", "exit", "quit", "sys.exit", "os._exit")
    return [f"{path}:{names[name]}: {name}() below cli" for name in forbidden if name in names]


def shape_faults(path: str, tree: ast.Module, text: str) -> list[str]:
    faults = []
    paragraph = " ".join((ast.get_docstring(tree) or "").partition("\n\n")[0].split())
    if tree.body and (not paragraph.endswith(".") or re.search(r"[.!?] +[A-Z]", paragraph)):
        faults.append(f"{path}: does not open with a docstring of one sentence")
    if (lines := len(text.splitlines())) > 400:
        faults.append(f"{path}: {lines} lines; at 400 a module is split by subject")
    if set(Path(path).with_suffix("").parts) & {"utils", "util", "helpers", "helper", "manager", "common"}:
        faults.append(f"{path}: the name says nothing of what is in it")
    return faults


def test_every_part_of_the_package_has_a_step() -> None:
    assert {part_of(path) for path, _, _ in modules()} - {""} <= set().union(*STEPS)


def test_imports_point_left_and_each_library_has_its_home() -> None:
    assert [fault for path, tree, _ in modules() for fault in layer_faults(path, tree)] == []


def test_nothing_below_app_prints_or_exits() -> None:
    assert [fault for path, tree, _ in modules() for fault in exit_faults(path, tree)] == []


def test_every_module_says_what_it_is_and_is_short_and_has_a_name() -> None:
    assert [fault for path, tree, text in modules() for fault in shape_faults(path, tree, text)] == []


def test_the_web_application_makes_packets_with_the_functions_of_the_command_line() -> None:
    imported = {name for path, tree, _ in modules() if path.startswith("packets/web/") for _, name in imports(tree)}
    assert {f"packets.{name}" for name in SHARED} <= imported
    assert [name for name in imported if name.startswith(("packets.pdf.", "packets.verified_pdf"))] == []


@pytest.mark.parametrize(
    ("path", "code", "fault"),
    [
        ("packets/model/x.py", "from packets.fill.packet import fill", "packets/model/x.py:1: model imports fill"),
        ("packets/content/x.py", "from packets import fill", "packets/content/x.py:1: content imports fill"),
        ("packets/fill/packet.py", "import packets.content.library", "packets/fill/packet.py:1: fill imports content"),
        ("packets/__init__.py", "from packets import errors", "packets/__init__.py:1: packets imports errors"),
        ("packets/fill/packet.py", "def f():\n    import yaml", "packets/fill/packet.py:2: yaml belongs in content"),
        ("packets/batch/x.py", "from click import echo", "packets/batch/x.py:1: click belongs in cli"),
    ],
)
def test_this_test_finds_an_import_that_points_right(path: str, code: str, fault: str) -> None:
    assert layer_faults(path, ast.parse(code)) == [fault]


def test_this_test_finds_prints_exits_and_shapeless_modules() -> None:
    path = "packets/storage/utils.py"
    assert exit_faults(path, ast.parse("def f():\n    print(1)\nsys.exit(2)")) == [
        f"{path}:2: print() below cli",
        f"{path}:3: sys.exit() below cli",
    ]
    for docstring in ("", '"""Two sentences. Not one."""', '"""No full stop"""'):
        code = f"{docstring}\nx = 1\n" + "\n" * 400
        assert shape_faults(path, ast.parse(code), code) == [
            f"{path}: does not open with a docstring of one sentence",
            f"{path}: 402 lines; at 400 a module is split by subject",
            f"{path}: the name says nothing of what is in it",
        ]
    assert shape_faults("packets/fill/packet.py", ast.parse('"""One sentence,\nnot two."""\nx = 1'), "") == []


def test_no_word_of_a_date_comes_from_the_machine_s_locale() -> None:
    """calendar, locale and strftime name days and months in the language of the process."""
    for path, tree, text in modules():
        assert "locale" not in {name.split(".")[0] for _, name in imports(tree)}, path
        assert not re.search(r"day_name|month_name|day_abbr|month_abbr|strftime|setlocale|:%[^}]*[aAbBcxX]", text), path


def test_every_match_on_types_ends_in_assert_never() -> None:
    """A new kind of block or timing must not vanish because one function does not know it."""
    open_ended = [
        f"{path}:{node.lineno}"
        for path, tree, _ in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Match) and _matches_types(node) and not _ends_in_an_error(node)
    ]
    assert open_ended == []


def _matches_types(node: ast.Match) -> bool:
    return any(isinstance(part, ast.MatchClass) for case in node.cases for part in ast.walk(case.pattern))


def _ends_in_an_error(node: ast.Match) -> bool:
    last = node.cases[-1]
    if not (isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None and last.guard is None):
        return False
    statement = last.body[0]
    return isinstance(statement, ast.Raise) or ast.unparse(statement).startswith("assert_never(")


def test_a_code_of_the_command_line_has_one_message() -> None:
    """Two commands once took the same next free number."""
    codes = [code for _, _, text in modules() for code in re.findall(r'"(U[0-9]{2})"', text)]
    assert len(codes) > 20
    assert sorted(code for code in set(codes) if codes.count(code) > 1) == []


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


def test_no_modules_import_each_other_in_a_circle() -> None:
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
