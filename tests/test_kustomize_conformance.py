"""Fidelity (law 9) and provenance (law 2): recorded outputs and refusals of the real kustomize, and the trails of our builds."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from conftest import ROOT, shared
from trail_law import broken

from gitopsml.errors import UserError
from gitopsml.files import DiskFiles, Files
from gitopsml.kustomize.build import Build, build
from gitopsml.kustomize.cache import Cache
from gitopsml.kustomize.render import render_text
from gitopsml.model.chain import chain, shown
from gitopsml.model.pointer import Pointer, dotted
from gitopsml.model.resource import Resource
from gitopsml.yamlio import Dialect, read, source_line

SUITE = ROOT.parent / "shared" / "conformance" / "kustomize"


class Case(NamedTuple):
    """A build, and its recorded output (None: it must fail)."""

    name: str
    directory: str
    load_restrictor: str
    output: str | None


def recorded(text: str) -> list[Any]:
    """The objects of a recorded output; it holds nothing on which the dialects disagree, dates aside."""
    return [document.data for document in read(text, "recorded", Dialect.KUSTOMIZE).documents]


def judged(case: Case, files: Files, cache: Cache | None = None, version: str = "5.6.0") -> str:
    """What is wrong with our build of a case; "" where nothing is."""
    try:
        result = build(files, case.directory, cache=cache, load_restrictor=case.load_restrictor, version=version)
        text = render_text(result.resources) if case.output is not None else ""
    except UserError as error:
        if case.output is not None:
            return str(error)
        return "" if error.path else f"an error without a place: {error}"
    if case.output is None:
        return "it builds, but kustomize refuses it" if _prints(result) else ""
    return _differs(result, text, case.output) or next((line for one in result.resources for line in broken(one)), "")


def _prints(result: Build) -> bool:
    try:
        render_text(result.resources)
    except UserError:
        return False
    return True


def _differs(result: Build, text: str, output: str) -> str:
    if text == output:
        return ""
    for one, wanted in zip(result.resources, recorded(output), strict=False):
        if one.data != wanted:
            return f"{one.id} differs"
    return f"{len(result.resources)} objects; the text differs"


def repositories() -> list[str]:
    return sorted(path.parent.name for path in SUITE.glob("repos/*/cases.tsv"))


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a table; none where there is no such table."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")


@pytest.mark.parametrize("repository", repositories())
def test_real_repositories(repository: str) -> None:
    """All recorded builds of one repository, with one cache, as lint makes them."""
    folder = shared("conformance", "kustomize", "repos", repository)
    files, caches = DiskFiles(str(folder / "tree")), {"rootOnly": Cache(), "none": Cache()}
    wrong = {}
    for row in rows(folder / "cases.tsv"):
        output = (folder / row["expected"]).read_text("utf-8")
        case = Case(row["dir"], row["dir"], row["load_restrictions"], output)
        wrong[case.name] = judged(case, files, caches[case.load_restrictor])
    for row in rows(folder / "failures.tsv"):
        wrong[row["dir"]] = judged(Case(row["dir"], row["dir"], "rootOnly", None), files)
    assert {name: what for name, what in wrong.items() if what} == {}


def krusty(suite: str) -> list[str]:
    path = SUITE / "krusty" / suite / "index.tsv"
    return [row["case"] for row in rows(path)] if path.exists() else []


@pytest.mark.parametrize("suite", ["v5.6.0", "v5.6.0-builtin"])
def test_upstream_cases(suite: str) -> None:
    folder = shared("conformance", "kustomize", "krusty", suite)
    wrong = {}
    for row in rows(folder / "index.tsv"):
        here = folder / row["case"]
        facts = json.loads((here / "case.json").read_text("utf-8"))
        output = (here / "cli.yaml").read_text("utf-8") if row["expect"] == "yaml" else None
        case = Case(row["case"], facts["build_dir"], facts.get("load_restrictions", "rootOnly"), output)
        wrong[case.name] = judged(case, DiskFiles(str(here / "input")))
    assert {name: what for name, what in wrong.items() if what} == {}


@cache
def lines(name: str) -> list[dict[str, Any]]:
    path = shared("conformance", "kustomize", *name.split("/"))
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def written(case: dict[str, Any], folder: Path) -> DiskFiles:
    for path, text in case["files"].items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    for path, link in case["links"].items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        os.symlink(link.replace("<root>", str(folder)), target)
    return DiskFiles(str(folder))


def outcome(case: dict[str, Any], version: str) -> dict[str, Any]:
    """What a release does with a case: an outcome may point to that of an earlier release."""
    found = case.get("outcomes", {}).get(version, case)
    while "same_as" in found:
        found = case if found["same_as"] == "top" else case["outcomes"][found["same_as"]]
    return dict(found)


@pytest.mark.parametrize(
    ("name", "version"),
    [("made.jsonl", "5.6.0"), *(("versions/made.jsonl", version) for version in ("5.6.0", "5.7.1", "5.8.1", "5.8.2"))],
)
def test_made_cases(name: str, version: str, tmp_path: Path) -> None:
    wrong = {}
    for number, line in enumerate(lines(name)):
        files = written(line, tmp_path / str(number))
        found = outcome(line, version)
        output = None if found["expect"] == "error" else found["output"]
        case = Case(line["name"], line["build_dir"], line["load_restrictions"], output)
        wrong[case.name] = judged(case, files, version=version)
    assert {name: what for name, what in wrong.items() if what} == {}


def leaves(value: Any, pointer: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    if isinstance(value, dict | list) and value:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*pointer, key))
    else:
        yield pointer, value


def misplaced(resource: Resource, files: Files) -> Iterator[str]:
    """Leaves whose line, as `why` shows it, does not show them; aliases, blocks and derived values aside."""
    for pointer, value in leaves(resource.data):
        newest, *_ = chain(resource, pointer)
        line = source_line(files.read(newest.location.path).decode("utf-8", "replace"), newest.location.line)
        if newest.text != shown(value):
            yield f"{dotted(pointer)}: {newest.text!r} is shown for {value!r}"
        elif resource.trail.at(pointer).derived or not isinstance(value, str) or "\n" in value or set(line) & set("*|>&"):
            continue
        elif value not in line.replace("''", "'"):
            yield f"{dotted(pointer)}: {value!r} is not in line {newest.location.line} of {newest.location.path}: {line!r}"


def test_why_leads_to_the_line() -> None:
    folder = shared("conformance", "kustomize", "krusty", "v5.6.0")
    wrong = {}
    for row in rows(folder / "index.tsv"):
        if row["expect"] == "yaml":
            facts = json.loads((folder / row["case"] / "case.json").read_text("utf-8"))
            files = DiskFiles(str(folder / row["case"] / "input"))
            result = build(files, facts["build_dir"], load_restrictor=facts.get("load_restrictions", "rootOnly"))
            wrong[row["case"]] = [line for resource in result.resources for line in misplaced(resource, files)]
    assert {case: lines for case, lines in wrong.items() if lines} == {}
