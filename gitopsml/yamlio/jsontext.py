"""A text of one or more JSON values -> values, as kubectl reads it: by JSON's rules, which YAML 1.1 does not quite contain."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple, NoReturn

from gitopsml.yamlio.numbers import INT64_MIN, UINT64_MAX, plain_number

MAX_VALUES = 10_000
_SURROGATE = re.compile("[\ud800-\udfff]")
_BLANK = re.compile(r"[ \t\r\n]*")


class Value(NamedTuple):
    """A JSON value and where it stands."""

    data: Any
    start: int
    end: int


def json_values(text: str, max_depth: int, max_nodes: int) -> list[Value]:
    """The values of a JSON text, one after the other.

    An empty list where the text is not all JSON, or holds what the YAML reader has something to say about: a key twice, infinity,
    too much of anything.
    """
    place = _skip(text, 0)
    if not text.startswith("{", place):
        return []
    decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse, parse_int=_whole, parse_float=_real)
    found: list[Value] = []
    while place < len(text):
        try:
            data, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return []
        if len(found) >= MAX_VALUES or not _small(data, max_depth, max_nodes):
            return []
        found.append(Value(data, place, end))
        place = _skip(text, end)
    return [value._replace(data=_clean(value.data)) for value in found] if "\\u" in text else found


def _skip(text: str, place: int) -> int:
    match = _BLANK.match(text, place)
    return match.end() if match else place


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice")
    return result


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _whole(text: str) -> int | float:
    number = int(text) if len(text) < 30 else 10**30
    return number if INT64_MIN <= number <= UINT64_MAX else _real(text)


def _real(text: str) -> int | float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return plain_number(number)


def _small(data: Any, max_depth: int, max_nodes: int) -> bool:
    level, count = [data], 0
    for _ in range(max_depth + 1):
        count += len(level)
        if count > max_nodes:
            return False
        level = [part for value in level if isinstance(value, (dict, list)) for part in _parts(value)]
        if not level:
            return True
    return False


def _parts(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value


def _clean(data: Any) -> Any:
    """Lone surrogates become U+FFFD, as encoding/json makes them."""
    if isinstance(data, str):
        return _SURROGATE.sub("\ufffd", data)
    if isinstance(data, dict):
        return {_clean(key): _clean(value) for key, value in data.items()}
    return [_clean(part) for part in data] if isinstance(data, list) else data
