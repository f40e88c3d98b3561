"""Why a boolean expression came out false: the fields that made it so, one `Blame` for each guilty part."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from gitopsml.cel import nodes, work
from gitopsml.cel.errors import CostExceeded
from gitopsml.cel.nodes import Call, Fold, Literal, Node, Select
from gitopsml.cel.origins import Pointer, Scope, chosen_branch, iterate, origin, reads, variable_root, with_value
from gitopsml.cel.program import Program
from gitopsml.cel.values import MISSING

_MOST: Final = 1000


class Blame(NamedTuple):
    """One reason: the fields (variable, path), the guilty part of the expression as text, and its operands with values."""

    pointers: tuple[Pointer, ...]
    expression: str
    operands: tuple[tuple[str, Any], ...]


def blame(program: Program, bindings: Mapping[str, Any]) -> list[Blame]:
    """The reasons why `program` is false on these bindings; none where it is true, fails, or is unknown.

    `a && b` blames the operands that are false, `a || b` all of them, `xs.all(x, p)` looks inside each failing element, and
    `has(a.b)` blames a.b. Variables of a policy (`LazyVariables`) are followed to the fields that their expressions read.
    At most a thousand reasons, and what was found within a bounded time.
    """
    scope = Scope.of(program, bindings)
    found: list[Blame] = []
    outermost = work.start()
    try:
        if scope.value(program.root) is False:
            with contextlib.closing(_distinct(_explain(scope, program.root, wanted=True))) as reasons:
                found.extend(itertools.islice(reasons, _MOST))
    except CostExceeded:
        found = found or [Blame((), program.source, ())]
    finally:
        work.end(outermost)
    return found


def _distinct(found: Iterable[Blame]) -> Generator[Blame]:
    """Each field and text once; operands may be dicts, which cannot be compared in a set."""
    seen: set[tuple[Any, ...]] = set()
    for reason in found:
        key = reason.pointers, reason.expression
        if key not in seen:
            seen.add(key)
            yield reason


def _explain(scope: Scope, node: Node, *, wanted: bool) -> Iterator[Blame]:
    """Why `node`, which is `not wanted`, is not `wanted`."""
    if isinstance(node, Fold):
        yield from _FOLDS.get(node.macro, _leaf)(scope, node, wanted)
        return
    variable = variable_root(scope, node)
    if variable is not None:
        yield from _explain(*variable, wanted=wanted)
    elif isinstance(node, Call) and node.function in _CALLS:
        yield from _CALLS[node.function](scope, node, wanted)
    elif not isinstance(node, Literal):
        yield from _leaf(scope, node, wanted)


def _leaf(scope: Scope, node: Any, wanted: bool) -> Iterator[Blame]:
    """A part that is no logic: whatever it reads."""
    del wanted
    if isinstance(node, Select) and node.test:
        base = origin(scope, node.operand)
        pointers = ((base[0], (*base[1], node.field)),) if base else tuple(reads(scope, node.operand))
        yield Blame(pointers, scope.program.text_of(node), ())
        return
    operands = tuple(_operand(scope, part) for part in nodes.children(node) if not isinstance(part, Literal))
    yield Blame(tuple(reads(scope, node)), scope.program.text_of(node), operands)


def _operand(scope: Scope, node: Node) -> tuple[str, Any]:
    value = scope.value(node)
    return scope.program.text_of(node), None if value is MISSING else value


def _not(scope: Scope, node: Any, wanted: bool) -> Iterator[Blame]:
    yield from _explain(scope, node.args[0], wanted=not wanted)


def _logic(scope: Scope, node: Any, wanted: bool) -> Iterator[Blame]:
    """The operands that are not what is wanted of the whole; where any one of them would do, they are one reason."""
    found = [list(_explain(scope, part, wanted=wanted)) for part in node.args if scope.value(part) is (not wanted)]
    if (node.function == nodes.OR) is wanted and len(found) > 1:
        yield from _alternatives(found)
    else:
        yield from (reason for reasons in found for reason in reasons)


def _alternatives(found: list[list[Blame]]) -> Iterator[Blame]:
    """One reason for each guilty element of the operand that has most of them, of the last one where they are equal.

    Exceptions are written first and the demand last ("is a batch job || has a probe"): what the last one reads comes first.
    """
    main = max(range(len(found)), key=lambda number: (len(found[number]), number))
    others = [reason for number in reversed(range(len(found))) if number != main for reason in found[number]]
    for reason in found[main]:
        parts = [reason, *others]
        pointers = tuple(dict.fromkeys(pointer for part in parts for pointer in part.pointers))
        operands = tuple(operand for part in parts for operand in part.operands)
        yield Blame(pointers, " || ".join(part.expression for part in parts), operands)


def _ternary(scope: Scope, node: Any, wanted: bool) -> Iterator[Blame]:
    """The branch that was taken; where it reads nothing, the condition that led there."""
    chosen = chosen_branch(scope, node)
    found = list(_explain(scope, chosen, wanted=wanted)) if chosen is not None else []
    if not any(reason.pointers for reason in found):
        found = list(_explain(scope, node.args[0], wanted=chosen is not node.args[1]))
    yield from found


def _predicate(node: Fold) -> Node:
    assert isinstance(node.step, Call)
    return node.step.args[0] if node.macro == "exists_one" else node.step.args[1]


def _inside(scope: Scope, node: Fold, wanted: bool) -> Iterator[Blame]:
    """One reason or more for each element whose predicate is not what is wanted."""
    predicate = _predicate(node)
    for found in iterate(scope, node):
        if scope.value(predicate) is (not wanted):
            reasons = list(_explain(scope, predicate, wanted=wanted)) or [Blame((), scope.program.text_of(predicate), ())]
            for reason in reasons:
                yield reason if reason.pointers or found is None else reason._replace(pointers=(found,))


def _all(scope: Scope, node: Any, wanted: bool) -> Iterator[Blame]:
    if wanted:
        yield from _inside(scope, node, True)
    else:
        yield from list(_inside(scope, node, False)) or _leaf(scope, node.range, wanted)


def _exists(scope: Scope, node: Any, wanted: bool) -> Iterator[Blame]:
    """Nothing was found: the range, and what was looked at in it, in one reason."""
    if not wanted:
        yield from _inside(scope, node, False)
        return
    pointers = [*reads(scope, node.range)]
    operands: list[tuple[str, Any]] = [_operand(scope, node.range)]
    for reason in list(_inside(scope, node, True)):
        pointers += reason.pointers
        operands += reason.operands
    yield Blame(tuple(dict.fromkeys(pointers)), scope.program.text_of(node), tuple(operands))


def _exists_one(scope: Scope, node: Any, wanted: bool) -> Iterator[Blame]:
    """Too many: each of them; none: as `exists`."""
    several = list(_inside(scope, node, False))
    yield from several if several and wanted else _exists(scope, node, True)


def _bound(scope: Scope, node: Any, wanted: bool) -> Iterator[Blame]:
    """`cel.bind` and `optMap`: the result, with the name bound."""
    compiler = scope.program.compiler
    with_value(scope, node)
    compiler.scopes.append(compiler.folds[node.id])
    try:
        yield from list(_explain(scope, node.result, wanted=wanted))
    finally:
        compiler.scopes.pop()


_Explain = Callable[[Scope, Any, bool], Iterator[Blame]]
_CALLS: Final[dict[str, _Explain]] = {
    nodes.NOT: _not, nodes.AND: _logic, nodes.OR: _logic, nodes.TERNARY: _ternary,
}  # fmt: skip
_FOLDS: Final[dict[str, _Explain]] = {
    "all": _all, "exists": _exists, "exists_one": _exists_one, "bind": _bound, "optMap": _bound, "optFlatMap": _bound,
}  # fmt: skip
