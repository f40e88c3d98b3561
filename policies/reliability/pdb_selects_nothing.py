"""A disruption budget that matches no pod protects nothing."""

from collections.abc import Iterator

from gitopsml.model import Deployed, Resource, Violation

TITLE, SEVERITY, KINDS = "Disruption budget of nothing", "warning", ["PodDisruptionBudget"]
REMEDY = "Give spec.selector the labels of the pod template."


def check(budget: Resource, deployed: Deployed) -> Iterator[Violation]:
    selector = budget.at("spec", "selector")
    if not isinstance(selector, dict) or not selector or any(deployed.selected_by(selector, budget.namespace)):
        return
    if not any(deployed.around.selected_by(selector, budget.namespace)):
        yield Violation("no workload has these labels: correct the selector", ("spec", "selector"))
