"""A Kubernetes object that knows where each of its fields was written, and the set of all that one target deploys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import Pointer, lookup
from gitopsml.model.selector import matches
from gitopsml.model.workload import PodView, pod_views
from gitopsml.yamlio import Document


class ResourceId(NamedTuple):
    """Group, kind, namespace, name. The core group is ""; an object without a namespace has ""."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, eq=False)
class Resource:
    """`data` (plain dict) + `trail`. A value: changing it gives a new one; `data` and `trail` are never changed in place."""

    data: dict[str, Any]
    trail: Trail

    @property
    def api_version(self) -> str:
        return _text(self.data.get("apiVersion"))

    @cached_property
    def group(self) -> str:
        group, slash, _ = self.api_version.rpartition("/")
        return group if slash else ""

    @cached_property
    def version(self) -> str:
        return self.api_version.rpartition("/")[2]

    @cached_property
    def kind(self) -> str:
        return _text(self.data.get("kind"))

    @cached_property
    def name(self) -> str:
        return _text(self._metadata.get("name"))

    @cached_property
    def namespace(self) -> str:
        return _text(self._metadata.get("namespace"))

    @property
    def id(self) -> ResourceId:
        return ResourceId(self.group, self.kind, self.namespace, self.name)

    @cached_property
    def labels(self) -> dict[str, Any]:
        labels = self._metadata.get("labels")
        return labels if isinstance(labels, dict) else {}

    @property
    def annotations(self) -> dict[str, Any]:
        annotations = self._metadata.get("annotations")
        return annotations if isinstance(annotations, dict) else {}

    @cached_property
    def _metadata(self) -> dict[str, Any]:
        metadata = self.data.get("metadata")
        return metadata if isinstance(metadata, dict) else {}

    @cached_property
    def pods(self) -> tuple[PodView, ...]:
        """Everything in this resource that becomes pods; () for kinds without."""
        return pod_views(self.data)

    def at(self, *pointer: str | int, default: Any = None) -> Any:
        """The value at a pointer, `default` where a step is missing: `deployment.at("spec", "replicas", default=1)`."""
        return lookup(self.data, pointer, default)

    def origin(self, pointer: Pointer = ()) -> Origin:
        """Where the value at `pointer` was written."""
        return self.trail.at(pointer).origin


def from_document(document: Document) -> Resource:
    """A document that holds one object -> Resource whose trail has one entry."""
    return Resource(document.data, Trail(Origin(document)))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


class ResourceSet:
    """Everything that one target deploys, in order, indexed. Immutable; `deployed` in policies."""

    def __init__(self, resources: Iterable[Resource] = ()) -> None:
        self._resources = tuple(resources)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._resources)

    def __len__(self) -> int:
        return len(self._resources)

    @cached_property
    def _by_kind(self) -> dict[str, list[Resource]]:
        index: dict[str, list[Resource]] = {}
        for resource in self._resources:
            index.setdefault(resource.kind, []).append(resource)
        return index

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str], list[Resource]]:
        index: dict[tuple[str, str, str], list[Resource]] = {}
        for resource in self._resources:
            index.setdefault((resource.kind, resource.namespace, resource.name), []).append(resource)
        return index

    def of_kind(self, *kinds: str, group: str | None = None) -> list[Resource]:
        """All resources of these kinds (of one API group, when given), in order of kinds, then of the set."""
        return [r for kind in kinds for r in self._by_kind.get(kind, ()) if group is None or r.group == group]

    def find(self, kind: str, name: str, namespace: str = "", *, group: str | None = None) -> Resource | None:
        """The resource of this kind, name and namespace ("" for cluster-scoped ones), or None."""
        for resource in self._by_name.get((kind, namespace, name), ()):
            if group is None or resource.group == group:
                return resource
        return None

    def selected_by(self, selector: dict[str, Any], namespace: str) -> Iterator[Resource]:
        """Workloads of the namespace whose pods carry labels that a label selector (or a plain map of labels) matches."""
        for resource in self._resources:
            if resource.namespace == namespace and any(matches(selector, pods.labels) for pods in resource.pods):
                yield resource
