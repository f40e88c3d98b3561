"""A replacement's value -> into the fields of one object that its target names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, NamedTuple

from gitopsml.kustomize.fieldpath import PathProblem, Reached, split, targets
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.layer import Setting
from gitopsml.kustomize.steps.sources import DATES, distinct, is_plain, is_untagged, sources_of, text_at
from gitopsml.kustomize.steps.structured import Change, Unwritable, changed_text, place_of, pointers_in, read_text
from gitopsml.kustomize.steps.targets import Target
from gitopsml.kustomize.text import text_of
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import Pointer, exists, lookup
from gitopsml.yamlio import Dialect
from gitopsml.yamlio.scalars import ScalarError, resolve, value_of

STEP: Final = "replacement"
_UNTYPED: Final = object()  # where a value would be: the new text has the type that YAML gives it
_DATE: Final = object()


class Found(NamedTuple):
    """What a source gave: the value, its text, and its trail (None where it was cut or is no field).

    `number` and `pointer` say where a whole value stands: in which of the items, in which field.
    """

    value: Any
    text: str
    trail: Trail | None
    sources: tuple[Origin, ...]
    number: int = -1
    pointer: Pointer = ()


def with_value(item: Item, found: Found, target: Target, path: Setting) -> Item:
    """The item with the value in every field that a path of the target means. Raises RenderError where there is none."""
    if target.structured:
        new = _inside(item, found, target, path)
        if new is not None:
            return new
    reached = _reached(item, found, target, path)
    for pointer, container in reached.made:
        item = item.derive(pointer, container, (path.origin,), STEP)
    for pointer in reached.pointers:
        item = _set(item, pointer, found, target, path)
    return item


def _reached(item: Item, found: Found, target: Target, path: Setting) -> Reached:
    try:
        reached = targets(item.data, split(path.value), _leaf(found, target), read_text if target.structured else None)
    except PathProblem as problem:
        raise path.error(f"{path.value} does not fit {item.id}: {problem}", "correct the path") from None
    if not reached.pointers and not reached.inside:
        hint = "correct the path" if target.create else "correct the path, or write `options: {create: true}`"
        raise path.error(f"{item.id} has no field {path.value}", hint)
    return reached


def _leaf(found: Found, target: Target) -> str:
    """What to make of missing fields."""
    if not target.create:
        return ""
    return "map" if isinstance(found.value, dict) else "list" if isinstance(found.value, list) else "scalar"


def _inside(item: Item, found: Found, target: Target, path: Setting) -> Item | None:
    """The item with the value inside a text that a field holds; None where there is no such text, or it cannot be done.

    Raises RenderError where kustomize would write a YAML text anew in a form of its own.
    """
    place = place_of(item, path.value)
    if place is None:
        return None
    delimiter = target.delimiter if target.delimited_inside else ""
    try:
        pointers, data = pointers_in(place, _leaf(found, target))
        if not pointers:
            return None
        changes = [Change(pointer, _value_inside(data, pointer, found, target, delimiter)) for pointer in pointers]
    except (PathProblem, ScalarError):
        return None
    try:
        text = changed_text(place, data, changes)
    except Unwritable as problem:
        raise path.error(f"{path.value} of {item.id}: {problem}", "replace a plain value, or keep JSON there") from None
    sources = distinct([*found.sources, path.origin, *sources_of(item.trail.at(place.pointer))])
    value = _typed(item, text, item.at(*place.pointer), path)
    return item.derive(place.pointer, value, sources, STEP)


def _value_inside(data: Any, pointer: Pointer, found: Found, target: Target, delimiter: str) -> Any:
    """The new value of a field inside a text. Raises ScalarError where it does not fit the old one's type."""
    old = lookup(data, pointer, _UNTYPED)
    if isinstance(old, dict | list) or (old is _UNTYPED and isinstance(found.value, dict | list)):
        if delimiter:
            raise ScalarError("a delimiter needs a text")
        return found.value
    text = "" if isinstance(found.value, dict | list) else found.text
    if delimiter:
        text = _joined(text_of(old) if old is not _UNTYPED else "", text, target)
    return typed(text, old)


def _set(item: Item, pointer: Pointer, found: Found, target: Target, path: Setting) -> Item:
    old = item.at(*pointer)
    there = exists(item.data, pointer)
    if isinstance(old, dict | list) or (not there and isinstance(found.value, dict | list)):
        return _whole(item, pointer, found, target, path)
    sources = [*found.sources, path.origin]
    text = "" if isinstance(found.value, dict | list) else found.text
    if target.delimiter:
        text = _joined(text_at(item, pointer), text, target)
        sources += sources_of(item.trail.at(pointer)) if there else ()
    value = _typed(item, text, _typed_by(old, item.trail.at(pointer)) if there else _UNTYPED, path)
    return item.write(pointer, value, _trail(value, found, distinct(sources)))


def _typed_by(old: Any, trail: Trail) -> Any:
    """What says the type of the new text: the old value, except for a text whose type a step took away, and for a date."""
    if not isinstance(old, str):
        return old
    if is_untagged(trail) and is_plain(trail):
        return _UNTYPED
    return _DATE if DATES.match(old) and is_plain(trail) else old


def _whole(item: Item, pointer: Pointer, found: Found, target: Target, path: Setting) -> Item:
    """A map or list is replaced by the value, whatever that is."""
    if target.delimiter:
        raise path.error(f"{path.value} is no text that could be split", "name a scalar field, or drop the delimiter")
    return item.write(pointer, found.value, _trail(found.value, found, distinct([*found.sources, path.origin])))


def _joined(old: str, text: str, target: Target) -> str:
    """The old text with one of its parts replaced; an index below 0 puts the value before them, one beyond behind."""
    parts = old.split(target.delimiter)
    if target.place < 0:
        parts.insert(0, text)
    elif target.place >= len(parts):
        parts.append(text)
    else:
        parts[target.place] = text
    return target.delimiter.join(parts)


def _typed(item: Item, text: str, old: Any, path: Setting) -> Any:
    """A text as the type of what it replaces; a new field gets the type that the text has in YAML."""
    try:
        return typed(text, old)
    except ScalarError as error:
        what = f"{path.value} of {item.id} cannot become {text!r}: {error.what}"
        raise path.error(what, error.hint or "quote the target's value") from None


def typed(text: str, old: Any) -> Any:
    """A text as the type of `old` (_UNTYPED: as YAML types it). Raises ScalarError where it does not fit."""
    if isinstance(old, str):
        return text
    resolved = resolve(text, Dialect.KUSTOMIZE)
    if old is _UNTYPED or _fits(resolved.kind, old):
        return value_of(resolved)
    raise ScalarError("the old value is of another type")


def _fits(kind: str, old: Any) -> bool:
    if old is None or old is _DATE or isinstance(old, bool):
        return kind == {None: "null", _DATE: "timestamp"}.get(old, "bool")
    return kind == "int" or (kind == "float" and isinstance(old, float))


def _trail(value: Any, found: Found, sources: tuple[Origin, ...]) -> Trail:
    """A value that was taken over unchanged keeps its origin; another is derived."""
    trail = found.trail
    if trail is not None and type(value) is type(found.value) and value == found.value:
        return replace(trail, step=STEP, sources=sources, overrode=None, gone=False)
    return Trail(sources[0], step=STEP, derived=True, sources=sources)
