"""Pods that share the account "default" share all its rights: what is granted for one of them is granted for all."""

from collections.abc import Iterator

from gitopsml.model import Deployed, Resource, Violation, pod_templates

TITLE, SEVERITY, KINDS = "Token of the default service account", "warning", ["pods"]
WHY = "Every pod that names no account gets the token of the account default: what is granted for one of them is granted for all."
REMEDY = "Set serviceAccountName to an account of the app's own, or automountServiceAccountToken to false."


def check(resource: Resource, deployed: Deployed) -> Iterator[Violation]:
    for view in pod_templates(resource):
        if view.partial or view.spec.get("serviceAccountName", view.spec.get("serviceAccount", "default")) != "default":
            continue
        if _mounted(view.spec.get("automountServiceAccountToken"), resource, deployed):
            field = "serviceAccountName" if "serviceAccountName" in view.spec else ""
            pointer = (*view.pointer, field) if field else view.pointer
            yield Violation("set serviceAccountName, or automountServiceAccountToken to false", pointer)


def _mounted(own: object, resource: Resource, deployed: Deployed) -> bool:
    if isinstance(own, bool):
        return own
    account = deployed.look_up("ServiceAccount", "default", resource.namespace)
    return account is None or account.at("automountServiceAccountToken") is not False
