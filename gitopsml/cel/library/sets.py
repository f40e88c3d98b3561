"""Lists as sets: contains, intersects, equivalent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gitopsml.cel.cost import size
from gitopsml.cel.functions import Row
from gitopsml.cel.operators import contains as has_element
from gitopsml.cel.values import AnyList


def _contains(values: AnyList, part: AnyList) -> bool:
    return all(has_element(value, values) for value in part)


def _intersects(one: AnyList, other: AnyList) -> bool:
    return any(has_element(value, other) for value in one)


def _equivalent(one: AnyList, other: AnyList) -> bool:
    return _contains(one, other) and _contains(other, one)


def _pairs(factor: int) -> Callable[..., int]:
    def cost(*args: Any) -> int:
        return 1 + size(args[0]) * size(args[1]) * factor

    return cost


ROWS = (
    Row("sets.contains", "list_sets_contains_list", "(list(T), list(T)) -> bool", _contains, _pairs(1)),
    Row("sets.intersects", "list_sets_intersects_list", "(list(T), list(T)) -> bool", _intersects, _pairs(1)),
    Row("sets.equivalent", "list_sets_equivalent_list", "(list(T), list(T)) -> bool", _equivalent, _pairs(2)),
)
