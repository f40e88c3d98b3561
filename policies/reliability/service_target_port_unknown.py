"""A Service that sends to a port name which no selected container declares has no endpoints on that port."""

from collections.abc import Iterator

from gitopsml.model import Deployed, Resource, Violation, pod_templates
from gitopsml.model.references import mappings

TITLE, SEVERITY, KINDS = "Service to a port that no container declares", "error", ["core/Service"]
REMEDY = "Name the container's port like targetPort, or write the number."


def check(service: Resource, deployed: Deployed) -> Iterator[Violation]:
    selector = service.at("spec", "selector")
    if not isinstance(selector, dict) or not selector:
        return
    selected = list(deployed.selected_by(selector, service.namespace))
    names = {name for workload in selected for name in _port_names(workload)}
    for index, port in mappings(service.at("spec", "ports")):
        target = port.get("targetPort")
        if selected and isinstance(target, str) and not target.isdecimal() and target not in names:
            known = ", ".join(sorted(names)) or "no port at all"
            yield Violation(
                f"no container declares the port {target}, they declare {known}", ("spec", "ports", index, "targetPort")
            )


def _port_names(workload: Resource) -> Iterator[str]:
    for view in pod_templates(workload):
        for container in view.all_containers:
            for _, port in mappings(container.data.get("ports")):
                if isinstance(port.get("name"), str):
                    yield port["name"]
