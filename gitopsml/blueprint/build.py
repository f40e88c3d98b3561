"""A blueprint and the scope of one environment -> objects with trails, broken rules, what others see, what `explain` shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitopsml.blueprint.expression import ABSENT, at
from gitopsml.blueprint.registry import Blueprint, Check, Template
from gitopsml.blueprint.scope import Scope
from gitopsml.blueprint.template import STEP, Node, as_text, each, holds
from gitopsml.model.origin import Trail
from gitopsml.model.pointer import Pointer
from gitopsml.model.resource import Resource, ResourceId


class Broken(NamedTuple):
    """A rule of the blueprint that the values break: the field of the values, and what to say."""

    field: Pointer
    message: str
    hint: str


class Explained(NamedTuple):
    """A derived value: what `explain` prints. `field` is the field of the spec that sets it by hand, () for none."""

    name: str
    value: str
    reason: str
    field: Pointer


def broken_rules(blueprint: Blueprint, scope: Scope) -> list[Broken]:
    """Every check that fails. Raises BlueprintError where a check itself is broken."""
    return [_broken(check, scope) for check in blueprint.part.checks if not _fine(check, scope)]


def _fine(check: Check, scope: Scope) -> bool:
    return (check.when is not None and not holds(check.when, scope)) or holds(check.rule, scope)


def _broken(check: Check, scope: Scope) -> Broken:
    return Broken(check.at, _text(check.message, scope), _text(check.hint, scope) if check.hint else "")


def _text(node: Node, scope: Scope) -> str:
    return as_text(node.render(scope).value, node.origin)


def provided(blueprint: Blueprint, scope: Scope) -> dict[str, Any]:
    """What other apps see of this one."""
    made = ((name, node.render(scope).value) for name, node in blueprint.provides.items())
    return {name: value for name, value in made if value is not ABSENT}


def objects(blueprint: Blueprint, scope: Scope) -> list[Resource]:
    """The objects, in the order of the templates. Raises BlueprintError for one without identity, or two with the same."""
    made: list[Resource] = []
    seen: set[ResourceId] = set()
    for template in blueprint.part.templates:
        for resource in _instances(template, scope):
            if resource.id in seen:
                raise at(template.resource.origin, f"{resource.id} is made twice ({scope.where})")
            seen.add(resource.id)
            made.append(resource)
    return made


def _instances(template: Template, scope: Scope) -> Iterator[Resource]:
    for inner in each(template.loops, scope):
        if template.condition is not None and not holds(template.condition, inner):
            continue
        data, trail = template.resource.render(inner)
        if data is ABSENT:
            continue
        resource = Resource(data, trail or Trail(template.resource.origin, step=STEP))
        if not (isinstance(data, dict) and resource.api_version and resource.kind and resource.name):
            raise at(template.resource.origin, f"the object has no apiVersion, kind or metadata.name ({scope.where})")
        yield resource


def explained(blueprint: Blueprint, scope: Scope) -> list[Explained]:
    """The derived values that have a reason, in the order of the blueprint."""
    rows: list[Explained] = []
    for name, entry in blueprint.part.derive.items():
        scope.need(name)
        if entry.reason is None or name not in scope.derived:
            continue
        value = _text(entry.shown, scope) if entry.shown else short(scope.derived[name])
        rows.append(Explained(name, value, _text(entry.reason, scope), entry.field))
    return rows


def short(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, str):
        return value
    import json

    return json.dumps(value, ensure_ascii=False)
