"""`vars`: `$(NAME)` in a fixed list of fields -> the value of a field of some object (facts: kustomize §3).

A layer tags the object that each of its variables means; the values are taken and written once, at the very end.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final, NamedTuple

from gitopsml.kustomize.fieldpath import PathProblem, source
from gitopsml.kustomize.fields import of_item, reach
from gitopsml.kustomize.items import Id, Item
from gitopsml.kustomize.layer import Items, Layer, Setting, located
from gitopsml.kustomize.steps.sources import distinct, sources_of, text_at
from gitopsml.model.origin import Origin
from gitopsml.model.pointer import Pointer, lookup

STEP: Final = "vars"
_NAME: Final = "metadata.name"
_REFERENCE: Final = re.compile(r"\$(?:(\$)|\(([^)]*)\)|\(|.)", re.DOTALL)
_DOLLAR: Final = re.compile(r"\$(.)", re.DOTALL)
_INDEX: Final = re.compile(r"([^.]+)\[(\d+)\]")
_DECIMAL: Final = re.compile(r"[-+]?[0-9]+\Z")


class Value(NamedTuple):
    """The value of a variable and where it comes from."""

    value: Any
    sources: tuple[Origin, ...]


class Expanded(NamedTuple):
    """A text after expansion (of another type where it was one reference), and the variables it held."""

    value: Any
    names: tuple[str, ...]


def tag(items: Items, setting: Setting, _layer: Layer) -> Items:
    """The items, those that a layer's variables mean marked with their names. Raises RenderError where one means several."""
    result = list(items)
    for entry in setting.parts():
        found = [number for number, item in enumerate(result) if any(_means(entry, one) for one in item.ids)]
        if len(found) > 1:
            names = ", ".join(str(result[number].id) for number in found)
            raise entry.error(f"the variable {entry.get('name')} could mean {names}", "write objref.namespace")
        for number in found:
            result[number] = replace(result[number], variables=(*result[number].variables, entry.get("name") or ""))
    return result


def _means(entry: Setting, one: Id) -> bool:
    wanted = _wanted(entry)
    if one.name != wanted.name or one[:3] != wanted[:3]:
        return False
    anywhere = not wanted.namespace and not wanted.cluster_scoped
    return anywhere or one.effective_namespace == wanted.effective_namespace


def _wanted(entry: Setting) -> Id:
    reference = entry.get("objref") or {}
    group, slash, version = (reference.get("apiVersion") or "").rpartition("/")
    if not version and not slash:
        group, version = reference.get("group") or "", reference.get("version") or ""
    return Id(group, version, reference.get("kind") or "", reference.get("namespace") or "", reference.get("name") or "")


def substitute(items: Items, variables: tuple[Setting, ...], layer: Layer) -> Items:
    """The items with every reference to a variable replaced. Raises RenderError for a variable without a value."""
    values = {entry.get("name") or "": _value(items, entry) for entry in variables}
    if not values:
        return items
    used: set[str] = set()
    result = [_substituted(item, values, layer, used) for item in items]
    for entry in variables:
        if (entry.get("name") or "") not in used:
            layer.note("var-unused", f"the variable {entry.get('name')} is not used", entry.origin)
    return result


def _value(items: Items, entry: Setting) -> Value:
    name = entry.get("name") or ""
    item = next((item for item in items if name in item.variables), None)
    if item is None:
        raise entry.error(
            f"the variable {name} means no object", "correct objref: apiVersion, kind and name are compared exactly"
        )
    path = (entry.get("fieldref") or {}).get("fieldPath") or _NAME
    try:
        pointer = source(item.data, _INDEX.sub(r"\1.\2", path))
    except PathProblem as problem:
        raise entry.error(f"cannot look up {path} in {item.id}: {problem}", "correct fieldref.fieldPath") from None
    if pointer is None:
        raise entry.error(f"{item.id} has no field {path}", "correct fieldref.fieldPath")
    return Value(_typed(item, pointer, entry), (*sources_of(item.trail.at(pointer)), entry.origin))


def _typed(item: Item, pointer: Pointer, entry: Setting) -> Any:
    """The value as Go's conversions read its text: whole numbers are decimal."""
    value = item.at(*pointer)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        text = text_at(item, pointer)
        if value is not None and not _DECIMAL.match(text):
            raise entry.error(f"{text} is no decimal number", "quote it where it is written")
        return text if value is None else int(text)
    return value


def _substituted(item: Item, values: dict[str, Value], layer: Layer, used: set[str]) -> Item:
    for spec in of_item(layer.fields.var_reference, item):
        for pointer in reach(item, spec):
            for place in _texts(item, pointer):
                item = _expanded(item, place, values, used)
    return item


def _texts(item: Item, pointer: Pointer) -> list[Pointer]:
    """The texts at a pointer: the value itself, those of a map, the elements of a list (which must all be texts)."""
    value = lookup(item.data, pointer)
    if isinstance(value, dict):
        return [(*pointer, key) for key, inner in value.items() if isinstance(inner, str)]
    if isinstance(value, list):
        if not all(isinstance(element, str) for element in value):
            where = item.trail.at(pointer).origin
            raise located(f"{item.id}: kustomize expects a list of texts here, because it looks for `vars`", where, "quote them")
        return [(*pointer, number) for number in range(len(value))]
    return [pointer] if isinstance(value, str) else []


def _expanded(item: Item, pointer: Pointer, values: dict[str, Value], used: set[str]) -> Item:
    text = item.at(*pointer)
    if "$" not in text:
        return item
    expanded = expand(text, {name: value.value for name, value in values.items()})
    used.update(expanded.names)
    if expanded.value == text and type(expanded.value) is str:
        return item
    origins = [origin for name in expanded.names for origin in values[name].sources]
    return item.derive(pointer, expanded.value, distinct([*origins, *sources_of(item.trail.at(pointer))]), STEP)


def expand(text: str, values: dict[str, Any]) -> Expanded:
    """A text with its references to known variables replaced; `$$` is one dollar; unknown references stay.

    A text that is one reference takes the variable's type.
    """
    names: list[str] = []

    def value_of(match: re.Match[str]) -> str:
        dollar, name = match.groups()
        if dollar is not None:
            return "$"
        if name is None or name not in values or isinstance(values[name], dict | list):
            return match.group()
        names.append(name)
        return _printed(values[name])

    end = text.rfind(")") + 1  # behind it nothing is a reference: looking for one from every `$(` would take quadratic time
    result: Any = _REFERENCE.sub(value_of, text[:end]) + _DOLLAR.sub(_one_dollar, text[end:])
    if len(names) == 1 and text == f"$({names[0]})":
        result = values[names[0]]
    return Expanded(result, tuple(dict.fromkeys(names)))


def _one_dollar(match: re.Match[str]) -> str:
    return "$" if match[1] == "$" else match[0]


def _printed(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
