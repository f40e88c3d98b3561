"""Files and directories that a kustomization names: load restrictions, cycles and remote places (facts: kustomize §7).

Everything goes through `Files`, which is a jail at the repository's root; what kustomize forbids beyond that is refused here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from gitopsml.errors import RenderError
from gitopsml.files import FileProblem, Files, normal
from gitopsml.kustomize.cache import Cache
from gitopsml.kustomize.layer import File, Options, Setting
from gitopsml.kustomize.shapes import Schemas
from gitopsml.yamlio import Document

MAX_DEPTH: Final = 64
_REMOTE: Final = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|git::|git@|[\w.-]+@[\w.-]+:|(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org)[/:])|\S*\?(?:\S*&)?ref=",
    re.IGNORECASE,
)
_AMBIGUOUS: Final = re.compile(r"(?:^|/)(?!\.\.?(?:/|$))[^/]*\.\.")


@dataclass(slots=True)
class Budget:
    """What one build may still do: components that list components grow like powers of two."""

    directories: int = 10_000


class Loader(NamedTuple):
    """What one kustomization can reach. `directory` is resolved (links followed); `visited` are the directories that led here."""

    files: Files
    directory: str
    options: Options
    cache: Cache
    visited: tuple[str, ...]
    read_paths: set[str]
    schemas: Schemas
    budget: Budget
    tracked: bool = False

    def read(self, path: str, setting: Setting) -> File:
        """A file that an entry names. Raises RenderError: missing, remote, outside what the load restrictions allow."""
        if path.startswith(("http://", "https://")):
            raise setting.error(f"{path} is remote; gitopsml fetches nothing", "copy the file into the repository", "remote-base")
        where = self._where(path, setting)
        try:
            real = self.files.resolve(where)
        except FileProblem as problem:
            raise setting.error(f"cannot read {path}: {problem.what}", problem.hint or "correct the path") from None
        if self.options.load_restrictor == "rootOnly" and not below(real, self.directory):
            place = "its directory" if self.directory != "." else "the repository"
            raise setting.error(
                f"{path} is outside {place} {self.directory}: kustomize refuses files from elsewhere",
                "move the file, make it a base, or build with --load-restrictor none",
                "base-outside-root",
            )
        return self._file(real, path, setting)

    def _file(self, real: str, path: str, setting: Setting) -> File:
        known = self.cache.files.get(real)
        if known is None:
            try:
                content = self.files.read(real)
            except FileProblem as problem:
                raise setting.error(f"cannot read {path}: {problem.what}", problem.hint or "correct the path") from None
            text = content.decode("utf-8", "replace")
            known = self.cache.files[real] = File(real, content, Document(real, 0, text, None))
        self.read_paths.add(real)
        return known

    def is_file(self, path: str, setting: Setting) -> bool:
        """Whether an entry of `resources` names a file (a link out of the repository is an error)."""
        try:
            return self.files.kind(self._where(path, setting)) in ("file", "other")
        except FileProblem as problem:
            raise setting.error(f"cannot read {path}: {problem.what}", problem.hint) from None

    def enter(self, path: str, setting: Setting) -> Loader:
        """The loader of a base or component. Raises RenderError: missing, remote, a cycle, outside the repository."""
        if not path:
            raise setting.error("the path is empty", "write the path of a directory")
        if _REMOTE.match(path):
            raise setting.error(
                f"{path} is remote; gitopsml fetches nothing",
                "copy the base into the repository, or list the target as unchecked",
                "remote-base",
            )
        if path.startswith("/"):
            raise setting.error(f"the directory {path} is absolute", "write it relative to the kustomization")
        if self.options.version >= (5, 8, 2) and _AMBIGUOUS.search(path):
            raise setting.error(f"the path {path!r} has `..` inside a name", "check the indentation of the list")
        try:
            where = self._where(path, setting)
            if self.files.kind(where) != "directory":
                raise setting.error(f"there is no file or directory {path}", "correct the path")
            real = self.files.resolve(where)
        except FileProblem as problem:
            raise setting.error(f"cannot use {path}: {problem.what}", problem.hint or "correct the path") from None
        self.demand_no_cycle(real, setting)
        self.budget.directories -= 1
        if self.budget.directories < 0:
            raise chained(
                setting, f"more than {Budget().directories} directories are built", "list bases and components fewer times"
            )
        return self._replace(directory=real, visited=(*self.visited, real))

    def demand_no_cycle(self, real: str, setting: Setting) -> None:
        """Raises RenderError where a directory is, or contains, one of those that led here; or where the way is too long."""
        for root in self.visited:
            if below(root, real):
                what = f"cycle: {real} contains {root}, which is being built"
                raise chained(setting, what, "make the base a directory of its own")
        if len(self.visited) >= MAX_DEPTH:
            raise chained(setting, f"more than {MAX_DEPTH} kustomizations deep", "make the chain of bases shorter")

    def _where(self, path: str, setting: Setting) -> str:
        """A path of the kustomization -> relative to the root of the files."""
        root = self.files.root
        if path.startswith("/"):
            if not root or not (path == root or path.startswith(root.rstrip("/") + "/")):
                raise setting.error(
                    f"{path} is outside the repository", "write it relative to the kustomization", "base-outside-root"
                )
            return path[len(root) :].lstrip("/") or "."
        try:
            return normal(path if self.directory == "." else f"{self.directory}/{path}")
        except FileProblem:
            raise setting.error(
                f"{path} leaves the repository", "move it below the repository's root", "base-outside-root"
            ) from None


class ChainError(RenderError):
    """A base that does not build only because of what led to it: another overlay may use it."""


def chained(setting: Setting, what: str, hint: str) -> ChainError:
    """A ChainError at a setting."""
    error = setting.error(what, hint)
    return ChainError(error.what, path=error.path, line=error.line, column=error.column, hint=error.hint)


def below(path: str, directory: str) -> bool:
    """Whether a path is a directory or in it (both resolved, relative to one root)."""
    return directory in (".", path) or path.startswith(directory + "/")
