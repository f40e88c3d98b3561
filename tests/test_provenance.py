"""From a field of a rendered object to the line that a person changes."""

# ruff: noqa: E501 - one case, one line
from __future__ import annotations

import pytest
from tiny import APP, load, made, registry, repository

from gitopsml.files import MemoryFiles
from gitopsml.kustomize import build
from gitopsml.model.target import Target
from gitopsml.provenance import Provenance
from gitopsml.yamlio import locate

OVERLAY = "deploy/risk/scorer/overlays/prod"
TARGET = Target(OVERLAY)
SERVER = ("spec", "template", "spec", "containers", 0)


def provenance(changes: dict[str, str] | None = None) -> tuple[Provenance, MemoryFiles]:
    """Over the tiny repository with its generated files, some of them changed."""
    files = repository({**made().tree, **(changes or {})})
    return Provenance(files, load(files), registry()), files


def asked(*pointer: str | int, changes: dict[str, str] | None = None, kind: str = "Deployment") -> tuple[str, int, str] | None:
    known, files = provenance(changes)
    resource = next(one for one in build(files, OVERLAY).resources if one.kind == kind)
    found = known.explain(TARGET, resource, pointer)
    if found is None:
        return None
    document, where = found.origin
    return document.path, locate(document, where).line, found.note


CASES = {
    ("spec", "replicas"): (APP, 9, ""),
    (*SERVER, "image"): (APP, 11, "change environments.prod.image.tag"),
    (*SERVER, "env", 0, "value"): (APP, 10, ""),
    (*SERVER, "startupProbe", "failureThreshold"): (APP, 4, "change load"),
    (*SERVER, "startupProbe", "tcpSocket", "port"): ("gitopsml.yaml", 7, ""),
    (*SERVER, "name"): (APP, 2, "made by tiny@1"),
}


@pytest.mark.parametrize("pointer", CASES, ids=lambda pointer: str(pointer[-1]))
def test_where_to_change_a_field(pointer: tuple[str | int, ...]) -> None:
    assert asked(*pointer) == CASES[pointer]


def test_a_default_names_the_field_to_set() -> None:
    config = "apiVersion: gitopsml.dev/v1\nrepository: {url: u}\nenvironments: {dev: {cluster: lab}, prod: {cluster: lab}, staging: {cluster: lab}}\n"
    tree = made({"gitopsml.yaml": config}).tree
    found = asked(*SERVER, "startupProbe", "tcpSocket", "port", changes={**tree, "gitopsml.yaml": config})
    assert found == (APP, 2, f"set port in {APP} (now the default of tiny@1)")


def test_no_answer_for_files_that_are_not_what_would_be_generated() -> None:
    path = f"{OVERLAY}/kustomization.yaml"
    text = made().tree[path]
    assert asked("spec", "replicas", changes={path: text.replace("count: 3", "count: 4")}) is None
    newer = repository()._tree[APP].decode().replace("replicas: 3", "replicas: 5")
    assert asked("spec", "replicas", changes={APP: newer}) is None


def test_no_answer_for_what_people_changed_afterwards() -> None:
    component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nreplicas: [{name: scorer, count: 9}]\n"
    local = {"apps/risk/scorer/local/prod/kustomization.yaml": component}
    tree = made(dict(local)).tree
    assert asked("spec", "replicas", changes={**tree, **local}) is None
    assert asked(*SERVER, "env", 0, "value", changes={**tree, **local}) == (APP, 10, "")


def test_states() -> None:
    path = f"{OVERLAY}/kustomization.yaml"
    text = made().tree[path]
    known, _ = provenance()
    assert (known.state(path), known.state(APP), known.state("deploy/nowhere.yaml")) == ("clean", "", "")
    known, _ = provenance({path: text + "# by hand\n"})
    assert known.state(path) == "edited"
    known, _ = provenance({APP: repository()._tree[APP].decode().replace("replicas: 3", "replicas: 5")})
    assert known.state(path) == "stale"
    known, _ = provenance({"deploy/risk/gone/base/a.yaml": text})
    assert known.state("deploy/risk/gone/base/a.yaml") == "orphan"
    files = repository()
    assert Provenance(files, load(files), registry()).state(path) == "missing"


def test_specs_that_are_wrong_give_no_answers() -> None:
    known, _ = provenance({APP: "apiVersion: nonsense\n"})
    assert known.generated() is None
    assert known.state(f"{OVERLAY}/kustomization.yaml") == "clean"
    assert known.values(TARGET) == {}


def test_values() -> None:
    known, _ = provenance()
    assert known.values(TARGET)["load"] == "12m"
