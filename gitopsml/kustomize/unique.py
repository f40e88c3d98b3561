"""No two objects of a build may have one id."""

from __future__ import annotations

from gitopsml.kustomize.items import Id, Item
from gitopsml.kustomize.layer import located
from gitopsml.model.origin import Origin


def demand_unique(items: list[Item], origin: Origin | None = None) -> None:
    """Raises RenderError where two items have one id: at `origin`, or else where the second one was written."""
    seen: dict[Id, Item] = {}
    for item in items:
        key = item.id.effective
        other = seen.setdefault(key, item)
        if other is not item:
            first = other.trail.origin.document.path
            raise located(f"{item.id} is there twice (first in {first})", origin or item.trail.origin, "remove or rename one")
