"""A pod whose volume names a ConfigMap, Secret or claim that nobody makes waits for ever in ContainerCreating."""

from collections.abc import Iterator

from gitopsml.model import Deployed, Resource, Violation, pod_templates
from gitopsml.model.references import exists, volume_references

TITLE, SEVERITY, KINDS = "Volume of something that does not exist", "error", ["pods"]
REMEDY = "Add the object, correct the name, or list it under lint.external in gitopsml.yaml when it exists without being in Git."


def check(resource: Resource, deployed: Deployed) -> Iterator[Violation]:
    for view in pod_templates(resource):
        for needed in volume_references(view):
            certain = deployed.closed or needed.kind != "Secret"  # Secrets are often made outside of Git
            if certain and not exists(deployed, needed.kind, needed.name, resource.namespace):
                yield Violation(f"add the {needed.kind} {needed.name}, or correct the name", needed.pointer)
