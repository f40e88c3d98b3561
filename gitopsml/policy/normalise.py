"""An object as it is written -> as an admission policy sees it, on CREATE, before mutating webhooks. Facts: defaults.

What only a running server knows is left out: uids, times, generated names, cluster addresses.
"""

from __future__ import annotations

from typing import Any, Final

from gitopsml.model.workload import PodView
from gitopsml.policy.decode import Refused, decoded, quantity_text, shape_of
from gitopsml.policy.fill import fill

_AMOUNTS: Final = ("limits", "requests")
# the status that a created object has before any controller looks at it; what is written is dropped
_STATUS: Final[dict[str, dict[str, Any]]] = {
    "Pod": {"phase": "Pending"},
    "Namespace": {"phase": "Active"},
    "PersistentVolume": {"phase": "Pending"},
    "ReplicaSet": {"replicas": 0},
    "ReplicationController": {"replicas": 0},
    "StatefulSet": {"replicas": 0, "availableReplicas": 0},
    "DaemonSet": dict.fromkeys(("currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady"), 0),
    "PodDisruptionBudget": dict.fromkeys(("currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"), 0),
    "Service": {"loadBalancer": {}},
    "Ingress": {"loadBalancer": {}},
    "CustomResourceDefinition": {"conditions": None, "acceptedNames": {"plural": "", "kind": ""}, "storedVersions": []},
}
_SYSTEM: Final = frozenset(
    ("uid", "creationTimestamp", "deletionTimestamp", "generation", "selfLink", "resourceVersion", "managedFields")
)
_SCALED: Final[dict[str, dict[str, Any]]] = {
    "v1": {"currentReplicas": 0, "desiredReplicas": 0},
    "v2": {"desiredReplicas": 0, "currentMetrics": None},
}
_NO_STATUS: Final = frozenset(
    (
        "CSIDriver",
        "IngressClass",
        "NetworkPolicy",
        "Lease",
        "LimitRange",
        "DeviceClass",
        "ResourceClaimTemplate",
        "Node",
        "APIService",
    )
)


def normalised(data: dict[str, Any], namespace: str, kubernetes: str) -> dict[str, Any]:
    """The object, with the namespace of the request ("" for cluster-scoped kinds), which is all that custom kinds get."""
    version, kind = data.get("apiVersion"), data.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str):
        return data
    shape = shape_of(version.rpartition("/")[0], version.rpartition("/")[2], kind, kubernetes)
    try:
        made = dict(data) if shape is None else decoded(data, shape, fill)
    except Refused:
        return data  # no policy of a cluster would see it; ours look at what is there
    metadata = made.get("metadata")
    if isinstance(metadata, dict):
        kept = {key: value for key, value in metadata.items() if key not in _SYSTEM} if shape else dict(metadata)
        if namespace:
            kept["namespace"] = namespace
        elif shape is not None:
            kept.pop("namespace", None)
        made["metadata"] = kept
    if shape is not None and "status" in shape.fields and kind not in _NO_STATUS:
        spec = made.get("spec")
        made["status"] = _status(kind, version, spec if isinstance(spec, dict) else {})
    return made


def _status(kind: str, version: str, spec: dict[str, Any]) -> dict[str, Any]:
    status: dict[str, Any] = dict(_STATUS.get(kind, {}))
    if kind == "HorizontalPodAutoscaler":
        status = {**_SCALED.get(version.rpartition("/")[2], {})}
    elif kind == "Pod":
        status["qosClass"] = qos_class(spec)
    elif kind == "CustomResourceDefinition":
        stored = [one for one in spec.get("versions") or () if isinstance(one, dict) and one.get("storage")]
        status["storedVersions"] = [one.get("name") for one in stored]
    return status


def qos_class(spec: dict[str, Any]) -> str:
    """BestEffort, Burstable or Guaranteed, from the resources of all containers."""
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    resources = [one.get("resources") or {} for one in containers if isinstance(one, dict)]
    both = [(one.get("requests") or {}, one.get("limits") or {}) for one in (*resources, spec.get("resources") or {})]
    if not any(values.get(name, "0") != "0" for pair in both for values in pair for name in ("cpu", "memory")):
        return "BestEffort"
    full = all(
        limits.get(name, "0") != "0" and limits[name] == requests.get(name)
        for requests, limits in both[:-1]
        for name in ("cpu", "memory")
    )
    return "Guaranteed" if full else "Burstable"


def typed(views: tuple[PodView, ...]) -> tuple[PodView, ...]:
    """Views whose containers have their quantities as text: in custom kinds, which the API server does not decode, too."""
    return tuple(_typed_view(view) for view in views)


def _typed_view(view: PodView) -> PodView:
    containers = tuple(one._replace(data=_typed(one.data)) for one in view.all_containers)
    same = all(one.data is other.data for one, other in zip(containers, view.all_containers, strict=True))
    return view if same else view._replace(all_containers=containers)


def _typed(container: dict[str, Any]) -> dict[str, Any]:
    resources = container.get("resources")
    if not isinstance(resources, dict) or not any(_has_numbers(resources.get(name)) for name in _AMOUNTS):
        return container
    amounts = {name: value for name in _AMOUNTS if isinstance(value := resources.get(name), dict)}
    made = {name: {key: quantity_text(one, -3) for key, one in value.items()} for name, value in amounts.items()}
    return {**container, "resources": {**resources, **made}}


def _has_numbers(values: Any) -> bool:
    return isinstance(values, dict) and any(not isinstance(value, str) for value in values.values())
