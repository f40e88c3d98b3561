"""What all objects of an overlay share -> fields of its kustomization: namespace, labels of the environment, replicas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gitopsml.kustomize.scope import cluster_scoped
from gitopsml.layout.sides import Key, Side
from gitopsml.model.pointer import Pointer, lookup

# where kustomize's `labels` with includeTemplates writes, whether or not there are labels already (facts: kustomize §6)
_TEMPLATES: Final[dict[str, tuple[Pointer, ...]]] = {
    **dict.fromkeys(
        ("apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "apps/ReplicaSet", "batch/Job", "/ReplicationController"),
        (("spec", "template", "metadata"),),
    ),
    "batch/CronJob": (("spec", "jobTemplate", "metadata"), ("spec", "jobTemplate", "spec", "template", "metadata")),
}
_COUNTED: Final = ("apps/Deployment", "apps/StatefulSet", "apps/ReplicaSet", "/ReplicationController")


def group_kind(key: Key) -> str:
    """`apps/Deployment`, `/Service`."""
    group, slash, _ = key.api_version.rpartition("/")
    return f"{group if slash else ''}/{key.kind}"


def can_set_namespace(one: Side) -> bool:
    """Whether `namespace:` in the overlay gives every object the namespace that it has, and no other."""
    return all(_fits(key, body, one.namespace) for key, body in one.bodies.items())


def _fits(key: Key, body: dict[str, Any], namespace: str) -> bool:
    group, _, kind = group_kind(key).partition("/")
    own = body["metadata"].get("namespace")
    if own is None:
        return cluster_scoped(group, key.api_version.rpartition("/")[2], kind) and kind not in _REWRITTEN
    return bool(own == namespace) and kind not in _REWRITTEN


# kinds in which the namespace transformer changes more than metadata.namespace
_REWRITTEN: Final = (
    "Namespace",
    "APIService",
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "ClusterRoleBinding",
)


def move_namespace(one: Side) -> None:
    """Leave the namespace to the overlay."""
    one.sets_namespace = True
    for body in one.bodies.values():
        body["metadata"].pop("namespace", None)


def move_labels(sides: list[Side]) -> None:
    """Labels that all objects of an environment share and that differ between environments."""
    if len(sides) < 2 or not all(one.bodies for one in sides):
        return
    shared = [_shared_labels(one) for one in sides]
    names = sorted(set.intersection(*(set(labels) for labels in shared)))
    different = [name for name in names if len({labels[name] for labels in shared}) > 1]
    if not different:
        return
    with_templates = all(_in_templates(one, labels, different) for one, labels in zip(sides, shared, strict=True))
    for one, labels in zip(sides, shared, strict=True):
        one.labels = {name: labels[name] for name in different}
        one.labels_templates = with_templates and any(True for _ in _templates(one))
        for metadata in [body["metadata"] for body in one.bodies.values()] + (list(_templates(one)) if with_templates else []):
            _drop(metadata, different)


def _drop(metadata: dict[str, Any], names: list[str]) -> None:
    kept = {name: value for name, value in metadata["labels"].items() if name not in names}
    if kept:
        metadata["labels"] = kept
    else:
        del metadata["labels"]


def _shared_labels(one: Side) -> dict[str, str]:
    every = [body["metadata"].get("labels") or {} for body in one.bodies.values()]
    return {name: value for name, value in every[0].items() if all(labels.get(name) == value for labels in every)}


def _templates(one: Side) -> Iterator[dict[str, Any]]:
    """The metadata of every pod template that includeTemplates reaches."""
    for key, body in one.bodies.items():
        for pointer in _TEMPLATES.get(group_kind(key), ()):
            metadata = lookup(body, pointer)
            if isinstance(metadata, dict):
                yield metadata


def _in_templates(one: Side, labels: dict[str, str], names: list[str]) -> bool:
    """Whether every template carries the labels too: kustomize writes them into all, and makes missing ones."""
    expected = sum(len(_TEMPLATES.get(group_kind(key), ())) for key in one.bodies)
    found = list(_templates(one))
    claims = any(key.kind == "StatefulSet" and "volumeClaimTemplates" in body.get("spec", {}) for key, body in one.bodies.items())
    carried = all((metadata.get("labels") or {}).get(name) == labels[name] for metadata in found for name in names)
    return carried and expected == len(found) and not claims  # releases differ in what they do to volumeClaimTemplates


def move_replicas(sides: list[Side]) -> None:
    """Counts that differ between environments, of kinds that the `replicas` field knows, where the name is unique among them."""
    for key in sorted({key for one in sides for key in one.bodies if group_kind(key) in _COUNTED}):
        having = [one for one in sides if key in one.bodies]
        counts = [lookup(one.bodies[key], ("spec", "replicas")) for one in having]
        alone = all(sum(other.name == key.name and group_kind(other) in _COUNTED for other in one.bodies) == 1 for one in having)
        if not alone or all(count == counts[0] for count in counts):
            continue
        for one, count in zip(having, counts, strict=True):
            if isinstance(count, int):
                del one.bodies[key]["spec"]["replicas"]
                one.replicas.append({"name": key.name, "count": count})
