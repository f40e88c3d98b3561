"""`format`: printf-like clauses %s %d %f %e %b %x %X %o, as the reference writes each kind of value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from gitopsml.cel import clock
from gitopsml.cel.clauses import Clause, FormatError, clauses
from gitopsml.cel.errors import EvaluationError
from gitopsml.cel.functions import Row
from gitopsml.cel.numbers import exponential, fixed, show_double
from gitopsml.cel.values import AnyList, Duration, Timestamp, TypeValue, Uint, is_list, is_map, type_name
from gitopsml.cel.work import spend

_STRING = "strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps"
_SPECIAL: Final = {"NaN": "NaN", "Infinity": "∞", "-Infinity": "-∞"}


def format_text(template: str, values: AnyList) -> str:
    """`template.format(values)`. Raises EvaluationError."""
    parts: list[str] = []
    at = 0
    try:
        for part in clauses(template):
            if isinstance(part, str):
                parts.append(part)
                continue
            if at >= len(values):
                raise EvaluationError(f"index {at} out of range")
            parts.append(_clause(part, values[at]))
            spend(len(parts[-1]))
            at += 1
    except FormatError as error:
        raise EvaluationError(f"could not parse formatting clause: {error}") from None
    return "".join(parts)


def _clause(clause: Clause, value: Any) -> str:
    try:
        return _WRITERS[clause.letter](value, clause)
    except FormatError as error:
        raise EvaluationError(f"error during formatting: {error}") from None


def _string(value: Any, _: Clause | None = None) -> str:
    if is_list(value) or is_map(value):
        return _nested(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    writer = _SCALARS.get(type(value))
    if writer is None:
        raise FormatError(f"string clause can only be used on {_STRING}, was given {type_name(value)}")
    return writer(value)


def _bytes(value: bytes) -> str:
    return value.decode("utf-8", "replace")


_SCALARS: Final[dict[type, Callable[[Any], str]]] = {
    str: str,
    int: str,
    Uint: lambda value: str(int(value)),
    float: show_double,
    bytes: _bytes,
    type(None): lambda _: "null",
    Timestamp: lambda value: clock.show_timestamp(value.nanos),
    Duration: lambda value: clock.show_duration(value.nanos),
    TypeValue: lambda value: value.name,
}


def _nested(value: Any) -> str:
    """A value inside a list or map."""
    spend(50)
    if is_list(value):
        return f"[{', '.join(_counted(element) for element in value)}]"
    if is_map(value):
        pairs = sorted((_key(key), _counted(element)) for key, element in value.items())
        return "{" + ", ".join(f"{key}:{element}" for key, element in pairs) + "}"
    if isinstance(value, str):
        return go_quote(value)
    if isinstance(value, bytes):
        return "b" + go_quote(_bytes(value))
    if isinstance(value, float):
        return _nested_double(value)
    if isinstance(value, Timestamp | Duration):
        return f"{'timestamp' if isinstance(value, Timestamp) else 'duration'}({go_quote(_string(value))})"
    if type(value) not in _SCALARS and not isinstance(value, bool):
        raise FormatError(f"no formatting function for {type_name(value)}")
    return _string(value)


def _counted(value: Any) -> str:
    text = _nested(value)
    spend(len(text))
    return text


def _nested_double(value: float) -> str:
    text = fixed(value, 6)
    return go_quote(text) if value != value or abs(value) == float("inf") else text  # noqa: PLR0124 - the test for NaN


def _key(key: Any) -> str:
    return go_quote(key) if isinstance(key, str) else _string(key)


_GO_ESCAPES: Final = {
    7: "\\a", 8: "\\b", 12: "\\f", 10: "\\n", 13: "\\r", 9: "\\t", 11: "\\v", 92: "\\\\", 34: '\\"',
}  # fmt: skip


def go_quote(text: str) -> str:
    """Go's `%q`."""
    return f'"{"".join(map(_go_character, text))}"'


def _go_character(char: str) -> str:
    code = ord(char)
    if code in _GO_ESCAPES:
        return _GO_ESCAPES[code]
    if char.isprintable():
        return char
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _decimal(value: Any, _: Clause) -> str:
    if type(value) not in (int, Uint):
        raise FormatError(f"decimal clause can only be used on integers, was given {type_name(value)}")
    return str(int(value))


def _floating(name: str, write: Callable[[float, int], str]) -> Callable[[Any, Clause], str]:
    def clause(value: Any, how: Clause) -> str:
        if type(value) is str and value in _SPECIAL:
            value = float(value.replace("Infinity", "inf"))
        if type(value) is not float:
            raise FormatError(f"{name} clause can only be used on doubles, was given {type_name(value)}")
        if value != value or abs(value) == float("inf"):  # noqa: PLR0124 - the test for NaN
            return "NaN" if value != value else "∞" if value > 0 else "-∞"  # noqa: PLR0124
        spend(how.precision or 0)
        return write(value, 6 if how.precision is None else how.precision)

    return clause


def _binary(value: Any, _: Clause) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if type(value) not in (int, Uint):
        raise FormatError(f"only integers and bools can be formatted as binary, was given {type_name(value)}")
    return f"{int(value):b}"


def _octal(value: Any, _: Clause) -> str:
    if type(value) not in (int, Uint):
        raise FormatError(f"octal clause can only be used on integers, was given {type_name(value)}")
    return f"{int(value):o}"


def _hex(value: Any, clause: Clause) -> str:
    if type(value) in (int, Uint):
        text = f"{int(value):x}"
    elif type(value) in (str, bytes):
        text = (value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value).hex()
    else:
        allowed = "only integers, byte buffers, and strings can be formatted as hex"
        raise FormatError(f"{allowed}, was given {type_name(value)}")
    return text.upper() if clause.letter == "X" else text


_WRITERS: Final[dict[str, Callable[[Any, Clause], str]]] = {
    "s": _string, "d": _decimal, "f": _floating("fixed-point", fixed), "e": _floating("scientific", exponential),
    "b": _binary, "x": _hex, "X": _hex, "o": _octal,
}  # fmt: skip

ROWS = (Row("format", "string_format", "string.(list(dyn)) -> string", format_text),)
