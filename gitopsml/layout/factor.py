"""The objects of all environments -> what all share, and what each adds. The law: base + overlay is what the blueprint said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from gitopsml.kustomize.diff import Operation, operations, same, strategic
from gitopsml.kustomize.lists import clear, key_of
from gitopsml.kustomize.shapes import UNION, Shape, shape_of
from gitopsml.layout import fields, images
from gitopsml.layout.sides import Key, Side, side
from gitopsml.model.resource import Resource

ABSENT: Final[Any] = object()
# API groups of Kubernetes itself; everything else is a custom resource, whose lists a strategic-merge patch would replace
_BUILT_IN: Final = frozenset(
    {
        *("", "apps", "autoscaling", "batch", "policy"),
        *(f"{group}.k8s.io" for group in ("admissionregistration", "apiextensions", "apiregistration", "certificates")),
        *(f"{group}.k8s.io" for group in ("coordination", "discovery", "events", "flowcontrol.apiserver", "networking")),
        *(f"{group}.k8s.io" for group in ("node", "rbac.authorization", "resource", "scheduling", "storage")),
    }
)


class Patch(NamedTuple):
    """What an overlay changes of one object of the base: a strategic-merge patch, or JSON6902 operations."""

    key: Key
    content: dict[str, Any] | list[Operation]


@dataclass(slots=True, frozen=True, eq=False)
class Overlay:
    """What one environment adds: fields of its kustomization (`side`), patches, and objects that only it has."""

    side: Side
    patches: tuple[Patch, ...]
    objects: dict[Key, dict[str, Any]]


@dataclass(slots=True, frozen=True, eq=False)
class Factored:
    """`base` holds the objects that all environments have; empty where there is none, and for targets without a base."""

    base: dict[Key, dict[str, Any]] = field(default_factory=dict)
    overlays: dict[str, Overlay] = field(default_factory=dict)


class Given(NamedTuple):
    """One environment as the blueprint said it. `images` are those that people write, which go into the `images` field."""

    environment: str
    namespace: str
    resources: tuple[Resource, ...]
    images: frozenset[str] = frozenset()


def factor(given: list[Given], *, whole: bool = False) -> Factored:
    """Factor the environments, in order of promotion.

    `whole`: every environment for itself, without a base.
    """
    sides = [side(*one) for one in given]
    if whole or not all(fields.can_set_namespace(one) for one in sides):
        return Factored({}, {one.environment: Overlay(one, (), one.bodies) for one in sides})
    for one in sides:
        fields.move_namespace(one)
    fields.move_labels(sides)
    images.move(sides)
    fields.move_replicas(sides)
    base = _base(sides)
    return Factored(base, {one.environment: _overlay(one, base) for one in sides})


def _base(sides: list[Side]) -> dict[Key, dict[str, Any]]:
    shared = [key for key in sides[0].bodies if all(key in one.bodies for one in sides)] if sides else []
    return {
        key: common([one.bodies[key] for one in sides], shape_of(key.api_version, key.kind), indexed=not built_in(key))
        for key in shared
    }


def _overlay(one: Side, base: dict[Key, dict[str, Any]]) -> Overlay:
    patches = [_patch(key, shared, one.bodies[key]) for key, shared in base.items()]
    return Overlay(
        one,
        tuple(patch for patch in patches if patch.content),
        {key: body for key, body in one.bodies.items() if key not in base},
    )


def _patch(key: Key, base: dict[str, Any], wanted: dict[str, Any]) -> Patch:
    patch = strategic(base, wanted) if built_in(key) else None
    return Patch(key, operations(base, wanted) if patch is None else patch)


def built_in(key: Key) -> bool:
    """Whether Kubernetes itself defines the kind."""
    group, slash, _ = key.api_version.rpartition("/")
    return (group if slash else "") in _BUILT_IN


def common(values: list[Any], shape: Shape | None = None, *, indexed: bool = False) -> Any:
    """What all values share; ABSENT where they share nothing.

    Lists are taken whole, but for those that merge by keys (`shape`), and with `indexed` lists of maps of equal length.
    """
    first = values[0]
    if all(same(first, value) for value in values[1:]):
        return first
    if all(isinstance(value, dict) for value in values):
        names = [name for name in first if all(name in value for value in values)]
        parts = {
            name: common([value[name] for value in values], shape.fields.get(name) if shape else None, indexed=indexed)
            for name in names
        }
        return {name: part for name, part in parts.items() if part is not ABSENT} or ABSENT
    if not all(isinstance(value, list) for value in values):
        return ABSENT
    if shape is not None and shape.keys:
        return _keyed(values, shape)
    return _indexed(values) if indexed else ABSENT


def _keyed(values: list[list[Any]], shape: Shape) -> Any:
    if shape.keys == UNION or not all(clear(value, shape.keys) for value in values):
        return ABSENT
    tables = [{key_of(element, shape.keys): element for element in value} for value in values]
    order = [key for key in tables[0] if all(key in table for table in tables)]
    if not order or any([key for key in table if key in order] != order for table in tables):
        return ABSENT
    if len(shape.keys) > 1 and any(len(table) > len(order) for table in tables):
        return ABSENT  # in lists with two keys a patch puts new elements first, whatever their order in the patch
    return [common([table[key] for table in tables], shape.element) for key in order]


def _indexed(values: list[list[Any]]) -> Any:
    if len({len(value) for value in values}) != 1 or not all(isinstance(element, dict) for value in values for element in value):
        return ABSENT
    made = [common([value[number] for value in values], indexed=True) for number in range(len(values[0]))]
    return ABSENT if any(element is ABSENT for element in made) else made
