"""JSON patch (RFC 6902) with the habits of the library kustomize uses (facts: kustomize §5, JSON6902), on data and trail at once.

`replace` of a missing key adds it, `-` appends, negative indexes count from the end, `test` with null passes on a missing key,
the part of a path before its first slash is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, NamedTuple

from gitopsml.errors import RenderError
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.layer import located
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import Pointer, lookup
from gitopsml.yamlio import Document

STEP: Final = "patch"


class Operation(NamedTuple):
    """One operation: the data as written (a mapping) and its place."""

    data: dict[str, Any]
    origin: Origin

    def error(self, what: str, hint: str = "", key: str = "path") -> RenderError:
        """An error at the operation's path."""
        place = Origin(self.origin.document, (*self.origin.pointer, key)) if key in self.data else self.origin
        return located(what, place, hint)


def operations(document: Document) -> list[Operation] | None:
    """The operations of a patch document, or None where it is not a list of mappings."""
    if not isinstance(document.data, list) or not all(isinstance(one, dict) for one in document.data):
        return None
    return [Operation(one, Origin(document, (number,))) for number, one in enumerate(document.data)]


def apply(item: Item, patch: list[Operation]) -> Item:
    """The item after all operations. Raises RenderError at the operation that does not apply."""
    for operation in patch:
        word = operation.data.get("op")
        act = _ACTS.get(word) if isinstance(word, str) else None
        if act is None:
            known = ", ".join(sorted(_ACTS))
            raise operation.error(
                f"unknown operation {word!r}" if word else "the operation has no `op`", f"use one of {known}", "op"
            )
        item = act(item, operation)
    return item


def _path(operation: Operation, key: str = "path") -> list[str]:
    path = operation.data.get(key)
    if not isinstance(path, str):
        raise operation.error(f"the operation has no `{key}`", "write a path such as /spec/replicas", key)
    parts = path.split("/")
    if len(parts) < 2:
        raise operation.error(f"`{key}` {path!r} does not lead anywhere", "begin the path with a slash", key)
    return [part.replace("~1", "/").replace("~0", "~") for part in parts[1:]]


def _parent(item: Item, operation: Operation, parts: list[str], key: str = "path") -> tuple[Pointer, Any]:
    """The pointer and value of the map or list that holds the last part."""
    here: Any = item.data
    pointer: list[str | int] = []
    for part in parts[:-1]:
        step = _existing(here, part)
        here = None if step is None else here[step]
        if step is None or not isinstance(here, dict | list):
            missing = "/".join(["", *parts[: len(pointer) + 1]])
            raise operation.error(f"{item.id} has no {missing}", "add the parent first, or correct the path", key)
        pointer.append(step)
    return tuple(pointer), here


def _existing(here: Any, part: str) -> str | int | None:
    """The key or index of an existing part, or None."""
    if isinstance(here, dict):
        return part if part in here else None
    index = _index(part)
    return None if index is None or not -len(here) <= index < len(here) else index % len(here)


def _index(part: str) -> int | None:
    digits = part[1:] if part[:1] in ("-", "+") else part
    return int(part) if digits.isascii() and digits.isdigit() else None


def _value(operation: Operation) -> tuple[Any, Trail]:
    value = operation.data.get("value")
    key = ("value",) if "value" in operation.data else ()
    return value, Trail(Origin(operation.origin.document, (*operation.origin.pointer, *key)), step=STEP, derived=not key)


def _add(item: Item, operation: Operation) -> Item:
    return _put(item, operation, *_value(operation))


def _put(item: Item, operation: Operation, value: Any, trail: Trail) -> Item:
    parts = _path(operation)
    parent, here = _parent(item, operation, parts)
    if isinstance(here, dict):
        return item.write((*parent, parts[-1]), value, trail)
    size = len(here) + 1
    index = size - 1 if parts[-1] == "-" else _index(parts[-1])
    if index is None or not -size <= index < size:
        raise operation.error(f"{item.id} has no place {parts[-1]!r} in a list of {len(here)}", "use - to append")
    return item.insert((*parent, index % size), value, trail)


def _replace(item: Item, operation: Operation) -> Item:
    parts = _path(operation)
    parent, here = _parent(item, operation, parts)
    step = parts[-1] if isinstance(here, dict) else _existing(here, parts[-1])
    if step is None:
        raise operation.error(f"{item.id} has no element {parts[-1]!r} in a list of {len(here)}", "correct the index")
    return item.write((*parent, step), *_value(operation))


def _remove(item: Item, operation: Operation, key: str = "path") -> Item:
    pointer, _ = _found(item, operation, key)
    return item.remove(pointer, operation.origin, STEP)


def _found(item: Item, operation: Operation, key: str) -> tuple[Pointer, Any]:
    """The pointer and value of something that must exist."""
    parts = _path(operation, key)
    parent, here = _parent(item, operation, parts, key)
    step = _existing(here, parts[-1])
    if step is None:
        raise operation.error(f"{item.id} has no /{'/'.join(parts)}", "correct the path, or drop the operation", key)
    return (*parent, step), here[step]


def _move(item: Item, operation: Operation) -> Item:
    pointer, value = _found(item, operation, "from")
    trail = item.trail.at(pointer)
    return _put(_remove(item, operation, "from"), operation, value, replace(trail, step=trail.step or STEP))


def _copy(item: Item, operation: Operation) -> Item:
    pointer, value = _found(item, operation, "from")
    trail = item.trail.at(pointer)
    return _put(item, operation, value, replace(trail, step=trail.step or STEP))


def _test(item: Item, operation: Operation) -> Item:
    wanted = operation.data.get("value")
    if operation.data.get("path") == "":
        found: Any = item.data
    else:
        parts = _path(operation)
        parent, here = _parent(item, operation, parts)
        step = _existing(here, parts[-1])
        if step is None and not isinstance(here, dict):
            raise operation.error(f"{item.id} has no element {parts[-1]!r} in a list of {len(here)}", "correct the index")
        found = None if step is None else lookup(item.data, (*parent, step))
    if not same(found, wanted):
        raise operation.error(
            f"{item.id} has {_shown(found)} at {operation.data.get('path')}, not {_shown(wanted)}", "see what changed it"
        )
    return item


def _shown(value: Any) -> str:
    import json

    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "…"


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: 1, 1.0 and true are three values."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


_ACTS: Final[dict[str, Callable[[Item, Operation], Item]]] = {
    "add": _add,
    "copy": _copy,
    "move": _move,
    "remove": _remove,
    "replace": _replace,
    "test": _test,
}
