"""Names in custom resources that kustomize did not change when it renamed the object (facts: kustomize §9).

Kustomize knows the fields of built-in kinds. Elsewhere a field is taken for a reference by its name, or by a `kind` beside it,
and only a name that an object of that kind had before, and none has now, is a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from gitopsml.kustomize.layer import Renamed
from gitopsml.lint.render import Noticed
from gitopsml.model.finding import Location
from gitopsml.model.pointer import Pointer
from gitopsml.model.resource import Resource, ResourceSet

_FIELDS: Final = {  # a text that is a name
    "serviceAccountName": "ServiceAccount",
    "serviceAccount": "ServiceAccount",
    "configMapName": "ConfigMap",
    "secretName": "Secret",
    "claimName": "PersistentVolumeClaim",
    "serviceName": "Service",
    "stableService": "Service",
    "canaryService": "Service",
    "activeService": "Service",
    "previewService": "Service",
    "priorityClassName": "PriorityClass",
}
_MAPS: Final = {  # a map, or a list of maps, with `name`
    "configMapRef": "ConfigMap",
    "configMapKeyRef": "ConfigMap",
    "configMap": "ConfigMap",
    "secretRef": "Secret",
    "secretKeyRef": "Secret",
    "imagePullSecrets": "Secret",
    "backendRefs": "Service",
    "scaleTargetRef": "Deployment",
}
_DEPTH: Final = 60
_UNTOUCHED: Final = "CustomResourceDefinition"


class _Name(NamedTuple):
    kind: str
    name: str
    pointer: Pointer


def broken(resources: ResourceSet, renamed: Iterable[Renamed]) -> Iterator[Noticed]:
    """References to names that renamed objects had before; nothing where nothing was renamed."""
    now: dict[tuple[str, str], str] = {}
    for one in renamed:
        for name in one.former:
            now.setdefault((one.id.kind, name), one.id.name)
    if not now:
        return
    there = {(one.kind, one.name) for one in resources}
    for resource in resources:
        for found in _names(resource) if resource.kind != _UNTOUCHED else ():
            key = (found.kind, found.name)
            if key in now and key not in there:
                message = (
                    f"write {now[key]}, or list this field as a nameReference: no {found.kind} is called {found.name} any more"
                )
                origin = resource.trail.at(found.pointer).origin
                yield Noticed("name-reference-broken", message, Location(origin.document.path), origin)


def _names(resource: Resource) -> Iterator[_Name]:
    left: list[tuple[Any, Pointer]] = [(value, (key,)) for key, value in resource.data.items() if key != "metadata"]
    while left:
        value, pointer = left.pop()
        if len(pointer) > _DEPTH:
            continue
        if isinstance(value, dict):
            yield from _of_map(value, pointer)
            left += [(inner, (*pointer, key)) for key, inner in value.items() if isinstance(inner, dict | list)]
        elif isinstance(value, list):
            left += [(inner, (*pointer, number)) for number, inner in enumerate(value) if isinstance(inner, dict | list)]


def _of_map(value: dict[str, Any], pointer: Pointer) -> Iterator[_Name]:
    name = value.get("name")
    if isinstance(name, str):
        kind = value.get("kind") or next((_MAPS[key] for key in reversed(pointer[-2:]) if key in _MAPS), "")
        yield _Name(str(kind), name, (*pointer, "name"))
    for key, kind in _FIELDS.items():
        if isinstance(value.get(key), str):
            yield _Name(kind, value[key], (*pointer, key))
