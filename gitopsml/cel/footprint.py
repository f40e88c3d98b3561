"""What expressions can depend on: the parts of an object that they name. Objects with equal parts get equal verdicts.

A footprint is a tree of fields. It may name more than an evaluation reads (both operands of `||`), never less: a value that goes
anywhere but into a field, an index, or a loop counts as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from gitopsml.cel import nodes
from gitopsml.cel.nodes import Call, Fold, Ident, ListLiteral, Literal, MapLiteral, Node, Select, children
from gitopsml.cel.program import Program

Read: TypeAlias = Callable[[Any], Hashable]
_INDEXED: Final = frozenset({nodes.INDEX, nodes.OPT_INDEX, nodes.OPT_SELECT})
_PASSED_ON: Final = frozenset({"orValue", "value", "optional.of", "dyn"})  # calls that give what they are given
_ABSENT, _LIST, _MAP, _TRUE, _FALSE = object(), object(), object(), object(), object()


class Untracked(Exception):
    """What an expression depends on cannot be told: it reads other variables than the object and the policy's own."""


@dataclass(slots=True)
class Part:
    """A place of a value: the fields and elements below it that are looked at, or all of it."""

    fields: dict[str, Part] = field(default_factory=dict)
    every: Part | None = None  # each element of a list, each key and value of a map
    whole: bool = False

    def at(self, name: str) -> Part:
        """The part below a field."""
        return self.fields.setdefault(name, Part())

    def elements(self) -> Part:
        """The part below every element."""
        if self.every is None:
            self.every = Part()
        return self.every

    def add(self, other: Part) -> None:
        """Look at what another one looks at, too."""
        self.whole = self.whole or other.whole
        for name, part in other.fields.items():
            self.at(name).add(part)
        if other.every is not None:
            self.elements().add(other.every)


def footprint(programs: Iterable[Program], definitions: Mapping[str, Program], given: Iterable[str]) -> dict[str, Part] | None:
    """Variable -> what the programs can see of it, for `object` and for each of `given` below `variables`.

    `definitions` are variables that the policy defines; `params` counts as a constant. None: not to be told.
    """
    roots = {"object": Part(), "variables": Part()}
    walk = _Walk(roots, definitions)
    try:
        for program in programs:
            walk.whole(program, program.root, {})
    except Untracked:
        return None
    variables = roots.pop("variables")
    if variables.whole or variables.every is not None or not variables.fields.keys() <= set(given):
        return None
    return roots | {f"variables.{name}": part for name, part in sorted(variables.fields.items())}


def together(footprints: Iterable[Mapping[str, Part]]) -> dict[str, Part]:
    """What several of them see."""
    made: dict[str, Part] = {}
    for one in footprints:
        for name, part in one.items():
            made.setdefault(name, Part()).add(part)
    return made


_Places: TypeAlias = tuple[Part, ...]
_Names: TypeAlias = Mapping[str, _Places]


class _Walk:
    """Follows values through expressions. `names` are the variables of loops, with the parts that they stand for."""

    def __init__(self, roots: dict[str, Part], definitions: Mapping[str, Program]) -> None:
        self.roots = roots
        self.definitions = definitions
        self.defined: dict[str, _Places] = {}

    def whole(self, program: Program, node: Node, names: _Names) -> None:
        """The value of a node is used as a whole."""
        for part in self.places(program, node, names):
            part.whole = True

    def places(self, program: Program, node: Node, names: _Names) -> _Places:
        """The parts whose value, or whose elements, a node's value is; () for what is computed (its operands count)."""
        name = program.checked.names.get(node.id, "")
        if name.startswith("."):
            return self._variable(name[1:])
        if isinstance(node, Ident):
            return names.get(node.name, ())
        if isinstance(node, Select):
            found = self._below(self.places(program, node.operand, names), node.field)
            return () if node.test else found
        if isinstance(node, Call):
            return self._call(program, node, names)
        if isinstance(node, Fold):
            return self._fold(program, node, names)
        for child in children(node):
            self.whole(program, child, names)
        return ()

    def _variable(self, name: str) -> _Places:
        if name == "params":
            return ()
        if name not in self.roots:
            raise Untracked(name)
        return (self.roots[name],)

    def _below(self, base: _Places, name: str) -> _Places:
        own = name in self.definitions
        found = tuple(part.at(name) for part in base if not (own and part is self.roots["variables"]))
        return found if len(found) == len(base) else found + self._definition(name)

    def _definition(self, name: str) -> _Places:
        if name not in self.defined:
            self.defined[name] = ()  # one that reads itself has no value
            program = self.definitions[name]
            self.defined[name] = self.places(program, program.root, {})
        return self.defined[name]

    def _call(self, program: Program, node: Call, names: _Names) -> _Places:
        given = node.args if node.target is None else (node.target, *node.args)
        if node.function in _INDEXED:
            return self._index(program, given, names)
        if node.function == nodes.TERNARY:
            self.whole(program, given[0], names)
            return self.places(program, given[1], names) + self.places(program, given[2], names)
        if node.function in _PASSED_ON and all(_is_constant(one) for one in given[1:]):
            return self.places(program, given[0], names)
        for one in given:
            if node.function == "size":  # of a text all, of a list or map what its elements are: no more
                for part in self.places(program, one, names):
                    part.elements()
            else:
                self.whole(program, one, names)
        return ()

    def _index(self, program: Program, given: tuple[Node, ...], names: _Names) -> _Places:
        base, key = self.places(program, given[0], names), given[1]
        if isinstance(key, Literal) and isinstance(key.value, str):
            return self._below(base, key.value)
        self.whole(program, key, names)
        return tuple(part.elements() for part in base)

    def _fold(self, program: Program, node: Fold, names: _Names) -> _Places:
        """A loop. What it collects is computed, but for `filter`: its elements are those of the range."""
        base = self.places(program, node.range, names)
        if node.macro in {"bind", "optMap", "optFlatMap"}:
            return self.places(program, node.result, {**names, node.accu: self.places(program, node.init, names)})
        elements = tuple(part.elements() for part in base)
        inner = {**names, node.accu: (), **({node.var: (), node.var2: elements} if node.var2 else {node.var: elements})}
        if node.macro == "filter" and isinstance(node.step, Call):
            self.whole(program, node.step.args[0], inner)
            return base
        for part in (node.init, node.condition, node.step, node.result):
            self.whole(program, part, inner)
        return ()


def _is_constant(node: Node) -> bool:
    return isinstance(node, Literal) or (isinstance(node, ListLiteral | MapLiteral) and not children(node))


def reader(part: Part) -> Read:
    """A function that makes a key from what a part names of a value: equal keys from values that cannot be told apart.

    The function raises Untracked for what is no plain data.
    """
    if part.whole:
        return frozen
    if part.every is None and not part.fields:
        return _kind
    return _fields(part) if part.every is None else _elements(part)


def _fields(part: Part) -> Read:
    readers = tuple((name, reader(inner)) for name, inner in part.fields.items())

    def read(value: Any) -> Hashable:
        if type(value) is dict:
            return tuple([inner(value[name]) if name in value else _ABSENT for name, inner in readers])
        return _LIST if type(value) is list else frozen(value)

    return read


def _elements(part: Part) -> Read:
    assert part.every is not None
    element, fields = reader(part.every), _fields(part)

    def read(value: Any) -> Hashable:
        if type(value) is list:
            return (_LIST, *[element(one) for one in value])
        if type(value) is dict:
            return (_MAP, fields(value), *[frozen(key) for key in value], *[element(one) for one in value.values()])
        return frozen(value)

    return read


def _kind(value: Any) -> Hashable:
    """What presence and type tell: all that an expression sees which only asks whether a field is there."""
    return _MAP if type(value) is dict else _LIST if type(value) is list else type(value)


def frozen(value: Any) -> Hashable:
    """A key for all of a value; values of different types are different. Raises Untracked for what is no plain data."""
    kind = type(value)
    if kind is str or kind is int or value is None:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return _TRUE if value else _FALSE
    if kind is float:
        return (float, repr(value))
    if kind is list:
        return (_LIST, *[frozen(one) for one in value])
    if kind is dict:
        return (_MAP, *[frozen(key) for key in value], *[frozen(one) for one in value.values()])
    raise Untracked(kind.__name__)
