"""The history of a field, for people: where its value was written, and what it overrode."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from gitopsml.model.finding import Location, Step
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import Pointer, exists, lookup
from gitopsml.model.resource import Resource
from gitopsml.yamlio import locate, source_line

_WIDTH = 60


def chain(resource: Resource, pointer: Pointer) -> tuple[Step, ...]:
    """The steps that led to the value at `pointer`, newest first; for a missing field, what removed it (() = nothing).

    The first step shows the value as it is deployed; the steps after it show what they wrote.
    """
    if exists(resource.data, pointer):
        value = lookup(resource.data, pointer)
        return tuple(_told(resource.trail.at(pointer), shown(value)))
    tomb = _tombstone(resource.trail, pointer)
    return tuple(_told(tomb, "")) if tomb is not None else ()


def history(trail: Trail) -> tuple[Step, ...]:
    """The steps of one trail, newest first."""
    return tuple(_told(trail, ""))


def location(origin: Origin) -> Location:
    """The place of an origin, for printing."""
    span = locate(origin.document, origin.pointer)
    return Location(origin.document.path, *span)


def shown(value: Any) -> str:
    """A value on one short line."""
    text = value if isinstance(value, str) and value and "\n" not in value else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"


def _told(trail: Trail, value: str) -> Iterator[Step]:
    """The steps; a place that says what an earlier step was made from is not told a second time as overridden."""
    told: set[tuple[Location, str]] = set()
    for step in _steps(trail, value):
        if (step.location, step.text) not in told:
            yield step
        told.add((step.location, step.text))


def _steps(trail: Trail, value: str) -> Iterator[Step]:
    for number, one in enumerate(trail.history()):
        text = "" if one.gone else value if number == 0 else _written(one)
        yield Step(location(one.origin), text, _note(one, first=number == 0))
        if one.derived:
            for source in one.sources:
                if source != one.origin:
                    yield Step(location(source), _at(source), "made from")


def _note(trail: Trail, *, first: bool) -> str:
    words = [trail.step] if trail.step else []
    if trail.gone:
        words.append("removed here")
    elif not first:
        words.append("overridden")
    elif not words:
        words.append("written here")
    return ", ".join(words)


def _written(trail: Trail) -> str:
    """What an older step wrote; nothing where that was computed and is not kept."""
    return "" if trail.derived else _at(trail.origin)


def _at(origin: Origin) -> str:
    document, pointer = origin
    if document.data is None:
        line = pointer[1] if len(pointer) == 2 and isinstance(pointer[1], int) else 0
        return shown(source_line(document.text, line).strip()) if line else ""
    return shown(lookup(document.data, pointer)) if exists(document.data, pointer) else ""


def _tombstone(trail: Trail, pointer: Pointer) -> Trail | None:
    """The trail of what removed the field, or a parent of it."""
    for key in pointer:
        if trail.gone:
            return trail
        if key not in trail.parts:
            return None
        trail = trail.parts[key]
    return trail if trail.gone else None
