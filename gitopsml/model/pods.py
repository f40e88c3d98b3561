"""A place of an object that becomes pods, and its containers: what policies are given of workloads of any kind."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from gitopsml.model.pointer import Pointer

MAIN: Final = "main"
INIT: Final = "init"
SIDECAR: Final = "sidecar"


class Container(NamedTuple):
    """One container: its data, where it is in the object, and its role: "main", "init", "sidecar"."""

    data: dict[str, Any]
    pointer: Pointer
    role: str = MAIN
    renamed: tuple[tuple[str, str], ...] = ()  # field of a container -> the kind's own name for it

    @property
    def name(self) -> str:
        """The container's name, "" where it has none."""
        name = self.data.get("name")
        return name if isinstance(name, str) else ""

    def at(self, *rest: str | int) -> Pointer:
        """The pointer into the object of a field of this container."""
        own = dict(self.renamed)
        return (*self.pointer, own.get(str(rest[0]), rest[0]), *rest[1:]) if rest else self.pointer


class PodView(NamedTuple):
    """One place of an object that becomes pods.

    `spec` holds the fields of a PodSpec, {} where the kind knows only a container; `partial` says that it is not a whole one:
    what is absent there proves nothing. `supplied`: a webhook or runtime fills in requests and limits. `pods` is the number of
    pods that the object asks for (1 where it does not say).
    """

    pointer: Pointer
    spec: dict[str, Any]
    labels: dict[str, Any]
    annotations: dict[str, Any]
    all_containers: tuple[Container, ...]
    workload: str = ""  # class of the kind: service, batch, interactive, any (a bare Pod), init, patch; "" = unknown kind
    probes: str = "optional"  # may a rule demand probes? expected, optional, never
    intent: str = ""  # serving, training, notebook, batch, data; "" = unknown
    partial: bool = False
    supplied: bool = False
    pods: int = 1
    counted: bool = False  # the kind has a field for that number
    metadata: Pointer = ()  # where labels and annotations are; the view itself where the kind has none

    def containers(self, *roles: str) -> list[Container]:
        """The containers of these roles ("main", "init", "sidecar"); without roles the main ones."""
        wanted = roles or (MAIN,)
        return [container for container in self.all_containers if container.role in wanted]
