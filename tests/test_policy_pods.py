"""Where pods are inside of kinds: the table of ours against the recorded registry of paths, and the views of some kinds."""

from __future__ import annotations

import re
from typing import Any

import pytest
from conftest import shared

from gitopsml.model.pointer import dotted
from gitopsml.model.workload import known_kinds, pod_views
from gitopsml.yamlio import read

NOT_CONTAINERS = {"string", "kfpContainer"}  # text to be parsed, and a foreign shape without resources of Kubernetes
SUBSTITUTE = {"podTemplate": ("spec",)}


def registry() -> list[dict[str, Any]]:
    text = shared("facts", "pod-paths.md").read_text("utf-8")
    block = text[text.rindex("```yaml") + len("```yaml") :]
    return read(block[: block.index("```")], "registry.yaml").documents[0].data


def holding(path: list[str], value: Any) -> Any:
    for part in reversed(path):
        value = [value] if part == "[*]" else {"key" if part == "*" else part: value}
    return value


def object_of(kind: dict[str, Any], path: str, node: str) -> tuple[dict[str, Any], Any]:
    """An object of the kind that has one container at a path, and that container's data."""
    container = {"name": "c", "image": "i", "resources": {"limits": {"cpu": 1}}}
    value: Any = container
    if node in ("podSpec", "podSpecPatch"):
        value = {"containers": [container]}
    elif node == "podTemplate":
        value = {"spec": {"containers": [container]}}
    elif node == "resources":
        value = container = {"limits": {"cpu": 1}}
    elif node == "manifest":
        value = {"apiVersion": "batch/v1", "kind": "Job", "spec": {"template": {"spec": {"containers": [container]}}}}
    parts = [part for part in re.split(r"\.|(\[\*\])", path) if part]
    group = f"{kind['group']}/" if kind["group"] else ""
    made = holding(parts, value)
    return {"apiVersion": f"{group}{kind['versions'][0]}", "kind": kind["kind"], **made}, container


def test_every_recorded_path_is_seen() -> None:
    seen = 0
    for kind in registry():
        for entry in kind["paths"]:
            if entry["type"] in NOT_CONTAINERS:
                continue
            data, wanted = object_of(kind, entry["path"], entry["type"])
            containers = [one for view in pod_views(data) for one in view.all_containers]
            where = f"{kind['group']}/{kind['kind']} {entry['path']}"
            if entry["type"] == "resources":
                assert [one.data.get("resources") for one in containers] == [wanted], where
            else:
                assert [one.data for one in containers] == [wanted], where
            seen += 1
    assert seen > 100


def test_every_recorded_kind_is_known_with_its_class() -> None:
    kinds = {(kind["group"], kind["kind"]) for kind in registry() if any(p["type"] not in NOT_CONTAINERS for p in kind["paths"])}
    assert kinds <= set(known_kinds())
    for kind in registry():
        for entry in kind["paths"]:
            if (
                entry["type"] not in (*NOT_CONTAINERS, "manifest") and kind["kind"] != "ReplicationController"
            ):  # a service like its heirs
                data, _ = object_of(kind, entry["path"], entry["type"])
                assert {view.workload for view in pod_views(data)} == {kind["class"]}, kind


def views(text: str) -> dict[str, Any]:
    data = read(text, "a.yaml").documents[0].data
    return {dotted(view.pointer): view for view in pod_views(data)}


RAY = """
apiVersion: ray.io/v1
kind: RayCluster
spec:
  headGroupSpec: {template: {metadata: {labels: {role: head}}, spec: {containers: [{name: head}]}}}
  workerGroupSpecs:
    - {replicas: 2, numOfHosts: 3, template: {metadata: {labels: {role: worker}}, spec: {containers: [{name: w}]}}}
"""


def test_a_view_for_each_group_with_its_labels_and_number() -> None:
    found = views(RAY)
    assert {at: (view.labels["role"], view.pods) for at, view in found.items()} == {
        "spec.headGroupSpec.template.spec": ("head", 1),
        "spec.workerGroupSpecs[0].template.spec": ("worker", 6),
    }


def test_roles() -> None:
    (view,) = views("""
apiVersion: apps/v1
kind: Deployment
spec: {replicas: 3, template: {spec: {
  initContainers: [{name: a}, {name: b, restartPolicy: Always}], containers: [{name: c}]}}}
""").values()
    roles = {role: [one.name for one in view.containers(role)] for role in ("main", "init", "sidecar")}
    assert roles == {"main": ["c"], "init": ["a"], "sidecar": ["b"]}
    assert view.pods == 3


def test_a_field_by_another_name_keeps_its_place() -> None:
    (view,) = views("""
apiVersion: trainer.kubeflow.org/v1alpha1
kind: TrainJob
spec: {trainer: {numNodes: 4, resourcesPerNode: {limits: {cpu: 1}}}}
""").values()
    (container,) = view.all_containers
    assert container.data["resources"] == {"limits": {"cpu": 1}}
    assert dotted(container.at("resources", "limits")) == "spec.trainer.resourcesPerNode.limits"
    assert (view.pods, view.intent, view.supplied) == (4, "training", True)


def test_a_manifest_inside_of_another_object() -> None:
    (at,) = views("""
apiVersion: kubeflow.org/v1beta1
kind: Experiment
spec: {trialTemplate: {trialSpec: {apiVersion: kubeflow.org/v1, kind: PyTorchJob, spec: {pytorchReplicaSpecs: {
  Worker: {template: {spec: {containers: [{name: pytorch}]}}}}}}}}
""")
    assert at == "spec.trialTemplate.trialSpec.spec.pytorchReplicaSpecs.Worker.template.spec"


SILENT = {
    "unknown kind without containers": "{apiVersion: a.example.com/v1, kind: Thing, spec: {containers: [1, 2]}}",
    "kind of Kubernetes without pods": "{apiVersion: v1, kind: ConfigMap, data: {containers: [{name: a, image: b}]}}",
    "wrong types": "{apiVersion: apps/v1, kind: Deployment, spec: {template: [spec]}}",
    "list for a map": "{apiVersion: ray.io/v1, kind: RayCluster, spec: {workerGroupSpecs: {a: b}}}",
    "no object": "[1]",
}


@pytest.mark.parametrize("name", SILENT)
def test_nothing_to_see(name: str) -> None:
    assert views(SILENT[name]) == {}


def test_unknown_kinds_are_searched() -> None:
    found = views("{apiVersion: a.example.com/v1, kind: Thing, spec: {parts: [{containers: [{name: a, image: b}]}]}}")
    (view,) = found.values()
    assert (list(found), view.partial, view.workload, view.probes) == (["spec.parts[0]"], True, "", "optional")


def test_unknown_kinds_with_a_template_have_labels() -> None:
    template = "{metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}"
    found = views(f"{{apiVersion: apps.openshift.io/v1, kind: DeploymentConfig, spec: {{template: {template}}}}}")
    assert {at: (view.labels, dotted(view.metadata)) for at, view in found.items()} == {
        "spec.template.spec": ({"a": "b"}, "spec.template.metadata")
    }


@pytest.mark.parametrize(
    ("labels", "intent"), [("{}", "serving"), ("{gitopsml.dev/intent: data}", "data"), ("{gitopsml.dev/intent: 3}", "serving")]
)
def test_intent(labels: str, intent: str) -> None:
    head = "apiVersion: serving.kserve.io/v1beta1, kind: InferenceService"
    text = f"{{{head}, metadata: {{labels: {labels}}}, spec: {{predictor: {{}}}}}}"
    assert [view.intent for view in views(text).values()] == [intent]
