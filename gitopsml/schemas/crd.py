"""A CustomResourceDefinition -> the records that are kept of its versions: names, and the schema without prose, defaults and CEL.

Everything that comes out is well formed: `structural` relies on it. Schemas are other people's, so what is no schema, too deep or
too large is refused (ValueError, in words).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from gitopsml.schemas.published import Schema
from gitopsml.schemas.structural import EITHER, EMBEDDED, KEYS, LIST, PRESERVE
from gitopsml.schemas.values import TYPES

Record = dict[str, Any]
NAMES: Final = ("group", "kind", "plural", "scope", "version")
DEPTH: Final = 64
PARTS: Final = 200_000  # the largest known one, ClusterServingRuntime, has 9,000
_FORMATS: Final = ("int32", "int64", "byte", "date-time")


def records(document: Any) -> Iterator[Record]:
    """One record for each served version of a CustomResourceDefinition (apiextensions.k8s.io/v1).

    Raises ValueError for what is none.
    """
    if not isinstance(document, dict) or document.get("kind") != "CustomResourceDefinition":
        raise ValueError("this is no CustomResourceDefinition")
    if document.get("apiVersion") != "apiextensions.k8s.io/v1":
        raise ValueError("only CustomResourceDefinitions of apiextensions.k8s.io/v1 can be read")
    spec = _map(document.get("spec"), "spec")
    names = _map(spec.get("names"), "spec.names")
    for version in spec.get("versions") or ():
        version = _map(version, "spec.versions[]")
        if version.get("served"):
            schema = _map(version.get("schema"), "spec.versions[].schema").get("openAPIV3Schema")
            yield record(
                {
                    "group": spec.get("group"),
                    "kind": names.get("kind"),
                    "plural": names.get("plural"),
                    "scope": spec.get("scope"),
                    "version": version.get("name"),
                    "deprecated": version.get("deprecated", False),
                    "schema": schema,
                }
            )


def record(data: Any) -> Record:
    """A record with its schema made compact; of one that is compact already the same. Raises ValueError."""
    data = _map(data, "the record")
    found: Record = {name: _text(data.get(name), name) for name in NAMES}
    for name in ("controller", "release"):
        if data.get(name):
            found[name] = _text(data[name], name)
    if data.get("deprecated"):
        found["deprecated"] = True
    found["schema"] = _rooted(compact(data.get("schema")))
    return found


def _rooted(schema: Schema) -> Schema:
    """Without what the server keeps to itself: `status` may hold anything; the root's own names are implied."""
    properties = {name: one for name, one in schema.get("properties", {}).items() if name not in ("apiVersion", "kind")}
    if properties.get("metadata") == {"type": "object"}:
        del properties["metadata"]
    if "status" in properties:
        properties["status"] = {PRESERVE: True}
    return {**schema, "properties": properties} if properties else schema


def compact(schema: Any) -> Schema:
    """The structure of a schema: the words that decide, each of the right type. Raises ValueError."""
    return _Compact().part(schema, 0)


class _Compact:
    """One walk through one schema."""

    def __init__(self) -> None:
        self.parts = 0

    def part(self, schema: Any, depth: int) -> Schema:
        self.parts += 1
        if depth > DEPTH or self.parts > PARTS:
            raise ValueError("the schema is too deep or too large")
        found: Schema = {}
        for word, value in sorted(_map(schema, "a schema").items()):
            if word == "$ref":
                raise ValueError("the schema has a $ref, which a CustomResourceDefinition may not have")
            kept = self._word(word, value, depth + 1)
            if kept is not None:
                found[word] = kept
        return _settled(found, schema)

    def _word(self, word: str, value: Any, depth: int) -> Any:
        """What is kept of a word, None for nothing."""
        if word == "properties":
            return {_text(name, word): self.part(one, depth) for name, one in _map(value, word).items()}
        if word in ("anyOf", "oneOf", "allOf"):
            return [self.part(one, depth) for one in _list(value, word)]
        if word in ("items", "not") or (word == "additionalProperties" and not isinstance(value, bool)):
            return self.part(value, depth)
        check = _WORDS.get(word)
        return check(value, word) if check else None


def _settled(found: Schema, schema: Schema) -> Schema:
    """Defaults are set before anything is checked, so a field with a default is never missing; what says nothing is left out."""
    if found.get(EITHER):
        found.pop("type", None)
        if found.get("anyOf") == [{"type": "integer"}, {"type": "string"}]:
            del found["anyOf"]
    if "required" in found:
        fields = schema.get("properties", {})
        found["required"] = [name for name in found["required"] if "default" not in fields.get(name, ())]
    if found.get("format") not in _FORMATS:
        found.pop("format", None)
    if found.get(LIST) == "atomic":
        del found[LIST]
    return {word: value for word, value in found.items() if value is not False and not (word == "required" and not value)}


def _map(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is no map")  # noqa: TRY004 - one error for what is no schema
    return value


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{what} is no list")  # noqa: TRY004
    return value


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{what} is missing or no text")
    return value


def _texts(value: Any, what: str) -> list[str]:
    return [_text(one, what) for one in _list(value, what)]


def _type(value: Any, what: str) -> str:
    if not isinstance(value, str) or value not in TYPES or value == "null":
        raise ValueError(f"{what} is none of object, array, string, integer, number, boolean")
    return value


def _flag(value: Any, what: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{what} is neither true nor false")  # noqa: TRY004
    return value


def _number(value: Any, what: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"{what} is no number")  # noqa: TRY004
    return value


_WORDS: Final[dict[str, Callable[[Any, str], Any]]] = {
    "type": _type,
    "required": _texts,
    "enum": _list,
    "pattern": _text,
    "format": _text,
    "additionalProperties": _flag,
    KEYS: _texts,
    LIST: _text,
    **dict.fromkeys(("nullable", "exclusiveMinimum", "exclusiveMaximum", "uniqueItems", PRESERVE, EMBEDDED, EITHER), _flag),
    **dict.fromkeys(("minimum", "maximum", "multipleOf"), _number),
    **dict.fromkeys(("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"), _number),
}
