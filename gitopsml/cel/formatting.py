"""`format`: printf-like clauses %s %d %f %e %b %x %X %o, in two styles.

Kubernetes has the older style of the reference: nested texts are quoted, doubles in lists have six places, and %f and %e
are written as a printer for US English writes them (1,234.50 and 1.5×10⁰³). The specification's style is plain.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from gitopsml.cel import clock
from gitopsml.cel.clauses import Clause, FormatError, clauses
from gitopsml.cel.errors import EvaluationError
from gitopsml.cel.numbers import decimal, exponential, fixed, show_double
from gitopsml.cel.values import AnyList, Duration, Timestamp, TypeValue, Uint, is_list, is_map, type_name
from gitopsml.cel.work import spend

_STRING = "strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps"
_SPECIAL: Final = ("NaN", "Infinity", "-Infinity")
_SUPERSCRIPTS: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class Style(NamedTuple):
    """What differs between the two: see the functions below."""

    quoted: bool  # whether texts inside lists and maps are quoted
    colon: str
    fixed: Callable[[float, int], str]
    exponential: Callable[[float, int], str]
    lenient: bool  # whether integers may be written by %f and %e, and NaN by %d


def _grouped(value: float, precision: int) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "-∞"
    return f"{value:,.{min(precision, 5000)}f}"


def _powers(value: float, precision: int) -> str:
    if not math.isfinite(value):
        return _grouped(value, precision).rjust(precision)
    mantissa, _, power = exponential(value, precision).partition("e")
    return f"{mantissa}×10{power.removeprefix('+').translate(_SUPERSCRIPTS)}"


def _special(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _plain_fixed(value: float, precision: int) -> str:
    return fixed(value, precision) if math.isfinite(value) else _special(value)


def _plain_exponential(value: float, precision: int) -> str:
    return exponential(value, precision) if math.isfinite(value) else _special(value)


KUBERNETES: Final = Style(True, ":", _grouped, _powers, False)
PLAIN: Final = Style(False, ": ", _plain_fixed, _plain_exponential, True)


class Formatter:
    """Fills templates in one style."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.writers: dict[str, Callable[[Any, Clause], str]] = {
            "s": lambda value, _: self.text(value), "d": self.decimal, "f": self.floating, "e": self.floating,
            "b": _binary, "x": _hex, "X": _hex, "o": _octal,
        }  # fmt: skip

    def format(self, template: str, values: AnyList) -> str:
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
                parts.append(self.clause(part, values[at]))
                spend(len(parts[-1]))
                at += 1
        except FormatError as error:
            raise EvaluationError(f"could not parse formatting clause: {error}") from None
        return "".join(parts)

    def clause(self, clause: Clause, value: Any) -> str:
        try:
            return self.writers[clause.letter](value, clause)
        except FormatError as error:
            raise EvaluationError(f"error during formatting: {error}") from None

    def text(self, value: Any) -> str:
        """%s."""
        if is_list(value) or is_map(value):
            return self.nested(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, float) and self.style.lenient:
            return decimal(value) if math.isfinite(value) else _special(value)
        writer = _SCALARS.get(type(value))
        if writer is None:
            raise FormatError(f"string clause can only be used on {_STRING}, was given {type_name(value)}")
        return writer(value)

    def nested(self, value: Any) -> str:
        """A value inside a list or map, and lists and maps themselves."""
        spend(80)
        if is_list(value):
            return f"[{', '.join(self.counted(element) for element in value)}]"
        if is_map(value):
            pairs = sorted((self.key(key), self.counted(element)) for key, element in value.items())
            return "{" + ", ".join(f"{key}{self.style.colon}{element}" for key, element in pairs) + "}"
        if type(value) not in _SCALARS and not isinstance(value, bool):
            raise FormatError(f"no formatting function for {type_name(value)}")
        return _quoted(value, self.text(value)) if self.style.quoted else self.text(value)

    def counted(self, value: Any) -> str:
        text = self.nested(value)
        spend(len(text))
        return text

    def key(self, key: Any) -> str:
        return go_quote(key) if isinstance(key, str) and self.style.quoted else self.text(key)

    def decimal(self, value: Any, _: Clause) -> str:
        if self.style.lenient and isinstance(value, float) and not math.isfinite(value):
            return _special(value)
        if type(value) not in (int, Uint):
            raise FormatError(f"decimal clause can only be used on integers, was given {type_name(value)}")
        return str(int(value))

    def floating(self, value: Any, clause: Clause) -> str:
        """%f and %e."""
        if type(value) is str and value in _SPECIAL:
            value = float(value.replace("Infinity", "inf"))
        if self.style.lenient and type(value) in (int, Uint):
            value = float(value)
        name = "fixed-point" if clause.letter == "f" else "scientific"
        if type(value) is not float:
            raise FormatError(f"{name} clause can only be used on doubles, was given {type_name(value)}")
        spend(clause.precision or 0)
        write = self.style.fixed if clause.letter == "f" else self.style.exponential
        return write(value, 6 if clause.precision is None else clause.precision)


def _quoted(value: Any, text: str) -> str:
    if isinstance(value, str | bytes):
        return ("b" if isinstance(value, bytes) else "") + go_quote(text)
    if isinstance(value, float):
        return fixed(value, 6) if math.isfinite(value) else go_quote(text)
    if isinstance(value, Timestamp | Duration):
        return f"{'timestamp' if isinstance(value, Timestamp) else 'duration'}({go_quote(text)})"
    return text


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
