"""Optional values: `optional.of`, `hasValue`, `value`, `first`, `last`; `or` and `orValue` are compiled, not called."""

from __future__ import annotations

from typing import Any

from gitopsml.cel.errors import EvaluationError
from gitopsml.cel.functions import Row
from gitopsml.cel.values import NONE, AnyList, Duration, Optional, Timestamp, is_list, is_map


def _of_non_zero(value: Any) -> Optional:
    return NONE if _is_zero(value) else Optional(value)


def _is_zero(value: Any) -> bool:
    if isinstance(value, Timestamp | Duration):
        return value.nanos == (0 if isinstance(value, Duration) else -62135596800 * 10**9)
    if value is None or isinstance(value, bool | int | float | str | bytes) or is_list(value) or is_map(value):
        return not value
    return isinstance(value, Optional) and not value.present


def _value(optional: Optional) -> Any:
    if not optional.present:
        raise EvaluationError("optional.none() dereference")
    return optional.value


def _first(values: AnyList) -> Optional:
    return Optional(values[0]) if values else NONE


def _last(values: AnyList) -> Optional:
    return Optional(values[len(values) - 1]) if values else NONE


def _unwrap(values: AnyList) -> list[Any]:
    found = []
    for value in values:
        if not isinstance(value, Optional):
            raise EvaluationError(f"value {value} is not optional")
        if value.present:
            found.append(value.value)
    return found


ROWS = (
    Row("optional.of", "optional_of", "(V) -> optional_type(V)", Optional),
    Row("optional.ofNonZeroValue", "optional_ofNonZeroValue", "(V) -> optional_type(V)", _of_non_zero),
    Row("optional.none", "optional_none", "() -> optional_type(V)", lambda: NONE),
    Row("value", "optional_value", "optional_type(V).() -> V", _value),
    Row("hasValue", "optional_hasValue", "optional_type(V).() -> bool", lambda value: value.present),
    Row("or", "optional_or_optional", "optional_type(V).(optional_type(V)) -> optional_type(V)"),
    Row("orValue", "optional_orValue_value", "optional_type(V).(V) -> V"),
    Row("_[?_]", "list_optindex_optional_int", "(list(V), int) -> optional_type(V)"),
    Row("_[?_]", "optional_list_optindex_optional_int", "(optional_type(list(V)), int) -> optional_type(V)"),
    Row("_[?_]", "map_optindex_optional_value", "(map(K, V), K) -> optional_type(V)"),
    Row("_[?_]", "optional_map_optindex_optional_value", "(optional_type(map(K, V)), K) -> optional_type(V)"),
    Row("_[_]", "optional_list_index_int", "(optional_type(list(V)), int) -> optional_type(V)"),
    Row("_[_]", "optional_map_index_value", "(optional_type(map(K, V)), K) -> optional_type(V)"),
    Row("first", "list_first", "list(V).() -> optional_type(V)", _first),
    Row("last", "list_last", "list(V).() -> optional_type(V)", _last),
    Row("optional.unwrap", "optional_unwrap", "(list(optional_type(V))) -> list(V)", _unwrap),
    Row("unwrapOpt", "optional_unwrapOpt", "list(optional_type(V)).() -> list(V)", _unwrap),
)
