"""What one kustomization has gathered so far: kustomize's accumulator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gitopsml.kustomize.fields import merged
from gitopsml.kustomize.items import Id, Item
from gitopsml.kustomize.layer import Deleted, Layer, Note, Rendered, Setting
from gitopsml.kustomize.specs import Fields


@dataclass(slots=True, eq=False)
class Accumulated:
    """Grows while a kustomization and its components are built; `rendered` is its final, immutable form."""

    items: list[Item] = field(default_factory=list)
    fields: Fields | None = None
    variables: tuple[Setting, ...] = ()
    files: set[str] = field(default_factory=set)
    directories: set[str] = field(default_factory=set)
    notes: tuple[Note, ...] = ()
    warnings: tuple[str, ...] = ()
    deleted: tuple[Deleted, ...] = ()
    inherited: set[str] = field(default_factory=set)  # files of the objects that bases brought

    def add(self, items: list[Item], entry: Setting) -> None:
        """Add objects. Raises RenderError, at the entry that brought them, where one has an id that is there already."""
        known = {item.id.effective for item in self.items} if self.items else set[Id]()
        for item in items:
            key = item.id.effective
            if key in known:
                where = item.trail.origin.document.path
                raise entry.error(
                    f"{item.id} (from {where}) is there already", "list each object once, or rename one", "resource-reached-twice"
                )
            known.add(key)
        self.items = [*self.items, *items]

    def join(self, base: Rendered, entry: Setting) -> None:
        """Add all that a base brings."""
        self.add(base.items, entry)
        self.inherited.update([item.trail.origin.document.path for item in base.items])
        if base.fields is not None:
            self.add_fields(base.fields, entry)
        self.add_variables(base.variables)
        self.files |= base.files
        self.directories |= base.directories
        self.notes += base.notes
        self.warnings += base.warnings
        self.deleted += base.deleted

    def add_fields(self, fields: Fields, entry: Setting | None = None) -> None:
        """Add field tables. Raises RenderError (at the entry that brings them) where they are in conflict."""
        self.fields = fields if self.fields is None else merged(self.fields, fields, entry)

    def add_variables(self, variables: Iterable[Setting]) -> None:
        """Add `vars`. Raises RenderError where a name is taken."""
        known = {one.get("name") for one in self.variables}
        for one in variables:
            if one.get("name") in known:
                raise one.error(f"the variable {one.get('name')} is there already", "rename one of the two")
            known.add(one.get("name"))
            self.variables = (*self.variables, one)

    def take(self, layer: Layer) -> None:
        """Take over what a layer's steps noted."""
        self.notes += tuple(layer.notes)
        self.warnings += tuple(layer.warnings)
        self.deleted += tuple(layer.deleted)
        layer.notes.clear()
        layer.warnings.clear()
        layer.deleted.clear()

    def rendered(self) -> Rendered:
        """The final form."""
        return Rendered(
            self.items,
            self.fields,
            self.variables,
            frozenset(self.files),
            frozenset(self.directories),
            self.notes,
            self.warnings,
            self.deleted,
        )
