"""How much of each resource a workload asks for when it runs at its largest, as a ResourceQuota counts it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

from gitopsml.model.quantity import parse
from gitopsml.model.resource import Resource, ResourceSet
from gitopsml.model.workload import INIT, Container, PodView, pod_templates

_QUEUE: Final = "kueue.x-k8s.io/queue-name"
_SHORT: Final = ("cpu", "memory", "ephemeral-storage")  # quota counts these under their own names as requests too


def amount(value: Any) -> Fraction:
    """A quantity as an exact number (cores, bytes, pieces); 0 for what is not one."""
    try:
        quantity = parse(str(value))
    except ValueError:
        return Fraction(0)
    return Fraction(quantity.value) * Fraction(10) ** quantity.scale


def needs(workload: Resource, deployed: ResourceSet) -> dict[str, Fraction]:
    """Quota key (`requests.cpu`, `limits.memory`, `requests.nvidia.com/gpu`) -> the sum over all pods at the largest count.

    Kueue counts what stands in its queues itself: such workloads need nothing here.
    """
    if _QUEUE in workload.labels:
        return {}
    total: dict[str, Fraction] = {}
    for view in pod_templates(workload):
        pods = largest(workload, view, deployed)
        for key, value in pod_needs(view).items():
            total[key] = total.get(key, Fraction(0)) + value * pods
    return total


def largest(workload: Resource, view: PodView, deployed: ResourceSet) -> int:
    """The most pods of a view: an autoscaler's maximum, else what the workload says."""
    for autoscaler in deployed.of_kind("HorizontalPodAutoscaler", "ScaledObject"):
        field = "maxReplicas" if autoscaler.kind == "HorizontalPodAutoscaler" else "maxReplicaCount"
        target = autoscaler.at("spec", "scaleTargetRef", "name")
        if target == workload.name and autoscaler.namespace == workload.namespace:
            maximum = autoscaler.at("spec", field)
            return maximum if isinstance(maximum, int) else view.pods
    return view.pods


def pod_needs(view: PodView) -> dict[str, Fraction]:
    """What one pod asks for: all containers together, or one init container where that is more."""
    running: dict[str, Fraction] = {}
    for container in view.containers("main", "sidecar"):
        for key, value in _container_needs(container):
            running[key] = running.get(key, Fraction(0)) + value
    for container in view.containers(INIT):
        for key, value in _container_needs(container):
            running[key] = max(running.get(key, Fraction(0)), value)
    return running


def _container_needs(container: Container) -> Iterator[tuple[str, Fraction]]:
    resources = container.data.get("resources")
    if not isinstance(resources, dict):
        return
    requests, limits = _map(resources.get("requests")), _map(resources.get("limits"))
    for name, value in {**limits, **requests}.items():
        yield f"requests.{name}", amount(value)
    for name, value in limits.items():
        if name in _SHORT:
            yield f"limits.{name}", amount(value)


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
