"""RFC 7386 with trails: the RFC's own table, and the origin law."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopsml.model.mergepatch import Traced, merge_patch, traced
from gitopsml.model.origin import Trail
from gitopsml.model.pointer import exists, lookup
from gitopsml.yamlio import Document

# appendix A of RFC 7386
RFC = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


def document(data: Any, path: str) -> Document:
    return Document(path, 0, "", data)


def merged(target: Any, patch: Any) -> Traced:
    return merge_patch(traced(document(target, "low.yaml")), traced(document(patch, "high.yaml")), "high")


@pytest.mark.parametrize(("target", "patch", "wanted"), RFC, ids=range(len(RFC)))
def test_rfc_7386(target: Any, patch: Any, wanted: Any) -> None:
    assert merged(target, patch).data == wanted


def test_the_trail_tells_both_layers() -> None:
    result = merged({"gpu": {"product": "L4", "count": 1}}, {"gpu": {"count": 2}})
    count = result.trail.at(("gpu", "count"))
    assert [(one.origin.document.path, one.step) for one in count.history()] == [("high.yaml", "high"), ("low.yaml", "")]
    assert result.trail.at(("gpu", "product")).origin.document.path == "low.yaml"


def test_a_removed_value_stays_as_a_tombstone() -> None:
    schedule = merged({"schedule": {"cron": "0 2 * * *"}}, {"schedule": None}).trail.part("schedule")
    assert schedule.gone
    assert schedule.origin.document.path == "high.yaml"
    assert schedule.overrode is not None
    assert not schedule.overrode.gone


def test_a_value_put_back_remembers_that_it_was_removed() -> None:
    twice = merge_patch(merged({"a": 1}, {"a": None}), traced(document({"a": 3}, "top.yaml")), "top")
    history = list(twice.trail.part("a").history())
    assert [(one.origin.document.path, one.gone) for one in history] == [
        ("top.yaml", False),
        ("high.yaml", True),
        ("low.yaml", False),
    ]


@pytest.mark.parametrize("patch", [{"a": {"b": None, "c": 1}}, {"a": {"b": {"c": None}}}])
def test_a_null_that_removes_nothing_is_known_too(patch: dict[str, Any]) -> None:
    result = merged({}, patch)
    gone = result.trail.at(("a", "b") if patch["a"]["b"] is None else ("a", "b", "c"))
    assert gone.gone
    assert gone.overrode is None


values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text("ab", max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=8,
)
layers = st.dictionaries(st.sampled_from("abc"), values, max_size=3)


def assert_origin_law(data: Any, trail: Trail) -> None:
    if isinstance(data, dict):
        for key, value in data.items():
            assert_origin_law(value, trail.part(key))
    else:
        assert not trail.gone
        assert lookup(trail.origin.document.data, trail.origin.pointer) == data
        assert exists(trail.origin.document.data, trail.origin.pointer)


@given(st.lists(layers, min_size=1, max_size=4))
def test_the_value_at_a_leafs_origin_is_the_leaf(stack: list[dict[str, Any]]) -> None:
    before = copy.deepcopy(stack)
    result = traced(document(stack[0], "0"))
    for number, layer in enumerate(stack[1:], 1):
        result = merge_patch(result, traced(document(layer, str(number))), str(number))
    assert stack == before
    assert_origin_law(result.data, result.trail)


def trails(trail: Trail) -> list[Trail]:
    return [trail, *(below for part in trail.parts.values() for below in trails(part))]


@given(layers, layers)
def test_no_value_overrides_itself(low: dict[str, Any], high: dict[str, Any]) -> None:
    for trail in trails(merged(low, high).trail):
        if trail.overrode is not None:
            assert trail.origin.document.path == "high.yaml"
            assert trail.overrode.origin.document.path == "low.yaml"
