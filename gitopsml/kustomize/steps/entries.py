"""Entries of a map (labels, annotations) -> into every map that some field specs reach."""

from __future__ import annotations

from gitopsml.kustomize.fields import of_item, reach, with_containers
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.layer import Items, Setting, located
from gitopsml.kustomize.specs import FieldSpec
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import Pointer

Entry = tuple[str, str, Origin, tuple[Origin, ...]]  # key, value, where it was written, sources where it was not written so


def with_entries(items: Items, pairs: Setting, specs: tuple[FieldSpec, ...], step: str) -> Items:
    """The items with the entries of `pairs` (text -> text) in the maps that the specs reach."""
    if not pairs.value:
        return items
    entries = [_entry(key, pairs) for key in sorted(pairs.value)]
    return [_labelled(item, entries, specs, step) for item in items]


def _entry(key: str, pairs: Setting) -> Entry:
    """A key without a value has the empty text."""
    origin = pairs.part(key).origin
    return (key, pairs.value[key], origin, ()) if pairs.value[key] is not None else (key, "", origin, (origin,))


def _labelled(item: Item, entries: list[Entry], specs: tuple[FieldSpec, ...], step: str) -> Item:
    for spec in of_item(specs, item):
        for pointer in reach(item, spec, create=spec.create):
            item = _with(item, pointer, entries, step, create=spec.create)
        item = with_containers(item, spec, entries[0][2], step, create=spec.create)
    return item


def _with(item: Item, pointer: Pointer, entries: list[Entry], step: str, *, create: bool) -> Item:
    old = item.at(*pointer)
    if old is None and not create:
        return item
    if old is not None and not isinstance(old, dict):
        raise located(f"{item.id}: a map is expected here", item.trail.at(pointer).origin, "write key: value pairs")
    for key, value, origin, sources in entries:
        item = item.write((*pointer, key), value, Trail(origin, step=step, derived=bool(sources), sources=sources))
    return item
