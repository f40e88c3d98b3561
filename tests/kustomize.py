"""Helpers of the kustomize tests: a tree of texts -> a build, and its objects as plain data."""

from __future__ import annotations

from typing import Any

from gitopsml.files import MemoryFiles
from gitopsml.kustomize.build import Build, build
from gitopsml.model.chain import chain
from gitopsml.model.pointer import parse
from gitopsml.yamlio import Dialect, read


def built(tree: dict[str, str], directory: str = ".", **options: Any) -> Build:
    return build(MemoryFiles(tree), directory, **options)


def objects(result: Build) -> list[dict[str, Any]]:
    return [resource.data for resource in result.resources]


def one(tree: dict[str, str], directory: str = ".", **options: Any) -> dict[str, Any]:
    """The only object of a build."""
    (found,) = objects(built(tree, directory, **options))
    return found


def data(text: str) -> Any:
    """One YAML document as kustomize reads it."""
    (document,) = read(text, "text", Dialect.KUSTOMIZE).documents
    return document.data


def told(result: Build, name: str, field: str) -> list[str]:
    """`value @ path:line note` of every step in the history of a field."""
    (resource,) = [resource for resource in result.resources if resource.name == name]
    steps = chain(resource, parse(field, resource.data))
    return [f"{step.text} @ {step.location.path}:{step.location.line} {step.note}" for step in steps]
