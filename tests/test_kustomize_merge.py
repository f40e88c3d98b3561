"""Strategic merge: one table per rule, then its laws."""

# ruff: noqa: E501 - tables of YAML texts, one case a row
from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kustomize import data

from gitopsml.kustomize import lists
from gitopsml.kustomize.merge import merged, plain
from gitopsml.kustomize.parts import ABSENT, MergeProblem, Part
from gitopsml.kustomize.shapes import Shape, shape_of
from gitopsml.model.origin import Origin, Trail
from gitopsml.yamlio import Dialect, Document

POD = shape_of("v1", "Pod")


def trail(text: str, value: Any, step: str = "") -> Trail:
    return Trail(Origin(Document(text, 0, json.dumps(value), value, Dialect.KUSTOMIZE)), step=step)


def merge(base: Any, patch: Any, shape: Shape | None = POD) -> Any:
    found = merged(
        Part(base, trail("base", base)), Part(patch, trail("patch", patch, "patch")), shape, base_is_plain=plain(base, shape)
    )
    return found.value


MERGES = [
    ("maps merge", "{a: {b: 1, c: 2}}", "{a: {c: 3}}", "{a: {b: 1, c: 3}}"),
    ("scalars replace", "{a: 1}", "{a: two}", "{a: two}"),
    ("null deletes", "{a: 1, b: 2}", "{a: null}", "{b: 2}"),
    ("null deletes a map", "{a: {b: 1}, c: 1}", "{a: null}", "{c: 1}"),
    ("null of a missing field is nothing", "{b: 2}", "{a: null}", "{b: 2}"),
    ("nulls in an added map are dropped", "{b: 2}", "{a: {x: null, y: 1}}", "{b: 2, a: {y: 1}}"),
    ("a map over null", "{a: null, b: 1}", "{a: {c: 1}}", "{a: {c: 1}, b: 1}"),
    (
        "unknown lists are replaced",
        "{spec: {tolerations: [{key: a}]}}",
        "{spec: {tolerations: [{key: b}]}}",
        "{spec: {tolerations: [{key: b}]}}",
    ),
    (
        "the patch's elements come first",
        "{spec: {containers: [{name: a, image: x}, {name: b, image: x}]}}",
        "{spec: {containers: [{name: b, image: y}, {name: c, image: z}]}}",
        "{spec: {containers: [{name: b, image: y}, {name: c, image: z}, {name: a, image: x}]}}",
    ),
    (
        "lists in elements merge too",
        "{spec: {containers: [{name: a, env: [{name: X, value: '1'}, {name: Y, value: '2'}]}]}}",
        "{spec: {containers: [{name: a, env: [{name: Y, value: '3'}]}]}}",
        "{spec: {containers: [{name: a, env: [{name: Y, value: '3'}, {name: X, value: '1'}]}]}}",
    ),
    (
        "an element is deleted",
        "{spec: {containers: [{name: a}, {name: b}]}}",
        "{spec: {containers: [{name: a, $patch: delete}]}}",
        "{spec: {containers: [{name: b}]}}",
    ),
    ("a map is replaced", "{a: {b: 1, c: 2}}", "{a: {$patch: replace, d: 3}}", "{a: {d: 3}}"),
    ("a map is deleted", "{a: {b: 1}, c: 2}", "{a: {$patch: delete}}", "{c: 2}"),
    (
        "a keyed list is replaced",
        "{spec: {volumes: [{name: a}, {name: b}]}}",
        "{spec: {volumes: [{name: c}, {$patch: replace}]}}",
        "{spec: {volumes: [{name: c}]}}",
    ),
    (
        "finalizers unite, the patch's first",
        "{metadata: {finalizers: [a, b]}}",
        "{metadata: {finalizers: [c, b]}}",
        "{metadata: {finalizers: [c, b, a]}}",
    ),
    (
        "an empty list changes nothing",
        "{spec: {containers: [{name: a, env: [{name: X}]}]}}",
        "{spec: {containers: [{name: a, env: []}]}}",
        "{spec: {containers: [{name: a, env: [{name: X}]}]}}",
    ),
    (
        "two keys: merged elements stay where they were",
        "{spec: {containers: [{name: a, ports: [{containerPort: 1, protocol: TCP}, {containerPort: 2, protocol: TCP}]}]}}",
        "{spec: {containers: [{name: a, ports: [{containerPort: 2, protocol: TCP, name: x}, {containerPort: 3, protocol: TCP}]}]}}",
        "{spec: {containers: [{name: a, ports: [{containerPort: 3, protocol: TCP}, {containerPort: 1, protocol: TCP}, {containerPort: 2, protocol: TCP, name: x}]}]}}",
    ),
    (
        "two keys: the second key on one side only loses the patch",
        "{spec: {containers: [{name: a, ports: [{containerPort: 80, name: old}]}]}}",
        "{spec: {containers: [{name: a, ports: [{containerPort: 80, protocol: TCP, name: new}]}]}}",
        "{spec: {containers: [{name: a, ports: [{containerPort: 80, name: old}]}]}}",
    ),
    (
        "keys compare as text",
        "{spec: {containers: [{name: a, ports: [{containerPort: 80, name: old}]}]}}",
        "{spec: {containers: [{name: a, ports: [{containerPort: '80', name: new}]}]}}",
        "{spec: {containers: [{name: a, ports: [{containerPort: '80', name: new}]}]}}",
    ),
    (
        "a patch element without key empties the list",
        "{spec: {containers: [{name: a, image: x}]}}",
        "{spec: {containers: [{image: y}]}}",
        "{spec: {containers: []}}",
    ),
    (
        "the same key twice in the base: the last one stays",
        "{spec: {volumes: [{name: a, x: 1}, {name: a, x: 2}]}}",
        "{spec: {volumes: [{name: a, y: 1}]}}",
        "{spec: {volumes: [{name: a, x: 2}]}}",
    ),
]


@pytest.mark.parametrize(("base", "patch", "wanted"), [row[1:] for row in MERGES], ids=[row[0] for row in MERGES])
def test_merge(base: str, patch: str, wanted: str) -> None:
    assert merge(data(base), data(patch)) == data(wanted)


@pytest.mark.parametrize(
    ("base", "patch", "message"),
    [
        ("{a: {b: 1}}", "{a: text}", "a plain value where the object has a map"),
        ("{a: text}", "{a: [1]}", "a list where the object has a plain value"),
        ("{a: {b: 1}}", "{a: {$patch: keep}}", "unknown $patch directive 'keep'"),
        (
            "{spec: {volumes: [{name: a}, x]}}",
            "{spec: {volumes: [{x: 1}]}}",
            "the list merges by name, but one of its elements is no map",
        ),
    ],
)
def test_merge_refuses(base: str, patch: str, message: str) -> None:
    with pytest.raises(MergeProblem) as problem:
        merge(data(base), data(patch))
    assert message in problem.value.what


def test_a_long_list_with_unclear_keys_is_refused() -> None:
    base = {"spec": {"volumes": [{"name": f"v{number // 2}"} for number in range(2000)]}}
    with pytest.raises(MergeProblem, match="a list of 2001 elements merges by name"):
        merge(base, data("{spec: {volumes: [{name: x}]}}"))


def test_the_whole_object_is_deleted() -> None:
    assert merge(data("{a: 1}"), data("{$patch: delete}")) is ABSENT


def test_what_the_patch_does_not_speak_of_is_shared() -> None:
    base = data("{a: {b: {c: 1}}, d: {e: 1}}")
    found = merge(base, data("{d: {e: 2}}"))
    assert found["a"] is base["a"]


def test_the_input_stays_as_it_was() -> None:
    base, patch = data(MERGES[8][1]), data(MERGES[8][2])
    merge(base, patch)
    assert (base, patch) == (data(MERGES[8][1]), data(MERGES[8][2]))


def test_trails_move_with_list_elements() -> None:
    base, patch = (
        data("{spec: {containers: [{name: a, image: x}, {name: b, image: x}]}}"),
        data("{spec: {containers: [{name: b, tty: true}]}}"),
    )
    found = merged(Part(base, trail("base", base)), Part(patch, trail("patch", patch, "patch")), POD, base_is_plain=True)
    where = [found.trail.at(("spec", "containers", number, "image")).origin for number in (0, 1)]
    assert [origin.pointer for origin in where] == [("spec", "containers", 1, "image"), ("spec", "containers", 0, "image")]
    assert found.trail.at(("spec", "containers", 0, "tty")).origin.document.path == "patch"


def test_what_is_deleted_leaves_a_tombstone() -> None:
    base, patch = (
        data("{spec: {containers: [{name: a}, {name: b}], x: 1}}"),
        data("{spec: {x: null, containers: [{name: a, $patch: delete}]}}"),
    )
    found = merged(Part(base, trail("base", base)), Part(patch, trail("patch", patch, "patch")), POD, base_is_plain=True)
    for pointer in (("spec", "x"), ("spec", "containers", "name=a")):
        tomb = found.trail.at(pointer)
        assert tomb.gone
        assert tomb.origin.document.path == "patch"
        assert tomb.overrode is not None
        assert tomb.overrode.origin.document.path == "base"


_NAMES = st.sampled_from("abcd")
_ELEMENT = st.fixed_dictionaries({"name": _NAMES}, optional={"image": st.integers(0, 3), "$patch": st.just("delete")})
_LIST = st.lists(_ELEMENT, max_size=4, unique_by=lambda element: element["name"])


@given(_LIST, _LIST)
@settings(max_examples=300, deadline=None)
def test_the_short_way_equals_the_long_way(base: list[Any], patch: list[Any]) -> None:
    """Clear lists take a short way through `lists`; it must give what kustomize's own steps give."""
    base = [{key: value for key, value in element.items() if key != "$patch"} for element in base]
    walk = merged_elements(base, patch)
    assert walk(lists._clear) == walk(lists._odd)


def merged_elements(base: list[Any], patch: list[Any]) -> Any:
    parts = [[Part(value, trail("x", value)) for value in values] for values in (base, patch)]

    def inner(one: Part, other: Part) -> Part:
        return merged(one, other, None, base_is_plain=False) if other.value is not ABSENT else one

    def walk(way: Any) -> list[Any]:
        found, _ = way(*parts, ("name",), inner, Part(ABSENT, trail("x", None)))
        return [part.value for part in found]

    return walk


_DATA = st.recursive(
    st.integers(0, 2) | st.text("ab", max_size=2) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)
_MAP = st.dictionaries(st.sampled_from("xyz"), _DATA, max_size=3)


@given(_MAP, _MAP)
@settings(max_examples=300, deadline=None)
def test_merging_changes_no_input_and_is_idempotent(base: dict[str, Any], patch: dict[str, Any]) -> None:
    before = repr((base, patch))
    try:
        once = merge(base, patch, None)
        twice = merge(once, patch, None)
    except MergeProblem:
        once = twice = None
    assert repr((base, patch)) == before
    assert once == twice
