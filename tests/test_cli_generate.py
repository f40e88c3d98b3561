"""`gitopsml generate` as a person uses it: what it writes, what it refuses, what it commits."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from gitopsml.cli.main import main

APP = "apps/research/hello/app.yaml"
BASE = "deploy/research/hello/base/deployment.yaml"


@pytest.fixture
def repo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert main(["init", str(tmp_path)]) == 0
    capsys.readouterr()
    return tmp_path


def git(root: Path, *arguments: str) -> str:
    env = {"HOME": str(root), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True, env=env).stdout


def generate(repo: Path, *options: str) -> int:
    return main(["generate", "--repo", str(repo), *options])


def edit(repo: Path, path: str, old: str, new: str) -> None:
    text = (repo / path).read_text()
    assert old in text
    (repo / path).write_text(text.replace(old, new))


def test_the_second_run_has_nothing_to_do(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate(repo) == 0
    assert " created" in capsys.readouterr().out
    before = {path: path.stat().st_mtime_ns for path in repo.rglob("*")}
    assert generate(repo) == 0
    assert capsys.readouterr().out.startswith("nothing to do: ")
    assert {path: path.stat().st_mtime_ns for path in repo.rglob("*")} == before


def test_check_lists_what_is_wrong_and_writes_nothing(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate(repo)
    assert generate(repo, "--check") == 0
    edit(repo, APP, "memory: 1Gi", "memory: 2Gi")
    edit(repo, "deploy/research/hello/base/service.yaml", "port: 80\n", "port: 81\n")
    (repo / "deploy/research/hello/base/serviceaccount.yaml").unlink()
    before = {path: path.read_bytes() for path in repo.rglob("*") if path.is_file()}
    capsys.readouterr()
    assert generate(repo, "--check") == 1
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [
        "deploy/research/hello/base/deployment.yaml: stale",
        "deploy/research/hello/base/service.yaml: edited by hand",
        "deploy/research/hello/base/serviceaccount.yaml: missing",
    ]
    assert "run `gitopsml generate` and commit the result" in captured.err
    assert {path: path.read_bytes() for path in repo.rglob("*") if path.is_file()} == before


def test_files_of_a_removed_app_are_orphans(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate(repo)
    (repo / APP).unlink()
    capsys.readouterr()
    assert generate(repo, "--check") == 1
    assert f"{BASE}: orphan" in capsys.readouterr().out
    assert generate(repo) == 0
    assert not (repo / "deploy/research/hello").exists()


def test_a_hand_edited_file_needs_permission(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate(repo)
    edit(repo, BASE, "revisionHistoryLimit: 3", "revisionHistoryLimit: 7")
    capsys.readouterr()
    assert generate(repo) == 2
    assert f"{BASE}: this generated file was edited by hand; move the change into app.yaml" in capsys.readouterr().err
    assert "revisionHistoryLimit: 7" in (repo / BASE).read_text()
    assert generate(repo, "--discard-edits") == 0
    assert "revisionHistoryLimit: 3" in (repo / BASE).read_text()


def test_a_file_of_somebody_else_is_never_touched(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / BASE).parent.mkdir(parents=True)
    (repo / BASE).write_text("mine: true\n")
    assert generate(repo, "--discard-edits") == 2
    assert f"{BASE}: gitopsml did not write this file and will not replace it" in capsys.readouterr().err
    assert (repo / BASE).read_text() == "mine: true\n"
    assert not (repo / "argocd").exists()


def test_one_commit_with_a_message_that_says_what_changed(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(repo, "init", "--quiet", "--initial-branch=main")
    git(repo, "config", "user.name", "Ada")
    git(repo, "config", "user.email", "ada@example.com")
    git(repo, "add", ".")
    git(repo, "commit", "--quiet", "-m", "specs")
    assert generate(repo, "--commit") == 0
    assert git(repo, "status", "--porcelain") == ""
    assert git(repo, "log", "-1", "--format=%s").strip() == "Generate research (team), research/hello"
    assert generate(repo, "--commit") == 0
    assert "nothing to commit" in capsys.readouterr().out
    edit(repo, APP, "memory: 1Gi", "memory: 2Gi")
    assert generate(repo, "--commit", "-m", "More memory") == 0
    captured = capsys.readouterr()
    assert f"note: {APP} is not committed yet" in captured.err
    assert git(repo, "status", "--porcelain") == f" M {APP}\n"
    assert git(repo, "log", "-1", "--format=%s", "--name-only").split("\n\n") == ["More memory", f"{BASE}\n"]


def test_a_repository_below_the_top_of_a_clone(repo: Path) -> None:
    top = repo.parent / "clone"
    top.mkdir()
    git(top, "init", "--quiet", "--initial-branch=main")
    git(top, "config", "user.name", "Ada")
    git(top, "config", "user.email", "ada@example.com")
    repo.rename(top / "platform")
    assert generate(top / "platform", "--commit") == 0
    assert git(top, "show", "--name-only", "--format=").startswith("platform/argocd/")
    assert all(line.startswith("?? ") for line in git(top, "status", "--porcelain").splitlines())


def test_commit_outside_of_git(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate(repo, "--commit") == 2
    assert "this is not a Git repository; run `git init` first, or leave out --commit" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("memory: 1Gi", "memroy: 1Gi", f"{APP}:10:1: "),
        ("memory: 1Gi", "memory: 1GB", f"{APP}:10:9: "),
        ("memory: 1Gi", "memory: 1Gi\nmemory: 2Gi", f"{APP}:11:1: "),
        ("memory: 1Gi", "memory: [", f"{APP}:"),
        ("memory: 1Gi", "gpu: {product: H100-80GB, count: 1}", f"{APP}:10:"),
        ("memory: 1Gi", "uses: {x: research/nobody}", f"{APP}:10:"),
        ("  prod: {replicas: 2}", "  production: {replicas: 2}", f"{APP}:"),
        ("model-service@1", "model-servise@1", f"{APP}:3:"),
    ],
)
def test_wrong_specs_are_located(repo: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, says: str) -> None:
    edit(repo, APP, old, new)
    assert generate(repo) == 2
    message = capsys.readouterr().err
    assert message.startswith(says), message
    assert "Traceback" not in message
    assert not (repo / "deploy").exists()
