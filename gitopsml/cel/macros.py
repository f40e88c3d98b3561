"""Macros: calls that the parser replaces with other trees, as the specification and the Kubernetes libraries define them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from gitopsml.cel import nodes
from gitopsml.cel.nodes import ACCU, Call, Fold, Ident, ListLiteral, Literal, MapLiteral, Node, Select


class MacroError(Exception):
    """The arguments do not fit the macro; `pos` is the offset of the guilty one."""

    def __init__(self, pos: int, message: str) -> None:
        super().__init__(message)
        self.pos = pos


class Maker:
    """Makes nodes, numbering them."""

    def __init__(self) -> None:
        self.last_id = 0

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def literal(self, pos: int, value: Any) -> Literal:
        return Literal(self.next_id(), pos, value)

    def ident(self, pos: int, name: str) -> Ident:
        return Ident(self.next_id(), pos, name)

    def select(self, pos: int, operand: Node, field: str, *, test: bool = False) -> Select:
        return Select(self.next_id(), pos, operand, field, test)

    def call(self, pos: int, function: str, target: Node | None, args: tuple[Node, ...]) -> Call:
        return Call(self.next_id(), pos, function, target, args)

    def list(self, pos: int, *elements: Node) -> ListLiteral:
        return ListLiteral(self.next_id(), pos, elements)

    def map(self, pos: int) -> MapLiteral:
        return MapLiteral(self.next_id(), pos, ())


Expand = Callable[[Maker, int, Node | None, tuple[Node, ...]], Node | None]
Key = tuple[str, int, bool]  # name, number of arguments (-1: any), has a receiver


class Macros:
    """A set of macros by name, number of arguments and style."""

    __slots__ = ("table",)

    def __init__(self, table: Mapping[Key, Expand]) -> None:
        self.table = dict(table)

    def expand(self, make: Maker, pos: int, function: str, target: Node | None, args: tuple[Node, ...]) -> Node | None:
        """The tree that replaces the call, or None where no macro takes it. Raises MacroError."""
        member = target is not None
        found = self.table.get((function, len(args), member)) or self.table.get((function, -1, member))
        return found(make, pos, target, args) if found else None


def variable(node: Node, message: str = "argument must be a simple name") -> str:
    """The name that a macro binds. Raises MacroError for anything but a name."""
    if not isinstance(node, Ident):
        raise MacroError(node.pos, message)
    if node.name in {ACCU, "__result__"}:
        raise MacroError(node.pos, "iteration variable overwrites accumulator variable")
    return node.name


def _variables(args: tuple[Node, ...], count: int) -> tuple[str, str]:
    if count == 1:
        return variable(args[0]), ""
    names = variable(args[0]), variable(args[1])
    if names[0] == names[1]:
        raise MacroError(args[1].pos, f"duplicate variable name: {names[0]}")
    return names


def _has(make: Maker, pos: int, _: Node | None, args: tuple[Node, ...]) -> Node:
    (arg,) = args
    if not isinstance(arg, Select) or arg.test:
        raise MacroError(arg.pos, "invalid argument to has() macro")
    return make.select(pos, arg.operand, arg.field, test=True)


def _fold(  # noqa: PLR0917 - the parts of one node
    make: Maker, pos: int, macro: str, target: Node | None, names: tuple[str, str], parts: list[Node]
) -> Fold:
    assert target is not None
    init, condition, step, result = parts
    return Fold(make.next_id(), pos, macro, target, *names, ACCU, init, condition, step, result)


def _all(count: int) -> Expand:
    def expand(make: Maker, pos: int, target: Node | None, args: tuple[Node, ...]) -> Node:
        names = _variables(args, count)
        go_on = make.call(pos, nodes.NOT_STRICTLY_FALSE, None, (make.ident(pos, ACCU),))
        step = make.call(pos, nodes.AND, None, (make.ident(pos, ACCU), args[count]))
        return _fold(make, pos, "all", target, names, [make.literal(pos, True), go_on, step, make.ident(pos, ACCU)])

    return expand


def _exists(count: int) -> Expand:
    def expand(make: Maker, pos: int, target: Node | None, args: tuple[Node, ...]) -> Node:
        names = _variables(args, count)
        none_yet = make.call(pos, nodes.NOT, None, (make.ident(pos, ACCU),))
        go_on = make.call(pos, nodes.NOT_STRICTLY_FALSE, None, (none_yet,))
        step = make.call(pos, nodes.OR, None, (make.ident(pos, ACCU), args[count]))
        return _fold(make, pos, "exists", target, names, [make.literal(pos, False), go_on, step, make.ident(pos, ACCU)])

    return expand


def _exists_one(count: int) -> Expand:
    def expand(make: Maker, pos: int, target: Node | None, args: tuple[Node, ...]) -> Node:
        names = _variables(args, count)
        more = make.call(pos, "_+_", None, (make.ident(pos, ACCU), make.literal(pos, 1)))
        step = make.call(pos, nodes.TERNARY, None, (args[count], more, make.ident(pos, ACCU)))
        result = make.call(pos, nodes.EQUAL, None, (make.ident(pos, ACCU), make.literal(pos, 1)))
        return _fold(make, pos, "exists_one", target, names, [make.literal(pos, 0), make.literal(pos, True), step, result])

    return expand


def _collect(macro: str, count: int) -> Expand:
    """`map`, `filter` and `transformList`: a list of what the last argument gives, where an optional condition holds."""

    def expand(make: Maker, pos: int, target: Node | None, args: tuple[Node, ...]) -> Node:
        names = (variable(args[0], "argument is not an identifier"), "") if count == 1 else _variables(args, count)
        value = args[0] if macro == "filter" else args[-1]
        step: Node = make.call(pos, "_+_", None, (make.ident(pos, ACCU), make.list(pos, value)))
        if macro == "filter" or len(args) == count + 2:
            step = make.call(pos, nodes.TERNARY, None, (args[count], step, make.ident(pos, ACCU)))
        return _fold(make, pos, macro, target, names, [make.list(pos), make.literal(pos, True), step, make.ident(pos, ACCU)])

    return expand


def _insert(macro: str) -> Expand:
    """`transformMap` and `transformMapEntry`."""

    def expand(make: Maker, pos: int, target: Node | None, args: tuple[Node, ...]) -> Node:
        names = _variables(args, 2)
        key = (make.ident(pos, names[0]),) if macro == "transformMap" else ()
        step: Node = make.call(pos, "cel.@mapInsert", None, (make.ident(pos, ACCU), *key, args[-1]))
        if len(args) == 4:
            step = make.call(pos, nodes.TERNARY, None, (args[2], step, make.ident(pos, ACCU)))
        return _fold(make, pos, macro, target, names, [make.map(pos), make.literal(pos, True), step, make.ident(pos, ACCU)])

    return expand


def bind(make: Maker, pos: int, name: str, value: Node, result: Node, *, macro: str = "bind") -> Fold:
    """A fold over nothing: `result` with `name` bound to `value`."""
    return Fold(
        make.next_id(), pos, macro, make.list(pos), "#unused", "", name, value,
        make.literal(pos, False), make.ident(pos, name), result,
    )  # fmt: skip


def _optional(macro: str) -> Expand:
    """`optMap` and `optFlatMap`: the receiver is written once and evaluated twice, as the reference expands it."""

    def expand(make: Maker, pos: int, target: Node | None, args: tuple[Node, ...]) -> Node:
        if not isinstance(args[0], Ident):
            raise MacroError(args[0].pos, f"{macro}() variable name must be a simple identifier")
        assert target is not None
        present = make.call(pos, "hasValue", target, ())
        value: Node = bind(make, pos, args[0].name, make.call(pos, "value", target, ()), args[1], macro=macro)
        if macro == "optMap":
            value = make.call(pos, "optional.of", None, (value,))
        return make.call(pos, nodes.TERNARY, None, (present, value, make.call(pos, "optional.none", None, ())))

    return expand


STANDARD: Final[dict[Key, Expand]] = {
    ("has", 1, False): _has,
    ("all", 2, True): _all(1),
    ("exists", 2, True): _exists(1),
    ("exists_one", 2, True): _exists_one(1),
    ("existsOne", 2, True): _exists_one(1),
    ("map", 2, True): _collect("map", 1),
    ("map", 3, True): _collect("map", 1),
    ("filter", 2, True): _collect("filter", 1),
}

TWO_VARIABLES: Final[dict[Key, Expand]] = {
    ("all", 3, True): _all(2),
    ("exists", 3, True): _exists(2),
    ("exists_one", 3, True): _exists_one(2),
    ("existsOne", 3, True): _exists_one(2),
    ("transformList", 3, True): _collect("transformList", 2),
    ("transformList", 4, True): _collect("transformList", 2),
    ("transformMap", 3, True): _insert("transformMap"),
    ("transformMap", 4, True): _insert("transformMap"),
    ("transformMapEntry", 3, True): _insert("transformMapEntry"),
    ("transformMapEntry", 4, True): _insert("transformMapEntry"),
}

OPTIONALS: Final[dict[Key, Expand]] = {
    ("optMap", 2, True): _optional("optMap"),
    ("optFlatMap", 2, True): _optional("optFlatMap"),
}


def _sort_by(make: Maker, pos: int, target: Node | None, args: tuple[Node, ...]) -> Node:
    """`list.sortBy(x, key)`: the list under a hidden name, so that it is evaluated once."""
    assert target is not None
    hidden = "@__sortBy_input__"
    keys = _collect("map", 1)(make, pos, make.ident(pos, hidden), args)
    assert keys is not None
    return bind(make, pos, hidden, target, make.call(pos, "@sortByAssociatedKeys", make.ident(pos, hidden), (keys,)))


LISTS: Final[dict[Key, Expand]] = {("sortBy", 2, True): _sort_by}
