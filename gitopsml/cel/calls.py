"""Calls -> closures: strict evaluation of the arguments, the choice of an overload, and its cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from gitopsml.cel import nodes, operators
from gitopsml.cel.compiler import Compiler, failing
from gitopsml.cel.cost import BY_NAME, BY_OVERLOAD, FAILED, equality, smaller
from gitopsml.cel.errors import EvaluationError, no_such_overload
from gitopsml.cel.frame import Frame, Step, charge, swallow
from gitopsml.cel.functions import CostOf, Overload
from gitopsml.cel.nodes import Call, Node
from gitopsml.cel.types import Type
from gitopsml.cel.values import MISSING, Duration, Optional, Timestamp, TypeValue, Uint, is_list, is_map, type_name

CONVERSIONS: Final = frozenset({"bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"})
_PATTERNS: Final = frozenset({"matches", "find", "findAll"})


class Plan(NamedTuple):
    """What a call does and what it costs; `before` and `after` are cost functions, `early` stops at the first failed argument."""

    call: Callable[..., Any]
    before: CostOf | None
    after: CostOf | None
    early: bool


def compile_call(compiler: Compiler, node: Call) -> Step:
    """The step of a call that is not an attribute."""
    if node.function in {nodes.AND, nodes.OR}:
        return compiler.logic(node)
    if node.id not in compiler.checked.calls:
        return failing(no_such_overload(node.function))
    name, overloads, member = compiler.checked.calls[node.id]
    args = (node.target, *node.args) if member and node.target is not None else node.args
    if name in {"or", "orValue"} and len(args) == 2:
        return _optional_or(compiler, name, args)
    constant = _folded(compiler, node, name, overloads, args)
    if constant is not None:
        return constant
    return strict(compiler.compile, args, plan(compiler, name, overloads, args))


def plan(compiler: Compiler, name: str, overloads: tuple[Overload, ...], args: tuple[Node, ...]) -> Plan:
    """How to call `name`: one overload directly, several by the types of the arguments at run time."""
    before: CostOf | None = BY_NAME.get(name)
    after: CostOf | None = None
    if len(overloads) == 1:
        (only,) = overloads
        before = only.cost or (None if only.cost_after else before or BY_OVERLOAD.get(only.id))
        after = only.cost_after
    if name in {nodes.EQUAL, nodes.NOT_EQUAL}:
        before = equality if name == nodes.EQUAL else smaller
    early = len(args) > 2 or (name in _PATTERNS and isinstance(compiler.constant_of(args[-1]), str))
    call = OPERATORS.get(name) or dispatcher(name, overloads, [compiler.checked.types.get(arg.id) for arg in args])
    return Plan(call, before, after, early)


def strict(compiled: Callable[[Node], Step], args: tuple[Node, ...], how: Plan) -> Step:
    """A call whose arguments are all needed."""
    steps = [compiled(arg) for arg in args]
    if len(steps) == 1 and how.after is None:
        return _unary(steps[0], how.call, how.before)
    if len(steps) == 2 and how.after is None and not how.early:
        return _binary(steps[0], steps[1], how.call, how.before)
    return _many(steps, how)


def _unary(arg: Step, call: Callable[..., Any], before: CostOf | None) -> Step:
    def step(f: Frame) -> Any:
        try:
            value = arg(f)
        except EvaluationError:
            charge(f, before(FAILED) if before else 1)
            raise
        cost = f[0] + (before(value) if before else 1)
        f[0] = cost
        if cost > f[1]:
            charge(f, 0)
        return call(value)

    return step


def _binary(left: Step, right: Step, call: Callable[..., Any], before: CostOf | None) -> Step:
    def step(f: Frame) -> Any:
        try:
            a = left(f)
        except EvaluationError:
            b = swallow(right, f, FAILED)
            charge(f, before(FAILED, b) if before else 1)
            raise
        try:
            b = right(f)
        except EvaluationError:
            charge(f, before(a, FAILED) if before else 1)
            raise
        cost = f[0] + (before(a, b) if before else 1)
        f[0] = cost
        if cost > f[1]:
            charge(f, 0)
        return call(a, b)

    return step


def _many(steps: list[Step], how: Plan) -> Step:
    call, before, after, early = how
    count = len(steps)

    def failed(f: Frame, values: list[Any]) -> None:
        """After a failed argument: the others are looked at only where the reference does, and only then the call is charged."""
        values.append(FAILED)
        if not early:
            values += [swallow(argument, f, FAILED) for argument in steps[len(values) :]]
        if len(values) == count:
            charge(f, before(*values) if before else after(*values, FAILED) if after else 1)

    def step(f: Frame) -> Any:
        values: list[Any] = []
        try:
            for argument in steps:
                values.append(argument(f))  # noqa: PERF401 - what came before a failure is needed
        except EvaluationError:
            failed(f, values)
            raise
        if after is None:
            charge(f, before(*values) if before else 1)
            return call(*values)
        try:
            result = call(*values)
        except EvaluationError:
            charge(f, after(*values, FAILED))
            raise
        charge(f, after(*values, result))
        return result

    return step


def _optional_or(compiler: Compiler, name: str, args: tuple[Node, ...]) -> Step:
    """`or` and `orValue` look at their argument only where the optional is empty, and cost nothing."""
    left, right = compiler.compile(args[0]), compiler.compile(args[1])
    unwrap = name == "orValue"

    def step(f: Frame) -> Any:
        value = left(f)
        if not isinstance(value, Optional):
            raise no_such_overload()
        if not value.present:
            return right(f)
        return value.value if unwrap else value

    return step


def _folded(compiler: Compiler, node: Call, name: str, overloads: tuple[Overload, ...], args: tuple[Node, ...]) -> Step | None:
    """What the reference computes before anything runs: conversions of constants, and `in` a constant list."""
    if name in CONVERSIONS and len(args) == 1:
        value = compiler.constant_of(args[0])
        if value is not MISSING:
            call = dispatcher(name, overloads, [None])
            try:
                return compiler.constant(node, call(value))
            except EvaluationError as error:
                return compiler.never(error)
    if name == nodes.IN and [overload.id for overload in overloads] == ["in_list"]:
        return _membership(compiler, node, args)
    return None


def _membership(compiler: Compiler, node: Call, args: tuple[Node, ...]) -> Step | None:
    elements = compiler.constant_of(args[1])
    if elements is MISSING:
        return None
    if not elements:
        return compiler.constant(node, False)
    if not all(isinstance(element, str | int | float) for element in elements):
        return None
    needle = compiler.compile(args[0])
    texts = frozenset(element for element in elements if type(element) is str)

    def step(f: Frame) -> Any:
        value = needle(f)
        if type(value) is str:
            return value in texts
        return any(operators.found_equal(value, element) for element in elements)

    return step


# dispatch

_KINDS: Final[dict[str, Callable[[Any], bool]]] = {
    "int": lambda v: type(v) is int,
    "uint": lambda v: type(v) is Uint,
    "double": lambda v: type(v) is float,
    "bool": lambda v: type(v) is bool,
    "string": lambda v: type(v) is str,
    "bytes": lambda v: type(v) is bytes,
    "null": lambda v: v is None,
    "timestamp": lambda v: type(v) is Timestamp,
    "duration": lambda v: type(v) is Duration,
    "list": is_list,
    "map": is_map,
    "type": lambda v: type(v) is TypeValue,
    "optional_type": lambda v: isinstance(v, Optional),
}


def _takes(param: Type) -> Callable[[Any], bool] | None:
    """The test of a value for a declared type, or None where any value will do."""
    if param.name == "dyn" or param.is_variable:
        return None
    return _KINDS.get(param.name) or (lambda v: getattr(v, "cel_type", None) == param.name)


def dispatcher(name: str, overloads: tuple[Overload, ...], given: list[Type | None]) -> Callable[..., Any]:
    """A function that calls the first overload whose declared types the values have. Raises "no such overload"."""
    if len(overloads) == 1 and overloads[0].call is not None:
        tests = [_takes(param) for param in overloads[0].params]
        if all(test is None or kind == param for test, kind, param in zip(tests, given, overloads[0].params, strict=True)):
            return overloads[0].call
    table = [(overload.call, [_takes(param) for param in overload.params]) for overload in overloads if overload.call]

    def call(*values: Any) -> Any:
        for target, tests in table:
            if len(tests) == len(values) and all(test is None or test(value) for test, value in zip(tests, values, strict=True)):
                return target(*values)
        raise no_such_overload(name, *map(type_name, values))

    return call


def _not(value: Any) -> bool:
    if value is True or value is False:
        return not value
    raise no_such_overload()


def _ordered(function: str, test: Callable[[int], bool]) -> Callable[[Any, Any], bool]:
    def call(a: Any, b: Any) -> bool:
        if not operators.comparable(a):
            raise operators.no_such_overload_of(function)
        return test(operators.compare(a, b))

    return call


OPERATORS: Final[dict[str, Callable[..., Any]]] = {
    nodes.EQUAL: operators.equal,
    nodes.NOT_EQUAL: operators.unequal,
    nodes.NOT: _not,
    nodes.NEGATE: operators.negate,
    nodes.IN: operators.contains,
    "_+_": operators.add,
    "_-_": operators.subtract,
    "_*_": operators.multiply,
    "_/_": operators.divide,
    "_%_": operators.modulo,
    "_<_": _ordered("_<_", lambda order: order < 0),
    "_<=_": _ordered("_<=_", lambda order: order <= 0),
    "_>_": _ordered("_>_", lambda order: order > 0),
    "_>=_": _ordered("_>=_", lambda order: order >= 0),
}
