"""Findings in generated files lead to where a person writes the value; stale and edited files say so first."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT

from gitopsml.config import load
from gitopsml.files import MemoryFiles
from gitopsml.generate import generate
from gitopsml.lint import lint
from gitopsml.model import Report

APP = "apps/risk/features/app.yaml"
ONLY = ("replicas-below-two",)


@cache
def sample() -> dict[str, str]:
    """What people write of the sample repository."""
    root = ROOT / "sample-repo"
    paths = [path for path in root.rglob("*") if path.is_file()]
    texts = {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in paths}
    return {path: text for path, text in texts.items() if not path.startswith(("deploy/", "argocd/"))}


def line_of(text: str, beginning: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.strip().startswith(beginning))


def alone() -> str:
    """app.yaml with one replica in production."""
    return "".join(
        "  prod:\n    replicas: 1\n" if line.startswith("  prod:") else line for line in sample()[APP].splitlines(True)
    )


def repository(root: Path, changes: dict[str, str], generated: dict[str, str] | None = None) -> str:
    """The sample repository with some specs changed, generated, then some files changed by hand."""
    files = {**sample(), **changes}
    memory = MemoryFiles(files)
    tree = {**files, **generate(memory, load(memory)).tree, **(generated or {})}
    for path, text in tree.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return str(root)


def places(report: Report) -> set[tuple[str, int, str]]:
    return {(one.location.path, one.location.line, one.policy) for one in report.findings}


def test_a_finding_leads_to_app_yaml(tmp_path: Path) -> None:
    text = alone()
    report = lint(repository(tmp_path, {APP: text}), only=ONLY)
    (finding,) = [one for one in report.findings if one.policy == ONLY[0]]
    assert (finding.location.path, finding.location.line) == (APP, line_of(text, "replicas: 1"))
    assert finding.targets == ("deploy/risk/features/overlays/prod",)
    assert finding.chain[0].location == finding.location
    assert any(step.location.path.startswith("deploy/risk/features/") for step in finding.chain)


def test_a_suppression_in_app_yaml(tmp_path: Path) -> None:
    text = alone().replace("replicas: 1\n", "replicas: 1  # gitopsml: allow replicas-below-two -- a cache\n")
    report = lint(repository(tmp_path, {APP: text}), only=ONLY)
    assert ONLY[0] not in {one.policy for one in report.findings}
    assert {one.suppressed for one in report.suppressed} == {"a cache"}


def test_a_path_of_app_yaml_means_its_targets(tmp_path: Path) -> None:
    root = repository(tmp_path, {APP: alone()})
    assert {path for path, _, _ in places(lint(root, [APP], only=ONLY))} == {APP}


def test_an_edited_file_says_so_and_keeps_its_own_places(tmp_path: Path) -> None:
    root = repository(tmp_path, {})
    path = tmp_path / "deploy/risk/features/base/deployment.yaml"
    path.write_text(path.read_text("utf-8").replace("containers:", "containers: # by hand"), "utf-8")
    found = places(lint(root, only=ONLY))
    assert found == {("deploy/risk/features/base/deployment.yaml", 1, "generated-file-edited")}


def test_a_stale_file(tmp_path: Path) -> None:
    root = repository(tmp_path, {})
    (tmp_path / APP).write_text(alone(), "utf-8")
    found = places(lint(root, ["deploy/risk/features/overlays/prod"], only=ONLY))
    stale = {path for path, line, policy in found if policy == "generated-file-stale" and line == 1}
    assert "deploy/risk/features/overlays/prod/kustomization.yaml" in stale


@pytest.mark.parametrize("wrong", ["blueprint: model-servise@1", "nothing: 1"])
def test_a_spec_that_is_wrong_is_not_green(tmp_path: Path, wrong: str) -> None:
    root = repository(tmp_path, {})
    text = sample()[APP]
    blueprint = text.splitlines()[line_of(text, "blueprint:") - 1]
    changed = text.replace(blueprint, wrong) if wrong.startswith("blueprint") else f"{text}{wrong}\n"
    (tmp_path / APP).write_text(changed, "utf-8")
    report = lint(root, only=ONLY)
    assert ("spec-invalid", APP) in {(one.policy, one.location.path) for one in report.unreadable}
    assert {one.policy for one in report.unreadable} == {"spec-invalid"}


def test_a_policy_may_ask_what_app_yaml_says(tmp_path: Path) -> None:
    code = (
        '"""Because."""\nfrom gitopsml.model import Violation\n'
        'TITLE, SEVERITY, REMEDY, KINDS = "Own", "info", "Change it.", ["apps/Deployment"]\n'
        "def check(resource, target):\n"
        '    message = f"{target.team}/{target.app} {target.environment} {sorted(target.values)[:1]}"\n'
        '    yield Violation(message, ("metadata", "name"))\n'
    )
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "own.py").write_text(code, "utf-8")
    root = repository(tmp_path / "repo", {})
    report = lint(root, ["deploy/risk/features/overlays/prod"], only=("own",), policies=[str(tmp_path / "mine")])
    (finding,) = [one for one in report.findings if one.policy == "own"]
    assert finding.message.startswith("risk/features prod ['")
