"""Which files changed since a commit: the work tree, the index and new files against the merge base."""

from __future__ import annotations

import re
from typing import Final

from gitopsml.errors import GitError
from gitopsml.repo.command import Git

_REVISION: Final = re.compile(r"(?!-)(?!.*(?:\.\.|@\{|//))[A-Za-z0-9._/~^-]{1,200}\Z")


def changed_since(root: str, base: str = "") -> set[str]:
    """Paths (from the top of the work tree) that differ from the merge base of `base` and HEAD; deleted ones too.

    `base` defaults to `default_base`. A repository without commits has changed everywhere. Raises GitError for an unknown base.
    """
    git = Git(root)
    untracked = git.run("ls-files", "--others", "--exclude-standard", "-z", "--full-name", "--", ":/")
    head = git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}", check=False)
    if not head:
        tracked = git.run("ls-files", "-z", "--full-name", "--", ":/")
        return _paths(untracked) | _paths(tracked)
    commit = resolve(git, base or default_base(git))
    start = git.run("merge-base", commit, head, check=False) or commit
    options = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules")
    return _paths(git.run("diff", *options, start, "--")) | _paths(untracked)


def default_base(git: Git) -> str:
    """The branch that the remote calls its own (`origin/HEAD`) where known, else HEAD: what is not committed yet."""
    branch = git.run("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD", check=False)
    return branch or "HEAD"


def resolve(git: Git, revision: str) -> str:
    """A revision -> the commit's object id. Raises GitError where it is no plain name or names no commit."""
    hint = "name a branch or commit, for example origin/main (a shallow clone may lack it: fetch it first)"
    if not _REVISION.match(revision):
        raise GitError(f"{revision!r} is not a revision", hint=hint)
    commit = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", check=False)
    if not commit:
        raise GitError(f"there is no commit {revision!r}", hint=hint)
    return commit


def _paths(output: str) -> set[str]:
    return {path for path in output.split("\0") if path}
