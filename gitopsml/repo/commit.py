"""One commit of generated files, by plumbing: no hooks, no filters, no index of other files touched (facts: git-and-ci §1).

Objects first, on a throw-away ref; then the branch moves by compare-and-swap; then the index entries of the generated paths
follow. Killed at any moment, the branch is old or new, and the next run finishes the rest.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, NamedTuple

from gitopsml.errors import GitError
from gitopsml.model.header import read
from gitopsml.repo.command import LOCKED, Git

_TEMPORARY: Final = "refs/gitopsml/tmp/"
_STALE_SECONDS: Final = 3600
_NOTHING: Final = "0" * 40


class Commit(NamedTuple):
    """A commit that was made: its id, the branch, the first line of its message, and the paths it changed."""

    id: str
    branch: str
    subject: str
    changed: tuple[str, ...]


class _Head(NamedTuple):
    ref: str
    commit: str  # "" while the branch is unborn

    @property
    def branch(self) -> str:
        return self.ref.removeprefix("refs/heads/")


def commit(root: str, tree: Mapping[str, str], folders: Sequence[str], describe: Callable[[list[str]], str]) -> Commit | None:
    """Commit `tree` (path -> text) on the branch that is checked out at `root`, and that generated files of `folders` are gone.

    `describe` makes the message from the paths that change. Returns None when the branch already holds exactly that. Raises
    GitError: no repository, a detached HEAD, a merge in progress, a branch checked out in another work tree too, no identity, a
    branch that moved meanwhile.
    """
    git = Git(root)
    head = _head(git)
    _sweep(git)
    known = _entries(git, head)
    wanted = {path: _blob_id(text) for path, text in tree.items()}
    gone = [path for path in _vanished(git, known, folders) if path not in tree]
    changed = sorted(path for path, blob in wanted.items() if known.get(path) != blob)
    if not changed and not gone:
        _advance_index(git, wanted, ())
        return None
    message = describe(sorted([*changed, *gone])).strip()
    made = _make(git, head, {path: tree[path] for path in changed}, gone, message)
    _move(git, head, made)
    _advance_index(git, wanted, gone)
    return Commit(made, head.branch, message.partition("\n")[0], tuple(sorted([*changed, *gone])))


def not_a_repository(root: str) -> GitError:
    """The error for a directory outside of Git."""
    return GitError("this is not a Git repository", path=root, hint="run `git init` first, or leave out --commit")


def _vanished(git: Git, known: Mapping[str, str], folders: Sequence[str]) -> list[str]:
    """Files that we wrote, that the branch has and the work tree no longer has. Other people's deletions are theirs to commit."""
    below = tuple(f"{folder}/" for folder in folders)
    missing = [path for path in sorted(known) if path.startswith(below) and not os.path.lexists(os.path.join(git.root, path))]
    return [path for path in missing if known[path] and read(git.run("cat-file", "blob", known[path]) + "\n")]


def _head(git: Git) -> _Head:
    ref = git.run("symbolic-ref", "--quiet", "HEAD", check=False)
    if not ref.startswith("refs/heads/"):
        if not git.run("rev-parse", "--git-dir", check=False):
            raise not_a_repository(git.root)
        raise GitError("no branch is checked out", hint="`git switch BRANCH` first, so that the commit has a place")
    folder = git.run("rev-parse", "--absolute-git-dir")
    if any(os.path.exists(os.path.join(folder, name)) for name in ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD")):
        raise GitError("a merge is in progress", hint="finish it or abort it, then run this again")
    if os.path.exists(os.path.join(folder, "index.lock")):
        raise GitError("another Git command is running in this repository", hint=LOCKED)
    _only_here(git, ref)
    return _Head(ref, git.run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}", check=False))


def _only_here(git: Git, ref: str) -> None:
    """Refuse a branch that another work tree has checked out: moving it there would look like somebody's edit."""
    places: list[str] = []
    place = ""
    for line in git.run("worktree", "list", "--porcelain", "-z").split("\0"):
        word, _, rest = line.partition(" ")
        place = rest if word == "worktree" else place
        if word == "branch" and rest == ref:
            places.append(place)
    others = [one for one in places if os.path.realpath(one) != os.path.realpath(git.root)]
    if others:
        hint = "switch one of the two to another branch"
        raise GitError(f"{ref.removeprefix('refs/heads/')} is checked out in {others[0]} too", hint=hint)


def _entries(git: Git, head: _Head) -> dict[str, str]:
    """Path -> blob id of all plain files of the branch's newest commit."""
    if not head.commit:
        return {}
    entries: dict[str, str] = {}
    for line in git.run("ls-tree", "-r", "-z", "--full-tree", head.commit).split("\0"):
        about, _, path = line.partition("\t")
        if about:
            mode, _, blob = about.split(" ")
            entries[path] = blob if mode == "100644" else ""
    return entries


def _blob_id(text: str) -> str:
    content = text.encode()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _make(git: Git, head: _Head, texts: Mapping[str, str], gone: list[str], message: str) -> str:
    """The new commit's id; nothing points to it but a throw-away ref until the branch moves."""
    author, committer = _identity(git, "AUTHOR"), _identity(git, "COMMITTER")
    ref = f"{_TEMPORARY}{os.getpid()}"
    body = message.encode() + b"\n"
    about = f"feature done\ncommit {ref}\nauthor {author}\ncommitter {committer}\ndata {len(body)}\n"
    parts = [about.encode(), body]
    if head.commit:
        parts.append(f"from {head.commit}\n".encode())
    parts += [f"D {_quoted(path)}\n".encode() for path in gone]
    for path, text in texts.items():
        content = text.encode()
        parts += [f"M 100644 inline {_quoted(path)}\n".encode(), b"data %d\n" % len(content), content, b"\n"]
    parts.append(b"done\n")
    try:
        git.run("fast-import", "--quiet", "--force", "--date-format=raw", stdin=b"".join(parts))
        made = git.run("rev-parse", "--verify", f"{ref}^{{commit}}")
        return _signed(git, head, made, body)
    finally:
        git.run("update-ref", "-d", ref, check=False)


def _quoted(path: str) -> str:
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _identity(git: Git, role: str) -> str:
    """`Name <mail> seconds zone`; SOURCE_DATE_EPOCH fixes the time (reproducible-builds.org)."""
    hint = 'set it: git config user.name "…"; git config user.email "…"'
    who = git.run("var", f"GIT_{role}_IDENT", check=False)
    if not who:
        raise GitError("Git does not know who commits", hint=hint)
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return f"{who.rsplit(' ', 2)[0]} {epoch} +0000" if epoch.isdigit() else who


def _signed(git: Git, head: _Head, made: str, body: bytes) -> str:
    """The commit again with a signature, where the user's configuration wants one (fast-import cannot sign)."""
    if git.run("config", "--type=bool", "commit.gpgsign", check=False) != "true":
        return made
    local = git.run("config", "--local", "--list", "--name-only", "-z", check=False).lower().split("\0")
    if any(name.startswith("gpg.") and name.endswith("program") for name in local):
        raise GitError(
            "this repository names its own signing program", hint="set gpg.program in your global configuration instead"
        )
    parents = ["-p", head.commit] if head.commit else []
    return git.run("commit-tree", "-S", *parents, f"{made}^{{tree}}", stdin=body)


def _move(git: Git, head: _Head, made: str) -> None:
    try:
        git.run("update-ref", "-m", "gitopsml: generate", head.ref, made, head.commit or _NOTHING)
    except GitError:
        raise GitError(f"{head.branch} moved while generating", hint="run this again: it starts from the new commit") from None


def _advance_index(git: Git, wanted: Mapping[str, str], gone: Collection[str]) -> None:
    """The index entries of the generated paths become those of the commit; all other entries stay."""
    lines = [f"100644 {blob}\t{path}" for path, blob in wanted.items()] + [f"0 {_NOTHING}\t{path}" for path in gone]
    if lines:
        git.run("update-index", "-z", "--index-info", stdin="".join(f"{line}\0" for line in lines).encode())


def _sweep(git: Git) -> None:
    """Delete throw-away refs that a killed run left more than an hour ago."""
    listed = git.run("for-each-ref", "--format=%(committerdate:unix) %(refname)", _TEMPORARY)
    for line in listed.splitlines():
        made, _, ref = line.partition(" ")
        if made.isdigit() and int(made) < time.time() - _STALE_SECONDS:
            git.run("update-ref", "-d", ref, check=False)
