"""Where values come from: the pointers of the fields that a part of an expression reads, on given bindings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitopsml.cel import nodes
from gitopsml.cel.compiler import Local
from gitopsml.cel.errors import EvaluationError
from gitopsml.cel.frame import Frame
from gitopsml.cel.lazy import LazyVariables
from gitopsml.cel.nodes import Call, Fold, Ident, ListLiteral, Literal, Node, Select
from gitopsml.cel.program import Program
from gitopsml.cel.values import MISSING, Optional, is_list, is_map
from gitopsml.cel.work import spend

_BUDGET = 5_000_000  # of cost, for one expression
_PER_VALUE = 100  # units of work for looking at one value
Pointer = tuple[str, tuple[str | int, ...]]  # a variable and the path below it


class Scope(NamedTuple):
    """A program on bindings: a frame to evaluate parts with, and where the variables of loops come from."""

    program: Program
    frame: Frame
    bindings: Any
    locals: dict[int, Pointer | None]

    @classmethod
    def of(cls, program: Program, bindings: Any) -> Scope:
        """A scope at the top of a program."""
        return cls(program, program.frame(bindings, _BUDGET), bindings, {})

    def value(self, node: Node) -> Any:
        """The value of a part, or MISSING where it has none. Raises CostExceeded when looking for reasons takes too long."""
        spend(_PER_VALUE)
        try:
            return self.program.compiler.compile(node)(self.frame)
        except EvaluationError:
            return MISSING


def origin(scope: Scope, node: Node) -> Pointer | None:
    """The field whose value `node` is, or None where the value is computed."""
    if isinstance(node, Ident | Select) and node.id in scope.program.checked.names:
        return _named(scope, scope.program.checked.names[node.id])
    if isinstance(node, Select):
        return _below(scope, node.operand, node.field)
    if isinstance(node, Fold) and node.macro in {"bind", "optMap", "optFlatMap"}:
        with_value(scope, node)
        return origin(scope, node.result)
    return _of_call(scope, node) if isinstance(node, Call) else None


def _named(scope: Scope, name: str) -> Pointer | None:
    for locals_ in reversed(scope.program.compiler.scopes):
        if name in locals_:
            return scope.locals.get(locals_[name].slot)
    return (name.removeprefix("."), ())


def _below(scope: Scope, operand: Node, key: Any) -> Pointer | None:
    base = origin(scope, operand)
    if base is None or not isinstance(key, str | int) or isinstance(key, bool):
        return None
    return follow(scope, base, key)


def follow(scope: Scope, base: Pointer, key: str | int) -> Pointer | None:
    """The pointer one step below `base`; a variable of a policy leads on to the field that its expression is."""
    variables = scope.bindings.get(base[0]) if not base[1] else None
    if isinstance(variables, LazyVariables) and key in variables.programs:
        inner = Scope.of(variables.programs[str(key)], variables.bindings)
        return origin(inner, inner.program.root)
    return base[0], (*base[1], int(key) if isinstance(key, int) else key)


def _of_call(scope: Scope, node: Call) -> Pointer | None:
    if node.function in {nodes.INDEX, nodes.OPT_INDEX, nodes.OPT_SELECT}:
        return _below(scope, node.args[0], scope.value(node.args[1]))
    if node.function == nodes.TERNARY:
        chosen = chosen_branch(scope, node)
        return origin(scope, chosen) if chosen else None
    if node.function in {"orValue", "or"} and node.target is not None:
        value = scope.value(node.target)
        given = isinstance(value, Optional) and value.present
        constant = isinstance(node.args[0], Literal | ListLiteral)
        return origin(scope, node.target if given or constant else node.args[0])
    passing = {"value": node.target, "dyn": node.args[0] if node.args else None}
    passed = passing.get(node.function) or (node.args[0] if node.function == "optional.of" and node.args else None)
    return origin(scope, passed) if passed is not None else None


def chosen_branch(scope: Scope, node: Call) -> Node | None:
    """The branch that a ternary takes, or None where its condition fails."""
    value = scope.value(node.args[0])
    return node.args[1] if value is True else node.args[2] if value is False else None


def with_value(scope: Scope, node: Fold) -> None:
    """Put the value of a bound name into the frame, and remember where it comes from."""
    local = scope.program.compiler.folds[node.id][node.accu]
    scope.locals[local.slot] = origin(scope, node.init)
    scope.frame[local.slot] = scope.value(node.init)


def element_origins(scope: Scope, node: Node) -> list[Pointer | None]:
    """Where each element of a list, or each key of a map, comes from."""
    value = scope.value(node)
    if isinstance(value, Optional):
        value = value.value
    if not is_list(value) and not is_map(value):
        return []
    own = origin(scope, node)
    if own is not None:
        return [(own[0], (*own[1], key)) for key in (range(len(value)) if is_list(value) else map(_text, value))]
    found = _computed_elements(scope, node)
    return found if len(found) == len(value) else [None] * len(value)


def _text(key: Any) -> str:
    return str(key)


def _computed_elements(scope: Scope, node: Node) -> list[Pointer | None]:
    if isinstance(node, ListLiteral):
        return [origin(scope, part) for part in node.elements]
    if isinstance(node, Fold):
        return _fold_elements(scope, node)
    if not isinstance(node, Call):
        variable = _variable_root(scope, node)
        return element_origins(*variable) if variable else []
    if node.function == "_+_":
        return element_origins(scope, node.args[0]) + element_origins(scope, node.args[1])
    if node.function == nodes.TERNARY:
        chosen = chosen_branch(scope, node)
        return element_origins(scope, chosen) if chosen else []
    if node.function == "orValue" and node.target is not None:
        value = scope.value(node.target)
        present = isinstance(value, Optional) and value.present
        return element_origins(scope, node.target if present else node.args[0])
    if node.function == "flatten" and node.target is not None and not node.args:
        return [found for part in _parts_of(node.target) for found in element_origins(scope, part)]
    return []


def _parts_of(node: Node) -> tuple[Node, ...]:
    return node.elements if isinstance(node, ListLiteral) else ()


def _variable_root(scope: Scope, node: Node) -> tuple[Scope, Node] | None:
    """Where `node` is a variable of a policy: its expression, in a scope of its own."""
    if not isinstance(node, Select) or not isinstance(node.operand, Ident):
        return None
    variables = scope.bindings.get(node.operand.name)
    if not isinstance(variables, LazyVariables) or node.field not in variables.programs:
        return None
    inner = Scope.of(variables.programs[node.field], variables.bindings)
    return inner, inner.program.root


variable_root = _variable_root


def iterate(scope: Scope, node: Fold) -> Iterator[Pointer | None]:
    """Run the loop of a fold: for each element its variables are set, and its origin is given."""
    compiler = scope.program.compiler
    value = scope.value(node.range)
    if not is_list(value) and not is_map(value):
        return
    names = compiler.folds[node.id]
    origins = element_origins(scope, node.range)
    pairs = list(value.items()) if is_map(value) else list(enumerate(value))
    compiler.scopes.append(names)
    try:
        for (key, element), found in zip(pairs, origins, strict=True):
            _set(scope, names, node, (key, element, is_map(value)), found)
            yield found
    finally:
        compiler.scopes.pop()


def _set(scope: Scope, names: dict[str, Local], node: Fold, item: tuple[Any, Any, bool], found: Pointer | None) -> None:
    key, element, keyed = item
    first = names[node.var].slot
    scope.locals[first] = found
    scope.frame[first] = key if node.var2 or keyed else element
    if node.var2:
        scope.locals[names[node.var2].slot] = found
        scope.frame[names[node.var2].slot] = element


def _fold_elements(scope: Scope, node: Fold) -> list[Pointer | None]:
    if node.macro not in {"map", "filter", "transformList"}:
        return []
    condition, collect = _collecting(node)
    found: list[Pointer | None] = []
    for _ in iterate(scope, node):
        if condition is None or scope.value(condition) is True:
            made = collect.args[1]
            assert isinstance(made, ListLiteral)
            found.append(origin(scope, made.elements[0]))
    return found


def _collecting(node: Fold) -> tuple[Node | None, Call]:
    assert isinstance(node.step, Call)
    if node.step.function != nodes.TERNARY:
        return None, node.step
    collect = node.step.args[1]
    assert isinstance(collect, Call)
    return node.step.args[0], collect


def reads(scope: Scope, node: Node) -> list[Pointer]:
    """The fields that a part reads, the largest first found in the order of the text, each once."""
    return list(dict.fromkeys(_reads(scope, node)))


def _reads(scope: Scope, node: Node) -> Iterator[Pointer]:
    found = origin(scope, node)
    variable = _variable_root(scope, node)
    if found is not None:
        yield found
    elif variable is not None:
        yield from _reads(*variable)
    elif isinstance(node, Fold):
        yield from _fold_reads(scope, node)
    else:
        for child in nodes.children(node):
            yield from _reads(scope, child)


def _fold_reads(scope: Scope, node: Fold) -> Iterator[Pointer]:
    """What a filter lets through is what counts; otherwise the range."""
    collects = node.macro in {"map", "filter", "transformList"}
    elements = [found for found in element_origins(scope, node) if found] if collects else []
    yield from elements or _reads(scope, node.range)
