"""Bad input as a person meets it: a command, a message with place and remedy, an exit code, and nothing lost.

Every item of the list stands in a table here; the modules' own tests go deeper. Nothing below may end in a traceback.
"""

# ruff: noqa: E501 - one case, one line
from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT

from gitopsml.cli.main import main

SCORER = "apps/risk/scorer/app.yaml"
SPEC = """\
apiVersion: gitopsml.dev/v1
blueprint: model-service@1
image: registry.example.com/risk/scorer:1.0.0
health: {path: /healthz, load: 30s}
cpu: 1
memory: 4Gi
uses: {features: risk/features}
environments: {dev: {}, staging: {}, prod: {replicas: 2}}
"""
WEB = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
"""
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdef", "bcdefg", strict=True)
)


class Repo:
    """A repository that `gitopsml init` laid out, with a second app, generated."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.capsys = root, capsys
        assert main(["init", str(root), "--team", "risk", "--app", "features"]) == 0
        self.write(SCORER, SPEC)
        assert main(["generate", "--repo", str(root)]) == 0
        capsys.readouterr()

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text("utf-8")
        assert old in text
        self.write(path, text.replace(old, new))

    def run(self, *arguments: str) -> tuple[int, str]:
        """(exit code, everything printed)."""
        code = main([*arguments, "--repo", str(self.root)])
        out, err = self.capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out + err

    def content(self) -> dict[str, bytes]:
        """What must not be lost: every file and link."""
        return {
            str(path.relative_to(self.root)): os.readlink(path).encode() if path.is_symlink() else path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_symlink() or path.is_file()
        }


@pytest.fixture
def repo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Repo:
    return Repo(tmp_path / "repo", capsys)


def spec(old: str, new: str) -> Callable[[Repo], None]:
    return lambda repo: repo.edit(SCORER, old, new)


def also(path: str, text: str) -> Callable[[Repo], None]:
    return lambda repo: repo.write(path, text)


def moved(old: str, new: str) -> Callable[[Repo], None]:
    def change(repo: Repo) -> None:
        (repo.root / new).parent.mkdir(parents=True, exist_ok=True)
        (repo.root / old).rename(repo.root / new)

    return change


def link(path: str, target: str) -> Callable[[Repo], None]:
    def change(repo: Repo) -> None:
        (repo.root / path).unlink(missing_ok=True)
        (repo.root / path).symlink_to(target)

    return change


# a change -> what `gitopsml generate` says (exit 2, nothing written); lint says the same at the same place (exit 3)
SPECS: dict[str, tuple[Callable[[Repo], None], list[str]]] = {
    "unreadable YAML": (
        spec("memory: 4Gi", "memory: [4Gi"),
        [f"{SCORER}:7:5: not YAML: did not find expected ',' or ']'"],
    ),
    "hostile YAML": (
        spec("memory: 4Gi", f"memory: 4Gi\n{BOMB.rstrip()}"),
        [f"{SCORER}:12:12: more than 250,000 values after alias expansion; write fewer aliases"],
    ),
    "duplicate key": (
        spec("memory: 4Gi", "memory: 4Gi\nmemory: 2Gi"),
        [f"{SCORER}:7:1: the key `memory` is already defined in line 6; remove one of the two"],
    ),
    "unknown field": (
        spec("memory: 4Gi", "memroy: 4Gi"),
        [f"{SCORER}:6:1: unknown field \"memroy\"; did you mean 'memory'?"],
    ),
    "wrong type": (
        spec("prod: {replicas: 2}", "prod: {replicas: two}"),
        [f'{SCORER}:8:55: expected a whole number or a map, found text "two" (environment prod)'],
    ),
    "wrong unit": (
        spec("load: 30s", "load: 30"),
        [f"{SCORER}:4:32: 30 is not a length of time; write a duration such as 90s, 12m or 1h30m"],
    ),
    "unknown environment": (
        spec("staging: {}", "stagging: {}"),
        [f"{SCORER}:8:25: gitopsml.yaml has no environment \"stagging\"; did you mean 'staging'?"],
    ),
    "GPU product that the cluster lacks": (
        spec("prod: {replicas: 2}", "prod: {replicas: 2, gpu: {product: H100, count: 1}}"),
        [f"{SCORER}:8:73: cluster prod has no pool of H100 (environment prod); add gpuPools to clusters/prod.yaml"],
    ),
    "uses of an app that does not exist": (
        spec("risk/features", "risk/featurs"),
        [f"{SCORER}:7:18: there is no app risk/featurs; did you mean 'risk/features'?"],
    ),
    "uses of an app that does not exist in that environment": (
        lambda repo: repo.edit("apps/risk/features/app.yaml", "  staging: {replicas: 1}\n", ""),
        [
            f"{SCORER}:7:18: risk/features is not deployed in staging; list staging under environments of apps/risk/features/app.yaml, or set uses.features to null here",
        ],
    ),
    "file under a wrong name": (
        moved(SCORER, "apps/risk/scorer/app.yml"),
        ["apps/risk/scorer/app.yml: nothing reads this file; rename it to app.yaml"],
    ),
    "file too deep": (
        moved(SCORER, "apps/risk/group/scorer/app.yaml"),
        ["apps/risk/group/scorer/app.yaml: an app has a folder of its own; move it to apps/risk/<app>/app.yaml"],
    ),
    "file not deep enough": (
        also("apps/app.yaml", SPEC),
        ["apps/app.yaml: an app has a folder of its own; move it to apps/<team>/<app>/app.yaml"],
    ),
    "symlink out of the repository": (
        link(SCORER, "/etc/hostname"),
        [f"{SCORER}: a link leaves the repository; replace the link by the file it points to"],
    ),
}


@pytest.mark.parametrize("case", SPECS)
def test_specs(repo: Repo, case: str) -> None:
    change, messages = SPECS[case]
    change(repo)
    before = repo.content()
    assert repo.run("generate") == (2, "".join(f"{message}\n" for message in messages))
    assert repo.run("generate", "--check")[0] == 2
    assert repo.content() == before
    code, text = repo.run("lint", str(repo.root))
    assert code == 3
    for message in messages:
        place, _, what = message.partition(": ")
        assert f"not evaluated: {what}\n" in text
        assert f" --> {place}" in text


# gitopsml.yaml and what stands in the way: both commands refuse to start
REFUSED: dict[str, tuple[Callable[[Repo], None], str]] = {
    "environment without a cluster": (
        lambda repo: repo.edit("gitopsml.yaml", "prod: {cluster: prod,", "prod: {cluster: prodd,"),
        "gitopsml.yaml:9:19: there is no clusters/prodd.yaml; did you mean 'prod'?\n",
    ),
    "environment that names none": (
        lambda repo: repo.edit("gitopsml.yaml", "prod: {cluster: prod,", "prod: {"),
        "gitopsml.yaml:9:9: cluster is missing; add it\n",
    ),
    "cluster file that is missing": (
        lambda repo: (repo.root / "clusters/prod.yaml").unlink(),
        "gitopsml.yaml:9:19: there is no clusters/prod.yaml; known: dev, staging\n",
    ),
    "unknown policy": (
        lambda repo: repo.edit("gitopsml.yaml", "replicas-below-two:", "replica-below-two:"),
        "gitopsml.yaml:13:5: unknown policy 'replica-below-two'; did you mean 'replicas-below-two'?\n",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_configuration(repo: Repo, case: str) -> None:
    change, message = REFUSED[case]
    change(repo)
    before = repo.content()
    if case != "unknown policy":  # what only the linter reads does not stop the generator
        assert repo.run("generate") == (2, message)
    assert repo.run("lint", str(repo.root)) == (2, message)
    assert repo.content() == before


def test_two_apps_with_one_name(repo: Repo) -> None:
    repo.write("apps/risk-x/team.yaml", (repo.root / "apps/risk/team.yaml").read_text())
    repo.write("apps/risk-x/a/app.yaml", SPEC)
    repo.write("apps/risk/x-a/app.yaml", SPEC)
    before = repo.content()
    code, text = repo.run("generate")
    assert (code, len(text.splitlines())) == (2, 3)
    assert "risk-x/a in prod and risk/x-a in prod would share the Application risk-x-a-prod; rename one of them" in text
    assert repo.content() == before


# a kustomization -> what build says (exit 2) and lint shows at the same place (exit 3)
KUSTOMIZATIONS = {
    "a missing file": ({"k/kustomization.yaml": "resources: [a.yaml]\n"}, "k/kustomization.yaml:1:13: there is no file or directory a.yaml; correct the path"),
    "an unknown field": (
        {"k/kustomization.yaml": "resources: [a.yaml]\npatchez: []\n", "k/a.yaml": WEB},
        "k/kustomization.yaml:2:1: unknown field patchez; did you mean patches?",
    ),
    "a wrong type": (
        {"k/kustomization.yaml": "resources: {a.yaml: 1}\n", "k/a.yaml": WEB},
        "k/kustomization.yaml:1:12: resources must be a list, not a mapping; write a list",
    ),
    "a base of the network": (
        {"k/kustomization.yaml": "resources: ['https://example.com/base.yaml']\n"},
        "k/kustomization.yaml:1:13: https://example.com/base.yaml is remote; gitopsml fetches nothing; copy the file into the repository",
    ),
    "unreadable YAML": ({"k/kustomization.yaml": "resources: [\n"}, "k/kustomization.yaml:2:1: not YAML: did not find expected node content"),
}  # fmt: skip


@pytest.mark.parametrize("case", KUSTOMIZATIONS)
def test_a_kustomization_that_does_not_build(tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str) -> None:
    files, message = KUSTOMIZATIONS[case]
    for path, text in {".git/HEAD": "", **files}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    assert main(["build", str(tmp_path / "k")]) == 2
    assert capsys.readouterr() == ("", f"{message}\n")
    assert main(["lint", str(tmp_path)]) == 3
    place, _, what = message.partition(": ")
    text = capsys.readouterr().out
    assert f"not evaluated: {what}\n" in text
    assert f" --> {place}\n" in text


def test_an_application_of_a_folder_that_does_not_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "app.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  project: default\n"
        "  source: {repoURL: 'https://git.example.com/a/b.git', path: web/prod}\n  destination: {name: prod, namespace: web}\n"
    )
    assert main(["lint", str(tmp_path)]) == 3
    text = capsys.readouterr().out
    assert (
        "not evaluated: there is no folder web/prod; correct the path, or remove the Application\n  --> app.yaml:6:62\n" in text
    )


# Git


def git(root: Path, *arguments: str) -> str:
    env = {"HOME": str(root), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True, env=env).stdout


@pytest.fixture
def clone(repo: Repo) -> Repo:
    git(repo.root, "init", "-q", "-b", "main")
    git(repo.root, "config", "user.name", "A Person")
    git(repo.root, "config", "user.email", "a@example.com")
    return repo


def test_a_repository_with_no_commits(clone: Repo) -> None:
    code, text = clone.run("lint", str(clone.root), "--changed")
    assert (code, "no findings" in text) == (0, True)
    code, text = clone.run("generate", "--commit", "-m", "First")
    assert code == 0
    assert f"note: {SCORER} is not committed yet; commit it too, or CI will call its files stale" in text
    assert git(clone.root, "log", "--format=%s") == "First\n"
    assert git(clone.root, "status", "--porcelain", "--", "deploy", "argocd") == ""


def test_a_dirty_index_stays_as_it_is(clone: Repo) -> None:
    git(clone.root, "add", ".")
    git(clone.root, "commit", "-q", "-m", "All")
    clone.write("notes.txt", "staged\n")
    clone.edit(SCORER, "cpu: 1", "cpu: 2")
    git(clone.root, "add", "notes.txt")
    clone.write("README.md", "changed, not staged\n")
    code, _ = clone.run("generate", "--commit")
    assert code == 0
    assert git(clone.root, "status", "--porcelain").splitlines() == [" M README.md", f" M {SCORER}", "A  notes.txt"]
    committed = git(clone.root, "show", "--format=", "--name-only").split()
    assert "deploy/risk/scorer/base/deployment.yaml" in committed
    assert all(path.startswith(("deploy/", "argocd/")) for path in committed)


def test_another_git_command_is_running(clone: Repo) -> None:
    git(clone.root, "add", ".")
    git(clone.root, "commit", "-q", "-m", "All")
    clone.edit(SCORER, "cpu: 1", "cpu: 2")
    (clone.root / ".git/index.lock").touch()
    code, text = clone.run("generate", "--commit")
    assert code == 2
    assert text.endswith("another Git command is running in this repository; wait for it, or delete .git/index.lock if none is\n")
    (clone.root / ".git/index.lock").unlink()
    assert clone.run("generate", "--commit")[0] == 0  # what was written and not committed is not forgotten
    assert git(clone.root, "log", "--format=%s").splitlines()[0] == "Generate risk/scorer"


def test_no_repository_of_git(repo: Repo) -> None:
    repo.edit(SCORER, "cpu: 1", "cpu: 2")
    code, text = repo.run("generate", "--commit")
    assert code == 2
    assert text.endswith(f"{repo.root}: this is not a Git repository; run `git init` first, or leave out --commit\n")
    assert repo.run("generate", "--check")[0] == 0  # the files are written all the same
    assert repo.run("lint", str(repo.root), "--changed") == (
        2,
        f"{repo.root}: --changed needs a Git repository; run it inside of a clone, or leave --changed out\n",
    )


def process(repo: Repo, *arguments: str, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "gitopsml", *arguments],
        cwd=repo.root,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_no_git(clone: Repo) -> None:
    clone.edit(SCORER, "cpu: 1", "cpu: 2")
    one = process(clone, "generate", "--commit", PATH="/nowhere")
    _, err = one.communicate(timeout=60)
    assert (one.returncode, err) == (
        2,
        "git is not installed, or not in PATH; install Git, or leave out --commit and --changed\n",
    )
    other = process(clone, "lint", PATH="/nowhere")
    assert other.communicate(timeout=60)[0].endswith("no findings\n")
    assert other.returncode == 0


# folders that cannot be written


def fail_with(monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    """The tests may run as root, whom no mode stops."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, function, refuse)


def test_a_read_only_folder(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.edit(SCORER, "cpu: 1", "cpu: 2")
    before = repo.content()
    fail_with(monkeypatch, "replace")
    code, text = repo.run("generate")
    assert (code, text.partition(": ")[2]) == (
        2,
        "cannot write: permission denied; make the folder writable and run this again\n",
    )
    assert repo.content() == before


def test_a_new_repository_in_a_read_only_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = str(tmp_path / "new")
    fail_with(monkeypatch, "mkdir")
    assert main(["init", place]) == 2
    assert (
        capsys.readouterr().err == f"{place}: cannot make this folder: permission denied; choose a place that you may write to\n"
    )


@pytest.mark.parametrize(("option", "value"), [("--provider", "ibm"), ("--url", "x"), ("--team", "A")])
def test_a_new_repository_with_impossible_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    assert main(["init", str(tmp_path), option, value]) == 2
    assert "; use " in (text := capsys.readouterr().err) or "; write " in text
    assert list(tmp_path.iterdir()) == []


# Ctrl-C


@pytest.mark.parametrize("where", ["gitopsml.cli.generate.write", "gitopsml.cli.group.cli.main", "gitopsml.apply._write"])
def test_interrupted(repo: Repo, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    repo.edit(SCORER, "cpu: 1", "cpu: 2")
    before = repo.content()
    monkeypatch.setattr(where, interrupt)
    code, text = repo.run("generate")
    assert (code, text.strip()) == (130, "interrupted; nothing is half written, run the command again")
    assert repo.content() == before


def test_ctrl_c_from_a_terminal(repo: Repo) -> None:
    one = process(repo, "lint", "-")
    assert one.stdin is not None
    one.stdin.write("# more than a pipe holds\n" * 20_000)  # comes back when it is being read
    one.stdin.flush()
    one.send_signal(signal.SIGINT)
    _, err = one.communicate(timeout=60)
    assert (one.returncode, err.strip()) == (130, "interrupted; nothing is half written, run the command again")
