"""`buildMetadata`: annotations that say which file or generator an object came from, and which transformers saw it; a label.

Only what the outermost kustomization asks for counts. While it does, `Made` records travel with the items (facts: kustomize §3).
"""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import Any, Final

from gitopsml.kustomize.items import Item, Made
from gitopsml.kustomize.layer import Items, Layer, Setting
from gitopsml.model.origin import Origin
from gitopsml.model.pointer import Pointer

STEP: Final = "buildMetadata"
OPTIONS: Final = ("originAnnotations", "transformerAnnotations", "managedByLabel")
ORIGIN: Final = "config.kubernetes.io/origin"
CHANGES: Final = "alpha.config.kubernetes.io/transformations"
MANAGED_BY: Final = "app.kubernetes.io/managed-by"

# field of a kustomization -> the plugin that kustomize makes of it; of those in _EACH, one for each entry
_PLUGINS: Final = {
    "configMapGenerator": "ConfigMapGenerator",
    "secretGenerator": "SecretGenerator",
    "patchesStrategicMerge": "PatchStrategicMergeTransformer",
    "patches": "PatchTransformer",
    "namespace": "NamespaceTransformer",
    "namePrefix": "PrefixTransformer",
    "nameSuffix": "SuffixTransformer",
    "labels": "LabelTransformer",
    "commonLabels": "LabelTransformer",
    "commonAnnotations": "AnnotationsTransformer",
    "patchesJson6902": "PatchJson6902Transformer",
    "replicas": "ReplicaCountTransformer",
    "images": "ImageTagTransformer",
    "imageTags": "ImageTagTransformer",
    "replacements": "ReplacementTransformer",
}
_EACH: Final = frozenset(("patches", "labels", "patchesJson6902", "replicas", "images", "imageTags"))
_GENERATORS: Final = frozenset(("configMapGenerator", "secretGenerator"))


def noted(before: Items, after: Items, key: str, layer: Layer) -> Items:
    """The items after the step of a field, with what is to be remembered of it."""
    kind, value = _PLUGINS.get(key), layer.kustomization.value.get(key)
    if kind is None or not value:
        return after
    made = Made(layer.kustomization.origin.document.path, "builtin", kind)
    if key in _GENERATORS:
        return generated(before, after, made, value)
    count = len(value) if key in _EACH else 1
    if key == "labels" and not layer.kustomization.value.get("commonLabels"):
        count += 1  # kustomize runs the transformer of commonLabels too
    return transformed(before, after, made, count)


def generated(before: Items, after: Items, made: Made, entries: list[dict[str, Any]]) -> Items:
    """New objects come from `made`; one that an entry merged into another keeps where that came from."""
    known = {id(item) for item in before}
    joined = {entry.get("name") for entry in entries if entry.get("behavior") == "merge"}
    result: Items = []
    for item in after:
        if id(item) not in known:
            old = next((one for one in before if any(item.id.same(each) for each in one.ids)), None)
            merged = old is not None and old.original.name in joined
            item = replace(item, made=(old.made or Made(old.trail.origin.document.path)) if merged and old is not None else made)
        result.append(item)
    return result


def transformed(before: Items, after: Items, made: Made, count: int = 1) -> Items:
    """A transformer is noted on every object, whether it changed it or not; objects that it made come from it."""
    documents = {id(item.trail.origin.document) for item in before}
    return [
        replace(item, changes=(*item.changes, *(made,) * count))
        if id(item.trail.origin.document) in documents or item.made is not None
        else replace(item, made=made)
        for item in after
    ]


def written(items: Items, setting: Setting | None, layer: Layer) -> Items:
    """The items with the annotations and the label that `buildMetadata` asks for."""
    wanted = dict.fromkeys(setting.value) if setting is not None else {}
    if setting is None or wanted.keys().isdisjoint(OPTIONS):
        return items
    return [_written(item, list(wanted), setting.origin, layer) for item in items]


def _written(item: Item, wanted: list[str], origin: Origin, layer: Layer) -> Item:
    texts: list[tuple[Pointer, str]] = []
    if "originAnnotations" in wanted:
        made = item.made or Made(item.trail.origin.document.path)
        texts.append((("metadata", "annotations", ORIGIN), "".join(f"{line}\n" for line in _lines(made, layer.directory))))
    if "transformerAnnotations" in wanted and item.changes:
        texts.append((("metadata", "annotations", CHANGES), "".join(_listed(one, layer.directory) for one in item.changes)))
    if "managedByLabel" in wanted:
        version = "-(devel)" if layer.options.version < (5, 7, 1) else "-v" + ".".join(map(str, layer.options.version))
        texts.append((("metadata", "labels", MANAGED_BY), f"kustomize{version}"))
    for pointer, text in texts:
        item = item.derive(pointer, text, (origin,), STEP)
    return item


def _lines(made: Made, directory: str) -> list[str]:
    path = posixpath.relpath(made.path, directory)
    if not made.kind:
        return [_line("path", path)]
    by = [_line(key, value) for key, value in zip(("apiVersion", "kind", "name", "namespace"), made[1:], strict=True) if value]
    return [_line("configuredIn", path), "configuredBy:", *(f"  {line}" for line in by)]


def _listed(made: Made, directory: str) -> str:
    first, *rest = _lines(made, directory)
    return "".join([f"- {first}\n", *(f"  {line}\n" for line in rest)])


def _line(key: str, value: str) -> str:
    from gitopsml.yamlio import write

    return write({key: value}).rstrip("\n")
