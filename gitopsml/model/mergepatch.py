"""JSON Merge Patch (RFC 7386) that keeps the trails: layers of values over each other, and where each value was written.

Maps merge deeply, lists and scalars replace, `null` removes. Used for provider data below a cluster file, and for the layers of
an app's values (blueprint default, defaults of gitopsml.yaml, app.yaml, its environment).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from gitopsml.model.origin import Origin, Trail
from gitopsml.yamlio import Document


class Traced(NamedTuple):
    """Plain data and the trail of its root."""

    data: Any
    trail: Trail


def traced(document: Document) -> Traced:
    """The content of a document, written where it stands."""
    return Traced(document.data, Trail(Origin(document)))


def merge_patch(target: Traced, patch: Traced, step: str = "") -> Traced:
    """`patch` over `target`; neither is changed. `step` names the layer in the trails of what the patch put there.

    The merged value's trail leads to the patch where it spoke and remembers what it overrode; a value that a null removed stays
    in the trail as a tombstone. The root is a value like any other: a patch that is not a map replaces it.
    """
    data, trail = target
    if not isinstance(patch.data, dict):
        return Traced(patch.data, _over(trail, patch.trail, step))
    if not isinstance(data, dict):
        made = _without_nulls(patch, step)
        return Traced(made.data, replace(made.trail, overrode=trail))
    merged, parts = dict(data), dict(trail.parts)
    for key, value in patch.data.items():
        part = patch.trail.part(key)
        if value is None:
            merged.pop(key, None)
            parts[key] = replace(_over(_known(data, trail, key), part, step), gone=True)
        elif key in data:
            merged[key], parts[key] = merge_patch(Traced(data[key], trail.part(key)), Traced(value, part), step)
        else:
            merged[key], parts[key] = _without_nulls(Traced(value, part), step)
            parts[key] = replace(parts[key], overrode=trail.parts.get(key))
    return Traced(merged, replace(trail, parts=parts))


def _known(data: dict[str, Any], trail: Trail, key: str) -> Trail | None:
    """The trail of a key that has a value or had one, else None."""
    return trail.part(key) if key in data else trail.parts.get(key)


def _over(before: Trail | None, now: Trail, step: str) -> Trail:
    return replace(now, step=step or now.step, overrode=before)


def _without_nulls(patch: Traced, step: str) -> Traced:
    """A value that meets nothing to merge with: its nulls have nothing to remove (RFC 7386 §2) and stay as tombstones."""
    trail = replace(patch.trail, step=step or patch.trail.step)
    if not isinstance(patch.data, dict):
        return Traced(patch.data, trail)
    data, parts = {}, dict(trail.parts)
    for key, value in patch.data.items():
        part = trail.part(key)
        if value is None:
            parts[key] = replace(part, gone=True)
            continue
        made = _without_nulls(Traced(value, part), step)
        data[key] = made.data
        if made.trail.parts or key in parts:
            parts[key] = made.trail
    return Traced(data, replace(trail, parts=parts))
