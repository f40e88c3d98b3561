"""One Git command at a time: full argument lists, no shell, a scrubbed environment, hooks and monitors off."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from gitopsml.errors import GitError

_OPTIONS: Final = (
    "--no-pager",
    "--no-optional-locks",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "safe.bareRepository=explicit",
    "-c",
    "protocol.ext.allow=never",
    "-c",
    "core.quotePath=false",
)
_ALLOWED: Final = {
    *("cat-file", "commit-tree", "config", "diff", "fast-import", "for-each-ref", "ls-files", "ls-tree", "merge-base"),
    *("rev-parse", "symbolic-ref", "update-index", "update-ref", "var", "worktree"),
}
_KEPT: Final = re.compile(r"GIT_(?:(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL|DATE)|EXEC_PATH|CONFIG_GLOBAL)\Z")
_OURS: Final = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PYTHON_REFRESH": "quiet",
    "LC_ALL": "C",
}
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
TIMEOUT_SECONDS: Final = 120
LOCKED: Final = "wait for it, or delete .git/index.lock if none is"
_TRUST: Final = "git config --global --add safe.directory DIR"


class Git:
    """Git in one work tree. `root` is its absolute top directory."""

    def __init__(self, root: str) -> None:
        self.root = root

    def run(self, *arguments: str, stdin: bytes | None = None, check: bool = True) -> str:
        """The output of one command, decoded, without the last line end. Raises GitError; with `check` off a failure is ""."""
        assert arguments[0] in _ALLOWED, arguments[0]
        status, out, err = self._execute(arguments, stdin)
        if status and check:
            raise _failure(arguments[0], err)
        return "" if status else out.removesuffix("\n")

    def _execute(self, arguments: tuple[str, ...], stdin: bytes | None) -> tuple[int, str, str]:
        with _environment():
            git = _load()
            with tempfile.TemporaryFile() as stream:
                stream.write(stdin or b"")
                stream.seek(0)
                command = [git.Git.GIT_PYTHON_GIT_EXECUTABLE, *_OPTIONS, "-C", self.root, *arguments]
                try:
                    status, out, err = git.Git(self.root).execute(
                        command,
                        istream=stream,
                        with_extended_output=True,
                        with_exceptions=False,
                        stdout_as_string=False,
                        strip_newline_in_stdout=False,
                        kill_after_timeout=TIMEOUT_SECONDS if os.name == "posix" else None,
                    )
                except git.GitCommandNotFound:
                    raise _no_git() from None
        return status, _text(out), _text(err)


def _text(output: Any) -> str:
    return output if isinstance(output, str) else bytes(output).decode("utf-8", "surrogateescape")


def _load() -> Any:
    try:
        import git
    except ImportError:
        raise _no_git() from None
    return git


def _no_git() -> GitError:
    return GitError("git is not installed, or not in PATH", hint="install Git, or leave out --commit and --changed")


@contextmanager
def _environment() -> Iterator[None]:
    """Our own environment without `GIT_*` while a command runs: GitPython only ever adds to what it finds there."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("GIT_") and not _KEPT.match(name)]:
        del os.environ[name]
    os.environ.update(_OURS)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _failure(command: str, stderr: str) -> GitError:
    lines = [line for line in _CREDENTIALS.sub("", stderr).strip().splitlines() if line.strip()]
    first = lines[0].removeprefix("fatal: ").removeprefix("error: ") if lines else "no reason given"
    if "dubious ownership" in stderr:
        advice = next((line.strip() for line in lines if "safe.directory" in line), _TRUST)
        return GitError(first, hint=f"if you trust this directory, run: {advice}")
    if "index.lock" in stderr:
        return GitError("another Git command is running in this repository", hint=LOCKED)
    denied = "Permission denied" in stderr or "Read-only file system" in stderr
    return GitError(f"git {command}: {first}", hint="make the .git folder writable and run this again" if denied else "")


def toplevel(directory: str) -> str | None:
    """The top directory of the work tree that holds `directory`; None outside of Git. Raises GitError where Git refuses."""
    git = Git(directory)
    status, out, err = git._execute(("rev-parse", "--show-toplevel"), None)  # noqa: SLF001 - the status matters here
    if status and "not a git repository" in err:
        return None
    if status:
        raise _failure("rev-parse", err)
    return out.removesuffix("\n")
