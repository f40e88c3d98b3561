"""A pointer is the path of a field in plain data: `("spec", "containers", 0, "image")` (RFC 6901, as a tuple)."""

from __future__ import annotations

import re
from typing import Any

Pointer = tuple[str | int, ...]

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_$-]+\Z")
_MISSING = object()


def lookup(data: Any, pointer: Pointer, default: Any = None) -> Any:
    """The value at `pointer`, or `default` where any step is missing."""
    value = data
    for key in pointer:
        value = _step(value, key)
        if value is _MISSING:
            return default
    return value


def exists(data: Any, pointer: Pointer) -> bool:
    """Whether `pointer` leads to a value (also to a null)."""
    return lookup(data, pointer, _MISSING) is not _MISSING


def _step(value: Any, key: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(key, _MISSING)
    if isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
        return value[key]
    return _MISSING


def dotted(pointer: Pointer) -> str:
    """`spec.containers[0].image`, for people; unusual keys are quoted: `metadata.annotations["a/b"]`."""
    text = ""
    for key in pointer:
        if isinstance(key, int):
            text += f"[{key}]"
        elif _PLAIN_KEY.match(key):
            text += f".{key}" if text else key
        else:
            text += '["' + key.replace('"', '\\"') + '"]'
    return text


def json_pointer(pointer: Pointer) -> str:
    """`/spec/containers/0/image` (RFC 6901)."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in pointer)


_TOKEN = re.compile(r'\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\[([^\[\]=]+)=([^\[\]]*)\]|\.?([^.\[\]]+)')


def parse(text: str, data: Any) -> Pointer:
    """What a person types -> pointer: dots, `[0]`, `["a/b"]`, `[name=server]` (looked up in `data`), or RFC 6901.

    Raises ValueError, saying which part could not be understood or found.
    """
    if text.startswith("/"):
        return _parse_json_pointer(text, data)
    pointer: list[str | int] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise ValueError(f"cannot read {text[place:]!r} in the field {text!r}")
        pointer.append(_token(match, lookup(data, tuple(pointer)), text))
        place = match.end()
    return tuple(pointer)


def _token(match: re.Match[str], here: Any, text: str) -> str | int:
    index, quoted, key, value, plain = match.groups()
    if index is not None:
        return int(index)
    if quoted is not None:
        return str(quoted).replace('\\"', '"')
    if key is None:
        return int(plain) if isinstance(here, list) and plain.isdigit() else str(plain)
    for number, element in enumerate(here if isinstance(here, list) else []):
        if isinstance(element, dict) and str(element.get(key)) == value:
            return number
    raise ValueError(f"no element with {key}={value} in {text!r}")


def _parse_json_pointer(text: str, data: Any) -> Pointer:
    pointer: list[str | int] = []
    for part in text[1:].split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        here = lookup(data, tuple(pointer))
        pointer.append(int(key) if isinstance(here, list) and key.isdigit() else key)
    return tuple(pointer)
