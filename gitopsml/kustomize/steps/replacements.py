"""`replacements`: the value of one field -> into fields of other objects (facts: kustomize §6)."""

from __future__ import annotations

from typing import Any, Final

from gitopsml.kustomize.checking import checked
from gitopsml.kustomize.fieldpath import PathProblem, source
from gitopsml.kustomize.items import Id, Item
from gitopsml.kustomize.kustomization import fields_of
from gitopsml.kustomize.layer import Items, Layer, Setting
from gitopsml.kustomize.steps.replacing import Found, typed, with_value
from gitopsml.kustomize.steps.sources import sources_of, written
from gitopsml.kustomize.steps.targets import target_of
from gitopsml.model.origin import Origin
from gitopsml.model.pointer import lookup
from gitopsml.yamlio.scalars import ScalarError

STEP: Final = "replacement"
_NAME: Final = "metadata.name"


def replacements(items: Items, setting: Setting, layer: Layer) -> Items:
    """Every replacement, in order, on the result of the former. Raises RenderError."""
    for entry in setting.parts():
        for one in _loaded(entry, layer):
            items = replaced(items, one, layer)
    return items


def _loaded(entry: Setting, layer: Layer) -> list[Setting]:
    """An entry, or the replacements in the file that it names."""
    if not entry.get("path"):
        return [entry]
    if entry.has("source") or entry.get("targets"):
        raise entry.error("a replacement has a `path` or says what to do, not both", "keep one of the two")
    path = entry.part("path")
    file = layer.read(path.value, path)
    key = ("replacements", file.path)
    if key not in layer.memo:
        layer.memo[key] = _of_file(file.content, file.path, path, fields_of(layer.options.version)["replacements"][0])
    known: list[Setting] = layer.memo[key]
    return known


def _of_file(content: bytes, path: str, entry: Setting, fields: dict[str, Any]) -> list[Setting]:
    from gitopsml.yamlio import Dialect, read

    documents = read(content, path, Dialect.API, single=True).documents
    data = documents[0].data if documents else None
    if not isinstance(data, dict | list):
        raise entry.error(f"{path} has no replacements", "write a replacement, or a list of them")
    whole = Setting(data, Origin(documents[0]))
    return [checked(one, fields, strict=False, texts=True) for one in (whole.parts() if isinstance(data, list) else [whole])]


def replaced(items: Items, entry: Setting, layer: Layer) -> Items:
    """One replacement: its source's value in every field that its targets mean."""
    if not (entry.has("source") or entry.has("sourceValue")) or not entry.has("targets"):
        raise entry.error("a replacement needs a source and targets", "write `source` and `targets`")
    found = _value(items, entry)
    result = list(items)
    for part in entry.part("targets").parts():
        target = target_of(part, layer)
        chosen = [number for number, item in enumerate(result) if target.selects(item)]
        for number, path in ((number, path) for number in chosen for path in target.paths):
            result[number] = with_value(result[number], found, target, path)
            if number == found.number:
                found = _again(result[number], found)
        if not chosen:
            layer.note("replacement-no-match", "the target selects nothing", part.origin)
    return result


def _again(item: Item, found: Found) -> Found:
    """The source's value after its own object was changed: kustomize copies what stands there then."""
    value, trail = item.at(*found.pointer), item.trail.at(found.pointer)
    return found._replace(value=value, text=written(value, trail), trail=trail)


def _value(items: Items, entry: Setting) -> Found:
    if not entry.has("sourceValue"):
        return _source(items, entry.part("source"))
    if entry.has("source"):
        raise entry.error("a replacement has a `source` or a `sourceValue`, not both", "keep one of the two")
    value = entry.part("sourceValue")
    return Found(value.value, value.value, None, (value.origin,))


def _source(items: Items, setting: Setting) -> Found:
    """The value of the field that the source means, cut as its options say."""
    number, item = _selected(items, setting)
    path = setting.get("fieldPath") or _NAME
    try:
        pointer = source(item.data, path)
    except PathProblem as problem:
        raise setting.error(f"cannot look up {path} in {item.id}: {problem}", "correct fieldPath") from None
    value = lookup(item.data, pointer) if pointer is not None else None
    if pointer is None or value is None or value in ({}, []):
        raise setting.error(f"{item.id} has no value in {path}", "correct fieldPath")
    trail = item.trail.at(pointer)
    text = written(value, trail)
    options = setting.part("options") if setting.has("options") else None
    if options is None or not options.get("delimiter"):
        return Found(value, text, trail, sources_of(trail), number, pointer)
    if isinstance(value, dict | list):
        raise options.error(f"{path} is no text that could be split", "name a scalar field")
    parts, index = text.split(options.get("delimiter")), options.get("index", 0)
    if not 0 <= index < len(parts):
        raise options.error(f"index {index} is beyond the {len(parts)} parts of {text!r}", "correct index or delimiter")
    return Found(_piece(parts[index], value), parts[index], None, sources_of(trail))


def _piece(text: str, value: Any) -> Any:
    """A part of a scalar's text, which keeps the scalar's type where it can."""
    try:
        return typed(text, value)
    except ScalarError:
        return text


def _selected(items: Items, setting: Setting) -> tuple[int, Item]:
    """The one object that a source means, by what it is or was called, and its number."""
    wanted = Id(*(setting.get(key) or "" for key in Id._fields))
    found = [(number, item) for number, item in enumerate(items) if any(_means(wanted, one) for one in item.ids)]
    if not found:
        raise setting.error("the source selects nothing", "correct kind, name and namespace")
    if len(found) > 1:
        names = ", ".join(str(item.id) for _, item in found)
        raise setting.error(f"the source selects several objects: {names}", "say which one by kind, name and namespace")
    return found[0]


def _means(wanted: Id, one: Id) -> bool:
    return (
        wanted.name in ("", one.name)
        and (not wanted.namespace or wanted.effective_namespace == one.effective_namespace)
        and wanted.group in ("", one.group)
        and wanted.version in ("", one.version)
        and wanted.kind in ("", one.kind)
    )
