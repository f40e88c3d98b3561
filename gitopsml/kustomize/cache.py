"""What the overlays of one run share: files read, files parsed, bases rendered. Values are immutable, so sharing is safe."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gitopsml.errors import UserError
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.kustomization import Kustomization
from gitopsml.kustomize.layer import File, Options

if TYPE_CHECKING:
    from gitopsml.files import Files
    from gitopsml.kustomize.layer import Rendered


@dataclass(slots=True, eq=False)
class Cache:
    """One per run. It belongs to the Files and Options it is first used with; with others it starts anew.

    `layers` holds what a base became, or why it does not build.
    """

    files: dict[str, File] = field(default_factory=dict)
    kustomizations: dict[str, Kustomization] = field(default_factory=dict)
    resources: dict[str, list[Item]] = field(default_factory=dict)
    layers: dict[str, Rendered | UserError] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict)
    _owner: tuple[Files, Options] | None = None

    def open(self, files: Files, options: Options) -> None:
        """Make the cache serve these files and options."""
        if self._owner is not None and self._owner[0] is files and self._owner[1] == options:
            return
        self._owner = (files, options)
        for store in (self.files, self.kustomizations, self.resources, self.layers, self.memo):
            store.clear()
