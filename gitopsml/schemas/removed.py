"""A kind that a Kubernetes version does not serve -> why: removed and replaced by what, not there yet, or misspelled."""

from __future__ import annotations

from functools import cache

from gitopsml.model.words import nearest
from gitopsml.schemas.explain import SchemaProblem
from gitopsml.schemas.published import Kind, Release, kinds, releases, spelled

# What had gone before the oldest version we have schemas of (Kubernetes' deprecated API migration guide).
_OLD: tuple[tuple[str, str, str, str], ...] = (
    ("extensions/v1beta1", "DaemonSet Deployment ReplicaSet", "apps/v1", "1.16"),
    ("extensions/v1beta1", "NetworkPolicy", "networking.k8s.io/v1", "1.16"),
    ("extensions/v1beta1", "PodSecurityPolicy", "", "1.16"),
    ("extensions/v1beta1", "Ingress", "networking.k8s.io/v1", "1.22"),
    ("apps/v1beta1", "Deployment StatefulSet ControllerRevision", "apps/v1", "1.16"),
    ("apps/v1beta2", "DaemonSet Deployment ReplicaSet StatefulSet ControllerRevision", "apps/v1", "1.16"),
    (
        "admissionregistration.k8s.io/v1beta1",
        "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
        "admissionregistration.k8s.io/v1",
        "1.22",
    ),
    ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", "apiextensions.k8s.io/v1", "1.22"),
    ("apiregistration.k8s.io/v1beta1", "APIService", "apiregistration.k8s.io/v1", "1.22"),
    ("authentication.k8s.io/v1beta1", "TokenReview", "authentication.k8s.io/v1", "1.22"),
    (
        "authorization.k8s.io/v1beta1",
        "LocalSubjectAccessReview SelfSubjectAccessReview SubjectAccessReview SelfSubjectRulesReview",
        "authorization.k8s.io/v1",
        "1.22",
    ),
    ("certificates.k8s.io/v1beta1", "CertificateSigningRequest", "certificates.k8s.io/v1", "1.22"),
    ("coordination.k8s.io/v1beta1", "Lease", "coordination.k8s.io/v1", "1.22"),
    ("networking.k8s.io/v1beta1", "Ingress IngressClass", "networking.k8s.io/v1", "1.22"),
    (
        "rbac.authorization.k8s.io/v1beta1",
        "ClusterRole ClusterRoleBinding Role RoleBinding",
        "rbac.authorization.k8s.io/v1",
        "1.22",
    ),
    (
        "rbac.authorization.k8s.io/v1alpha1",
        "ClusterRole ClusterRoleBinding Role RoleBinding",
        "rbac.authorization.k8s.io/v1",
        "1.23",
    ),
    ("scheduling.k8s.io/v1beta1", "PriorityClass", "scheduling.k8s.io/v1", "1.22"),
    ("storage.k8s.io/v1beta1", "CSIDriver CSINode StorageClass VolumeAttachment", "storage.k8s.io/v1", "1.22"),
    ("batch/v2alpha1", "CronJob", "batch/v1", "1.21"),
    ("batch/v1beta1", "CronJob", "batch/v1", "1.25"),
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler", "autoscaling/v2", "1.25"),
    ("discovery.k8s.io/v1beta1", "EndpointSlice", "discovery.k8s.io/v1", "1.25"),
    ("events.k8s.io/v1beta1", "Event", "events.k8s.io/v1", "1.25"),
    ("node.k8s.io/v1beta1", "RuntimeClass", "node.k8s.io/v1", "1.25"),
    ("policy/v1beta1", "PodDisruptionBudget", "policy/v1", "1.25"),
    ("policy/v1beta1", "PodSecurityPolicy", "", "1.25"),
)


def missing(kind: Kind, version: Release) -> list[SchemaProblem]:
    """The problem of a kind that is not served; none where its group is not Kubernetes' own (a custom resource)."""
    gone = removed_in(kind, version)
    if gone:
        served = _current(kind, version)
        hint = f"write apiVersion: {served}" if served else "it has no replacement"
        return [_problem("api-removed", f"{kind.api_version} {kind.kind} was removed in Kubernetes {gone}", hint)]
    later = next((one for one in releases() if one > version and kind in kinds(one)), None)
    if later:
        what = f"{kind.api_version} {kind.kind} exists from Kubernetes {spelled(later)} on, not in {spelled(version)}"
        served = _current(kind, version)
        return [_problem("schema-missing", what, f"write apiVersion: {served}" if served else "update the cluster first")]
    if not any(one.group == kind.group for one in kinds(version)):
        return []
    what = f"Kubernetes {spelled(version)} has no {kind.kind} in {kind.api_version}"
    return [_problem("schema-missing", what, _hint(kind, version))]


def removed_in(kind: Kind, version: Release) -> str:
    """The Kubernetes version that removed a kind which an earlier one had; "" for others."""
    old = _old().get((kind.api_version, kind.kind))
    if old:
        return old
    earlier = [one for one in releases() if one < version and kind in kinds(one)]
    if not earlier:
        return ""
    return spelled(next(one for one in releases() if one > earlier[-1]))


@cache
def _old() -> dict[tuple[str, str], str]:
    return {(api_version, kind): gone for api_version, names, _, gone in _OLD for kind in names.split()}


def _current(kind: Kind, version: Release) -> str:
    """The API version in which a kind is served, a stable one first; of another group where the old one was dropped."""
    moved = {(api_version, name): new for api_version, names, new, _ in _OLD for name in names.split()}
    if (kind.api_version, kind.kind) in moved:
        return moved[kind.api_version, kind.kind]
    found = [one for one in kinds(version) if one.kind == kind.kind and one.group == kind.group]
    return min(found, key=_maturity).api_version if found else ""


def _maturity(kind: Kind) -> tuple[int, str]:
    return (2 if "alpha" in kind.version else 1 if "beta" in kind.version else 0), kind.version


def _hint(kind: Kind, version: Release) -> str:
    same = sorted((one for one in kinds(version) if one.kind == kind.kind), key=_maturity)
    if same:
        return f"write apiVersion: {same[0].api_version}"
    near = nearest(kind.kind, {one.kind for one in kinds(version) if one.group == kind.group})
    return f"did you mean {near}?" if near else "correct apiVersion and kind"


def _problem(name: str, message: str, hint: str) -> SchemaProblem:
    pointer = ("kind",) if hint.startswith("did you mean") else ("apiVersion",)
    return SchemaProblem(name, pointer, message, hint)
