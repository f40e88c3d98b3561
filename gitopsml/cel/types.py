"""Static types of expressions: `Type`, its text form, and the reader of that text."""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class Type(NamedTuple):
    """A type: its name and its parameters. `_1` and single capitals are type variables."""

    name: str
    params: tuple[Type, ...] = ()

    def __str__(self) -> str:
        if not self.params:
            return self.name
        return f"{self.name}({', '.join(map(str, self.params))})"

    @property
    def is_variable(self) -> bool:
        """Whether this is a type variable, still to be bound."""
        name = self.name
        return name[0] == "_" or (len(name) == 1 and name.isupper())


DYN: Final = Type("dyn")
ERROR: Final = Type("!error!")
BOOL: Final = Type("bool")
INT: Final = Type("int")
UINT: Final = Type("uint")
DOUBLE: Final = Type("double")
STRING: Final = Type("string")
BYTES: Final = Type("bytes")
NULL: Final = Type("null")
TIMESTAMP: Final = Type("timestamp")
DURATION: Final = Type("duration")

_TOKEN = re.compile(r"\s*([A-Za-z_][\w.*]*|[(),])")
_CACHE: dict[str, Type] = {}
_ALIASES = {"null_type": "null", "google.protobuf.Timestamp": "timestamp", "google.protobuf.Duration": "duration"}


def list_of(element: Type) -> Type:
    """`list(element)`."""
    return Type("list", (element,))


def map_of(key: Type, value: Type) -> Type:
    """`map(key, value)`."""
    return Type("map", (key, value))


def optional_of(value: Type) -> Type:
    """`optional_type(value)`."""
    return Type("optional_type", (value,))


def parse_type(text: str) -> Type:
    """`map(string, dyn)` -> Type. Raises ValueError when the text is not a type."""
    found = _CACHE.get(text)
    if found is None:
        tokens = _TOKEN.findall(text)
        found, rest = _read(tokens, 0)
        if rest != len(tokens) or not tokens:
            raise ValueError(f"not a type: {text!r}")
        _CACHE[text] = found
    return found


def _read(tokens: list[str], at: int) -> tuple[Type, int]:
    if at >= len(tokens) or tokens[at] in "(),":
        raise ValueError("not a type")
    name = _ALIASES.get(tokens[at], tokens[at])
    at += 1
    params: list[Type] = []
    if at < len(tokens) and tokens[at] == "(":
        while tokens[at] != ")":
            param, at = _read(tokens, at + 1)
            params.append(param)
            if at >= len(tokens):
                raise ValueError("not a type")
        at += 1
    if not params:
        params = {"list": [DYN], "map": [DYN, DYN], "optional_type": [DYN]}.get(name, [])
    return Type(name, tuple(params)), at
