"""Which kustomization reaches which files: the include graph, read from the kustomization files alone, without building."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from gitopsml.errors import UserError
from gitopsml.kustomize.kustomization import NAMES, single
from gitopsml.targets.parsed import Parsed
from gitopsml.targets.references import PATCHES, PLUGINS, plugin_references, references
from gitopsml.targets.walk import Tree, is_wanted, join


class Node(NamedTuple):
    """One folder with a kustomization file: what it names, and whether it is a Component."""

    path: str  # of the kustomization file
    names: tuple[str, ...]
    component: bool = False
    patches: tuple[str, ...] = ()  # those of the names that are no objects of their own


@dataclass(slots=True, eq=False)
class Graph:
    """`nodes`: folder -> Node, in sorted order."""

    nodes: dict[str, Node]
    _included: set[str] = field(default_factory=set)
    _reached: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for folder, node in self.nodes.items():
            self._included.update(name for name in node.names if name in self.nodes and name != folder)

    def leaves(self) -> list[str]:
        """The folders that nothing else includes, without Components. Of folders that include each other, the first one."""
        leaves = [folder for folder, node in self.nodes.items() if folder not in self._included and not node.component]
        roots = [*leaves, *(folder for folder, node in self.nodes.items() if node.component and folder not in self._included)]
        seen = {name for folder in roots for name in self.reached(folder)}
        for folder, node in self.nodes.items():
            if folder not in seen and not node.component:
                leaves.append(folder)
                seen |= self.reached(folder)
        return sorted(leaves)

    def reached(self, folder: str) -> frozenset[str]:
        """Every folder and file that building `folder` would look at, existing or not."""
        known = self._reached.get(folder)
        if known is None:
            known = self._reached[folder] = frozenset(self._reach(folder))
        return known

    def _reach(self, start: str) -> set[str]:
        seen, todo = {start}, [start]
        while todo:
            here = todo.pop()
            node = self.nodes.get(here)
            if node is None and is_wanted(here):
                continue
            seen.update(join(here, name) for name in NAMES)  # of a missing folder too: somebody may have deleted it
            if node is None:
                continue
            new = [name for name in node.names if name not in seen]
            seen.update(new)
            todo.extend(new)
        return seen

    def named(self) -> set[str]:
        """Every path that some kustomization names."""
        return {name for node in self.nodes.values() for name in node.names}

    def patches(self) -> set[str]:
        """Every file that is a patch, or part of the configuration of kustomize, to some kustomization."""
        return {name for node in self.nodes.values() for name in node.patches}


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
