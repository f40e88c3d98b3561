"""The jail: what is inside is read once, what is outside is never read."""

from __future__ import annotations

import gc
import os
import socket
import threading
from pathlib import Path

import pytest

from gitopsml import files as module
from gitopsml.files import DiskFiles, Entry, FileProblem, MemoryFiles, normal

OUT = "a link leaves the repository"
GONE = "no such file or directory"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a neighbour: links of all sorts from inside to both."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text("secret")
    repository = tmp_path / "repository"
    for folder in ("a/b", "c"):
        (repository / folder).mkdir(parents=True)
    (repository / "a" / "x.yaml").write_text("x")
    (repository / "a" / "b" / "y.yaml").write_text("y")
    return repository


def link(root: Path, place: str, target: str) -> None:
    (root / place).symlink_to(target.replace("<root>", str(root)).replace("<outside>", str(root.parent / "outside")))


LAYOUTS = [
    ({}, "a/x.yaml", "x"),
    ({}, "a/./b/../x.yaml", "x"),
    ({}, "missing", GONE),
    ({}, "a/x.yaml/deeper", GONE),
    ({}, "a", "is a directory"),
    ({}, "../outside/secret.txt", "the path leaves the repository"),
    ({}, "/etc/passwd", "the path leaves the repository"),
    ({}, "a/../../outside/secret.txt", "the path leaves the repository"),
    ({}, "a\0b", "a path holds a NUL byte"),
    ({}, "n" * 300, "the name is too long"),
    ({"l": "a/x.yaml"}, "l", "x"),
    ({"c/l": "../a/x.yaml"}, "c/l", "x"),
    ({"c/l": "../a"}, "c/l/b/y.yaml", "y"),
    ({"c/l": "../a/b/../x.yaml"}, "c/l", "x"),
    ({"l": "<root>/a/x.yaml"}, "l", "x"),
    ({"l": "<root>"}, "l/a/x.yaml", "x"),
    ({"l": "."}, "l/l/l/a/x.yaml", "x"),
    ({"l1": "l2", "l2": "a", "l3": "l1/b"}, "l3/y.yaml", "y"),
    ({"c/l": "../a/b", "c/m": "l/../x.yaml"}, "c/m", "x"),
    ({"l": "nothing"}, "l", GONE),
    ({"l": "l"}, "l", "too many links"),
    ({"l": "m", "m": "l"}, "l/x", "too many links"),
    ({"l": "../outside/secret.txt"}, "l", OUT),
    ({"l": "../outside"}, "l/secret.txt", OUT),
    ({"l": "../repository/a/x.yaml"}, "l", OUT),
    ({"l": ".."}, "l/repository/a/x.yaml", OUT),
    ({"l": "<outside>/secret.txt"}, "l", OUT),
    ({"l": "/etc/passwd"}, "l", OUT),
    ({"l": "/proc/self/environ"}, "l", OUT),
    ({"l": "<root>/../outside/secret.txt"}, "l", OUT),
    ({"l": "<root>-not"}, "l", OUT),
    ({"l": "a", "m": "l/../../outside"}, "m/secret.txt", OUT),
]


@pytest.mark.parametrize(("links", "path", "expected"), LAYOUTS)
def test_layouts(root: Path, links: dict[str, str], path: str, expected: str) -> None:
    for place, target in links.items():
        link(root, place, target)
    files = DiskFiles(str(root))
    if len(expected) == 1:
        assert files.read(path) == expected.encode()
        assert files.kind(path) == "file"
        return
    with pytest.raises(FileProblem) as caught:
        files.read(path)
    assert caught.value.what == expected


def test_what_is_read_stays(root: Path) -> None:
    files = DiskFiles(str(root))
    assert files.read("a/x.yaml") == b"x"
    (root / "a" / "x.yaml").write_text("changed")
    assert files.read("a/x.yaml") == b"x"
    assert DiskFiles(str(root)).read("a/x.yaml") == b"changed"


def test_kinds_and_entries(root: Path) -> None:
    link(root, "c/inside", "../a")
    link(root, "c/outside", "../../outside")
    files = DiskFiles(str(root))
    kinds = [files.kind(path) for path in (".", "a", "a/x.yaml", "c/inside", "c/inside/x.yaml", "missing", "a/x.yaml/y")]
    assert kinds == ["directory", "directory", "file", "directory", "file", "missing", "missing"]
    assert files.names("c") == ["inside", "outside"]
    assert files.entries("a") == [Entry("b", "directory"), Entry("x.yaml", "file")]
    assert files.entries("c")[1] == Entry("outside", "link")
    assert files.names("a") == files.names("a")  # reading a directory twice begins anew
    with pytest.raises(FileProblem, match=OUT):
        files.kind("c/outside")
    with pytest.raises(FileProblem, match=OUT):
        files.names("c/outside")
    with pytest.raises(FileProblem, match=GONE):
        files.names("a/x.yaml")


def test_special_files_are_not_read(root: Path) -> None:
    os.mkfifo(root / "fifo")
    server = socket.socket(socket.AF_UNIX)
    server.bind(os.path.relpath(root / "socket"))
    server.close()
    files = DiskFiles(str(root))
    assert files.kind("fifo") == files.kind("socket") == "other"
    for name in ("fifo", "socket"):
        with pytest.raises(FileProblem):
            files.read(name)


def test_a_sparse_file_is_not_read_whole(root: Path) -> None:
    with (root / "big").open("wb") as stream:
        stream.truncate(1024 * 1024 * 1024)
    with pytest.raises(FileProblem) as caught:
        DiskFiles(str(root)).read("big")
    assert str(caught.value) == "big: larger than 16 MiB; split the file"


def test_the_whole_run_has_a_budget(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_TOTAL", 2)
    files = DiskFiles(str(root))
    (root / "z").write_text("zz")
    assert files.read("a/x.yaml") == files.read("a/x.yaml") == b"x"
    with pytest.raises(FileProblem, match="of files"):
        files.read("z")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(root: Path) -> None:
    (root / "a" / "x.yaml").chmod(0)
    with pytest.raises(FileProblem, match="permission denied"):
        DiskFiles(str(root)).read("a/x.yaml")


def test_a_file_swapped_for_a_link_is_not_followed(root: Path) -> None:
    files = DiskFiles(str(root))
    assert files.resolve("a/x.yaml") == "a/x.yaml"
    (root / "a" / "x.yaml").unlink()
    link(root, "a/x.yaml", "<outside>/secret.txt")
    with pytest.raises(FileProblem, match="a link changed while it was read"):
        files.read("a/x.yaml")


def test_a_directory_swapped_for_a_link_is_not_followed(root: Path) -> None:
    files = DiskFiles(str(root))
    assert files.resolve("a/b/y.yaml") == "a/b/y.yaml"
    files.close()
    (root / "a" / "b").rename(root / "moved")
    link(root, "a/b", "<outside>")
    (root.parent / "outside" / "y.yaml").write_text("secret")
    for ask in (files.read, files.names):
        with pytest.raises(FileProblem):
            ask("a/b/y.yaml")
    assert files.kind("a/b/y.yaml") == "missing"


def test_links_that_change_all_the_time_never_lead_outside(root: Path) -> None:
    """A second thread swaps a directory for a link to the neighbour and back while we read."""
    (root.parent / "outside" / "y.yaml").write_text("secret")
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            (root / "a" / "b").rename(root / "kept")
            link(root, "a/b", "<outside>")
            (root / "a" / "b").unlink()
            (root / "kept").rename(root / "a" / "b")

    thread = threading.Thread(target=swap)
    thread.start()
    seen = set()
    try:
        for _ in range(1000):
            try:
                seen.add(DiskFiles(str(root)).read("a/b/y.yaml"))
            except FileProblem:
                seen.add(b"refused")
    finally:
        stop.set()
        thread.join()
    assert seen <= {b"y", b"refused"}


def test_many_directories_keep_few_open(root: Path) -> None:
    for number in range(200):
        (root / f"d{number}").mkdir()
        (root / f"d{number}" / "f").write_text("f")
    files = DiskFiles(str(root))
    before = len(os.listdir("/dev/fd"))
    assert {files.read(f"d{number}/f") for number in range(200)} == {b"f"}
    assert len(os.listdir("/dev/fd")) - before <= module.MAX_OPEN
    del files
    gc.collect()
    assert len(os.listdir("/dev/fd")) <= before


def test_a_root_behind_a_link(root: Path) -> None:
    link(root, "../alias", "<root>")
    files = DiskFiles(str(root.parent / "alias"))
    assert (files.root, files.read("a/x.yaml")) == (str(root), b"x")


@pytest.mark.parametrize(("path", "clean"), [("", "."), (".", "."), ("a//b/", "a/b"), ("./a/../b", "b")])
def test_normal(path: str, clean: str) -> None:
    assert normal(path) == clean


MEMORY = {"a/x.yaml": "new", "n/m.yaml": b"m"}


def test_memory_over_disk(root: Path) -> None:
    files = MemoryFiles(MEMORY, DiskFiles(str(root)))
    assert [files.read(path) for path in ("a/x.yaml", "n/m.yaml", "a/b/y.yaml")] == [b"new", b"m", b"y"]
    assert [files.kind(path) for path in ("a", "n", "n/m.yaml", "c", "z")] == [
        "directory",
        "directory",
        "file",
        "directory",
        "missing",
    ]
    assert files.names(".") == ["a", "c", "n"]
    assert files.entries("a") == [Entry("b", "directory"), Entry("x.yaml", "file")]
    assert files.resolve("a/./x.yaml") == "a/x.yaml"
    assert files.root == str(root)


def test_memory_alone() -> None:
    files = MemoryFiles(MEMORY, root="memory")
    assert files.names(".") == ["a", "n"]
    for path, what in (("a", "is a directory"), ("b", GONE), ("../a", "the path leaves the repository")):
        with pytest.raises(FileProblem) as caught:
            files.read(path)
        assert caught.value.what == what
    for path, what in (("a/x.yaml", "not a directory"), ("b", GONE)):
        with pytest.raises(FileProblem) as caught:
            files.names(path)
        assert caught.value.what == what
    with pytest.raises(FileProblem, match=GONE):
        files.resolve("b")
