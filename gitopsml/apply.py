"""Carrying out a plan: each file changes in one step, and nothing is ever written through a link (facts: hostile-input §2.9)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from gitopsml.errors import UserError
from gitopsml.plan import FileTree, Plan

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


def apply(todo: Plan, tree: FileTree, root: str) -> None:
    """Write and delete what the plan says below `root`.

    Raises UserError (a read-only folder, a link or a file where a folder should be). Stopped at any moment, every file is
    either old or new and the next run goes on from there.
    """
    for path in (*todo.create, *todo.update):
        with _folder(root, path) as (folder, name):
            _write(folder, name, tree[path].encode())
    for path in todo.delete:
        with _folder(root, path) as (folder, name), suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)
        _drop_empty_folders(root, path)


@contextmanager
def _folder(root: str, path: str) -> Iterator[tuple[int, str]]:
    """The open folder of a file and the file's name in it; folders are made, links refused."""
    *folders, name = path.split("/")
    here = -1
    try:
        here = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        for part in folders:
            with suppress(FileExistsError):
                os.mkdir(part, dir_fd=here)
            below = os.open(part, _FOLDER, dir_fd=here)
            os.close(here)
            here = below
        yield here, name
    except NotADirectoryError:
        raise UserError("a file or a link stands where a folder must be", path=path, hint="move it away") from None
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise UserError(f"cannot write: {reason}", path=path, hint="make the folder writable and run this again") from None
    finally:
        if here >= 0:
            os.close(here)


def _write(folder: int, name: str, content: bytes) -> None:
    """A new file beside the old one, then one rename: a reader sees the old or the new text, never a part."""
    temporary = f".{name}.gitopsml-{os.getpid()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(temporary, flags, 0o644, dir_fd=folder), "wb") as stream:
            stream.write(content)
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        with suppress(OSError):  # nothing is there after the rename
            os.unlink(temporary, dir_fd=folder)


def _drop_empty_folders(root: str, path: str) -> None:
    """A folder that lost its last generated file goes too; the first one with something else in it stays."""
    folder = os.path.dirname(path)
    with suppress(OSError):
        while folder:
            os.rmdir(os.path.join(root, folder))
            folder = os.path.dirname(folder)
