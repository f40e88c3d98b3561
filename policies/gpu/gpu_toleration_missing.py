"""GPU nodes are tainted so that nothing else runs there; a pod that needs one and tolerates no taint stays in Pending."""

from collections.abc import Iterator

from gitopsml.model import Resource, TargetInfo, Violation, pod_templates
from gitopsml.model.pools import Pool, accelerators, offering, pools, selected, untolerated
from gitopsml.model.workload import PodView

TITLE, SEVERITY, KINDS = "GPU pod that GPU nodes keep out", "warning", ["pods"]
REMEDY = "Add a toleration with operator Exists for the taint of the pool in the cluster file."


def check(resource: Resource, target: TargetInfo) -> Iterator[Violation]:
    declared = pools(target.cluster) if target.cluster and target.cluster.provider != "gke" else []
    if "kueue.x-k8s.io/queue-name" in resource.labels:  # the flavor of the queue adds it
        return
    for view in pod_templates(resource):
        able = _able(declared, view)
        kept_out = [list(untolerated(pool, view)) for pool in able]
        if able and all(kept_out):
            pointer = (*view.pointer, "tolerations") if view.spec.get("tolerations") else view.pointer
            yield Violation(f"tolerate the taint {kept_out[0][0]} of the pool {able[0].product}", pointer)


def _able(declared: list[Pool], view: PodView) -> list[Pool]:
    asked = accelerators(view)
    able = selected(declared, view) if asked else []
    for name, count in asked.items():
        able = offering(able, name, count)
    return able
