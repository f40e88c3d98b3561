"""ValueAddTransformer: one text into fields of selected objects, whole or as a part of a file path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gitopsml.kustomize.checking import NUMBER, TEXT, checked
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.kustomization import SELECTOR, single
from gitopsml.kustomize.layer import Items, Layer, Setting
from gitopsml.kustomize.select import selected
from gitopsml.kustomize.steps.namespace import Change, written
from gitopsml.kustomize.steps.sources import sources_of, text_at
from gitopsml.model.origin import Origin
from gitopsml.model.pointer import Pointer

STEP: Final = "ValueAddTransformer"
_TARGETS: Final[dict[str, Any]] = {"targets": [{"selector": SELECTOR, "fieldPath": TEXT, "filePathPosition": NUMBER}]}
FIELDS: Final[dict[str, Any]] = {"value": TEXT, "targetFilePath": TEXT, **_TARGETS}


def value_add(items: Items, setting: Setting, layer: Layer) -> Items:
    """The items with the value in the fields that the targets name. Raises RenderError."""
    value = _value(setting, layer)
    targets = list(_targets(setting, layer))
    if not targets:
        raise setting.error("the transformer has no target", "add `targets`")
    for target in targets:
        chosen = {id(item) for item in (selected(items, target.part("selector")) if target.has("selector") else items)}
        items = [_added(item, target, value) if id(item) in chosen else item for item in items]
    return items


def _value(setting: Setting, layer: Layer) -> Setting:
    """What to add: the directory's name where nothing is written."""
    text = (setting.get("value") or "").strip()
    if text:
        return setting.part("value")._replace(value=text)
    directory = layer.files.root.rstrip("/") if layer.directory == "." else layer.directory
    return Setting(directory.rpartition("/")[2], setting.origin)


def _targets(setting: Setting, layer: Layer) -> Iterator[Setting]:
    yield from setting.part("targets").parts() if setting.has("targets") else ()
    if setting.get("targetFilePath"):
        path = setting.part("targetFilePath")
        file = layer.read(path.value, path)
        document = single(file.content, file.path)
        written_there = checked(Setting(document.data, Origin(document)), _TARGETS, strict=False, texts=True)
        yield from written_there.part("targets").parts() if written_there.has("targets") else ()


def _added(item: Item, target: Setting, value: Setting) -> Item:
    path, place = target.get("fieldPath") or "", target.get("filePathPosition", 0)
    if not path:
        raise target.error("the target has no field path", "add `fieldPath`")
    if place < 0:
        raise target.part("filePathPosition").error("the position is negative", "count from 1")
    if path == "metadata/namespace":
        return item if item.id.cluster_scoped else written(item, ("metadata", "namespace"), Change(value, ()))
    pointer = _pointer(item, path, target)
    old = item.trail.at(pointer)
    text = inserted(text_at(item, pointer), place - 1, value.value) if place else value.value
    sources = (value.origin, *sources_of(old)) if place and item.at(*pointer) is not None else (value.origin,)
    return item.derive(pointer, text, sources, STEP)


def _pointer(item: Item, path: str, target: Setting) -> Pointer:
    """The field of a path of map keys; missing maps will be made."""
    pointer: Pointer = tuple(key.replace("\0", "/") for key in path.replace("\\/", "\0").split("/"))
    for length in range(len(pointer)):
        inner = item.at(*pointer[:length])
        if inner is not None and not isinstance(inner, dict):
            raise target.error(f"{path} leads through something that is no map in {item.id}", "correct `fieldPath`")
    if isinstance(item.at(*pointer), dict | list):
        raise target.error(f"{path} of {item.id} is no text", "name a scalar field")
    return pointer


def inserted(path: str, place: int, part: str) -> str:
    """A file path with one more part: at `place` from 0, at the end where there are fewer."""
    absolute, parts = path.startswith("/"), [one for one in path.split("/") if one]
    parts.insert(min(place, len(parts)), part)
    return ("/" if absolute else "") + "/".join(parts)
