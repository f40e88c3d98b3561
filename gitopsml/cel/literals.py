"""The text of a literal token -> its value."""

from __future__ import annotations

import re
from typing import Any

from gitopsml.cel.values import Uint

_INT_MIN, _INT_MAX, _UINT_MAX = -(2**63), 2**63 - 1, 2**64 - 1
_SIMPLE = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, '"': 34, "'": 39, "\\": 92, "?": 63, "`": 96}
_ESCAPE = re.compile(r"\\(?:([0-3][0-7]{2})|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)


def read_literal(kind: str, text: str) -> Any:
    """A literal's value; `text` may begin with a minus for int and float. Raises ValueError with the message to show."""
    if kind == "string":
        return read_string(text)
    if kind == "bytes":
        return _read_bytes(text[1:])
    if kind == "float":
        return _read_float(text)
    return _read_integer(kind, text)


def _read_float(text: str) -> float:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise ValueError("invalid double literal")
    return value


def _read_integer(kind: str, text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("-").rstrip("uU")
    # at most 20 digits fit; longer texts are refused before they are converted
    base = 16 if digits.startswith("0x") else 10
    significant = digits.removeprefix("0x").lstrip("0")
    if len(significant) > 20:
        raise ValueError(f"invalid {kind} literal")
    value = sign * int(significant or "0", base)
    if kind == "uint":
        if value > _UINT_MAX:
            raise ValueError("invalid uint literal")
        return Uint(value)
    if not _INT_MIN <= value <= _INT_MAX:
        raise ValueError("invalid int literal")
    return value


def _body(text: str) -> tuple[str, bool]:
    raw = text[0] in "rR"
    quoted = text[1:] if raw else text
    width = 3 if len(quoted) >= 6 and quoted[:3] in {'"""', "'''"} else 1
    body = quoted[width:-width]
    return body.replace("\r\n", "\n").replace("\r", "\n"), raw


def read_string(text: str) -> str:
    """A quoted string, with its prefix and quotes -> its value."""
    body, raw = _body(text)
    if raw or "\\" not in body:
        return body
    return _ESCAPE.sub(lambda match: chr(_code_point(match)), body)


def _code_point(match: re.Match[str]) -> int:
    octal, short, four, eight, simple = match.groups()
    if simple is not None:
        return _SIMPLE[simple]
    code = int(octal, 8) if octal else int(short or four or eight, 16)
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        raise ValueError("invalid unicode code point")
    return code


def _read_bytes(text: str) -> bytes:
    body, raw = _body(text)
    if raw or "\\" not in body:
        return body.encode()
    parts: list[bytes] = []
    last = 0
    for match in _ESCAPE.finditer(body):
        parts += [body[last : match.start()].encode(), _byte(match)]
        last = match.end()
    return b"".join([*parts, body[last:].encode()])


def _byte(match: re.Match[str]) -> bytes:
    octal, short, four, eight, simple = match.groups()
    if four or eight:
        raise ValueError("unable to unescape string")
    return bytes([_SIMPLE[simple] if simple is not None else int(octal, 8) if octal else int(short, 16)])
