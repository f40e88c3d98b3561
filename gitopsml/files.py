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
MAX_TOTAL = 512 * 1024 * 1024
MAX_LINKS = 40
MAX_OPEN = 64  # directories

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NO_LINK = "replace the link by the file it points to"

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
        """The path with all links followed. Raises FileProblem where it leaves the root or does not exist."""


def normal(path: str) -> str:
    """`a/./b/../c` -> `a/c`; "." for the root. Raises FileProblem where it leaves the root or is absolute."""
    if "\0" in path:
        raise FileProblem("a path holds a NUL byte", path=path.replace("\0", "\\0"))
    clean = posixpath.normpath(path or ".")
    if clean == ".." or clean.startswith(("/", "../")):
        raise FileProblem("the path leaves the repository", path=path, hint="move the file below the repository's root")
    return clean


class DiskFiles:
    """The files below a directory of the disk. What was read once is served again from memory: one run sees one snapshot.

    Every directory is opened below its parent without following links, and files below their directory, so that a link that is
    swapped in between never leads outside. At most 512 MiB are read in all.
    """

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)
        self._read: dict[str, bytes] = {}
        self._left = MAX_TOTAL
        self._real: dict[str, str] = {}
        self._resolved: dict[str, str] = {".": "."}
        self._open: dict[str, int] = {}

    def close(self) -> None:
        """Closes the directories; the object can still be used."""
        while self._open:
            os.close(self._open.popitem()[1])

    def __del__(self) -> None:
        self.close()

    def resolve(self, path: str) -> str:
        known = self._resolved.get(path)
        if known is None:
            known = self._resolved[path] = self._walk(".", normal(path), path, 0)
        return known

    def _walk(self, directory: str, path: str, asked: str, links: int) -> str:
        for name in path.split("/"):
            if name in ("", "."):
                continue
            if name != "..":
                directory = self._step(directory, name, asked, links)
            elif directory == ".":
                raise FileProblem("a link leaves the repository", path=asked, hint=_NO_LINK)
            else:
                directory = directory.rpartition("/")[0] or "."
        return directory

    def _step(self, directory: str, name: str, asked: str, links: int) -> str:
        """The real path of a name in a directory (which has one already)."""
        here = name if directory == "." else f"{directory}/{name}"
        known = self._real.get(here)
        if known is not None:
            return known
        target = self._link(directory, name, asked)
        if target is None:
            real = here
        elif links >= MAX_LINKS:
            raise FileProblem("too many links", path=asked, hint="do they lead in a circle?")
        elif target.startswith("/"):
            real = self._walk(".", self._inside(target, asked), asked, links + 1)
        else:
            real = self._walk(directory, target, asked, links + 1)
        self._real[here] = real
        return real

    def _link(self, directory: str, name: str, asked: str) -> str | None:
        try:
            return os.readlink(name, dir_fd=self._directory(directory))
        except OSError as error:
            if error.errno == errno.EINVAL:  # it is there, and it is no link
                return None
            raise _problem(error, asked) from None

    def _inside(self, target: str, asked: str) -> str:
        """An absolute link target -> the path below the root."""
        clean = posixpath.normpath(target)
        if clean == self.root or clean.startswith(self.root.rstrip("/") + "/"):
            return clean[len(self.root) :]
        raise FileProblem("a link leaves the repository", path=asked, hint=_NO_LINK)

    def _directory(self, real: str) -> int:
        """A descriptor of a directory, opened component by component. Raises OSError."""
        known = self._open.pop(real, None)
        if known is None:
            parent, _, name = real.rpartition("/")
            if real == ".":
                known = os.open(self.root, _DIRECTORY)
            else:
                known = os.open(name, _DIRECTORY | os.O_NOFOLLOW, dir_fd=self._directory(parent or "."))
            if len(self._open) >= MAX_OPEN:
                os.close(self._open.pop(next(iter(self._open))))
        self._open[real] = known  # the last used one is the last to be closed
        return known

    def kind(self, path: str) -> Kind:
        try:
            directory, _, name = self.resolve(path).rpartition("/")
            mode = os.stat(name, dir_fd=self._directory(directory or "."), follow_symlinks=False).st_mode
        except FileProblem as problem:
            if problem.what == _MISSING:
                return "missing"
            raise
        except OSError:
            return "missing"
        return "file" if stat.S_ISREG(mode) else "directory" if stat.S_ISDIR(mode) else "other"

    def names(self, path: str) -> list[str]:
        return [entry.name for entry in self.entries(path)]

    def entries(self, path: str) -> list[Entry]:
        try:
            with os.scandir(self._directory(self.resolve(path))) as found:
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
        directory, _, name = real.rpartition("/")
        try:
            descriptor = os.open(name, _FILE, dir_fd=self._directory(directory or "."))
            try:
                content = _regular(descriptor, asked)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise _problem(error, asked) from None
        self._left -= len(content)
        if self._left < 0:
            raise FileProblem(f"more than {MAX_TOTAL // 1024 // 1024} MiB of files", path=asked, hint="check fewer files at once")
        return content


def _regular(descriptor: int, asked: str) -> bytes:
    """The content of a regular file of at most 16 MiB."""
    info = os.fstat(descriptor)
    if not stat.S_ISREG(info.st_mode):
        raise FileProblem("is a directory" if stat.S_ISDIR(info.st_mode) else "not a regular file", path=asked)
    parts = []
    left = MAX_FILE + 1
    while left and (part := os.read(descriptor, min(left, max(info.st_size, 4096) + 1))):
        parts.append(part)
        left -= len(part)
    if not left:
        raise FileProblem(f"larger than {MAX_FILE // 1024 // 1024} MiB", path=asked, hint="split the file")
    return b"".join(parts)


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
        return [entry.name for entry in self.entries(path)]

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
    errno.EACCES: "permission denied; make it readable",
    errno.ENAMETOOLONG: "the name is too long",
}


def _problem(error: OSError, path: str) -> FileProblem:
    return FileProblem(_REASONS.get(error.errno or 0, os.strerror(error.errno or 0).lower()), path=path)
