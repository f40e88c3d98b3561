"""Many targets in parts, by one process or several: the report is that of all of them together."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import ROOT

from gitopsml.lint import lint, pipeline
from gitopsml.lint.parts import parts_of
from gitopsml.model.finding import Report
from gitopsml.model.target import Target
from gitopsml.publish import prepare, write
from gitopsml.report import FORMATS, Style


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample repository, generated anew."""
    root = tmp_path_factory.mktemp("parts") / "repository"
    shutil.copytree(ROOT / "sample-repo", root)
    prepared = prepare(str(root))
    write(prepared, discard_edits=True)
    return root


def told(report: Report) -> list[str]:
    return [line for name in ("json", "text") for line in FORMATS[name](report, Style(explain=True))]


def linted(root: Path, monkeypatch: pytest.MonkeyPatch, smallest: int, jobs: int) -> list[str]:
    monkeypatch.setattr(pipeline, "SMALLEST", smallest)
    return told(lint(str(root), jobs=jobs))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def some(root: Path, pattern: str) -> Path:
    return min(root.glob(pattern))


def _nothing(root: Path) -> None:
    del root


def _stale(root: Path) -> None:
    for path in sorted(root.glob("apps/*/*/app.yaml"))[:2]:
        edit(path, "blueprint:", "description: another one\nblueprint:")


def _edited(root: Path) -> None:
    edit(some(root, "deploy/*/*/base/deployment*.yaml"), "revisionHistoryLimit: 3", "revisionHistoryLimit: 7")


def _broken_render(root: Path) -> None:
    path = some(root, "deploy/*/*/overlays/*/kustomization.yaml")
    path.write_text(path.read_text("utf-8") + "nonsense: 1\n", "utf-8")


def _broken_spec(root: Path) -> None:
    path = some(root, "apps/*/*/app.yaml")
    path.write_text(path.read_text("utf-8") + "nonsense: 1\n", "utf-8")


SPEC = """\
apiVersion: gitopsml.dev/v1
blueprint: model-service@1
image: registry.example.com/risk/app:1.0.0
volumes: {%s: {volume: 1Gi, path: /data}}
environments: {dev: {replicas: 1, rollout: recreate}}
"""


def _twice(root: Path) -> None:
    """Two apps that both make the claim a-b-c: only all together show it."""
    for app, volume in (("a", "b-c"), ("a-b", "c")):
        path = root / "apps" / "risk" / app / "app.yaml"
        path.parent.mkdir()
        path.write_text(SPEC % volume, "utf-8")


def _findings(root: Path) -> None:
    for path in sorted(root.glob("deploy/*/*/base/*.yaml")):
        text = path.read_text("utf-8")
        path.write_text(text.replace("readOnlyRootFilesystem: true", "privileged: true"), "utf-8")


CHANGES = [_nothing, _stale, _edited, _broken_render, _broken_spec, _twice, _findings]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_parts_and_processes_change_nothing(change: object, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "repository"
    shutil.copytree(repo, root)
    change(root)  # type: ignore[operator]
    whole = linted(root, monkeypatch, 100_000, 1)
    assert linted(root, monkeypatch, 2, 1) == whole
    assert linted(root, monkeypatch, 2, 3) == whole
    assert change is _nothing or whole != linted(repo, monkeypatch, 100_000, 1)


def test_a_process_that_dies_is_made_up_for(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    whole = linted(repo, monkeypatch, 100_000, 1)
    parent, outcome = os.getpid(), pipeline.Run.outcome

    def fails_elsewhere(run: pipeline.Run, targets: list[Target]) -> object:
        if os.getpid() != parent:
            raise RuntimeError("no memory")
        return outcome(run, targets)

    monkeypatch.setattr(pipeline.Run, "outcome", fails_elsewhere)
    assert linted(repo, monkeypatch, 2, 2) == whole


@pytest.mark.parametrize(
    ("names", "smallest", "parts"),
    [
        ("", 2, [""]),
        ("a.x a.y b.x", 1, ["a.x a.y", "b.x"]),
        ("a.x a.x a.y b.x b.y", 2, ["a.x a.x a.y", "b.x b.y"]),
        ("a.x a.x a.x a.x a.x a.y b.x", 2, ["a.x a.x a.x a.x a.x", "a.y b.x"]),
        (". . . . .", 2, [". . . . ."]),
    ],
)
def test_targets_are_cut_between_teams(names: str, smallest: int, parts: list[str]) -> None:
    targets = [Target(f"{number}", team=name.split(".")[0], app=name.split(".")[1]) for number, name in enumerate(names.split())]
    cut = parts_of(targets, smallest)
    assert [" ".join(f"{target.team}.{target.app}" for target in part) for part in cut] == parts
    assert [target for part in cut for target in part] == targets
