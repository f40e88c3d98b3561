"""A compiled `${expression}` of a blueprint: its program, and what it reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gitopsml.cel import nodes
from gitopsml.cel.values import ConcatList, Optional
from gitopsml.errors import BlueprintError
from gitopsml.model.origin import Origin

if TYPE_CHECKING:
    from gitopsml.cel import Program

ABSENT: Any = object()  # the value of `optional.none()`: the key or element is left out
Path = tuple[str, ...]  # ("spec", "gpu", "count")


@dataclass(slots=True, frozen=True, eq=False)
class Expression:
    """`reads` are the longest chains of names that the expression follows; `path` is the chain that it IS, () otherwise.

    `derives` and `fragments` are the names of those that it reads; "" stands for all of them. `entries` is the path of the map
    where the expression is `entries(path)`, () otherwise: each element of that list then has a place of its own.
    """

    text: str
    program: Program
    origin: Origin
    reads: tuple[Path, ...]
    path: Path
    derives: tuple[str, ...]
    fragments: tuple[str, ...]
    entries: Path


def analysed(text: str, program: Program, origin: Origin) -> Expression:
    """A compiled expression with what it reads."""
    own = None if isinstance(program.root, nodes.Select) and program.root.test else _chain(program.root)
    reads = tuple(sorted(set(_reads(program.root))))
    derives, fragments = (tuple(_second(path) for path in reads if path[0] == head) for head in ("derived", "fragment"))
    entries = _entries(program.root) or ()
    return Expression(
        text, program, origin, reads, own or (), tuple(dict.fromkeys(derives)), tuple(dict.fromkeys(fragments)), entries
    )


def _entries(root: nodes.Node) -> Path | None:
    is_call = isinstance(root, nodes.Call) and root.function == "entries" and root.target is None and len(root.args) == 1
    return _chain(root.args[0]) if is_call and isinstance(root, nodes.Call) else None


def _second(path: Path) -> str:
    return path[1] if len(path) > 1 else ""


def _chain(node: nodes.Node) -> Path | None:
    """The names of `a.b.?c`, or None for anything else."""
    names: list[str] = []
    while not isinstance(node, nodes.Ident):
        if isinstance(node, nodes.Select):
            names.append(node.field)
            node = node.operand
        elif isinstance(node, nodes.Call) and node.function == nodes.OPT_SELECT and isinstance(node.args[1], nodes.Literal):
            names.append(str(node.args[1].value))
            node = node.args[0]
        else:
            return None
    names.append(node.name)
    return tuple(reversed(names))


def _reads(node: nodes.Node, bound: frozenset[str] = frozenset()) -> Iterator[Path]:
    """The chains that begin with a variable from outside; `bound` are those of the macros around the node."""
    chain = _chain(node)
    if chain is not None:
        yield from () if chain[0] in bound else (chain,)
        return
    if isinstance(node, nodes.Fold):
        yield from _reads(node.range, bound)
        bound |= {node.var, node.var2, node.accu}
    for child in nodes.children(node):
        yield from _reads(child, bound)


def plain(value: Any) -> Any:
    """What CEL gives -> YAML's data: dict, list, str, int, float, bool, None; ABSENT for an optional without value.

    Raises ValueError for a value that YAML has no word for (a duration, a quantity, a type).
    """
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None or kind is float:
        return value
    if isinstance(value, Optional):
        return plain(value.value) if value.present else ABSENT
    if isinstance(value, list | ConcatList):
        return [item for item in map(plain, value) if item is not ABSENT]
    if isinstance(value, int):
        return int(value)
    if hasattr(value, "items"):
        return _plain_map(value)
    raise ValueError(f"the expression gives a {type(value).__name__.lower()}, which YAML cannot hold: use string(…)")


def _plain_map(value: Any) -> dict[str, Any]:
    pairs = ((key, plain(item)) for key, item in value.items())
    table = {key: item for key, item in pairs if item is not ABSENT}
    if not all(isinstance(key, str) for key in table):
        raise ValueError("the keys of a map must be text")
    return table


def failure(expression: Expression, reason: object, hint: str = "") -> BlueprintError:
    """An error at the place of an expression in its template."""
    return at(expression.origin, f"${{{expression.text}}}: {reason}", hint)


def at(origin: Origin, what: str, hint: str = "", *, key: bool = False) -> BlueprintError:
    """An error at an origin of a blueprint's file; `key` points at the field's name."""
    from gitopsml.yamlio import locate

    span = locate(origin.document, origin.pointer, key=key)
    return BlueprintError(what, path=origin.document.path, line=span.line, column=span.column, hint=hint)
