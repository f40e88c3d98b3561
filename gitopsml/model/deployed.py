"""What policies are given: everything one target deploys, who it is, and what else the repository puts beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from gitopsml.model.cluster import Cluster
from gitopsml.model.resource import Resource, ResourceSet
from gitopsml.model.target import Target

NEWEST: Final = (1, 36)
_NOTHING: Final = ResourceSet()


@dataclass(frozen=True, slots=True, eq=False)
class TargetInfo:
    """Who a target is, for policies (`target`). `values`: its app.yaml, merged for the environment; {} without one."""

    target: Target
    cluster: Cluster | None = None
    protected: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""  # the Kubernetes version asked for, whatever the cluster file says

    @property
    def path(self) -> str:
        """The target's path in the repository."""
        return self.target.path

    @property
    def team(self) -> str:
        """The team, "" where the layout does not tell."""
        return self.target.team

    @property
    def app(self) -> str:
        """The app, "" where the layout does not tell."""
        return self.target.app

    @property
    def environment(self) -> str:
        """The environment, "" where the layout does not tell."""
        return self.target.environment

    @property
    def namespace(self) -> str:
        """Where objects go that name no namespace, "" where that is not known."""
        return self.target.namespace

    @property
    def kubernetes(self) -> tuple[int, int]:
        """The cluster's Kubernetes version, the newest known without a cluster file."""
        return version_of(self.version or (self.cluster.kubernetes if self.cluster else ""))


def version_of(text: str) -> tuple[int, int]:
    """`1.36`, `v1.36.2` -> (1, 36); the newest known for "" and for what is not a version."""
    parts = text.removeprefix("v").split(".")
    if len(parts) < 2 or not (parts[0].isdecimal() and parts[1].isdecimal()):
        return NEWEST
    return int(parts[0]), int(parts[1])


class Deployed(ResourceSet):
    """Everything one target deploys, and for look-ups what other targets of the repository deploy beside it.

    `closed`: the repository says on which cluster the target runs, so what is in no target is really missing.
    """

    def __init__(
        self,
        resources: Iterable[Resource] = (),
        info: TargetInfo | None = None,
        *,
        around: Callable[[], ResourceSet] | None = None,
        elsewhere: Callable[[], ResourceSet] | None = None,
        external: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        super().__init__(resources)
        self.target = info or TargetInfo(Target("-"))
        self.closed = self.target.cluster is not None
        self._around = around
        self._elsewhere = elsewhere
        self._external = external or {}

    @cached_property
    def kubernetes(self) -> tuple[int, int]:
        """The Kubernetes version of the cluster."""
        return self.target.kubernetes

    @cached_property
    def around(self) -> ResourceSet:
        """What other targets of the repository put into the namespaces of this one, on the same cluster."""
        return self._around() if self._around else _NOTHING

    @cached_property
    def elsewhere(self) -> ResourceSet:
        """What all other targets of the repository put on the same cluster, in any namespace."""
        return self._elsewhere() if self._elsewhere else self.around

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """The namespaces that this target's objects go to."""
        named = {resource.namespace or self.target.namespace for resource in self}
        return frozenset(named - {""})

    def look_up(self, kind: str, name: str, namespace: str = "", *, group: str | None = None) -> Resource | None:
        """The resource of this name in the target, beside it, or anywhere on the cluster; None where the repository has none.

        Objects without a namespace are taken for ones of the target's own.
        """
        own = self.target.namespace
        for there in (namespace, "") if namespace == own else (namespace,):
            found = self.find(kind, name, there, group=group)
            if found:
                return found
        beside = self.around.find(kind, name, namespace, group=group)
        return beside or self.elsewhere.find(kind, name, namespace, group=group)

    def is_external(self, kind: str, name: str, namespace: str = "") -> bool:
        """Whether `lint.external` of gitopsml.yaml says that an object exists without being in Git: `name` or `namespace/name`.

        A star at the end covers the rest of a name.
        """
        wanted = (name, f"{namespace}/{name}")
        return any(_covers(pattern, one) for pattern in self._external.get(word_of(kind), ()) for one in wanted)

    def known(self, kind: str, name: str, namespace: str = "", *, group: str | None = None) -> bool:
        """Whether an object exists as far as the repository can tell: in Git for this cluster, or listed as external."""
        return self.is_external(kind, name, namespace) or self.look_up(kind, name, namespace, group=group) is not None


def word_of(kind: str) -> str:
    """A kind's word in `lint.external`: `Secret` -> `secrets`, `NetworkPolicy` -> `networkPolicies`."""
    word = kind[:1].lower() + kind[1:]
    if word.endswith("y") and word[-2:-1] not in "aeou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch")) else "s")


def _covers(pattern: str, name: str) -> bool:
    return name == pattern or (pattern.endswith("*") and name.startswith(pattern[:-1]))
