"""Two objects -> the patch that makes the second of the first: `patch(a, diff(a, b)) == b`.

A strategic-merge patch is what people read best, but not every difference can be said in one (nulls, order of united scalars,
lists with unclear keys): `strategic` merges what it wrote and gives None where the outcome differs. `operations` (JSON6902) can
say every difference.
"""

from __future__ import annotations

from typing import Any, Final

from gitopsml.kustomize.lists import clear, key_of
from gitopsml.kustomize.merge import merged, plain
from gitopsml.kustomize.parts import ABSENT, DIRECTIVE, MergeProblem, Part
from gitopsml.kustomize.shapes import UNION, Shape, shape_of
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import Pointer, json_pointer
from gitopsml.yamlio import Document

_NOWHERE: Final = Trail(Origin(Document("", 0, "", None)), step="diff")
Operation = dict[str, Any]


class _Unsayable(Exception):
    """A difference that a strategic-merge patch cannot express."""


def same(one: Any, other: Any) -> bool:
    """Equality of YAML data: unlike Python's, true is not 1."""
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is dict:
        return len(one) == len(other) and all(key in other and same(value, other[key]) for key, value in one.items())
    if kind is list:
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def strategic(base: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any] | None:
    """The strategic-merge patch, with identity; {} where nothing differs, None where it cannot be said in one.

    Both must have the same apiVersion, kind, name and namespace.
    """
    if same(base, wanted):
        return {}
    shape = shape_of(str(wanted.get("apiVersion")), str(wanted.get("kind")))
    try:
        body = _maps(base, wanted, shape)
        patch = _identified(wanted, body)
        after = merged(Part(base, _NOWHERE), Part(patch, _NOWHERE), shape, base_is_plain=plain(base, shape)).value
    except (_Unsayable, MergeProblem):
        return None
    return patch if same(after, wanted) else None


def _identified(wanted: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """The patch with what the target is found by first."""
    metadata = {"name": wanted["metadata"]["name"]}
    if "namespace" in wanted["metadata"]:
        metadata["namespace"] = wanted["metadata"]["namespace"]
    patch = {"apiVersion": wanted["apiVersion"], "kind": wanted["kind"], "metadata": {**metadata, **body.get("metadata", {})}}
    return {**patch, **{key: value for key, value in body.items() if key != "metadata"}}


def _maps(base: dict[str, Any], wanted: dict[str, Any], shape: Shape | None) -> dict[str, Any]:
    patch: dict[str, Any] = {}
    for key, value in wanted.items():
        if key not in base or not same(base[key], value):
            patch[key] = _value(base.get(key, ABSENT), value, shape.fields.get(key) if shape else None)
    patch.update({key: None for key in base if key not in wanted})
    return patch


def _value(base: Any, wanted: Any, shape: Shape | None) -> Any:
    if wanted is None:
        raise _Unsayable
    if isinstance(wanted, dict) and isinstance(base, dict):
        return _maps(base, wanted, shape)
    if isinstance(wanted, list) and isinstance(base, list) and shape is not None and shape.keys:
        return _lists(base, wanted, shape)
    return wanted


def _lists(base: list[Any], wanted: list[Any], shape: Shape) -> list[Any]:
    if shape.keys == UNION or not (clear(base, shape.keys) and clear(wanted, shape.keys)):
        raise _Unsayable
    before = {key_of(element, shape.keys): element for element in base}
    after = {key_of(element, shape.keys): element for element in wanted}
    gone = [{**_keys(element, shape.keys), DIRECTIVE: "delete"} for key, element in before.items() if key not in after]
    named = _changed(before, after) if len(shape.keys) > 1 else _up_to_the_last_change(before, after)
    return [_element(before.get(key), after[key], shape) for key in named] + gone


Elements = dict[tuple[str, ...], Any]


def _changed(before: Elements, after: Elements) -> list[tuple[str, ...]]:
    """Where two keys identify an element, merged elements stay in their places: only what differs is named."""
    return [key for key, element in after.items() if key not in before or not same(before[key], element)]


def _up_to_the_last_change(before: Elements, after: Elements) -> list[tuple[str, ...]]:
    """Elements of the patch come first, untouched ones follow in the base's order: all up to the last change are named."""
    order = {key: number for number, key in enumerate(before)}
    names = list(after)
    last = len(before)
    while names and order.get(names[-1], last) < last and same(before[names[-1]], after[names[-1]]):
        last = order[names.pop()]
    return names


def _element(base: Any, wanted: Any, shape: Shape) -> Any:
    if base is None:
        return wanted
    return {**_keys(wanted, shape.keys), **_maps(base, wanted, shape.element)}


def _keys(element: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: element[key] for key in keys if key in element}


def operations(base: dict[str, Any], wanted: dict[str, Any]) -> list[Operation]:
    """The JSON6902 operations, [] where nothing differs. The first tests that the object is the one the patch was made for, and
    before an element of a list is changed its name is tested.
    """
    made = list(_operations(base, wanted, ()))
    if not made:
        return []
    return [_test(("metadata", "name"), wanted["metadata"]["name"]), *made]


def _test(pointer: Pointer, value: Any) -> Operation:
    return {"op": "test", "path": json_pointer(pointer), "value": value}


def _operations(base: Any, wanted: Any, pointer: Pointer) -> list[Operation]:
    if same(base, wanted):
        return []
    if isinstance(base, dict) and isinstance(wanted, dict):
        made = [{"op": "remove", "path": json_pointer((*pointer, key))} for key in base if key not in wanted]
        for key, value in wanted.items():
            if key in base:
                made += _operations(base[key], value, (*pointer, key))
            else:
                made.append({"op": "add", "path": json_pointer((*pointer, key)), "value": value})
        return made
    if isinstance(base, list) and isinstance(wanted, list) and len(base) == len(wanted) and base:
        return [one for number, value in enumerate(wanted) for one in _indexed(base[number], value, (*pointer, number))]
    return [{"op": "replace", "path": json_pointer(pointer), "value": wanted}]


def _indexed(base: Any, wanted: Any, pointer: Pointer) -> list[Operation]:
    made = _operations(base, wanted, pointer)
    named = isinstance(base, dict) and isinstance(wanted, dict) and "name" in base and base["name"] == wanted.get("name")
    return [_test((*pointer, "name"), base["name"]), *made] if made and named else made
