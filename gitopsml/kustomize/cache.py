"""What the overlays of one run share: files read, files parsed, bases rendered. Values are immutable, so sharing is safe."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from gitopsml.errors import UserError
from gitopsml.files import Files
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.kustomization import Kustomization
from gitopsml.kustomize.layer import File, Options, Rendered
from gitopsml.yamlio import Problem

K = TypeVar("K")
V = TypeVar("V")
KEPT: Final = 1000


class Recent(dict[K, V]):
    """A dict that forgets its oldest entries: what overlays share is asked for again soon, and memory stays flat."""

    def __setitem__(self, key: K, value: V) -> None:
        if len(self) >= KEPT and key not in self:
            del self[next(iter(self))]
        super().__setitem__(key, value)


@dataclass(slots=True, eq=False)
class Cache:
    """One per run. It belongs to the Files and Options it is first used with; with others it starts anew.

    `layers` holds what a base became, or why it does not build.
    """

    files: Recent[str, File] = field(default_factory=Recent)
    kustomizations: Recent[str, Kustomization] = field(default_factory=Recent)
    resources: Recent[str, list[Item]] = field(default_factory=Recent)
    layers: Recent[str, Rendered | UserError] = field(default_factory=Recent)
    problems: Recent[str, tuple[Problem, ...]] = field(default_factory=Recent)  # of files of objects
    memo: Recent[Any, Any] = field(default_factory=Recent)
    _owner: tuple[Files, Options] | None = None

    def open(self, files: Files, options: Options) -> None:
        """Make the cache serve these files and options."""
        if self._owner is not None and self._owner[0] is files and self._owner[1] == options:
            return
        self._owner = (files, options)
        for store in (self.files, self.kustomizations, self.resources, self.layers, self.problems, self.memo):
            store.clear()
