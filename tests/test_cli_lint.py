"""`gitopsml lint`: options -> one call -> output and exit code. What linting finds is tested elsewhere."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import reports

from gitopsml.cli.main import main
from gitopsml.errors import ConfigError
from gitopsml.model import Report

Run = Callable[..., tuple[int, str, str]]


def write(root: Path, tree: dict[str, str]) -> None:
    for path, text in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


class Spy:
    """Stands for gitopsml.lint: remembers how it was called, answers with a report."""

    def __init__(self) -> None:
        self.report = reports.CLEAN
        self.root = ""
        self.paths: list[str] = []
        self.options: dict[str, Any] = {}
        self.calls: list[tuple[str, list[str]]] = []

    def lint(self, root: str, paths: list[str], **options: Any) -> Report:
        self.root, self.paths, self.options = root, paths, options
        self.calls.append((root, paths))
        if isinstance(self.report, Exception):
            raise self.report
        return self.report


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Spy:
    spy = Spy()
    module = types.ModuleType("gitopsml.lint")
    module.lint = spy.lint  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "gitopsml.lint", module)
    return spy


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "repo"
    (root / "deploy" / "x").mkdir(parents=True)
    (root / "gitopsml.yaml").write_text("apiVersion: gitopsml.dev/v1\n")
    (root / "deploy" / "x" / "pod.yaml").write_text("kind: Pod\n")
    monkeypatch.chdir(root)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return root


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(["lint", *arguments])
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode()

    return call


@pytest.mark.usefixtures("repo")
def test_clean(spy: Spy, run: Run) -> None:
    assert run() == (0, "checked 1 target, 3 resources with 34 policies: no findings\n", "")
    assert spy.paths == ["."]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [((), 3), (("--exit-zero",), 3), (("--fail-on", "never"), 3)],
)
@pytest.mark.usefixtures("repo")
def test_what_could_not_be_evaluated_is_never_green(spy: Spy, run: Run, arguments: tuple[str, ...], code: int) -> None:
    spy.report = reports.FULL
    assert run(*arguments)[0] == code


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 0),
        (("--fail-on", "error"), 0),
        (("--fail-on", "warning"), 1),
        (("--fail-on", "info"), 1),
        (("--fail-on", "warning", "--exit-zero"), 0),
        (("--fail-on", "fatal"), 2),
    ],
)
@pytest.mark.usefixtures("repo")
def test_fail_on(spy: Spy, run: Run, arguments: tuple[str, ...], code: int) -> None:
    spy.report = Report((reports.MEMORY,), targets=1)
    assert run(*arguments)[0] == code


def test_paths_count_from_the_root_of_their_repository(spy: Spy, run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("deploy/x/pod.yaml", str(repo / "deploy"), "./deploy/../gitopsml.yaml")
    assert (spy.root, spy.paths) == (str(repo), ["deploy/x/pod.yaml", "deploy", "gitopsml.yaml"])
    monkeypatch.chdir(repo / "deploy")
    run("x")
    assert (spy.root, spy.paths) == (str(repo), ["deploy/x"])
    run()
    assert spy.paths == ["deploy"]
    run("--repo", str(repo))
    assert (spy.root, spy.paths) == (str(repo), ["."])


def test_a_link_to_the_repository(spy: Spy, run: Run, repo: Path, tmp_path: Path) -> None:
    os.symlink(repo, tmp_path / "link")
    run(str(tmp_path / "link" / "deploy" / "x"))
    assert (spy.root, spy.paths) == (str(repo), ["deploy/x"])


@pytest.mark.usefixtures("spy")
def test_one_repository_at_a_time(run: Run, repo: Path, tmp_path: Path) -> None:
    (tmp_path / "other" / ".git").mkdir(parents=True)
    code, _, err = run("deploy", str(tmp_path / "other"))
    assert code == 2
    assert err.endswith("; lint one repository at a time\n")
    assert run("deploy", str(tmp_path / "other"), "--repo", str(repo))[0] == 2


PASSED = [".github/workflows/gitopsml.yaml", ".pre-commit-config.yaml", "deploy/x/pod.yaml", "gitopsml.yaml", "inner/a/pod.yaml"]


@pytest.mark.parametrize("order", [0, 1, 2, 3, 4, -1])
def test_files_of_a_clone_in_any_order(spy: Spy, run: Run, repo: Path, order: int) -> None:
    """What pre-commit passes: files of all kinds, shuffled; a workflow may be called gitopsml.yaml."""
    write(repo, {path: "" for path in PASSED if not (repo / path).exists()} | {"inner/gitopsml.yaml": "", ".git/HEAD": ""})
    paths = PASSED[order:] + PASSED[:order] if order >= 0 else PASSED[::-1]
    assert run(*paths)[0] == 0
    assert [(root, sorted(inner)) for root, inner in spy.calls] == [
        (str(repo), sorted(PASSED[:4])),
        (str(repo / "inner"), ["a/pod.yaml"]),
    ]


@pytest.mark.usefixtures("repo")
def test_standard_input(spy: Spy, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"kind: Pod\n\xff")))
    run("-")
    assert (spy.paths, spy.options["stdin"]) == (["-"], b"kind: Pod\n\xff")
    run("deploy")
    assert spy.options["stdin"] is None


def test_more_policies_and_another_kubernetes(spy: Spy, run: Run, repo: Path) -> None:
    (repo / "mine").mkdir()
    run("--policies", "mine", "--kubernetes", "1.30")
    assert spy.options["policies"] == [str(repo / "mine")]
    assert spy.options["kubernetes"] == "1.30"
    code, _, err = run("--policies", "missing")
    assert code == 2
    assert "missing" in err


# outputs


@pytest.mark.parametrize("name", ["json", "sarif"])
@pytest.mark.usefixtures("repo")
def test_machine_formats_are_all_of_the_output(spy: Spy, run: Run, name: str) -> None:
    spy.report = reports.FULL
    code, out, err = run("--format", name)
    assert (code, err) == (3, "")
    assert json.loads(out)


def test_several_formats_go_to_several_files(spy: Spy, run: Run, repo: Path) -> None:
    spy.report = reports.FULL
    code, out, _ = run("--format", "sarif", "--output", "a.sarif", "--format", "json", "--output", "b.json", "--format", "text")
    assert code == 3
    assert out.startswith("error: ")
    assert json.loads((repo / "a.sarif").read_text())["version"] == "2.1.0"
    assert json.loads((repo / "b.json").read_text())["version"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--format", "json", "--format", "text"), "only one format can go to standard output"),
        (("--output", "a", "--output", "b"), "more --output than --format"),
        (("--output", "missing/folder/a"), "missing/folder/a: no such file or directory; name another file"),
        (("--format", "xml"), "xml"),
    ],
)
@pytest.mark.usefixtures("repo", "spy")
def test_usage(run: Run, arguments: tuple[str, ...], words: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert words in err


@pytest.mark.usefixtures("repo")
def test_configuration_errors_are_one_line(spy: Spy, run: Run) -> None:
    spy.report = ConfigError("unknown field", path="gitopsml.yaml", line=2, column=1, hint="did you mean lint?")  # type: ignore[assignment]
    assert run() == (2, "", "gitopsml.yaml:2:1: unknown field; did you mean lint?\n")


@pytest.mark.parametrize(
    ("arguments", "environment", "colored"),
    [
        ((), {}, False),
        (("--color", "always"), {}, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
@pytest.mark.usefixtures("repo")
def test_colors(
    spy: Spy, run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], environment: dict[str, str], colored: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    spy.report = reports.FULL
    assert ("\x1b[" in run(*arguments)[1]) is colored


@pytest.mark.usefixtures("repo")
def test_explain_and_category(spy: Spy, run: Run) -> None:
    spy.report = reports.FULL
    assert "object.spec.replicas = 1" in run("--explain")[1]
    assert "object.spec.replicas = 1" not in run()[1]
    assert '"automationDetails": {"id": "mine/"}' in run("--format", "sarif", "--category", "mine")[1]


# changed files


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def test_changed_files_count_from_the_root(spy: Spy, run: Run, repo: Path) -> None:
    git(repo.parent, "init", "-q", "-b", "main")
    git(repo.parent, "add", ".")
    git(repo.parent, "commit", "-q", "-m", "one")
    (repo / "deploy" / "x" / "pod.yaml").write_text("kind: Changed\n")
    (repo / "new.yaml").write_text("")
    (repo.parent / "elsewhere.yaml").write_text("")
    run("--changed")
    assert spy.options["changed"] == {"deploy/x/pod.yaml", "new.yaml"}
    git(repo.parent, "add", ".")
    git(repo.parent, "commit", "-q", "-m", "two")
    run("--changed", "HEAD~1")
    assert spy.options["changed"] == {"deploy/x/pod.yaml", "new.yaml"}
    run("--changed=HEAD", "deploy")
    assert (spy.options["changed"], spy.paths) == (set(), ["deploy"])
    run()
    assert spy.options["changed"] is None


@pytest.mark.usefixtures("repo", "spy")
def test_changed_needs_git(run: Run) -> None:
    code, _, err = run("--changed")
    assert code == 2
    assert "--changed needs a Git repository" in err


@pytest.mark.usefixtures("spy")
def test_an_unknown_base(run: Run, repo: Path) -> None:
    git(repo, "init", "-q")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "one")
    code, _, err = run("--changed", "nosuchbranch")
    assert code == 2
    assert "nosuchbranch" in err


# end to end


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  hostNetwork: true\n  containers: [{name: a, image: r/a:1}]\n"
SECRET = "canary-7f3a9c"
TREE = {
    "base/kustomization.yaml": "resources: [pod.yaml]\n",
    "base/pod.yaml": POD,
    "dev/kustomization.yaml": "resources: [../base]\n",
    "prod/kustomization.yaml": f"resources: [../base]\nsecretGenerator: [{{name: s, literals: [password={SECRET}]}}]\n",
}


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, {**TREE, "gitopsml.yaml": "apiVersion: gitopsml.dev/v1\n"})
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize("path", [".", "base", "base/pod.yaml"])
def test_a_mistake_in_a_base_is_one_finding_with_all_targets(run: Run, path: str) -> None:
    code, out, _ = run("--format", "json", path)
    (finding,) = (one for one in json.loads(out)["findings"] if one["policy"] == "host-network")
    assert code == 1
    assert (finding["path"], finding["line"], finding["targets"]) == ("base/pod.yaml", 5, ["dev", "prod"])


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize("name", ["text", "json", "sarif", "github"])
def test_a_secret_is_found_and_not_printed(run: Run, name: str) -> None:
    code, out, err = run("--format", name, "prod")
    assert code == 1
    assert "secret-in-git" in out
    assert SECRET not in out + err


def test_one_unreadable_file_hides_nothing(run: Run, fleet: Path) -> None:
    write(fleet, {"plain/broken.yaml": "apiVersion: v1\nkind: [\n", "plain/pod.yaml": POD})
    code, out, _ = run("--format", "json", "plain")
    report = json.loads(out)
    assert code == 3
    assert [one["path"] for one in report["unreadable"]] == ["plain/broken.yaml"]
    assert "host-network" in {one["policy"] for one in report["findings"]}


def test_a_link_out_of_the_repository(run: Run, fleet: Path) -> None:
    (fleet.parent / "outside.yaml").write_text(POD)
    (fleet / "plain").mkdir()
    os.symlink("../../outside.yaml", fleet / "plain" / "a.yaml")
    code, out, _ = run("plain")
    assert code == 3
    assert "a link leaves the repository" in out


def test_a_kustomization_that_does_not_build(run: Run, fleet: Path) -> None:
    write(fleet, {"bad/kustomization.yaml": "resources: [gone.yaml]\n"})
    code, out, _ = run("bad")
    assert code == 3
    assert "bad/kustomization.yaml:1:" in out


@pytest.mark.usefixtures("fleet")
def test_manifests_from_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(POD.encode())))
    code, out, _ = run("-")
    assert code == 1
    assert "remove hostNetwork" in out


def test_only_what_changed(run: Run, fleet: Path) -> None:
    git(fleet, "init", "-q", "-b", "main")
    git(fleet, "add", ".")
    git(fleet, "commit", "-q", "-m", "one")
    assert run("--changed") == (0, "checked 0 targets, 0 resources with 0 policies: nothing to check here\n", "")
    assert run("--changed", "--fail-if-empty")[0] == 3
    (fleet / "dev" / "kustomization.yaml").write_text("resources: [../base]\nnamespace: d\n")
    assert "checked 1 target," in run("--changed")[1]
    (fleet / "base" / "pod.yaml").write_text(POD.replace("true", "false"))
    assert "checked 2 targets," in run("--changed")[1]


@pytest.mark.usefixtures("fleet")
def test_the_report_fits_its_schema(run: Run) -> None:
    import jsonschema

    from gitopsml.report import schema

    jsonschema.Draft202012Validator(schema()).validate(json.loads(run("--format", "json")[1]))


def test_nothing_below_a_path(run: Run, fleet: Path) -> None:
    (fleet / "empty").mkdir()
    assert run("empty") == (0, "checked 0 targets, 0 resources with 0 policies: nothing to check here\n", "")
    assert run("empty", "--fail-if-empty")[0] == 3
    assert run("gone")[0] == 2


def test_a_kustomization_outside_of_any_repository(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, TREE)
    monkeypatch.chdir(tmp_path / "dev")
    code, out, _ = run()
    assert code == 1
    assert "--> base/pod.yaml:5:" in out


def test_a_repository_inside_of_a_clone(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    off = "apiVersion: gitopsml.dev/v1\nlint: {severity: {host-network: off}}\n"
    write(tmp_path, {".git/HEAD": "", "plain/pod.yaml": POD, "fleet/gitopsml.yaml": off, "fleet/plain/pod.yaml": POD})
    monkeypatch.chdir(tmp_path)
    code, out, _ = run("--format", "json", "fleet/plain/pod.yaml", "plain/pod.yaml")
    findings = json.loads(out)["findings"]
    assert code == 1
    assert [one["path"] for one in findings if one["policy"] == "host-network"] == ["plain/pod.yaml"]
    assert {target for one in findings for target in one["targets"]} == {"fleet/plain", "plain"}
    assert "fleet  a repository of its own" in run(".")[1]
