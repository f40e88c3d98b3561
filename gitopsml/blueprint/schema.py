"""A blueprint's schema.json with the shared vocabulary bundled in; its defaults, and the form of one environment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from gitopsml.blueprint.expression import at
from gitopsml.model.mergepatch import Traced
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import Pointer, lookup
from gitopsml.schemas.inputs import unknown_words
from gitopsml.yamlio import Document

VOCABULARY: Final = "../vocabulary.json#/$defs/"
LAYER: Final = "blueprint default"
_OWN = "#/$defs/"
_UNLAYERED = ("required", "minProperties", "dependentRequired", "if", "then", "else", "not", "default")
_NAMES_TO_SCHEMAS = ("properties", "patternProperties", "$defs")
_LISTS_OF_SCHEMAS = ("anyOf", "oneOf", "allOf")


@dataclass(slots=True, frozen=True, eq=False)
class Schema:
    """`data` is self-contained: every `$ref` is `#/$defs/…`. Places lead to the file that was written by hand."""

    data: dict[str, Any]
    document: Document
    vocabulary: Document | None = None
    _properties: dict[Pointer, dict[str, Pointer]] = field(default_factory=dict)
    _defaults: dict[Pointer, Traced | None] = field(default_factory=dict)

    def origin(self, pointer: Pointer) -> Origin:
        """Where a part of `data` was written."""
        shared = self.vocabulary if self.vocabulary and pointer[:1] == ("$defs",) and pointer[1:2] else None
        written_here = lookup(self.document.data, pointer[:2]) is not None
        return Origin(self.document if written_here or shared is None else shared, pointer)

    def resolve(self, pointer: Pointer) -> Iterator[Pointer]:
        """The schemas that apply where `pointer` stands: itself, what it refers to, its alternatives that are maps."""
        schema = lookup(self.data, pointer)
        if not isinstance(schema, dict):
            return
        yield pointer
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield from self.resolve(("$defs", reference.removeprefix(_OWN)))
        for word in _LISTS_OF_SCHEMAS:
            for number in range(len(schema.get(word, ()))):
                yield from self.resolve((*pointer, word, number))

    def properties(self, pointer: Pointer) -> dict[str, Pointer]:
        """The named properties of a map's schema, each with its place; the first of one name counts."""
        if pointer not in self._properties:
            found: dict[str, Pointer] = {}
            for place in self.resolve(pointer):
                for name in lookup(self.data, (*place, "properties"), {}):
                    found.setdefault(name, (*place, "properties", name))
            self._properties[pointer] = found
        return self._properties[pointer]

    def default(self, pointer: Pointer) -> Traced | None:
        """The default that stands at a schema, or at what it refers to."""
        if pointer not in self._defaults:
            self._defaults[pointer] = self._default(pointer)
        return self._defaults[pointer]

    def _default(self, pointer: Pointer) -> Traced | None:
        for place in self.resolve(pointer):
            schema = lookup(self.data, place)
            if "default" in schema:
                origin = self.origin((*place, "default"))
                return Traced(schema["default"], Trail(origin, step=LAYER))
        return None

    def describe(self, field: Pointer) -> dict[str, Any]:
        """The words about a field of the values: title, description, examples, default; {} for an unknown field."""
        place: Pointer = ()
        for key in field:
            known = self.properties(place)
            if not isinstance(key, str) or key not in known:
                return {}
            place = known[key]
        words = (lookup(self.data, one) for one in reversed(list(self.resolve(place))))
        return {
            name: value
            for schema in words
            for name, value in schema.items()
            if name in ("title", "description", "examples", "default")
        }

    def defaults(self) -> Traced:
        """The lowest layer of values: the defaults of top-level properties."""
        data: dict[str, Any] = {}
        parts: dict[str | int, Trail] = {}
        for name, place in self.properties(()).items():
            default = self.default(place)
            if default is not None:
                data[name], parts[name] = default
        return Traced(data, Trail(Origin(self.document), parts, step=LAYER))

    def filled(self, values: Traced, pointer: Pointer = ()) -> Traced:
        """The values with the defaults of deeper properties, where their parent exists and nothing removed them."""
        if isinstance(values.data, list):
            return self._filled_list(values, pointer)
        if not isinstance(values.data, dict):
            return values
        data, parts = dict(values.data), dict(values.trail.parts)
        known = self.properties(pointer)
        for name, value in values.data.items():
            place = known.get(name) or self._other(pointer)
            if place and isinstance(value, dict | list):
                made = self.filled(Traced(value, values.trail.part(name)), place)
                if made.data is not value:
                    data[name], parts[name] = made
        for name, place in known.items() if pointer else ():
            default = self.default(place) if name not in data and name not in parts else None
            if default is not None:
                data[name], parts[name] = default
        if data == values.data:
            return values
        return Traced(data, replace(values.trail, parts=parts))

    def _filled_list(self, values: Traced, pointer: Pointer) -> Traced:
        place = next((one for one in self.resolve(pointer) if isinstance(lookup(self.data, (*one, "items")), dict)), None)
        if place is None:
            return values
        made = [
            self.filled(Traced(value, values.trail.part(number)), (*place, "items")) for number, value in enumerate(values.data)
        ]
        if all(one.data is value for one, value in zip(made, values.data, strict=True)):
            return values
        parts: dict[str | int, Trail] = {number: one.trail for number, one in enumerate(made)}
        return Traced([one.data for one in made], replace(values.trail, parts=parts))

    def _other(self, pointer: Pointer) -> Pointer | None:
        """The schema of properties that have no name in the schema."""
        places = ((*one, "additionalProperties") for one in self.resolve(pointer))
        return next((place for place in places if isinstance(lookup(self.data, place), dict)), None)

    def layer(self) -> dict[str, Any]:
        """The schema of what stands under `environments.<env>`: nothing is required, and null removes."""
        made = _partial(self.data)
        assert isinstance(made, dict)
        return made


def _partial(schema: Any) -> Any:
    """A schema of values -> the schema of one layer of them: what is said about the whole does not hold for a part."""
    if not isinstance(schema, dict):
        return schema
    made: dict[str, Any] = {}
    for word, value in schema.items():
        if word in _NAMES_TO_SCHEMAS:
            made[word] = {name: _partial(one) if word == "$defs" else _nullable(_partial(one)) for name, one in value.items()}
        elif word == "additionalProperties" and isinstance(value, dict):
            made[word] = _nullable(_partial(value))
        elif word in _LISTS_OF_SCHEMAS:
            forms = [_partial(one) for one in value]
            made |= {"allOf" if word == "allOf" else "anyOf": forms} if all(forms) else {}
        elif word not in _UNLAYERED:
            made[word] = value
    return made


def _nullable(schema: Any) -> Any:
    return {"anyOf": [schema, {"type": "null"}]} if isinstance(schema, dict) else schema


def bundle(document: Document, vocabulary: Document | None) -> Schema:
    """A schema.json and the vocabulary -> Schema. Raises BlueprintError for dangling references and words we do not check."""
    own = document.data
    for one in filter(None, (document, vocabulary)):
        for pointer in unknown_words(one.data):
            raise at(Origin(one, pointer), f"{pointer[-1]} is not a word of JSON Schema that is checked here")
    shared = vocabulary.data.get("$defs", {}) if vocabulary else {}
    data = _rewritten(own)
    definitions = {**data.get("$defs", {})}
    clash = sorted(definitions.keys() & shared.keys())
    if clash:
        raise at(Origin(document, ("$defs", clash[0])), f"{clash[0]} is a word of the shared vocabulary already")
    waiting = [data]
    while waiting:
        for pointer, name in _references(waiting.pop()):
            if name in definitions:
                continue
            if name not in shared:
                raise at(Origin(document, pointer), f"$ref leads to no definition: {name}")
            definitions[name] = _rewritten(shared[name])
            waiting.append(definitions[name])
    bundled = {**data, "$defs": {name: definitions[name] for name in sorted(definitions)}} if definitions else data
    return Schema(bundled, document, vocabulary)


def _rewritten(schema: Any) -> Any:
    """References to the vocabulary -> references within."""
    if isinstance(schema, list):
        return [_rewritten(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {word: _rewritten(value) for word, value in schema.items()}
    reference = made.get("$ref")
    if isinstance(reference, str):
        made["$ref"] = reference.replace(VOCABULARY, _OWN)
    return made


def _references(schema: Any, pointer: Pointer = ()) -> Iterator[tuple[Pointer, str]]:
    """Every `$ref` of a schema: where it stands, and the definition it names."""
    if isinstance(schema, list):
        for number, one in enumerate(schema):
            yield from _references(one, (*pointer, number))
    elif isinstance(schema, dict):
        for word, value in schema.items():
            if word == "$ref" and isinstance(value, str):
                yield (*pointer, word), value.removeprefix(_OWN)
            elif word not in ("default", "examples", "const", "enum"):
                yield from _references(value, (*pointer, word))
