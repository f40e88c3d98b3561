"""A bound on work that cost does not see: deep equality, long concatenations, formatting of nested lists.

The reference implementation charges one unit of cost for some steps whose work is unbounded. Ours stops them, so that a
hostile expression ends in under a second and in bounded memory. One unit is about one copied character.
"""

from __future__ import annotations

import threading
from typing import Final

from gitopsml.cel.errors import CostExceeded

LIMIT: Final = 20_000_000
PER_ELEMENT: Final = 100  # looking at one element takes about as long as copying this many characters


class _Work(threading.local):
    left: int | None = None  # None outside evaluations


_WORK = _Work()


def start() -> bool:
    """Begin an evaluation, with a full allowance unless it is part of another one; returns whether it is the outermost."""
    outermost = _WORK.left is None
    if outermost:
        _WORK.left = LIMIT
    return outermost


def end(outermost: bool) -> None:
    """End an evaluation, with what `start` returned."""
    if outermost:
        _WORK.left = None


def spend(units: int) -> None:
    """Account for work. Raises CostExceeded when the allowance of the evaluation is used up; free outside evaluations."""
    if _WORK.left is not None:
        _WORK.left -= units
        if _WORK.left < 0:
            raise CostExceeded
