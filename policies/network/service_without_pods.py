"""A Service whose selector matches no workload answers every request with "connection refused"."""

from collections.abc import Iterator

from gitopsml.model import Deployed, Resource, Violation

TITLE, SEVERITY, KINDS = "Service that selects no pods", "error", ["core/Service"]
REMEDY = "Give the selector the labels of the pods, or the pods those of the selector."
DOCS = "https://kubernetes.io/docs/concepts/services-networking/service/"


def check(service: Resource, deployed: Deployed) -> Iterator[Violation]:
    """Compares the selector with the labels of all pods that the repository puts into the namespace."""
    selector = service.at("spec", "selector", default={})
    if not isinstance(selector, dict) or not selector or service.at("spec", "type") == "ExternalName":
        return
    if any(deployed.selected_by(selector, service.namespace)):
        return
    if any(deployed.around.selected_by(selector, service.namespace or deployed.target.namespace)):
        return
    labels = ", ".join(f"{key}={value}" for key, value in selector.items())
    yield Violation(f"no workload here has the labels {labels}", ("spec", "selector"))
