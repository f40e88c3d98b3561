"""A disruption budget that allows no disruption makes every drain of a node hang until somebody deletes it."""

from collections.abc import Iterator

from gitopsml.model import Deployed, Resource, Violation, pod_templates

TITLE, SEVERITY, KINDS = "Disruption budget that blocks every drain", "error", ["PodDisruptionBudget"]
WHY = "With no pod allowed to go, draining a node hangs: the upgrade stops, or somebody deletes the budget in a hurry."
REMEDY = "Set maxUnavailable to 1, or minAvailable below the number of replicas; a single replica needs no budget."


def check(budget: Resource, deployed: Deployed) -> Iterator[Violation]:
    if budget.at("spec", "maxUnavailable") in (0, "0", "0%"):
        yield Violation("set maxUnavailable to 1 or more", ("spec", "maxUnavailable"))
        return
    least = budget.at("spec", "minAvailable")
    if least == "100%":
        yield Violation("set minAvailable below 100%", ("spec", "minAvailable"))
    elif isinstance(least, int) and least > 0:
        yield from _all_needed(budget, least, deployed)


def _all_needed(budget: Resource, least: int, deployed: Deployed) -> Iterator[Violation]:
    for workload in deployed.selected_by(budget.at("spec", "selector"), budget.namespace):
        count = _least(workload, deployed)
        if count is not None and 0 < count <= least:
            yield Violation(f"set minAvailable below {count}, the replicas of {workload.id}", ("spec", "minAvailable"))


def _least(workload: Resource, deployed: Deployed) -> int | None:
    """The smallest number of replicas: an autoscaler's minimum, else what the workload says."""
    for autoscaler in deployed.of_kind("HorizontalPodAutoscaler"):
        if autoscaler.at("spec", "scaleTargetRef", "name") == workload.name and autoscaler.namespace == workload.namespace:
            minimum = autoscaler.at("spec", "minReplicas", default=1)
            return minimum if isinstance(minimum, int) else None
    counts = [view.pods for view in pod_templates(workload) if view.pods is not None]  # a head and its workers are one workload
    return sum(counts) if counts else None
