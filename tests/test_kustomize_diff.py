"""The law of patches: applied to the first object, the difference gives the second."""

# ruff: noqa: E501 - one case, one line
from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopsml.kustomize.diff import operations, same, strategic
from gitopsml.kustomize.merge import merged, plain
from gitopsml.kustomize.parts import Part
from gitopsml.kustomize.shapes import shape_of
from gitopsml.layout.factor import common
from gitopsml.model.origin import Origin, Trail
from gitopsml.yamlio import Document

TRAIL = Trail(Origin(Document("", 0, "", None)), step="test")
scalars = st.one_of(st.booleans(), st.integers(-3, 3), st.sampled_from(["", "a", "b", "true"]))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=6,
)
names = st.lists(st.sampled_from("abcd"), unique=True, max_size=4)


def containers() -> st.SearchStrategy[list[dict[str, Any]]]:
    body = st.fixed_dictionaries({}, optional={
        "image": st.sampled_from(["x:1", "x:2"]),
        "args": st.lists(st.sampled_from("ab"), max_size=2),
        "resources": st.fixed_dictionaries({}, optional={"limits": st.dictionaries(st.sampled_from(["cpu", "gpu"]), st.sampled_from(["1", "2"]))}),
        "env": names.flatmap(lambda keys: st.tuples(*(st.builds(dict, name=st.just(k), value=st.sampled_from("12")) for k in keys)).map(list)),
        "ports": names.map(lambda keys: [{"containerPort": ord(k), "protocol": "TCP"} for k in keys]),
    })  # fmt: skip
    return names.flatmap(
        lambda keys: st.tuples(*(body.map(lambda b, k=k: {"name": k, **copy.deepcopy(b)}) for k in keys)).map(list)
    )


def deployment(inner: list[dict[str, Any]], extra: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "x"},
        "spec": {"template": {"spec": {"containers": inner}}, **extra},
    }


deployments = st.builds(
    deployment, containers(), st.dictionaries(st.sampled_from(["replicas", "strategy", "minReadySeconds"]), values, max_size=2)
)
customs = st.builds(
    lambda spec: {"apiVersion": "x.example/v1", "kind": "Custom", "metadata": {"name": "x"}, "spec": spec},
    st.dictionaries(st.sampled_from("abc"), st.one_of(st.none(), values), max_size=3),
)


def patched(base: dict[str, Any], patch: dict[str, Any]) -> Any:
    shape = shape_of(base["apiVersion"], base["kind"])
    return merged(Part(base, TRAIL), Part(patch, TRAIL), shape, base_is_plain=plain(base, shape)).value


def applied(base: Any, todo: list[dict[str, Any]]) -> Any:
    """JSON6902 by the letter of RFC 6902, for the operations that we write."""
    data = copy.deepcopy(base)
    for one in todo:
        *way, last = [part.replace("~1", "/").replace("~0", "~") for part in one["path"].split("/")[1:]]
        here = data
        for part in way:
            here = here[int(part)] if isinstance(here, list) else here[part]
        key: Any = int(last) if isinstance(here, list) else last
        if one["op"] == "test":
            assert same(here[key], one["value"])
        elif one["op"] == "remove":
            del here[key]
        else:
            assert one["op"] == "add" or (key in here if isinstance(here, dict) else key < len(here))
            here[key] = copy.deepcopy(one["value"])
    return data


@given(deployments, deployments)
def test_law_of_strategic_patches(one: dict[str, Any], other: dict[str, Any]) -> None:
    before = copy.deepcopy((one, other))
    patch = strategic(one, other)
    if patch is not None:
        assert same(patched(one, patch), other) if patch else same(one, other)
    assert (one, other) == before


@given(st.one_of(st.tuples(deployments, deployments), st.tuples(customs, customs)))
def test_law_of_operations(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    one, other = pair
    assert same(applied(one, operations(one, other)), other)


@given(containers(), containers())
def test_what_is_added_to_a_common_base_is_always_said_strategically(one: list[Any], other: list[Any]) -> None:
    """Falling back to operations is for oddities: what the generator factors out of ordinary pod specs has a readable patch."""
    first, second = deployment(one, {}), deployment(other, {})
    if all(element.get(key) not in ({}, []) for element in (*one, *other) for key in ("resources", "env", "ports", "args")):
        base = common([first, second], shape_of("apps/v1", "Deployment"))
        assert strategic(base, first) is not None
        assert strategic(base, second) is not None


def of(*elements: dict[str, Any]) -> dict[str, Any]:
    return deployment(list(elements), {})


A, B, C = ({"name": name, "image": "x:1"} for name in "abc")
READABLE = {
    "one field of one container": (of(A), of({**A, "image": "x:2"}), [{"name": "a", "image": "x:2"}]),
    "the first of two needs no word about the second": (of(A, B), of({**A, "image": "x:2"}, B), [{"name": "a", "image": "x:2"}]),
    "the second of two names the first, for the order": (
        of(A, B),
        of(A, {**B, "image": "x:2"}),
        [{"name": "a"}, {"name": "b", "image": "x:2"}],
    ),
    "an added one comes first": (of(B), of(A, B), [A]),
    "an added one comes last": (of(A), of(A, B), [{"name": "a"}, B]),
    "a removed one": (of(A, B, C), of(A, C), [{"name": "b", "$patch": "delete"}]),
    "another order": (of(A, B), of(B, A), [{"name": "b"}]),
}


PORTS = {
    "a new port comes first": ([2], [1, 2], [1]),
    "a changed one stays in its place": ([1, 2], [1, "2x"], ["2x"]),
    "one less": ([1, 2], [2], ["1-"]),
}


@pytest.mark.parametrize("case", PORTS)
def test_lists_with_two_keys(case: str) -> None:
    def port(text: Any) -> dict[str, Any]:
        made = {"containerPort": int(str(text).strip("x-")), "protocol": "TCP"}
        return made | ({"name": "x"} if "x" in str(text) else {}) | ({"$patch": "delete"} if "-" in str(text) else {})

    base, wanted, ports = ([port(text) for text in texts] for texts in PORTS[case])
    patch = strategic(of({**A, "ports": base}), of({**A, "ports": wanted}))
    assert patch is not None
    assert patch["spec"]["template"]["spec"]["containers"] == [{"name": "a", "ports": ports}]


def test_a_new_port_at_the_end_cannot_be_said_strategically() -> None:
    ports = [{"containerPort": number, "protocol": "TCP"} for number in (1, 2)]
    assert strategic(of({**A, "ports": ports[:1]}), of({**A, "ports": ports})) is None


@pytest.mark.parametrize("case", READABLE)
def test_patches_are_small(case: str) -> None:
    base, wanted, elements = READABLE[case]
    patch = strategic(base, wanted)
    assert patch is not None
    assert patch["spec"]["template"]["spec"]["containers"] == elements
    assert patch["metadata"] == {"name": "x"}


def test_null_cannot_be_said_strategically() -> None:
    assert strategic(of(A), deployment([A], {"replicas": None})) is None
    assert operations(of(A), deployment([A], {"replicas": None})) == [
        {"op": "test", "path": "/metadata/name", "value": "x"},
        {"op": "add", "path": "/spec/replicas", "value": None},
    ]


def test_an_element_of_a_custom_resource_is_tested_before_it_is_changed() -> None:
    base = {"metadata": {"name": "x"}, "spec": {"steps": [{"name": "a", "n": 1}, {"name": "b/c", "n": 1}]}}
    wanted = {"metadata": {"name": "x"}, "spec": {"steps": [{"name": "a", "n": 1}, {"name": "b/c", "n": 2}]}}
    assert operations(base, wanted) == [
        {"op": "test", "path": "/metadata/name", "value": "x"},
        {"op": "test", "path": "/spec/steps/1/name", "value": "b/c"},
        {"op": "replace", "path": "/spec/steps/1/n", "value": 2},
    ]


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [(1, True, False), (1, 1, True), ({"a": [1]}, {"a": [True]}, False), ("1", 1, False), (None, {}, False)],
)
def test_same(one: Any, other: Any, equal: bool) -> None:
    assert same(one, other) is equal
