"""Verdicts are remembered by what a policy can see; remembering changes no verdict."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitopsml.cel import Environment
from gitopsml.cel.footprint import footprint, reader
from gitopsml.config import load
from gitopsml.files import MemoryFiles
from gitopsml.lint.policies import registry_of
from gitopsml.model import Deployed, Resource
from gitopsml.model.origin import Origin, Trail
from gitopsml.policy import Index, Selection, check
from gitopsml.policy.crowd import Crowd
from gitopsml.policy.memo import Memo
from gitopsml.yamlio import read

HERE = Path(__file__).parent / "policies"


def readers(expression: str, **definitions: str) -> Any:
    environment = Environment.kubernetes((1, 36)).with_types(
        {"V": {**dict.fromkeys(definitions, "dyn"), "containers": "list(dyn)"}}
    )
    declared = {"object": "dyn", "params": "dyn", "request": "dyn", "variables": "V"}
    defined = {name: environment.compile(text, declared) for name, text in definitions.items()}
    found = footprint([environment.compile(expression, declared)], defined, ["containers"])
    return found and {name: reader(part) for name, part in found.items()}


@pytest.mark.parametrize(
    ("expression", "one", "other", "alike"),
    [
        ("object.a == 1", {"a": 1}, {"a": 1, "b": 2}, True),
        ("object.a == 1", {"a": 1}, {"a": 2}, False),
        ("object.a == 1", {"a": 1}, {"a": True}, False),
        ("object.a == 1", {"a": 1}, {"a": 1.0}, False),
        ("object.a == 1", {"a": {"x": 1}}, {"a": {"x": 2}}, False),
        ("has(object.a)", {"a": 1}, {"a": 2}, True),
        ("has(object.a)", {"a": 1}, {}, False),
        ("has(object.a)", {"a": None}, {}, False),
        ("has(object.a.b)", {"a": {}}, {"a": []}, False),
        ("object.?a.?b.orValue('') == ''", {"a": {"c": 1}}, {"a": {"c": 2}}, True),
        ("object.xs.all(x, x.a > 0)", {"xs": [{"a": 1, "b": 1}]}, {"xs": [{"a": 1, "b": 2}]}, True),
        ("object.xs.all(x, x.a > 0)", {"xs": [{"a": 1}]}, {"xs": [{"a": 1}, {"a": 1}]}, False),
        ("object.xs.all(x, x != '')", {"xs": {"k": 1}}, {"xs": {"l": 1}}, False),
        ("object.xs.all(k, object.xs[k] > 0)", {"xs": {"k": 1}}, {"xs": {"k": 2}}, False),
        ("object.xs.all(i, v, v.a > 0)", {"xs": [{"a": 1}]}, {"xs": [{"a": 2}]}, False),
        ("object.xs.filter(x, x.a > 0).all(x, x.b > 0)", {"xs": [{"a": 1, "b": 1}]}, {"xs": [{"a": 1, "b": 2}]}, False),
        ("object.xs.filter(x, x.a > 0).all(x, x.b > 0)", {"xs": [{"a": 1, "c": 1}]}, {"xs": [{"a": 1, "c": 2}]}, True),
        ("object.xs.map(x, x.a).size() > 0", {"xs": [{"a": {"b": 1}}]}, {"xs": [{"a": {"b": 2}}]}, False),
        ("(has(object.a) ? object.b : object.c).d == 1", {"c": {"d": 1}}, {"c": {"d": 2}}, False),
        ("[object.a][0].b == 1", {"a": {"b": 1}}, {"a": {"b": 2}}, False),
        ("object['a']['b'] == 1", {"a": {"b": 1, "c": 1}}, {"a": {"b": 1, "c": 2}}, True),
        ("object[object.k] == 1", {"k": "a", "a": 1}, {"k": "a", "a": 2}, False),
        ("object.?a.optMap(x, x.b == 1).orValue(true)", {"a": {"b": 1}}, {"a": {"b": 2}}, False),
        ("object.xs.size() == 1", {"xs": [{"a": 1}]}, {"xs": [{"a": 2}]}, True),
        ("object.xs.size() == 1", {"xs": [{"a": 1}]}, {"xs": []}, False),
        ("object.xs.size() == 1", {"xs": "a"}, {"xs": "ab"}, False),
        ("object == object", {"a": 1}, {"a": 2}, False),
    ],
)
def test_what_an_expression_can_tell_apart(expression: str, one: Any, other: Any, alike: bool) -> None:
    read_ = readers(expression)["object"]
    assert (read_(one) == read_(other)) is alike
    assert (hash(read_(one)) == hash(read_(other))) or not alike


def test_variables_are_followed() -> None:
    found = readers("variables.spec.a == 1 && variables.containers.all(c, has(c.x))", spec="object.spec")
    assert sorted(found) == ["object", "variables.containers"]
    assert found["object"]({"spec": {"a": 1, "b": 1}}) == found["object"]({"spec": {"a": 1, "b": 2}})
    assert found["object"]({"spec": {"a": 1}}) != found["object"]({"spec": {"a": 2}})


@pytest.mark.parametrize("expression", ["request.name == ''", "size(variables) > 0"])
def test_what_cannot_be_told_is_not_remembered(expression: str) -> None:
    assert readers(expression) is None


def objects() -> list[dict[str, Any]]:
    paths = sorted(path for path in HERE.rglob("*.yaml") if "gitopsml.yaml" not in path.name)
    documents = (document for path in paths for document in read(path.read_bytes(), path.name).documents)
    found = [document.data for document in documents if isinstance(document.data, dict)]
    return [data for data in found if isinstance(data.get("metadata"), dict) and isinstance(data.get("kind"), str)]


OBJECTS = objects()
CONFIG = load(MemoryFiles({}))
REGISTRY = registry_of(MemoryFiles({}), CONFIG)
ACTIVE = Selection(REGISTRY, CONFIG).active(Deployed().target.target)
INDEX = Index(ACTIVE)


def verdicts(data: dict[str, Any]) -> list[tuple[Any, ...]]:
    document = read("{}", "x.yaml").documents[0]
    deployed = Deployed([Resource(data, Trail(Origin(document)))])
    return [(raw.policy.id, raw.severity, raw.violation[:3]) for raw in check(ACTIVE, deployed, INDEX)]


def leaves(data: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield (*way, key)
        yield from leaves(value, (*way, key))


def changed(data: dict[str, Any], way: tuple[Any, ...], value: Any) -> dict[str, Any]:
    made = copy.deepcopy(data)
    parent: Any = made
    for key in way[:-1]:
        parent = parent[key]
    if value is ...:
        del parent[way[-1]]
    else:
        parent[way[-1]] = value
    return made


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_remembering_changes_no_verdict(data: st.DataObject) -> None:
    """An object, then one that differs in a single field: with and without what was remembered of the first."""
    first = data.draw(st.sampled_from(OBJECTS))
    way = data.draw(st.sampled_from(list(leaves(first))))
    second = changed(first, way, data.draw(st.sampled_from([..., None, True, 1, "", "x", [], {}, "*", "1Gi", ["ALL"]])))
    verdicts(first)
    remembered = verdicts(second)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Memo, "_key", lambda *_: None)
        patch.setattr(Crowd, "key", lambda *_: None)
        assert remembered == verdicts(second)
