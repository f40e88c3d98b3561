"""A Service whose selector matches no workload answers every request with "connection refused"."""

from collections.abc import Iterator
from typing import Any, Final

from gitopsml.model import Deployed, Resource, Violation, pod_templates

TITLE, SEVERITY, KINDS = "Service that selects no pods", "error", ["core/Service"]
REMEDY = "Give the selector the labels of the pods, or the pods those of the selector."
DOCS = "https://kubernetes.io/docs/concepts/services-networking/service/"

# labels that controllers put on pods, and custom resources of which nobody makes pods
_ADDED: Final = ("statefulset.kubernetes.io/", "apps.kubernetes.io/", "batch.kubernetes.io/", "job-name", "controller-")
_WITHOUT_PODS: Final = frozenset(
    ("gateway.networking.k8s.io", "cert-manager.io", "external-secrets.io", "networking.istio.io", "security.istio.io", "keda.sh",
     "kueue.x-k8s.io", "bitnami.com", "argoproj.io", "apiextensions.k8s.io", "rbac.authorization.k8s.io", "networking.k8s.io",
     "policy", "autoscaling", "storage.k8s.io", "admissionregistration.k8s.io", "scheduling.k8s.io", "")
)  # fmt: skip
_MONITORS: Final = frozenset(("ServiceMonitor", "PodMonitor", "PrometheusRule", "Probe"))


def check(service: Resource, deployed: Deployed) -> Iterator[Violation]:
    """Compares the selector with the labels of all pods that the repository puts into the namespace."""
    written = service.at("spec", "selector", default={})
    if not isinstance(written, dict) or not written or service.at("spec", "type") == "ExternalName":
        return
    selector = {key: value for key, value in written.items() if not str(key).startswith(_ADDED)}
    if any(deployed.selected_by(selector, service.namespace)) or _may_be_elsewhere(selector, service, deployed):
        return
    labels = ", ".join(f"{key}={value}" for key, value in selector.items())
    yield Violation(f"no workload here has the labels {labels}", ("spec", "selector"))


def _may_be_elsewhere(selector: dict[str, Any], service: Resource, deployed: Deployed) -> bool:
    """Pods beside the target, pods that a custom resource makes, and pods nobody can know of in a loose folder of manifests."""
    if any(deployed.around.selected_by(selector, service.namespace or deployed.target.namespace)):
        return True
    if any(_makes_pods(one) for one in (*deployed, *deployed.around)):
        return True
    return not deployed.closed and not any(pod_templates(one) for one in deployed)


def _makes_pods(resource: Resource) -> bool:
    """Whether a controller may make pods of an object in a way that is not written in it."""
    custom = resource.group not in _WITHOUT_PODS and resource.kind not in _MONITORS
    return custom and not pod_templates(resource)
