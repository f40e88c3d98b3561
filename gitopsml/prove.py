"""Generated files -> rendered again -> compared with what the blueprint said: the proof that base and overlays are right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitopsml.errors import InternalError, UserError
from gitopsml.files import MemoryFiles
from gitopsml.kustomize.diff import same
from gitopsml.model.pointer import Pointer, dotted
from gitopsml.model.resource import Resource


def rendered_equal(tree: Mapping[str, str], said: Mapping[str, tuple[Resource, ...]], version: str = "5.6.0") -> None:
    """Render each directory of a tree of texts, like this kustomize release, and compare with its objects.

    Raises InternalError, naming the field that differs.
    """
    from gitopsml.kustomize import Cache, build

    files = MemoryFiles(tree)
    cache = Cache()
    for directory, resources in said.items():
        try:
            rendered = build(files, directory, cache=cache, version=version).resources
        except UserError as error:
            raise InternalError(f"{directory} does not render: {error}") from error
        _compare(directory, {one.id: one.data for one in rendered}, {one.id: one.data for one in resources})


def _compare(directory: str, rendered: dict[Any, Any], said: dict[Any, Any]) -> None:
    for identity in sorted(rendered.keys() | said.keys()):
        if identity not in rendered or identity not in said:
            where = "is not rendered" if identity in said else "is rendered but not wanted"
            raise InternalError(f"{directory}: {identity} {where}")
        if not same(rendered[identity], said[identity]):
            field = difference(rendered[identity], said[identity])
            raise InternalError(f"{directory}: {identity} {dotted(field)} would not be what the blueprint says")


def difference(one: Any, other: Any) -> Pointer:
    """The first field in which two values differ, () where the values themselves do."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            if key not in one or key not in other or not same(one[key], other[key]):
                return (key, *difference(one.get(key), other.get(key)))
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, value in enumerate(one):
            if not same(value, other[number]):
                return (number, *difference(value, other[number]))
    return ()
