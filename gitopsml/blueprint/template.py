"""YAML data with `${CEL}` -> nodes; a node and a scope -> data with its trail. The forms are those of blueprints/README.md.

A node renders to `Rendered(value, trail)`. The trail is None where the value came with its parent: written at the same place of
the template. So a constant costs nothing, and entries exist only for what was filled in or moved. Scopes that do not trace make
no trails at all: most runs ask for none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from gitopsml.blueprint.expression import ABSENT, Expression, failure
from gitopsml.blueprint.expression import at as error_at
from gitopsml.model.mergepatch import Traced, merge_patch
from gitopsml.model.origin import Origin, Trail
from gitopsml.yamlio import Document

STEP = "blueprint"


class Rendered(NamedTuple):
    """A value (ABSENT: leave it out) and its trail; None = it came with its parent."""

    value: Any
    trail: Trail | None = None


NOTHING = Rendered(ABSENT)
UNTRACED = Trail(Origin(Document("", 0, "", None)), step=STEP)  # stands for the trails that nobody asked for


class Scope(Protocol):
    """Where expressions find their variables. `tracing`: whether trails are wanted."""

    @property
    def tracing(self) -> bool:
        """Whether trails are wanted."""

    def evaluate(self, expression: Expression) -> Any:
        """The plain value (ABSENT for an optional without one)."""

    def trail(self, expression: Expression) -> Trail:
        """Where that value comes from."""

    def element(self, expression: Expression, whole: Trail, number: int, value: Any) -> Trail:
        """Where an element of an evaluated list comes from; `whole` is the trail of the list."""

    def with_local(self, name: str, value: Any, trail: Trail) -> Scope:
        """A scope with one more variable."""

    def include(self, name: str, overrides: dict[str, Traced], origin: Origin) -> Rendered:
        """A fragment, with variables put over those of the scope; asked for at `origin`."""


class Node(Protocol):
    """A part of a template; `origin` is where it is written."""

    @property
    def origin(self) -> Origin:
        """Where the node is written."""

    def render(self, scope: Scope) -> Rendered:
        """The value and trail in a scope."""


@dataclass(slots=True, frozen=True, eq=False)
class Constant:
    """Data without anything to fill in; shared, never changed."""

    origin: Origin
    value: Any

    def render(self, scope: Scope) -> Rendered:  # noqa: ARG002 - constants need no scope
        """The data itself."""
        return Rendered(self.value)


@dataclass(slots=True, frozen=True, eq=False)
class Value:
    """A scalar that is one `${expression}`."""

    origin: Origin
    expression: Expression

    def render(self, scope: Scope) -> Rendered:
        """The expression's value, with the trail of what it reads."""
        value = scope.evaluate(self.expression)
        return NOTHING if value is ABSENT else Rendered(value, scope.trail(self.expression) if scope.tracing else None)


@dataclass(slots=True, frozen=True, eq=False)
class Text:
    """A scalar of text and expressions."""

    origin: Origin
    pieces: tuple[str | Expression, ...]

    def render(self, scope: Scope) -> Rendered:
        """The concatenated text."""
        text = "".join(piece if isinstance(piece, str) else as_text(scope.evaluate(piece), piece.origin) for piece in self.pieces)
        if not scope.tracing:
            return Rendered(text)
        trails = [scope.trail(piece) for piece in self.pieces if isinstance(piece, Expression)]
        sources = [source for trail in trails for source in (trail.sources if trail.derived else (trail.origin,))]
        return Rendered(text, derived(sources, self.origin))


def as_text(value: Any, origin: Origin) -> str:
    """What a value looks like within text. Raises BlueprintError for anything but text, numbers and booleans."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    raise error_at(origin, "only text, numbers and booleans fit into text")


def derived(sources: list[Origin], origin: Origin) -> Trail:
    """The trail of a value made from others; what people wrote comes first, the template's own place last."""
    unique = tuple(dict.fromkeys([one for one in sources if one != origin] + [origin]))
    return Trail(unique[0], step=STEP, derived=True, sources=unique)


@dataclass(slots=True, frozen=True, eq=False)
class Mapping:
    """A map; a key may be a node too, `optional.none()` drops the entry."""

    origin: Origin
    entries: tuple[tuple[str | Node, Node], ...]

    def render(self, scope: Scope) -> Rendered:
        """The map, absent entries left out."""
        data: dict[str, Any] = {}
        parts: dict[str | int, Trail] = {}
        for key, node in self.entries:
            value, trail = node.render(scope)
            name = key if isinstance(key, str) else _key(key, scope)
            if value is ABSENT or name is ABSENT:
                continue
            data[name] = value
            if trail is not None:
                parts[name] = trail
            elif name is not key and scope.tracing:
                parts[name] = Trail(node.origin, step=STEP)
        return Rendered(data, Trail(self.origin, parts, step=STEP) if parts else None)


def _key(node: Node, scope: Scope) -> Any:
    name = node.render(scope).value
    if name is not ABSENT and not isinstance(name, str):
        raise error_at(node.origin, "the key of a map must be text", key=True)
    return name


@dataclass(slots=True, frozen=True, eq=False)
class Sequence:
    """A list; absent elements are left out, lists are spliced in."""

    origin: Origin
    elements: tuple[Node, ...]

    def render(self, scope: Scope) -> Rendered:
        """The list."""
        data: list[Any] = []
        parts: dict[str | int, Trail] = {}
        for index, node in enumerate(self.elements):
            value, trail = node.render(scope)
            if value is ABSENT:
                continue
            spliced = value if isinstance(value, list) else None
            if scope.tracing and (trail is not None or spliced is not None or len(data) != index):
                whole = trail or Trail(node.origin, step=STEP)
                moved = [whole] if spliced is None else [whole.part(number) for number in range(len(spliced))]
                parts.update(enumerate(moved, len(data)))
            data += [value] if spliced is None else spliced
        return Rendered(data, Trail(self.origin, parts, step=STEP) if parts else None)


@dataclass(slots=True, frozen=True, eq=False)
class Conditional:
    """`{includeWhen, item}`."""

    origin: Origin
    condition: Expression
    item: Node

    def render(self, scope: Scope) -> Rendered:
        """The item, or nothing."""
        return placed(self.item, scope) if holds(self.condition, scope) else NOTHING


def placed(node: Node, scope: Scope) -> Rendered:
    """A node that stands elsewhere than its parent thinks: with a trail of its own."""
    made = node.render(scope)
    return Rendered(made.value, Trail(node.origin, step=STEP)) if made.trail is None and scope.tracing else made


def holds(condition: Expression, scope: Scope) -> bool:
    """The value of a condition. Raises BlueprintError where it is not a boolean."""
    value = scope.evaluate(condition)
    if not isinstance(value, bool):
        raise failure(condition, "a condition must be true or false")
    return value


Loops = tuple[tuple[str, Expression], ...]


@dataclass(slots=True, frozen=True, eq=False)
class Repeated:
    """`{forEach, includeWhen, item}`: a list."""

    origin: Origin
    loops: Loops
    condition: Expression | None
    item: Node

    def render(self, scope: Scope) -> Rendered:
        """The list of the items that are there."""
        made = [
            placed(self.item, inner)
            for inner in each(self.loops, scope)
            if self.condition is None or holds(self.condition, inner)
        ]
        kept = [one for one in made if one.value is not ABSENT]
        parts: dict[str | int, Trail] = {number: one.trail for number, one in enumerate(kept) if one.trail}
        return Rendered([one.value for one in kept], Trail(self.origin, parts, step=STEP) if scope.tracing else None)


def each(loops: Loops, scope: Scope) -> list[Scope]:
    """The scopes of nested loops, in order. Raises BlueprintError where a loop does not run over a list."""
    scopes = [scope]
    for name, expression in loops:
        scopes = [inner for outer in scopes for inner in _each(name, expression, outer)]
    return scopes


def _each(name: str, expression: Expression, scope: Scope) -> list[Scope]:
    values = scope.evaluate(expression)
    if not isinstance(values, list):
        raise failure(expression, "forEach needs a list (for a map use entries(map))")
    if not scope.tracing:
        return [scope.with_local(name, value, UNTRACED) for value in values]
    trail = scope.trail(expression)
    return [scope.with_local(name, value, scope.element(expression, trail, number, value)) for number, value in enumerate(values)]


@dataclass(slots=True, frozen=True, eq=False)
class Include:
    """`{include: fragment, with: {…}}`."""

    origin: Origin
    name: str
    overrides: tuple[tuple[str, Node], ...]

    def render(self, scope: Scope) -> Rendered:
        """The fragment."""
        made = ((name, placed(node, scope)) for name, node in self.overrides)
        return scope.include(self.name, {name: _traced(one) for name, one in made if one.value is not ABSENT}, self.origin)


def _traced(rendered: Rendered) -> Traced:
    return Traced(rendered.value, rendered.trail or UNTRACED)


@dataclass(slots=True, frozen=True, eq=False)
class Merged:
    """A map with `$merge`: its other keys over the merged maps."""

    origin: Origin
    lower: Node
    upper: Node

    def render(self, scope: Scope) -> Rendered:
        """The merged map. Raises BlueprintError where `$merge` is neither a map nor a list of maps."""
        below = placed(self.lower, scope)
        layers = [_traced(below)] if not isinstance(below.value, list) else _elements(_traced(below))
        if not all(isinstance(layer.data, dict) for layer in layers):
            raise error_at(self.lower.origin, "$merge needs a map or a list of maps")
        merged = Traced({}, Trail(self.origin, step=STEP))
        for layer in (*layers, _traced(placed(self.upper, scope))):
            merged = merge_patch(merged, layer)
        return Rendered(merged.data, merged.trail if scope.tracing else None)


def _elements(whole: Traced) -> list[Traced]:
    return [Traced(value, whole.trail.part(number)) for number, value in enumerate(whole.data)]
