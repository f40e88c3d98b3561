"""From specs to files, and to one commit: compare, write, record. What `gitopsml generate` does, without the printing."""

from __future__ import annotations

import os
from typing import Final, NamedTuple

from gitopsml.apply import apply
from gitopsml.config import load
from gitopsml.errors import NotOurFile, Problems
from gitopsml.files import DiskFiles
from gitopsml.generate import generate
from gitopsml.plan import GENERATED_FOLDERS, FileTree, Plan, plan

_SOURCES: Final = ("apps/", "clusters/", "gitopsml.yaml")
_NAMED: Final = 3


class Prepared(NamedTuple):
    """What should exist below `root`, and what has to change for that."""

    root: str
    tree: FileTree
    todo: Plan


class Recorded(NamedTuple):
    """A commit: its id, branch, subject and number of files; `loose` are specs that are not committed yet."""

    id: str
    branch: str
    subject: str
    files: int
    loose: tuple[str, ...]


def prepare(directory: str) -> Prepared:
    """Generate everything in memory and compare it with the directory. Raises UserError or Problems; writes nothing."""
    files = DiskFiles(directory)
    tree = generate(files, load(files)).tree
    return Prepared(files.root, tree, plan(tree, files))


def write(prepared: Prepared, *, discard_edits: bool = False) -> None:
    """Carry the plan out. Raises Problems (NotOurFile) for files that somebody edited by hand, unless they may be discarded."""
    if prepared.todo.edited and not discard_edits:
        raise Problems([_edited(path) for path in prepared.todo.edited])
    apply(prepared.todo, prepared.tree, prepared.root)


def _edited(path: str) -> NotOurFile:
    hint = "move the change into app.yaml or apps/<team>/<app>/local/<env>/, or discard it with --discard-edits"
    return NotOurFile("this generated file was edited by hand", path=path, hint=hint)


def record(prepared: Prepared, message: str = "") -> Recorded | None:
    """One commit of the generated files on the branch that is checked out; None where it holds them already. Raises GitError."""
    from gitopsml.repo import commit, toplevel
    from gitopsml.repo.commit import not_a_repository

    top = toplevel(prepared.root)
    if top is None:
        raise not_a_repository(prepared.root)
    prefix = os.path.relpath(prepared.root, os.path.realpath(top))
    below = "" if prefix == "." else f"{prefix}/"
    tree = {below + path: text for path, text in prepared.tree.items()}
    folders = [below + folder for folder in GENERATED_FOLDERS]
    made = commit(top, tree, folders, lambda changed: message or _message([path.removeprefix(below) for path in changed]))
    if made is None:
        return None
    return Recorded(made.id, made.branch, made.subject, len(made.changed), _loose(top, below))


def _message(changed: list[str]) -> str:
    """A subject that says which apps changed, for the Git log."""
    parts = sorted(
        {"/".join(path.split("/")[1:3]).replace("/_team", " (team)") for path in changed if path.startswith("deploy/")}
    )
    if not parts:
        return "Generate the Argo CD objects"
    named = ", ".join(parts[:_NAMED]) + (f" and {len(parts) - _NAMED} more" if len(parts) > _NAMED else "")
    return f"Generate {named}"


def _loose(top: str, below: str) -> tuple[str, ...]:
    """Specs and settings that differ from the newest commit: what was generated from them is committed, they are not."""
    from gitopsml.repo import changed_since

    changed = (path.removeprefix(below) for path in changed_since(top, "HEAD") if path.startswith(below))
    return tuple(sorted(path for path in changed if path.startswith(_SOURCES)))
