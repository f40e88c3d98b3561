"""`replicas`: how many copies of the workloads that have, or had, a name."""

from __future__ import annotations

from typing import Final

from gitopsml.kustomize.fields import applies, reach, with_containers
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.layer import Items, Layer, Setting, located
from gitopsml.kustomize.specs import FieldSpec

STEP: Final = "replicas"


def replicas(items: Items, setting: Setting, layer: Layer) -> Items:
    """Every entry of `replicas`, in order. Raises RenderError where one matches nothing."""
    for entry in setting.parts():
        items = with_count(items, entry, layer.fields.replicas)
    return items


def with_count(items: Items, entry: Setting, specs: tuple[FieldSpec, ...]) -> Items:
    """The items with one entry (`name`, `count`) applied."""
    name = entry.get("name") or ""
    result, found = list(items), False
    for spec in specs:
        for number, item in enumerate(result):
            if _is_meant(item, name, spec):
                found = True
                result[number] = _counted(item, entry, spec)
    if not found:
        kinds = ", ".join(dict.fromkeys(spec.kind for spec in specs))
        raise entry.error(f"no {kinds} is called {name}", "correct the name, or patch the field of another kind")
    return result


def _is_meant(item: Item, name: str, spec: FieldSpec) -> bool:
    if (spec.group and item.group != spec.group) or (spec.version and item.version != spec.version):
        return False
    if item.name == name and spec.kind in ("", item.kind):
        return True
    return any(former.name == name and spec.kind in ("", former.kind) for former in item.former)


def _counted(item: Item, entry: Setting, spec: FieldSpec) -> Item:
    if not applies(spec, item):
        return item
    for pointer in reach(item, spec, create=spec.create):
        if isinstance(item.at(*pointer), dict | list):
            raise located(f"{item.id}: a number is expected here", item.trail.at(pointer).origin)
        if entry.has("count"):
            item = item.put(pointer, entry.value["count"], entry.part("count").origin, STEP)
        else:
            item = item.derive(pointer, 0, (entry.origin,), STEP)
    return with_containers(item, spec, entry.origin, STEP, create=spec.create)
