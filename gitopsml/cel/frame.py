"""The state of one evaluation: a list `[cost, limit, variable, variable, …]`, and the ways to charge to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from gitopsml.cel.errors import CostExceeded, EvaluationError

Frame: TypeAlias = list[Any]
Step: TypeAlias = Callable[[Frame], Any]  # a compiled node: frame -> value; raises EvaluationError

COST, LIMIT, FIRST_SLOT = 0, 1, 2


def charge(frame: Frame, cost: int) -> None:
    """Charge the cost of one step. Raises CostExceeded."""
    total = frame[0] + cost
    frame[0] = total
    if total > frame[1]:
        raise CostExceeded(cost=total)


def charge_units(frame: Frame, count: int) -> None:
    """Charge `count` steps of cost 1; as the reference looks after every step, it stops exactly one above the limit."""
    total = frame[0] + count
    if total > frame[1]:
        total = frame[1] + 1
        frame[0] = total
        raise CostExceeded(cost=total)
    frame[0] = total


def swallow(step: Step, frame: Frame, failed: Any) -> Any:
    """The value of a step that is evaluated although its call has failed already: only its cost matters."""
    try:
        return step(frame)
    except EvaluationError:
        return failed
