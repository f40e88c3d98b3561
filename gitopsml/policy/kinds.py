"""Kind -> the plural word that resource rules use, and whether objects of it have a namespace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gitopsml.model.resource import Resource

_IRREGULAR: Final = {"Endpoints": "endpoints", "PodMetrics": "pods", "NodeMetrics": "nodes"}
_CLUSTER_SCOPED: Final = {
    "": {"Namespace", "Node", "PersistentVolume", "ComponentStatus"},
    "admissionregistration.k8s.io": {"*"},
    "apiextensions.k8s.io": {"*"},
    "apiregistration.k8s.io": {"*"},
    "certificates.k8s.io": {"CertificateSigningRequest", "ClusterTrustBundle"},
    "flowcontrol.apiserver.k8s.io": {"*"},
    "networking.k8s.io": {"IngressClass", "IPAddress", "ServiceCIDR"},
    "node.k8s.io": {"*"},
    "rbac.authorization.k8s.io": {"ClusterRole", "ClusterRoleBinding"},
    "resource.k8s.io": {"DeviceClass", "ResourceSlice", "DeviceTaintRule"},
    "scheduling.k8s.io": {"PriorityClass"},
    "storage.k8s.io": {"StorageClass", "VolumeAttachment", "CSIDriver", "CSINode", "VolumeAttributesClass"},
    "gateway.networking.k8s.io": {"GatewayClass"},
    "karpenter.sh": {"NodePool", "NodeClaim"},
    "kueue.x-k8s.io": {"ClusterQueue", "ResourceFlavor", "AdmissionCheck", "WorkloadPriorityClass", "Cohort", "Topology"},
}


class Kinds:
    """What is known of kinds: the built-in ones, and those that definitions in the render add."""

    def __init__(self, resources: Iterable[Resource] = ()) -> None:
        self._plurals: dict[tuple[str, str], str] = {}
        self._scopes: dict[tuple[str, str], bool] = {}
        for resource in resources:
            if resource.kind == "CustomResourceDefinition":
                self._learn(resource)

    def _learn(self, definition: Resource) -> None:
        group, kind = definition.at("spec", "group"), definition.at("spec", "names", "kind")
        plural = definition.at("spec", "names", "plural")
        if isinstance(group, str) and isinstance(kind, str):
            self._scopes[group, kind] = definition.at("spec", "scope") == "Cluster"
            if isinstance(plural, str):
                self._plurals[group, kind] = plural

    def plural(self, group: str, kind: str) -> str:
        """`NetworkPolicy` -> `networkpolicies`; guessed as kubectl guesses where no definition says."""
        return self._plurals.get((group, kind)) or _guess(kind)

    def cluster_scoped(self, group: str, kind: str) -> bool:
        """Whether objects of this kind have no namespace; kinds that nothing is known of have one, unless named `Cluster…`."""
        known = self._scopes.get((group, kind))
        if known is not None:
            return known
        kinds = _CLUSTER_SCOPED.get(group)
        if kinds is not None:
            return "*" in kinds or kind in kinds
        return "." in group and not group.endswith(".k8s.io") and kind.startswith("Cluster") and kind != "Cluster"


def _guess(kind: str) -> str:
    word = _IRREGULAR.get(kind) or kind.lower()
    if kind in _IRREGULAR:
        return word
    if word.endswith(("s", "x", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"
