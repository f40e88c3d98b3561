"""The writer: byte for byte what kustomize prints, and readable again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import shared
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitopsml.errors import YamlError
from gitopsml.yamlio import Dialect, read, write


def recorded_files() -> Iterator[tuple[str, str]]:
    root = shared("conformance", "kustomize")
    for path in sorted(root.rglob("*.yaml")):
        if (
            "expected" in path.name
            or "expected" in path.parts
            or "expected-unrestricted" in path.parts
            or path.name == "cli.yaml"
        ):
            yield path.relative_to(root).as_posix(), path.read_bytes().decode()


def recorded_lines() -> Iterator[tuple[str, str]]:
    for name in ("kustomize/made.jsonl", "kustomize/versions/made.jsonl", "yaml/documents.jsonl"):
        for line in shared("conformance", *name.split("/")).read_text("utf-8").splitlines():
            case = json.loads(line)
            output = case.get("output") or case.get("kustomize", {}).get("output")
            if output and case["name"] != "flow depth 200":
                yield case["name"], output


def rewritten(text: str) -> str:
    return "---\n".join(write(document.data) for document in read(text, "f", Dialect.KUSTOMIZE).documents)


def test_every_recorded_output_is_written_as_it_was() -> None:
    outputs = [*recorded_files(), *recorded_lines()]
    wrong = [name for name, text in outputs if rewritten(text) != text]
    assert wrong == []
    assert len(outputs) > 1300


def test_every_recorded_scalar_is_written_as_it_was() -> None:
    wrong = []
    for line in shared("conformance", "yaml", "scalars.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        if "text" not in case["kustomize"]:
            continue
        (document,) = read(f"v: {case['text']}\n", "f", Dialect.KUSTOMIZE).documents
        if write(document.data) != f"v: {case['kustomize']['text']}\n":
            wrong.append((case["text"], write(document.data), case["kustomize"]["text"]))
    assert wrong == []


WRITTEN = [
    ({}, "{}\n"),
    ([], "[]\n"),
    ("a", "a\n"),
    ("a\nb\n", "|\n  a\n  b\n"),
    (None, "null\n"),
    ({"a": {}, "b": [], "c": None, "d": True, "e": "", "f": 1.5, "g": 1e3, "h": 1e21, "i": 2**64}, None),
    ({"b": 1, "a10": 2, "a9": 3, "a": 4, "A": 5, "_": 6}, "_: 6\nA: 5\na: 4\na9: 3\na10: 2\nb: 1\n"),
    ({"a": [[1, [2]], {"b": [3], "c": 4}, []]}, "a:\n- - 1\n  - - 2\n- b:\n  - 3\n  c: 4\n- []\n"),
    ({"yes": "no", "1": "1", "x": "22:22", "z": "2001-01-01"}, '"1": "1"\nx: "22:22"\n"yes": "no"\nz: "2001-01-01"\n'),
    ({"a": "x: y", "b": "x #y", "c": "- x", "d": "it's", "e": " x", "f": "#"}, None),
    ({"a": "x\n"}, "a: |\n  x\n"),
    ({"a": "x\n\ny"}, "a: |-\n  x\n\n  y\n"),
    ({"a": "x\n\n"}, "a: |+\n  x\n\n"),
    ({"a": " x\ny"}, "a: |2-\n   x\n  y\n"),
    ({"a": "x \ny"}, 'a: "x \\ny"\n'),
    ({"a": ["x\ny\n"]}, "a:\n- |\n  x\n  y\n"),
    ({"k\n": {"a": 1}}, "? |\n  k\n: a: 1\n"),
    ({"k" * 129: ["a", "b"]}, f"? {'k' * 129}\n: - a\n  - b\n"),
    ({"k" * 128: ["a"]}, f"{'k' * 128}:\n- a\n"),
    ({"a": "w " * 39 + "word and more"}, "a: " + "w " * 38 + "w word\n  and more\n"),
    ({"a": "1 " * 39 + "word 'and' more: x"}, "a: '" + "1 " * 38 + "1\n  word ''and'' more: x'\n"),
    ({"a": "\t" + "w " * 36 + "word  two"}, 'a: "\\t' + "w " * 36 + 'word\n  \\ two"\n'),
    ({"a": "x\u2028y"}, "a: 'x\u2028  y'\n"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "text"), WRITTEN)
def test_written(data: Any, text: str | None) -> None:
    if text is not None:
        assert write(data) == text
    assert [document.data for document in read(write(data), "f", Dialect.KUSTOMIZE).documents] == (
        [data] if data is not None else []
    )


def test_order_is_kept_where_people_read() -> None:
    data = {"kind": "A", "apiVersion": "v1", "spec": {"b": 1, "a": [{"z": 1, "x": 2}]}}
    assert write(data, keep_order=True) == "kind: A\napiVersion: v1\nspec:\n  b: 1\n  a:\n  - z: 1\n    x: 2\n"


def test_what_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="infinity"):
        write({"a": float("inf")})
    with pytest.raises(TypeError, match="no plain data"):
        write({"a": {1, 2}})
    with pytest.raises(TypeError, match="a key is text"):
        write({1: "a"})


TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.text(" \n\tab'\"#:-?\\{}[],&*!|>%@`\u2028\u0085\ufeff\x00😀é", max_size=30),
    st.lists(st.sampled_from(["word", " ", "  ", "\n", "it's", '"', ":", "#", "longerword" * 3]), max_size=40).map("".join),
    st.sampled_from(
        ["yes", "~", "null", "0x1", "1e3", "1_0", "08", ".5", "2001-01-01", "22:22", "<<", "=", "-", "---", "...", "- a", "a: b"]
    ),
)
# a whole float beyond 2**53 is written with the shortest digits, which are another whole number: so do the tools
FLOATS = st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not 2**53 < abs(number) < 2**65)
SCALARS = st.one_of(
    TEXTS, st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), FLOATS
)  # fmt: skip
DATA = st.recursive(
    SCALARS,
    lambda part: st.one_of(st.lists(part, max_size=4), st.dictionaries(TEXTS.filter(lambda key: key != "<<"), part, max_size=4)),
    max_leaves=12,
)


@given(st.dictionaries(st.just("v"), DATA, min_size=1), st.sampled_from(list(Dialect)), st.booleans())
@settings(max_examples=200, deadline=None)
@example({"v": [-0.0, 1e15, 123456789.125, 5e-324, 0.1, 1e22, 1.5e300]}, Dialect.API, False)
@example({"v": ["\n\u2028", "\u2029\nx", "x\n\u2028\n", "\u2028 x", "a\u2028\u2029b"]}, Dialect.API, False)
@example({"v": ["a" * 90 + " b", "#" + "a " * 60, "\x01" + "a  " * 60, " " * 200 + "x", "x" + " " * 200]}, Dialect.API, False)
def test_what_was_written_reads_the_same(data: dict[str, Any], dialect: Dialect, keep_order: bool) -> None:
    text = write(data, keep_order=keep_order)
    (document,) = read(text, "f", dialect).documents
    assert document.data == data


@given(DATA)
@settings(max_examples=80, deadline=None)
def test_writing_is_stable(data: Any) -> None:
    text = write({"v": data})
    assert write(read(text, "f").documents[0].data) == text


def test_a_key_that_says_merge_is_quoted_by_nobody() -> None:
    """The tools write `<<` without quotes and read it as a merge: such a key cannot be written, by them either."""
    with pytest.raises(YamlError):
        read(write({"<<": "x"}), "f")
