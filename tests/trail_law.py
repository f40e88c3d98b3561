"""The origin law (law 2): the value at a leaf's origin is the leaf, or the trail says that it is derived and from what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitopsml.kustomize.jsonpatch import same
from gitopsml.model.origin import Trail
from gitopsml.model.pointer import Pointer, dotted, exists, lookup
from gitopsml.model.resource import Resource


def broken(resource: Resource) -> Iterator[str]:
    """One line for each leaf whose trail is wrong."""
    yield from _broken(resource.data, resource.trail, ())


def _broken(value: Any, trail: Trail, pointer: Pointer) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _broken(inner, trail.part(key), (*pointer, key))
    elif problem := _problem(value, trail):
        yield f"{dotted(pointer)} = {value!r}: {problem}"


def _problem(value: Any, trail: Trail) -> str:
    if trail.gone:
        return "a tombstone stands where there is a value"
    if trail.derived:
        return "" if trail.sources else f"derived by {trail.step!r}, but from nothing"
    document, pointer = trail.origin
    if not exists(document.data, pointer):
        return f"{document.path} has no {dotted(pointer)} (step {trail.step!r})"
    found = lookup(document.data, pointer)
    return "" if same(found, value) else f"{document.path} {dotted(pointer)} is {found!r} (step {trail.step!r})"
