"""Types of every node: resolves names and overloads, and reports what cannot be right before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gitopsml.cel import nodes
from gitopsml.cel.checked import Checked, Declarations, candidates
from gitopsml.cel.errors import CompileError, Issue
from gitopsml.cel.functions import Overload, Overloads
from gitopsml.cel.lexer import place
from gitopsml.cel.nodes import Call, Fold, Ident, ListLiteral, Literal, MapLiteral, Node, Select, Struct
from gitopsml.cel.parser import qualified
from gitopsml.cel.types import BOOL, BYTES, DOUBLE, DYN, ERROR, INT, NULL, STRING, UINT, Type, list_of, map_of, optional_of
from gitopsml.cel.unify import Bindings, more_general, replace
from gitopsml.cel.values import Uint

_LITERALS: dict[type, Type] = {
    bool: BOOL, int: INT, Uint: UINT, float: DOUBLE, str: STRING, bytes: BYTES, type(None): NULL,
}  # fmt: skip


class Checker:
    """Checks one expression; `container` is the namespace in which names are looked up first."""

    def __init__(
        self, source: str, env: Declarations, variables: Mapping[str, Type], *, container: str = "", strict: bool = True
    ) -> None:
        self.source = source
        self.env = env
        self.variables = variables
        self.container = container
        self.strict = strict
        self.bindings = Bindings()
        self.scopes: list[dict[str, Type]] = []
        self.issues: list[Issue] = []
        self.checked = Checked({}, {}, {}, {})

    def run(self, root: Node) -> Checked:
        """The types of all nodes of `root`. Raises CompileError with every problem found."""
        self.check(root)
        if self.issues and self.strict:
            raise CompileError(sorted(set(self.issues)))
        types = self.checked.types
        for key, kind in types.items():
            if kind.params or kind.is_variable:
                types[key] = self.bindings.resolve(kind, free_to_dyn=True)
        return self.checked

    def report(self, pos: int, message: str) -> None:
        line, column = place(self.source, pos)
        self.issues.append(Issue(line, column, message))

    def undeclared(self, pos: int, name: str) -> Type:
        self.report(pos, f"undeclared reference to '{name}' (in container '{self.container}')")
        return ERROR

    def mismatch(self, node: Node, expected: Type, found: Type) -> None:
        expected, found = self.bindings.resolve(expected, free_to_dyn=True), self.bindings.resolve(found, free_to_dyn=True)
        self.report(node.pos, f"expected type '{expected}' but found '{found}'")

    def check(self, node: Node) -> Type:
        """The type of `node`, computed once."""
        known = self.checked.types.get(node.id)
        if known is None:
            known = self.checked.types[node.id] = _CHECKS[type(node)](self, node)
        return known

    # names

    def check_literal(self, node: Literal) -> Type:
        return _LITERALS[type(node.value)]

    def check_ident(self, node: Ident) -> Type:
        return self.resolve_name(node.id, node.name) or self.undeclared(node.pos, node.name)

    def resolve_name(self, node_id: int, name: str) -> Type | None:
        """The type of a possibly qualified name, recorded for the compiler; None where nothing has that name."""
        first = name.partition(".")[0]
        for scope in reversed(self.scopes):
            if first in scope:
                return self.found(node_id, name, scope[first]) if first == name else None
        for candidate in candidates(self.container, name):
            if candidate in self.variables:
                return self.found(node_id, f".{candidate}", self.variables[candidate])
            kind = self.env.type_named(candidate)
            if kind is not None:
                self.checked.type_names[node_id] = candidate
                return Type("type", (kind,))
        return None

    def found(self, node_id: int, name: str, kind: Type) -> Type:
        self.checked.names[node_id] = name
        return kind

    def check_select(self, node: Select) -> Type:
        if not node.test:
            name = qualified(node)
            found = self.resolve_name(node.id, name) if name else None
            if found is not None:
                return found
        kind = self.field_type(node, node.operand, node.field, optional=False)
        return BOOL if node.test else self.bindings.resolve(kind)

    def field_type(self, node: Node, operand: Node, field: str, *, optional: bool) -> Type:
        base = self.bindings.resolve(self.check(operand))
        inner, was_optional = _unwrap(base)
        result = DYN
        if inner.name == "map":
            result = inner.params[1]
        elif inner.is_variable:
            self.bindings.assignable(DYN, inner)
        elif inner not in {DYN, ERROR}:
            fields = self.env.fields(inner.name)
            if fields is None:
                self.report(node.pos, f"type '{inner}' does not support field selection")
            elif field not in fields:
                self.report(node.pos, f"undefined field '{field}'")
                result = ERROR
            else:
                result = fields[field]
        return optional_of(result) if optional or was_optional else result

    # calls

    def check_call(self, node: Call) -> Type:
        if node.function == nodes.OPT_SELECT:
            field = node.args[1]
            assert isinstance(field, Literal)
            return self.bindings.resolve(self.field_type(node, node.args[0], field.value, optional=True))
        for arg in node.args:
            self.check(arg)
        if node.target is None:
            return self.global_call(node, node.function)
        return self.member_call(node, node.target)

    def global_call(self, node: Call, name: str) -> Type:
        for candidate in candidates(self.container, name):
            declared = self.env.function(candidate)
            if declared is not None:
                return self.resolve_call(node, candidate, declared, None)
        return self.undeclared(node.pos, name)

    def member_call(self, node: Call, target: Node) -> Type:
        prefix = qualified(target)
        if prefix and not self.is_local(prefix):
            for candidate in candidates(self.container, f"{prefix}.{node.function}"):
                declared = self.env.function(candidate)
                if declared is not None:
                    return self.resolve_call(node, candidate, declared, None)
        self.check(target)
        declared = self.env.function(node.function)
        if declared is None:
            return self.undeclared(node.pos, node.function)
        return self.resolve_call(node, node.function, declared, target)

    def is_local(self, name: str) -> bool:
        first = name.partition(".")[0]
        return any(first in scope for scope in self.scopes)

    def resolve_call(self, node: Call, name: str, declared: Overloads, target: Node | None) -> Type:
        if name in {nodes.AND, nodes.OR}:
            return self.logical(node, name, declared)
        args = ((target,) if target is not None else ()) + node.args
        given = [self.checked.types[arg.id] for arg in args]
        result: Type | None = None
        fitting: list[Overload] = []
        for overload in declared:
            if overload.member != (target is not None) or len(overload.params) != len(given):
                continue
            returned = self.try_overload(overload, given)
            if returned is None:
                continue
            fitting.append(overload)
            result = returned if result is None else _join_results(result, returned)
        if result is None:
            return self.no_overload(node, name, declared, given, member=target is not None)
        self.checked.calls[node.id] = (name, tuple(fitting), target is not None)
        return result

    def try_overload(self, overload: Overload, given: list[Type]) -> Type | None:
        params, result = overload.params, overload.result
        if overload.variables:
            table = {name: self.bindings.fresh() for name in overload.variables}
            params = tuple(replace(param, table) for param in params)
            result = replace(result, table)
        if not self.bindings.all_assignable(given, params):
            return None
        return self.bindings.resolve(result)

    def logical(self, node: Call, name: str, declared: Overloads) -> Type:
        for arg in node.args:
            kind = self.checked.types[arg.id]
            if not self.bindings.assignable(kind, BOOL):
                self.mismatch(arg, BOOL, kind)
        self.checked.calls[node.id] = (name, declared, False)
        return BOOL

    def no_overload(self, node: Call, name: str, declared: Overloads, given: list[Type], *, member: bool) -> Type:
        if not self.strict:
            self.checked.calls[node.id] = (name, declared, member)
            return DYN
        shown = [str(self.bindings.resolve(kind, free_to_dyn=True)) for kind in given]
        receiver = f"{shown.pop(0)}." if member else ""
        self.report(node.pos, f"found no matching overload for '{name}' applied to '{receiver}({', '.join(shown)})'")
        return ERROR

    # literals with parts

    def check_list(self, node: ListLiteral) -> Type:
        element: Type | None = None
        for at, part in enumerate(node.elements):
            kind = self.unwrapped(part, self.check(part), at in node.optional)
            element = self.join(element, kind)
        return list_of(element or self.bindings.fresh())

    def unwrapped(self, node: Node, kind: Type, optional: bool) -> Type:
        if not optional:
            return kind
        inner, was = _unwrap(kind)
        if not was and inner != DYN:
            self.mismatch(node, optional_of(inner), inner)
        return inner

    def join(self, before: Type | None, kind: Type) -> Type:
        if before is None:
            return kind
        if self.bindings.assignable(before, kind):
            return more_general(before, kind)
        return DYN

    def check_map(self, node: MapLiteral) -> Type:
        key: Type | None = None
        value: Type | None = None
        for entry in node.entries:
            key = self.join(key, self.check(entry.key))
            value = self.join(value, self.unwrapped(entry.value, self.check(entry.value), entry.optional))
        return map_of(key or self.bindings.fresh(), value or self.bindings.fresh())

    def check_struct(self, node: Struct) -> Type:
        return self.undeclared(node.pos, node.name)

    # comprehensions

    def check_fold(self, node: Fold) -> Type:
        ranged = self.bindings.resolve(self.check(node.range))
        accu = self.check(node.init)
        first, second = self.element_types(node, ranged)
        self.scopes.append({node.accu: accu})
        loop = {node.var: first}
        if node.var2:
            loop[node.var2] = second
        self.scopes.append(loop)
        for part, wanted in ((node.condition, BOOL), (node.step, accu)):
            kind = self.check(part)
            if not self.bindings.assignable(wanted, kind):
                self.mismatch(part, wanted, kind)
        self.scopes.pop()
        result = self.check(node.result)
        self.scopes.pop()
        return self.bindings.resolve(result)

    def element_types(self, node: Fold, ranged: Type) -> tuple[Type, Type]:
        if ranged.name == "list":
            return (INT, ranged.params[0]) if node.var2 else (ranged.params[0], DYN)
        if ranged.name == "map":
            return ranged.params[0], ranged.params[1]
        if ranged in {DYN, ERROR} or ranged.is_variable:
            self.bindings.assignable(DYN, ranged)
            return DYN, DYN
        self.report(
            node.range.pos, f"expression of type '{ranged}' cannot be range of a comprehension (must be list, map, or dynamic)"
        )
        return ERROR, ERROR


_CHECKS: dict[type, Callable[[Checker, Any], Type]] = {
    Literal: Checker.check_literal, Ident: Checker.check_ident, Select: Checker.check_select, Call: Checker.check_call,
    ListLiteral: Checker.check_list, MapLiteral: Checker.check_map, Struct: Checker.check_struct, Fold: Checker.check_fold,
}  # fmt: skip


def _join_results(one: Type, other: Type) -> Type:
    return one if one in {DYN, other} else DYN


def _unwrap(kind: Type) -> tuple[Type, bool]:
    return (kind.params[0], True) if kind.name == "optional_type" else (kind, False)
