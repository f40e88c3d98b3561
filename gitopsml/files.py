"""The only way to the content of a repository: a jail at its root, each file read once (facts: hostile-input §2.9).

Paths are relative to the root, posix, without `.` and `..`. `DiskFiles` follows links by hand and refuses those that leave
the root; `MemoryFiles` serves a tree of texts (the generator's proof, an editor's buffer) over an optional base.
"""

from __future__ import annotations

import errno
import os
import posixpath
import stat
from collections.abc import Mapping
from typing import Literal, NamedTuple, Protocol

from gitopsml.errors import UserError

MAX_FILE = 16 * 1024 * 1024
MAX_LINKS = 40

Kind = Literal["file", "directory", "other", "missing"]


class Entry(NamedTuple):
    """One name in a directory; `kind` is "link" for a symbolic link, whatever it points to."""

    name: str
    kind: Literal["file", "directory", "link", "other"]


class FileProblem(UserError):
    """A file that cannot be read: missing, outside the repository, not a regular file, too large, unreadable."""


class Files(Protocol):
    """A tree of files below a root."""

    @property
    def root(self) -> str:
        """The absolute directory (or a name for a tree in memory), only for messages."""

    def read(self, path: str) -> bytes:
        """The bytes of a regular file. Raises FileProblem."""

    def kind(self, path: str) -> Kind:
        """What stands at a path, links followed. Raises FileProblem where a link leaves the root."""

    def names(self, path: str) -> list[str]:
        """The sorted names in a directory. Raises FileProblem."""

    def entries(self, path: str) -> list[Entry]:
        """What is in a directory, sorted by name, links not followed: for walks over many files. Raises FileProblem."""

    def resolve(self, path: str) -> str:
        """The path with all links followed, relative to the root. Raises FileProblem where it leaves the root or does not exist."""


def normal(path: str) -> str:
    """`a/./b/../c` -> `a/c`; "." for the root. Raises FileProblem where it leaves the root or is absolute."""
    if "\0" in path:
        raise FileProblem("a path holds a NUL byte", path=path.replace("\0", "\\0"))
    clean = posixpath.normpath(path or ".")
    if clean.startswith("/") or clean == ".." or clean.startswith("../"):
        raise FileProblem("the path leaves the repository", path=path, hint="move the file below the repository's root")
    return clean


class DiskFiles:
    """The files below a directory of the disk. What was read once is served again from memory: one run sees one snapshot."""

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)
        self._read: dict[str, bytes] = {}
        self._resolved: dict[str, str] = {}

    def resolve(self, path: str) -> str:
        known = self._resolved.get(path)
        if known is None:
            known = self._resolved[path] = self._follow(normal(path))
        return known

    def _follow(self, path: str) -> str:
        """Walks component by component, so that no link is followed by the system."""
        done: list[str] = []
        todo = [] if path == "." else path.split("/")
        links = 0
        while todo:
            name = todo.pop(0)
            if name == "..":
                if not done:
                    raise FileProblem("a link leaves the repository", path=path, hint="replace the link by the file it points to")
                done.pop()
                continue
            here = "/".join([*done, name])
            target = self._link(here, path)
            if target is None:
                done.append(name)
                continue
            links += 1
            if links > MAX_LINKS:
                raise FileProblem("too many links", path=path)
            target = self._inside(target, path)
            if target.startswith("/"):
                done, target = [], target[1:]
            todo = [part for part in target.split("/") if part not in ("", ".")] + todo
        return "/".join(done) or "."

    def _link(self, here: str, asked: str) -> str | None:
        try:
            info = os.lstat(os.path.join(self.root, here))
            return os.readlink(os.path.join(self.root, here)) if stat.S_ISLNK(info.st_mode) else None
        except OSError as error:
            raise _problem(error, asked) from None

    def _inside(self, target: str, asked: str) -> str:
        """An absolute link target -> `/…` below the root; a relative one as it is."""
        if not target.startswith("/"):
            return target
        clean = posixpath.normpath(target)
        if clean == self.root or clean.startswith(self.root + "/"):
            return "/" + clean[len(self.root) :].lstrip("/")
        raise FileProblem("a link leaves the repository", path=asked, hint="replace the link by the file it points to")

    def kind(self, path: str) -> Kind:
        try:
            mode = os.lstat(os.path.join(self.root, self.resolve(path))).st_mode
        except FileProblem as problem:
            if problem.what == _MISSING:
                return "missing"
            raise
        except OSError:
            return "missing"
        return "file" if stat.S_ISREG(mode) else "directory" if stat.S_ISDIR(mode) else "other"

    def names(self, path: str) -> list[str]:
        try:
            return sorted(os.listdir(os.path.join(self.root, self.resolve(path))))
        except OSError as error:
            raise _problem(error, path) from None

    def entries(self, path: str) -> list[Entry]:
        try:
            with os.scandir(os.path.join(self.root, self.resolve(path))) as found:
                return sorted(Entry(one.name, _entry_kind(one)) for one in found)
        except OSError as error:
            raise _problem(error, path) from None

    def read(self, path: str) -> bytes:
        real = self.resolve(path)
        known = self._read.get(real)
        if known is None:
            known = self._read[real] = self._load(real, path)
        return known

    def _load(self, real: str, asked: str) -> bytes:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            descriptor = os.open(os.path.join(self.root, real), flags)
        except OSError as error:
            raise _problem(error, asked) from None
        try:
            info = os.fstat(descriptor)
            if not stat.S_ISREG(info.st_mode):
                raise FileProblem("not a regular file", path=asked)
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                content = stream.read(MAX_FILE + 1)
        except OSError as error:
            raise _problem(error, asked) from None
        finally:
            os.close(descriptor)
        if len(content) > MAX_FILE:
            raise FileProblem(f"larger than {MAX_FILE // 1024 // 1024} MiB", path=asked, hint="split the file")
        return content


class MemoryFiles:
    """Texts by path, over an optional base."""

    def __init__(self, tree: Mapping[str, str | bytes], base: Files | None = None, root: str = "") -> None:
        self.root = base.root if base else root
        self._base = base
        self._tree = {normal(path): text.encode() if isinstance(text, str) else text for path, text in tree.items()}
        self._names: dict[str, set[str]] = {".": set()}
        for path in self._tree:
            while path not in ("", "."):
                parent, _, name = path.rpartition("/")
                self._names.setdefault(parent or ".", set()).add(name)
                path = parent

    def resolve(self, path: str) -> str:
        clean = normal(path)
        if clean in self._tree or clean in self._names:
            return clean
        if self._base:
            return self._base.resolve(clean)
        raise FileProblem(_MISSING, path=path)

    def kind(self, path: str) -> Kind:
        clean = normal(path)
        if clean in self._tree:
            return "file"
        if clean in self._names:
            return "directory"
        return self._base.kind(clean) if self._base else "missing"

    def names(self, path: str) -> list[str]:
        clean = normal(path)
        below = set(self._names.get(clean, ()))
        if self._base and self._base.kind(clean) == "directory":
            below.update(self._base.names(clean))
        elif clean not in self._names:
            raise FileProblem(_MISSING if clean not in self._tree else "not a directory", path=path)
        return sorted(below)

    def entries(self, path: str) -> list[Entry]:
        clean = normal(path)
        below = {entry.name: entry for entry in self._base.entries(clean)} if self._has_below(clean) and self._base else {}
        for name in self._names.get(clean, ()):
            kind: Literal["file", "directory"] = (
                "file" if (name if clean == "." else f"{clean}/{name}") in self._tree else "directory"
            )
            below[name] = Entry(name, kind)
        if not below and clean not in self._names and not self._has_below(clean):
            raise FileProblem(_MISSING if clean not in self._tree else "not a directory", path=path)
        return sorted(below.values())

    def _has_below(self, clean: str) -> bool:
        return self._base is not None and clean not in self._tree and self._base.kind(clean) == "directory"

    def read(self, path: str) -> bytes:
        clean = normal(path)
        known = self._tree.get(clean)
        if known is not None:
            return known
        if self._base and clean not in self._names:
            return self._base.read(clean)
        raise FileProblem(_MISSING if clean not in self._names else "is a directory", path=path)


def _entry_kind(entry: os.DirEntry[str]) -> Literal["file", "directory", "link", "other"]:
    if entry.is_symlink():
        return "link"
    if entry.is_dir(follow_symlinks=False):
        return "directory"
    return "file" if entry.is_file(follow_symlinks=False) else "other"


_MISSING = "no such file or directory"
_REASONS = {
    errno.ENOENT: _MISSING,
    errno.ENOTDIR: _MISSING,
    errno.EISDIR: "is a directory",
    errno.ELOOP: "a link changed while it was read",
    errno.EACCES: "permission denied",
    errno.ENAMETOOLONG: "the name is too long",
}


def _problem(error: OSError, path: str) -> FileProblem:
    return FileProblem(_REASONS.get(error.errno or 0, os.strerror(error.errno or 0).lower()), path=path)
