"""Checked tree -> closures: names, literals, logic. Calls and folds have modules of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gitopsml.cel import nodes
from gitopsml.cel.attributes import Attribute, Qualifier, accumulator, attribute_step, invalid_qualifier
from gitopsml.cel.checked import Checked
from gitopsml.cel.cost import LIST, MAP
from gitopsml.cel.errors import CompileError, EvaluationError, Issue, UnknownFailure, no_such_overload
from gitopsml.cel.frame import FIRST_SLOT, Frame, Step, charge
from gitopsml.cel.nodes import Call, Fold, Ident, ListLiteral, Literal, MapLiteral, Node, Select, Struct
from gitopsml.cel.values import MISSING, KeyedMap, Optional, TypeValue, type_name


class Local(NamedTuple):
    """A variable of a fold: its slot, and whether it is the accumulator."""

    slot: int
    accu: bool


Special = Callable[["Compiler", Any], Step]


class Compiler:
    """Compiles the nodes of one expression. `call` and `fold` compile the nodes of other modules."""

    def __init__(self, checked: Checked, call: Special, fold: Special, *, strict: bool) -> None:
        self.checked = checked
        self.strict = strict
        self.firm = not strict
        self.specials: dict[type, Special] = {Call: call, Fold: fold}
        self.slots: dict[str, int] = {}  # variables of the expression -> slot
        self.size = FIRST_SLOT
        self.scopes: list[dict[str, Local]] = []
        self.steps: dict[int, Step] = {}
        self.constants: dict[int, Any] = {}
        self.attributes: dict[int, Attribute] = {}
        self.folds: dict[int, dict[str, Local]] = {}  # the variables of each fold

    def compile(self, node: Node) -> Step:
        """The step that evaluates `node`; made once."""
        found = self.steps.get(node.id)
        if found is None:
            found = self.steps[node.id] = self._compile(node)
        return found

    def _compile(self, node: Node) -> Step:
        attribute = self.attribute(node)
        if attribute is not None:
            return attribute_step(attribute)
        if isinstance(node, Literal):
            return self.constant(node, node.value)
        if isinstance(node, Ident | Select):
            return self.constant(node, TypeValue(self.checked.type_names[node.id]))
        if isinstance(node, ListLiteral):
            return self.list_literal(node)
        if isinstance(node, MapLiteral):
            return self.map_literal(node)
        if isinstance(node, Struct):
            return failing(EvaluationError(f"unknown type: {node.name}"))
        return self.specials[type(node)](self, node)

    def constant(self, node: Node, value: Any) -> Step:
        """Register `node` as a constant, which costs nothing."""
        self.constants[node.id] = value
        return lambda _: value

    def constant_of(self, node: Node) -> Any:
        """The value of a node that is constant, else MISSING."""
        self.compile(node)
        return self.constants.get(node.id, MISSING)

    def never(self, error: EvaluationError) -> Step:
        """A part that can be computed beforehand and fails. Raises CompileError where the environment is strict."""
        if self.strict:
            raise CompileError([Issue(0, 0, str(error))])
        return failing(error)

    def new_slot(self) -> int:
        self.size += 1
        return self.size - 1

    # attributes

    def attribute(self, node: Node) -> Attribute | None:
        """The attribute that `node` is, or None."""
        if node.id not in self.attributes:
            found = self._attribute(node)
            if found is None:
                return None
            self.attributes[node.id] = found
        return self.attributes[node.id]

    def _attribute(self, node: Node) -> Attribute | None:
        if isinstance(node, Ident | Select) and node.id in self.checked.names:
            return self.named(self.checked.names[node.id])
        if isinstance(node, Ident):
            return None if node.id in self.checked.type_names else Attribute(0, node.name, unresolved(node.name), 1)
        if isinstance(node, Select):
            if node.id in self.checked.type_names:
                return None
            attribute = self.operand(node.operand).plus(Qualifier(node.field, None, False, node.test, self.firm))
            return attribute._replace(charged=0) if node.test else attribute  # has() itself is free in Kubernetes
        if isinstance(node, Call):
            return self.call_attribute(node)
        return None

    def call_attribute(self, node: Call) -> Attribute | None:
        if node.function == nodes.OPT_SELECT:
            field = node.args[1]
            assert isinstance(field, Literal)
            return self.operand(node.args[0]).plus(Qualifier(field.value, None, True, firm=self.firm))
        if node.function in {nodes.INDEX, nodes.OPT_INDEX}:
            return self.operand(node.args[0]).plus(self.index(node.args[1], node.function == nodes.OPT_INDEX))
        if node.function == nodes.TERNARY:
            return Attribute(0, "", self.ternary(node), 0)
        return None

    def named(self, name: str) -> Attribute:
        for scope in reversed(self.scopes):
            local = scope.get(name)
            if local is not None:
                return Attribute(local.slot, name, accumulator(local.slot) if local.accu else None, 1)
        name = name.removeprefix(".")
        if name not in self.slots:
            self.slots[name] = self.new_slot()
        return Attribute(self.slots[name], name, None, 1)

    def operand(self, node: Node) -> Attribute:
        """The attribute that a selection extends: that of its operand, or a new one that begins with any value."""
        return self.attribute(node) or Attribute(0, "", self.compile(node), 1)

    def index(self, node: Node, optional: bool) -> Qualifier:
        value = self.constant_of(node)
        if isinstance(value, str | int | float):
            return Qualifier(value, None, optional, firm=self.firm)
        if value is None or isinstance(value, bytes):
            return Qualifier(None, self.never(invalid_qualifier(value)), optional)
        return Qualifier(None, self.uncharged(node), optional, firm=self.firm)

    def uncharged(self, node: Node) -> Step:
        """A node as index or branch of a ternary, where an attribute's variable is not charged."""
        attribute = self.attribute(node)
        if attribute is None:
            return self.compile(node)
        return attribute_step(attribute._replace(charged=0))

    # literals with parts

    def list_literal(self, node: ListLiteral) -> Step:
        steps = [self.compile(part) for part in node.elements]
        if all(part.id in self.constants for part in node.elements) and not node.optional:
            return self.constant(node, [self.constants[part.id] for part in node.elements])
        optional = node.optional

        def step(f: Frame) -> Any:
            try:
                values = [_element(part(f), at in optional) for at, part in enumerate(steps)]
            except EvaluationError:
                charge(f, LIST)
                raise
            charge(f, LIST)
            return [value for value in values if value is not MISSING] if optional else values

        return step

    def map_literal(self, node: MapLiteral) -> Step:
        parts = [(self.compile(entry.key), self.compile(entry.value), entry.optional) for entry in node.entries]
        ids = [part.id for entry in node.entries for part in (entry.key, entry.value)]
        if all(part in self.constants for part in ids) and not any(entry.optional for entry in node.entries):
            pairs = [(self.constants[key], self.constants[value]) for key, value in zip(ids[::2], ids[1::2], strict=True)]
            try:
                return self.constant(node, make_map(pairs, unique=self.firm))
            except EvaluationError as error:
                return failing(error)

        unique = self.firm

        def step(f: Frame) -> Any:
            try:
                pairs = [(key(f), _element(value(f), optional)) for key, value, optional in parts]
            except EvaluationError:
                charge(f, MAP)
                raise
            charge(f, MAP)
            return make_map([pair for pair in pairs if pair[1] is not MISSING], unique=unique)

        return step

    # logic

    def ternary(self, node: Call) -> Step:
        condition = self.compile(node.args[0])
        yes, no = self.uncharged(node.args[1]), self.uncharged(node.args[2])

        def step(f: Frame) -> Any:
            value = condition(f)
            if value is True:
                return yes(f)
            if value is False:
                return no(f)
            raise no_such_overload()

        return step

    def logic(self, node: Call) -> Step:
        """`&&` and `||`: an error counts only where no other operand decides; an unknown outlasts an error."""
        terms = [self.compile(arg) for arg in node.args]
        deciding = node.function == nodes.OR

        def step(f: Frame) -> Any:
            error: EvaluationError | None = None
            for term in terms:
                try:
                    value = term(f)
                except EvaluationError as failure:
                    error = outlasting(error, failure)
                    continue
                if value is deciding:
                    return deciding
                if value is not (not deciding):
                    error = outlasting(error, no_such_overload())
            if error is not None:
                raise error
            return not deciding

        return step


def outlasting(error: EvaluationError | None, failure: EvaluationError) -> EvaluationError:
    """Which of two errors a logical operator ends with: the first, but an unknown before all."""
    if error is None or (isinstance(failure, UnknownFailure) and not isinstance(error, UnknownFailure)):
        return failure
    return error


def failing(error: EvaluationError) -> Step:
    """A step that always fails."""

    def step(_: Frame) -> Any:
        raise error

    return step


def unresolved(name: str) -> Step:
    """A name that the checker did not find, in an expression that is not checked."""
    return failing(EvaluationError(f"no such attribute(s): {name}"))


def _element(value: Any, optional: bool) -> Any:
    if not optional:
        return value
    if not isinstance(value, Optional):
        raise EvaluationError(f"cannot initialize optional list element from non-optional value {value}")
    return value.value


def make_map(pairs: list[tuple[Any, Any]], *, unique: bool = False) -> Mapping[Any, Any]:
    """A map of these entries, the last of equal keys. Raises EvaluationError for what is no key, and for two if `unique`."""
    for key, _ in pairs:
        if not isinstance(key, str | int):
            raise EvaluationError(f"unsupported key type: {type_name(key)}")
    plain = all(type(key) is str for key, _ in pairs)
    made: Mapping[Any, Any] = dict(pairs) if plain else KeyedMap(pairs)
    if unique and len(made) < len(pairs):
        raise EvaluationError("failed with repeated key")
    return made
