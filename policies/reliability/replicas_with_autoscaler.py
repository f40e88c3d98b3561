"""When Git says how many replicas there are and an autoscaler says otherwise, Argo CD and the autoscaler undo each other."""

from collections.abc import Iterator

from gitopsml.model import Deployed, Resource, Violation

TITLE, SEVERITY, KINDS = "Replicas in Git under an autoscaler", "error", ["Deployment", "StatefulSet", "Rollout"]
WHY = "Argo CD resets the number of replicas at every sync and the autoscaler changes it back: load is dropped each time."
REMEDY = "Remove spec.replicas; the autoscaler's minimum takes its place."


def check(workload: Resource, deployed: Deployed) -> Iterator[Violation]:
    if workload.at("spec", "replicas") is None:
        return
    for autoscaler in deployed.of_kind("HorizontalPodAutoscaler", "ScaledObject"):
        kind = autoscaler.at("spec", "scaleTargetRef", "kind", default="Deployment")
        named = (autoscaler.namespace, kind, autoscaler.at("spec", "scaleTargetRef", "name"))
        if named == (workload.namespace, workload.kind, workload.name):
            yield Violation(f"remove spec.replicas: {autoscaler.id} decides", ("spec", "replicas"))
