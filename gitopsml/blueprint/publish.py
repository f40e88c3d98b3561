"""Blueprints -> the JSON Schema of app.yaml or team.yaml that editors use, and the words of a manual page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from gitopsml.blueprint.registry import Blueprint
from gitopsml.model.pointer import Pointer, lookup

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_OWN: Final = "#/$defs/"


def file_schema(blueprints: Iterable[Blueprint], kind: str) -> dict[str, Any]:
    """The schema of `app.yaml` (kind "app") or `team.yaml` ("team") for these blueprints.

    What a blueprint requires is asked for after merging, so no word is required here but apiVersion, blueprint and environments.
    """
    chosen = list(blueprints)
    definitions: dict[str, Any] = {}
    forms = []
    for blueprint in chosen:
        values = _renamed(blueprint.schema.layer(), _own_names(blueprint))
        definitions |= values.pop("$defs", {})
        forms.append({"if": {"properties": {"blueprint": {"const": str(blueprint)}}}, "then": _form(values)})
    return {
        "$schema": _DIALECT,
        "title": f"{kind}.yaml",
        "type": "object",
        "required": ["apiVersion", "blueprint", "environments"],
        "properties": {
            "apiVersion": {"const": "gitopsml.dev/v1"},
            "blueprint": {
                "description": "Which blueprint makes the objects: name@major.",
                "oneOf": [{"const": str(one), "title": one.title, "description": one.summary} for one in chosen],
            },
            "environments": {
                "type": "object",
                "description": "Where it is deployed; what stands under a name is merged over the rest.",
            },
        },
        "allOf": forms,
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }


def _form(values: dict[str, Any]) -> dict[str, Any]:
    """The words of one blueprint, beside those of every file, and again below each environment."""
    layer = {word: value for word, value in values.items() if not word.startswith("$") and word != "title"}
    environments = {"type": "object", "additionalProperties": {"anyOf": [layer, {"type": "null"}]}}
    own = {"apiVersion": True, "blueprint": True, "environments": environments}
    return {**layer, "properties": {**own, **layer.get("properties", {})}}


def _own_names(blueprint: Blueprint) -> dict[str, str]:
    """Definitions that are not of the vocabulary get the blueprint's name before theirs: two blueprints may use one name."""
    return {name: f"{blueprint}.{name}" for name in blueprint.schema.document.data.get("$defs", {})}


def _renamed(schema: Any, names: dict[str, str]) -> Any:
    if isinstance(schema, list):
        return [_renamed(one, names) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {word: _renamed(value, names) for word, value in schema.items()}
    reference = made.get("$ref")
    if isinstance(reference, str):
        name = reference.removeprefix(_OWN)
        made["$ref"] = _OWN + names.get(name, name)
    if isinstance(made.get("$defs"), dict):
        made["$defs"] = {names.get(name, name): value for name, value in made["$defs"].items()}
    return made


class Word(NamedTuple):
    """A word of a blueprint, for the manual page: its form (`text`, `map`, `number or map`, …), default, example, description."""

    name: str
    form: str
    required: bool
    default: Any
    example: Any
    description: str


_FORMS: Final = {
    "object": "map",
    "array": "list",
    "string": "text",
    "integer": "number",
    "number": "number",
    "boolean": "true or false",
}


def words(blueprint: Blueprint) -> Iterator[Word]:
    """The words of a blueprint's spec, in the order of its schema."""
    required = set(blueprint.schema.data.get("required", ()))
    for name, place in blueprint.schema.properties(()).items():
        about = blueprint.schema.describe((name,))
        examples = about.get("examples") or [None]
        yield Word(
            name,
            _form_of(blueprint, place),
            name in required,
            about.get("default"),
            examples[0],
            str(about.get("description", "")),
        )


def _form_of(blueprint: Blueprint, place: Pointer) -> str:
    found: list[str] = []
    for one in blueprint.schema.resolve(place):
        kinds = lookup(blueprint.schema.data, (*one, "type"), [])
        found += [_FORMS.get(str(kind), str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds])]
        found += [str(choice) for choice in lookup(blueprint.schema.data, (*one, "enum"), ())]
    return " or ".join(dict.fromkeys(found)) or "any"
