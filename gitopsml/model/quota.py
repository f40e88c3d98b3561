"""ResourceQuotas against all that a repository puts into their namespaces, at the largest number of replicas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from gitopsml.model.deployed import Deployed
from gitopsml.model.finding import Violation
from gitopsml.model.needs import amount, needs
from gitopsml.model.resource import Resource, ResourceSet
from gitopsml.model.workload import pod_templates

_UNITS = (("Ti", 2**40), ("Gi", 2**30), ("Mi", 2**20))


class _Hard(NamedTuple):
    key: str  # as it is written in the quota
    counted: str  # as `needs` counts it
    amount: Fraction


def excess(deployed: Deployed, governs: Callable[[str], bool]) -> Iterator[Violation]:
    """A violation at each quota of the target that the apps of its namespace exceed, and at each workload that exceeds one alone.

    `governs` chooses the resources by the key that `needs` uses, such as `requests.nvidia.com/gpu`.
    """
    everything = ResourceSet([*deployed, *deployed.around])
    for quota in deployed.of_kind("ResourceQuota", group=""):
        yield from _together(quota, _workloads(everything, quota.namespace), everything, governs)
    for quota in everything.of_kind("ResourceQuota", group=""):
        for workload in _workloads(deployed, quota.namespace):
            yield from _alone(quota, workload, everything, governs)


def _workloads(resources: Iterable[Resource], namespace: str) -> list[Resource]:
    return [one for one in resources if one.namespace == namespace and pod_templates(one)]


def _together(
    quota: Resource, workloads: list[Resource], everything: ResourceSet, governs: Callable[[str], bool]
) -> Iterator[Violation]:
    asked = [needs(workload, everything) for workload in workloads]
    for hard in _limits(quota, governs):
        total = sum((need.get(hard.counted, Fraction(0)) for need in asked), Fraction(0))
        if total > hard.amount:
            text = f"the apps of {quota.namespace} ask for up to {written(total)}, the quota is {written(hard.amount)}"
            yield Violation(f"raise the quota or lower the apps: {text}", ("spec", "hard", hard.key), resource=quota)


def _alone(quota: Resource, workload: Resource, everything: ResourceSet, governs: Callable[[str], bool]) -> Iterator[Violation]:
    asked = needs(workload, everything)
    for hard in _limits(quota, governs):
        need = asked.get(hard.counted, Fraction(0))
        if need > hard.amount:
            text = f"up to {written(need)} of {hard.key}, the quota of {quota.namespace} is {written(hard.amount)}"
            yield Violation(f"lower the replicas or what each asks for: {text}", ("spec",), resource=workload)


def _limits(quota: Resource, governs: Callable[[str], bool]) -> Iterator[_Hard]:
    hard = quota.at("spec", "hard")
    for key, value in hard.items() if isinstance(hard, dict) else ():
        counted = key if key.startswith(("requests.", "limits.")) else f"requests.{key}"
        if counted != "requests.storage" and governs(counted):
            yield _Hard(key, counted, amount(value))


def written(value: Fraction) -> str:
    """A number of cores, bytes or pieces for people: `1500m`, `12Gi`, `8`."""
    for unit, size in _UNITS:
        if value >= size:
            return f"{float(value / size):.4g}{unit}"
    return str(value) if value.denominator == 1 else f"{int(value * 1000)}m"
