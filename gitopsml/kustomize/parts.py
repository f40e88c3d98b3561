"""A value with its trail, while it is merged; and the trail of a list whose elements moved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, NamedTuple

from gitopsml.model.origin import Trail


class Absent:
    """The type of ABSENT."""


ABSENT: Final = Absent()
DIRECTIVE: Final = "$patch"
STEP: Final = "patch"


class Part(NamedTuple):
    """A value (ABSENT: there is none) and its trail."""

    value: Any
    trail: Trail


class MergeProblem(Exception):
    """A patch that cannot be merged; `trail` leads to the part of the patch to blame."""

    def __init__(self, what: str, trail: Trail) -> None:
        super().__init__(what)
        self.what = what
        self.trail = trail


def emptied(trail: Trail) -> Trail:
    """The trail of a map or list that lost all its parts: that nothing is left was written nowhere."""
    removers = tuple(dict.fromkeys(part.origin for part in trail.parts.values() if part.gone))
    return replace(trail, derived=True, sources=(trail.origin, *removers))


def moved_to(trail: Trail, elements: list[Part]) -> Trail:
    """The trail of a list whose elements are now these; trails kept under text keys (tombstones of elements) stay."""
    parts: dict[str | int, Trail] = {key: part for key, part in trail.parts.items() if isinstance(key, str)}
    for number, element in enumerate(elements):
        if number in trail.parts or not _follows(element.trail, trail, number):
            parts[number] = element.trail
    return trail.with_parts(parts)


def _follows(element: Trail, parent: Trail, number: int) -> bool:
    """Whether an element's trail is what its parent's trail says anyway."""
    if element.parts or element.overrode or element.derived or parent.derived or element.step != parent.step:
        return False
    return element.origin.document is parent.origin.document and element.origin.pointer == (*parent.origin.pointer, number)
