"""`gitopsml build` and `gitopsml why`: command -> exact text."""

# ruff: noqa: E501 - texts of files and of output, as they are
from __future__ import annotations

from pathlib import Path

import pytest

from gitopsml.cli.main import main

TREE = {
    "repo/.git/HEAD": "",
    "repo/base/kustomization.yaml": "resources:\n- web.yaml\n",
    "repo/base/web.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 1\n  paused: true\n",
    "repo/over/kustomization.yaml": "resources:\n- ../base\ncommonLabels:\n  team: risk\npatches:\n- path: patch.yaml\nreplicas:\n- name: web\n  count: 4\n",
    "repo/over/patch.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2\n  paused: null\n",
    "repo/gone/kustomization.yaml": "resources:\n- ../base\npatches:\n- path: patch.yaml\n",
    "repo/gone/patch.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n$patch: delete\n",
}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    for path, text in TREE.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return tmp_path / "repo"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_build(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "build", str(repo / "over"))
    wanted = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  labels:\n    team: risk\n  name: web\n"
        "spec:\n  replicas: 4\n  selector:\n    matchLabels:\n      team: risk\n  template:\n    metadata:\n      labels:\n        team: risk\n"
    )
    assert (code, out) == (0, wanted)
    assert err.startswith("# Warning: 'commonLabels' is deprecated.")


def test_build_refuses_with_a_place(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / "over" / "kustomization.yaml").write_text("resources:\n- ../nothing\n")
    code, out, err = run(capsys, "build", str(repo / "over"))
    assert (code, out) == (2, "")
    assert err == "over/kustomization.yaml:2:3: there is no file or directory ../nothing; correct the path\n"


def test_build_stays_in_the_repository(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo.parent / "c.yaml").write_text("kind: ConfigMap\nmetadata: {name: c}\n")
    (repo / "over" / "kustomization.yaml").write_text("resources:\n- ../../c.yaml\n")
    code, _, err = run(capsys, "build", str(repo / "over"), "--load-restrictor", "none")
    assert code == 2
    assert err == "over/kustomization.yaml:2:3: ../../c.yaml leaves the repository; move it below the repository's root\n"


def test_why_shows_the_chain(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "why", str(repo / "over"), "Deployment/web", "spec.replicas")
    assert (code, out.splitlines()) == (
        0,
        [
            "4  over/kustomization.yaml:9  replicas",
            "2  over/patch.yaml:6          patch, overridden",
            "1  base/web.yaml:6            overridden",
        ],
    )


def test_why_shows_what_removed_a_field(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "why", str(repo / "over"), "Deployment/web", "/spec/paused")
    assert out.splitlines() == ["      over/patch.yaml:7  patch, removed here", "true  base/web.yaml:7    overridden"]


def test_why_shows_what_removed_an_object(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "why", str(repo / "gone"), "Deployment/web", "spec")
    assert out.splitlines()[0].split() == ["gone/patch.yaml:1", "patch,", "removed", "here"]


def test_why_shows_every_leaf_of_a_map(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "why", str(repo / "over"), "Deployment/web", "metadata")
    assert [line.split()[:2] for line in out.splitlines()] == [["name", "web"], ["labels.team", "risk"]]


@pytest.mark.parametrize(
    ("resource", "field", "message"),
    [
        ("Deployment/wob", "spec", "nothing is deployed as Deployment/wob; there is Deployment/web\n"),
        ("Job/web", "spec", "nothing is deployed as Job/web; there are objects of kind Deployment\n"),
        (
            "Deployment/web",
            "spec.replica",
            "Deployment/web has no spec.replica, and nothing removed it; did you mean replicas?\n",
        ),
        ("Deployment/web", "spec.containers[name=x].image", "Deployment/web has no spec.containers[name=x].image"),
    ],
)
def test_why_says_what_there_is(repo: Path, capsys: pytest.CaptureFixture[str], resource: str, field: str, message: str) -> None:
    code, out, err = run(capsys, "why", str(repo / "over"), resource, field)
    assert (code, out) == (2, "")
    assert message in err


def test_a_directory_must_be_below_the_given_root(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "build", str(repo / "over"), "--root", str(repo / "base"))
    assert code == 2
    assert "is not below" in err
