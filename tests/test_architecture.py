"""The map holds: rooms import downwards, the core knows no Qt, start-up knows no torch, and no bad habits."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "ldct_viewer"

# Lower rooms know nothing of higher ones (ARCHITECTURE.md). A new room is given its place here.
RANK = {
    "": 0,  # ldct_viewer itself: version and notice
    **{
        file.stem: 0 for file in PACKAGE.glob("*.py") if file.stem not in ("__init__", "app", "__main__")
    },  # ground floor
    "dicom": 1,
    "physics": 2,
    "quality": 3,
    "denoise": 4,
    "training": 5,
    "pacs": 5,
    "classify": 5,
    "jobs": 6,
    "ui": 7,
    "cli": 8,
    "app": 9,
    "__main__": 10,
}
CORE = {room for room, rank in RANK.items() if rank <= 5} | {"cli"}
QT = {"PySide6", "pyqtgraph", "shiboken6"}
SLOW = {"torch", "SimpleITK", "scipy", "skimage", "imagecodecs", "lightning", "pynetdicom"}


def modules() -> list[str]:
    files = sorted(PACKAGE.rglob("*.py"))
    return [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files]


def file_of(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def room(module: str) -> str:
    return [*module.split("."), ""][1]


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(file_of(module).read_text(encoding="utf-8"))


@cache
def imports(module: str, eager: bool) -> frozenset[str]:
    """Absolute names ``module`` imports; ``eager``: only those run by importing it."""
    found: set[str] = set()
    package = module if file_of(module).name == "__init__.py" else module.rpartition(".")[0]

    def visit(node: ast.AST) -> None:
        if eager and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                found.add(inner if base.startswith("ldct_viewer") and file_of(inner).is_file() else base)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree(module))
    return frozenset(found)


def own(names: frozenset[str]) -> set[str]:
    return {name for name in names if name.split(".")[0] == "ldct_viewer"}


def foreign(names: frozenset[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


def eager_closure(module: str) -> set[str]:
    """``module`` and all that is imported with it (packages on the way included)."""
    todo, seen = [module], set()
    while todo:
        name = todo.pop()
        if name in seen or not file_of(name).is_file():
            continue
        seen.add(name)
        todo += own(imports(name, True))
        todo += [name.rpartition(".")[0]] if "." in name else []
    return seen


@pytest.mark.parametrize("module", modules())
def test_imports_point_down(module):
    assert room(module) in RANK, f"give the new room {room(module)!r} its place in RANK"
    for name in own(imports(module, False)):
        if (module, name) == ("ldct_viewer.cli.main", "ldct_viewer.app"):
            continue  # the one door: the command line opens the window
        assert RANK[room(name)] <= RANK[room(module)], f"{module} imports {name}, which stands above it"
        if room(module) == "cli":
            assert room(name) not in ("ui", "jobs"), f"{module} imports {name}: the command line runs without Qt"


@pytest.mark.parametrize("module", [m for m in modules() if room(m) in CORE])
def test_the_core_knows_no_qt(module):
    assert not foreign(imports(module, False)) & QT


@pytest.mark.parametrize("module", [m for m in modules() if room(m) == "ui"])
def test_widgets_compute_nothing(module):
    assert not foreign(imports(module, False)) & (SLOW | {"pydicom"})


@pytest.mark.parametrize("module", [m for m in modules() if room(m) in ("cli", "jobs", "ui", "app", "__main__")])
def test_start_up_loads_nothing_slow(module):
    slow = {name: foreign(imports(name, True)) & SLOW for name in eager_closure(module)}
    assert not {name: what for name, what in slow.items() if what}


def test_no_import_cycles():
    graph = {module: own(imports(module, True)) & set(modules()) - {"ldct_viewer"} for module in modules()}
    done: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join([*path[path.index(module) :], module])
        if module not in done:
            for name in sorted(graph[module] - {module}):
                walk(name, (*path, module))
            done.add(module)

    for module in graph:
        walk(module, ())


@pytest.mark.parametrize("module", modules())
def test_no_bad_habits(module):
    assert not foreign(imports(module, False)) & {"pickle", "dill", "joblib", "shelve", "marshal"}
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Attribute):
            assert node.attr != "processEvents", f"{module}:{node.lineno} processEvents"
            assert ast.unparse(node) != "torch.load", f"{module}:{node.lineno} torch.load"
        if isinstance(node, ast.ExceptHandler):
            wide = node.type is None or ast.unparse(node.type) in ("Exception", "BaseException")
            silent = all(isinstance(line, ast.Pass | ast.Continue) for line in node.body)
            assert not (wide and silent), f"{module}:{node.lineno} swallows every error"


@pytest.mark.parametrize("module", modules())
def test_files_stay_readable(module):
    lines = len(file_of(module).read_text(encoding="utf-8").splitlines())
    assert lines <= 400, f"{module} has {lines} lines: it is two files"
    assert ast.get_docstring(tree(module)) or not tree(module).body, f"{module} does not say what it is"


def test_no_test_waits_for_the_signal_of_a_thread():
    """pytest-qt's ``waitSignal`` is called back in the thread that emits: in a job's it may miss the loop it shall
    end, and wait forever (seen in the CI: 83 minutes). A JobSlot's signals come in the thread that waits.
    """
    waits = re.compile(r"waitSignals?\([^)]*\b\w*job\.\w+")
    files = (ROOT / "tests").rglob("*.py")
    assert not [path.name for path in files if waits.search(path.read_text(encoding="utf-8"))]
