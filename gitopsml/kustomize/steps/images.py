"""`images`: new names, tags and digests of container images, in two passes (facts: kustomize §6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from gitopsml.kustomize.fields import of_item, reach, with_containers
from gitopsml.kustomize.imagename import Wanted, changed, matcher
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.layer import Items, Layer, Setting, located
from gitopsml.kustomize.specs import FieldSpec
from gitopsml.kustomize.steps.sources import distinct, retyped, sources_of, text_at
from gitopsml.model.origin import Origin
from gitopsml.model.pointer import Pointer

STEP: Final = "images"
_LISTS: Final = ("containers", "initContainers")
_UNTOUCHED: Final = "CustomResourceDefinition"
_SHOWN_FIRST: Final = ("newTag", "digest", "newName", "tagSuffix")


class Entry(NamedTuple):
    """One entry of `images`: the test on a reference, what to make of it, and where that was written."""

    test: Callable[[str], bool]
    wanted: Wanted
    origins: tuple[Origin, ...]
    setting: Setting


def images(items: Items, setting: Setting, layer: Layer) -> Items:
    """Every entry of `images`, in order, on the result of the former."""
    entries = [entry_of(one, layer) for one in setting.parts()]
    return with_images(items, entries, layer.fields.images, layer)


def entry_of(setting: Setting, layer: Layer) -> Entry:
    """An entry as it will be used. Raises RenderError where its name is not a regular expression."""
    wanted = Wanted(*(setting.get(key) or "" for key in ("newName", "newTag", "digest", "tagSuffix")))
    origins = tuple(setting.part(key).origin for key in _SHOWN_FIRST if setting.get(key)) or (setting.origin,)
    return Entry(_test(setting, layer), wanted, origins, setting)


def _test(setting: Setting, layer: Layer) -> Callable[[str], bool]:
    try:
        return matcher(setting.get("name") or "", layer.options.version)
    except ValueError as error:
        if layer.options.version >= (5, 8, 2):
            return lambda _: False
        what = f"the image name is not a regular expression: {error}"
        raise setting.part("name").error(what, "put a backslash before special characters") from None


def with_images(items: Items, entries: list[Entry], specs: tuple[FieldSpec, ...], layer: Layer) -> Items:
    """The items with the entries applied; an entry that no image matches is noted."""
    if not entries:
        return items
    used: set[int] = set()
    twice: set[int] = set()
    result = [item if item.kind == _UNTOUCHED else _changed(item, entries, specs, used, twice) for item in items]
    for number, entry in enumerate(entries):
        if number not in used:
            name = entry.setting.get("name") or ""
            layer.note("image-no-match", f"no image is called {name}", entry.setting.origin)
        if number in twice:
            message = "write the whole tag with newTag: kustomize adds tagSuffix twice here"
            layer.note("image-tag-suffix", message, entry.setting.part("tagSuffix").origin)
    return result


def _changed(item: Item, entries: list[Entry], specs: tuple[FieldSpec, ...], used: set[int], twice: set[int]) -> Item:
    places = _in_containers(item)
    for spec in of_item(specs, item):
        places += reach(item, spec)
        item = with_containers(item, spec, entries[0].setting.origin, STEP)
    for number, entry in enumerate(entries if places else ()):
        for place in places:
            new = _with(item, place, entry)
            if new is not None:
                used.add(number)
                item = new
                if entry.wanted.tag_suffix and places.count(place) > 1:
                    twice.add(number)
    return item


def _with(item: Item, pointer: Pointer, entry: Entry) -> Item | None:
    """The item with one image changed, or None where the entry does not mean it."""
    if isinstance(item.at(*pointer), dict | list):
        where = item.trail.at(pointer).origin
        raise located(f"{item.id}: kustomize expects the text of an image here", where, "see `images` of the kustomization")
    reference = text_at(item, pointer)
    if not entry.test(reference):
        return None
    trail = item.trail.at(pointer)
    new = retyped(changed(reference, entry.wanted), trail)
    if new == item.at(*pointer) and trail.origin == entry.origins[0]:
        return item  # the second pass finds the work done
    return item.derive(pointer, new, distinct([*entry.origins, *sources_of(trail)]), STEP)


def _in_containers(item: Item) -> list[Pointer]:
    """The images of all lists called `containers` or `initContainers`, at any depth."""
    found: list[Pointer] = []
    for pointer, elements in _lists(item.data):
        for number, element in enumerate(elements):
            if element is None:
                continue
            if not isinstance(element, dict):
                where = item.trail.at((*pointer, number)).origin
                what = f"{item.id}: kustomize expects a map with an image here"
                raise located(what, where, "rename the list, or drop `images`")
            if element.get("image") is not None:
                found.append((*pointer, number, "image"))
    return found


def _lists(data: Any) -> Iterator[tuple[Pointer, list[Any]]]:
    """The lists with those names. Ways are kept as chains of (way, key): pointers are made for the few that count."""
    left: list[tuple[Any, Any]] = [(data, ())]
    while left:
        value, way = left.pop()
        for key, inner in value.items() if type(value) is dict else enumerate(value):
            if type(inner) is dict or type(inner) is list:
                left.append((inner, (way, key)))
                if key in _LISTS and type(inner) is list:
                    yield _pointer((way, key)), inner


def _pointer(way: Any) -> Pointer:
    keys: list[str | int] = []
    while way:
        way, key = way
        keys.append(key)
    return tuple(reversed(keys))
