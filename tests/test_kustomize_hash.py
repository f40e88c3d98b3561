"""The hash behind the names of generated objects, and Go's JSON under it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopsml.kustomize.hash import content_hash, go_json


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        ({"kind": "ConfigMap", "data": {"a": "1"}}, "h29d89cmmt"),
        ({"kind": "ConfigMap", "metadata": {"name": "other"}, "data": {"a": "1"}}, "h29d89cmmt"),
        ({"kind": "ConfigMap", "data": {"a": "1"}, "immutable": True}, "h29d89cmmt"),
        ({"kind": "ConfigMap"}, "6ct58987ht"),
        ({"kind": "ConfigMap", "data": {"a": '<&>\u2028é\t"\\'}}, "8k769df28g"),
        ({"kind": "Secret", "type": "Opaque", "data": {}}, "46f8b28mk5"),
        ({"kind": "Secret", "type": "Opaque", "data": {"a": "MQ=="}}, "25khgmg44c"),
    ],
)
def test_content_hash(data: dict[str, Any], wanted: str) -> None:
    assert content_hash(data) == wanted


def test_other_kinds_have_none() -> None:
    with pytest.raises(ValueError, match="a Deployment has no content hash"):
        content_hash({"kind": "Deployment"})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None, "x"]}, '{"a":[true,null,"x"],"b":1}'),
        ("<>&\u2028\u2029", '"\\u003c\\u003e\\u0026\\u2028\\u2029"'),
        ("\b\f\n\r\t\x01\x7f", '"\\b\\f\\n\\r\\t\\u0001\x7f"'),
        (1.5, "1.5"),
        (1e21, "1e+21"),
        (1e20, "100000000000000000000"),
        (1e-7, "1e-7"),
        (12345678901234567890, "12345678901234567890"),
        ({}, "{}"),
        ([], "[]"),
    ],
)
def test_go_json(value: Any, text: str) -> None:
    assert go_json(value) == text


def test_go_json_on_lines() -> None:
    assert go_json({"a": [1, {}], "b": {"c": "d"}}, "  ") == '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": {\n    "c": "d"\n  }\n}'


@given(st.dictionaries(st.text(), st.text()), st.text())
def test_the_hash_is_that_of_the_content(data: dict[str, str], name: str) -> None:
    shuffled = dict(reversed(data.items()))
    assert content_hash({"kind": "ConfigMap", "data": data}) == content_hash(
        {"kind": "ConfigMap", "metadata": {"name": name}, "data": shuffled}
    )
