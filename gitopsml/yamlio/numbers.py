"""Numbers as Go reads and writes them: strconv.ParseInt and ParseFloat with base 0, encoding/json's and strconv's float texts."""

from __future__ import annotations

import re

INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1
UINT64_MAX = 2**64 - 1

_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_BASES = (16, 2, 8, 10)
_LONGEST_INTEGER = 80  # 64 binary digits, sign and prefix, some leading zeros


def integer(text: str) -> int | None:
    """`0x1F` -> 31, `0777` -> 511: a whole number of at most 64 bits (signed, or unsigned without sign), else None."""
    if len(text) > _LONGEST_INTEGER:
        text = _long(text)
    match = _INTEGER.match(text) if len(text) <= _LONGEST_INTEGER else None
    if match is None:
        return None
    sign, *digits = match.groups()
    number = next(int(part, base) for part, base in zip(digits, _BASES, strict=True) if part is not None)
    if sign == "-":
        number = -number
    return number if INT64_MIN <= number <= (INT64_MAX if sign else UINT64_MAX) else None


def _long(text: str) -> str:
    """Without superfluous leading zeros, so that the length says something."""
    match = re.match(r"([-+]?0[xXbBoO]?)0*", text)
    return match[1] + text[match.end() :] if match else text


def real(text: str) -> float | None:
    """`1.5e3` -> 1500.0, as YAML 1.1 writes floats and strconv.ParseFloat reads them; None where it is no float or too large."""
    if not _FLOAT.match(text):
        return None
    number = float(text)
    return None if number in (float("inf"), float("-inf")) else number


def plain_number(number: float) -> int | float:
    """A float as its JSON text is read again: 1000.0 -> 1000, -0.0 -> 0; fractions and what 64 bits cannot hold stay floats."""
    if not number.is_integer() or not INT64_MIN * 2 <= number <= UINT64_MAX:
        return number
    whole = int(number) if abs(number) < 2**53 else int(json_text(number))
    return whole if INT64_MIN <= whole <= UINT64_MAX else number


def json_text(number: float) -> str:
    """A finite float as encoding/json writes it: the shortest digits, without exponent from 1e-6 up to 1e21."""
    sign, digits, point = _shortest(number)
    if number and (abs(number) < 1e-6 or abs(number) >= 1e21):
        return sign + _scientific(digits, point, 1)
    return sign + _positional(digits, point)


def general_text(number: float) -> str:
    """A finite float as strconv.FormatFloat(f, 'g', -1, 64) writes it: with an exponent below 1e-4 and from 1e6 on."""
    sign, digits, point = _shortest(number)
    if number and not -4 <= point - 1 < 6:
        return sign + _scientific(digits, point, 2)
    return sign + _positional(digits, point)


def _shortest(number: float) -> tuple[str, str, int]:
    """Sign, the shortest digits that give the number back, and the place of the point counted from the first digit."""
    text = repr(number)
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    mantissa, _, exponent = text.partition("e")
    before, _, after = mantissa.partition(".")
    digits = (before + after).lstrip("0")
    point = len(before) + int(exponent or 0) - (len(before + after) - len(digits))
    digits = digits.rstrip("0")
    return (sign, digits, point) if digits else (sign, "0", 1)


def _scientific(digits: str, point: int, width: int) -> str:
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    exponent = point - 1
    return f"{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):0{width}d}"


def _positional(digits: str, point: int) -> str:
    if point <= 0:
        return "0." + "0" * -point + digits
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return digits[:point] + "." + digits[point:]
