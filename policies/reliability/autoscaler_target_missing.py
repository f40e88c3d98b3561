"""An autoscaler whose target does not exist scales nothing, and nobody notices before the load comes."""

from collections.abc import Iterator

from gitopsml.model import Deployed, Resource, Violation

TITLE, SEVERITY, KINDS = "Autoscaler of nothing", "error", ["HorizontalPodAutoscaler", "ScaledObject"]
REMEDY = "Correct kind and name of scaleTargetRef; they are compared after kustomize has changed names."


def check(autoscaler: Resource, deployed: Deployed) -> Iterator[Violation]:
    name = autoscaler.at("spec", "scaleTargetRef", "name")
    kind = autoscaler.at("spec", "scaleTargetRef", "kind", default="Deployment")
    if not isinstance(name, str) or not isinstance(kind, str) or name.endswith("-predictor"):  # KServe makes those
        return
    if not deployed.known(kind, name, autoscaler.namespace):
        yield Violation(f"there is no {kind} {name}: correct the name", ("spec", "scaleTargetRef", "name"))
