"""Comprehensions -> closures: one loop per macro, charged like the tree that the macro stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from gitopsml.cel import nodes
from gitopsml.cel.compiler import Compiler, Local, make_map, outlasting
from gitopsml.cel.errors import EvaluationError, no_such_overload
from gitopsml.cel.frame import Frame, Step, charge_units
from gitopsml.cel.nodes import Call, Fold, ListLiteral, Node
from gitopsml.cel.values import MISSING as ABSENT
from gitopsml.cel.values import KeyedMap, find, is_list, is_map, type_name

Elements = Callable[[Frame], Iterable[None]]


def compile_fold(compiler: Compiler, node: Fold) -> Step:
    """The step of a comprehension."""
    return _MACROS[node.macro](compiler, node)


def _loop(compiler: Compiler, node: Fold) -> tuple[Elements, dict[str, Local]]:
    """An iterator that puts each element into the slots of the variables, and the scope of the loop."""
    ranged = compiler.compile(node.range)
    first = compiler.new_slot()
    scope = {node.var: Local(first, False)}
    compiler.folds[node.id] = scope
    if not node.var2:
        return _single(ranged, first), scope
    second = compiler.new_slot()
    scope[node.var2] = Local(second, False)
    return _double(ranged, first, second), scope


def _single(ranged: Step, slot: int) -> Elements:
    def elements(f: Frame) -> Iterator[None]:
        value = ranged(f)
        if not is_list(value) and not is_map(value):
            raise EvaluationError(f"got '{_go_type(value)}', expected iterable type")
        for element in value:
            f[slot] = element
            yield

    return elements


def _double(ranged: Step, first: int, second: int) -> Elements:
    def elements(f: Frame) -> Iterator[None]:
        value = ranged(f)
        if is_map(value):
            pairs: Iterable[tuple[Any, Any]] = value.items()
        elif is_list(value):
            pairs = enumerate(value)
        else:
            raise EvaluationError(f"unsupported comprehension range type: {_go_type(value)}")
        for f[first], f[second] in pairs:
            yield

    return elements


def _go_type(value: Any) -> str:
    name = type_name(value)
    return {"null_type": "types.Null", "google.protobuf.Duration": "types.Duration"}.get(name, f"types.{name.capitalize()}")


def _within(compiler: Compiler, scope: dict[str, Local], *parts: Node) -> list[Step]:
    compiler.scopes.append(scope)
    steps = [compiler.compile(part) for part in parts]
    compiler.scopes.pop()
    return steps


def _quantifier(compiler: Compiler, node: Fold) -> Step:
    """`all` and `exists`: like a chain of && or ||; three or four units for each element besides the condition."""
    deciding = node.macro == "exists"
    look, go_on = (3, 1) if deciding else (2, 1)
    elements, scope = _loop(compiler, node)
    assert isinstance(node.step, Call)
    (predicate,) = _within(compiler, scope, node.step.args[1])

    def step(f: Frame) -> Any:
        error: EvaluationError | None = None
        decided = False
        for _ in elements(f):
            if decided:
                charge_units(f, look)
                break
            charge_units(f, look + go_on)
            try:
                value = predicate(f)
            except EvaluationError as failure:
                error = outlasting(error, failure)
                continue
            if value is deciding:
                decided = True
            elif value is not (not deciding):
                error = outlasting(error, no_such_overload())
        charge_units(f, 1)
        if decided:
            return deciding
        if error is not None:
            raise error
        return not deciding

    return step


def _exists_one(compiler: Compiler, node: Fold) -> Step:
    elements, scope = _loop(compiler, node)
    assert isinstance(node.step, Call)
    (predicate,) = _within(compiler, scope, node.step.args[0])

    def step(f: Frame) -> Any:
        error: EvaluationError | None = None
        count = 0
        for _ in elements(f):
            try:
                value = predicate(f)
            except EvaluationError as failure:
                error = failure
                continue
            if value is True:
                charge_units(f, 2)
                count += 1
            elif value is not False:
                error = no_such_overload()
        charge_units(f, 2)
        if error is not None:
            raise error
        return count == 1

    return step


def _parts(step: Node) -> tuple[Node | None, Call]:
    """The condition of a collecting step, if it has one, and the call that collects."""
    assert isinstance(step, Call)
    if step.function != nodes.TERNARY:
        return None, step
    collect = step.args[1]
    assert isinstance(collect, Call)
    return step.args[0], collect


def _always(_: Frame) -> bool:
    return True


def _collect(compiler: Compiler, node: Fold) -> Step:
    """`map`, `filter` and `transformList`; an error ends the result, not the loop."""
    elements, scope = _loop(compiler, node)
    condition, collect = _parts(node.step)
    made = collect.args[1]
    assert isinstance(made, ListLiteral)
    compiled = _within(compiler, scope, made.elements[0], *([condition] if condition else []))
    value, accepts = compiled[0], compiled[1] if condition else _always

    def step(f: Frame) -> Any:
        error: EvaluationError | None = None
        result: list[Any] = []
        for _ in elements(f):
            try:
                accepted = accepts(f)
            except EvaluationError as failure:
                error = failure
                continue
            if accepted is not True:
                error = error if accepted is False else no_such_overload()
                continue
            charge_units(f, 1)  # the step is `accu + [value]`: the variable, then the value, the list of one, the sum
            try:
                result.append(value(f))
            except EvaluationError as failure:
                error = error or failure
            charge_units(f, 11)
        charge_units(f, 1)
        if error is not None:
            raise error
        return result

    return step


Insert = Callable[[Frame, KeyedMap, bool], None]


def _insert_value(value: Step, slot: int) -> Insert:
    """`@mapInsert(accu, key, value)`: nothing after a failed map is looked at."""

    def insert(f: Frame, made: KeyedMap, failed: bool) -> None:
        charge_units(f, 1)
        if not failed:
            charge_units(f, 1)
            new = value(f)
            charge_units(f, 1)
            _put(made, f[slot], new)

    return insert


def _insert_entry(value: Step) -> Insert:
    """`@mapInsert(accu, entries)`: both arguments are evaluated in any case."""

    def insert(f: Frame, made: KeyedMap, failed: bool) -> None:
        charge_units(f, 1)
        try:
            new = value(f)
        finally:
            charge_units(f, 1)
        if not is_map(new):
            raise no_such_overload("cel.@mapInsert", "map", type_name(new))
        for key, entry in () if failed else new.items():
            _put(made, key, entry)

    return insert


def _transform_map(compiler: Compiler, node: Fold) -> Step:
    """`transformMap` and `transformMapEntry`."""
    elements, scope = _loop(compiler, node)
    condition, collect = _parts(node.step)
    by_entry = node.macro == "transformMapEntry"
    compiled = _within(compiler, scope, collect.args[-1], *([condition] if condition else []))
    value, accepts = compiled[0], compiled[1] if condition else _always
    insert = _insert_entry(value) if by_entry else _insert_value(value, scope[node.var].slot)

    def visit(f: Frame, made: KeyedMap, failed: bool) -> None:
        accepted = accepts(f)
        if accepted is True:
            insert(f, made, failed)
        elif accepted is not False:
            raise no_such_overload()

    def step(f: Frame) -> Any:
        error: EvaluationError | None = None
        made = KeyedMap()
        for _ in elements(f):
            try:
                visit(f, made, error is not None)
            except EvaluationError as failure:
                error = error or failure
        charge_units(f, 1)
        if error is not None:
            raise error
        return make_map(list(made.items()))

    return step


def _put(made: KeyedMap, key: Any, value: Any) -> None:
    if find(made, key) is not ABSENT:
        raise EvaluationError(f"insert failed: key {key} already exists")
    made.put(key, value)


def _bind(compiler: Compiler, node: Fold) -> Step:
    """One value under a name: `cel.bind`, `optMap`, `optFlatMap`."""
    initial = compiler.compile(node.init)
    slot = compiler.new_slot()
    scope = compiler.folds[node.id] = {node.accu: Local(slot, True)}
    (result,) = _within(compiler, scope, node.result)

    def step(f: Frame) -> Any:
        try:
            f[slot] = initial(f)
        except EvaluationError as error:
            f[slot] = error
        return result(f)

    return step


_MACROS: Final[dict[str, Callable[[Compiler, Fold], Step]]] = {
    "all": _quantifier, "exists": _quantifier, "exists_one": _exists_one,
    "map": _collect, "filter": _collect, "transformList": _collect,
    "transformMap": _transform_map, "transformMapEntry": _transform_map,
    "bind": _bind, "optMap": _bind, "optFlatMap": _bind,
}  # fmt: skip
