"""Field paths of replacements: their parts, the one field of a source, the fields of a target."""

from __future__ import annotations

from typing import Any

import pytest
from kustomize import data

from gitopsml.kustomize.fieldpath import PathProblem, Reached, source, split, targets


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a.b", ("a", "b")),
        (".a.b", ("a", "b")),
        (r"data.config\.json.b", ("data", "config.json", "b")),
        ("metadata.annotations.[a.b/c]", ("metadata", "annotations", "a.b/c")),
        ("l.[name=x.y].v", ("l", "[name=x.y]", "v")),
        ("l.[name=x].v", ("l", "[name=x]", "v")),
        ("a.[b]", ("a", "[b]")),
        ("a.[b.c", ("a", "b.c")),
        ("", ("",)),
    ],
)
def test_split(path: str, parts: tuple[str, ...]) -> None:
    assert split(path) == parts


OBJECT = data("spec: {list: [{name: a, v: 1}, {name: ab, v: 2}, 3], words: [x, yx], map: {k: v}, none: null, text: t}")


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("spec.map.k", ("spec", "map", "k")),
        ("spec.list.0.v", ("spec", "list", 0, "v")),
        ("spec.list.-", ("spec", "list", 2)),
        ("spec.list.[name=ab].v", ("spec", "list", 1, "v")),
        ("spec.list.[name=b].v", None),
        ("spec.words.[=yx]", ("spec", "words", 1)),
        ("spec.list.9", None),
        ("spec.none.x", None),
        ("spec.missing.x", None),
        (" spec . map ", ("spec", "map")),
    ],
)
def test_source(path: str, pointer: tuple[str | int, ...] | None) -> None:
    assert source(OBJECT, path) == pointer


@pytest.mark.parametrize("path", ["spec.list.*", "spec.map.0", "spec.list.k", "spec.text.k", "spec.list.[k]"])
def test_source_refuses(path: str) -> None:
    with pytest.raises(PathProblem):
        source(OBJECT, path)


@pytest.mark.parametrize(
    ("path", "leaf", "pointers", "made"),
    [
        ("spec.map.k", "", [("spec", "map", "k")], []),
        ("spec.list.[name=a].v", "", [("spec", "list", 0, "v"), ("spec", "list", 1, "v")], []),
        ("spec.list.[name=^a$].v", "", [("spec", "list", 0, "v")], []),
        ("spec.words.[=x]", "", [("spec", "words", 0), ("spec", "words", 1)], []),
        ("spec.words.*", "", [("spec", "words", 0), ("spec", "words", 1)], []),
        ("spec.list.1.v", "", [("spec", "list", 1, "v")], []),
        ("spec.missing", "", [], []),
        ("spec.missing", "scalar", [("spec", "missing")], []),
        ("spec.none", "", [("spec", "none")], []),
        ("spec.new.deep", "scalar", [("spec", "new", "deep")], [(("spec", "new"), {})]),
        ("spec.new.0.k", "scalar", [("spec", "new", 0, "k")], [(("spec", "new"), []), (("spec", "new", 0), {})]),
        ("spec.list.3", "scalar", [("spec", "list", 3)], []),
        ("spec.list.[name=z].v", "scalar", [("spec", "list", 3, "v")], [(("spec", "list", 3), {"name": "z"})]),
        ("spec.words.[=z]", "scalar", [("spec", "words", 2)], [(("spec", "words", 2), "z")]),
        ("spec.new.[name=z].v", "map", [("spec", "new", 0, "v")], [(("spec", "new"), []), (("spec", "new", 0), {"name": "z"})]),
    ],
)
def test_targets(path: str, leaf: str, pointers: list[Any], made: list[Any]) -> None:
    assert targets(OBJECT, split(path), leaf) == Reached(pointers, made)


@pytest.mark.parametrize(
    ("path", "leaf"),
    [
        ("spec.list.9", ""),
        ("spec.list.9", "scalar"),
        ("spec.map.*", ""),
        ("spec.map.0", ""),
        ("spec.text.k", ""),
        ("spec.list.[name=(].v", ""),
        ("spec.list.[name=$^z].v", "scalar"),  # an element made for it would not match it
    ],
)
def test_targets_refuse(path: str, leaf: str) -> None:
    with pytest.raises(PathProblem):
        targets(OBJECT, split(path), leaf)
