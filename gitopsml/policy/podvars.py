"""The reserved variables of our own policies: they hide the 58 places where pods live (see policies/README.md).

A policy that reads one of the pod variables is judged once for each pod view. A variable that the policy defines itself shadows
the reserved one of the same name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
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


def makers(resource: Resource, view: PodView | None) -> Mapping[str, Callable[[], Any]]:
    """The reserved variables of an object and, for pod policies, of one of its views, computed when they are read."""
    if view is None:
        return {"intent": lambda: _intent(resource)}
    return {
        "podSpec": lambda: view.spec,
        "podLabels": lambda: view.labels,
        "podAnnotations": lambda: view.annotations,
        **{name: _data(view, roles) for name, roles in _ROLES.items()},
        "workload": lambda: view.workload,
        "probes": lambda: view.probes,
        "partial": lambda: view.partial,
        "suppliesResources": lambda: view.supplied,
        "intent": lambda: view.intent,
    }


def _data(view: PodView, roles: tuple[str, ...]) -> Callable[[], list[dict[str, Any]]]:
    return lambda: [container.data for container in _containers(view, roles)]


def _containers(view: PodView, roles: tuple[str, ...]) -> list[Container]:
    return [container for role in roles for container in view.containers(role)]


def _intent(resource: Resource) -> str:
    label = resource.labels.get("gitopsml.dev/intent")
    if isinstance(label, str):
        return label
    return next((view.intent for view in resource.pods if view.intent), "")


class Variables(LazyVariables):
    """What is bound as `variables`: the policy's own programs, and reserved values computed when they are read."""

    def __init__(
        self, programs: Mapping[str, Program], bindings: Mapping[str, Any], given: Mapping[str, Callable[[], Any]]
    ) -> None:
        super().__init__(programs, bindings)
        self._given = given

    def __getitem__(self, key: str) -> Any:
        if key in self.programs or key not in self._given:
            return super().__getitem__(key)
        if key not in self._values:
            self._values[key] = self._given[key]()
        return self._values[key]

    def __contains__(self, key: object) -> bool:
        return key in self.programs or key in self._given

    def __iter__(self) -> Iterator[str]:
        return iter({**self._given, **self.programs})

    def __len__(self) -> int:
        return len({**self._given, **self.programs})


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
