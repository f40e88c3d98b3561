"""Images -> the overlay's `images:` field: what differs between environments, and what a person writes (and promotes).

The base then holds the bare name, the overlay the tag or digest, so that a diff between environments reads in one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from gitopsml.layout.sides import Key, Side
from gitopsml.model.image import image_parts, image_text
from gitopsml.model.pointer import Pointer

_LISTS = ("containers", "initContainers")


class Use(NamedTuple):
    """One image of one container. `place` is the same in all environments: the way to the container, elements by name."""

    side: Side
    key: Key
    place: Pointer
    container: dict[str, Any]
    parts: dict[str, str]


def promoted(values: Any) -> frozenset[str]:
    """The images of a spec: the texts of everything called `image` in its values."""
    found: set[str] = set()
    for word, value in values.items() if isinstance(values, dict) else ():
        found |= {image_text(value)} if word == "image" else promoted(value)
    return frozenset(found)


def move(sides: list[Side]) -> None:
    """Take the images out of the bodies and fill the sides' `images`."""
    uses = [use for one in sides for use in _uses(one)]
    wanted = {(use.key, use.place) for use in uses if use.container["image"] in use.side.promoted} | _different(uses)
    slots = _slots(uses, wanted, sides[-1]) if sides else {}
    for one in sides:
        own = [use for use in uses if use.side is one]
        _move(one, own, {name: slot for (environment, name), slot in slots.items() if environment == one.environment})


def _uses(one: Side) -> Iterator[Use]:
    """Every image that kustomize's images transformer would see (facts: kustomize §6)."""
    for key, body in one.bodies.items():
        if key.kind == "CustomResourceDefinition":
            continue
        for place, container in _containers(body, ()):
            image = container.get("image")
            if isinstance(image, str) and image:
                yield Use(one, key, place, container, image_parts(image))


def _containers(data: Any, place: Pointer) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    if isinstance(data, list):
        for number, element in enumerate(data):
            if isinstance(element, dict | list):
                yield from _containers(element, (*place, _name(element, number)))
    elif isinstance(data, dict):
        for word, value in data.items():
            if word in _LISTS and isinstance(value, list):
                named = ((_name(element, number), element) for number, element in enumerate(value))
                yield from (((*place, word, name), element) for name, element in named if isinstance(element, dict))
            if isinstance(value, dict | list):
                yield from _containers(value, (*place, word))


def _name(element: Any, number: int) -> str | int:
    name = element.get("name") if isinstance(element, dict) else None
    return name if isinstance(name, str) else number


def _different(uses: list[Use]) -> set[tuple[Key, Pointer]]:
    """The containers whose image is not the same in all environments that have them."""
    seen: dict[tuple[Key, Pointer], dict[str, str]] = {}
    return {(use.key, use.place) for use in uses if seen.setdefault((use.key, use.place), use.parts) != use.parts}


def _slots(uses: list[Use], wanted: set[tuple[Key, Pointer]], last: Side) -> dict[tuple[str, str], str]:
    """(environment, image name there) -> the name in the base: that of the last environment. Only where it is unambiguous."""
    names = {(use.key, use.place): use.parts["name"] for use in uses if use.side is last}
    slots: dict[tuple[str, str], str] = {}
    broken: set[str] = set()
    for use in uses:
        own = use.parts.get("name", "")
        slot = names.get((use.key, use.place), own) if (use.key, use.place) in wanted else own
        if slots.setdefault((use.side.environment, own), slot) != slot:
            broken |= {slot, slots[use.side.environment, own]}
    chosen = {use.parts["name"] for use in uses if (use.key, use.place) in wanted}
    ambiguous = broken | _versions(uses) | _shared(slots) | _chained(slots)
    return {at: slot for at, slot in slots.items() if at[1] in chosen and not {slot, at[1]} & ambiguous}


def _versions(uses: list[Use]) -> set[str]:
    """Names that one environment uses in two versions, or without any."""
    seen: dict[tuple[str, str], dict[str, str]] = {}
    bad = {
        use.parts["name"] for use in uses if seen.setdefault((use.side.environment, use.parts["name"]), use.parts) != use.parts
    }
    return bad | {use.parts["name"] for use in uses if len(use.parts) < 2}


def _shared(slots: dict[tuple[str, str], str]) -> set[str]:
    """Slots that two images of one environment would share."""
    seen: dict[tuple[str, str], str] = {}
    return {slot for (environment, name), slot in slots.items() if seen.setdefault((environment, slot), name) != name}


def _chained(slots: dict[tuple[str, str], str]) -> set[str]:
    """Images whose new name is the name that another entry of the environment looks for: entries apply one after the other."""
    sought = {(environment, slot) for (environment, _), slot in slots.items()}
    return {name for (environment, name), slot in slots.items() if name != slot and (environment, name) in sought}


def _move(one: Side, uses: list[Use], slots: dict[str, str]) -> None:
    entries: dict[str, dict[str, str]] = {}
    for use in uses:
        slot = slots.get(use.parts["name"])
        if slot is None:
            continue
        use.container["image"] = slot
        entry = {"name": re.escape(slot) if re.search(r"[+*?()\[\]|^$\\]", slot) else slot}
        if slot != use.parts["name"]:
            entry["newName"] = use.parts["name"]
        if "tag" in use.parts:
            entry["newTag"] = use.parts["tag"]
        if "digest" in use.parts:
            entry["digest"] = use.parts["digest"]
        entries[slot] = entry
    one.images = [entries[slot] for slot in sorted(entries)]
