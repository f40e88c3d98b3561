"""Doubles as text, as Go prints them."""

from __future__ import annotations


def show_double(value: float) -> str:
    """Go's `%g`: the shortest text that reads back, with an exponent below 1e-4 and from 1e6 on."""
    if value != value:  # noqa: PLR0124 - the test for NaN
        return "NaN"
    if value in {float("inf"), float("-inf")}:
        return "+Inf" if value > 0 else "-Inf"
    mantissa, exponent = shortest(value)
    if -4 <= exponent < 6:
        return decimal(value)
    digits = mantissa[0] + ("." + mantissa[1:] if len(mantissa) > 1 else "")
    return f"{'-' if value < 0 else ''}{digits}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def shortest(value: float) -> tuple[str, int]:
    """The digits of the shortest text of |value| and the decimal exponent of the first one."""
    text = f"{abs(value)!r}"
    number, _, power = text.partition("e")
    whole, _, fraction = number.partition(".")
    exponent = int(power or 0)
    digits = (whole + fraction).lstrip("0")
    first = len(whole) - 1 if whole.strip("0") else -(len(fraction) - len(fraction.lstrip("0")) + 1)
    return digits.rstrip("0") or "0", exponent + (first if digits else 0)


def decimal(value: float) -> str:
    """The shortest text without an exponent: `0.5`, `3`, `1000000`."""
    digits, exponent = shortest(value)
    sign = "-" if str(value).startswith("-") else ""
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    if len(digits) <= exponent + 1:
        return sign + digits + "0" * (exponent + 1 - len(digits))
    return f"{sign}{digits[: exponent + 1]}.{digits[exponent + 1 :]}"


def fixed(value: float, precision: int) -> str:
    """`1.50`: exactly `precision` digits after the point, rounded to even as Go does."""
    return f"{value:.{min(precision, 5000)}f}"


def exponential(value: float, precision: int) -> str:
    """`1.500e+03`."""
    return f"{value:.{min(precision, 5000)}e}"
