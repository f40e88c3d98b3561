"""A pod that asks for what no pool of the cluster has stays in Pending for ever."""

from collections.abc import Iterator

from gitopsml.model import Resource, TargetInfo, Violation, pod_templates
from gitopsml.model.pools import Pool, accelerators, offering, pools, selected
from gitopsml.model.workload import PodView

TITLE, SEVERITY, KINDS = "GPU pod that fits no node", "error", ["pods"]
WHY = "No pool of the cluster file has the accelerator, the number of it, and the labels that the pod asks for together."
REMEDY = "Choose a product and a count that the cluster has (in app.yaml: gpu), or add the pool to the cluster file."


def check(resource: Resource, target: TargetInfo) -> Iterator[Violation]:
    declared = pools(target.cluster) if target.cluster else []
    for view in pod_templates(resource) if declared else ():
        yield from _unschedulable(view, declared, target)


def _unschedulable(view: PodView, declared: list[Pool], target: TargetInfo) -> Iterator[Violation]:
    cluster = target.cluster.name if target.cluster else ""
    for name, count in accelerators(view).items():
        place = _place(view, name)
        if not offering(declared, name, 0):
            yield Violation(f"no pool of cluster {cluster} has {name}", place)
        elif not offering(declared, name, count):
            most = max(pool.per_node for pool in declared if pool.resource == name)
            yield Violation(f"ask for at most {most} of {name}: no node of cluster {cluster} has {count}", place)
        elif not offering(selected(declared, view), name, count):
            yield Violation(
                f"no pool of cluster {cluster} with {count} of {name} has these labels", (*view.pointer, "nodeSelector")
            )


def _place(view: PodView, name: str) -> tuple[str | int, ...]:
    for container in view.containers("main", "sidecar"):
        if name in (container.data.get("resources") or {}).get("limits", {}):
            return container.at("resources", "limits", name)
    return view.pointer
