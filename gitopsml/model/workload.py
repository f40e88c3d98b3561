"""Where pods are inside of each kind: one table (workloads.tsv), one function. Facts: pod-paths.

Columns of the table, split at tabs: group, kind, class, probes, intent, then one pod view: where it is (`[*]` every element, `.*`
every value), flags, its containers (`std` = containers and initContainers; `.` = the view itself is one container; `role:path`;
`name=other` reads one field from another one), where its labels are (`+` beside it, `.` in it, `@path`), and how many pods it
makes: `path=default` factors, joined by `*`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from gitopsml.model.pods import INIT, MAIN, SIDECAR, Container, PodView
from gitopsml.model.pointer import Pointer, lookup

__all__ = [
    "INIT", "MAIN", "SIDECAR", "Container", "PodView", "has_views", "known_kinds", "pod_templates", "pod_views", "replicas",
]  # fmt: skip
_BUILT_IN: Final = frozenset(("", "apps", "batch", "autoscaling", "policy", "extensions"))
_BUILT_IN_SUFFIX: Final = ".k8s.io"
_DEPTH: Final = 12


class _Row(NamedTuple):
    workload: str
    probes: str
    intent: str
    path: tuple[str, ...]
    flags: frozenset[str]
    containers: tuple[str, ...]
    metadata: str
    factors: tuple[tuple[tuple[str, ...], int], ...]


class _Object(NamedTuple):
    """The object in which views are looked for, where it stands in a larger one, and its intent label."""

    data: dict[str, Any]
    base: Pointer
    intent: Any


class _HasPods(Protocol):
    @property
    def pods(self) -> tuple[PodView, ...]: ...


def pod_templates(resource: _HasPods) -> tuple[PodView, ...]:
    """Everything in a resource that becomes pods; () for kinds without."""
    return resource.pods


def replicas(resource: _HasPods) -> int | None:
    """How many pods a workload asks for, 1 where it leaves that to the default; None for kinds that have no such number."""
    views = [view for view in resource.pods if view.counted]
    return sum(view.pods for view in views) if views else None


def has_views(group: str, kind: str) -> bool:
    """Whether the table knows this kind, with or without pods of its own."""
    return (group, kind) in _table()


def known_kinds() -> Iterator[tuple[str, str]]:
    """(group, kind) of every kind of the table that has pods."""
    return (kind for kind, rows in _table().items() if any(row.path for row in rows))


def pod_views(data: Any, base: Pointer = ()) -> tuple[PodView, ...]:
    """The pod views of an object's data; `base` is where the object stands in a larger one. Wrong types give no view."""
    if not isinstance(data, dict):
        return ()
    version, kind = data.get("apiVersion"), data.get("kind")
    group = version.rpartition("/")[0] if isinstance(version, str) else ""
    rows = _table().get((group, kind)) if isinstance(kind, str) else None
    if rows is None:
        built_in = group in _BUILT_IN or (group.endswith(_BUILT_IN_SUFFIX) and group.count(".") == 2)
        return () if built_in else tuple(_structural(data, base, _DEPTH))
    label = _map(_map(data.get("metadata")).get("labels")).get("gitopsml.dev/intent")
    whole = _Object(data, base, label)
    return tuple(view for row in rows for view in _views(whole, row))


def _views(whole: _Object, row: _Row) -> Iterator[PodView]:
    for pointer in _expand(whole.data, row.path):
        here = lookup(whole.data, pointer)
        if "manifest" in row.flags:
            yield from (view._replace(intent=view.intent or row.intent) for view in pod_views(here, (*whole.base, *pointer)))
        elif isinstance(here, dict):
            yield _view(whole, here, pointer, row)


def _view(whole: _Object, here: dict[str, Any], inner: Pointer, row: _Row) -> PodView:
    beside = _beside(inner, row.metadata)
    metadata = _map(lookup(whole.data, beside)) if row.metadata else {}
    labels, annotations = _map(metadata.get("labels")), _map(metadata.get("annotations"))
    intent = whole.intent or labels.get("gitopsml.dev/intent")
    pointer = (*whole.base, *inner)
    return PodView(
        pointer,
        {} if row.containers[0].startswith(".") else here,
        labels,
        annotations,
        tuple(_containers(here, pointer, row.containers)),
        row.workload,
        row.probes,
        intent if isinstance(intent, str) else row.intent,
        "partial" in row.flags,
        "supplied" in row.flags,
        _count(whole.data, inner, row),
        bool(row.factors),
        (*whole.base, *beside),
    )


def _beside(pointer: Pointer, where: str) -> Pointer:
    """Where a view's labels and annotations are."""
    if where == "+":
        return (*pointer[:-1], "metadata") if pointer[-1] == "spec" else (*pointer, "metadata")
    return tuple(where[1:].split(".")) if where.startswith("@") else pointer


def _containers(here: dict[str, Any], pointer: Pointer, parts: tuple[str, ...]) -> Iterator[Container]:
    for part in parts:
        if part == "std":
            yield from _listed(here, pointer, ("containers", "[*]"), MAIN)
            yield from _listed(here, pointer, ("initContainers", "[*]"), INIT)
        elif part.startswith("."):
            yield _whole(here, pointer, part)
        else:
            role, colon, path = part.rpartition(":")
            yield from _listed(here, pointer, _split(path), role if colon else MAIN)


def _listed(here: dict[str, Any], pointer: Pointer, path: tuple[str, ...], role: str) -> Iterator[Container]:
    for rest in _expand(here, path):
        container = lookup(here, rest)
        if isinstance(container, dict):
            sidecar = role == INIT and container.get("restartPolicy") == "Always"
            yield Container(container, (*pointer, *rest), SIDECAR if sidecar else role)


def _whole(here: dict[str, Any], pointer: Pointer, part: str) -> Container:
    """The view itself is one container; `. resources=resourcesPerNode` reads a field from another one."""
    renamed = tuple((field, own) for field, _, own in (pair.partition("=") for pair in part.split()[1:]))
    data = {**here, **{field: here[own] for field, own in renamed if own in here}} if renamed else here
    return Container(data, pointer, MAIN, renamed)


def _count(data: dict[str, Any], pointer: Pointer, row: _Row) -> int:
    total = 1
    for path, default in row.factors:
        value = lookup(data, _bound(path, row.path, pointer), default)
        total *= value if isinstance(value, int) and not isinstance(value, bool) else default
    return total


def _bound(path: tuple[str, ...], view: tuple[str, ...], pointer: Pointer) -> Pointer:
    """A path with wildcards, with the indexes of the view's pointer in their places."""
    return tuple(
        pointer[number] if part in ("[*]", "*") and path[:number] == view[:number] else part for number, part in enumerate(path)
    )


def _expand(data: Any, path: tuple[str, ...]) -> Iterator[Pointer]:
    """Every pointer that a path with wildcards reaches."""
    if not path:
        yield ()
        return
    head, rest = path[0], path[1:]
    keys: list[str | int] = [head]
    if head == "[*]":
        keys = list(range(len(data))) if isinstance(data, list) else []
    elif head == "*":
        keys = list(data) if isinstance(data, dict) else []
    for key in keys:
        if isinstance(key, int) or (isinstance(data, dict) and key in data):
            yield from ((key, *more) for more in _expand(data[key], rest))


def _structural(data: Any, pointer: Pointer, depth: int, parent: Any = None) -> Iterator[PodView]:
    """Unknown kinds: any mapping with a list of things that look like containers is taken for the fields of a pod."""
    if depth == 0:
        return
    if isinstance(data, dict):
        if _looks_like_pod(data):
            yield _found(data, pointer, parent)
            return
        for key, value in data.items():
            yield from _structural(value, (*pointer, key), depth - 1, data)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _structural(value, (*pointer, index), depth - 1)


def _found(data: dict[str, Any], pointer: Pointer, parent: Any) -> PodView:
    """A pod of an unknown kind; what stands beside its spec is its metadata."""
    template = pointer[-1:] == ("spec",) and isinstance(parent, dict)
    metadata = _map(parent.get("metadata")) if template else {}
    labels, annotations = _map(metadata.get("labels")), _map(metadata.get("annotations"))
    containers = tuple(_containers(data, pointer, ("std",)))
    beside = (*pointer[:-1], "metadata") if template else pointer
    return PodView(pointer, data, labels, annotations, containers, partial=True, metadata=beside)


def _looks_like_pod(data: dict[str, Any]) -> bool:
    containers = data.get("containers")
    return isinstance(containers, list) and any(
        isinstance(one, dict) and "name" in one and ("image" in one or "resources" in one or "command" in one)
        for one in containers
    )


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _split(path: str) -> tuple[str, ...]:
    """`spec.tasks[*].template` -> ("spec", "tasks", "[*]", "template")."""
    return tuple(part for part in path.replace("[*]", ".[*]").split(".") if part)


@cache
def _table() -> dict[tuple[str, str], list[_Row]]:
    table: dict[tuple[str, str], list[_Row]] = {}
    for line in Path(__file__).with_name("workloads.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            cells = ["" if cell == "-" else cell for cell in line.split("\t")]
            group = "" if cells[0] == "core" else cells[0]
            rows = table.setdefault((group, cells[1]), [])
            if cells[5]:
                rows.append(_row(cells))
    return table


def _row(cells: list[str]) -> _Row:
    factors = (factor.rpartition("=") for factor in _factors(cells[9]))
    count = tuple((_split(path), int(default)) for path, _, default in factors)
    return _Row(
        cells[2],
        cells[3],
        cells[4],
        _split(cells[5]),
        frozenset(cells[6].split(",")),
        tuple(cells[7].split(",")),
        cells[8],
        count,
    )


def _factors(text: str) -> list[str]:
    """Factors are joined by `*`, which is also in their wildcards: a factor ends with its default, a digit."""
    found, start = [], 0
    for place, char in enumerate(text):
        if char == "*" and text[place - 1].isdigit():
            found.append(text[start:place])
            start = place + 1
    return [*found, text[start:]] if text else []
