"""Mistakes in what people write, in words that help; the verdict equals a full validator's."""

# ruff: noqa: E501 - one case, one line
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from gitopsml.schemas.inputs import check, unknown_words

SIZE = {"title": "A length of time", "type": "string", "pattern": "^[1-9][0-9]*m$", "x-message": "write a duration such as 12m"}
REPLICAS = {
    "anyOf": [
        {"type": "integer", "minimum": 0},
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["max"],
            "properties": {"min": {"type": "integer"}, "max": {"type": "integer"}},
        },
    ]
}
SCHEMA: dict[str, Any] = {
    "$defs": {"time": SIZE, "replicas": REPLICAS},
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 5, "examples": ["web"]},
        "load": {"$ref": "#/$defs/time"},
        "replicas": {"$ref": "#/$defs/replicas"},
        "rollout": {"enum": ["surge", "rolling", "recreate"]},
        "ports": {
            "type": "array",
            "items": {"type": "integer", "minimum": 1, "maximum": 65535},
            "uniqueItems": True,
            "minItems": 1,
        },
        "env": {"type": "object", "propertyNames": {"pattern": "^[A-Z]+$"}, "additionalProperties": {"type": "string"}},
        "share": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        "cpu": {
            "anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string", "pattern": "^[0-9]+m$"}],
            "x-message": "write 2 or 500m",
        },
        "fixed": {"const": "v1"},
        "none": {"type": ["string", "null"], "not": {"const": "latest"}},
        "pair": {"type": "object", "dependentRequired": {"a": ["b"]}},
        "form": {"oneOf": [{"type": "object", "required": ["a"]}, {"type": "object", "required": ["b"]}]},
        "either": {"if": {"required": ["kind"]}, "then": {"required": ["size"]}, "else": {"maxProperties": 1}},
        "labels": {"type": "object", "patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": False},
    },
}


def problems(**values: Any) -> list[tuple[str, str, str, bool]]:
    found = check(SCHEMA, {"name": "web", **values})
    return [(".".join(map(str, one.pointer)), one.message, one.hint, one.key) for one in found]


CASES: dict[str, tuple[dict[str, Any], tuple[str, str, str, bool]]] = {
    "unknown field": ({"replica": 1}, ("replica", 'unknown field "replica"', "did you mean 'replicas'?", True)),
    "nothing like it": ({"zzz": 1}, ("zzz", 'unknown field "zzz"', "known: cpu, either, env, fixed, form, labels, load, name and 6 more", True)),
    "type": ({"name": ["a"]}, ("name", "expected text, found a list", "", False)),
    "quote": ({"name": 2.1}, ("name", "expected text, found a number 2.1", 'quote it: "2.1"', False)),
    "a boolean is no number": ({"share": True}, ("share", "expected a number, found true or false true", "", False)),
    "empty": ({"name": ""}, ("name", "must not be empty", "", False)),
    "too long": ({"name": "abcdef"}, ("name", "has 6 characters, at most 5 are allowed", "", False)),
    "our words": ({"load": "12x"}, ("load", '"12x" is not a length of time', "write a duration such as 12m", False)),
    "our words for a type": ({"load": 12}, ("load", "12 is not a length of time", "write a duration such as 12m", False)),
    "a line break at the end": ({"load": "12m\n"}, ("load", '"12m\\n" is not a length of time', "write a duration such as 12m", False)),
    "the form that was meant: a number": ({"replicas": -1}, ("replicas", "must be at least 0, not -1", "", False)),
    "the form that was meant: a map": ({"replicas": {"max": 2, "mx": 2}}, ("replicas.mx", 'unknown field "mx"', "did you mean 'max'?", True)),
    "no form": ({"replicas": "two"}, ("replicas", 'expected a whole number or a map, found text "two"', "", False)),
    "forms with words": ({"cpu": "2x"}, ("cpu", '"2x" does not fit here', "write 2 or 500m", False)),
    "a limit is said as such": ({"cpu": -1}, ("cpu", "must be more than 0, not -1", "", False)),
    "choice": ({"rollout": "rollling"}, ("rollout", 'expected one of "surge", "rolling", "recreate", found "rollling"', "did you mean 'rolling'?", False)),
    "constant": ({"fixed": "v2"}, ("fixed", 'expected "v1", found "v2"', "", False)),
    "in a list": ({"ports": [80, 0]}, ("ports.1", "must be at least 1, not 0", "", False)),
    "twice": ({"ports": [80, 80]}, ("ports.1", "80 is listed twice", "remove one", False)),
    "empty list": ({"ports": []}, ("ports", "must not be empty", "", False)),
    "a name that is none": ({"env": {"a": "x"}}, ("env.a", '"a" does not fit here', "it must match ^[A-Z]+$", True)),
    "limits": ({"share": 1}, ("share", "must be less than 1, not 1", "", False)),
    "not": ({"none": "latest"}, ("none", '"latest" does not fit here', "", False)),
    "beside it": ({"pair": {"a": 1}}, ("pair.a", "a needs b beside it", "add b", True)),
    "two forms": ({"form": {"a": 1, "b": 1}}, ("form", "fits more than one form", "remove what belongs to the other", False)),
    "then": ({"either": {"kind": 1}}, ("either", "size is missing", "add it", False)),
    "else": ({"either": {"a": 1, "b": 1}}, ("either", "has 2 fields, at most 1 are allowed", "", False)),
    "by pattern": ({"labels": {"x-a": "1"}}, ("labels.x-a", 'expected a whole number, found text "1"', "", False)),
    "outside of patterns": ({"labels": {"y": 1}}, ("labels.y", 'unknown field "y"', "", True)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_mistake(case: str) -> None:
    values, problem = CASES[case]
    assert problems(**values) == [problem]


def test_missing_with_an_example() -> None:
    assert [(one.pointer, one.message, one.hint) for one in check(SCHEMA, {})] == [
        ((), "name is missing", "add it, such as name: web")
    ]


FINE = [
    {"replicas": 0},
    {"replicas": {"max": 1}},
    {"cpu": 1.5},
    {"cpu": "500m"},
    {"none": None},
    {"form": {"b": 1}},
    {"labels": {"x-a": 1}},
    {"pair": {"b": 1}},
]


@pytest.mark.parametrize("values", FINE, ids=str)
def test_fine(values: dict[str, Any]) -> None:
    assert problems(**values) == []


def test_unknown_words_are_found() -> None:
    assert list(unknown_words(SCHEMA)) == []
    wrong = {"properties": {"a": {"formt": "x"}, "format": {"type": "string"}}, "items": {"anyOf": [{"contains": {}}]}}
    assert list(unknown_words(wrong)) == [("properties", "a", "formt"), ("items", "anyOf", 0, "contains")]


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-2, 70000), st.floats(allow_nan=False, allow_infinity=False),
              st.sampled_from(["", "a", "12m", "surge", "v1", "latest", "abcdefg"])),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(["a", "b", "min", "max", "kind", "size", "X", "x-a"]), inner, max_size=3)),
    max_leaves=5,
)  # fmt: skip
FIELDS = sorted(SCHEMA["properties"])


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from([*FIELDS, "other"]), values, max_size=4))
def test_the_verdict_is_a_full_validators(document: dict[str, Any]) -> None:
    import jsonschema

    assert (check(SCHEMA, document) == []) == jsonschema.Draft202012Validator(SCHEMA).is_valid(document)


SHIPPED = sorted(
    [
        *(ROOT / "blueprints").rglob("schema.json"),
        ROOT / "blueprints" / "vocabulary.json",
        *(ROOT / "gitopsml").rglob("config_schema/*.json"),
    ]
)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_shipped_schemas_use_only_known_words_and_their_examples_fit(path: Path) -> None:
    schema = json.loads(path.read_text("utf-8"))
    assert list(unknown_words(schema)) == []
    for name, definition in schema.get("$defs", {}).items():
        for example in definition.get("examples", ()):
            found = check({**definition, "$defs": schema["$defs"]}, example)
            assert [one for one in found if not has_default(definition, one.message.removesuffix(" is missing"))] == [], name


def has_default(definition: dict[str, Any], name: str) -> bool:
    """A missing field with a default is filled in before anything is checked."""
    return "default" in definition.get("properties", {}).get(name, {})
