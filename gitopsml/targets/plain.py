"""Folders of plain manifests: Kubernetes YAML that no kustomization owns.

A file is no manifest where the layout says what else it is (gitopsml.yaml, clusters/, apps/, the repository's policies), where a
kustomization owns its folder, or where nothing in its text could be `apiVersion` and `kind`. The last is decided from the bytes,
on the safe side: what is not plain UTF-8, or spells with escapes or tags, is taken for a manifest and read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitopsml.config import CLUSTERS, NAME
from gitopsml.kustomize.kustomization import NAMES
from gitopsml.model.config import Config
from gitopsml.targets.graph import Graph
from gitopsml.targets.layout import APPS
from gitopsml.targets.parsed import Parsed
from gitopsml.targets.walk import Tree, is_below, join

CHART: Final = "Chart.yaml"
_SPELLINGS: Final = (b"apiVersion", b"kind", b"\\x", b"\\u", b"\\U", b"\\\n", b"\\\r")


def plain_folders(tree: Tree, graph: Graph, parsed: Parsed, config: Config) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(folder, its files) for each folder that holds a manifest which nothing else deploys."""
    above = _owned_folders(graph)
    charts = chart_folders(tree)
    for folder, names in tree.folders.items():
        if folder in graph.nodes or folder in above or any(is_below(folder, chart) for chart in charts):
            continue
        files = tuple(
            path
            for name in names
            if not graph.names(path := join(folder, name)) and not is_other(path, config) and name not in NAMES
        )
        if any(may_be_manifest(parsed.content(path)) for path in files):
            yield folder, files


def chart_folders(tree: Tree) -> list[str]:
    """The folders of Helm charts, without those inside of others."""
    found: list[str] = []
    for folder in sorted(folder for folder, names in tree.folders.items() if CHART in names):
        if not any(is_below(folder, other) for other in found):
            found.append(folder)
    return found


def _owned_folders(graph: Graph) -> set[str]:
    """Folders without a kustomization of their own from which one above takes files."""
    owned: set[str] = set()
    for above, node in graph.nodes.items():
        for path in node.names:
            folder = path.rpartition("/")[0] or "."
            if folder not in graph.nodes and path not in graph.nodes and is_below(folder, above):
                owned.add(folder)
    return owned


def is_other(path: str, config: Config) -> bool:
    """Whether the layout says that a file is something else than a manifest."""
    if config.document is None:
        return path == NAME
    if path == NAME or is_below(path, APPS):
        return True
    if path.startswith(f"{CLUSTERS}/") and path.count("/") == 1:
        return True
    return any(is_below(path, folder) for folder in config.policies)


def may_be_manifest(content: bytes) -> bool:
    """Whether a file could hold an object with `apiVersion` and `kind`, judged on the safe side."""
    if b"apiVersion" in content and b"kind" in content:
        return True
    if b"\0" in content or b"!!" in content or b"%TAG" in content:
        return True
    if b"\\" in content and any(sign in content for sign in _SPELLINGS):
        return True
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False
