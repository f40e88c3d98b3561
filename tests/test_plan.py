"""Files wanted against files present: what is created, replaced, deleted, and what is never touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitopsml.apply import apply
from gitopsml.errors import NotOurFile, Problems, UserError
from gitopsml.files import DiskFiles, MemoryFiles
from gitopsml.model.header import read, stamp
from gitopsml.plan import Plan, check_paths, plan

OLD, NEW = stamp("a: 1\n", "apps/t/a/app.yaml", "web@1"), stamp("a: 2\n", "apps/t/a/app.yaml", "web@1")
EDITED = OLD.replace("a: 1", "a: 7")


def test_a_stamp_reads_back() -> None:
    assert read(OLD) == ("apps/t/a/app.yaml", "web@1", True)
    assert read(EDITED) == ("apps/t/a/app.yaml", "web@1", False)
    assert read("a: 1\n") is None
    assert read(stamp("x", "gitopsml.yaml")) == ("gitopsml.yaml", "", True)


@pytest.mark.parametrize(
    ("present", "wanted", "lines"),
    [
        ({}, {"deploy/a.yaml": NEW}, ["deploy/a.yaml: missing"]),
        ({"deploy/a.yaml": NEW}, {"deploy/a.yaml": NEW}, []),
        ({"deploy/a.yaml": OLD}, {"deploy/a.yaml": NEW}, ["deploy/a.yaml: stale"]),
        ({"deploy/a.yaml": EDITED}, {"deploy/a.yaml": NEW}, ["deploy/a.yaml: edited by hand"]),
        ({"deploy/a.yaml": OLD}, {}, ["deploy/a.yaml: orphan"]),
        ({"deploy/a.yaml": EDITED}, {}, ["deploy/a.yaml: orphan, edited by hand"]),
        ({"deploy/mine.yaml": "x: 1\n"}, {}, []),
        ({"other/a.yaml": OLD}, {}, []),
    ],
)
def test_states(present: dict[str, str], wanted: dict[str, str], lines: list[str]) -> None:
    assert plan(wanted, MemoryFiles(present)).lines() == lines


def test_a_file_of_somebody_else_is_an_error() -> None:
    with pytest.raises(Problems) as caught:
        plan({"deploy/a.yaml": NEW}, MemoryFiles({"deploy/a.yaml": "mine: 1\n"}))
    assert isinstance(caught.value.errors[0], NotOurFile)
    assert str(caught.value).startswith("deploy/a.yaml: gitopsml did not write this file and will not replace it; move it")


@pytest.mark.parametrize(
    "path", ["../x", "/x", "a//b", "a/.git/x", "a/.GIT. /x", "a/git~1", "a/b\nc", "a/" + "x" * 256, "a/\u200d"]
)
def test_impossible_paths(path: str) -> None:
    with pytest.raises(UserError):
        check_paths([path])


def test_paths_that_differ_only_in_case() -> None:
    with pytest.raises(UserError, match="differ only in case"):
        check_paths(["deploy/A.yaml", "deploy/a.yaml"])


def test_apply_writes_and_cleans_up(tmp_path: Path) -> None:
    tree = {"deploy/t/a/x.yaml": NEW}
    apply(plan(tree, DiskFiles(str(tmp_path))), tree, str(tmp_path))
    assert (tmp_path / "deploy/t/a/x.yaml").read_text() == NEW
    assert plan(tree, DiskFiles(str(tmp_path))).empty
    (tmp_path / "deploy/t/mine.txt").write_text("keep me")
    apply(plan({}, DiskFiles(str(tmp_path))), {}, str(tmp_path))
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["deploy", "mine.txt", "t"]


def test_links_are_never_written_through(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "root"
    root.mkdir()
    (root / "deploy").symlink_to(outside)
    tree = {"deploy/a.yaml": NEW}
    with pytest.raises(UserError):
        apply(Plan(create=("deploy/a.yaml",)), tree, str(root))
    assert list(outside.iterdir()) == []


@pytest.fixture
def nobody(tmp_path: Path) -> Iterator[Path]:
    """A folder that the effective user may read and enter, but not write."""
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    else:
        tmp_path.chmod(0o555)
    yield tmp_path
    if root:
        os.seteuid(0)
    tmp_path.chmod(0o755)


def test_a_read_only_folder(nobody: Path) -> None:
    with pytest.raises(UserError, match=r"deploy/a\.yaml: cannot write: permission denied; make the folder writable"):
        apply(Plan(create=("deploy/a.yaml",)), {"deploy/a.yaml": NEW}, str(nobody))
