"""Data -> the canonical text of kustomize and kubectl: sorted keys, two spaces, lists under their key, quotes where needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cmp_to_key, lru_cache
from typing import Any
from unicodedata import category

from gitopsml.yamlio.numbers import INT64_MIN, UINT64_MAX, general_text, plain_number
from gitopsml.yamlio.style import one_line, scalar

MAX_SIMPLE_KEY = 128  # bytes; longer keys, and those of several lines, are written with a question mark
_PADS = [" " * width for width in range(200)]
_Out = list[str]
_Order = Callable[[dict[str, Any]], Sequence[str]]


def write(data: Any, *, keep_order: bool = False) -> str:
    """The text of one document.

    Keys are sorted as Go sorts them (numbers inside by value), or kept in their order with `keep_order`, for files that people
    read. Reading the text gives the data back, in both dialects. Raises ValueError for infinity and not-a-number, TypeError for
    what is no plain data.
    """
    out: _Out = []
    writer = _Writer(out, list if keep_order else _sorted_keys)
    if isinstance(data, dict) and data:
        writer.mapping(data, 0, inline=False)
    elif isinstance(data, list) and data:
        writer.sequence(data, 0, inline=False)
    else:
        out.append(_leaf(data, 0, 2))
    return "".join(out)


class _Writer:
    """Appends lines. `inline`: the first one continues a line that the caller has begun."""

    __slots__ = ("order", "out")

    def __init__(self, out: _Out, order: _Order) -> None:
        self.out = out
        self.order = order

    def mapping(self, data: dict[str, Any], indent: int, *, inline: bool) -> None:
        append = self.out.append
        pad = _pad(indent)
        for key in self.order(data):
            value = data[key]
            if inline:
                inline = False
            else:
                append(pad)
            name = _simple_key(key)
            if name is None:
                self.long_key(key, value, indent)
                continue
            kind = value.__class__
            if kind is dict and value:
                append(f"{name}:\n")
                self.mapping(value, indent + 2, inline=False)
            elif kind is list and value:
                append(f"{name}:\n")
                self.sequence(value, indent, inline=False)
            elif kind is str:
                append(f"{name}: {scalar(value, indent + len(name) + 2, indent + 2)}")
            else:
                append(f"{name}: {_leaf(value, 0, 0)}")

    def sequence(self, data: list[Any], indent: int, *, inline: bool) -> None:
        append = self.out.append
        dash = _pad(indent) + "- "
        for value in data:
            append("- " if inline else dash)
            inline = False
            self.value(value, indent + 2)

    def value(self, value: Any, indent: int) -> None:
        """A value behind a dash, or behind the colon of a long key."""
        if isinstance(value, dict) and value:
            self.mapping(value, indent, inline=True)
        elif isinstance(value, list) and value:
            self.sequence(value, indent, inline=True)
        else:
            self.out.append(_leaf(value, indent, indent))

    def long_key(self, key: str, value: Any, indent: int) -> None:
        self.out.append(f"? {scalar(key, indent + 2, indent + 2)}{_pad(indent)}: ")
        self.value(value, indent + 2)


def _pad(indent: int) -> str:
    return _PADS[indent] if indent < len(_PADS) else " " * indent


@lru_cache(maxsize=20_000)
def _simple_key(key: str) -> str | None:
    if not isinstance(key, str):
        raise TypeError(f"a key is text, not {type(key).__name__}")
    line = one_line(key)
    short = len(key) <= MAX_SIMPLE_KEY and len(key.encode()) <= MAX_SIMPLE_KEY
    return line if line and short and not any(separator in key for separator in "\n\u2028\u2029") else None


def _leaf(value: Any, column: int, indent: int) -> str:
    if isinstance(value, str):
        return scalar(value, column, indent)
    if value is None:
        return "null\n"
    if isinstance(value, bool):
        return "true\n" if value else "false\n"
    if isinstance(value, int):
        return f"{value if INT64_MIN <= value <= UINT64_MAX else general_text(float(value))}\n"
    if isinstance(value, float):
        return _real(value) + "\n"
    if isinstance(value, (dict, list)) and not value:
        return "{}\n" if isinstance(value, dict) else "[]\n"
    raise TypeError(f"no plain data: {type(value).__name__}")


def _real(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - not-a-number
        raise ValueError("JSON has no infinity and no not-a-number")
    number = plain_number(value)
    return str(number) if isinstance(number, int) else general_text(number)


def _sorted_keys(data: dict[str, Any]) -> Sequence[str]:
    return _sorted(tuple(data)) if len(data) > 1 else tuple(data)


@lru_cache(maxsize=10_000)
def _sorted(keys: tuple[str, ...]) -> tuple[str, ...]:
    if all(key.isalpha() for key in keys):
        return tuple(sorted(keys))
    return tuple(sorted(keys, key=cmp_to_key(_compare)))


def _compare(one: str, other: str) -> int:
    """Go's order of map keys in go-yaml v2: letters after everything else, runs of digits by their value."""
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a == b:
            continue
        if a.isalpha() and b.isalpha():
            return -1 if a < b else 1
        if a.isalpha() or b.isalpha():
            return -1 if b.isalpha() else 1
        return _compare_digits(one, other, place)
    return len(one) - len(other)


def _compare_digits(one: str, other: str, place: int) -> int:
    start = int("0" in (one[place], other[place]) and _after_digits(one, place))
    one_number, one_end = _number(one, place, start)
    other_number, other_end = _number(other, place, start)
    for a, b in ((one_number, other_number), (one_end, other_end)):
        if a != b:
            return -1 if a < b else 1
    return -1 if one[place] < other[place] else 1


def _after_digits(text: str, place: int) -> bool:
    """Whether the digits right before a zero hold another one: then the zero counts."""
    while place > 0 and category(text[place - 1]) == "Nd":
        place -= 1
        if text[place] != "0":
            return True
    return False


def _number(text: str, place: int, number: int) -> tuple[int, int]:
    while place < len(text) and category(text[place]) == "Nd":
        number = number * 10 + ord(text[place]) - ord("0")
        place += 1
    return number, place
