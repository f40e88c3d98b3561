"""Declarations of functions: overloads with their types, what they do, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from gitopsml.cel.types import Type, parse_type

CostOf = Callable[..., int]


class Overload(NamedTuple):
    """One way to call a function.

    `call` takes the arguments, the receiver first. `cost` takes the same arguments and is charged before the call;
    `cost_after` takes the result as well and is charged afterwards. Without either a call costs 1.
    """

    id: str
    params: tuple[Type, ...]
    result: Type
    member: bool
    variables: tuple[str, ...] = ()
    call: Callable[..., Any] | None = None
    cost: CostOf | None = None
    cost_after: CostOf | None = None

    @property
    def text(self) -> str:
        """`string.contains(string) -> bool`, without the name."""
        params = [str(param) for param in self.params]
        receiver = f"{params.pop(0)}." if self.member else ""
        return f"{receiver}({', '.join(params)}) -> {self.result}"


class Row(NamedTuple):
    """An overload as a library writes it: `Row("contains", "contains_string", "string.(string) -> bool", call)`."""

    name: str
    id: str
    signature: str
    call: Callable[..., Any] | None = None
    cost: CostOf | None = None
    cost_after: CostOf | None = None


Overloads = tuple[Overload, ...]


def overload(row: Row) -> Overload:
    """A library's row -> the overload. Raises ValueError when the signature is not one."""
    left, arrow, result = row.signature.partition("->")
    receiver, opening, params = left.strip().partition(".(") if not left.startswith("(") else ("", ".(", left.strip()[1:])
    if not arrow or not opening or not params.endswith(")"):
        raise ValueError(f"not a signature: {row.signature!r}")
    texts = ([receiver] if receiver else []) + _split(params[:-1])
    types = tuple(parse_type(text) for text in texts)
    returned = parse_type(result.strip())
    variables = tuple(sorted(_variables((*types, returned))))
    return Overload(row.id, types, returned, bool(receiver), variables, row.call, row.cost, row.cost_after)


def _split(text: str) -> list[str]:
    """`map(K, V), K` -> its two parts."""
    parts: list[str] = []
    depth, start = 0, 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    last = text[start:].strip()
    return [*parts, last] if last else parts


def _variables(types: Iterable[Type]) -> set[str]:
    found: set[str] = set()
    for kind in types:
        if kind.is_variable:
            found.add(kind.name)
        found |= _variables(kind.params)
    return found


def overloads(rows: Iterable[Row]) -> dict[str, Overloads]:
    """A library's rows -> overloads by function name."""
    table: dict[str, Overloads] = {}
    for row in rows:
        table[row.name] = (*table.get(row.name, ()), overload(row))
    return table
