"""One mistake seen through three overlays is one finding with three targets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from gitopsml.model.finding import Finding


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of the same policy at the same origin with the same message, put together; the worst severity counts."""
    found: dict[tuple[Any, ...], list[Finding]] = {}
    for finding in findings:
        found.setdefault(_identity(finding), []).append(finding)
    return [_one(same) for same in found.values()]


def _identity(finding: Finding) -> tuple[Any, ...]:
    origin = finding.origin
    place: tuple[Any, ...] = (*finding.location[:3], finding.pointer)
    if origin is not None:
        place = (origin.document.path, origin.document.index, origin.pointer, *finding.location[1:3])
    return finding.policy, finding.message, place


def _one(same: list[Finding]) -> Finding:
    first = min(same, key=lambda finding: (finding.severity.rank, finding.targets))
    if len(same) == 1:
        return first
    targets = sorted({target for finding in same for target in finding.targets})
    return replace(first, targets=tuple(targets))
