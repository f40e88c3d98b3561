"""Which list merges by which keys: one strategic merge patch for every recorded list field of every kind, in every release."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from conftest import shared
from kustomize import built, objects

from gitopsml.model.pointer import lookup
from gitopsml.yamlio import write

RELEASES = ("5.6.0", "5.8.1", "5.8.2")
Row = dict[str, str]


def recorded() -> list[Row]:
    with shared("conformance", "kustomize", "merge-keys.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def keys_of(rows: list[Row]) -> dict[tuple[str, str, str], list[str]]:
    return {(row["apiVersion"], row["kind"], row["path"]): row["keys"].split(",") for row in rows if row["keys"]}


def lists(row: Row, keys: list[str]) -> tuple[list[Any], list[Any], list[Any]]:
    """(base, patch, what comes of them) for a list field."""
    if row["behaviour"] == "union":
        return ["old", "both"], ["new", "both"], ["new", "both", "old"]
    both = {key: f"both-{key}" for key in keys or ["name"]}
    base = [{**both, "of": "base", "kept": "yes"}, dict.fromkeys(both, "old")]
    patch = [dict.fromkeys(both, "new"), {**both, "of": "patch"}]
    if row["behaviour"] == "replace":
        return base, patch, patch
    return base, patch, [patch[0], {**both, "of": "patch", "kept": "yes"}, base[1]]


def placed(row: Row, keys: dict[tuple[str, str, str], list[str]], value: Any) -> tuple[dict[str, Any], tuple[str | int, ...]]:
    """The object that has the value at the row's path, in one element of each list on the way; and the pointer to it."""
    data: dict[str, Any] = {"apiVersion": row["apiVersion"]} if row["apiVersion"] != "(none)" else {}
    data |= {"kind": row["kind"], "metadata": {"name": "x"}}
    here, pointer, walked = data, [], []
    *ways, last = row["path"].split(".")
    for way in ways:
        name = way.removesuffix("[]")
        walked.append(name)
        pointer.append(name)
        if way.endswith("[]"):
            element = {key: f"on-the-way-{key}" for key in keys[row["apiVersion"], row["kind"], ".".join(walked)]}
            here[name], here = [element], element
            walked[-1] = way
            pointer.append(0)
        else:
            here = here.setdefault(name, {})
    here[last] = value
    return data, (*pointer, last)


def named(data: dict[str, Any], number: int) -> str:
    return write({**data, "metadata": {**data["metadata"], "name": f"x-{number}"}})


@pytest.mark.parametrize("release", RELEASES)
def test_every_list_merges_as_recorded(release: str) -> None:
    rows = recorded()
    keys = keys_of(rows)
    assert all(release in row["versions"].split(",") for row in rows)
    base, patch, wanted = [], [], {}
    for number, row in enumerate(rows):
        old, new, result = lists(row, keys.get((row["apiVersion"], row["kind"], row["path"]), []))
        base.append(named(placed(row, keys, old)[0], number))
        changed, pointer = placed(row, keys, new)
        patch.append(named(changed, number))
        wanted[f"x-{number}"] = (row["apiVersion"], row["kind"], row["path"], pointer, result)
    tree = {
        "kustomization.yaml": "resources: [base.yaml]\npatches: [path: patch.yaml]\n",
        "base.yaml": "---\n".join(base),
        "patch.yaml": "---\n".join(patch),
    }
    found = {one["metadata"]["name"]: one for one in objects(built(tree, version=release))}
    assert len(found) == len(rows) == 1359
    wrong = {
        (*place, str(lookup(found[name], pointer)))
        for name, (*place, pointer, result) in wanted.items()
        if lookup(found[name], pointer) != result
    }
    assert wrong == set()
