"""A refusal -> violations: one for each guilty container or rule, at the field that made the expression false."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gitopsml.cel.blame import Blame, blame
from gitopsml.cel.library.quantity import Quantity
from gitopsml.cel.values import Duration, Timestamp
from gitopsml.model.chain import shown
from gitopsml.model.finding import Violation
from gitopsml.model.pointer import Pointer
from gitopsml.model.workload import PodView
from gitopsml.policy.judge import Decision
from gitopsml.policy.podvars import placed

_PLAIN: Final = (str, int, float, list, dict, type(None))
_SHOWN: Final = (*_PLAIN, Quantity, Duration, Timestamp)


def violations(decision: Decision, bindings: Mapping[str, Any], view: PodView | None) -> Iterator[Violation]:
    """What a decision means for the object, sorted by place; at least one violation."""
    whole = view.pointer if view else ()
    if decision.kind != "deny" or decision.judged is None:
        yield Violation(decision.message, whole)
        return
    found: dict[tuple[Pointer, ...], tuple[tuple[str, str], ...]] = {}
    reasons = [(_places(reason, view), _operands(reason)) for reason in blame(decision.judged.program, bindings)]
    for places, operands in reasons:
        found.setdefault(places or (whole,), operands)
    if len(found) > 1:
        found.pop((whole,), None)  # what is not in the object explains nothing beside what is
    for places, operands in sorted(found.items(), key=str) or [((whole,), ())]:
        yield Violation(decision.message, places[0], places[1:], operands)


def _places(reason: Blame, view: PodView | None) -> tuple[Pointer, ...]:
    """The guilty field and those it was compared with, as far as they are in the object."""
    found = (placed(variable, path, view) for variable, path in reason.pointers)
    places = list(dict.fromkeys(place for place in found if place is not None))
    if view is not None:  # the container is guilty, the pod only did not make up for it
        roots = [container.pointer for container in view.all_containers]
        places.sort(key=lambda place: not any(place[: len(root)] == root for root in roots))
    return tuple(places)


def _operands(reason: Blame) -> tuple[tuple[str, str], ...]:
    return tuple((text, _shown(value)) for text, value in reason.operands if isinstance(value, _SHOWN))


def _shown(value: Any) -> str:
    return shown(value if isinstance(value, _PLAIN) else str(value))
