"""Commits by plumbing: one commit, the index of generated paths follows, everything else stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gitopsml.errors import GitError
from gitopsml.model.header import stamp
from gitopsml.repo import Commit, changed_since, toplevel
from gitopsml.repo import commit as commit_tree


def commit(root: str, tree: dict[str, str], folders: list[str], message: str) -> Commit | None:
    return commit_tree(root, tree, folders, lambda changed: message)


def git(root: Path, *arguments: str) -> str:
    env = {"HOME": str(root), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True, env=env).stdout


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "config", "user.name", "Ada")
    git(tmp_path, "config", "user.email", "ada@example.com")
    return tmp_path


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def first(repo: Path) -> None:
    write(repo, "README.md", "hello\n")
    write(repo, "notes.txt", "old\n")
    git(repo, "add", ".")
    git(repo, "commit", "--quiet", "-m", "first")


def test_the_first_commit_of_a_repository(repo: Path) -> None:
    write(repo, "deploy/a.yaml", "a\n")
    made = commit(str(repo), {"deploy/a.yaml": "a\n"}, [], "generate: a")
    assert made
    assert made.branch == "main"
    assert made.changed == ("deploy/a.yaml",)
    assert git(repo, "status", "--porcelain") == ""
    assert git(repo, "log", "--format=%an %s") == "Ada generate: a\n"


def test_nothing_to_do_makes_no_commit(repo: Path) -> None:
    first(repo)
    assert commit(str(repo), {"deploy/a.yaml": "a\n"}, [], "one")
    assert commit(str(repo), {"deploy/a.yaml": "a\n"}, [], "two") is None
    assert git(repo, "rev-list", "--count", "HEAD").strip() == "2"


def test_unrelated_work_stays_as_it_was(repo: Path) -> None:
    first(repo)
    write(repo, "README.md", "staged\n")
    git(repo, "add", "README.md")
    write(repo, "README.md", "staged, then changed\n")
    write(repo, "notes.txt", "changed\n")
    write(repo, "new.txt", "untracked\n")
    before = git(repo, "status", "--porcelain")
    write(repo, "deploy/b c.yaml", "b\n")
    made = commit(str(repo), {"deploy/b c.yaml": "b\n"}, [], "generate")
    assert made
    assert git(repo, "status", "--porcelain") == before
    assert git(repo, "show", "--name-only", "--format=", "HEAD") == "deploy/b c.yaml\n"


def test_orphans_are_deleted_and_other_deletions_are_left_alone(repo: Path) -> None:
    first(repo)
    ours = {"deploy/a.yaml": stamp("a\n", "apps/t/a/app.yaml")}
    write(repo, "deploy/a.yaml", ours["deploy/a.yaml"])
    commit(str(repo), ours, ["deploy"], "one")
    write(repo, "deploy/mine.yaml", "mine\n")
    git(repo, "add", "deploy/mine.yaml")
    git(repo, "commit", "--quiet", "-m", "mine")
    (repo / "deploy/a.yaml").unlink()
    (repo / "deploy/mine.yaml").unlink()
    made = commit(str(repo), {}, ["deploy"], "two")
    assert made
    assert made.changed == ("deploy/a.yaml",)
    assert git(repo, "status", "--porcelain") == " D deploy/mine.yaml\n"


def test_a_fixed_clock_gives_the_same_commit(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    made = commit(str(repo), {"deploy/a.yaml": "a\n"}, [], "generate")
    assert made
    assert git(repo, "log", "--format=%at %ct") == "1700000000 1700000000\n"


def fail(root: Path, want: str) -> None:
    with pytest.raises(GitError) as caught:
        commit(str(root), {"deploy/a.yaml": "a\n"}, [], "generate")
    assert want in str(caught.value)


def test_outside_of_git(tmp_path: Path) -> None:
    fail(tmp_path, "not a Git repository; run `git init` first")
    assert toplevel(str(tmp_path)) is None


def test_a_detached_head(repo: Path) -> None:
    first(repo)
    git(repo, "switch", "--quiet", "--detach")
    fail(repo, "no branch is checked out")


def test_no_identity(repo: Path) -> None:
    git(repo, "config", "--unset", "user.name")
    git(repo, "config", "--unset", "user.email")
    git(repo, "config", "user.useConfigOnly", "true")
    fail(repo, "Git does not know who commits; set it")


def test_a_lock_of_another_command(repo: Path) -> None:
    first(repo)
    (repo / ".git/index.lock").touch()
    fail(repo, "another Git command is running")
    assert git(repo, "rev-list", "--count", "HEAD").strip() == "1"


def test_a_branch_checked_out_elsewhere(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    first(repo)
    other = tmp_path_factory.mktemp("other") / "tree"
    git(repo, "worktree", "add", "--quiet", "--force", str(other), "main")
    fail(repo, "main is checked out in")


def test_hooks_and_monitors_of_the_repository_never_run(repo: Path) -> None:
    first(repo)
    canary = repo / "canary"
    evil = repo / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch {canary}\n")
    evil.chmod(0o755)
    for hook in ("pre-commit", "post-commit", "reference-transaction", "post-index-change"):
        (repo / ".git/hooks" / hook).write_text(evil.read_text())
        (repo / ".git/hooks" / hook).chmod(0o755)
    git(repo, "config", "core.fsmonitor", str(evil))
    assert commit(str(repo), {"deploy/a.yaml": "a\n"}, [], "generate")
    changed_since(str(repo), "HEAD")
    assert not canary.exists()


@pytest.mark.parametrize("base", ["--output=x", "-u", "a..b", "@{-1}", "main; touch x", "nope", "a\nb", "ext::sh"])
def test_names_that_are_no_revision(repo: Path, base: str) -> None:
    first(repo)
    with pytest.raises(GitError):
        changed_since(str(repo), base)


def test_changed_since_a_branch(repo: Path) -> None:
    first(repo)
    git(repo, "switch", "--quiet", "-c", "topic")
    write(repo, "deploy/x.yaml", "x\n")
    git(repo, "add", ".")
    git(repo, "commit", "--quiet", "-m", "x")
    git(repo, "switch", "--quiet", "main")
    write(repo, "other.txt", "on main only\n")
    git(repo, "add", ".")
    git(repo, "commit", "--quiet", "-m", "other")
    git(repo, "switch", "--quiet", "topic")
    (repo / "notes.txt").unlink()
    write(repo, "näme.yaml", "untracked\n")
    assert changed_since(str(repo), "main") == {"deploy/x.yaml", "notes.txt", "näme.yaml"}
    assert changed_since(str(repo)) == {"notes.txt", "näme.yaml"}


def test_everything_has_changed_before_the_first_commit(repo: Path) -> None:
    write(repo, "a.yaml", "a\n")
    assert changed_since(str(repo)) == {"a.yaml"}


def test_no_git_at_all(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = f"from gitopsml.repo import commit; commit({str(repo)!r}, {{'a': ''}}, [], str)"
    env = {"PATH": "/nonexistent", "HOME": str(repo)}
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env)
    assert "git is not installed, or not in PATH; install Git" in out.stderr


@pytest.mark.slow
def test_killed_at_any_moment_the_repository_is_whole(repo: Path) -> None:
    first(repo)
    script = (
        "import sys; from gitopsml.repo import commit\n"
        "tree = {f'deploy/{i}.yaml': sys.argv[1] * 50 for i in range(300)}\n"
        f"commit({str(repo)!r}, tree, [], lambda _: sys.argv[1])"
    )
    for turn in range(40):
        process = subprocess.Popen([sys.executable, "-c", script, f"turn {turn}"])
        time.sleep(0.15 + 0.012 * turn)
        process.send_signal(signal.SIGKILL)
        process.wait()
        git(repo, "fsck", "--strict", "--no-dangling")
    (repo / ".git/index.lock").unlink(missing_ok=True)
    tree = {f"deploy/{i}.yaml": "end\n" for i in range(300)}
    for path, text in tree.items():
        write(repo, path, text)
    assert commit(str(repo), tree, [], "end")
    assert git(repo, "status", "--porcelain", "--untracked-files=no") == ""
