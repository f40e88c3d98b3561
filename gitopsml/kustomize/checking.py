"""Data of a configuration file -> a checked Setting: known fields of the right types, in kustomize's spelling.

kustomize turns a file into JSON and decodes that strictly: an unknown field or a wrong type is an error at any depth, keys match
in any case and the lower-case spelling wins, null is as good as nothing (facts: kustomize §2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from gitopsml.errors import UserError
from gitopsml.kustomize.items import set_at
from gitopsml.kustomize.layer import Setting, located
from gitopsml.model.origin import Origin
from gitopsml.model.pointer import Pointer, dotted
from gitopsml.yamlio.numbers import general_text

# What a field holds: a word for a scalar, [type] for a list, {name: type} for a record, {"*": type} for free keys.
Type = Any
TEXT: Final = "text"
FLAG: Final = "flag"
NUMBER: Final = "number"
ANY: Final = "any"
TEXTS: Final = [TEXT]
TEXT_MAP: Final = {"*": TEXT}


def checked(setting: Setting, fields: dict[str, Type], *, strict: bool = True, texts: bool = False) -> Setting:
    """The setting in kustomize's spelling. Raises UserError for a wrong type and, where `strict`, for an unknown field.

    `texts`: numbers and booleans become texts where texts are wanted, which kustomize does in all files but kustomizations.
    """
    value = setting.value if strict else _known(setting.value, fields)
    value = _as_texts(value, fields) if texts else value
    data = _record(value, fields, setting.origin)
    if data is setting.value:
        return setting
    return Setting(data, Origin(replace(setting.origin.document, data=_put(setting, data)), setting.origin.pointer))


def _known(value: Any, kind: Type) -> Any:
    """A value without fields that kustomize does not know, at any depth (the same object where nothing changes)."""
    if not isinstance(kind, dict) or not isinstance(value, dict):
        return _each(value, kind, _known)
    kinds = {name.casefold() for name in kind}
    known = {key: value[key] for key in value if "*" in kind or str(key).casefold() in kinds}
    return _each(value if len(known) == len(value) else known, kind, _known)


def _as_texts(value: Any, kind: Type) -> Any:
    """A value with texts where they are wanted (the same object where nothing changes)."""
    if kind != TEXT or isinstance(value, str) or not isinstance(value, bool | int | float):
        return _each(value, kind, _as_texts)
    return general_text(value) if isinstance(value, float) else str(value).lower()


def _each(value: Any, kind: Type, change: Callable[[Any, Type], Any]) -> Any:
    """A list or record with its parts changed."""
    if isinstance(kind, list) and isinstance(value, list):
        new: Any = [change(element, kind[0]) for element in value]
        return value if all(one is other for one, other in zip(new, value, strict=True)) else new
    if not isinstance(kind, dict) or not isinstance(value, dict):
        return value
    kinds = {name.casefold(): inner for name, inner in kind.items()}
    general = kind.get("*", ANY)
    new = {key: change(inner, kinds.get(str(key).casefold(), general)) for key, inner in value.items()}
    return value if all(new[key] is value[key] for key in value) else new


def _put(setting: Setting, data: Any) -> Any:
    """The whole data of the setting's document with the checked part in its place."""
    return set_at(setting.origin.document.data, setting.origin.pointer, data)


def _check(value: Any, kind: Type, origin: Origin) -> Any:
    """The value in kustomize's spelling (the same object where nothing changes)."""
    if value is None or kind == ANY:
        return value
    if isinstance(kind, list):
        return _list(value, kind[0], origin)
    if isinstance(kind, dict):
        return _record(value, kind, origin)
    if kind == TEXT and isinstance(value, str):
        return value
    if kind == FLAG and isinstance(value, bool):
        return value
    if kind == NUMBER and isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _wrong(value, kind, origin)


def _list(value: Any, kind: Type, origin: Origin) -> Any:
    if not isinstance(value, list):
        raise _wrong(value, "list", origin)
    empty: Any = "" if kind == TEXT else {}
    new = [empty if element is None else _check(element, kind, _at(origin, number)) for number, element in enumerate(value)]
    return value if all(a is b for a, b in zip(new, value, strict=True)) else new


def _record(value: Any, fields: dict[str, Type], origin: Origin) -> Any:
    if not isinstance(value, dict):
        raise _wrong(value, "mapping", origin)
    free = fields.get("*")
    data: dict[str, Any] = {}
    for key in value if free is not None else sorted(value, key=str):
        name = key if free is not None else _spelling(key, fields, origin)
        new = _check(value[key], free if free is not None else fields[name], _at(origin, key))
        data[name] = data.get(name) if new is None and name in data else new
    same = len(data) == len(value) and all(key in data and data[key] is value[key] for key in value)
    return value if same else data


def _spelling(key: Any, fields: dict[str, Type], origin: Origin) -> str:
    if key in fields:
        return str(key)
    folded = str(key).casefold()
    for name in fields:
        if name.casefold() == folded:
            return name
    raise _unknown(key, fields, origin)


def _unknown(key: Any, fields: dict[str, Type], origin: Origin) -> UserError:
    from difflib import get_close_matches

    close = get_close_matches(str(key), list(fields), 1)
    hint = f"did you mean {close[0]}?" if close else f"kustomize knows {', '.join(sorted(fields))}"
    return located(f"unknown field {key}", _at(origin, key), hint, key=True)


def _wrong(value: Any, kind: str, origin: Origin) -> UserError:
    wanted = {"flag": "true or false", "number": "a whole number", "text": "text", "list": "a list", "mapping": "a mapping"}[kind]
    hint = "put quotes around it" if kind == "text" and not isinstance(value, dict | list) else f"write {wanted}"
    return located(f"{dotted(origin.pointer) or 'the file'} must be {wanted}, not {_described(value)}", origin, hint)


def _described(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _at(origin: Origin, key: Any) -> Origin:
    pointer: Pointer = (*origin.pointer, key)
    return Origin(origin.document, pointer)
