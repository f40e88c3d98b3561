"""Which lists of which kinds merge by which keys: `merge_keys.tsv` -> a tree of shapes.

A shape says what is below a field: the fields that lead to merging lists, and, for such a list, its keys and the shape of its
elements. No shape means: nothing below merges, lists are replaced whole (all of a custom resource).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Final

from gitopsml.kustomize.data import rows

UNION: Final = ("",)


@dataclass(slots=True, eq=False)
class Shape:
    """`keys` is empty for a map; `("",)` for a list of scalars that unites; else the fields that identify an element."""

    fields: dict[str, Shape] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    element: Shape | None = None


def shape_of(api_version: str, kind: str) -> Shape | None:
    """The shape of a kind in a version, or None where nothing merges."""
    return _shapes().get(f"{api_version}/{kind}")


@dataclass(slots=True, eq=False)
class Schemas:
    """The schemas of one build. `used`: objects were read already; `chosen`: a kustomization decided."""

    custom: dict[tuple[str, str], Shape] = field(default_factory=dict)
    with_built_in: bool = True
    chosen: bool = False
    used: bool = False

    def shape_of(self, api_version: str, kind: str) -> Shape | None:
        """The shape of a kind in a version, or None where nothing is known of it."""
        shape = shape_of(api_version, kind) if self.with_built_in else None
        return shape or self.custom.get((api_version, kind))

    def copy(self) -> Schemas:
        """A snapshot."""
        return Schemas(self.custom, self.with_built_in, self.chosen, self.used)

    def adopt(self, other: Schemas) -> None:
        """Take over what a base decided that was built before."""
        self.custom, self.with_built_in, self.chosen = other.custom, other.with_built_in, True


@cache
def _shapes() -> dict[str, Shape]:
    table: dict[str, Shape] = {}
    fragments = {
        "meta": ["finalizers=*", "ownerReferences=uid"],
        "pod": [row[1] for row in rows("merge_keys.tsv") if row[0] == "pod"],
    }
    for kinds, lists in rows("merge_keys.tsv"):
        if kinds != "pod":
            shape = Shape()
            for entry in lists.split():
                _add(shape, entry, fragments)
            table.update(dict.fromkeys(kinds.split(","), shape))
    return table


def _add(shape: Shape, entry: str, fragments: dict[str, list[str]]) -> None:
    prefix, colon, name = entry.partition(":")
    if colon:
        for inner in fragments[name]:
            _add(shape, f"{prefix}.{inner}" if prefix else inner, fragments)
        return
    path, _, keys = entry.partition("=")
    for part in path.split("."):
        shape = shape.fields.setdefault(part.removesuffix("[]"), Shape())
        if part.endswith("[]"):
            shape.element = shape.element or Shape()
            shape = shape.element
    shape.keys = UNION if keys == "*" else tuple(keys.split(","))
    shape.element = shape.element or Shape()
