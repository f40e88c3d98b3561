"""Where a field of an object is shown: the line that a person must change, and how the value came there."""

from __future__ import annotations

from typing import Final, NamedTuple

from gitopsml.model.chain import chain
from gitopsml.model.finding import Location, Step
from gitopsml.model.origin import Origin
from gitopsml.model.pointer import Pointer, exists, lookup
from gitopsml.model.resource import Resource
from gitopsml.yamlio import locate

_KIND: Final = ("kind",)


class Place(NamedTuple):
    """A location with its origin, and the steps that led to the value there."""

    location: Location
    origin: Origin | None = None
    steps: tuple[Step, ...] = ()


def place_of(resource: Resource, pointer: Pointer) -> Place:
    """The place of a field.

    A scalar is shown at itself, a map or list at its key, an element at its beginning. A missing field is shown where something
    removed it, else at its nearest parent that exists; the object as a whole at its kind.
    """
    steps = chain(resource, pointer) if pointer else ()
    if pointer and not exists(resource.data, pointer):
        if steps:
            return Place(steps[0].location, resource.trail.at(pointer).origin, steps)
        while pointer and not exists(resource.data, pointer):
            pointer = pointer[:-1]
    origin = resource.trail.at(pointer or _KIND).origin
    return Place(location_of(origin), origin, steps)


def location_of(origin: Origin) -> Location:
    """Where an origin is shown (see `place_of`)."""
    document, pointer = origin
    if document.data is None:
        return Location(document.path, *locate(document, pointer))
    while pointer and not exists(document.data, pointer):
        pointer = pointer[:-1]
    whole = isinstance(lookup(document.data, pointer), dict | list)
    return Location(document.path, *locate(document, pointer, key=whole and bool(pointer)))
