"""Files and folders in no repository: how far up what they name reaches, and when there is nothing to look for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from gitopsml.errors import UserError
from gitopsml.files import DiskFiles, FileProblem, Files, Kind, normal
from gitopsml.kustomize.kustomization import NAMES, single
from gitopsml.targets.references import references
from gitopsml.targets.walk import join, walk

STDIN: Final = "-"
_MOST: Final = 10_000  # kustomizations followed: more is no folder that a person named


def loose_root(folder: str) -> str:
    """The folder of the disk that holds all that kustomizations at or below `folder` (absolute) name, directly or through bases.

    `folder` itself where they name nothing above it, or where only the root of the disk would hold everything.
    """
    files = DiskFiles("/")
    start = os.path.realpath(folder).lstrip("/") or "."
    todo, seen = _kustomizations(files, start), {start}
    while todo and len(seen) < _MOST:
        names = {name for name in _named(files, todo.pop()) if name not in seen and _kind(files, name) != "missing"}
        seen |= names
        todo += [name for name in names if _kind(files, name) == "directory"]
    folders = [f"/{name}" if _kind(files, name) == "directory" else os.path.dirname(f"/{name}") for name in seen]
    common = os.path.commonpath(folders)
    return common if common != "/" else os.path.realpath(folder)


def is_loose(files: Files, paths: Sequence[str]) -> bool:
    """Whether paths are all standard input, or files outside of any repository that no kustomization beside them could own."""
    return bool(paths) and all(path == STDIN or _is_lone(files, normal(path)) for path in paths)


def is_repository(files: Files) -> bool:
    """Whether the root is that of a repository, not just a folder that somebody named."""
    return any(files.kind(name) != "missing" for name in ("gitopsml.yaml", ".git"))


def _is_lone(files: Files, path: str) -> bool:
    if is_repository(files) or _kind(files, path) != "file":
        return False
    folder = path.rpartition("/")[0] or "."
    return all(files.kind(join(folder, name)) == "missing" for name in NAMES)


def _kustomizations(files: Files, start: str) -> list[str]:
    tree = walk(files, start)
    return [folder for folder, names in tree.folders.items() if any(name in names for name in NAMES)]


def _named(files: Files, folder: str) -> list[str]:
    """What the kustomization of a folder names; nothing where there is none that can be read."""
    for name in NAMES:
        path = join(folder, name)
        try:
            return [other for _, other in references(single(files.read(path), path).data, folder)]
        except FileProblem:
            continue
        except UserError:
            return []
    return []


def _kind(files: Files, path: str) -> Kind:
    """What stands at a path; a link that cannot be followed leads to nothing."""
    try:
        return files.kind(path)
    except FileProblem:
        return "missing"
