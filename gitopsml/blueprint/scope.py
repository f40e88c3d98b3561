"""The variables of one app in one environment: derived values and fragments are computed when they are first read, once each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitopsml.blueprint.compile import VARIABLES
from gitopsml.blueprint.expression import ABSENT, Expression, at, failure, plain
from gitopsml.blueprint.registry import Part
from gitopsml.blueprint.template import STEP, Rendered, derived, holds
from gitopsml.cel.errors import CelError
from gitopsml.model.mergepatch import Traced
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import Pointer, exists, lookup
from gitopsml.model.words import did_you_mean

_BUSY: Any = object()
_PLAIN = frozenset({"spec", "app", "team", "environment", "cluster", "repository", "name", "derived", "fragment"})


class Scope:
    """Variables and where their values come from; what `template.Scope` asks for.

    `given` are the engine's variables; `trails` says for some of them where they were written. `where` names app and environment
    in messages about broken templates. Without `tracing` no trails are made.
    """

    def __init__(
        self, part: Part, given: Mapping[str, Any], trails: Mapping[str, Trail], where: str, *, tracing: bool = False
    ) -> None:
        self.part = part
        self.where = where
        self.tracing = tracing
        self.derived: dict[str, Any] = {}
        self.fragments: dict[str, Any] = {}
        self.variables: dict[str, Any] = {**given, "derived": self.derived, "fragment": self.fragments}
        self.trails: dict[str, Trail] = dict(trails)
        self._derive_trails: dict[str, Trail] = {}
        self._fragments: dict[str, Any] = {}
        self._state: dict[str, Any] = {}
        self._root = self

    # what template.Scope asks for

    def evaluate(self, expression: Expression) -> Any:
        """The plain value of an expression. Raises BlueprintError where it has none."""
        if expression.derives or expression.fragments:
            self._prepare(expression)
        path = expression.path
        if path and path[0] in _PLAIN:  # the value as it stands: plain data already, no need to run the program
            value = lookup(self.variables, path, ABSENT)
            if value is not ABSENT:
                return value
        try:
            return plain(expression.program.evaluate(self.variables))
        except (CelError, ValueError) as error:
            raise failure(expression, self._reason(expression, error)) from None

    def _reason(self, expression: Expression, error: Exception) -> str:
        unknown = next((path[0] for path in expression.reads if path[0] in VARIABLES and path[0] not in self.variables), "")
        return f"{unknown} has no value here ({self.where})" if unknown else f"{error} ({self.where})"

    def trail(self, expression: Expression) -> Trail:
        """Where the value of an evaluated expression comes from."""
        path = expression.path
        if path:
            known = self._written(path)
            if known is not None:
                return known
        return derived([origin for path in expression.reads for origin in self._sources(path)], expression.origin)

    def element(self, expression: Expression, whole: Trail, number: int, value: Any) -> Trail:
        """Where an element of the list that an expression gives comes from; `whole` is the trail of the list."""
        known = self._written(expression.entries) if expression.entries else None
        if known is None:
            return whole.part(number)
        part = known.part(value["key"])
        return Trail(part.origin, {"value": part}, step=STEP, derived=True, sources=(part.origin,))

    def with_local(self, name: str, value: Any, trail: Trail) -> Scope:
        """A scope with one more variable; derived values and fragments stay those of the environment."""
        inner = object.__new__(Scope)
        for slot in ("part", "where", "tracing", "derived", "fragments", "_derive_trails", "_fragments", "_state", "_root"):
            setattr(inner, slot, getattr(self, slot))
        inner.variables = {**self.variables, name: value}
        inner.trails = {**self.trails, name: trail} if self.tracing else self.trails
        return inner

    def include(self, name: str, overrides: dict[str, Traced], origin: Origin) -> Rendered:
        """A fragment; with other variables, its derived values are computed for them."""
        if name not in self.part.fragments:
            raise at(origin, f"there is no fragment {name}", did_you_mean(name, self.part.fragments))
        if not overrides:
            return self._root.fragment(name)
        given = {key: value for key, value in self._root.variables.items() if key not in ("derived", "fragment")}
        given |= {key: value.data for key, value in overrides.items()}
        trails = self._root.trails | {key: value.trail for key, value in overrides.items()}
        return Scope(self.part, given, trails, self.where, tracing=self.tracing).fragment(name)

    def traced(self) -> Scope:
        """The same variables in a scope that traces."""
        given = {key: value for key, value in self.variables.items() if key not in ("derived", "fragment")}
        return Scope(self.part, given, self.trails, self.where, tracing=True)

    # derived values and fragments

    def _prepare(self, expression: Expression) -> None:
        """Compute what the expression is going to read. Derived values belong to the environment: never to a loop's scope."""
        for name in expression.derives:
            for one in [name] if name else self.part.derive:
                if self._state.get(one) is not True:
                    self._known(one, "derived", self.part.derive, expression)
                    self._root.need(one)
        for name in expression.fragments:
            for one in [name] if name else self.part.fragments:
                self._known(one, "fragment", self.part.fragments, expression)
                self._root.fragment(one)

    @staticmethod
    def _known(name: str, what: str, known: Mapping[str, Any], expression: Expression) -> None:
        if name not in known:
            raise failure(expression, f"there is no {what}.{name}", did_you_mean(name, known))

    def need(self, name: str) -> None:
        """Compute a derived value. Raises BlueprintError for a cycle."""
        if self._state.get(name) is not True:
            self._derive(name)

    def _derive(self, name: str) -> None:
        entry = self.part.derive[name]
        if self._state.get(name) is _BUSY:
            raise at(entry.value.origin, f"derived.{name} needs itself")
        self._state[name] = _BUSY
        if entry.when is None or holds(entry.when, self):
            value, trail = entry.value.render(self)
            if value is not ABSENT:
                self.derived[name] = value
                self._derive_trails[name] = trail or Trail(entry.value.origin, step=STEP)
        self._state[name] = True

    def fragment(self, name: str) -> Rendered:
        """A fragment that exists, rendered once. Raises BlueprintError for a cycle."""
        known = self._fragments.get(name)
        if known is None:
            node = self.part.fragments[name]
            self._fragments[name] = _BUSY
            value, trail = node.render(self)
            known = self._fragments[name] = Rendered(value, trail or Trail(node.origin, step=STEP))
            if value is not ABSENT:
                self.fragments[name] = value
        if known is _BUSY:
            raise at(self.part.fragments[name].origin, f"fragment.{name} includes itself")
        assert isinstance(known, Rendered)
        return known

    # trails

    def _trail_of(self, path: tuple[str, ...]) -> tuple[Trail | None, Any, Pointer]:
        """The trail of the traced thing at the head of a path, its data, and the rest of the path."""
        head, rest = path[0], path[1:]
        if head == "derived" and rest:
            return self._derive_trails.get(rest[0]), self.derived.get(rest[0]), rest[1:]
        if head == "fragment" and rest:
            made = self._fragments.get(rest[0])
            return (made.trail, made.value, rest[1:]) if isinstance(made, Rendered) else (None, None, ())
        return self.trails.get(head), self.variables.get(head), rest

    def _written(self, path: tuple[str, ...]) -> Trail | None:
        """The trail of exactly this value."""
        trail, data, rest = self._trail_of(path)
        return trail.at(rest) if trail is not None and exists(data, rest) else None

    def _sources(self, path: tuple[str, ...]) -> list[Origin]:
        """The origins of the longest part of a path that has a value; none where only its root has one."""
        trail, data, rest = self._trail_of(path)
        if trail is None:
            return []
        while rest and not exists(data, rest):
            rest = rest[:-1]
        return origins(trail.at(rest)) if rest or path[0] in ("derived", "fragment") else []


def origins(trail: Trail) -> list[Origin]:
    """Where a value and its parts were written: what people wrote for one environment first, defaults last."""
    found: list[tuple[int, Origin]] = []
    _collect(trail, found)
    return [origin for _, origin in sorted(found, key=lambda one: one[0])]


def _collect(trail: Trail, found: list[tuple[int, Origin]]) -> None:
    if trail.gone:
        return
    rank = next((number for number, layer in enumerate(_LAYERS) if trail.step.startswith(layer)), len(_LAYERS))
    found.extend((rank, origin) for origin in (trail.sources if trail.derived else (trail.origin,)))
    for part in trail.parts.values():
        _collect(part, found)


_LAYERS = ("environments.", "app.yaml", "team.yaml", "gitopsml.yaml")
