"""What kustomize passes over in silence is a finding at its line; so is what another release of it would do."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitopsml.lint import lint

CONFIG = "apiVersion: gitopsml.dev/v1\nkustomizeVersion: {}\n"
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: b}\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: server, image: "web:1", ports: [{containerPort: 80}]}]
"""
ROLLOUT = """\
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - {name: server, image: "web:1"}
        - {name: proxy, image: "proxy:1"}
"""
SCALED = """\
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: web}
spec:
  scaleTargetRef:
    name: web
"""


def found(tmp_path: Path, files: dict[str, str], version: str = "5.8.1") -> list[str]:
    for path, text in {**files, "gitopsml.yaml": CONFIG.format(version)}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    report = lint(str(tmp_path))
    ours = (
        "patch",
        "image-",
        "replacement",
        "kustomize",
        "name-reference",
        "selector",
        "target-",
        "object-d",
        "variable",
        "build-m",
    )
    places = [(one.policy, one.location) for one in report.findings]
    places += [(one.policy, one.location) for one in report.unreadable]
    return [f"{policy} {place.path}:{place.line}" for policy, place in places if policy.startswith(ours)]


CASES = {
    "patch without a match": (
        "patches:\n  - target: {kind: Deployment, name: gone}\n    patch: |\n      - {op: remove, path: /spec}\n",
        {}, ["patch-target-missing w/kustomization.yaml:3"],
    ),
    "patch by the new name": (
        "namePrefix: p-\npatches:\n  - target: {name: p-web}\n    patch: |\n      - {op: remove, path: /data}\n",
        {}, ["patch-target-name-new w/kustomization.yaml:4"],
    ),
    "image without a match": ("images: [{name: nothing, newTag: '1'}]\n", {}, ["image-override-unused w/kustomization.yaml:2"]),
    "suffix twice": ("images: [{name: web, tagSuffix: -x}]\n", {}, ["image-tag-suffix w/kustomization.yaml:2"]),
    "deprecated": ("commonLabels: {a: b}\n", {}, ["kustomize-field-deprecated w/kustomization.yaml:2"]),
    "two spellings": ("namePrefix: a-\nnameprefix: b-\n", {}, ["kustomize-key-duplicate w/kustomization.yaml:3"]),
    "unused variable": (
        "vars: [{name: X, objref: {apiVersion: v1, kind: ConfigMap, name: web}}]\n",
        {}, ["kustomize-field-deprecated w/kustomization.yaml:2", "variable-unused w/kustomization.yaml:2"],
    ),
    "list of a custom resource": (
        "patches: [{path: p.yaml}]\n",
        {"p.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
         "      containers:\n        - {name: server, image: 'web:2'}\n"},
        ["patch-replaces-list w/p.yaml:7"],
    ),
    "reference of a custom resource": ("namePrefix: p-\n", {}, ["name-reference-broken w/scaled.yaml:6"]),
    "nothing to say": ("namespace: shop\nimages: [{name: web, newTag: '2'}]\n", {}, []),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_silent_no_ops(name: str, tmp_path: Path) -> None:
    text, more, wanted = CASES[name]
    resources = {"map.yaml": MAP, "web.yaml": DEPLOYMENT, "rollout.yaml": ROLLOUT, "scaled.yaml": SCALED}
    files = {**resources, **more, "kustomization.yaml": f"resources: [{', '.join(resources)}]\n{text}"}
    lines = found(tmp_path, {f"w/{path}": content for path, content in files.items()})
    assert [line for line in lines if "name-reference" not in line or "reference" in name] == wanted


def test_a_target_that_deploys_nothing(tmp_path: Path) -> None:
    files = {"w/kustomization.yaml": "resources: [a.yaml]\n", "w/a.yaml": "# nothing yet\n"}
    assert found(tmp_path, files) == ["target-empty w/kustomization.yaml:1"]


def test_another_release_renders_differently(tmp_path: Path) -> None:
    text = (
        "resources: [map.yaml, web.yaml]\nreplacements:\n  - source: {kind: ConfigMap, name: web, fieldPath: data.a}\n"
        "    targets: [{select: {name: we.}, fieldPaths: [spec.template.spec.containers.0.name]}]\n"
    )
    files = {"w/kustomization.yaml": text, "w/map.yaml": MAP, "w/web.yaml": DEPLOYMENT}
    lines = found(tmp_path, files, "5.6.0")
    assert [line.split()[0] for line in lines if "version" in line] == ["kustomize-version-differs"]


@pytest.mark.parametrize("version", ["5.6.0", "5.8.1"])
def test_releases_agree_on_plain_targets(version: str, tmp_path: Path) -> None:
    files = {
        "w/kustomization.yaml": "resources: [web.yaml]\nnamespace: shop\nimages: [{name: web, newTag: '2'}]\n",
        "w/web.yaml": DEPLOYMENT,
    }
    assert found(tmp_path, files, version) == []
