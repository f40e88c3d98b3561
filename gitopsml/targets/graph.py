"""Which kustomization reaches which files: the include graph, read from the kustomization files alone, without building."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from gitopsml.errors import UserError
from gitopsml.kustomize.kustomization import NAMES, single
from gitopsml.targets.parsed import Parsed
from gitopsml.targets.references import PATCHES, PLUGINS, plugin_references, references
from gitopsml.targets.walk import Tree, is_below, is_wanted, join


class Node(NamedTuple):
    """One folder with a kustomization file: what it names, and whether it is a Component."""

    path: str  # of the kustomization file
    names: tuple[str, ...]
    component: bool = False
    patches: tuple[str, ...] = ()  # those of the names that are no objects of their own


@dataclass(slots=True, eq=False)
class Graph:
    """`nodes`: folder -> Node, in sorted order. Edges are kept, closures are not: many overlays may share a chain of bases."""

    nodes: dict[str, Node]
    _namers: dict[str, list[str]] = field(default_factory=dict)  # path -> the folders whose kustomization names it

    def __post_init__(self) -> None:
        for folder, node in self.nodes.items():
            for name in node.names:
                if name != folder:
                    self._namers.setdefault(name, []).append(folder)

    def leaves(self) -> list[str]:
        """The folders that nothing else includes, without Components. Of folders that include each other, the first one."""
        roots = [folder for folder in self.nodes if folder not in self._namers]
        leaves = [folder for folder in roots if not self.nodes[folder].component]
        seen: set[str] = set()
        self._reach(roots, seen)
        for folder, node in self.nodes.items():
            if folder not in seen and not node.component:
                leaves.append(folder)
                self._reach([folder], seen)
        return sorted(leaves)

    def reached(self, folder: str) -> set[str]:
        """Every folder and file that building a folder would look at, existing or not."""
        seen: set[str] = set()
        self._reach([folder], seen)
        return seen

    def _reach(self, folders: list[str], seen: set[str]) -> None:
        todo = list(folders)
        seen.update(todo)
        while todo:
            here = todo.pop()
            node = self.nodes.get(here)
            if node is None and is_wanted(here):
                continue
            seen.update(join(here, name) for name in NAMES)  # of a missing folder too: somebody may have deleted it
            new = [name for name in node.names if name not in seen] if node else []
            seen.update(new)
            todo.extend(new)

    def holders(self, paths: Iterable[str]) -> set[str]:
        """Every folder whose build would look at one of the paths (of files or folders, existing or not)."""
        seen: set[str] = set()
        todo = [one for path in paths for one in _spellings(path)]
        while todo:
            here = todo.pop()
            if here not in seen:
                seen.add(here)
                todo.extend(self._namers.get(here, ()))
        return seen & self.nodes.keys()

    def below(self, folder: str) -> list[str]:
        """Every path below a folder that is a kustomization or is named by one."""
        return [path for path in chain(self.nodes, self._namers) if is_below(path, folder)]

    def names(self, path: str) -> bool:
        """Whether some kustomization names a path."""
        return path in self._namers

    def patches(self) -> set[str]:
        """Every file that is a patch, or part of the configuration of kustomize, to some kustomization."""
        return {name for node in self.nodes.values() for name in node.patches}


def _spellings(path: str) -> list[str]:
    """A kustomization file stands for its folder too."""
    folder, _, name = path.rpartition("/")
    return [path, folder or "."] if name in NAMES else [path]


def graph(tree: Tree, parsed: Parsed) -> Graph:
    """The graph of all kustomization files of a tree; one that cannot be read names nothing (building it says why)."""
    nodes: dict[str, Node] = {}
    for folder in sorted(tree.folders):
        found = [name for name in NAMES if name in tree.folders[folder]]
        if found:
            nodes[folder] = _node(folder, join(folder, found[0]), parsed)
    return Graph(nodes)


def _node(folder: str, path: str, parsed: Parsed) -> Node:
    try:
        data = single(parsed.files.read(path), path).data
    except UserError:
        return Node(path, ())
    names: list[str] = []
    patches: list[str] = []
    for field_name, name in references(data, folder):
        names.append(name)
        if field_name in PATCHES:
            patches.append(name)
        if field_name in PLUGINS:
            names.extend(_of_plugin(name, folder, parsed))
    return Node(path, tuple(dict.fromkeys(names)), data.get("kind") == "Component", tuple(patches))


def _of_plugin(path: str, folder: str, parsed: Parsed) -> list[str]:
    if not path.endswith((".yaml", ".yml", ".json")):
        return []
    return [name for document in parsed.documents(path) for name in plugin_references(document.data, folder)]
