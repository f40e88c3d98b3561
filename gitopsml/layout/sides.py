"""What flows through factoring: the objects of each environment, as copies that the steps may change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from gitopsml.model.resource import Resource


class Key(NamedTuple):
    """What makes objects of two environments one object of the base: all but the namespace."""

    api_version: str
    kind: str
    name: str


@dataclass(slots=True, eq=False)
class Side:
    """One environment. `namespace` is the app's there; `bodies` are copies of the data, `promoted` the images that people write.

    The rest is what factoring moves out of the bodies into fields of the overlay's kustomization.
    """

    environment: str
    namespace: str
    bodies: dict[Key, dict[str, Any]]
    promoted: frozenset[str] = frozenset()
    sets_namespace: bool = False
    labels: dict[str, str] = field(default_factory=dict)
    labels_templates: bool = False
    images: list[dict[str, str]] = field(default_factory=list)
    replicas: list[dict[str, Any]] = field(default_factory=list)


def side(environment: str, namespace: str, resources: tuple[Resource, ...], promoted: frozenset[str]) -> Side:
    """A side with copies of the data."""
    bodies = {Key(one.api_version, one.kind, one.name): copied(one.data) for one in resources}
    return Side(environment, namespace, bodies, promoted)


def copied(value: Any) -> Any:
    """A copy of YAML data, all the way down."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value


def everywhere(sides: list[Side]) -> Iterator[tuple[Side, Key, dict[str, Any]]]:
    """Every object of every side."""
    for one in sides:
        for key, body in one.bodies.items():
            yield one, key, body
