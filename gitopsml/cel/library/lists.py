"""The list extension: slice, flatten, sort, sortBy, distinct, reverse, range; costs are charged by what they allocate."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from gitopsml.cel.cost import FAILED, LIST, size
from gitopsml.cel.errors import CostExceeded, EvaluationError
from gitopsml.cel.functions import Row
from gitopsml.cel.operators import comparable, compare, found_equal
from gitopsml.cel.values import AnyList, is_list
from gitopsml.cel.work import PER_ELEMENT, spend

_COMPARABLE = ("int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes")
_RUNTIME_NAMES = {"duration": "google.protobuf.Duration", "timestamp": "google.protobuf.Timestamp"}


def _slice(values: AnyList, start: int, end: int) -> list[Any]:
    if start < 0 or end < 0:
        raise EvaluationError(f"cannot slice({start}, {end}), negative indexes not supported")
    if start > end:
        raise EvaluationError(f"cannot slice({start}, {end}), start index must be less than or equal to end index")
    if len(values) < end:
        raise EvaluationError(f"cannot slice({start}, {end}), list is length {len(values)}")
    spend(PER_ELEMENT * (end - start))
    if isinstance(values, list):
        return values[start:end]
    return [values[index] for index in range(start, end)]


def _flatten(values: AnyList, depth: int = 1) -> list[Any]:
    if depth < 0:
        raise EvaluationError("level must be non-negative")
    found: list[Any] = []
    for value in values:
        spend(PER_ELEMENT)
        if is_list(value) and depth > 0:
            found += _flatten(value, depth - 1)
        else:
            found.append(value)
    return found


def _sort(values: AnyList) -> AnyList:
    return _sort_by_keys(values, values)


def _sort_by_keys(values: AnyList, keys: AnyList) -> AnyList:
    """`values` in the order of their `keys`."""
    if len(values) != len(keys):
        raise EvaluationError(
            "@sortByAssociatedKeys() expected a list of the same size as the associated keys list, "
            f"but got {len(values)} and {len(keys)} elements respectively"
        )
    if not len(values):
        return values
    kind = type(keys[0])
    if not comparable(keys[0]):
        raise EvaluationError("list elements must be comparable")
    if any(type(key) is not kind for key in keys):
        raise EvaluationError("list elements must have the same type")
    spend(PER_ELEMENT * len(values) * max(1, len(values).bit_length()))
    by_key = functools.cmp_to_key(compare)
    pairs: list[tuple[Any, Any]] = sorted(zip(keys, values, strict=True), key=lambda pair: by_key(pair[0]))
    return [value for _, value in pairs]


def _distinct(values: AnyList) -> list[Any]:
    found: list[Any] = []
    seen: set[Any] = set()
    for value in values:
        if type(value) in (str, bool):
            if value not in seen:
                seen.add(value)
                found.append(value)
        elif not any(found_equal(value, other) for other in found):
            spend(PER_ELEMENT * len(found))
            found.append(value)
    return found


def _reverse(values: AnyList) -> list[Any]:
    spend(PER_ELEMENT * len(values))
    return list(values)[::-1]


def _range(count: int) -> list[int]:
    if count > 1_000_000:  # beyond any budget, whatever is asked of it
        raise CostExceeded(cost=count)
    return list(range(count))


# costs: 1 for the call, 10 for the list, and the elements


def _of_output(*args: Any) -> int:
    return size(args[-1]) + 1 + LIST


def _of_range(*args: Any) -> int:
    return (max(args[0], 0) if type(args[0]) is int else 1) + 1 + LIST


def _of_reverse(*args: Any) -> int:
    return size(args[0]) + 1 + LIST


def _of_flatten(*args: Any) -> int:
    depth = args[1] if len(args) == 2 and type(args[1]) is int else 1
    return max(0, size(args[0]) * depth) + 1 + LIST


def _of_comparisons(values: Any) -> int:
    """Every element with every other one; a tenth more for texts."""
    count = size(values)
    if count == 0 or values is FAILED:
        return 1 + LIST
    text = is_list(values) and type(values[0]) in (str, bytes)
    return int(count * count * (2.1 if text else 2.0)) + 1 + LIST


def _of_sort(*args: Any) -> int:
    return _of_comparisons(args[0])


def _of_sort_by(*args: Any) -> int:
    return _of_comparisons(args[1])


def _sorts() -> Iterator[Row]:
    for kind in _COMPARABLE:
        name = _RUNTIME_NAMES.get(kind, kind)
        yield Row("sort", f"list_{name}_sort", f"list({kind}).() -> list({kind})", _sort, _of_sort)
        yield Row(
            "@sortByAssociatedKeys", f"list_{name}_sortByAssociatedKeys", f"list(T).(list({kind})) -> list(T)",
            _sort_by_keys, _of_sort_by,
        )  # fmt: skip


ROWS = (
    Row("slice", "list_slice", "list(T).(int, int) -> list(T)", _slice, None, _of_output),
    Row("flatten", "list_flatten", "list(list(T)).() -> list(T)", _flatten, _of_flatten),
    Row("flatten", "list_flatten_int", "list(dyn).(int) -> list(dyn)", _flatten, _of_flatten),
    *_sorts(),
    Row("lists.range", "lists_range", "(int) -> list(int)", _range, _of_range),
    Row("reverse", "list_reverse", "list(T).() -> list(T)", _reverse, _of_reverse),
    Row("distinct", "list_distinct", "list(T).() -> list(T)", _distinct, _of_sort),
)
