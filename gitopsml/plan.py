"""What the generator wants to exist against what a directory holds: Plan.

A generated file is *clean*, *stale* (intact, differs), *edited* (by hand) or *orphan* (nothing generates it any more); a file
without our header is somebody's own and never touched.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from gitopsml.errors import NotOurFile, Problems, UserError
from gitopsml.files import Files
from gitopsml.model.header import read

GENERATED_FOLDERS: Final = ("argocd", "deploy")

FileTree = Mapping[str, str]


@dataclass(slots=True, frozen=True)
class Plan:
    """Paths by what has to happen to them, sorted. `edited` are generated files that somebody changed by hand."""

    create: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the directory already is what it should be."""
        return not (self.create or self.update or self.delete)

    def lines(self) -> list[str]:
        """One line per path with its state, for people."""
        edited = set(self.edited)
        states = [(path, "missing") for path in self.create]
        states += [(path, "edited by hand" if path in edited else "stale") for path in self.update]
        states += [(path, "orphan, edited by hand" if path in edited else "orphan") for path in self.delete]
        return [f"{path}: {state}" for path, state in sorted(states)]


def plan(tree: FileTree, files: Files, folders: Iterable[str] = GENERATED_FOLDERS) -> Plan:
    """Compare the wanted files with what stands below `folders`.

    Raises NotOurFile where a file that the generator did not write stands in the way, and UserError for an impossible path.
    """
    check_paths(tree)
    present = {path: text for folder in folders for path, text in _texts(files, folder)}
    strangers = [path for path in sorted(tree) if path in present and read(present[path]) is None and present[path] != tree[path]]
    strangers += [path for path in sorted(tree) if path not in present and files.kind(path) != "missing"]
    if strangers:
        raise Problems([_stranger(path) for path in strangers])
    changed = [path for path in sorted(tree) if path in present and present[path] != tree[path]]
    orphans = [path for path in sorted(present) if path not in tree and read(present[path]) is not None]
    return Plan(
        create=tuple(path for path in sorted(tree) if path not in present),
        update=tuple(changed),
        delete=tuple(orphans),
        keep=tuple(path for path in sorted(tree) if present.get(path) == tree[path]),
        edited=tuple(path for path in sorted({*changed, *orphans}) if _edited(present[path])),
    )


def _edited(text: str) -> bool:
    header = read(text)
    return header is not None and not header.intact


def _stranger(path: str) -> UserError:
    hint = "move it elsewhere (files of your own belong into apps/<team>/<app>/local/<env>/)"
    return NotOurFile("gitopsml did not write this file and will not replace it", path=path, hint=hint)


def _texts(files: Files, folder: str) -> Iterable[tuple[str, str]]:
    """Every regular file below a folder, with its text; links are not followed into other folders."""
    if files.kind(folder) != "directory" or files.resolve(folder) != folder:
        return
    for name in files.names(folder):
        path = f"{folder}/{name}"
        if not _is_plain(files, path):
            continue
        if files.kind(path) == "directory":
            yield from _texts(files, path)
        else:
            yield path, files.read(path).decode("utf-8", "replace")


def _is_plain(files: Files, path: str) -> bool:
    try:
        return files.resolve(path) == path and files.kind(path) in ("file", "directory")
    except UserError:  # a broken link, or one that leaves the repository: not ours
        return False


def check_paths(tree: Iterable[str]) -> None:
    """Refuse paths that Git or a file system would treat in a special way (facts: git-and-ci §1). Raises UserError."""
    seen: dict[str, str] = {}
    for path in tree:
        folded = unicodedata.normalize("NFC", path).casefold()
        other = seen.setdefault(folded, path)
        if other != path:
            raise UserError(f"{path} and {other} differ only in case", hint="rename one of them")
        for part in path.split("/"):
            reason = _bad_part(part)
            if reason:
                raise UserError(f"{path!r} cannot be a generated file: {reason}")


def _bad_part(part: str) -> str:
    if part in ("", ".", ".."):
        return "it has an empty, . or .. component"
    if len(part.encode()) > 255:
        return "a component is longer than 255 bytes"
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in part):
        return "it holds a control character"
    if part.rstrip(". ").casefold() in (".git", "git~1"):
        return "it names Git's own folder"
    return ""
