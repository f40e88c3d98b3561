"""Conversions between the standard types."""

from __future__ import annotations

import re
from typing import Any, Final

from gitopsml.cel import clock
from gitopsml.cel.errors import EvaluationError
from gitopsml.cel.functions import Row
from gitopsml.cel.numbers import show_double
from gitopsml.cel.operators import INT_MAX, INT_MIN, UINT_MAX, timestamp
from gitopsml.cel.values import Duration, Timestamp, Uint
from gitopsml.cel.work import spend

_INT: Final = re.compile(r"[+-]?[0-9]+\Z")
_UINT: Final = re.compile(r"[0-9]+\Z")
_DOUBLE: Final = re.compile(
    r"nan\Z|[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf|infinity|0[xX](?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)[pP][+-]?[0-9]+)\Z",
    re.IGNORECASE,
)
_BOOLS: Final = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}


def conversion_error(source: str, target: str) -> EvaluationError:
    """The error of a text that is not a value of the wanted type."""
    return EvaluationError(f"type conversion error from '{source}' to '{target}'")


def _same(value: Any) -> Any:
    return value


def _bool(text: str) -> bool:
    if text not in _BOOLS:
        raise conversion_error("string", "bool")
    return _BOOLS[text]


def _text_of_bytes(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise EvaluationError("invalid UTF-8 in bytes, cannot convert to string") from None


def _bytes(text: str) -> bytes:
    spend(len(text))
    return text.encode("utf-8", "surrogatepass")


def _double(text: str) -> float:
    if len(text) > 1000 or not _DOUBLE.match(text):
        raise conversion_error("string", "double")
    lowered = text.lower()
    value = float.fromhex(text) if "x" in lowered else float(text)
    if value in {float("inf"), float("-inf")} and "inf" not in lowered:
        raise conversion_error("string", "double")
    return value


def _int(text: str) -> int:
    if len(text) > 1000 or not _INT.match(text) or not INT_MIN <= int(text) <= INT_MAX:
        raise conversion_error("string", "int")
    return int(text)


def _uint(text: str) -> Uint:
    if len(text) > 1000 or not _UINT.match(text) or int(text) > UINT_MAX:
        raise conversion_error("string", "uint")
    return Uint(text)


def _int_of_double(value: float) -> int:
    if value != value or not -(2.0**63) < value < 2.0**63:  # noqa: PLR0124 - the test for NaN
        raise EvaluationError("integer overflow")
    return int(value)


def _uint_of_double(value: float) -> Uint:
    if value != value or not 0 <= value < 2.0**64:  # noqa: PLR0124 - the test for NaN
        raise EvaluationError("unsigned integer overflow")
    return Uint(value)


def _int_of_uint(value: Uint) -> int:
    if value > INT_MAX:
        raise EvaluationError("integer overflow")
    return int(value)


def _uint_of_int(value: int) -> Uint:
    if value < 0:
        raise EvaluationError("unsigned integer overflow")
    return Uint(value)


def _time(text: str) -> Timestamp:
    nanos = clock.parse_timestamp(text)
    if nanos is None:
        raise conversion_error("string", "timestamp")
    return timestamp(nanos)


def _duration(text: str) -> Duration:
    nanos = clock.parse_duration(text)
    if nanos is None:
        raise conversion_error("string", "duration")
    return Duration(nanos)


ROWS = (
    Row("bool", "bool_to_bool", "(bool) -> bool", _same),
    Row("bool", "string_to_bool", "(string) -> bool", _bool),
    Row("bytes", "bytes_to_bytes", "(bytes) -> bytes", _same),
    Row("bytes", "string_to_bytes", "(string) -> bytes", _bytes),
    Row("double", "double_to_double", "(double) -> double", _same),
    Row("double", "int64_to_double", "(int) -> double", float),
    Row("double", "string_to_double", "(string) -> double", _double),
    Row("double", "uint64_to_double", "(uint) -> double", float),
    Row("duration", "duration_to_duration", "(duration) -> duration", _same),
    Row("duration", "string_to_duration", "(string) -> duration", _duration),
    Row("int", "int64_to_int64", "(int) -> int", _same),
    Row("int", "double_to_int64", "(double) -> int", _int_of_double),
    Row("int", "duration_to_int64", "(duration) -> int", lambda value: value.nanos),
    Row("int", "string_to_int64", "(string) -> int", _int),
    Row("int", "timestamp_to_int64", "(timestamp) -> int", lambda value: value.nanos // 10**9),
    Row("int", "uint64_to_int64", "(uint) -> int", _int_of_uint),
    Row("string", "string_to_string", "(string) -> string", _same),
    Row("string", "bool_to_string", "(bool) -> string", lambda value: "true" if value else "false"),
    Row("string", "bytes_to_string", "(bytes) -> string", _text_of_bytes),
    Row("string", "double_to_string", "(double) -> string", show_double),
    Row("string", "duration_to_string", "(duration) -> string", lambda value: clock.show_duration(value.nanos)),
    Row("string", "int64_to_string", "(int) -> string", str),
    Row("string", "timestamp_to_string", "(timestamp) -> string", lambda value: clock.show_timestamp(value.nanos)),
    Row("string", "uint64_to_string", "(uint) -> string", lambda value: str(int(value))),
    Row("timestamp", "timestamp_to_timestamp", "(timestamp) -> timestamp", _same),
    Row("timestamp", "int64_to_timestamp", "(int) -> timestamp", lambda value: timestamp(value * 10**9)),
    Row("timestamp", "string_to_timestamp", "(string) -> timestamp", _time),
    Row("uint", "uint64_to_uint64", "(uint) -> uint", _same),
    Row("uint", "double_to_uint64", "(double) -> uint", _uint_of_double),
    Row("uint", "int64_to_uint64", "(int) -> uint", _uint_of_int),
    Row("uint", "string_to_uint64", "(string) -> uint", _uint),
)
