"""A pod that names a ServiceAccount which does not exist is refused: no pod is ever made."""

from collections.abc import Iterator

from gitopsml.model import Deployed, Resource, Violation, pod_templates

TITLE, SEVERITY, KINDS = "ServiceAccount that does not exist", "warning", ["pods"]
REMEDY = "Add the ServiceAccount, correct the name, or list it under lint.external in gitopsml.yaml."

_MADE_ELSEWHERE = {"default", "default-editor", "default-viewer"}


def check(resource: Resource, deployed: Deployed) -> Iterator[Violation]:
    for view in pod_templates(resource):
        name = view.spec.get("serviceAccountName")
        if not isinstance(name, str) or not name or name in _MADE_ELSEWHERE:
            continue
        if not deployed.known("ServiceAccount", name, resource.namespace):
            yield Violation(f"add the ServiceAccount {name}, or correct the name", (*view.pointer, "serviceAccountName"))
