"""Violation -> finding: pointer -> trail -> origin -> line and column, for what was found only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from gitopsml.errors import UserError
from gitopsml.lint.render import Noticed
from gitopsml.model.finding import Explained, Finding, Location, Severity, Step
from gitopsml.model.place import Place, location_of, place_of
from gitopsml.model.pointer import Pointer
from gitopsml.model.resource import Resource
from gitopsml.model.target import Target
from gitopsml.policy import BUILTIN, Policy, Raw, Selection

Explain = Callable[[Target, Resource, Pointer], Explained | None]


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
            place = Place(location_of(one.origin), one.origin) if one.origin else Place(one.location)
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
        remedy = ""
        if violation.origin is not None:
            place = Place(location_of(violation.origin), violation.origin)
        elif resource is not None:
            place, remedy = self._place(resource, violation.pointer, target)
        else:
            place = Place(Location(raw.policy.path or target.path))
        finding = self._made(raw.policy, raw.severity, violation.message, place, target)
        if finding is not None and remedy:
            finding = replace(finding, remedy=remedy)
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
            remedy=policy.remedy,
            chain=place.steps,
            origin=place.origin,
        )

    def _place(self, resource: Resource, pointer: Pointer, target: Target) -> tuple[Place, str]:
        """The place of a field, and how to change it where that is said."""
        place = place_of(resource, pointer)
        found = self.explain(target, resource, pointer) if self.explain else None
        if found is None:
            return place, ""
        step = Step(location_of(found.origin), "", "set here")
        steps = (step, *(place.steps or (Step(place.location, "", "generated here"),)))
        return Place(step.location, found.origin, steps), found.note
