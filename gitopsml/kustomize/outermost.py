"""What only the outermost kustomization does, once: hashes, references, variables, order (facts: kustomize §1)."""

from __future__ import annotations

from collections.abc import Iterator

from gitopsml.kustomize import metadata
from gitopsml.kustomize.finish import LOCAL
from gitopsml.kustomize.finish import finished as printable
from gitopsml.kustomize.layer import Items, Layer, Renamed, Rendered
from gitopsml.kustomize.order import in_order
from gitopsml.kustomize.refs import fixed
from gitopsml.kustomize.steps.hashes import add_hashes
from gitopsml.kustomize.steps.variables import substitute
from gitopsml.kustomize.unique import demand_unique


def finished(rendered: Rendered, layer: Layer) -> Items:
    """The objects as they are printed, in order. Raises RenderError."""
    items: Items = add_hashes(rendered.items)
    items = fixed(items, layer.fields.name_references, layer.memo)
    items = substitute(items, rendered.variables, layer)
    printed = printable(items, layer.options.version)
    if len(printed) < len(items):
        _note_dropped(items, printed, layer)
    result = metadata.written(printed, layer.setting("buildMetadata"), layer)
    ordered = in_order(result, layer.setting("sortOptions"))
    demand_unique(ordered)
    return ordered


def _note_dropped(items: Items, printed: Items, layer: Layer) -> None:
    left = {item.id for item in printed}
    for item in items:
        if item.id not in left:
            origin = item.trail.at(("metadata", "annotations", LOCAL)).origin
            layer.note("object-dropped", f"remove the annotation if {item.id} is meant to be deployed", origin)


def renamed(items: Items) -> Iterator[Renamed]:
    """The objects whose name is not the one that they were written with."""
    for item in items:
        former = tuple(dict.fromkeys(one.name for one in item.ids if one.name != item.name)) if item.former else ()
        if former:
            yield Renamed(item.id, former)
