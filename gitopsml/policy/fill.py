"""Defaults of the API server that depend on more than one field (facts: defaults §2 and §3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

Part = dict[str, Any]
_APPARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"
_RBAC: Final = "rbac.authorization.k8s.io"
_WINDOWS: Final = {
    "scaleUp": [{"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15}],
    "scaleDown": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
}


def fill(name: str, part: Part) -> None:
    """Complete a decoded part of a definition in place."""
    rule = _RULES.get(name)
    if rule is not None:
        rule(part)


def fill_pod(pod: Part) -> None:
    """What holds for a Pod, and not for pods in templates."""
    spec = pod.get("spec") or {}
    spec.setdefault("enableServiceLinks", True)
    annotations = (pod.get("metadata") or {}).get("annotations") or {}
    for container in [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]:
        profile = _profile(str(annotations.get(f"{_APPARMOR}{container.get('name')}", "")))
        if profile and "appArmorProfile" not in (container.get("securityContext") or {}):
            container["securityContext"] = {**(container.get("securityContext") or {}), "appArmorProfile": profile}
    for container in [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]:
        resources = container.get("resources") or {}
        if resources.get("limits"):
            resources["requests"] = {**resources["limits"], **(resources.get("requests") or {})}
        if spec.get("hostNetwork"):
            for port in container.get("ports") or ():
                port.setdefault("hostPort", port.get("containerPort"))


def _profile(text: str) -> Part | None:
    """The profile that an old annotation names, as the field says it."""
    if text.startswith("localhost/"):
        return {"type": "Localhost", "localhostProfile": text.removeprefix("localhost/")}
    types = {"runtime/default": "RuntimeDefault", "unconfined": "Unconfined"}
    return {"type": types[text]} if text in types else None


def _pull_policy(container: Part) -> None:
    if not container.get("imagePullPolicy"):
        container["imagePullPolicy"] = pull_policy(str(container.get("image") or ""))


def pull_policy(image: str) -> str:
    """Always for the tag latest and for none, IfNotPresent for other tags and for digests."""
    name, at, _ = image.partition("@")
    tag = name.rpartition(":")[2] if ":" in name.rpartition("/")[2] else ""
    return "Always" if tag == "latest" or (not tag and not at) else "IfNotPresent"


def _pod_spec(spec: Part) -> None:
    name = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if name:
        spec["serviceAccountName"] = spec["serviceAccount"] = name


def _volume(volume: Part) -> None:
    if not set(volume) - {"name"}:
        volume["emptyDir"] = {}
    image = volume.get("image")
    if isinstance(image, dict) and not image.get("pullPolicy"):
        image["pullPolicy"] = pull_policy(str(image.get("reference") or ""))


def _rolling(values: Part) -> Callable[[Part], None]:
    def rule(strategy: Part) -> None:
        if strategy.get("type") == "RollingUpdate":
            strategy["rollingUpdate"] = {**values, **(strategy.get("rollingUpdate") or {})}

    return rule


def _stateful(strategy: Part) -> None:
    if "type" not in strategy:
        strategy["type"] = "RollingUpdate"
        strategy.setdefault("rollingUpdate", {"partition": 0})


def _job(spec: Part) -> None:
    if "completions" not in spec and "parallelism" not in spec:
        spec["completions"] = spec["parallelism"] = 1
    spec.setdefault("parallelism", 1)
    spec.setdefault("backoffLimit", 2147483647 if "backoffLimitPerIndex" in spec else 6)
    spec.setdefault("completionMode", "NonIndexed")
    spec.setdefault("suspend", False)
    spec.setdefault("manualSelector", False)
    spec.setdefault("podReplacementPolicy", "Failed" if "podFailurePolicy" in spec else "TerminatingOrFailed")


def _named_job(job: Part) -> None:
    """A Job's pods carry its name; the labels with its generated uid are left out."""
    spec = job.get("spec") or {}
    _job(spec)
    metadata = (spec.get("template") or {}).get("metadata")
    name = (job.get("metadata") or {}).get("name")
    if not spec["manualSelector"] and isinstance(metadata, dict) and name:
        metadata["labels"] = {**(metadata.get("labels") or {}), "batch.kubernetes.io/job-name": name, "job-name": name}
        spec.setdefault("selector", {"matchLabels": {}})


def _claim_templates(spec: Part) -> None:
    for claim in spec.get("volumeClaimTemplates") or ():
        claim.setdefault("apiVersion", "v1")
        claim.setdefault("kind", "PersistentVolumeClaim")
        claim["status"] = {"phase": "Pending"}


def _service(spec: Part) -> None:
    for port in spec.get("ports") or ():
        if not port.get("targetPort"):
            port["targetPort"] = port.get("port")
    type_ = spec.get("type")
    if spec.get("sessionAffinity") == "ClientIP":
        spec.setdefault("sessionAffinityConfig", {"clientIP": {"timeoutSeconds": 10800}})
    if type_ == "ExternalName":
        return
    spec.setdefault("internalTrafficPolicy", "Cluster")
    headless = spec.get("clusterIP") == "None" and not spec.get("selector")
    spec.setdefault("ipFamilyPolicy", "RequireDualStack" if headless else "SingleStack")
    spec.setdefault("ipFamilies", ["IPv4", "IPv6"] if headless else ["IPv4"])
    if type_ in ("NodePort", "LoadBalancer") or spec.get("externalIPs"):
        spec.setdefault("externalTrafficPolicy", "Cluster")
    if type_ == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)


def _network_policy(spec: Part) -> None:
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", *(["Egress"] if spec.get("egress") else [])]


def _claim(spec: Part) -> None:
    for one, other in (("dataSource", "dataSourceRef"), ("dataSourceRef", "dataSource")):
        if one in spec and other not in spec:
            spec[other] = dict(spec[one])


def _subject(subject: Part) -> None:
    if subject.get("kind") in ("User", "Group"):
        subject.setdefault("apiGroup", _RBAC)


def _behavior(behavior: Part) -> None:
    for direction, policies in _WINDOWS.items():
        rules = behavior.setdefault(direction, {})
        rules.setdefault("selectPolicy", "Max")
        rules.setdefault("policies", [dict(one) for one in policies])
        if direction == "scaleUp":
            rules.setdefault("stabilizationWindowSeconds", 0)


def _limits(item: Part) -> None:
    if item.get("type") != "Container":
        return
    for field, source in (("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")):
        if item.get(source):
            item[field] = {**item[source], **(item.get(field) or {})}


def _secret(secret: Part) -> None:
    import base64

    written = secret.pop("stringData", None)
    if isinstance(written, dict) and written:
        encoded = {key: base64.b64encode(str(value).encode()).decode() for key, value in written.items()}
        secret["data"] = {**(secret.get("data") or {}), **encoded}


def _namespace(namespace: Part) -> None:
    metadata = namespace.get("metadata") or {}
    metadata["labels"] = {**(metadata.get("labels") or {}), "kubernetes.io/metadata.name": metadata.get("name", "")}


def _names(names: Part) -> None:
    kind = str(names.get("kind", ""))
    names.setdefault("singular", kind.lower())
    names.setdefault("listKind", f"{kind}List")


def _count(request: Part) -> None:
    if request.get("allocationMode") == "ExactCount":
        request.setdefault("count", 1)


def _daemon_set(daemon: Part) -> None:
    metadata = daemon.get("metadata") or {}
    metadata["annotations"] = {**(metadata.get("annotations") or {}), "deprecated.daemonset.template.generation": "1"}


def _replication(controller: Part) -> None:
    """Selector and labels come from the template where they are not written."""
    spec, metadata = controller.get("spec") or {}, controller.get("metadata") or {}
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels")
    if labels:
        spec.setdefault("selector", dict(labels))
        metadata.setdefault("labels", dict(labels))


_RULES: Final[dict[str, Callable[[Part], None]]] = {
    "core.v1.Container": _pull_policy,
    "core.v1.EphemeralContainer": _pull_policy,
    "core.v1.PodSpec": _pod_spec,
    "core.v1.Volume": _volume,
    "apps.v1.DeploymentStrategy": _rolling({"maxSurge": "25%", "maxUnavailable": "25%"}),
    "apps.v1.DaemonSetUpdateStrategy": _rolling({"maxUnavailable": 1, "maxSurge": 0}),
    "apps.v1.StatefulSetUpdateStrategy": _stateful,
    "core.v1.ServiceSpec": _service,
    "networking.v1.NetworkPolicySpec": _network_policy,
    "core.v1.PersistentVolumeClaimSpec": _claim,
    "rbac.v1.Subject": _subject,
    "autoscaling.v2.HorizontalPodAutoscalerBehavior": _behavior,
    "core.v1.LimitRangeItem": _limits,
    "apiextensions.v1.CustomResourceDefinitionNames": _names,
    "resource.v1.ExactDeviceRequest": _count,
    "resource.v1.DeviceSubRequest": _count,
    "Secret": _secret,
    "Namespace": _namespace,
    "DaemonSet": _daemon_set,
    "ReplicationController": _replication,
    "Job": _named_job,
    "apps.v1.StatefulSetSpec": _claim_templates,
    "Pod": fill_pod,
}
