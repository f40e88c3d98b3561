"""Every object of every example fits its schema (unknown fields forbidden), and the default policies find nothing."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from conftest import shared
from examples import generated, repository

from gitopsml.files import MemoryFiles
from gitopsml.lint import lint
from gitopsml.model import Resource
from gitopsml.yamlio import read

BUILT_IN = {"", "apps", "autoscaling", "batch", "networking.k8s.io", "policy", "rbac.authorization.k8s.io", "scheduling.k8s.io"}
KUBERNETES = "1.36"  # of the clusters of the example repository
OURS = sorted({f"{key[0]} in {key[1]}" for key in generated().resources})


def resources(place: str) -> tuple[Resource, ...]:
    app, _, environment = place.partition(" in ")
    return generated().resources[app, environment]


@pytest.mark.parametrize("place", OURS)
def test_built_in_kinds_fit_their_schema(place: str) -> None:
    from kubernetes_validate import validate

    checked = [one for one in resources(place) if one.group in BUILT_IN]
    for one in checked:
        validate(one.data, KUBERNETES, strict=True)
    assert checked


def closed(schema: Any) -> Any:
    """A structural schema in which a field that it does not name is an error, as it would be dropped in silence."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {word: closed(value) for word, value in schema.items()}
    if "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
        made.setdefault("additionalProperties", False)
    return made


@cache
def custom(group: str, version: str, kind: str) -> Any:
    path: Path = shared("crds") / group / f"{kind}_{version}.json"
    schema = closed(json.loads(path.read_text("utf-8"))["schema"])
    schema["properties"] |= {"metadata": {}, "apiVersion": {}, "kind": {}}
    return jsonschema_rs.validator_for(schema)


def test_custom_kinds_fit_their_schema() -> None:
    checked = set()
    for place in OURS:
        for one in resources(place):
            if one.group not in BUILT_IN:
                custom(one.group, one.version, one.kind).validate(one.data)
                checked.add(one.kind)
    assert checked >= {"ExternalSecret", "HTTPRoute", "HealthCheckPolicy"}


def test_argo_cd_objects_fit_their_schema() -> None:
    kinds = set()
    for path, text in generated().tree.items():
        if path.startswith("argocd/"):
            data = read(text, path).documents[0].data
            custom("argoproj.io", "v1alpha1", data["kind"]).validate(data)
            kinds.add(data["kind"])
    assert kinds == {"Application", "AppProject"}


def test_the_default_policies_find_nothing(tmp_path: Path) -> None:
    files: MemoryFiles = repository()
    for path in walk(files, "."):
        write(tmp_path / path, files.read(path))
    for path, text in generated().tree.items():
        write(tmp_path / path, text.encode())
    report = lint(str(tmp_path), ["."])
    assert [f"{one.location.path}:{one.location.line}: {one.message} [{one.policy}]" for one in report.findings] == []
    assert not report.unreadable
    assert not report.unchecked
    assert report.targets >= len(generated().targets)
    assert report.policies > 60


def walk(files: MemoryFiles, folder: str) -> list[str]:
    found: list[str] = []
    for name in files.names(folder):
        path = name if folder == "." else f"{folder}/{name}"
        found += walk(files, path) if files.kind(path) == "directory" else [path]
    return found


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
