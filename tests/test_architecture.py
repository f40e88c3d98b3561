"""The house rules of the code, as a test: layers, cycles, doors, sizes. When it fails, move code; do not raise a budget."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "gitopsml"
MODULES = sorted(PACKAGE.rglob("*.py"))
LAYERS = {
    "errors": 0, "yamlio": 0, "cel": 0, "bundled": 0, "files": 0,
    "model": 1, "schemas": 1.5,
    "kustomize": 2, "argocd": 2, "policy": 2, "blueprint": 2, "spec": 2, "config": 2,
    "targets": 3, "expand": 3, "prove": 3, "layout": 3, "plan": 3, "apply": 3.5, "repo": 3, "report": 3, "scaffold": 3,
    "generate": 4, "explain": 4.2, "provenance": 4.2, "publish": 4.2, "lint": 4.5,
    "cli": 5, "__init__": 5, "__main__": 5,
}  # fmt: skip
DOORS = {
    "yaml": "yamlio/", "ruamel": "yamlio/", "click": "cli/", "git": "repo", "jsonschema": "schemas/", "jsonschema_rs": "schemas/",
    "kubernetes_validate": "schemas/", "re2": "cel/regex",
}  # fmt: skip
START_UP = {"errors", "__init__", "__main__", "cli/group"}  # may import click while starting; nobody else may import heavy things
MODULE_LINES, FUNCTION_LINES, FUNCTION_MEDIAN = 300, 40, 10


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").as_posix()


def layer_name(module: str) -> str:
    return module.replace("/", ".").partition(".")[0]


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def is_our_module(name: str) -> bool:
    return ROOT.joinpath(*name.split(".")).with_suffix(".py").exists()


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every imported module with its line, those inside functions included."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write the import in full"
            assert node.module
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            if not all(map(is_our_module, names)):  # `from package import module` imports the module, not the package's door
                yield node.module, node.lineno
            yield from ((name, node.lineno) for name in names)


def our_imports(path: Path) -> Iterator[tuple[str, int]]:
    for module, line in imports(path):
        if module == "gitopsml" or module.startswith("gitopsml."):
            yield module.removeprefix("gitopsml").lstrip(".") or "__init__", line


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_down(path: Path) -> None:
    own = layer_name(name_of(path))
    for module, line in our_imports(path):
        other = layer_name(module)
        if (
            other in ("__version__", own)
            or (other == "__init__" and module == "__init__")
            or (other == "__init__" and own == "cli")
        ):
            continue
        assert other in LAYERS, f"{path}:{line}: {other} has no layer: name it in LAYERS"
        allowed = LAYERS[other] < LAYERS[own] or (own == "__main__" and other == "cli")
        if own == "files":
            allowed = other == "errors"
        if LAYERS[own] == 0 and other == "errors" and own != "cel":
            allowed = True
        levels = f"{own} (layer {LAYERS[own]}) may not import {other} (layer {LAYERS[other]})"
        assert allowed, f"{path}:{line}: {levels}: move the code down"


@pytest.mark.parametrize("path", sorted((ROOT / "policies").rglob("*.py")), ids=lambda p: p.stem)
def test_policies_know_only_the_model(path: Path) -> None:
    for module, line in our_imports(path):
        assert layer_name(module) == "model", f"{path}:{line}: a policy imports gitopsml.model only"


def module_graph() -> dict[str, set[str]]:
    names = {name_of(path).removesuffix("/__init__").replace("/", "."): path for path in MODULES}
    graph: dict[str, set[str]] = {}
    for name, path in names.items():
        wanted = {module for module, _ in our_imports(path)}
        exact = {module for module in wanted if module in names}
        graph[name] = exact - {name}
    return graph


def test_no_cycles() -> None:
    graph = module_graph()
    doors = {name for name in graph if (PACKAGE / name.replace(".", "/")).is_dir()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"import cycle: {' -> '.join((*trail[trail.index(name) :], name))}: move the shared code down"
        if name in done:
            return
        for other in sorted(graph[name]):
            if other in doors and name.startswith(f"{other}."):
                pytest.fail(f"{name} imports its own package {other}: import the module that defines the name")
            visit(other, (*trail, name))
        done.add(name)

    for name in sorted(graph):
        visit(name, ())


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_one_door_per_library(path: Path) -> None:
    for module, line in imports(path):
        door = DOORS.get(module.split(".")[0])
        if door:
            assert name_of(path).startswith(door), f"{path}:{line}: {module} is imported only in gitopsml/{door}"


QUIET = [path for path in MODULES if name_of(path) not in START_UP and not name_of(path).startswith("cli/")]


@pytest.mark.parametrize("path", QUIET, ids=name_of)
def test_heavy_libraries_wait(path: Path) -> None:
    heavy = set(DOORS) - {"click"}
    for node in tree_of(path).body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            assert name.split(".")[0] not in heavy, f"{path}:{node.lineno}: import {name} inside the function that needs it"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_size(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= MODULE_LINES, f"{path} has {lines} lines (budget {MODULE_LINES}): two ideas in one file? move one out"


def functions(path: Path) -> Iterator[tuple[str, int, int]]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_function_size(path: Path) -> None:
    for name, line, length in functions(path):
        assert length <= FUNCTION_LINES, f"{path}:{line}: {name} has {length} lines (budget {FUNCTION_LINES}): name its parts"


def test_functions_are_short_at_the_median() -> None:
    lengths = sorted(length for path in MODULES for _, _, length in functions(path))
    assert lengths[len(lengths) // 2] <= FUNCTION_MEDIAN


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree_of(path)), f"{path}: begin with one line that says what the module is"


def is_public(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_public_names_have_docstrings(path: Path) -> None:
    for node in tree_of(path).body:
        if is_public(node):
            assert isinstance(node, ast.FunctionDef | ast.ClassDef)
            assert ast.get_docstring(node), f"{path}:{node.lineno}: {node.name} is public: one line that says what it is"


WALLS = {"policy/engine", "cli/main"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_broad_except_only_at_the_walls(path: Path) -> None:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ExceptHandler):
            broad = node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
            assert not broad or name_of(path) in WALLS, f"{path}:{node.lineno}: name the errors you expect"


def test_start_up_is_light() -> None:
    """Start-up imports nothing heavy: `import gitopsml` brings neither YAML nor click nor Git."""
    import subprocess
    import sys

    code = "import gitopsml, sys; print([m for m in ('yaml', 'click', 'git', 'jsonschema', 'ruamel') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"
