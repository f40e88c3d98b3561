"""Errors of jsonschema-rs -> problems in words: what stands there, what belongs there. Never the value: it may be secret."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, NamedTuple

from gitopsml.model.pointer import Pointer, lookup
from gitopsml.model.words import listed, nearest
from gitopsml.schemas.published import Schema
from gitopsml.schemas.values import TYPES
from gitopsml.schemas.values import kind_of as type_of


class SchemaProblem(NamedTuple):
    """A problem at a field: `kind` is schema-invalid, schema-unknown-field, api-removed or schema-missing.

    `hint` says what to do, "" where the message does. The pointer of a missing field is that of its parent.
    """

    kind: str
    pointer: Pointer
    message: str
    hint: str = ""


def explain(errors: Iterable[Any], schema: Schema, data: Any) -> list[SchemaProblem]:
    """The problems behind the errors of one object, in the order of its fields."""
    found = [problem for error in errors for problem in _problems(error, schema, data)]
    return sorted(dict.fromkeys(found), key=lambda problem: _place(data, problem.pointer))


def _problems(error: Any, schema: Schema, data: Any) -> Iterator[SchemaProblem]:
    pointer = tuple(error.instance_path)
    word = type(error.kind).__name__
    yield from _WORDS.get(word, _other)(error, pointer, schema, data)


def _type(error: Any, pointer: Pointer, _schema: Schema, data: Any) -> Iterator[SchemaProblem]:
    value = lookup(data, pointer)
    names = [name for name in error.kind.types if name != "null"]
    if value is None and pointer:
        yield required(pointer[:-1], str(pointer[-1]))
        return
    yield wrong_type(pointer, value, names)


def wrong_type(pointer: Pointer, value: Any, names: list[str]) -> SchemaProblem:
    """A value that is of none of the types."""
    wanted = " or ".join(TYPES[name][1] for name in names)
    hint = f"write {wanted}"
    if "string" in names and isinstance(value, bool | int | float):
        hint = "put it in quotes"
    elif isinstance(value, str) and _reads_as(value, names):
        hint = "remove the quotes"
    elif isinstance(value, str) and value in ("yes", "no", "on", "off") and names == ["boolean"]:
        hint = "write true or false"
    return SchemaProblem("schema-invalid", pointer, f"{type_of(value)}, where {wanted} is expected", hint)


def _reads_as(text: str, names: list[str]) -> bool:
    return ("boolean" in names and text in ("true", "false")) or ("integer" in names and text.lstrip("-").isdecimal())


def _missing(error: Any, pointer: Pointer, _schema: Schema, _data: Any) -> Iterator[SchemaProblem]:
    yield required(pointer, str(error.kind.property))


def required(parent: Pointer, name: str) -> SchemaProblem:
    """A field that must be there."""
    return SchemaProblem("schema-invalid", parent, f"{name} is missing", f"set {name}")


def _unknown(error: Any, pointer: Pointer, schema: Schema, _data: Any) -> Iterator[SchemaProblem]:
    names = set(_at(schema, error.schema_path[:-1]).get("properties", ()))
    for name in error.kind.unexpected:
        yield unknown((*pointer, name), names)


def unknown(pointer: Pointer, names: Collection[str]) -> SchemaProblem:
    """A field that the schema does not have; `names` are those that it has at this place."""
    name = str(pointer[-1])
    near = nearest(name, names)
    hint = f"did you mean {near}?" if near else f"it takes {listed(sorted(names))}" if names else "remove it"
    return SchemaProblem("schema-unknown-field", pointer, f"unknown field {name}", hint)


def _range(error: Any, pointer: Pointer, _schema: Schema, _data: Any) -> Iterator[SchemaProblem]:
    limit = error.kind.limit
    side = "at least" if type(error.kind).__name__ == "Minimum" else "at most"
    yield SchemaProblem("schema-invalid", pointer, "the number is out of range", f"write {side} {limit}")


FORMAT_WORDS = {
    "byte": ("not base64", "encode it, or write it as text where there is a field for that (stringData)"),
    "date-time": ("not a point in time", "write it like 2026-01-31T12:00:00Z"),
}


def _format(error: Any, pointer: Pointer, _schema: Schema, _data: Any) -> Iterator[SchemaProblem]:
    what, hint = FORMAT_WORDS.get(error.kind.format, (f"not a {error.kind.format}", "correct it"))
    yield SchemaProblem("schema-invalid", pointer, what, hint)


def _pattern(_error: Any, pointer: Pointer, _schema: Schema, _data: Any) -> Iterator[SchemaProblem]:
    yield SchemaProblem("schema-invalid", pointer, "not a quantity", "write it like 500m, 2 or 1.5Gi")


def _other(error: Any, pointer: Pointer, _schema: Schema, _data: Any) -> Iterator[SchemaProblem]:
    yield SchemaProblem("schema-invalid", pointer, f"it breaks the rule {error.kind.name} of its schema", "see the API reference")


_WORDS: dict[str, Callable[[Any, Pointer, Schema, Any], Iterator[SchemaProblem]]] = {
    "Type": _type,
    "Required": _missing,
    "AdditionalProperties": _unknown,
    "Minimum": _range,
    "Maximum": _range,
    "Format": _format,
    "Pattern": _pattern,  # the only pattern is that of quantities
}


def _at(schema: Any, path: Iterable[str | int]) -> Any:
    for step in path:
        schema = schema[step]
    return schema


def _place(data: Any, pointer: Pointer) -> tuple[int, ...]:
    """Where a field stands among its siblings, level by level; missing ones come first."""
    found = []
    for step in pointer:
        siblings = list(data) if isinstance(data, dict) else []
        found.append(step if isinstance(step, int) else siblings.index(step) if step in siblings else -1)
        data = lookup(data, (step,))
    return tuple(found)
