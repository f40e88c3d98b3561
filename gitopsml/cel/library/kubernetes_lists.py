"""Kubernetes' functions on lists: isSorted, sum, min, max, indexOf, lastIndexOf, and includes from 1.37 on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from gitopsml.cel.errors import EvaluationError, no_such_overload
from gitopsml.cel.functions import Row
from gitopsml.cel.operators import add, comparable, compare, found_equal
from gitopsml.cel.values import AnyList, Duration, Uint

_COMPARABLE = ("int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes")
_ZEROS: dict[str, Any] = {"int": 0, "uint": Uint(0), "double": 0.0, "duration": Duration(0)}


def _is_sorted(values: AnyList) -> bool:
    before: Any = None
    for at, value in enumerate(values):
        if not comparable(value):
            raise no_such_overload()
        if at and compare(before, value) > 0:
            return False
        before = value
    return True


def _sum(zero: Any) -> Callable[[AnyList], Any]:
    def total(values: AnyList) -> Any:
        result = zero
        for value in values:
            result = add(result, value)
        return result

    return total


def _extreme(name: str, worse: int) -> Callable[[AnyList], Any]:
    def find(values: AnyList) -> Any:
        best: Any = None
        for at, value in enumerate(values):
            if not comparable(value):
                raise no_such_overload()
            if at == 0 or compare(best, value) == worse:
                best = value
        if not len(values):
            raise EvaluationError(f"{name} called on empty list")
        return best

    return find


def _index_of(values: AnyList, wanted: Any) -> int:
    return next((at for at, value in enumerate(values) if found_equal(value, wanted)), -1)


def _last_index_of(values: AnyList, wanted: Any) -> int:
    found = -1
    for at, value in enumerate(values):
        if found_equal(value, wanted):
            found = at
    return found


def _typed() -> Iterator[Row]:
    for kind in _COMPARABLE:
        yield Row("isSorted", f"list_{kind}_is_sorted_bool", f"list({kind}).() -> bool", _is_sorted)
        yield Row("max", f"list_{kind}_max_{kind}", f"list({kind}).() -> {kind}", _extreme("max", -1))
        yield Row("min", f"list_{kind}_min_{kind}", f"list({kind}).() -> {kind}", _extreme("min", 1))
    for kind, zero in _ZEROS.items():
        yield Row("sum", f"list_{kind}_sum_{kind}", f"list({kind}).() -> {kind}", _sum(zero))


ROWS = (
    *_typed(),
    Row("indexOf", "list_a_index_of_int", "list(A).(A) -> int", _index_of),
    Row("lastIndexOf", "list_a_last_index_of_int", "list(A).(A) -> int", _last_index_of),
)
