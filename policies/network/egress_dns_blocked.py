"""Pods whose outgoing traffic is restricted and that may not ask for names cannot reach anything by name."""

from collections.abc import Iterator
from typing import Any

from gitopsml.model import Deployed, Resource, Violation
from gitopsml.model.references import mappings
from gitopsml.model.selector import matches

TITLE, SEVERITY, KINDS = "Names cannot be resolved", "error", ["networking.k8s.io/NetworkPolicy"]
WHY = "A policy of type Egress denies all that it does not allow; without port 53 the pods find no other service by its name."
REMEDY = "Allow UDP and TCP port 53 to the namespace of the cluster's DNS, here or in the namespace's default policy."


def check(policy: Resource, deployed: Deployed) -> Iterator[Violation]:
    if "Egress" not in (policy.at("spec", "policyTypes") or ()) and policy.at("spec", "egress") is None:
        return
    selector = policy.at("spec", "podSelector", default={})
    beside = [one for there in (deployed, deployed.around) for one in there.of_kind("NetworkPolicy", group="networking.k8s.io")]
    covering = [policy, *(one for one in beside if one.namespace == policy.namespace and _covers(one, selector))]
    missing = [protocol for protocol in ("UDP", "TCP") if not any(_allows(one, protocol) for one in covering)]
    if missing:
        pointer = ("spec", "egress") if policy.at("spec", "egress") else ("spec",)
        yield Violation(f"allow {' and '.join(missing)} port 53 for DNS", pointer)


def _covers(other: Resource, selector: dict[str, Any]) -> bool:
    """Whether another policy holds for all pods of a selector: it selects everything, or the very same labels."""
    theirs = other.at("spec", "podSelector", default={})
    return theirs in ({}, selector) or matches(theirs, selector.get("matchLabels") or {})


def _allows(policy: Resource, protocol: str) -> bool:
    for _, rule in mappings(policy.at("spec", "egress")):
        ports = rule.get("ports")
        if not ports or any(_is_dns(port, protocol) for _, port in mappings(ports)):
            return True
    return False


def _is_dns(port: dict[str, Any], protocol: str) -> bool:
    number, last = port.get("port"), port.get("endPort")
    within = number in (None, 53, "53", "dns", "dns-tcp") or (
        isinstance(number, int) and isinstance(last, int) and number <= 53 <= last
    )
    return within and port.get("protocol", "TCP") == protocol
