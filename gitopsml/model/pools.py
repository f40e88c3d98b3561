"""The accelerator pools that a cluster file declares, and which of them a pod can run on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from gitopsml.model.cluster import Cluster
from gitopsml.model.needs import amount
from gitopsml.model.references import mappings
from gitopsml.model.workload import PodView

_KEEPS_OUT: Final = ("NoSchedule", "NoExecute")
_VENDORS: Final = ("nvidia.com/", "amd.com/", "google.com/tpu", "gpu.intel.com/", "habana.ai/", "aws.amazon.com/neuron")


class Pool(NamedTuple):
    """One kind of nodes with accelerators. `per_node` is 0 where the cluster file does not say."""

    product: str
    resource: str
    per_node: int
    labels: dict[str, Any]
    taints: list[dict[str, Any]]


def pools(cluster: Cluster) -> list[Pool]:
    """The pools of a cluster file, with what its provider says of their products."""
    products = cluster.data.get("gpuProducts") or {}
    default = cluster.data.get("gpuTaints") or []
    return [_pool({**(products.get(pool.get("product")) or {}), **pool}, default) for pool in cluster.gpu_pools]


def _pool(data: dict[str, Any], default: list[dict[str, Any]]) -> Pool:
    taints: list[dict[str, Any]] | None = data.get("taints")
    return Pool(
        str(data.get("product", "")),
        str(data.get("resource", "nvidia.com/gpu")),
        int(data.get("perNode") or 0),
        data.get("labels") or {},
        default if taints is None else taints,
    )


def accelerators(view: PodView) -> dict[str, int]:
    """Resource name -> how many of it one pod asks for."""
    asked: dict[str, int] = {}
    for container in view.containers("main", "sidecar"):
        resources = container.data.get("resources")
        limits = resources.get("limits") if isinstance(resources, dict) else None
        for name, value in limits.items() if isinstance(limits, dict) else ():
            if name.startswith(_VENDORS):
                asked[name] = asked.get(name, 0) + int(amount(value))
    return {name: count for name, count in asked.items() if count > 0}


def offering(declared: list[Pool], resource: str, count: int) -> list[Pool]:
    """The pools with enough of a resource in one node."""
    return [pool for pool in declared if pool.resource == resource and (not pool.per_node or pool.per_node >= count)]


def selected(declared: list[Pool], view: PodView) -> list[Pool]:
    """The pools that the pod's nodeSelector leaves; a label that a pool does not declare may still be on its nodes."""
    selector = view.spec.get("nodeSelector")
    wanted = selector if isinstance(selector, dict) else {}
    return [pool for pool in declared if all(pool.labels.get(key, value) == value for key, value in wanted.items())]


def untolerated(pool: Pool, view: PodView) -> Iterator[str]:
    """The taints of a pool (as `key:effect`) that keep the pod out."""
    tolerations = [toleration for _, toleration in mappings(view.spec.get("tolerations"))]
    for taint in pool.taints:
        if taint.get("effect") in _KEEPS_OUT and not any(_tolerates(one, taint) for one in tolerations):
            yield f"{taint.get('key')}:{taint.get('effect')}"


def _tolerates(toleration: dict[str, Any], taint: dict[str, Any]) -> bool:
    if toleration.get("effect") not in (None, "", taint.get("effect")):
        return False
    exists = toleration.get("operator") == "Exists"
    if not toleration.get("key"):
        return exists
    return toleration["key"] == taint.get("key") and (exists or toleration.get("value", "") == taint.get("value", ""))
