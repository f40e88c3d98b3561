"""`namePrefix` and `nameSuffix`: around metadata.name of all objects but a few kinds (facts: kustomize §3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from gitopsml.kustomize.fields import reach, with_containers
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.layer import Items, Layer, Setting, located
from gitopsml.kustomize.specs import FieldSpec
from gitopsml.kustomize.steps.sources import retyped, sources_of, text_at
from gitopsml.model.pointer import Pointer

# Kinds that keep their names; a group of None is any group.
_KEPT: Final[dict[str, str | None]] = {
    "CustomResourceDefinition": None,
    "APIService": "apiregistration.k8s.io",
    "Namespace": None,
}
_NAME: Final = "metadata/name"


def name_prefix(items: Items, setting: Setting, layer: Layer) -> Items:
    """Put a prefix before the names."""
    return renamed(items, setting, layer.fields.name_prefix, before=True) if setting.value else items


def name_suffix(items: Items, setting: Setting, layer: Layer) -> Items:
    """Put a suffix behind the names."""
    return renamed(items, setting, layer.fields.name_suffix, before=False) if setting.value else items


def renamed(items: Items, affix: Setting, specs: tuple[FieldSpec, ...], *, before: bool) -> Items:
    """The items with a prefix or suffix in the fields that the specs name."""
    return [item if _is_kept(item) else _renamed(item, affix, specs, before) for item in items]


def _is_kept(item: Item) -> bool:
    kind = item.original.kind if item.former else item.kind
    return kind in _KEPT and _KEPT[kind] in (None, item.group)


def _renamed(item: Item, affix: Setting, specs: tuple[FieldSpec, ...], before: bool) -> Item:
    first = item.original
    for spec in specs:
        if not _means(spec, first.group, first.version, first.kind):
            continue
        if spec.path == _NAME:
            item = _with_affix(item, affix.value, before)
        if affix.value and _means(spec, item.group, item.version, item.kind):
            for pointer in reach(item, spec, create=spec.create):
                item = _put(item, pointer, affix, before)
            item = with_containers(item, spec, affix.origin, _step(before), create=spec.create)
    return item


def _means(spec: FieldSpec, group: str, version: str, kind: str) -> bool:
    return spec.kind in ("", kind) and spec.group in ("", group) and spec.version in ("", version)


def _with_affix(item: Item, affix: str, before: bool) -> Item:
    """Even an empty affix is noted, but not as a renaming."""
    noted = replace(item, prefixes=(*item.prefixes, affix)) if before else replace(item, suffixes=(*item.suffixes, affix))
    return noted.remember() if affix else noted


def _put(item: Item, pointer: Pointer, affix: Setting, before: bool) -> Item:
    old = item.at(*pointer)
    trail = item.trail.at(pointer)
    if isinstance(old, dict | list):
        raise located(f"{item.id}: a name is expected here", trail.origin, "correct the field spec or the object")
    text = text_at(item, pointer)
    value = affix.value + text if before else text + affix.value
    sources = (affix.origin, *sources_of(trail)) if old is not None else (affix.origin,)
    return item.derive(pointer, retyped(value, trail), sources, _step(before))


def _step(before: bool) -> str:
    return "namePrefix" if before else "nameSuffix"
