"""The folders of a repository and the YAML and JSON files in them.

Left out: names that begin with a dot (.git, .github, .gitlab-ci.yml), `node_modules`, `__pycache__`, virtual environments; links
to folders of the repository (they are walked where they stand). What cannot be followed is kept in `broken`: a link that leads
nowhere or out of the repository, a folder that cannot be listed or lies too deep. A folder with a gitopsml.yaml is a repository
of its own, with another configuration: it is not entered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from gitopsml.files import Entry, FileProblem, Files

_SKIPPED: Final = frozenset(("node_modules", "__pycache__", "venv", "virtualenv"))
_WANTED: Final = (".yaml", ".yml", ".json")
_REPOSITORY: Final = "gitopsml.yaml"
_KUSTOMIZATION: Final = "Kustomization"
MAX_DEPTH: Final = 100


@dataclass(slots=True)
class Tree:
    """`folders`: every folder -> its YAML and JSON files (sorted names). `broken`: path -> what is wrong with it."""

    folders: dict[str, list[str]] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    nested: list[str] = field(default_factory=list)  # folders that are repositories of their own

    def paths(self) -> Iterator[str]:
        """All files, folder by folder."""
        for folder, names in self.folders.items():
            yield from (join(folder, name) for name in names)

    def has(self, path: str) -> bool:
        """Whether a file is in the tree."""
        folder, _, name = path.rpartition("/")
        return name in self.folders.get(folder or ".", ())


def walk(files: Files, start: str = ".") -> Tree:
    """The tree below a folder, each folder looked at once, in sorted order. Raises FileProblem where the root has no list."""
    tree = Tree()
    todo = [start]
    while todo:
        folder = todo.pop()
        below: list[str] = []
        names = tree.folders[folder] = []
        entries = _entries(files, folder, tree)
        if folder != start and any(entry.name == _REPOSITORY for entry in entries):
            tree.nested.append(folder)
            del tree.folders[folder]
            continue
        for entry in entries:
            path = join(folder, entry.name)
            if entry.kind == "directory" and entry.name not in _SKIPPED:
                below.append(path)
            elif entry.kind == "file" and is_wanted(entry.name):
                names.append(entry.name)
            elif entry.kind == "link":
                _link(files, path, entry.name, names, tree)
        if folder.count("/") >= MAX_DEPTH:
            tree.broken |= dict.fromkeys(below, f"more than {MAX_DEPTH} folders deep")
        else:
            todo.extend(reversed(below))
    return tree


def join(folder: str, name: str) -> str:
    """A path below a folder; the root is "."."""
    return name if folder == "." else f"{folder}/{name}"


def is_wanted(name: str) -> bool:
    """Whether a file may hold manifests, by its name."""
    return name.endswith(_WANTED) or name == _KUSTOMIZATION


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder or below it."""
    return folder in (".", path) or path.startswith(folder + "/")


def _entries(files: Files, folder: str, tree: Tree) -> list[Entry]:
    try:
        return [entry for entry in files.entries(folder) if not entry.name.startswith(".")]
    except FileProblem as problem:
        if folder == ".":
            raise
        tree.broken[folder] = problem.what
        return []


def _link(files: Files, path: str, name: str, names: list[str], tree: Tree) -> None:
    try:
        kind = files.kind(path)
    except FileProblem as problem:
        tree.broken[path] = problem.what
        return
    if kind == "file" and is_wanted(name):
        names.append(name)
    elif kind == "missing" and is_wanted(name):
        tree.broken[path] = "the link leads nowhere"
