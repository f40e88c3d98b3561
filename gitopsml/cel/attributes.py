"""Variables, field selection and indexing -> closures.

As in the reference implementation a chain such as `a.b[0].?c` is one attribute: 1 for the variable and 1 for each qualifier
that is looked at. Where an attribute is the branch of a ternary or an index, its variable is not charged.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from gitopsml.cel.errors import EvaluationError
from gitopsml.cel.frame import Frame, Step, charge_units
from gitopsml.cel.values import MISSING, NONE, Optional, Uint, find, is_list, is_map, type_name

ABSENT = object()


class Qualifier(NamedTuple):
    """One step of an attribute: a constant key, or `computed`, a step that gives it."""

    key: Any
    computed: Step | None
    optional: bool
    test: bool = False
    firm: bool = False  # a scalar has no fields, not even absent ones: the specification's rule, not the API server's


class Attribute(NamedTuple):
    """Where an attribute begins (a slot, or a step of its own) and its qualifiers; `charged` is 1 or 0, see above."""

    slot: int
    name: str
    base: Step | None
    charged: int
    qualifiers: tuple[Qualifier, ...] = ()

    def plus(self, qualifier: Qualifier) -> Attribute:
        """This attribute with one more qualifier."""
        return self._replace(qualifiers=(*self.qualifiers, qualifier))


def look_up(value: Any, key: Any, present_only: bool) -> Any:
    """`value[key]`, or ABSENT where `present_only` and there is none. Raises EvaluationError."""
    if is_map(value):
        if isinstance(key, bytes) or key is None or is_list(key) or is_map(key):
            raise EvaluationError(f"unsupported key type: {type_name(key)}")
        found = find(value, key)
        if found is not MISSING:
            return found
    elif is_list(value):
        index = list_index(key)
        if 0 <= index < len(value):
            return value[index]
        if not present_only:
            raise EvaluationError(f"index out of bounds: {show_key(key)}")
    if present_only:
        return ABSENT
    raise EvaluationError(f"no such key: {show_key(key)}")


def list_index(key: Any) -> int:
    """A key as index of a list: any number that is whole. Raises EvaluationError."""
    if type(key) is int or type(key) is Uint:
        return int(key)
    if type(key) is float:
        if key == int(key) if key == key and abs(key) < 2**63 else False:  # noqa: PLR0124 - the test for NaN
            return int(key)
        raise EvaluationError(f"unsupported index value {show_key(key)} in list")
    raise EvaluationError(f"unsupported index type '{type_name(key)}' in list")


def show_key(key: Any) -> str:
    """A key as error messages show it."""
    if isinstance(key, bool):
        return "true" if key else "false"
    return str(int(key)) if isinstance(key, int) else f"{key:g}" if isinstance(key, float) else str(key)


def attribute_step(attribute: Attribute) -> Step:
    """The closure of an attribute, the fastest that fits."""
    qualifiers = attribute.qualifiers
    if attribute.base is None and not qualifiers:
        return _variable(attribute.slot, attribute.name, attribute.charged)
    base = attribute.base or _variable(attribute.slot, attribute.name, 0)
    if any(q.optional or q.test or q.computed is not None or type(q.key) is not str for q in qualifiers):
        return _general(base, attribute.charged, qualifiers)
    keys = tuple(q.key for q in qualifiers)
    if attribute.base is None:
        return _fields(attribute.slot, attribute.name, attribute.charged, keys)
    return _general(base, attribute.charged, qualifiers) if keys else _charged(base, attribute.charged)


def _charged(base: Step, charged: int) -> Step:
    if not charged:
        return base

    return _general(base, charged, ())


def _no_variable(name: str) -> EvaluationError:
    return EvaluationError(f"no such attribute(s): {name}")


def _variable(slot: int, name: str, charged: int) -> Step:
    def step(f: Frame) -> Any:
        value = f[slot]
        if charged:
            total = f[0] + 1
            f[0] = total
            if total > f[1]:
                charge_units(f, 0)
        if value is MISSING:
            raise _no_variable(name)
        return value

    return step


def accumulator(slot: int) -> Step:
    """The variable of a fold, which may hold the error that a step ended with."""

    def step(f: Frame) -> Any:
        value = f[slot]
        if isinstance(value, EvaluationError):
            raise value
        return value

    return step


def _fields(slot: int, name: str, charged: int, keys: tuple[str, ...]) -> Step:
    """`variable.a.b.c`, the commonest step by far."""
    count = len(keys) + charged
    qualifiers = tuple(Qualifier(key, None, optional=False) for key in keys)
    slow = _general(_variable(slot, name, 0), charged, qualifiers)

    def step(f: Frame) -> Any:
        value = f[slot]
        for key in keys:
            if type(value) is not dict or key not in value:
                return slow(f)
            value = value[key]
        total = f[0] + count
        if total > f[1]:
            charge_units(f, count)
        f[0] = total
        return value

    return step


def _general(base: Step, charged: int, qualifiers: tuple[Qualifier, ...]) -> Step:
    def step(f: Frame) -> Any:
        try:
            value = _qualify(f, base(f), qualifiers)
        except EvaluationError:
            charge_units(f, charged)
            raise
        charge_units(f, charged)
        return value

    return step


def _qualify(f: Frame, value: Any, qualifiers: tuple[Qualifier, ...]) -> Any:
    optional = isinstance(value, Optional)
    test = bool(qualifiers) and qualifiers[-1].test
    if optional:
        if not value.present:
            return False if test else value
        value = value.value
    for qualifier in qualifiers:
        optional = optional or qualifier.optional
        value = _step_into(f, value, qualifier, optional)
        if value is ABSENT:
            return False if test else NONE
    return Optional(value) if optional and not test else value


def _step_into(f: Frame, value: Any, qualifier: Qualifier, optional: bool) -> Any:
    key = qualifier.key
    if qualifier.computed is not None:
        key = qualifier.computed(f)
        if key is None or isinstance(key, bytes) or is_list(key) or is_map(key):
            charge_units(f, 1)
            raise invalid_qualifier(key)
    if qualifier.firm and not isinstance(value, Optional) and not is_map(value) and not is_list(value):
        optional = False
        if qualifier.test:
            raise EvaluationError(f"no such key: {show_key(key)}")
    if qualifier.test:
        present = look_up(value, key, True) is not ABSENT
        charge_units(f, 1 if present or not optional else 0)
        return present
    try:
        value = look_up(value, key, optional)
    except EvaluationError:
        charge_units(f, 1)
        raise
    if value is not ABSENT:
        charge_units(f, 1)
    return value


def invalid_qualifier(key: Any) -> EvaluationError:
    """The error of a value that is no key of anything."""
    return EvaluationError(f"invalid qualifier type: {_GO_TYPES.get(type(key), 'types.Value')}")


_GO_TYPES = {bytes: "types.Bytes", type(None): "types.Null"}
