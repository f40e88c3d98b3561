"""The last step: local objects go, annotations become text, kustomize's own notes disappear."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from gitopsml.kustomize.items import Item
from gitopsml.kustomize.layer import Items, located
from gitopsml.kustomize.text import text_of
from gitopsml.model.origin import Origin, Trail

LOCAL: Final = "config.kubernetes.io/local-config"
_BUILD: Final = frozenset(("config.kubernetes.io/origin", "alpha.config.kubernetes.io/transformations"))


_HELM: Final = _BUILD | {"internal.config.kubernetes.io/helm-generated"}


def finished(items: Items, version: tuple[int, int, int]) -> Items:
    """The objects as they are printed. Raises RenderError for one that lost its kind or name on the way."""
    dropped = _BUILD if version < (5, 8, 1) else _HELM
    result: Items = []
    for item in items:
        if not item.kind or not (item.name or item.kind.endswith("List")):
            raise located("an object lost its kind or name while it was built", item.trail.origin, "see which patch removed it")
        annotations = item.metadata.get("annotations")
        if annotations is None and "annotations" not in item.metadata:
            result.append(item)
        elif not isinstance(annotations, dict) or annotations.get(LOCAL, "false") in ("false", False):
            result.append(_as_texts(item, annotations, dropped))
    return result


def _as_texts(item: Item, annotations: Any, dropped: frozenset[str]) -> Item:
    """Annotations as kustomize writes them anew: texts; none at all are no map."""
    found = annotations if isinstance(annotations, dict) else {}
    if found and all(isinstance(value, str) for value in found.values()) and dropped.isdisjoint(found):
        return item
    trail = item.trail.at(("metadata", "annotations"))
    texts: dict[str, str] = {}
    for key, value in found.items():
        if key not in dropped:
            texts[key] = value if isinstance(value, str) else _text(value, trail.part(key))
            if not isinstance(value, str):
                trail = trail.with_part(key, _derived(trail.part(key)))
    metadata = {key: value for key, value in item.metadata.items() if key != "annotations"}
    if texts:
        metadata["annotations"] = texts
    return replace(item, data={**item.data, "metadata": metadata}, trail=item.trail.with_at(("metadata", "annotations"), trail))


def _text(value: Any, trail: Trail) -> str:
    if value is not None:
        return text_of(value)
    from gitopsml.yamlio import scalar_text

    return "null" if trail.derived or trail.step else scalar_text(*trail.origin)


def _derived(trail: Trail) -> Trail:
    return replace(trail, derived=True, sources=trail.sources or (Origin(*trail.origin),))
