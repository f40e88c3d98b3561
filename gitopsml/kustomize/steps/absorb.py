"""Generated objects -> into the objects that are there: `behavior` create, merge and replace."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import Any, Final

from gitopsml.kustomize.items import Item
from gitopsml.kustomize.layer import Items, Layer, Setting
from gitopsml.kustomize.steps.sources import sources_of, written
from gitopsml.model.origin import Trail
from gitopsml.model.pointer import Pointer

STEP: Final = "secretGenerator"
_MERGE: Final = ("merge", "replace")


class Absorber:
    """A list of items that takes in generated ones; knows where every present and former name is."""

    def __init__(self, items: Items, layer: Layer) -> None:
        self.items = list(items)
        self._layer = layer
        self._names: dict[str, list[int]] = {}
        for number, item in enumerate(items):
            self._note(number, item)

    def add(self, new: Item, entry: Setting) -> None:
        """Append an object, or put it in the place of the one whose id it has. Raises RenderError."""
        wanted = new.id
        found = [number for number in self._names.get(new.name, ()) if any(one.same(wanted) for one in self.items[number].ids)]
        if len(found) > 1:
            raise entry.error(f"there are several objects that are or were {wanted}", "give each a name of its own")
        if not found:
            self._append(new, entry)
        elif new.behavior not in _MERGE:
            hint = "use `behavior: merge` or `replace`, or rename one of the two"
            raise entry.error(f"{wanted} is there already", hint)
        else:
            number = found[0]
            self.items[number] = _instead(self.items[number], new, self._layer)

    def _append(self, new: Item, entry: Setting) -> None:
        if new.behavior in _MERGE:
            raise entry.error(f"there is no {new.id} to {new.behavior}", "use `behavior: create`, or correct the name")
        self._note(len(self.items), new)
        self.items.append(new)

    def _note(self, number: int, item: Item) -> None:
        for name in {item.name, *(former.name for former in item.former)}:
            self._names.setdefault(name, []).append(number)


def absorbed(items: Items, new: Item, entry: Setting, layer: Layer) -> Items:
    """The items with one generated object."""
    absorber = Absorber(items, layer)
    absorber.add(new, entry)
    return absorber.items


def _instead(old: Item, new: Item, layer: Layer) -> Item:
    """The new object under the old one's name, with its labels, annotations and history; merged: with its data too."""
    for field in ("labels", "annotations"):
        new = _with_entries(new, old, ("metadata", field))
    for field in ("name", "namespace"):
        new = _like(new, old, ("metadata", field))
    if new.behavior == "merge":
        new = _merged(new, old, layer)
    return replace(
        new,
        trail=replace(new.trail, overrode=old.trail),
        former=old.former,
        prefixes=old.prefixes,
        suffixes=old.suffixes,
        needs_hash=old.needs_hash and new.needs_hash,
        behavior=old.behavior,
        may_rename=old.may_rename,
        may_change_kind=old.may_change_kind,
        variables=old.variables,
    )


def _merged(new: Item, old: Item, layer: Layer) -> Item:
    """The new object with the old one's data where it has none of its own; an empty map of data disappears."""
    if new.kind == "Secret" and layer.options.version >= (5, 8, 2):
        old = _with_encoded(old)
    for field in ("data", "binaryData"):
        new = _with_entries(new, old, (field,))
    return replace(new, data={key: value for key, value in new.data.items() if value != {} or key not in ("data", "binaryData")})


def _with_encoded(secret: Item) -> Item:
    """The Secret with its stringData in data, as a cluster does it."""
    texts: Any = secret.data.get("stringData")
    for key, text in texts.items() if isinstance(texts, dict) else ():
        trail = secret.trail.at(("stringData", key))
        value = b64encode(_as_text(text, trail)[0].encode()).decode("ascii")
        secret = secret.derive(("data", key), value, sources_of(trail), STEP)
    return secret


def _with_entries(new: Item, old: Item, pointer: Pointer) -> Item:
    """The map at `pointer` with the entries that only the old object has, as texts."""
    before, after = old.at(*pointer), new.at(*pointer)
    if not isinstance(before, dict):
        return new
    trail = old.trail.at(pointer)
    for key in before:
        part = trail.part(key)
        if isinstance(after, dict) and key in after:
            new = replace(new, trail=_over(new.trail, (*pointer, key), part))
        else:
            new = new.write((*pointer, key), *_as_text(before[key], part))
    return new


def _as_text(value: Any, trail: Trail) -> tuple[str, Trail]:
    text = "" if value is None else written(value, trail)
    if text == value:
        return text, trail
    return text, replace(trail, derived=True, sources=sources_of(trail))


def _over(trail: Trail, pointer: Pointer, old: Trail) -> Trail:
    """The trail with the part at `pointer` known to have overridden another."""
    part = trail.at(pointer)
    return trail.with_at(pointer, replace(part, overrode=part.overrode or old))


def _like(new: Item, old: Item, pointer: Pointer) -> Item:
    """The value at `pointer` as the old object has it."""
    value = old.at(*pointer)
    if value == new.at(*pointer):
        return new
    if value is None:
        return new.remove(pointer, old.trail.origin, new.trail.step)
    return new.write(pointer, value, old.trail.at(pointer))
