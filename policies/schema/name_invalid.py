"""The API server refuses objects whose name breaks the syntax of their kind."""

import re
from collections.abc import Iterator
from typing import Final

from gitopsml.model import Resource, Violation, pod_templates

TITLE, SEVERITY, KINDS = "Name that the API server refuses", "error", ["*"]
REMEDY = "Use lower-case letters, digits and '-' (and '.' for most kinds), beginning and ending with a letter or digit."

_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SERVICE: Final = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SUBDOMAIN: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_RULES: Final = {
    ("", "Service"): (_SERVICE, "a Service's name is at most 63 lower-case letters, digits and '-', beginning with a letter"),
    ("", "Namespace"): (_LABEL, "a Namespace's name is at most 63 lower-case letters, digits and '-'"),
}
_ANY: Final = (_SUBDOMAIN, "use lower-case letters, digits, '-' and '.' in the name")


def check(resource: Resource) -> Iterator[Violation]:
    if resource.name and resource.group != "rbac.authorization.k8s.io":  # roles may be called almost anything
        pattern, message = _RULES.get((resource.group, resource.kind), _ANY)
        if not pattern.fullmatch(resource.name):
            yield Violation(message, ("metadata", "name"))
    for view in pod_templates(resource):
        for container in view.all_containers:
            if container.name and not _LABEL.fullmatch(container.name):
                yield Violation("use at most 63 lower-case letters, digits and '-' in the container's name", container.at("name"))
