"""Which type may stand where another is declared: assignability with type variables, by the rules of the reference checker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gitopsml.cel.types import BOOL, BYTES, DOUBLE, DURATION, DYN, INT, STRING, TIMESTAMP, UINT, Type

_WILD: Final = frozenset({"dyn", "!error!", "any"})
_PRIMITIVE: Final = frozenset({BOOL.name, BYTES.name, DOUBLE.name, INT.name, STRING.name, UINT.name})
_NOT_NULLABLE: Final = _PRIMITIVE | {"list", "map", "type"}
_SIMPLE: Final = _PRIMITIVE | {DURATION.name, TIMESTAMP.name}


class Bindings:
    """What the type variables of one expression stand for."""

    __slots__ = ("_count", "_map", "_undo")

    def __init__(self) -> None:
        self._map: dict[Type, Type] = {}
        self._undo: list[tuple[Type, Type | None]] = []  # what bindings replaced since the last success
        self._count = 0

    def fresh(self) -> Type:
        """A new type variable."""
        self._count += 1
        return Type(f"_{self._count}")

    def assignable(self, given: Type, wanted: Type) -> bool:
        """Whether `given` may stand where `wanted` is declared; binds variables when it may."""
        if given == wanted:
            return True
        return self.all_assignable((given,), (wanted,))

    def all_assignable(self, given: Sequence[Type], wanted: Sequence[Type]) -> bool:
        """The same for a list of arguments: all of them, or nothing is bound."""
        fits = self._list(given, wanted)
        while not fits and self._undo:
            variable, before = self._undo.pop()
            if before is None:
                del self._map[variable]
            else:
                self._map[variable] = before
        self._undo.clear()
        return fits

    def _bind(self, variable: Type, kind: Type) -> None:
        self._undo.append((variable, self._map.get(variable)))
        self._map[variable] = kind

    def _list(self, given: Sequence[Type], wanted: Sequence[Type]) -> bool:
        return len(given) == len(wanted) and all(map(self._one, given, wanted))

    def _one(self, given: Type, wanted: Type) -> bool:
        if wanted.is_variable:
            valid, bound = self._substitution(given, wanted)
            if valid or bound:
                return valid
        if given.is_variable:
            return self._substitution(wanted, given)[0]
        if given.name in _WILD or wanted.name in _WILD:
            return True
        if given.name == "null" or wanted.name == "null":
            return self._null(wanted if given.name == "null" else given)
        return self._concrete(given, wanted)

    def _null(self, other: Type) -> bool:
        return other.name not in _NOT_NULLABLE

    def _concrete(self, given: Type, wanted: Type) -> bool:
        if given.name == "wrapper" or wanted.name == "wrapper":
            given, wanted = (t.params[0] if t.name == "wrapper" else t for t in (given, wanted))
        if given.name != wanted.name:
            return False
        return given.name == "type" or self._list(given.params, wanted.params)

    def _substitution(self, candidate: Type, variable: Type) -> tuple[bool, bool]:
        """Whether `candidate` may be what `variable` stands for, and whether the variable was bound before."""
        if candidate == variable:
            return True, True
        bound = self._map.get(variable)
        if bound is not None:
            if candidate == bound:
                return True, True
            if not self._one(candidate, bound):
                return False, True
            general = more_general(candidate, bound)
            if not self._occurs(variable, general):
                self._bind(variable, general)
            return True, True
        if self._occurs(variable, candidate):
            return False, False
        self._bind(variable, candidate)
        return True, False

    def _occurs(self, variable: Type, within: Type) -> bool:
        if variable == within:
            return True
        if within.is_variable:
            bound = self._map.get(within)
            return bound is not None and self._occurs(variable, bound)
        return any(self._occurs(variable, param) for param in within.params)

    def resolve(self, kind: Type, *, free_to_dyn: bool = False) -> Type:
        """`kind` with every bound variable replaced; unbound ones become dyn if asked."""
        if not kind.params and not kind.is_variable:
            return kind
        bound = self._map.get(kind)
        if bound is not None:
            return self.resolve(bound, free_to_dyn=free_to_dyn)
        if kind.is_variable:
            return DYN if free_to_dyn else kind
        return Type(kind.name, tuple(self.resolve(param, free_to_dyn=free_to_dyn) for param in kind.params))


def replace(kind: Type, table: dict[str, Type]) -> Type:
    """`kind` with the variables named in `table` replaced."""
    if not kind.params:
        return table.get(kind.name, kind)
    return Type(kind.name, tuple(replace(param, table) for param in kind.params))


def more_general(one: Type, other: Type) -> Type:
    """The less specific of two types that agree; of null and a type that takes null, the type."""
    if one.name == "null":
        return other
    if other.name == "null":
        return one
    return one if _equal_or_less_specific(one, other) else other


def _equal_or_less_specific(one: Type, other: Type) -> bool:
    if one.name == "dyn" or one.is_variable:
        return True
    if other.name == "dyn" or other.is_variable:
        return False
    if one.name != other.name or len(one.params) != len(other.params):
        return False
    return one.name == "type" or all(map(_equal_or_less_specific, one.params, other.params))
