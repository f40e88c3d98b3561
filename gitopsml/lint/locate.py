"""Violation -> finding: pointer -> trail -> origin -> line and column, for what was found only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from gitopsml.errors import UserError
from gitopsml.lint.render import Noticed
from gitopsml.model.chain import chain
from gitopsml.model.finding import Explained, Finding, Location, Severity, Step
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import Pointer, exists, lookup
from gitopsml.model.resource import Resource
from gitopsml.model.target import Target
from gitopsml.policy import BUILTIN, Policy, Raw, Selection
from gitopsml.yamlio import locate

Explain = Callable[[Target, Resource, Pointer], Explained | None]
_KIND: Final = ("kind",)


class Place(NamedTuple):
    """Where a finding is, and how the value came there; `remedy` says what to do where it is not the policy's own."""

    location: Location
    origin: Origin | None = None
    steps: tuple[Step, ...] = ()
    remedy: str = ""


class Locator:
    """Makes findings. `explain` leads from a field of a generated file to where a person writes it."""

    def __init__(self, selection: Selection, explain: Explain | None = None) -> None:
        self.selection = selection
        self.explain = explain

    def findings(self, raws: Iterator[Raw], target: Target) -> Iterator[Finding]:
        """The findings of one target."""
        for raw in raws:
            finding = self._finding(raw, target)
            if finding is not None:
                yield finding

    def noticed(self, noticed: Iterable[Noticed], target: Target) -> Iterator[Finding]:
        """What the reader or renderer saw, as findings."""
        for one in noticed:
            policy = BUILTIN[one.policy]
            place = Place(location(one.origin), one.origin) if one.origin else Place(one.location)
            finding = self._made(policy, policy.severity, one.message, place, target)
            if finding is not None:
                yield finding

    def problems(self, errors: Iterable[UserError]) -> Iterator[Finding]:
        """What is wrong with the policies' own files."""
        policy = BUILTIN["policy-invalid"]
        for error in errors:
            for one in getattr(error, "errors", [error]):
                place = Location(one.path, max(one.line, 1), max(one.column, 1), max(one.line, 1), max(one.column, 1))
                message = f"{one.what}; {one.hint}" if one.hint else one.what
                finding = self._made(policy, policy.severity, message, Place(place), Target(one.path))
                if finding is not None:
                    yield replace(finding, targets=())

    def _finding(self, raw: Raw, target: Target) -> Finding | None:
        violation, resource = raw.violation, raw.resource
        if violation.origin is not None:
            place = Place(location(violation.origin), violation.origin)
        elif resource is not None:
            place = self._place(resource, violation.pointer, target)
        else:
            place = Place(Location(raw.policy.path or target.path))
        finding = self._made(raw.policy, raw.severity, violation.message, place, target)
        if finding is None or resource is None:
            return finding
        return replace(finding, resource=resource.id, pointer=violation.pointer, operands=violation.operands)

    def _made(self, policy: Policy, severity: Severity, message: str, place: Place, target: Target) -> Finding | None:
        final = self.selection.final(policy, severity, target, place.location.path)
        if final is Severity.OFF:
            return None
        return Finding(
            policy=policy.id,
            severity=final,
            message=message,
            location=place.location,
            targets=(target.path,),
            title=policy.title,
            why=policy.why,
            remedy=place.remedy or policy.remedy,
            chain=place.steps,
            origin=place.origin,
        )

    def _place(self, resource: Resource, pointer: Pointer, target: Target) -> Place:
        steps = chain(resource, pointer) if pointer else ()
        trail = resource.trail.at(pointer or _KIND)
        if pointer and not exists(resource.data, pointer):
            place = Place(steps[0].location, trail.origin, steps) if steps else _nearest(resource, pointer)
        else:
            place = Place(location(trail.origin), trail.origin, steps)
        found = self.explain(target, resource, pointer) if self.explain else None
        if found is None:
            return place
        step = Step(location(found.origin), "", "set here")
        return Place(
            step.location, found.origin, (step, *(place.steps or (Step(place.location, "", "generated here"),))), found.note
        )


def _nearest(resource: Resource, pointer: Pointer) -> Place:
    """A missing field is missing in its nearest parent that exists."""
    while pointer and not exists(resource.data, pointer):
        pointer = pointer[:-1]
    trail: Trail = resource.trail.at(pointer or _KIND)
    return Place(location(trail.origin), trail.origin)


def location(origin: Origin) -> Location:
    """Where an origin is shown: a scalar at itself, a map or list at its key, a missing field at its nearest parent's key."""
    document, pointer = origin
    if document.data is None:
        return Location(document.path, *locate(document, pointer))
    while pointer and not exists(document.data, pointer):
        pointer = pointer[:-1]
    whole = isinstance(lookup(document.data, pointer), dict | list)
    return Location(document.path, *locate(document, pointer, key=whole and bool(pointer)))
