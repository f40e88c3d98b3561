"""A pod that no NetworkPolicy selects may be reached by every pod of the cluster, and may reach everything itself."""

from collections.abc import Iterator

from gitopsml.model import Deployed, Resource, Violation, pod_templates
from gitopsml.model.selector import matches

TITLE, SEVERITY, KINDS = "Pods without a NetworkPolicy", "warning", ["pods"]
WHY = "Without a NetworkPolicy every pod of the cluster reaches this one: one broken app is the way into all others."
REMEDY = "Add a NetworkPolicy for the pods, or one for the namespace that denies by default (the team blueprint makes it)."


def check(resource: Resource, deployed: Deployed) -> Iterator[Violation]:
    policies = [one for there in (deployed, deployed.around) for one in there.of_kind("NetworkPolicy", group="networking.k8s.io")]
    for view in pod_templates(resource):
        own = [policy for policy in policies if policy.namespace == resource.namespace]
        if not any(matches(policy.at("spec", "podSelector", default={}), view.labels) for policy in own):
            yield Violation("add a NetworkPolicy for these pods", view.pointer)
