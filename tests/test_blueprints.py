"""Every example of every blueprint: its files are those of expected/, render to what the blueprint said, and lead back to where
each field was written. GITOPSML_UPDATE=1 writes expected/.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from examples import BLUEPRINTS, Case, cases, generated, repository

from gitopsml.blueprint.publish import words
from gitopsml.blueprint.registry import Registry, walk
from gitopsml.files import DiskFiles, MemoryFiles
from gitopsml.kustomize import build
from gitopsml.lint.pipeline import lint
from gitopsml.model.config import Config
from gitopsml.model.pointer import exists, lookup
from gitopsml.schemas.inputs import check
from gitopsml.spec import Inputs, merge, parse

UPDATE = bool(os.environ.get("GITOPSML_UPDATE"))
ALL = pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
REGISTRY = Registry(DiskFiles(str(BLUEPRINTS)))


def files_of(case: Case) -> dict[str, str]:
    place = f"{case.deployed}/"
    return {path.removeprefix(place): text for path, text in generated().tree.items() if path.startswith(place)}


def expected(case: Case) -> dict[str, str]:
    folder = case.folder / "expected"
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*")) if path.is_file()}


def write(folder: Path, files: dict[str, str]) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


@ALL
def test_the_files_are_the_expected_ones(case: Case) -> None:
    made = files_of(case)
    assert made
    if UPDATE:
        write(case.folder / "expected", made)
    wanted = expected(case)
    assert sorted(made) == sorted(wanted), "GITOPSML_UPDATE=1 writes them; review the diff"
    for name, text in made.items():
        assert text == wanted[name], f"{name}: GITOPSML_UPDATE=1 writes it; review the diff"


@ALL
def test_the_files_render_to_what_the_blueprint_said(case: Case) -> None:
    made = generated()
    files = MemoryFiles(made.tree)
    for directory, key in made.targets.items():
        if key[0] == case.key:
            rendered = {one.id: one.data for one in build(files, directory).resources}
            assert rendered == {one.id: one.data for one in made.resources[key]}


def leaves(data: object, pointer: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else None
    return [pointer] if pairs is None else [leaf for key, inner in pairs for leaf in leaves(inner, (*pointer, key))]


@ALL
def test_every_field_leads_to_where_it_was_written(case: Case) -> None:
    """The origin law: the value at a leaf's origin is the leaf, or the trail says that it was derived."""
    for key in generated().resources:
        for resource in generated().traced(key) if key[0] == case.key else ():
            for leaf in leaves(resource.data):
                trail = resource.trail.at(leaf)
                written = trail.origin.document.data
                assert exists(written, trail.origin.pointer), (leaf, trail.origin.pointer)
                assert trail.derived or lookup(written, trail.origin.pointer) == resource.at(*leaf), leaf


@ALL
def test_no_object_has_anything_empty(case: Case) -> None:
    """Empty maps of metadata and nulls are drift for Argo CD: leave them out."""
    for key, resources in generated().resources.items():
        for resource in resources if key[0] == case.key else ():
            for leaf in leaves(resource.data):
                assert resource.at(*leaf) is not None, (str(resource.id), leaf)
            for word in ("labels", "annotations"):
                assert resource.at("metadata", word) != {}, (str(resource.id), word)


def test_every_blueprint_has_an_example_and_a_manual_page() -> None:
    made = {str(one.blueprint) for one in generated().instances.values()}
    for blueprint in walk(REGISTRY):
        assert str(blueprint) in made, f"{blueprint} has no example"
        for word in words(blueprint):
            assert word.description, f"{blueprint}: {word.name} has no description"


@pytest.mark.parametrize("folder", sorted(path.parent for path in BLUEPRINTS.glob("*/starter.yaml")), ids=lambda path: path.name)
def test_the_starter_of_a_blueprint_is_valid(folder: Path) -> None:
    """`gitopsml new` writes it: every environment in it has valid values."""
    name, _, major = folder.name.partition("@")
    text = (folder / "starter.yaml").read_text("utf-8").replace("TEAM", "risk").replace("APP", "scorer")
    spec = parse(text, "starter.yaml", "risk", "scorer")
    blueprint = REGISTRY.get(name, int(major or 1))
    schema = blueprint.schema
    inputs = Inputs(blueprint.intent, schema.defaults(), frozenset(schema.properties(())), schema.filled)
    for environment in spec.environments:
        assert check(schema.data, merge(spec, environment, Config(""), inputs).values) == []


def test_the_default_policies_find_nothing(tmp_path: Path) -> None:
    """All examples in one repository, with what they generate."""
    for path, content in {**repository()._tree, **{path: text.encode() for path, text in generated().tree.items()}}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    report = lint(str(tmp_path))
    assert [(str(one.resource), one.policy, one.message, one.location.path) for one in report.findings] == []
    assert (report.unreadable, report.unchecked) == ((), ())
