"""On a cluster with several kinds of GPUs, a pod that chooses none may land on the slowest, or hold the most expensive."""

from collections.abc import Iterator

from gitopsml.model import Resource, TargetInfo, Violation, pod_templates
from gitopsml.model.pools import accelerators, pools

TITLE, SEVERITY, KINDS = "GPU pod that takes any GPU", "info", ["pods"]
REMEDY = "Select the labels of one pool of the cluster file (in app.yaml: gpu.product)."


def check(resource: Resource, target: TargetInfo) -> Iterator[Violation]:
    declared = pools(target.cluster) if target.cluster else []
    if "kueue.x-k8s.io/queue-name" in resource.labels:  # the flavor of the queue chooses
        return
    for view in pod_templates(resource):
        chosen = any(field in view.spec for field in ("nodeSelector", "affinity", "resourceClaims"))
        for name in accelerators(view) if not chosen else ():
            products = sorted({pool.product for pool in declared if pool.resource == name})
            if len(products) > 1:
                yield Violation(f"select one of the pools {', '.join(products)} with nodeSelector", view.pointer)
