"""Where a value of a document stands: offsets into the file's text, and the places of its parts."""

from __future__ import annotations

from dataclasses import dataclass, field

Pointer = tuple[str | int, ...]


@dataclass(slots=True)
class Place:
    """Where a value and its key stand, the text of a scalar before it was typed, and the places of a collection's parts."""

    start: int
    end: int
    text: str | None = None
    key: tuple[int, int] | None = None
    parts: dict[str | int, Place] = field(default_factory=dict)

    def find(self, pointer: Pointer) -> Place:
        """The place of a part, or of its nearest existing parent."""
        place = self
        for step in pointer:
            part = place.parts.get(step)
            if part is None:
                break
            place = part
        return place
