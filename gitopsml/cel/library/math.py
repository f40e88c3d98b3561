"""The math extension, which Kubernetes does not have: extremes, rounding, signs, bits."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

from gitopsml.cel.errors import EvaluationError, no_such_overload
from gitopsml.cel.functions import Row
from gitopsml.cel.operators import INT_MAX, INT_MIN, compare
from gitopsml.cel.values import AnyList, Uint

_MASK = 2**64 - 1
_NUMBERS = ("int", "uint", "double")


def _extreme(worse: int) -> Callable[[AnyList], Any]:
    def find(values: AnyList) -> Any:
        best: Any = None
        for at, value in enumerate(values):
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise no_such_overload()
            if at == 0 or compare(best, value) == worse:
                best = value
        if not len(values):
            raise EvaluationError("math.@min or math.@max requires a non-empty list")
        return best

    return find


def _abs(value: Any) -> Any:
    if type(value) is int and value == INT_MIN:
        raise EvaluationError("integer overflow")
    return value if type(value) is Uint else abs(value)


def _sign(value: Any) -> Any:
    if type(value) is float:
        return value if value != value or value == 0 else math.copysign(1.0, value)  # noqa: PLR0124 - the test for NaN
    return type(value)((value > 0) - (value < 0))


def _rounding(round_finite: Callable[[float], float]) -> Callable[[float], float]:
    return lambda value: math.copysign(float(round_finite(value)), value) if math.isfinite(value) else value


def _round(value: float) -> float:
    """Half away from zero."""
    return math.floor(abs(value)) + (abs(value) - math.floor(abs(value)) >= 0.5) if value >= 0 else -_round(-value)


def _signed(bits: int) -> int:
    bits &= _MASK
    return bits - 2**64 if bits > INT_MAX else bits


def _shift_left(value: int, count: int) -> Any:
    _check_shift(count)
    moved = 0 if count > 63 else value << count
    return Uint(moved & _MASK) if type(value) is Uint else _signed(moved)


def _shift_right(value: int, count: int) -> Any:
    _check_shift(count)
    moved = 0 if count > 63 else (value & _MASK) >> count
    return Uint(moved) if type(value) is Uint else _signed(moved)


def _check_shift(count: int) -> None:
    if count < 0:
        raise EvaluationError(f"math.bitShift negative offset: {count}")


def _sqrt(value: Any) -> float:
    return math.sqrt(value) if value >= 0 else float("nan")


def _extremes() -> Iterator[Row]:
    """The macros math.greatest and math.least check their arguments one by one; here any numbers will do."""
    for name, worse in (("max", -1), ("min", 1)):
        for kind in (*_NUMBERS, "dyn"):
            yield Row(f"math.@{name}", f"math_@{name}_list_{kind}", f"(list({kind})) -> {kind}", _extreme(worse))


def _bits() -> Iterator[Row]:
    """Integers wrap around at 64 bits."""
    operations: tuple[tuple[str, Callable[[int, int], int]], ...] = (
        ("And", operator.and_), ("Or", operator.or_), ("Xor", operator.xor),
    )  # fmt: skip
    makers: tuple[tuple[str, Callable[[int], Any]], ...] = (("int", _signed), ("uint", Uint))
    for kind, make in makers:
        for name, operation in operations:
            signature = f"({kind}, {kind}) -> {kind}"
            yield Row(f"math.bit{name}", f"math_bit{name}_{kind}_{kind}", signature, _wrapped(operation, make))
        yield Row("math.bitNot", f"math_bitNot_{kind}_{kind}", f"({kind}) -> {kind}", _wrapped(operator.invert, make))
        yield Row("math.bitShiftLeft", f"math_bitShiftLeft_{kind}_int", f"({kind}, int) -> {kind}", _shift_left)
        yield Row("math.bitShiftRight", f"math_bitShiftRight_{kind}_int", f"({kind}, int) -> {kind}", _shift_right)


def _wrapped(operation: Callable[..., int], make: Callable[[int], Any]) -> Callable[..., Any]:
    return lambda *values: make(operation(*values) & _MASK)


ROWS = (
    *_extremes(),
    *_bits(),
    Row("math.ceil", "math_ceil_double", "(double) -> double", _rounding(math.ceil)),
    Row("math.floor", "math_floor_double", "(double) -> double", _rounding(math.floor)),
    Row("math.round", "math_round_double", "(double) -> double", _rounding(_round)),
    Row("math.trunc", "math_trunc_double", "(double) -> double", _rounding(math.trunc)),
    *(Row("math.abs", f"math_abs_{kind}", f"({kind}) -> {kind}", _abs) for kind in _NUMBERS),
    *(Row("math.sign", f"math_sign_{kind}", f"({kind}) -> {kind}", _sign) for kind in _NUMBERS),
    *(Row("math.sqrt", f"math_sqrt_{kind}", f"({kind}) -> double", _sqrt) for kind in _NUMBERS),
    Row("math.isNaN", "math_isNaN_double", "(double) -> bool", math.isnan),
    Row("math.isInf", "math_isInf_double", "(double) -> bool", math.isinf),
    Row("math.isFinite", "math_isFinite_double", "(double) -> bool", math.isfinite),
)
