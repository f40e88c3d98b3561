"""The API server refuses a pod in which two containers, volumes, ports or mounts have one name or one place."""

from collections.abc import Iterable, Iterator
from typing import Any

from gitopsml.model import Resource, Violation, pod_templates
from gitopsml.model.references import mappings
from gitopsml.model.workload import PodView

TITLE, SEVERITY, KINDS = "Two of one name in a pod", "error", ["pods"]
REMEDY = "Rename or remove one of the two."

Named = tuple[Any, tuple[str | int, ...]]


def check(resource: Resource) -> Iterator[Violation]:
    for view in pod_templates(resource):
        yield from _twice("container", ((c.name, c.at("name")) for c in view.all_containers if c.name))
        yield from _twice("volume", _fields(view.spec.get("volumes"), "name", (*view.pointer, "volumes")))
        yield from _within_containers(view)


def _within_containers(view: PodView) -> Iterator[Violation]:
    for container in view.all_containers:
        ports, mounts = container.data.get("ports"), container.data.get("volumeMounts")
        yield from _twice("port", _fields(ports, "name", container.at("ports")))
        yield from _twice("mount", _fields(mounts, "mountPath", container.at("volumeMounts")))


def _fields(value: Any, field: str, pointer: tuple[str | int, ...]) -> Iterator[Named]:
    for index, element in mappings(value):
        if field in element:
            yield element[field], (*pointer, index, field)


def _twice(what: str, named: Iterable[Named]) -> Iterator[Violation]:
    seen: set[str] = set()
    for name, pointer in named:
        if str(name) in seen:
            yield Violation(f"rename or remove the second {what} {name}", pointer)
        seen.add(str(name))
