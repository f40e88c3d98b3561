"""What steps lose in silence: lists that a patch replaces, directives that stay, selectors that change (facts: §5, §9, §10).

Each is a Note whose kind is the id of the check that reports it. Nothing here changes what is built.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from gitopsml.kustomize.items import Item
from gitopsml.kustomize.layer import Items, Note, Setting
from gitopsml.kustomize.parts import DIRECTIVE, Part
from gitopsml.kustomize.select import selected
from gitopsml.kustomize.shapes import Shape
from gitopsml.kustomize.text import text_of
from gitopsml.model.pointer import Pointer, dotted

_LEAKING: Final = ("$retainKeys", "$setElementOrder/", "$deleteFromPrimitiveList/")
_FIXED: Final = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job")
_SHOWN: Final = 3


class _Met(NamedTuple):
    """A place where patch and object both have something, and what kustomize knows of it."""

    base: Any
    patch: Any
    shape: Shape | None
    pointer: Pointer


def of_patch(patch: Part) -> Iterator[Note]:
    """Directives of a patch that kustomize does not understand."""
    left: list[tuple[Any, Pointer]] = [(patch.value, ())]
    while left:
        value, pointer = left.pop()
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            here = (*pointer, key)
            if str(key).startswith(_LEAKING):
                message = f"remove {key}: kustomize does not understand it"
                yield Note("patch-directive-leaked", message, patch.trail.at(here).origin)
            elif isinstance(inner, dict | list):
                left.append((inner, here))


def of_merge(base: dict[str, Any], patch: Part, shape: Shape | None) -> Iterator[Note]:
    """List elements of an object that are lost when this patch is merged into it."""
    left = [_Met(base, patch.value, shape, ())]
    while left:
        one = left.pop()
        if isinstance(one.base, dict) and isinstance(one.patch, dict):
            left += [_below(one, key) for key in one.patch if key in one.base]
        elif isinstance(one.base, list) and isinstance(one.patch, list):
            if shape is None:
                yield from _replaced(one, patch)
            elif one.shape is not None and len(one.shape.keys) == 2:
                yield from _half_keyed(one, patch, one.shape.keys)
            elif one.shape is not None and one.shape.keys:
                left += _same_elements(one, one.shape)


def _below(one: _Met, key: Any) -> _Met:
    return _Met(one.base[key], one.patch[key], one.shape.fields.get(key) if one.shape else None, (*one.pointer, key))


def _same_elements(one: _Met, shape: Shape) -> Iterator[_Met]:
    key = shape.keys[0]
    known = {text_of(element.get(key)): element for element in one.base if isinstance(element, dict)}
    for number, element in enumerate(one.patch):
        if isinstance(element, dict) and text_of(element.get(key)) in known:
            yield _Met(known[text_of(element.get(key))], element, shape.element, (*one.pointer, number))


def _replaced(one: _Met, patch: Part) -> Iterator[Note]:
    """A patch that names an element of the base means to change it, but what it does not repeat is gone."""
    base, new = _named(one.base), _named(one.patch)
    shared = [name for name in base if name in new]
    gone = [name for name in base if name not in new]
    lost = [f"{field} of {name}" for name in shared for field in _missing(base[name], new[name])]
    if shared and (gone or lost):
        what = ", ".join([*lost, *gone][:_SHOWN]) + (" …" if len(lost) + len(gone) > _SHOWN else "")
        message = f"repeat the whole list or write a JSON patch: {dotted(one.pointer)} is replaced and loses {what}"
        yield Note("patch-replaces-list", message, patch.trail.at(one.pointer).origin)


def _named(elements: list[Any]) -> dict[str, dict[str, Any]]:
    return {
        element["name"]: element
        for element in elements
        if isinstance(element, dict) and isinstance(element.get("name"), str) and DIRECTIVE not in element
    }


def _missing(base: dict[str, Any], new: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in base.items():
        if key not in new:
            yield f"{prefix}{key}"
        elif isinstance(value, dict) and isinstance(new[key], dict):
            yield from _missing(value, new[key], f"{prefix}{key}.")


def _half_keyed(one: _Met, patch: Part, keys: tuple[str, ...]) -> Iterator[Note]:
    """Elements of which one side has both keys and the other only the first: the patch's are dropped."""
    first, second = keys
    for number, element in enumerate(one.patch):
        if not isinstance(element, dict) or element.get(first) is None or DIRECTIVE in element:
            continue
        met = [old for old in one.base if isinstance(old, dict) and text_of(old.get(first)) == text_of(element[first])]
        if met and all((second in old) != (second in element) for old in met):
            message = f"write {second} here and in the base: without it on one side kustomize drops this element"
            yield Note("patch-list-merge-lost", message, patch.trail.at((*one.pointer, number)).origin)


def no_match(items: Items, target: Setting, kustomization: Setting) -> Note:
    """Why a target selects nothing: it may have the name that this kustomization gives only later."""
    prefix, suffix = kustomization.get("namePrefix", ""), kustomization.get("nameSuffix", "")
    name, wanted = target.get("name") or "", dict(target.value)
    if name.startswith(prefix) and name.endswith(suffix):
        wanted["name"] = name[len(prefix) : len(name) - len(suffix)]
    if wanted.get("namespace") == kustomization.get("namespace"):
        wanted.pop("namespace", None)
    if wanted != target.value and (wanted.get("name") or not name) and selected(items, Setting(wanted, target.origin)):
        message = "write the name and namespace from before this kustomization: patches run before it renames anything"
        return Note("patch-target-name-new", message, target.origin)
    return Note("patch-no-match", "the patch's target selects nothing", target.origin)


def selectors(before: Items, after: Items, setting: Setting, inherited: Iterable[str]) -> Iterator[Note]:
    """Selectors of objects from a base that labels changed: `inherited` are the files of those objects."""
    changed = [
        new.id
        for old, new in zip(before, after, strict=True)
        if old is not new and old.trail.origin.document.path in inherited and _selects_otherwise(old, new)
    ]
    if changed:
        names = ", ".join(str(one) for one in changed[:_SHOWN]) + (" …" if len(changed) > _SHOWN else "")
        message = f"leave selectors alone in an overlay: these labels change those of {names}"
        yield Note("selector-labels-added", message, _including(setting).origin)


def _selects_otherwise(old: Item, new: Item) -> bool:
    if old.kind == "NetworkPolicy":
        return bool(old.at("spec") != new.at("spec"))
    return old.kind in _FIXED and bool(old.at("spec", "selector") != new.at("spec", "selector"))


def _including(setting: Setting) -> Setting:
    """The first entry of `labels` that includes selectors; `commonLabels` as a whole."""
    entries = setting.parts() if isinstance(setting.value, list) else ()
    return next((entry for entry in entries if entry.get("includeSelectors")), setting)
