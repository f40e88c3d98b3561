"""Where each field of a resource was written: provenance beside the data, never inside it.

An `Origin` is a field of a document. A `Trail` is the sparse tree of origins of one resource: a part without an entry came with
its parent. `overrode` chains a trail to what it replaced, so the whole history of a field can be told; a deleted part stays as a
tombstone (`gone`), because a missing field must be blamed too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from gitopsml.model.pointer import Pointer
from gitopsml.yamlio import Document


class Origin(NamedTuple):
    """A field of a document: where a value was written. A document of a file that is not YAML has pointers `("line", n)`."""

    document: Document
    pointer: Pointer = ()


@dataclass(slots=True)
class Trail:
    """The origin of a value and, where they differ, of its parts. A part without an entry came with its parent.

    `step` names what put the value here ("" = written in place; "patch", "images", "hash", "replacement", "blueprint", …).
    `derived` says that the value at `origin` is not the value itself but what it was made from (then `sources` lists every
    origin it was made from); otherwise the value at `origin` IS the value (the origin law). A part of a derived value shares
    its parent's origin. Trails are never changed once a `Resource` holds them: functions return new ones.
    """

    origin: Origin
    parts: dict[str | int, Trail] = field(default_factory=dict)
    step: str = ""
    derived: bool = False
    sources: tuple[Origin, ...] = ()
    overrode: Trail | None = None
    gone: bool = False

    def part(self, key: str | int) -> Trail:
        """The trail of one part; made from the parent where the tree is sparse."""
        known = self.parts.get(key)
        if known is not None:
            return known
        if self.derived:
            return Trail(self.origin, step=self.step, derived=True, sources=self.sources)
        return Trail(Origin(self.origin.document, (*self.origin.pointer, key)), step=self.step)

    def at(self, pointer: Pointer) -> Trail:
        """The trail of the value at `pointer`."""
        trail = self
        for key in pointer:
            trail = trail.part(key)
        return trail

    def with_part(self, key: str | int, part: Trail) -> Trail:
        """A copy in which `key` has the trail `part`."""
        return self.with_parts({**self.parts, key: part})

    def with_parts(self, parts: dict[str | int, Trail]) -> Trail:
        """A copy with these parts (`dataclasses.replace`, at a third of its price)."""
        return Trail(self.origin, parts, self.step, self.derived, self.sources, self.overrode, self.gone)

    def over(self, former: Trail) -> Trail:
        """A copy that remembers what it overrode."""
        return Trail(self.origin, self.parts, self.step, self.derived, self.sources, former, self.gone)

    def with_at(self, pointer: Pointer, part: Trail) -> Trail:
        """A copy in which the value at `pointer` has the trail `part`."""
        if not pointer:
            return part
        key, rest = pointer[0], pointer[1:]
        return self.with_part(key, self.part(key).with_at(rest, part))

    def history(self) -> Iterator[Trail]:
        """This trail, then what it overrode, newest first."""
        trail: Trail | None = self
        while trail is not None:
            yield trail
            trail = trail.overrode
