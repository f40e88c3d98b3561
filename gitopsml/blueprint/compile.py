"""A document of a blueprint -> nodes: each expression is compiled once, its variables and the key words are checked."""

from __future__ import annotations

from typing import Any, Final

from gitopsml.blueprint.expression import Expression, analysed, at
from gitopsml.blueprint.template import (
    Conditional,
    Constant,
    Include,
    Loops,
    Mapping,
    Merged,
    Node,
    Repeated,
    Sequence,
    Text,
    Value,
)
from gitopsml.blueprint.text import Hole, Pieces, split
from gitopsml.model.origin import Origin
from gitopsml.model.pointer import Pointer
from gitopsml.yamlio import Document

VARIABLES: Final = (
    "spec", "name", "app", "team", "environment", "cluster", "repository", "uses", "usedBy", "apps", "files", "derived",
    "fragment",
)  # fmt: skip
_BLOCK = {"includeWhen", "forEach", "item"}


class Compiler:
    """Compiles the templates of one document; `parameters` are names that `with` gives to fragments."""

    def __init__(self, document: Document, parameters: frozenset[str] = frozenset()) -> None:
        self.document = document
        self.names = frozenset(VARIABLES) | parameters

    def origin(self, pointer: Pointer) -> Origin:
        """A place of the document."""
        return Origin(self.document, pointer)

    def expression(self, text: str, pointer: Pointer, names: frozenset[str] | None = None) -> Expression:
        """The expression of a hole. Raises BlueprintError where it does not compile."""
        from gitopsml.blueprint.environment import compile_program
        from gitopsml.cel.errors import CompileError

        origin = self.origin(pointer)
        declared = self.names if names is None else names
        try:
            program = compile_program(text, declared)
        except CompileError as error:
            raise at(origin, f"${{{text}}}: {error.issues[0].message}") from None
        return analysed(text, program, origin)

    def hole(self, text: Any, pointer: Pointer, names: frozenset[str] | None = None) -> Expression:
        """The expression of a field that must be one `${…}`. Raises BlueprintError for anything else."""
        pieces = self.pieces(text, pointer) if isinstance(text, str) else ()
        if len(pieces) != 1 or not isinstance(pieces[0], Hole):
            raise at(self.origin(pointer), "expected one ${expression}")
        return self.expression(pieces[0].expression, pointer, names)

    def pieces(self, text: str, pointer: Pointer) -> Pieces:
        """The pieces of a scalar. Raises BlueprintError where a `${` has no end."""
        try:
            return split(text)
        except ValueError as error:
            raise at(self.origin(pointer), str(error)) from None

    def node(self, data: Any, pointer: Pointer, names: frozenset[str] | None = None) -> Node:
        """Data -> a node. Raises BlueprintError."""
        names = self.names if names is None else names
        if isinstance(data, dict):
            return self._map(data, pointer, names)
        if isinstance(data, list):
            return self._list(data, pointer, names)
        if isinstance(data, str) and "${" in data:
            return self._scalar(data, pointer, names)
        return Constant(self.origin(pointer), data)

    def _scalar(self, text: str, pointer: Pointer, names: frozenset[str]) -> Node:
        origin = self.origin(pointer)
        pieces = self.pieces(text, pointer)
        made = tuple(piece if isinstance(piece, str) else self.expression(piece.expression, pointer, names) for piece in pieces)
        if len(made) == 1:
            return Constant(origin, made[0]) if isinstance(made[0], str) else Value(origin, made[0])
        return Text(origin, made)

    def _list(self, data: list[Any], pointer: Pointer, names: frozenset[str]) -> Node:
        elements = tuple(self.node(value, (*pointer, number), names) for number, value in enumerate(data))
        origin = self.origin(pointer)
        if all(isinstance(one, Constant) for one in elements) and not any(isinstance(value, list) for value in data):
            return Constant(origin, [one.value for one in elements if isinstance(one, Constant)])
        return Sequence(origin, elements)

    def _map(self, data: dict[str, Any], pointer: Pointer, names: frozenset[str]) -> Node:
        if "item" in data and data.keys() <= _BLOCK and len(data) > 1:
            return self._block(data, pointer, names)
        if "include" in data and data.keys() <= {"include", "with"}:
            return self._include(data, pointer, names)
        if "$merge" in data:
            return self._merged(data, pointer, names)
        entries = tuple((self._key(key, pointer, names), self.node(value, (*pointer, key), names)) for key, value in data.items())
        origin = self.origin(pointer)
        if all(isinstance(key, str) and isinstance(node, Constant) for key, node in entries):
            return Constant(origin, {key: node.value for key, node in entries if isinstance(node, Constant)})
        return Mapping(origin, entries)

    def _key(self, key: Any, pointer: Pointer, names: frozenset[str]) -> str | Node:
        if not isinstance(key, str):
            raise at(self.origin(pointer), f"the key {key!r} must be text", "quote it")
        if "${" not in key:
            return key
        node = self._scalar(key, (*pointer, key), names)
        return str(node.value) if isinstance(node, Constant) else node

    def _block(self, data: dict[str, Any], pointer: Pointer, names: frozenset[str]) -> Node:
        loops, inner = self.loops(data.get("forEach"), (*pointer, "forEach"), names)
        condition = self.hole(data["includeWhen"], (*pointer, "includeWhen"), inner) if "includeWhen" in data else None
        item = self.node(data["item"], (*pointer, "item"), inner)
        if loops:
            return Repeated(self.origin(pointer), loops, condition, item)
        assert condition is not None
        return Conditional(self.origin(pointer), condition, item)

    def loops(self, data: Any, pointer: Pointer, names: frozenset[str] | None = None) -> tuple[Loops, frozenset[str]]:
        """`forEach: {name: ${list}}` -> the loops, and the names that stand within them. Raises BlueprintError."""
        names = self.names if names is None else names
        if data is None:
            return (), names
        if not isinstance(data, dict) or not data:
            raise at(self.origin(pointer), "forEach names its variable: forEach: {each: ${list}}")
        loops = []
        for name, text in data.items():
            loops.append((str(name), self.hole(text, (*pointer, name), names)))
            names |= {str(name)}
        return tuple(loops), names

    def _include(self, data: dict[str, Any], pointer: Pointer, names: frozenset[str]) -> Node:
        name, given = data["include"], data.get("with") or {}
        if not isinstance(name, str) or not isinstance(given, dict):
            raise at(self.origin(pointer), "write {include: fragment, with: {variable: value}}")
        overrides = tuple((str(key), self.node(value, (*pointer, "with", key), names)) for key, value in given.items())
        return Include(self.origin(pointer), name, overrides)

    def _merged(self, data: dict[str, Any], pointer: Pointer, names: frozenset[str]) -> Node:
        upper = {key: value for key, value in data.items() if key != "$merge"}
        lower = self.node(data["$merge"], (*pointer, "$merge"), names)
        return Merged(self.origin(pointer), lower, self._map(upper, pointer, names))


def parameters(data: Any) -> set[str]:
    """The names that `with` gives anywhere in a document's data."""
    if isinstance(data, list):
        return set().union(*map(parameters, data))
    if not isinstance(data, dict):
        return set()
    own = set(data["with"]) if "include" in data and isinstance(data.get("with"), dict) else set()
    return own.union(*map(parameters, data.values()))
