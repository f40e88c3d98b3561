"""An object as it is written -> as the API server's typed decoder reads it: pruned, without nulls, quantities as text, defaults.

The published schemas say which fields there are; `decoding.tsv` says which zero values stay and what is filled in; conditional
defaults are in `fill`. Facts: defaults §1-3. A field keeps its place: pointers into the result are pointers into the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from gitopsml.model.quantity import Quantity, canonical
from gitopsml.model.quantity import parse as quantity
from gitopsml.schemas.published import published

_QUANTITY: Final = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_ZERO: Final[dict[str, Any]] = {"string": "", "integer": 0, "number": 0, "boolean": False}
_NANO, _MILLI = -9, -3


class Refused(Exception):
    """A part is of another type than its field: the API server does not decode such an object at all."""


class Rules(NamedTuple):
    """What the table says of one definition."""

    keep: frozenset[str] = frozenset()
    always: tuple[tuple[str, Any], ...] = ()
    defaults: tuple[tuple[str, Any], ...] = ()


_NO_RULES: Final = Rules()


@dataclass(slots=True, eq=False)
class Shape:
    """A type: `kind` is object, map, list, scalar, quantity or free."""

    kind: str
    name: str = ""
    zero: Any = None
    fields: dict[str, Shape] = field(default_factory=dict)
    inner: Shape | None = None
    keep: frozenset[str] = frozenset()
    rules: Rules = _NO_RULES


Fill = Callable[[str, dict[str, Any]], None]


def decoded(data: dict[str, Any], shape: Shape, fill: Fill) -> dict[str, Any]:
    """The object of a shape; `fill` adds what depends on more than one field, after the parts are done. Raises Refused."""
    return dict(_object(data, shape, fill))


def shape_of(group: str, version: str, kind: str, kubernetes: str) -> Shape | None:
    """The shape of a kind, None where Kubernetes publishes no schema for it."""
    return _shape_of(group, version, kind, kubernetes)


@cache
def _shape_of(group: str, version: str, kind: str, kubernetes: str) -> Shape | None:
    schema = published(group, version, kind, kubernetes)
    if schema is None:
        return None
    return _Shapes(schema.get("$defs", {})).object(schema, kind)


class _Shapes:
    """Definitions -> shapes, each made once; they refer to each other, also in circles."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self._definitions = definitions
        self._known: dict[str, Shape] = {}

    def object(self, schema: dict[str, Any], name: str, shape: Shape | None = None) -> Shape:
        shape = shape or Shape("object", name)
        shape.rules = _rules().get(name, Rules())
        shape.keep = shape.rules.keep | frozenset(schema.get("required") or ())
        shape.fields = {key: self.of(part) for key, part in schema["properties"].items()}
        return shape

    def of(self, schema: dict[str, Any]) -> Shape:
        reference = schema.get("$ref")
        if reference:
            return self._named(reference.rpartition("/")[2])
        type_ = schema.get("type")
        word = next((one for one in type_ if one != "null"), "") if isinstance(type_, list) else type_
        if word == "array":
            return Shape("list", inner=self.of(schema["items"]) if schema.get("items") else Shape("free"))
        if word == "object" and schema.get("properties"):
            return self.object(schema, "")
        if word == "object" and isinstance(schema.get("additionalProperties"), dict):
            return Shape("map", inner=self.of(schema["additionalProperties"]))
        return Shape("scalar", zero=_ZERO[word]) if word in _ZERO else Shape("free")

    def _named(self, name: str) -> Shape:
        known = self._known.get(name)
        if known is None:
            definition = self._definitions[name]
            if name == _QUANTITY:
                known = self._known[name] = Shape("quantity", zero="0")
            elif definition.get("properties"):
                known = self._known[name] = Shape("object", ".".join(name.split(".")[-3:]))
                self.object(definition, known.name, known)
            else:
                known = self._known[name] = self.of(definition)
        return known


def _value(value: Any, shape: Shape, fill: Fill) -> Any:
    kind = shape.kind
    if kind in {"scalar", "free"}:
        return value
    if kind == "object" and isinstance(value, dict):
        return _object(value, shape, fill)
    if kind == "quantity":
        return quantity_text(value)
    inner = shape.inner
    if inner is None:
        raise Refused
    if kind == "map" and isinstance(value, dict):
        if inner.kind == "quantity":  # a list of resources is rounded to thousandths
            return {key: "0" if one is None else quantity_text(one, _MILLI) for key, one in value.items()}
        return {key: inner.zero if one is None else _value(one, inner, fill) for key, one in value.items()}
    if kind == "list" and isinstance(value, list):
        return [_item(one, inner, fill) for one in value]
    raise Refused


def _item(value: Any, shape: Shape, fill: Fill) -> Any:
    """A null in a list is an empty item."""
    if value is None:
        value = {} if shape.kind == "object" else shape.zero
    return _value(value, shape, fill)


def _object(data: dict[str, Any], shape: Shape, fill: Fill) -> dict[str, Any]:
    made: dict[str, Any] = {}
    fields, keep = shape.fields, shape.keep
    for key, value in data.items():
        part = fields.get(key)
        if part is None or value is None:
            continue
        value = _value(value, part, fill)
        if value or key in keep or part.kind in {"object", "free"}:
            made[key] = value
    for key, value in shape.rules.defaults:
        if key not in made:
            made[key] = _value(value, fields[key], fill) if isinstance(value, dict | list) else value
    for key, value in shape.rules.always:
        made.setdefault(key, value)
    if shape.name:
        fill(shape.name, made)
    return made


def quantity_text(value: Any, least: int = _NANO) -> Any:
    """A quantity as the API server writes it back, rounded up to 10^`least`; what is none stays as it is."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    text = value.strip() if isinstance(value, str) else str(value)
    try:
        parsed = quantity(text)
    except ValueError:
        return value
    if _stays(text, parsed, least):
        return text
    if parsed.scale < least:
        step = 10 ** (least - parsed.scale)
        parsed = parsed._replace(value=-(-parsed.value // step), scale=least)
    return canonical(parsed._replace(text=""))


def _stays(text: str, parsed: Quantity, least: int) -> bool:
    """Whether digits and exponent are canonical already: then the text stays as written, with its sign and leading zeros."""
    digits = text.lstrip("+-0123456789.")
    number = text[: len(text) - len(digits)] if digits else text
    whole, _, fraction = number.lstrip("+-").partition(".")
    if not parsed.small or not whole.strip("0"):
        return False
    if parsed.form == "binary":
        return not fraction and int(whole) % 1024 != 0
    return parsed.value % 1000 != 0 and parsed.scale % 3 == 0 and parsed.scale >= least


@cache
def _rules() -> dict[str, Rules]:
    table: dict[str, dict[str, list[str]]] = {}
    for line in Path(__file__).with_name("decoding.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, rule, fields = line.split("\t")
            table.setdefault(name, {}).setdefault(rule, []).extend(fields.split(" ") if rule == "keep" else _pairs(fields))
    return {
        name: Rules(frozenset(rules.get("keep", ())), _read(rules.get("always")), _read(rules.get("default")))
        for name, rules in table.items()
    }


def _pairs(text: str) -> list[str]:
    """`a=1 b={"x": 1}` -> its pairs; values hold no blank."""
    return text.split(" ")


def _read(pairs: list[str] | None) -> tuple[tuple[str, Any], ...]:
    return tuple((name, json.loads(value)) for name, _, value in (pair.partition("=") for pair in pairs or ()))
