"""Paths of the command line -> the repositories they are in, and the paths from there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final, NamedTuple

from gitopsml.errors import UserError

STDIN: Final = "-"


class Place(NamedTuple):
    """One repository: its absolute root, where it is below the outermost one ("" for that itself), and paths from its root."""

    root: str
    prefix: str
    paths: list[str]


def places(paths: Sequence[str], repo: str = "") -> list[Place]:
    """Where the paths are, the outermost repository first. `repo` is the root when it is given.

    A clone may hold repositories with a gitopsml.yaml of their own. Raises UserError for paths of separate repositories.
    """
    roots = _roots(paths, os.path.realpath(repo)) if repo else _roots(paths, "")
    found: dict[str, list[str]] = {}
    for path, root in zip(paths, roots, strict=True):
        found.setdefault(root, []).append(_inner(path, root))
    outer = min(found, key=len)
    return [Place(root, _below(root, outer), found[root]) for root in sorted(found)]


def _roots(paths: Sequence[str], repo: str) -> list[str]:
    """The root of each path; standard input belongs to that of the first one, loose paths have one together."""
    from gitopsml.config import find_root

    named = [path for path in paths if path != STDIN] or ["."]
    known = {folder: repo or find_root(folder) for folder in sorted({_folder(path) for path in named})}
    loose = sorted({folder for folder, root in known.items() if not repo and not _is_repository(root)})
    if loose:
        from gitopsml.targets import loose_root

        known |= dict.fromkeys(loose, loose_root(os.path.commonpath(loose)))
    first = known[_folder(named[0])]
    return [first if path == STDIN else known[_folder(path)] for path in paths]


def _folder(path: str) -> str:
    """The folder that a path is, or is in, links to it followed."""
    whole = os.path.abspath(path)
    return os.path.realpath(whole if os.path.isdir(whole) and not os.path.islink(whole) else os.path.dirname(whole))


def _is_repository(root: str) -> bool:
    from gitopsml.files import DiskFiles
    from gitopsml.targets import is_repository

    return is_repository(DiskFiles(root))


def _inner(path: str, root: str) -> str:
    """A path of the command line -> the same from a root. Raises UserError where it is outside."""
    if path == STDIN:
        return path
    whole = os.path.abspath(path)
    if whole != root:
        whole = os.path.join(os.path.realpath(os.path.dirname(whole)), os.path.basename(whole))
    inner = os.path.relpath(whole, root).replace(os.sep, "/")
    if inner == ".." or inner.startswith("../"):
        raise UserError(f"{path} is outside of the repository {root}", hint="lint one repository at a time")
    return inner


def _below(root: str, outer: str) -> str:
    prefix = os.path.relpath(root, outer).replace(os.sep, "/")
    if prefix == ".." or prefix.startswith("../"):
        raise UserError(f"{root} is outside of the repository {outer}", hint="lint one repository at a time")
    return "" if prefix == "." else prefix
