"""The lint pipeline: files in, findings at the right lines out."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from gitopsml.errors import UserError
from gitopsml.lint import lint
from gitopsml.model import Finding, Report

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: server
          image: r/web:1
"""
ONLY = ("memory-limit-missing",)


def write(root: Path, files: dict[str, str]) -> str:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(text), "utf-8")
    return str(root)


def shown(findings: tuple[Finding, ...]) -> list[str]:
    return [
        f"{one.location.path}:{one.location.line}:{one.location.column} {one.policy} {one.severity.value}" for one in findings
    ]


def run(root: Path, files: dict[str, str], **options: object) -> Report:
    return lint(write(root, {".git/HEAD": "", **files}), **{"only": ONLY, **options})  # type: ignore[arg-type]


# where a finding is


def test_a_folder_of_manifests(tmp_path: Path) -> None:
    report = run(tmp_path, {"k8s/web.yaml": DEPLOYMENT})
    assert shown(report.findings) == ["k8s/web.yaml:10:11 memory-limit-missing error"]
    assert (report.targets, report.resources, report.policies) == (1, 1, 1)
    (finding,) = report.findings
    assert (str(finding.resource), finding.targets, finding.message) == (
        "Deployment/web",
        ("k8s",),
        "set resources.limits.memory",
    )
    assert report.sources["k8s/web.yaml"] == DEPLOYMENT


OVERLAYS = {
    "base/kustomization.yaml": "resources: [web.yaml]\n",
    "base/web.yaml": DEPLOYMENT,
    **{f"overlays/{env}/kustomization.yaml": "resources: [../../base]\n" for env in ("dev", "prod", "staging")},
}


def test_one_mistake_through_three_overlays_is_one_finding(tmp_path: Path) -> None:
    report = run(tmp_path, OVERLAYS)
    assert shown(report.findings) == ["base/web.yaml:10:11 memory-limit-missing error"]
    assert report.findings[0].targets == ("overlays/dev", "overlays/prod", "overlays/staging")
    assert (report.targets, report.resources) == (3, 3)


def test_a_base_is_not_judged_alone(tmp_path: Path) -> None:
    patch = """
        patches:
          - patch: |
              apiVersion: apps/v1
              kind: Deployment
              metadata: {name: web, namespace: shop}
              spec: {template: {spec: {containers: [{name: server, resources: {limits: {memory: 1Gi}}}]}}}
    """
    overlay = {"overlays/prod/kustomization.yaml": "resources: [../../base]" + textwrap.dedent(patch)}
    base = {path: text for path, text in OVERLAYS.items() if path.startswith("base/")}
    assert run(tmp_path, base | overlay).findings == ()


def test_the_line_of_the_patch_that_is_guilty(tmp_path: Path) -> None:
    files = {
        **OVERLAYS,
        "overlays/prod/kustomization.yaml": "resources: [../../base]\npatches: [{path: patch.yaml}]\n",
        "overlays/prod/patch.yaml": """\
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              template:
                spec:
                  hostNetwork: true
        """,
    }
    report = run(tmp_path, files, only=("host-network",))
    assert shown(report.findings) == ["overlays/prod/patch.yaml:7:20 host-network error"]
    assert report.findings[0].targets == ("overlays/prod",)


def test_the_chain_of_an_image(tmp_path: Path) -> None:
    files = {
        **OVERLAYS,
        "overlays/prod/kustomization.yaml": "resources: [../../base]\nimages:\n  - {name: r/web, newTag: latest}\n",
    }
    report = run(tmp_path, files, only=("image-tag-mutable",))
    (finding,) = report.findings
    assert (finding.location.path, finding.location.line) == ("overlays/prod/kustomization.yaml", 3)
    assert [(step.location.path, step.location.line) for step in finding.chain][-1] == ("base/web.yaml", 11)


def test_a_list_of_objects(tmp_path: Path) -> None:
    items = textwrap.indent(DEPLOYMENT, "    ")
    report = run(tmp_path, {"k8s/list.yaml": f"apiVersion: v1\nkind: List\nitems:\n  -\n{items}"})
    assert shown(report.findings) == ["k8s/list.yaml:14:15 memory-limit-missing error"]


def test_standard_input(tmp_path: Path) -> None:
    report = lint(write(tmp_path, {".git/HEAD": ""}), ["-"], stdin=DEPLOYMENT.encode(), only=ONLY)
    assert shown(report.findings) == ["<stdin>:10:11 memory-limit-missing error"]
    assert report.sources["<stdin>"] == DEPLOYMENT


# what cannot be evaluated is never silent

UNREADABLE = {
    "yaml": ({"k8s/a.yaml": "apiVersion: v1\nkind: [\n", "k8s/web.yaml": DEPLOYMENT}, "yaml-unreadable", "k8s/a.yaml", 1),
    "kustomization": (
        {"app/kustomization.yaml": "resources:\n  - gone.yaml\n"},
        "kustomize-build-failed", "app/kustomization.yaml", 0),
    "base in two overlays": (
        {**OVERLAYS, "base/web.yaml": "a: [\n"},
        "yaml-unreadable", "base/web.yaml", 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_input(tmp_path: Path, name: str) -> None:
    files, policy, path, findings = UNREADABLE[name]
    report = run(tmp_path, files)
    assert {(one.policy, one.location.path) for one in report.unreadable} == {(policy, path)}
    assert len(report.findings) == findings


def test_unchecked_targets_are_listed(tmp_path: Path) -> None:
    config = 'apiVersion: gitopsml.dev/v1\nlint: {unchecked: [{path: vendor, reason: "replaced in Q1"}]}\n'
    report = run(tmp_path, {"vendor/web.yaml": DEPLOYMENT, "gitopsml.yaml": config})
    assert [(one.path, one.reason) for one in report.unchecked] == [("vendor", "replaced in Q1")]
    assert report.findings == ()


ENGINE = {
    "duplicate key": ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b, a: c}\n", "yaml-duplicate-key"),
    "no object": ("apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n", "object-invalid"),
    "schema": ("apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: eighty}\n", "schema-invalid"),
    "unknown field": ("apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {port: []}\n", "schema-unknown-field"),
    "old API": ("apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: a}\n", "api-removed"),
    "misspelt kind": ("apiVersion: apps/v1\nkind: Deploymnt\nmetadata: {name: a}\n", "api-unknown"),
}


@pytest.mark.parametrize("name", ENGINE)
def test_what_the_engine_sees(tmp_path: Path, name: str) -> None:
    text, policy = ENGINE[name]
    report = run(tmp_path, {"k8s/a.yaml": text})
    assert policy in [finding.policy for finding in report.findings]


def test_silent_no_ops_of_kustomize(tmp_path: Path) -> None:
    text = "resources: [../../base]\nimages:\n  - {name: r/wbe, newTag: '2'}\n"
    report = run(tmp_path, {**OVERLAYS, "overlays/prod/kustomization.yaml": text})
    assert "overlays/prod/kustomization.yaml:3:5 image-override-unused error" in shown(report.findings)


# severities, policies, suppressions


def config(lint_options: str) -> str:
    return f"apiVersion: gitopsml.dev/v1\nlint:\n{textwrap.indent(lint_options, '  ')}\n"


def test_off_is_not_executed(tmp_path: Path) -> None:
    files = {"k8s/web.yaml": DEPLOYMENT, "gitopsml.yaml": config('severity: {memory-limit-missing: "off"}')}
    report = run(tmp_path, files)
    assert (report.findings, report.policies) == ((), 0)


def test_severity_of_a_path(tmp_path: Path) -> None:
    rules = "paths:\n  - {path: a, severity: {memory-limit-missing: info}}"
    report = run(tmp_path, {"a/web.yaml": DEPLOYMENT, "b/web.yaml": DEPLOYMENT, "gitopsml.yaml": config(rules)})
    assert shown(report.findings) == ["a/web.yaml:10:11 memory-limit-missing info", "b/web.yaml:10:11 memory-limit-missing error"]


@pytest.mark.parametrize(
    "rules", ["severity: {memory-limit-mising: info}", "options: {memory-limit-missing: {most: 3}}", "options: {nothing: {}}"]
)
def test_rules_for_what_does_not_exist(tmp_path: Path, rules: str) -> None:
    with pytest.raises(UserError, match=r"gitopsml.yaml:3:"):
        run(tmp_path, {"k8s/web.yaml": DEPLOYMENT, "gitopsml.yaml": config(rules)})


def test_a_policy_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="did you mean 'memory-limit-missing'"):
        run(tmp_path, {}, only=("memory-limits-missing",))


def allowed(comment: str) -> str:
    return DEPLOYMENT.replace("        - name: server\n", f"        # gitopsml: allow {comment}\n        - name: server\n")


SUPPRESSED = {
    "above": (allowed("memory-limit-missing -- small tool"), [], 1),
    "on the line": (
        DEPLOYMENT.replace("name: server", "name: server  # gitopsml: allow memory-limit-missing -- small tool"), [], 1,
    ),
    "several": (allowed("host-network, memory-limit-missing -- small tool"), [], 1),
    "no reason": (allowed("memory-limit-missing"), ["suppression-without-reason"], 1),
    "no reason, no dashes": (allowed("memory-limit-missing: a small tool"), ["suppression-without-reason"], 1),
    "another policy": (allowed("host-port -- x"), ["memory-limit-missing"], 0),
    "unknown policy": (allowed("memory-limit -- x"), ["suppression-misplaced", "memory-limit-missing"], 0),
    "no policy": (allowed("-- x"), ["suppression-misplaced", "memory-limit-missing"], 0),
    "two lines above": (
        DEPLOYMENT.replace("      containers:\n", "      # gitopsml: allow memory-limit-missing -- x\n      containers:\n"),
        ["memory-limit-missing"], 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SUPPRESSED)
def test_suppressions(tmp_path: Path, name: str) -> None:
    text, active, suppressed = SUPPRESSED[name]
    report = run(tmp_path, {"k8s/web.yaml": text})
    assert [finding.policy for finding in report.findings] == active
    assert len(report.suppressed) == suppressed
    if suppressed and "no reason" not in name:
        assert report.suppressed[0].suppressed == "small tool"


def test_a_suppression_in_the_base_holds_for_all_overlays(tmp_path: Path) -> None:
    report = run(tmp_path, {**OVERLAYS, "base/web.yaml": allowed("memory-limit-missing -- small tool")})
    assert (report.findings, len(report.suppressed)) == ((), 1)


def policies(report: Report) -> list[str]:
    return [finding.policy for finding in report.findings]


def test_unused_suppressions(tmp_path: Path) -> None:
    text = DEPLOYMENT.replace("image: r/web:1", "image: r/web:1  # gitopsml: allow host-network -- x")
    files = {"k8s/web.yaml": text}
    assert "suppression-unused" in policies(run(tmp_path, files, only=()))
    assert "suppression-unused" not in policies(run(tmp_path, files))  # only some policies ran
    assert "suppression-unused" not in policies(run(tmp_path, files, only=(), changed={"k8s/web.yaml"}))


# policies of the repository

OWN = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: no-web}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]
  validations:
    - expression: >-
        object.metadata.name != 'web'
      message: call it something else
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: no-web}
spec: {policyName: no-web, validationActions: [Warn]}
"""
CONFIG = "apiVersion: gitopsml.dev/v1\n"


def test_a_plain_admission_policy_runs_unchanged(tmp_path: Path) -> None:
    files = {"k8s/web.yaml": DEPLOYMENT, "policies/no-web.yaml": OWN, "gitopsml.yaml": CONFIG}
    report = run(tmp_path, files, only=("no-web",))
    assert shown(report.findings) == ["k8s/web.yaml:3:18 no-web warning"]


def test_a_policy_without_binding_does_nothing(tmp_path: Path) -> None:
    files = {"k8s/web.yaml": DEPLOYMENT, "policies/no-web.yaml": OWN.partition("---")[0], "gitopsml.yaml": CONFIG}
    report = run(tmp_path, files, only=("no-web",))
    assert (report.findings, report.policies) == ((), 0)


def test_a_policy_that_does_not_compile_is_a_finding_at_its_line(tmp_path: Path) -> None:
    files = {
        "k8s/web.yaml": DEPLOYMENT,
        "policies/no-web.yaml": OWN.replace("object.metadata", "objekt.metadata"),
        "gitopsml.yaml": CONFIG,
    }
    report = run(tmp_path, files, only=("no-web",))
    assert shown(report.findings) == ["policies/no-web.yaml:9:9 policy-invalid error"]


def test_python_of_the_repository_is_not_run(tmp_path: Path) -> None:
    files = {"k8s/web.yaml": DEPLOYMENT, "policies/own.py": "raise SystemExit(9)\n", "gitopsml.yaml": CONFIG}
    assert run(tmp_path, files).findings != ()


def test_python_of_the_command_line_is_run(tmp_path: Path) -> None:
    code = '''
        """Because."""
        from gitopsml.model import Violation
        TITLE, SEVERITY, REMEDY, KINDS = "Own", "info", "Change it.", ["apps/Deployment"]
        def check(resource, deployed):
            yield Violation("change the name", ("metadata", "name"))
    '''
    write(tmp_path / "mine", {"own.py": code})
    report = run(tmp_path / "repo", {"k8s/web.yaml": DEPLOYMENT}, only=("own",), policies=[str(tmp_path / "mine")])
    assert shown(report.findings) == ["k8s/web.yaml:3:18 own info"]


def test_a_crash_is_a_finding_and_hides_nothing(tmp_path: Path) -> None:
    code = '''
        """Because."""
        TITLE, SEVERITY, REMEDY, KINDS = "Own", "info", "Change it.", ["*"]
        def check(resource):
            yield resource.nothing
    '''
    write(tmp_path / "mine", {"own.py": code})
    files = {"k8s/web.yaml": DEPLOYMENT}
    report = run(tmp_path / "repo", files, only=("own", *ONLY), policies=[str(tmp_path / "mine")])
    assert sorted(policies(report)) == ["memory-limit-missing", "policy-crashed"]


def test_what_concerns_a_target_as_a_whole_is_shown_at_its_kustomization(tmp_path: Path) -> None:
    code = '''
        """Because."""
        from gitopsml.model import Violation
        TITLE, SEVERITY, REMEDY = "Own", "info", "Change it."
        def check_target(deployed):
            yield Violation(f"{len(deployed)} objects")
    '''
    write(tmp_path / "mine", {"own.py": code})
    report = run(tmp_path / "repo", OVERLAYS, only=("own",), policies=[str(tmp_path / "mine")])
    assert shown(report.findings) == [f"overlays/{env}/kustomization.yaml:1:1 own info" for env in ("dev", "prod", "staging")]


# the whole


def test_paths_choose_targets(tmp_path: Path) -> None:
    files = {"a/web.yaml": DEPLOYMENT, "b/web.yaml": DEPLOYMENT, ".git/HEAD": ""}
    root = write(tmp_path, files)
    assert [one.location.path for one in lint(root, ["b"], only=ONLY).findings] == ["b/web.yaml"]
    assert [one.location.path for one in lint(root, [], changed={"a/web.yaml"}, only=ONLY).findings] == ["a/web.yaml"]
    with pytest.raises(UserError, match="no such file"):
        lint(root, ["c"])


def test_the_order_of_files_changes_nothing(tmp_path: Path) -> None:
    one = lint(write(tmp_path / "a", {".git/HEAD": "", **OVERLAYS}))
    other = lint(write(tmp_path / "b", {".git/HEAD": "", **dict(reversed(OVERLAYS.items()))}))
    assert shown(one.findings) == shown(other.findings)
    assert one.unreadable == other.unreadable


def test_changed_targets_find_what_the_full_run_finds_there(tmp_path: Path) -> None:
    files = {**OVERLAYS, "other/web.yaml": DEPLOYMENT}
    root = write(tmp_path, {".git/HEAD": "", **files})
    whole = lint(root)
    part = lint(root, changed={"base/web.yaml"})
    assert shown(part.findings) == [line for line in shown(whole.findings) if not line.startswith("other/")]


def test_nothing_is_started_and_no_socket_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import socket
    import subprocess

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("lint reaches outside")

    for module, name in ((socket, "socket"), (subprocess, "Popen"), (os, "system"), (os, "fork")):
        monkeypatch.setattr(module, name, refuse)
    assert run(tmp_path, OVERLAYS, only=()).findings
