"""A container whose environment names a ConfigMap or Secret, or a key of one, that nobody makes is never started."""

from collections.abc import Iterator

from gitopsml.model import Deployed, Resource, Violation, pod_templates
from gitopsml.model.references import Reference, environment_references, exists

TITLE, SEVERITY, KINDS = "Environment from something that does not exist", "error", ["pods"]
REMEDY = "Add the object or the key, correct the name, or list the object under lint.external in gitopsml.yaml."


def check(resource: Resource, deployed: Deployed) -> Iterator[Violation]:
    for view in pod_templates(resource):
        for container in view.all_containers:
            for needed in environment_references(container):
                yield from _missing(needed, resource, deployed)


def _missing(needed: Reference, resource: Resource, deployed: Deployed) -> Iterator[Violation]:
    certain = deployed.closed or needed.kind != "Secret"  # Secrets are often made outside of Git
    if certain and not exists(deployed, needed.kind, needed.name, resource.namespace):
        yield Violation(f"add the {needed.kind} {needed.name}, or correct the name", needed.pointer)
        return
    source = deployed.look_up(needed.kind, needed.name, resource.namespace)
    if (
        source
        and needed.key
        and not any(needed.key in (source.at(field) or {}) for field in ("data", "stringData", "binaryData"))
    ):
        yield Violation(
            f"add the key {needed.key} to the {needed.kind} {needed.name}, or correct it", (*needed.pointer[:-1], "key")
        )
