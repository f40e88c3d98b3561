"""A published schema -> the one we check by: what the API server would refuse to decode, and fields it does not know."""

from __future__ import annotations

from typing import Any

from gitopsml.schemas.published import Release, Schema, closure, definitions

QUANTITY = r"^\s*[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9]+)?\s*$"
_EITHER: dict[str, Schema] = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {
        "type": ["string", "integer", "null"],
        "minimum": -(2**31),
        "maximum": 2**31 - 1,
    },
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {"type": ["string", "number", "null"], "pattern": QUANTITY},
}
_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_DROPPED = frozenset({"description", "default", "$schema", "$id", "example", "externalDocs"})
_OPEN = "x-kubernetes-preserve-unknown-fields"

_known: dict[tuple[Release, str], Schema] = {}


def strict(name: str, version: Release) -> Schema:
    """The schema to check objects of a definition by.

    Unknown fields are errors; numbers have the range of their type; null is "not written" where the field may be left out;
    `status`, which the server drops, may hold anything.
    """
    known = definitions(version)
    names = sorted(closure(name, known))
    root = _translated(name, known, version)
    properties = dict(root.get("properties", {}))
    if "status" in properties:
        properties["status"] = {}
    return {**root, "properties": properties, "$defs": {each: _translated(each, known, version) for each in names}}


def _translated(name: str, known: dict[str, Schema], version: Release) -> Schema:
    done = _known.get((version, name))
    if done is None:
        done = _known[version, name] = _EITHER.get(name) or _closed(known[name])
    return done


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("$ref"), str):
        return {"$ref": schema["$ref"]}
    result = {word: _part(word, part) for word, part in schema.items() if word not in _DROPPED and not word.startswith("x-")}
    low, high = _RANGES.get(schema.get("format", ""), (None, None))
    if low is not None:
        result |= {"minimum": low, "maximum": high}
    if "enum" in result and "null" in result.get("type", ()):
        result["enum"] = [*result["enum"], None]
    if "properties" in result and "additionalProperties" not in result and not schema.get(_OPEN):
        result["additionalProperties"] = False
    return result


def _part(word: str, part: Any) -> Any:
    """Below `properties` the keys are names of fields, not words of the schema."""
    if word == "properties":
        return {name: _closed(schema) for name, schema in part.items()}
    return part if word in ("enum", "required", "type") else _closed(part)
