"""`gitopsml policies` and `gitopsml test`: what a person sees, and the exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT

from gitopsml.cli.main import main

POLICY = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: no-web
  annotations:
    gitopsml.dev/title: Object that is called web
    gitopsml.dev/severity: warning
    gitopsml.dev/why: Nobody knows which web.
    gitopsml.dev/remedy: Call it something else.
    gitopsml.dev/options: "name: {type: string, default: web, description: the name that nobody may use}"
spec:
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]}
  validations: [{expression: object.metadata.name != params.name, message: call it something else}]
"""
CASE = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: web  # finding: call it something else
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a policy of its own and a case, which is also where the command runs."""
    (tmp_path / "names").mkdir()
    (tmp_path / "names" / "no-web.yaml").write_text(POLICY, "utf-8")
    (tmp_path / "tests" / "no-web").mkdir(parents=True)
    (tmp_path / "tests" / "no-web" / "case.yaml").write_text(CASE, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    out = capsys.readouterr()
    return code, out.out, out.err


def test_the_list_has_every_policy_by_topic(capsys: pytest.CaptureFixture[str], own: Path) -> None:
    code, out, err = run(capsys, "policies", "--policies", str(own / "names"))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[lines.index("resource") + 1].split()[1] in ("error", "warning", "info", "off")
    assert any(
        line.split() == ["memory-limit-missing", "error", "Container", "without", "a", "memory", "limit"] for line in lines
    )
    assert any(line.split()[:2] == ["yaml-duplicate-key", "error"] for line in lines)
    assert any(line.split()[:2] == ["no-web", "warning"] for line in lines)


def test_the_page_of_a_policy(capsys: pytest.CaptureFixture[str], own: Path) -> None:
    code, out, _ = run(capsys, "policies", "no-web", "--policies", str(own / "names"))
    assert code == 0
    assert (
        out
        == f"""\
no-web  warning  own
Object that is called web

why
  Nobody knows which web.

what to do
  Call it something else.

options  (lint.options.no-web in gitopsml.yaml)
  name: web   the name that nobody may use

allow it in one place
  # gitopsml: allow no-web -- the reason

written in
  {own}/names/no-web.yaml (a ValidatingAdmissionPolicy)
"""
    )


def test_the_page_shows_a_case(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    _, out, _ = run(capsys, "policies", "memory-limit-missing")
    assert "it finds" in out
    assert "# finding: set resources.limits.memory" in out


def test_a_policy_that_does_not_exist(capsys: pytest.CaptureFixture[str], own: Path) -> None:
    code, out, err = run(capsys, "policies", "memory-limits-missing")
    assert (code, out) == (2, "")
    assert err == "there is no policy 'memory-limits-missing'; did you mean 'memory-limit-missing'?\n"
    assert own


def test_cases_of_a_folder_of_ones_own(capsys: pytest.CaptureFixture[str], own: Path) -> None:
    assert run(capsys, "test", str(own)) == (0, "1 case passed\n", "")
    code, out, _ = run(capsys, "test", str(own), "-v")
    assert (code, out) == (0, "ok      no-web/case.yaml: 1 found in 2 objects\n1 case passed\n")


def test_a_case_that_fails(capsys: pytest.CaptureFixture[str], own: Path) -> None:
    case = own / "tests" / "no-web" / "case.yaml"
    case.write_text(
        CASE.replace("  # finding: call it something else", "").replace("settings}}", "settings}}  # finding: no"), "utf-8"
    )
    code, out, err = run(capsys, "test")
    assert (code, err) == (1, "")
    assert (
        out
        == """\
failed  no-web/case.yaml
  expected, not found   no-web/case.yaml:6: no
  found, not expected   no-web/case.yaml:4: call it something else
1 case, 1 failed
"""
    )


def test_no_cases_are_not_green(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, "test", str(tmp_path))
    assert code == 2
    assert "no cases found; make a folder named like a policy" in err


def test_a_policy_that_does_not_load(capsys: pytest.CaptureFixture[str], own: Path) -> None:
    (own / "names" / "no-web.yaml").write_text(POLICY.replace("name: no-web", "name: other"), "utf-8")
    code, _, err = run(capsys, "test", str(own))
    assert (code, err) == (2, f"{own}/names/no-web.yaml: metadata.name is 'other'; name it 'no-web', as its file\n")


def test_lint_runs_it(capsys: pytest.CaptureFixture[str], own: Path) -> None:
    code, out, _ = run(capsys, "lint", str(own / "tests"), "--policies", str(own / "names"), "--fail-on", "warning")
    assert code == 1
    assert "warning: call it something else [no-web]" in out
