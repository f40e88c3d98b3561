"""A bound on work that cost does not see: deep equality, long concatenations, formatting of nested lists.

The reference implementation charges one unit of cost for some steps whose work is unbounded. Ours stops them, so that a
hostile expression ends in under a second and in bounded memory. One unit is about one copied character.
"""

from __future__ import annotations

import threading
from typing import Final

from gitopsml.cel.errors import CostExceeded

LIMIT: Final = 20_000_000
PER_ELEMENT: Final = 60  # looking at one element takes about as long as copying this many characters


class _Work(threading.local):
    left: int = LIMIT


_WORK = _Work()


def start() -> int:
    """Begin an evaluation with a full allowance; returns what was left of the one around it, for `resume`."""
    left = _WORK.left
    _WORK.left = LIMIT
    return left


def resume(left: int) -> None:
    """Go on with the allowance that `start` returned."""
    _WORK.left = left


def spend(units: int) -> None:
    """Account for work. Raises CostExceeded when the allowance of this evaluation is used up."""
    _WORK.left -= units
    if _WORK.left < 0:
        raise CostExceeded
