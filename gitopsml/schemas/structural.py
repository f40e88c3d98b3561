"""A custom resource against the structural schema of its kind, as the API server reads it (not as plain JSON Schema).

An object forbids what it does not name, unless `x-kubernetes-preserve-unknown-fields` or `additionalProperties` stands at that
very object; `apiVersion`, `kind` and `metadata` are implied at the root and at embedded resources; null is "not written" where a
field is not nullable; `exclusiveMinimum` is a flag; lists of type set and map have no element twice. Rules in CEL are not run.
Whatever a schema says, the work is bounded: a schema may come with a pull request.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from gitopsml.model.pointer import Pointer
from gitopsml.schemas.explain import SchemaProblem, required, unknown, wrong_type
from gitopsml.schemas.limits import limits
from gitopsml.schemas.published import Schema
from gitopsml.schemas.values import TYPES

STEPS: Final = 400_000  # of one object; a RayService of 200 containers takes 20,000
DEPTH: Final = 100
PRESERVE: Final = "x-kubernetes-preserve-unknown-fields"
EMBEDDED: Final = "x-kubernetes-embedded-resource"
EITHER: Final = "x-kubernetes-int-or-string"
LIST: Final = "x-kubernetes-list-type"
KEYS: Final = "x-kubernetes-list-map-keys"

_REFERENCE: Final = "see the API reference of the kind"
_TEXT: Final[Schema] = {"type": "string"}
_TEXTS: Final[Schema] = {"type": "object", "additionalProperties": _TEXT}
_FLAG: Final[Schema] = {"type": "boolean"}
_NUMBER: Final[Schema] = {"type": "integer"}
_ANY: Final[Schema] = {PRESERVE: True}
_OWNER: Final[Schema] = {
    "type": "object",
    "required": ["apiVersion", "kind", "name", "uid"],
    "properties": {
        **dict.fromkeys(("apiVersion", "kind", "name", "uid"), _TEXT),
        **dict.fromkeys(("blockOwnerDeletion", "controller"), _FLAG),
    },
}
METADATA: Final[Schema] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("name", "generateName", "namespace", "resourceVersion", "selfLink", "uid"), _TEXT),
        **dict.fromkeys(("labels", "annotations"), _TEXTS),
        **dict.fromkeys(("creationTimestamp", "deletionTimestamp", "managedFields"), _ANY),
        **dict.fromkeys(("generation", "deletionGracePeriodSeconds"), _NUMBER),
        "finalizers": {"type": "array", "items": _TEXT},
        "ownerReferences": {"type": "array", "items": _OWNER},
    },
}
_OBJECT: Final[dict[str, Schema]] = {"apiVersion": _TEXT, "kind": _TEXT, "metadata": METADATA}


def problems(schema: Schema, data: Any, shared: Sequence[Schema] = ()) -> list[SchemaProblem]:
    """The problems of one object, in the order of its fields.

    `shared` are the parts that `{"$ref": number}` stands for. Where the check costs too much, the one problem says so
    (kind `schema-costly`): nothing is known about such an object.
    """
    try:
        return list(dict.fromkeys(_Walk(shared).walk({**schema, EMBEDDED: True}, data, ())))
    except _TooMuchError:
        return [SchemaProblem("schema-costly", (), "the schema of this kind is too large or too deep to check the object by")]


class _TooMuchError(Exception):
    """The object and its schema need more steps than one object may take."""


class _Walk:
    """One check of one object."""

    def __init__(self, shared: Sequence[Schema]) -> None:
        self.shared = shared
        self.steps = STEPS
        self.depth = 0

    def walk(self, schema: Schema, value: Any, at: Pointer, *, closed: bool = True) -> Iterator[SchemaProblem]:
        """The problems of a value and of what is in it. Not `closed`: fields that the schema does not name are fine."""
        schema = self._entered(schema)
        if value is None:
            if not (schema.get("nullable") or schema.get(PRESERVE)) and "type" in schema:
                yield wrong_type(at, None, [schema["type"]])
        elif not _typed(schema, value):
            names = ["integer", "string"] if schema.get(EITHER) else [schema["type"]]
            yield wrong_type(at, value, names)
        else:
            yield from limits(schema, value, at)
            if isinstance(value, dict):
                yield from self._fields(schema, value, at, closed)
            elif isinstance(value, list):
                yield from self._elements(schema, value, at, closed)
            yield from self._forms(schema, value, at)
        self.depth -= 1

    def _entered(self, schema: Schema) -> Schema:
        """The schema itself, where it is a reference to a shared part; counts what the check costs."""
        self.steps -= 1 + len(schema.get("enum", ()))
        self.depth += 1
        if self.steps < 0 or self.depth > DEPTH:
            raise _TooMuchError
        return self._resolved(schema)

    def _resolved(self, schema: Schema) -> Schema:
        reference = schema.get("$ref")
        return self.shared[reference] if isinstance(reference, int) else schema

    def _fields(self, schema: Schema, value: dict[str, Any], at: Pointer, closed: bool) -> Iterator[SchemaProblem]:
        known = schema.get("properties", {})
        implied = _OBJECT if schema.get(EMBEDDED) else {}
        for name in schema.get("required", ()):
            if value.get(name) is None and not (name in value and self._resolved(known.get(name, {})).get("nullable")):
                yield required(at, name)
        for name, inner in value.items():
            here = (*at, name)
            if name in implied:
                yield from self._field(implied[name], inner, here, closed=True)
            if name in known:
                yield from self._field(known[name], inner, here, closed=closed and name not in implied)
            elif name not in implied:
                yield from self._other(schema, inner, here, {*known, *implied}, closed)

    def _field(self, schema: Schema, value: Any, at: Pointer, *, closed: bool) -> Iterator[SchemaProblem]:
        if value is not None:  # else it counts as not written, or is allowed
            yield from self.walk(schema, value, at, closed=closed)

    def _other(self, schema: Schema, value: Any, at: Pointer, names: set[str], closed: bool) -> Iterator[SchemaProblem]:
        """A field that is not among the properties."""
        more = schema.get("additionalProperties")
        if isinstance(more, dict):
            yield from self._field(more, value, at, closed=closed)
        elif closed and more is not True and not schema.get(PRESERVE):
            yield unknown(at, names)

    def _elements(self, schema: Schema, value: list[Any], at: Pointer, closed: bool) -> Iterator[SchemaProblem]:
        self.steps -= len(value)
        yield from _twice(schema, value, at)
        items: Schema = schema.get("items", _ANY)
        for number, inner in enumerate(value) if items is not _ANY else ():
            yield from self.walk(items, inner, (*at, number), closed=closed)

    def _forms(self, schema: Schema, value: Any, at: Pointer) -> Iterator[SchemaProblem]:
        """`allOf`, `anyOf`, `oneOf`, `not`: conditions on a value whose fields the schema around them names."""
        for one in schema.get("allOf", ()):
            yield from self.walk(one, value, at, closed=False)
        for word in ("anyOf", "oneOf"):
            forms = schema.get(word)
            if forms:
                fitting = sum(self._fits(one, value) for one in forms)
                if fitting == 0 or (word == "oneOf" and fitting > 1):
                    yield _formless(forms, value, at, too_many=fitting > 1)
        if "not" in schema and self._fits(schema["not"], value):
            names = sorted(name for name in _demanded([schema["not"]]) if isinstance(value, dict) and name in value)
            hint = f"leave one of them out: {', '.join(names)}" if len(names) > 1 else f"leave {names[0]} out" if names else ""
            yield SchemaProblem("schema-invalid", at, "the schema excludes this form", hint or _REFERENCE)

    def _fits(self, schema: Schema, value: Any) -> bool:
        depth = self.depth
        found = next(self.walk(schema, value, (), closed=False), None)
        self.depth = depth
        return found is None


def _typed(schema: Schema, value: Any) -> bool:
    if schema.get(EITHER):
        return TYPES["integer"][0](value) or isinstance(value, str)
    return "type" not in schema or TYPES[schema["type"]][0](value)


def _formless(forms: list[Schema], value: Any, at: Pointer, *, too_many: bool) -> SchemaProblem:
    """None of several forms fits, or more than one of those that exclude each other."""
    names = sorted(_demanded(forms))
    if too_many:
        there = [name for name in names if isinstance(value, dict) and name in value]
        hint = f"set only one of {', '.join(there or names)}" if names else _REFERENCE
        return SchemaProblem("schema-invalid", at, "fields that exclude each other", hint)
    if names and isinstance(value, dict) and not any(name in value for name in names):
        return SchemaProblem("schema-invalid", at, "a field is missing", f"set one of {', '.join(names)}")
    return SchemaProblem("schema-invalid", at, "none of the forms that the schema allows", _REFERENCE)


def _demanded(forms: list[Schema]) -> set[str]:
    """The names in the `required` of forms, those inside of further forms included."""
    found = {name for one in forms for name in one.get("required", ())}
    inner = [form for one in forms for word in ("anyOf", "oneOf", "allOf") for form in one.get(word, ())]
    return found | (_demanded(inner) if inner else set())


def _twice(schema: Schema, value: list[Any], at: Pointer) -> Iterator[SchemaProblem]:
    """Elements that stand twice in a set, or have the same keys as another one in a map."""
    sort = schema.get(LIST)
    if sort not in ("set", "map") and not schema.get("uniqueItems"):
        return
    keys = schema.get(KEYS, ()) if sort == "map" else ()
    seen: set[str] = set()
    for number, inner in enumerate(value):
        names = {key: inner.get(key) for key in keys} if keys and isinstance(inner, dict) else inner
        text = json.dumps(names, sort_keys=True)
        if text in seen:
            what = f"another element has the same {' and '.join(keys)}" if keys else "the element is listed twice"
            yield SchemaProblem("schema-invalid", (*at, number), what, "remove one" if not keys else f"change {keys[0]}")
        seen.add(text)
