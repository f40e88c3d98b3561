"""The content hash behind the names of generated ConfigMaps and Secrets: added once, for the outermost one."""

from __future__ import annotations

from typing import Final

from gitopsml.kustomize.hash import content_hash
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.layer import Items, located
from gitopsml.kustomize.steps.sources import distinct, sources_of
from gitopsml.model.origin import Origin

STEP: Final = "hash"
_NAME: Final = ("metadata", "name")
_CONTENT: Final = ("data", "binaryData", "stringData")


def add_hashes(items: Items) -> Items:
    """The items, those that need it renamed to `name-hash`. Raises RenderError for a kind that has no hash."""
    return [_hashed(item) if item.needs_hash else item for item in items]


def _hashed(item: Item) -> Item:
    try:
        digest = content_hash(item.data)
    except ValueError as error:
        raise located(str(error), item.trail.origin, "take the annotation that asks for a hash away") from None
    sources = distinct([*sources_of(item.trail.at(_NAME)), *_content(item)])
    return item.remember().derive(_NAME, f"{item.name}-{digest}", sources, STEP)


def _content(item: Item) -> list[Origin]:
    """Where all that is hashed was written."""
    found: list[Origin] = []
    for field in _CONTENT:
        entries = item.data.get(field)
        if isinstance(entries, dict):
            for key in entries:
                found += sources_of(item.trail.at((field, key)))
    return found
