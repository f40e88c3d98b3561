"""The standard functions and operators of the CEL specification, without those on time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitopsml.cel import regex
from gitopsml.cel.functions import Row
from gitopsml.cel.values import TypeValue, type_name

_NUMBERS = {"int64": "int", "uint64": "uint", "double": "double"}
_SCALARS = {**_NUMBERS, "string": "string", "bytes": "bytes", "bool": "bool", "timestamp": "timestamp", "duration": "duration"}


def _arithmetic() -> Iterator[Row]:
    for name, function, kinds in (
        ("add", "_+_", ("bytes", "double", "int64", "string", "uint64")),
        ("subtract", "_-_", ("double", "int64", "uint64")),
        ("multiply", "_*_", ("double", "int64", "uint64")),
        ("divide", "_/_", ("double", "int64", "uint64")),
        ("modulo", "_%_", ("int64", "uint64")),
    ):
        for kind in kinds:
            text = _SCALARS[kind]
            yield Row(function, f"{name}_{kind}", f"({text}, {text}) -> {text}")
    for kind in ("double", "int64"):
        yield Row("-_", f"negate_{kind}", f"({_SCALARS[kind]}) -> {_SCALARS[kind]}")
    yield Row("_+_", "add_list", "(list(A), list(A)) -> list(A)")
    yield Row("_+_", "add_duration_duration", "(duration, duration) -> duration")
    yield Row("_+_", "add_duration_timestamp", "(duration, timestamp) -> timestamp")
    yield Row("_+_", "add_timestamp_duration", "(timestamp, duration) -> timestamp")
    yield Row("_-_", "subtract_duration_duration", "(duration, duration) -> duration")
    yield Row("_-_", "subtract_timestamp_duration", "(timestamp, duration) -> timestamp")
    yield Row("_-_", "subtract_timestamp_timestamp", "(timestamp, timestamp) -> duration")


def _order() -> Iterator[Row]:
    for name, function in (("less", "_<_"), ("less_equals", "_<=_"), ("greater", "_>_"), ("greater_equals", "_>=_")):
        for kind, text in _SCALARS.items():
            yield Row(function, f"{name}_{kind}", f"({text}, {text}) -> bool")
        for one, first in _NUMBERS.items():
            for other, second in _NUMBERS.items():
                if one != other:
                    yield Row(function, f"{name}_{one}_{other}", f"({first}, {second}) -> bool")


def _sizes() -> Iterator[Row]:
    for kind, text in (("string", "string"), ("bytes", "bytes"), ("list", "list(A)"), ("map", "map(A, B)")):
        yield Row("size", f"size_{kind}", f"({text}) -> int", len)
        yield Row("size", f"{kind}_size", f"{text}.() -> int", len)


def _type_of(value: Any) -> TypeValue:
    return TypeValue(type_name(value))


ROWS = (
    Row("_&&_", "logical_and", "(bool, bool) -> bool"),
    Row("_||_", "logical_or", "(bool, bool) -> bool"),
    Row("!_", "logical_not", "(bool) -> bool"),
    Row("_?_:_", "conditional", "(bool, A, A) -> A"),
    Row("@not_strictly_false", "not_strictly_false", "(bool) -> bool"),
    Row("_==_", "equals", "(A, A) -> bool"),
    Row("_!=_", "not_equals", "(A, A) -> bool"),
    Row("@in", "in_list", "(A, list(A)) -> bool"),
    Row("@in", "in_map", "(A, map(A, B)) -> bool"),
    Row("_[_]", "index_list", "(list(A), int) -> A"),
    Row("_[_]", "index_map", "(map(A, B), A) -> B"),
    *_arithmetic(),
    *_order(),
    *_sizes(),
    Row("type", "type", "(A) -> type(A)", _type_of),
    Row("dyn", "to_dyn", "(A) -> dyn", lambda value: value),
    Row("contains", "contains_string", "string.(string) -> bool", lambda text, part: part in text),
    Row("startsWith", "starts_with_string", "string.(string) -> bool", str.startswith),
    Row("endsWith", "ends_with_string", "string.(string) -> bool", str.endswith),
    Row("matches", "matches", "(string, string) -> bool", regex.search),
    Row("matches", "matches_string", "string.(string) -> bool", regex.search),
)
