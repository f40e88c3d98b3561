"""One replica in production is away whenever its node is: at every upgrade of the cluster and every failure."""

from collections.abc import Iterator

from gitopsml.model import Deployed, Resource, TargetInfo, Violation

TITLE, SEVERITY, KINDS = "Single replica in production", "warning", ["apps/Deployment", "Rollout"]
WHY = "A service with one replica does not answer while its node is upgraded or lost, nor while it is replaced in place."
REMEDY = "Set two or more replicas (in app.yaml: replicas), or allow it with a reason."


def check(workload: Resource, deployed: Deployed, target: TargetInfo) -> Iterator[Violation]:
    if not (target.protected or target.environment in ("prod", "production")):
        return
    count = workload.at("spec", "replicas", default=1)
    for autoscaler in deployed.of_kind("HorizontalPodAutoscaler", "ScaledObject"):
        if autoscaler.at("spec", "scaleTargetRef", "name") == workload.name and autoscaler.namespace == workload.namespace:
            field = "minReplicas" if autoscaler.kind == "HorizontalPodAutoscaler" else "minReplicaCount"
            count = autoscaler.at("spec", field, default=1)
    if isinstance(count, int) and count == 1:
        yield Violation("set two or more replicas", ("spec", "replicas"))
