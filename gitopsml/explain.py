"""One app in one environment -> every value with its layer and place, every derived value with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitopsml.blueprint.build import Explained, explained, short
from gitopsml.blueprint.context import Instance
from gitopsml.blueprint.registry import Registry
from gitopsml.errors import UserError
from gitopsml.expand import Expanded, expand
from gitopsml.files import Files
from gitopsml.generate import bundled_registry
from gitopsml.model.config import Config
from gitopsml.model.origin import Trail
from gitopsml.model.pointer import Pointer, dotted
from gitopsml.model.words import did_you_mean
from gitopsml.spec import TEAM


class Layer(NamedTuple):
    """A value of one layer: what it is there, the layer's name, and `path:line` (of a blueprint's default: its schema)."""

    value: str
    layer: str
    place: str


class Value(NamedTuple):
    """A field of the merged values; `layers` begins with the one that counts, then come those that it overrode."""

    field: str
    layers: tuple[Layer, ...]


class Explanation(NamedTuple):
    """What `explain` prints."""

    app: str
    environment: str
    blueprint: str
    cluster: str
    namespace: str
    values: tuple[Value, ...]
    derived: tuple[Explained, ...]


def explain(files: Files, config: Config, app: str, environment: str, *, registry: Registry | None = None) -> Explanation:
    """Explain `team/app` (or an app's name where only one team has it, or a team's name). Raises UserError for unknown ones."""
    expanded = expand(files, config, registry or bundled_registry())
    one = _find(expanded, app, environment)
    values = tuple(Value(dotted(field), tuple(_layers(trail, value))) for field, value, trail in _leaves(one))
    derived = tuple(explained(one.blueprint, one.scope))
    app_key = one.spec.app.team if one.spec.app.app == TEAM else one.spec.app.key
    return Explanation(app_key, environment, str(one.blueprint), one.cluster.name, one.namespace, values, derived)


def _find(expanded: Expanded, app: str, environment: str) -> Instance:
    keys = [spec.key for spec in expanded.specs]
    matching = [key for key in keys if key in (app, f"{app}/{TEAM}")] or [key for key in keys if key.endswith(f"/{app}")]
    if not matching:
        raise UserError(f"there is no app {app}", hint=did_you_mean(app, [key.removesuffix(f"/{TEAM}") for key in keys]))
    if len(matching) > 1:
        raise UserError(f"several teams have an app {app}", hint=f"say which: {', '.join(matching)}")
    known = [name for key, name in expanded.instances if key == matching[0]]
    if environment not in known:
        raise UserError(f"{app} is not deployed in {environment}", hint=did_you_mean(environment, known))
    return expanded.instances[matching[0], environment]


def _leaves(one: Instance) -> Iterator[tuple[Pointer, Any, Trail]]:
    order = {name: number for number, name in enumerate(one.blueprint.schema.properties(()))}
    for name in sorted(one.spec.values, key=lambda name: order.get(name, len(order))):
        for field, value in _fields(one.spec.values[name], (name,)):
            yield field, value, one.spec.trail.at(field)


def _fields(value: Any, field: Pointer) -> Iterator[tuple[Pointer, Any]]:
    """Maps are opened, lists are values."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _fields(inner, (*field, key))
    else:
        yield field, value


def _layers(trail: Trail, value: Any) -> Iterator[Layer]:
    from gitopsml.model.pointer import lookup
    from gitopsml.yamlio import locate

    for number, one in enumerate(trail.history()):
        document, pointer = one.origin
        there = value if number == 0 else lookup(document.data, pointer)
        yield Layer(short(there), one.step or "app.yaml", f"{document.path}:{locate(document, pointer).line}")
