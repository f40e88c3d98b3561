"""What a computed value was made from, and the text of a scalar as it was written."""

from __future__ import annotations

from typing import Any

from gitopsml.kustomize.items import Item
from gitopsml.kustomize.text import text_of
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import Pointer


def sources_of(trail: Trail) -> tuple[Origin, ...]:
    """The origins behind a value: those it was computed from, or the one place where it was written."""
    return trail.sources or (trail.origin,)


def distinct(origins: list[Origin]) -> tuple[Origin, ...]:
    """The origins without repetitions, in order."""
    seen: dict[tuple[int, Pointer], Origin] = {}
    for origin in origins:
        seen.setdefault((id(origin.document), origin.pointer), origin)
    return tuple(seen.values())


def written(value: Any, trail: Trail) -> str:
    """The text of a scalar: as it stands in the file where it was read from one (`0777`), "" for null."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if trail.derived or isinstance(value, dict | list):
        return text_of(value)
    from gitopsml.yamlio import scalar_text

    return scalar_text(*trail.origin) or text_of(value)


def text_at(item: Item, pointer: Pointer) -> str:
    """The text of the scalar at a pointer of an item, as it was written."""
    return written(item.at(*pointer), item.trail.at(pointer))
