"""A directory that a person names -> the repository around it, and the path in it."""

from __future__ import annotations

import os

from gitopsml.errors import ConfigError

_MARKS = (".git", "gitopsml.yaml")


def place(directory: str, root: str = "") -> tuple[str, str]:
    """The root of the repository (given, or the nearest parent with a `.git` or `gitopsml.yaml`), and the directory below it.

    Outside any repository the file system's root stands in: there is no jail to keep. Raises ConfigError.
    """
    here = os.path.realpath(directory)
    base = os.path.realpath(root) if root else _around(here)
    path = os.path.relpath(here, base)
    if path == os.pardir or path.startswith(os.pardir + os.sep):
        raise ConfigError(f"{directory} is not below {root}", hint="name a directory of the repository")
    return base, path.replace(os.sep, "/")


def _around(directory: str) -> str:
    here = directory
    while not any(os.path.exists(os.path.join(here, mark)) for mark in _MARKS):
        parent = os.path.dirname(here)
        if parent == here:
            return here
        here = parent
    return here
