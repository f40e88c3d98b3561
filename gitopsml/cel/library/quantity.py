"""Kubernetes quantities: `500m`, `1Gi`, `1e3`; exact decimals, at least to a billionth."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from gitopsml.cel.errors import CostExceeded, EvaluationError
from gitopsml.cel.functions import Row

_PARTS = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)\Z")
_BINARY: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL: Final = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_INT_MAX: Final = 2**63 - 1
_NANO: Final = -9
_LONGEST: Final = 4000  # characters of a text, digits of a sum
FORMAT: Final = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"


class Quantity(NamedTuple):
    """`value` × 10^`scale`. `small`: held as a 64-bit integer by the API server, which alone can be "an integer" to it."""

    value: int
    scale: int
    form: str  # "decimal", "binary" or "exponent": how it is written
    small: bool
    text: str = ""  # as it was written

    @property
    def cel_type(self) -> str:
        """The type's name."""
        return "kubernetes.Quantity"

    @property
    def computed(self) -> bool:
        """Whether this is a sum or a difference; see `operators.equal`."""
        return not self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantity) and compare(self, other) == 0

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.value.bit_length() + self.scale) // 64)

    def __str__(self) -> str:
        return self.text or canonical(self)


def parse(text: str) -> Quantity:
    """Text -> Quantity. Raises ValueError with the API server's message."""
    if text == "0":
        return Quantity(0, 0, "decimal", True, text)
    if len(text) > _LONGEST:
        raise ValueError("unable to parse numeric part of quantity")
    match = _PARTS.match(text)
    if match is None or not (match.group(2) or match.group(3)):
        raise ValueError(FORMAT)
    sign, whole, fraction, suffix = match.groups()
    whole, fraction = whole.lstrip("0"), fraction or ""
    base, exponent, form = _suffix(suffix)
    value = int((whole or "0") + fraction) * (-1 if sign == "-" else 1)
    digits = len(whole or "0") + len(fraction)
    if base == 2:
        return _binary(value, len(fraction), exponent, digits, text)
    scale = exponent - len(fraction)
    if digits <= 18 and scale >= _NANO:
        return Quantity(value, scale, form, True, text)
    return Quantity(*_rounded(value, scale), form, False, text)


def _suffix(suffix: str) -> tuple[int, int, str]:
    if suffix in _BINARY:
        return 2, _BINARY[suffix], "binary"
    if suffix in _DECIMAL:
        return 10, _DECIMAL[suffix], "decimal"
    digits = suffix[1:].lstrip("+-")
    if suffix[:1] in {"e", "E"} and digits.isdigit() and len(suffix) - len(digits) <= 2 and len(digits) <= 18:
        exponent = int(suffix[1:])
        if -(2**31) <= exponent < 2**31:
            return 10, exponent, "exponent"
    raise ValueError("unable to parse quantity's suffix")


def _binary(value: int, places: int, exponent: int, digits: int, text: str) -> Quantity:
    small = places == 0 and 15 - digits - int(exponent * 3 / 10) - 1 >= 0
    value <<= exponent
    if small and abs(value) <= _INT_MAX:
        return Quantity(value, 0, "binary", True, text)
    value, scale = _rounded(value, -places)
    if compare(Quantity(abs(value), scale, "", False), Quantity(_INT_MAX, 0, "", False)) > 0:
        value, scale = (_INT_MAX if value > 0 else -_INT_MAX), 0
    below_one = value and compare(Quantity(abs(value), scale, "", False), Quantity(1, 0, "", False)) < 0
    return Quantity(value, scale, "decimal" if below_one else "binary", False, text)


def _rounded(value: int, scale: int) -> tuple[int, int]:
    """Away from zero to a billionth: whoever asks for a little gets a little."""
    if scale >= _NANO or value == 0:
        return value, scale
    if _NANO - scale > _digits(abs(value)):
        return (1 if value > 0 else -1), _NANO
    quotient, rest = divmod(abs(value), 10 ** (_NANO - scale))
    quotient += rest > 0
    return (quotient if value > 0 else -quotient), _NANO


def compare(one: Quantity, other: Quantity) -> int:
    """-1, 0 or 1; exponents are compared before they are multiplied out."""
    first, second = (one.value > 0) - (one.value < 0), (other.value > 0) - (other.value < 0)
    if first != second or first == 0:
        return int(first > second) - int(first < second)
    magnitudes = _magnitude(one), _magnitude(other)
    if magnitudes[0] != magnitudes[1]:
        return first if magnitudes[0] > magnitudes[1] else -first
    a, b, _ = _aligned(one, other)
    return int(a > b) - int(a < b)


def _magnitude(quantity: Quantity) -> int:
    return _digits(abs(quantity.value)) + quantity.scale


def _digits(value: int) -> int:
    """How many decimal digits a number has, without writing them."""
    guess = value.bit_length() * 30103 // 100000
    return guess + int(10**guess <= value)


def _aligned(one: Quantity, other: Quantity) -> tuple[int, int, int]:
    scale = min(one.scale, other.scale)
    if max(one.scale, other.scale) - scale > _LONGEST:
        raise CostExceeded
    return one.value * 10 ** (one.scale - scale), other.value * 10 ** (other.scale - scale), scale


def plus(one: Quantity, other: Quantity | int, sign: int = 1) -> Quantity:
    """`one + sign × other`."""
    if isinstance(other, int):
        other = Quantity(other, 0, "exponent", True)
    form = other.form if one.value == 0 else one.form
    if other.value == 0:
        return Quantity(one.value, one.scale, form, one.small)
    if one.value == 0:
        return Quantity(sign * other.value, other.scale, form, other.small)
    a, b, scale = _aligned(one, other)
    total = a + sign * b
    small = one.small and other.small and max(abs(a), abs(b), abs(total)) <= _INT_MAX
    return Quantity(total, scale, form, small)


def minus(one: Quantity, other: Quantity | int) -> Quantity:
    """`one - other`."""
    return plus(one, other, -1)


def integer(quantity: Quantity) -> int | None:
    """The value as a 64-bit integer, or None where the API server does not call it one."""
    if not quantity.small or quantity.scale < 0 or quantity.scale > 18:
        return 0 if quantity.small and quantity.value == 0 and quantity.scale >= 0 else None
    value = quantity.value * 10**quantity.scale
    return value if -_INT_MAX - 1 <= value <= _INT_MAX else None


def approximate(quantity: Quantity) -> float:
    """The value as a double."""
    from decimal import Decimal, InvalidOperation

    try:
        return float(Decimal(quantity.value).scaleb(quantity.scale))
    except (InvalidOperation, OverflowError):
        return float("inf") if quantity.value > 0 and quantity.scale > 0 else 0.0


def canonical(quantity: Quantity) -> str:
    """The shortest text: no fraction, and the largest suffix that leaves a whole number."""
    value, scale = quantity.value, quantity.scale
    if value == 0:
        return "0"
    while value % 10 == 0:
        value, scale = value // 10, scale + 1
    if quantity.form == "binary" and scale >= 0 and abs(value * 10**scale) >= 1024:
        return _binary_text(value * 10**scale)
    value, scale = value * 10 ** (scale % 3), scale - scale % 3
    if quantity.form == "exponent":
        return f"{value}e{scale}" if scale else str(value)
    suffix = next((name for name, exponent in _DECIMAL.items() if exponent == scale), None)
    return f"{value}{suffix}" if suffix is not None else f"{value}e{scale}"


def _binary_text(value: int) -> str:
    exponent = 0
    while value % 1024 == 0 and exponent < 60:
        value, exponent = value // 1024, exponent + 10
    return f"{value}{next((name for name, bits in _BINARY.items() if bits == exponent), '')}"


def _of_text(text: str) -> Quantity:
    try:
        return parse(text)
    except ValueError as error:
        raise EvaluationError(str(error)) from None


def _is_quantity(text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _as_integer(quantity: Quantity) -> int:
    value = integer(quantity)
    if value is None:
        raise EvaluationError("cannot convert value to integer")
    return value


def _sign(quantity: Any) -> int:
    return int(quantity.value > 0) - int(quantity.value < 0)


_Q = "kubernetes.Quantity"
ROWS = (
    Row("quantity", "string_to_quantity", f"(string) -> {_Q}", _of_text),
    Row("isQuantity", "is_quantity_string", "(string) -> bool", _is_quantity),
    Row("sign", "quantity_sign", f"({_Q}) -> int", _sign),
    Row("isGreaterThan", "quantity_is_greater_than", f"{_Q}.({_Q}) -> bool", lambda a, b: compare(a, b) > 0),
    Row("isLessThan", "quantity_is_less_than", f"{_Q}.({_Q}) -> bool", lambda a, b: compare(a, b) < 0),
    Row("compareTo", "quantity_compare_to", f"{_Q}.({_Q}) -> int", compare),
    Row("asApproximateFloat", "quantity_get_float", f"{_Q}.() -> double", approximate),
    Row("asInteger", "quantity_get_int", f"{_Q}.() -> int", _as_integer),
    Row("isInteger", "quantity_is_integer", f"{_Q}.() -> bool", lambda value: integer(value) is not None),
    Row("add", "quantity_add", f"{_Q}.({_Q}) -> {_Q}", plus),
    Row("add", "quantity_add_int", f"{_Q}.(int) -> {_Q}", plus),
    Row("sub", "quantity_sub", f"{_Q}.({_Q}) -> {_Q}", minus),
    Row("sub", "quantity_sub_int", f"{_Q}.(int) -> {_Q}", minus),
)
