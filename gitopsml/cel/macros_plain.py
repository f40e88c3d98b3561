"""Macros of extensions that Kubernetes does not have: cel.bind, cel.block, math.greatest, math.least."""

from __future__ import annotations

from typing import Final

from gitopsml.cel.macros import Expand, Key, MacroError, Maker, bind, variable
from gitopsml.cel.nodes import Ident, ListLiteral, Literal, Node


def _of(namespace: str, target: Node | None) -> bool:
    return isinstance(target, Ident) and target.name == namespace


def _bind(make: Maker, pos: int, target: Node | None, args: tuple[Node, ...]) -> Node | None:
    if not _of("cel", target):
        return None
    return bind(make, pos, variable(args[0], "cel.bind() variable names must be simple identifiers"), args[1], args[2])


def _block(make: Maker, pos: int, target: Node | None, args: tuple[Node, ...]) -> Node | None:
    """`cel.block([a, b], result)`: a under the name @index0, then b under @index1, then the result."""
    if not _of("cel", target):
        return None
    if not isinstance(args[0], ListLiteral):
        raise MacroError(args[0].pos, "cel.block requires the first arg to be a list literal")
    result = args[1]
    for at in reversed(range(len(args[0].elements))):
        value = args[0].elements[at]
        if at in args[0].optional:
            raise MacroError(value.pos, "cel.block elements must not be optional")
        result = bind(make, pos, f"@index{at}", value, result)
    return result


def _named(prefix: str) -> Expand:
    """`cel.index(0)` and the like stand for a hidden variable."""

    def expand(make: Maker, pos: int, target: Node | None, args: tuple[Node, ...]) -> Node | None:
        if not _of("cel", target):
            return None
        numbers = [arg.value for arg in args if isinstance(arg, Literal) and type(arg.value) is int]
        if len(numbers) != len(args) or any(number < 0 for number in numbers):
            raise MacroError(pos, "the arguments must be non-negative whole numbers")
        return make.ident(pos, prefix + ":".join(map(str, numbers)))

    return expand


def _extreme(name: str) -> Expand:
    def expand(make: Maker, pos: int, target: Node | None, args: tuple[Node, ...]) -> Node | None:
        if not _of("math", target):
            return None
        if not args:
            raise MacroError(pos, f"{name}() requires at least one argument")
        for arg in args:
            bad = isinstance(arg, Literal) and (isinstance(arg.value, bool) or not isinstance(arg.value, int | float))
            if bad:
                what = "invalid single argument value" if len(args) == 1 else "simple literal arguments must be numeric"
                raise MacroError(arg.pos, f"{name}() {what}")
        values = args[0] if len(args) == 1 and not isinstance(args[0], Literal) else make.list(pos, *args)
        return make.call(pos, "math.@max" if name.endswith("greatest") else "math.@min", None, (values,))

    return expand


PLAIN: Final[dict[Key, Expand]] = {
    ("bind", 3, True): _bind,
    ("block", 2, True): _block,
    ("index", 1, True): _named("@index"),
    ("iterVar", 2, True): _named("@it:"),
    ("accuVar", 2, True): _named("@ac:"),
    ("greatest", -1, True): _extreme("math.greatest"),
    ("least", -1, True): _extreme("math.least"),
}
