"""The reserved variables of our own policies: they hide the 58 places where pods live (see policies/README.md).

A policy that reads one of the pod variables is judged once for each pod view. A variable that the policy defines itself shadows
the reserved one of the same name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from gitopsml.cel import Program
from gitopsml.cel.lazy import LazyVariables
from gitopsml.model.pointer import Pointer
from gitopsml.model.resource import Resource
from gitopsml.model.workload import INIT, MAIN, SIDECAR, Container, PodView

_ROLES: Final[dict[str, tuple[str, ...]]] = {
    "containers": (MAIN,),
    "initContainers": (INIT,),
    "sidecars": (SIDECAR,),
    "allContainers": (MAIN, SIDECAR, INIT),
}
POD_TYPES: Final = {
    "podSpec": "dyn",
    "podLabels": "map(string, dyn)",
    "podAnnotations": "map(string, dyn)",
    **dict.fromkeys(_ROLES, "list(dyn)"),
    "workload": "string",
    "probes": "string",
    "partial": "bool",
    "suppliesResources": "bool",
}
TYPES: Final = {**POD_TYPES, "intent": "string"}
_USE: Final = re.compile(r"\bvariables\s*\.\s*(\w+)")


def pod_variables(texts: Iterable[str], own: Iterable[str]) -> frozenset[str]:
    """The pod variables that expressions read and that the policy (`own`) does not define itself."""
    used = {name for text in texts for name in _USE.findall(text)}
    return frozenset(used & POD_TYPES.keys()) - frozenset(own)


class Reserved(dict[str, Any]):
    """The reserved variables of an object and, for pod policies, of one of its views: computed when one is first read.

    `place` tells where the parts of the view stand in the object: equal places lead to equal pointers.
    """

    def __init__(self, resource: Resource, view: PodView | None) -> None:
        super().__init__()
        self.resource = resource
        self.view = view

    @property
    def names(self) -> Iterable[str]:
        """The variables that there are."""
        return _OF_OBJECTS if self.view is None else _OF_PODS

    @cached_property
    def place(self) -> Hashable:
        """Where the view and its containers are."""
        view = self.view
        return None if view is None else (view.pointer, view.metadata, *[one[1:] for one in view.all_containers])

    def __missing__(self, name: str) -> Any:
        value = _intent(self.resource) if self.view is None else _OF_PODS[name](self.view)
        self[name] = value
        return value


def _data(roles: tuple[str, ...]) -> Callable[[PodView], list[dict[str, Any]]]:
    return lambda view: [container.data for container in _containers(view, roles)]


def _containers(view: PodView, roles: tuple[str, ...]) -> list[Container]:
    return [container for role in roles for container in view.containers(role)]


_OF_OBJECTS: Final = ("intent",)
_OF_PODS: Final[dict[str, Callable[[PodView], Any]]] = {
    "podSpec": lambda view: view.spec,
    "podLabels": lambda view: view.labels,
    "podAnnotations": lambda view: view.annotations,
    **{name: _data(roles) for name, roles in _ROLES.items()},
    "workload": lambda view: view.workload,
    "probes": lambda view: view.probes,
    "partial": lambda view: view.partial,
    "suppliesResources": lambda view: view.supplied,
    "intent": lambda view: view.intent,
}


def _intent(resource: Resource) -> str:
    label = resource.labels.get("gitopsml.dev/intent")
    if isinstance(label, str):
        return label
    return next((view.intent for view in resource.pods if view.intent), "")


class Variables(LazyVariables):
    """What is bound as `variables`: the policy's own programs, and reserved values computed when they are read."""

    def __init__(self, programs: Mapping[str, Program], bindings: Mapping[str, Any], reserved: Reserved | None) -> None:
        super().__init__(programs, bindings)
        self._reserved = reserved
        self._names = frozenset(reserved.names if reserved is not None else ())

    def __getitem__(self, key: str) -> Any:
        if key in self.programs or self._reserved is None or key not in self._names:
            return super().__getitem__(key)
        return self._reserved[key]

    def __contains__(self, key: object) -> bool:
        return key in self.programs or key in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names | self.programs.keys()))

    def __len__(self) -> int:
        return len(self._names | self.programs.keys())


def placed(variable: str, path: Pointer, view: PodView | None) -> Pointer | None:
    """A variable of an expression and the path below it -> pointer into the object; None for what is not in the object."""
    if variable == "object":
        return path
    if view is None or variable != "variables" or not path:
        return None
    name, rest = path[0], path[1:]
    if name == "podSpec":
        return (*view.pointer, *rest)
    if name in ("podLabels", "podAnnotations"):
        return (*view.metadata, "labels" if name == "podLabels" else "annotations", *rest)
    if name in _ROLES and rest:
        containers = _containers(view, _ROLES[str(name)])
        number = rest[0]
        return containers[number].at(*rest[1:]) if isinstance(number, int) and number < len(containers) else view.pointer
    return None
