"""kustomize's own notes on objects, kept as annotations: those in a user's file act, and all are gone from the output."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from gitopsml.kustomize.items import Former, Item
from gitopsml.kustomize.text import text_of

_OWN: Final = "internal.config.kubernetes.io/"
HASH: Final = f"{_OWN}needsHashSuffix"
BEHAVIOR: Final = f"{_OWN}generatorBehavior"
NAME_CHANGE: Final = f"{_OWN}allowNameChange"
KIND_CHANGE: Final = f"{_OWN}allowKindChange"
_LISTS: Final = tuple(_OWN + name for name in ("prefixes", "suffixes", "previousKinds", "previousNamespaces", "previousNames"))
_REMOVED: Final = frozenset(
    (
        HASH,
        BEHAVIOR,
        NAME_CHANGE,
        KIND_CHANGE,
        *_LISTS,
        *(_OWN + name for name in ("refBy", "path", "index", "seqindent", "id", "annotations-migration-resource-id")),
        "config.kubernetes.io/path",
        "config.kubernetes.io/index",
        "config.k8s.io/id",
    )
)
_MARKS: Final = ("internal.config.kubernetes.io/", "config.kubernetes.io/", "config.k8s.io/")


def adopt(item: Item) -> Item:
    """An item as read -> what its internal annotations say about it becomes state of the item, and leaves the data."""
    annotations = item.metadata.get("annotations")
    if not isinstance(annotations, dict) or not any(isinstance(key, str) and key.startswith(_MARKS) for key in annotations):
        return item
    said = {key: text_of(annotations[key]) for key in annotations if key in _REMOVED}
    if not said:
        return item
    prefixes, suffixes, kinds, namespaces, names = (_split(said.get(name)) for name in _LISTS)
    former = tuple(Former(*one) for one in zip(kinds, namespaces, names, strict=False))
    return replace(
        item,
        data=without(item.data, said),
        former=former,
        prefixes=prefixes,
        suffixes=suffixes,
        needs_hash=said.get(HASH) == "enabled",
        behavior=said.get(BEHAVIOR, ""),
        may_rename=said.get(NAME_CHANGE) == "enabled",
        may_change_kind=said.get(KIND_CHANGE) == "enabled",
    )


def without(data: dict[str, Any], keys: dict[str, str]) -> dict[str, Any]:
    """The object without some annotations; an empty map of annotations goes too."""
    metadata = dict(data["metadata"])
    kept = {key: value for key, value in metadata["annotations"].items() if key not in keys}
    if kept:
        metadata["annotations"] = kept
    else:
        del metadata["annotations"]
    return {**data, "metadata": metadata}


def clean_annotations(data: dict[str, Any]) -> dict[str, Any]:
    """The object with annotations that are texts, and without an empty map of them (the same object where nothing changes)."""
    metadata = data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if not isinstance(annotations, dict) or (annotations and all(isinstance(value, str) for value in annotations.values())):
        return data
    texts = {key: "null" if value is None else text_of(value) for key, value in annotations.items()}
    rest = {key: value for key, value in metadata.items() if key != "annotations"} if isinstance(metadata, dict) else {}
    return {**data, "metadata": {**rest, "annotations": texts} if texts else rest}


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(text.split(",")) if text is not None else ()
