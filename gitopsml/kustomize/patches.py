"""The patch steps: `patches`, `patchesStrategicMerge` and `patchesJson6902` (facts: kustomize §5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from gitopsml.errors import UserError
from gitopsml.kustomize import jsonpatch
from gitopsml.kustomize.internal import clean_annotations
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.layer import Deleted, Items, Layer, Setting, located
from gitopsml.kustomize.losses import no_match, of_merge, of_patch
from gitopsml.kustomize.merge import merged, plain
from gitopsml.kustomize.parts import ABSENT, MergeProblem, Part
from gitopsml.kustomize.patchtext import PatchText, from_field, from_file
from gitopsml.kustomize.select import selected
from gitopsml.kustomize.shapes import Shape
from gitopsml.kustomize.text import text_of
from gitopsml.kustomize.unique import demand_unique
from gitopsml.model.origin import Trail

STEP: Final = "patch"


def patches(items: Items, setting: Setting, layer: Layer) -> Items:
    """`patches`: each entry in order."""
    for entry in setting.parts():
        items = patch(items, entry, layer)
    return items


def patch(items: Items, entry: Setting, layer: Layer) -> Items:
    """One entry of `patches`, or the configuration of a PatchTransformer. Raises RenderError or YamlError."""
    found = _text(entry, layer, "patch")
    if found.objects is not None and found.operations is not None:
        if layer.options.version < (5, 8, 1) and not (_target(entry) and layer.options.version >= (5, 7, 1)):
            raise located("the patch says nothing", found.origin, "give it content, or remove the entry")
        return items
    if found.objects:
        return _merge_all(items, found.objects, entry, layer)
    if found.operations is None:
        harmless = _target(entry) and (found.blank or not selected(items, entry.part("target")))
        if not harmless and layer.options.version < (5, 8, 1):
            raise located("the patch says nothing", found.origin, "give it content, or remove the entry")
        return items
    if not _target(entry):
        raise located("a JSON patch needs a target", found.origin, "add `target:` with kind and name")
    return _apply(items, found, entry, layer, remember=True)


def strategic_merges(items: Items, setting: Setting, layer: Layer) -> Items:
    """`patchesStrategicMerge`: paths, or texts with objects."""
    for entry in setting.parts():
        items = _each_merged(items, _inline(entry, layer) or from_file(entry, layer), layer)
    return items


def strategic_text(items: Items, setting: Setting, layer: Layer) -> Items:
    """The text of a PatchStrategicMergeTransformer."""
    return _each_merged(items, from_field(setting, layer, trimmed=False), layer)


def _each_merged(items: Items, found: PatchText, layer: Layer) -> Items:
    if found.objects is None:
        hint = "write the object's kind and name, or use `patches`"
        raise located("this is not a strategic merge patch", found.origin, hint)
    for one in found.objects:
        items = _merged_into(items, [_the_one(items, one)], one, layer, by_target=True)
    return items


def json_patches(items: Items, setting: Setting, layer: Layer) -> Items:
    """`patchesJson6902`: each entry in order."""
    for entry in setting.parts():
        items = json_patch(items, entry, layer, text="patch")
    return items


def json_patch(items: Items, entry: Setting, layer: Layer, *, text: str = "jsonOp") -> Items:
    """One entry of `patchesJson6902`, or the configuration of a PatchJson6902Transformer; `text` names the field of the text."""
    if not _target(entry) or not entry.part("target").get("name"):
        raise entry.error("the patch has no target name", "add `target:` with kind and name")
    found = _text(entry, layer, text)
    if not found.operations:
        raise located("this is not a JSON patch", found.origin, "write a list of operations: op, path, value")
    return _apply(items, found, entry, layer, remember=False)


def _text(entry: Setting, layer: Layer, field: str) -> PatchText:
    inline, path = (entry.get(field) or "").strip(), entry.get("path")
    if bool(inline) == bool(path):
        raise entry.error(f"the patch has {'both' if path else 'neither'} `path` and `{field}`", "give it one of them")
    return from_file(entry.part("path"), layer) if path else from_field(entry.part(field), layer)


def _inline(entry: Setting, layer: Layer) -> PatchText | None:
    """An entry of `patchesStrategicMerge` that is the patch itself."""
    if "\n" in entry.value:
        return from_field(entry, layer, trimmed=False)
    if not entry.value.lstrip().startswith("{"):
        return None
    try:
        return from_field(entry, layer, trimmed=False)
    except UserError:
        return None


def _target(entry: Setting) -> bool:
    return entry.has("target")


def _apply(items: Items, found: PatchText, entry: Setting, layer: Layer, *, remember: bool) -> Items:
    assert found.operations is not None
    chosen = selected(items, entry.part("target"))
    if found.rest:
        layer.note("patch-document-ignored", "only the first document of a JSON patch is applied", found.origin)
    if not chosen:
        layer.notes.append(no_match(items, entry.part("target"), layer.kustomization))
        return items
    _note_unguarded(found, layer)
    marked = {id(item) for item in chosen}
    return [_patched(item, found.operations, remember=remember) if id(item) in marked else item for item in items]


def _note_unguarded(found: PatchText, layer: Layer) -> None:
    """A JSON patch by hand over generated objects (apps/<team>/<app>/local) that tests nothing before it changes something."""
    where, operations = found.origin.document.path.split("/"), found.operations or []
    by_hand = where[0] == "apps" and "local" in where
    words = [one.data.get("op") for one in operations]
    if by_hand and words[0] != "test" and any(word != "add" for word in words):
        message = "begin the patch with an operation `op: test`, so that it stops where the object is not as expected"
        layer.note("local-patch-unguarded", message, found.origin)


def _patched(item: Item, patch: list[jsonpatch.Operation], *, remember: bool) -> Item:
    """The item after a JSON patch. kustomize's own annotations make `metadata.annotations` exist while it is applied."""
    item = item.remember() if remember else item
    if item.former and "annotations" not in item.metadata:
        item = replace(item, data={**item.data, "metadata": {**item.metadata, "annotations": {}}})
    item = jsonpatch.apply(item, patch)
    return replace(item, data=clean_annotations(item.data))


def _merge_all(items: Items, objects: list[Item], entry: Setting, layer: Layer) -> Items:
    options = entry.get("options") or {}
    allowed = [
        replace(
            one,
            may_rename=one.may_rename or bool(options.get("allowNameChange")),
            may_change_kind=bool(options.get("allowKindChange")),
        )
        for one in objects
    ]
    if _target(entry):
        if len(allowed) > 1:
            raise located("several objects in one patch cannot have a target", allowed[1].trail.origin, "make an entry of each")
        chosen = selected(items, entry.part("target"))
        if not chosen:
            layer.notes.append(no_match(items, entry.part("target"), layer.kustomization))
        return _merged_into(items, chosen, allowed[0], layer, by_target=True)
    count = len(items)
    for one in allowed:
        if len(items) < count and layer.options.version < (5, 7, 1):
            raise located(
                "kustomize 5.6.0 fails on a patch that goes on after deleting an object", one.trail.origin, "make two patches"
            )
        items = _merged_into(items, [_the_one(items, one)], one, layer, by_target=False)
    return items


def _the_one(items: Items, patch: Item) -> Item:
    """The object that a patch without target means: the one that has or had its id."""
    wanted = patch.original
    found = [item for item in items if _named(item, wanted.name) and any(wanted.same(one) for one in item.ids)]
    if len(found) == 1:
        return found[0]
    if found:
        raise located(f"the patch for {wanted} matches {len(found)} objects", patch.trail.origin, "add a target")
    close = next((item.id for item in items if item.name == wanted.name or item.kind == wanted.kind), None)
    hint = f"there is {close} ({close.group}/{close.version})" if close else "check apiVersion, kind, name and namespace"
    raise located(f"no object matches the patch for {wanted}", patch.trail.origin, hint)


def _named(item: Item, name: str) -> bool:
    return item.name == name or any(one.name == name for one in item.former)


def _merged_into(items: Items, chosen: Items, patch: Item, layer: Layer, *, by_target: bool) -> Items:
    part = _prepared(patch, layer, by_target=by_target)
    layer.notes.extend(of_patch(part))
    ids = {id(item) for item in chosen}
    result: Items = []
    for item in items:
        new = _merged(item, patch, part, layer) if id(item) in ids else item
        if new is None:
            continue
        result.append(new)
    if by_target and (patch.may_rename or patch.may_change_kind):
        demand_unique(result, patch.trail.origin)
    return result


def _merged(item: Item, patch: Item, part: Part, layer: Layer) -> Item | None:
    base = item.remember() if patch.may_rename or patch.may_change_kind else item
    shape = layer.shape_of(item.api_version, item.kind) or layer.shape_of(item.api_version, patch.kind)  # kustomize asks both
    try:
        new = merged(Part(base.data, base.trail), part, shape, base_is_plain=_plain(base.data, shape, layer))
    except MergeProblem as problem:
        raise located(f"{item.id}: {problem.what}", problem.trail.origin, "make the patch fit the object") from None
    layer.notes.extend(of_merge(base.data, part, shape))
    if new.value is ABSENT:
        layer.deleted.append(Deleted(item.id, new.trail))
        return None
    return _identity_kept(base.but(new.value, new.trail), base, patch)


def _plain(data: dict[str, Any], shape: Shape | None, layer: Layer) -> bool:
    key = ("plain", id(data), id(shape))
    known = layer.memo.get(key)
    if known is None:
        known = layer.memo[key] = (data, shape, plain(data, shape))  # both are kept, so that their ids stay their own
    return bool(known[2])


def _prepared(patch: Item, layer: Layer, *, by_target: bool) -> Part:
    """The patch without what identifies its target; with a target, kustomize makes labels and annotations texts."""
    key = ("merge", id(patch.data), by_target, patch.may_rename, patch.may_change_kind)
    known = layer.memo.get(key)
    if known is None:
        known = layer.memo[key] = (patch.data, _part(patch, by_target=by_target))
    assert isinstance(known[1], Part)
    return known[1]


def _part(patch: Item, *, by_target: bool) -> Part:
    dropped = {"apiVersion"} if patch.may_change_kind else {"apiVersion", "kind"}
    data = {key: value for key, value in patch.data.items() if key not in dropped}
    trail = Trail(patch.trail.origin, step=STEP)
    metadata = data.get("metadata")
    if isinstance(metadata, dict):
        hidden = {"namespace"} if patch.may_rename else {"namespace", "name"}
        metadata = {key: value for key, value in metadata.items() if key not in hidden}
        if by_target:
            metadata, trail = _texts(metadata, trail)
        data["metadata"] = metadata
    return Part(data, trail)


def _texts(metadata: dict[str, Any], trail: Trail) -> tuple[dict[str, Any], Trail]:
    for name in ("labels", "annotations"):
        values = metadata.get(name)
        for key, value in values.items() if isinstance(values, dict) else ():
            if not isinstance(value, str):
                text = "null" if value is None else text_of(value)
                metadata = {**metadata, name: {**metadata[name], key: text}}
                pointer = ("metadata", name, key)
                trail = trail.with_at(pointer, replace(trail.at(pointer), derived=True, sources=(trail.at(pointer).origin,)))
        if values == {} or (values is None and name in metadata):
            metadata = {key: value for key, value in metadata.items() if key != name}
    return metadata, trail


def _identity_kept(item: Item, base: Item, patch: Item) -> Item:
    """Name, kind and namespace survive a patch, whatever it does to the maps they stand in."""
    kept: list[tuple[str | int, ...]] = [("apiVersion",), ("metadata", "namespace")]
    if not patch.may_change_kind:
        kept.append(("kind",))
    if not patch.may_rename:
        kept.append(("metadata", "name"))
    for pointer in kept:
        value = base.at(*pointer)
        if value is not None and item.at(*pointer) != value:
            item = replace(
                item,
                data=item.write(pointer, value, base.trail.at(pointer)).data,
                trail=item.trail.with_at(pointer, base.trail.at(pointer)),
            )
    return item
