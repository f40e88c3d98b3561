"""The syntax tree. Every node knows its number (`id`, unique in one expression) and its offset (`pos`, in code points)."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias


class Literal(NamedTuple):
    """A constant, as the value it has at run time."""

    id: int
    pos: int
    value: Any


class Ident(NamedTuple):
    """A name; a leading dot means "from the root"."""

    id: int
    pos: int
    name: str


class Select(NamedTuple):
    """`operand.field`, or `has(operand.field)` with `test`."""

    id: int
    pos: int
    operand: Node
    field: str
    test: bool = False


class Call(NamedTuple):
    """A function or operator (`_+_`); `target` is the receiver of a member call."""

    id: int
    pos: int
    function: str
    target: Node | None
    args: tuple[Node, ...]


class ListLiteral(NamedTuple):
    """`[a, ?b]`; `optional` holds the indices written with a question mark."""

    id: int
    pos: int
    elements: tuple[Node, ...]
    optional: frozenset[int] = frozenset()


class Entry(NamedTuple):
    """`key: value` of a map, `name: value` of a message."""

    id: int
    pos: int
    key: Any  # a Node in maps, the field's name in messages
    value: Node
    optional: bool = False


class MapLiteral(NamedTuple):
    """`{k: v}`."""

    id: int
    pos: int
    entries: tuple[Entry, ...]


class Struct(NamedTuple):
    """`Name{field: value}`."""

    id: int
    pos: int
    name: str
    entries: tuple[Entry, ...]


class Fold(NamedTuple):
    """A comprehension, the expansion of the macro `macro`: `accu` runs over `range` with one or two variables."""

    id: int
    pos: int
    macro: str
    range: Node
    var: str
    var2: str
    accu: str
    init: Node
    condition: Node
    step: Node
    result: Node


Node: TypeAlias = Literal | Ident | Select | Call | ListLiteral | MapLiteral | Struct | Fold

ACCU = "@result"
AND = "_&&_"
OR = "_||_"
TERNARY = "_?_:_"
EQUAL = "_==_"
NOT_EQUAL = "_!=_"
INDEX = "_[_]"
OPT_INDEX = "_[?_]"
OPT_SELECT = "_?._"
NOT = "!_"
NEGATE = "-_"
IN = "@in"
NOT_STRICTLY_FALSE = "@not_strictly_false"


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below `node`, in the order they are written."""
    if isinstance(node, Select):
        return (node.operand,)
    if isinstance(node, Call):
        return node.args if node.target is None else (node.target, *node.args)
    if isinstance(node, ListLiteral):
        return node.elements
    if isinstance(node, MapLiteral):
        return tuple(part for entry in node.entries for part in (entry.key, entry.value))
    if isinstance(node, Struct):
        return tuple(entry.value for entry in node.entries)
    if isinstance(node, Fold):
        return (node.range, node.init, node.condition, node.step, node.result)
    return ()
