"""Equality, order and arithmetic on values, with CEL's rules for unlike types and overflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from gitopsml.cel.errors import EvaluationError, no_such_overload
from gitopsml.cel.values import (
    MISSING,
    ConcatList,
    Duration,
    Optional,
    Timestamp,
    TypeValue,
    Uint,
    concat,
    find,
    is_list,
    is_map,
)
from gitopsml.cel.work import PER_ELEMENT, spend

INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
UINT_MAX: Final = 2**64 - 1
# the range of time that CEL's timestamps have: the years 1 to 9999
TIME_MIN: Final = -62135596800 * 10**9
TIME_MAX: Final = 253402300800 * 10**9 - 1
_PLAIN: Final = frozenset({str, int, bool, float, bytes, type(None), Uint, Duration, Timestamp, TypeValue})
_NUMBERS: Final = frozenset({int, float, Uint})


def equal(a: Any, b: Any) -> bool:
    """`a == b`: numbers compare across types, other unlike types are unequal, NaN equals nothing."""
    kind = type(a)
    if kind is type(b) and kind in _PLAIN:
        return bool(a == b)
    return _equal_unlike(a, b)


def _equal_unlike(a: Any, b: Any) -> bool:
    if type(a) in _NUMBERS and type(b) in _NUMBERS:
        return compare_numbers(a, b) == 0
    if is_list(a):
        return is_list(b) and _equal_lists(a, b)
    if is_map(a):
        return is_map(b) and _equal_maps(a, b)
    if isinstance(a, Optional):
        if not isinstance(b, Optional) or not (a.present and b.present):
            return isinstance(b, Optional) and a.present == b.present
        return equal(a.value, b.value)
    return _equal_objects(a, b) if hasattr(a, "cel_type") else type(a) is type(b) and bool(a == b)


def _equal_objects(a: Any, b: Any) -> bool:
    """Quantities, addresses and the like cannot be compared with anything else but null.

    Nor with the sum or difference of two quantities on the right: the API server holds those in another form, which its
    comparison does not know.
    """
    if b is None:
        return False
    if type(a) is not type(b) or getattr(b, "computed", False):
        raise no_such_overload()
    return bool(a == b)


def _equal_lists(a: Any, b: Any) -> bool:
    if len(a) != len(b):
        return False
    spend(PER_ELEMENT * (1 + (len(a) if isinstance(a, ConcatList) else 0)))
    for x, y in zip(a, b, strict=True):
        kind = type(x)
        if not (x == y if kind is type(y) and kind in _PLAIN else _counted(x, y)):
            return False
    return True


def _counted(x: Any, y: Any) -> bool:
    """Elements that cannot be compared do not make lists and maps unequal: so the reference has it."""
    spend(PER_ELEMENT)
    try:
        return _equal_unlike(x, y)
    except EvaluationError:
        return True


def found_equal(a: Any, b: Any) -> bool:
    """Equality as searches use it: what cannot be compared is not what is looked for."""
    try:
        return equal(a, b)
    except EvaluationError:
        return False


def unequal(a: Any, b: Any) -> bool:
    """`a != b`: true also for what cannot be compared."""
    return not found_equal(a, b)


def _equal_maps(a: Any, b: Any) -> bool:
    if len(a) != len(b):
        return False
    spend(PER_ELEMENT)
    for key, value in a.items():
        other = find(b, key)
        if other is MISSING or not (equal(value, other) if type(value) in _PLAIN else _counted(value, other)):
            return False
    return True


def compare_numbers(a: Any, b: Any) -> int:
    """-1, 0 or 1; an integer and a double compare as doubles, as the reference does; NaN gives 2."""
    if type(a) is float or type(b) is float:
        if a != a or b != b:  # noqa: PLR0124 - the test for NaN
            return 2
        a, b = _as_doubles(a, b)
    return int(a > b) - int(a < b)


def _as_doubles(a: Any, b: Any) -> tuple[Any, Any]:
    """Both as doubles, unless the double is beyond the integer's range, where converting would hide the difference."""
    number, whole = (a, b) if type(a) is float else (b, a)
    low, high = (0, float(UINT_MAX)) if type(whole) is Uint else (float(INT_MIN), float(INT_MAX))
    if type(whole) is not float and not low <= number <= high:
        return a, b
    return float(a), float(b)


_ORDERED: Final = frozenset({str, bool, bytes, Duration, Timestamp})


def compare(a: Any, b: Any) -> int:
    """-1, 0 or 1. Raises EvaluationError for values without an order."""
    kind, other = type(a), type(b)
    if kind in _NUMBERS and other in _NUMBERS:
        result = compare_numbers(a, b)
        if result == 2:
            raise EvaluationError("NaN values cannot be ordered")
        return result
    if kind is other and kind in _ORDERED:
        return int(a > b) - int(a < b)
    raise no_such_overload()


def comparable(value: Any) -> bool:
    """Whether `value` has an order at all."""
    return type(value) in _ORDERED or type(value) in _NUMBERS


def _int(value: int) -> int:
    if not INT_MIN <= value <= INT_MAX:
        raise EvaluationError("integer overflow")
    return value


def _uint(value: int) -> Uint:
    if not 0 <= value <= UINT_MAX:
        raise EvaluationError("unsigned integer overflow")
    return Uint(value)


def duration(nanos: int) -> Duration:
    """A duration in range. Raises EvaluationError."""
    if not INT_MIN <= nanos <= INT_MAX:
        raise EvaluationError("integer overflow")
    return Duration(nanos)


def timestamp(nanos: int) -> Timestamp:
    """A point in time in range. Raises EvaluationError."""
    if not TIME_MIN <= nanos <= TIME_MAX:
        raise EvaluationError("timestamp overflow")
    return Timestamp(nanos)


def _text(a: Any, b: Any) -> Any:
    if len(a) + len(b) > 10_000:
        spend(len(a) + len(b))
    return a + b


def add(a: Any, b: Any) -> Any:
    """`a + b`."""
    kind, other = type(a), type(b)
    if kind is other:
        found = _ADD.get(kind)
        if found is not None:
            return found(a, b)
    if is_list(a) and is_list(b):
        return concat(a, b)
    if {kind, other} == {Duration, Timestamp}:
        return timestamp(a.nanos + b.nanos)
    raise no_such_overload() if kind in _ADD or is_list(a) else no_such_overload_of("_+_")


_ADD: Final[dict[type, Callable[[Any, Any], Any]]] = {
    int: lambda a, b: _int(a + b),
    Uint: lambda a, b: _uint(int(a) + int(b)),
    float: lambda a, b: a + b,
    str: _text,
    bytes: _text,
    Duration: lambda a, b: duration(a.nanos + b.nanos),
}


def subtract(a: Any, b: Any) -> Any:
    """`a - b`."""
    kind, other = type(a), type(b)
    if kind is other:
        found = _SUBTRACT.get(kind)
        if found is not None:
            return found(a, b)
    if kind is Timestamp and other is Duration:
        return timestamp(a.nanos - b.nanos)
    raise no_such_overload() if kind in _SUBTRACT else no_such_overload_of("_-_")


_SUBTRACT: Final[dict[type, Callable[[Any, Any], Any]]] = {
    int: lambda a, b: _int(a - b),
    Uint: lambda a, b: _uint(int(a) - int(b)),
    float: lambda a, b: a - b,
    Duration: lambda a, b: duration(a.nanos - b.nanos),
    Timestamp: lambda a, b: duration(a.nanos - b.nanos),
}


def multiply(a: Any, b: Any) -> Any:
    """`a * b`."""
    _same_numbers("_*_", a, b)
    if type(a) is float:
        return a * b
    return _int(a * b) if type(a) is int else _uint(int(a) * int(b))


def divide(a: Any, b: Any) -> Any:
    """`a / b`; integers truncate towards zero."""
    _same_numbers("_/_", a, b)
    if type(a) is float:
        return _divide_doubles(a, b)
    if b == 0:
        raise EvaluationError("division by zero")
    result = abs(int(a)) // abs(int(b))
    return _int(-result if (a < 0) != (b < 0) else result) if type(a) is int else Uint(result)


def _divide_doubles(a: float, b: float) -> float:
    if b:
        return a / b
    negative = str(a).startswith("-") != str(b).startswith("-")
    return float("nan") if not a or a != a else float("-inf" if negative else "inf")  # noqa: PLR0124 - the test for NaN


def modulo(a: Any, b: Any) -> Any:
    """`a % b`; the sign is that of `a`."""
    _same_numbers("_%_", a, b)
    if type(a) is float:
        raise no_such_overload_of("_%_")
    if b == 0:
        raise EvaluationError("modulus by zero")
    result = abs(int(a)) % abs(int(b))
    return (-result if a < 0 else result) if type(a) is int else Uint(result)


def _same_numbers(function: str, a: Any, b: Any) -> None:
    if type(a) not in _NUMBERS:
        raise no_such_overload_of(function)
    if type(a) is not type(b):
        raise no_such_overload()


def negate(a: Any) -> Any:
    """`-a`."""
    if type(a) is int:
        return _int(-a)
    if type(a) is float:
        return -a
    raise no_such_overload_of("-_")


def no_such_overload_of(function: str) -> EvaluationError:
    """The error of an operator whose first operand is of no type that has it."""
    return EvaluationError(f"no such overload: {function}")


def contains(element: Any, container: Any) -> bool:
    """`element in container`."""
    if is_list(container):
        spend(len(container) * 4)
        if type(element) in (str, bool, type(None)) and isinstance(container, list):
            return any(element == other for other in container if type(other) is type(element))
        return any(found_equal(element, other) for other in container)
    if is_map(container):
        return find(container, element) is not MISSING
    raise no_such_overload()
