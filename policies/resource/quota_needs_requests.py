"""In a namespace whose quota counts a resource, the API server refuses pods that do not say how much of it they need."""

from collections.abc import Iterator

from gitopsml.model import Deployed, Resource, Violation, pod_templates
from gitopsml.model.references import mappings
from gitopsml.model.workload import Container

TITLE, SEVERITY, KINDS = "Pod that the quota refuses", "error", ["pods"]
REMEDY = "Set the request or limit, or give the namespace a LimitRange with defaults."

_NAMES = ("cpu", "memory")


def check(resource: Resource, deployed: Deployed) -> Iterator[Violation]:
    wanted = _wanted(resource, deployed)
    for view in pod_templates(resource) if wanted else ():
        for container in view.all_containers if not view.supplied else ():
            for key in sorted(wanted):
                if not _says(container, key):
                    yield Violation(
                        f"set resources.{key}: the namespace's quota counts it", container.at("resources", *key.split("."))
                    )


def _wanted(resource: Resource, deployed: Deployed) -> set[str]:
    """`requests.cpu`, `limits.memory` …: what a quota of the namespace counts and no LimitRange fills in."""
    wanted: set[str] = set()
    for there in (deployed, deployed.around):
        for quota in there.of_kind("ResourceQuota", group=""):
            hard = quota.at("spec", "hard")
            if quota.namespace == resource.namespace and isinstance(hard, dict):
                wanted |= {f"requests.{key}" if key in _NAMES else key for key in hard}
    known = {f"{kind}.{name}" for kind in ("requests", "limits") for name in _NAMES}
    return (wanted & known) - _filled(resource, deployed)


def _filled(resource: Resource, deployed: Deployed) -> set[str]:
    filled: set[str] = set()
    for there in (deployed, deployed.around):
        for limits in there.of_kind("LimitRange", group=""):
            if limits.namespace != resource.namespace:
                continue
            for _, entry in mappings(limits.at("spec", "limits")):
                filled |= {f"limits.{name}" for name in entry.get("default") or ()}
                filled |= {f"requests.{name}" for name in {**(entry.get("default") or {}), **(entry.get("defaultRequest") or {})}}
    return filled


def _says(container: Container, key: str) -> bool:
    kind, _, name = key.partition(".")
    resources = container.data.get("resources")
    said = resources if isinstance(resources, dict) else {}
    return name in (said.get("limits") or ()) or (kind == "requests" and name in (said.get("requests") or ()))
