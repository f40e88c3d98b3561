"""A compiled expression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gitopsml.cel import work
from gitopsml.cel.checker import Checked
from gitopsml.cel.compiler import Compiler
from gitopsml.cel.errors import CostExceeded, EvaluationError, Unknown, UnknownFailure
from gitopsml.cel.frame import Frame, Step
from gitopsml.cel.nodes import Node
from gitopsml.cel.parser import Parsed
from gitopsml.cel.values import MISSING, ConcatList

PER_CALL: Final = 1_000_000
_LARGEST = 1_000_000


class Program:
    """An expression that can be evaluated any number of times, from any thread; it keeps no state between evaluations."""

    def __init__(self, parsed: Parsed, checked: Checked, compiler: Compiler, step: Step) -> None:
        self.source = parsed.source
        self.root: Node = parsed.root
        self.checked = checked
        self.compiler = compiler
        self.step = step
        self.type = str(checked.types[parsed.root.id])
        self._slots = tuple((slot, name) for name, slot in compiler.slots.items())

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables that the expression mentions, sorted."""
        return tuple(sorted(self.compiler.slots))

    def frame(self, bindings: Mapping[str, Any], budget: int) -> Frame:
        """A fresh state of evaluation."""
        frame: Frame = [None] * self.compiler.size
        frame[0], frame[1] = 0, budget
        for slot, name in self._slots:
            frame[slot] = bindings.get(name, MISSING)
        return frame

    def evaluate(self, bindings: Mapping[str, Any], budget: int = PER_CALL) -> Any:
        """The value on these bindings: Python's own where CEL's value is one, else a class of `values` or a library.

        An expression that depends on what cannot be known gives an `Unknown`. Values are shared with `bindings`: do not
        change them. Raises EvaluationError and CostExceeded.
        """
        return self.evaluate_with_cost(bindings, budget)[0]

    def evaluate_with_cost(self, bindings: Mapping[str, Any], budget: int = PER_CALL) -> tuple[Any, int]:
        """The value and what it cost. Errors carry the cost until then as `.cost`."""
        frame = self.frame(bindings, budget)
        outer = work.start()
        try:
            value = self.step(frame)
            if type(value) is ConcatList:
                value = flat(value)
        except UnknownFailure as failure:
            return Unknown(str(failure)), frame[0]
        except EvaluationError as error:
            error.cost = frame[0]
            raise
        except CostExceeded as error:
            error.cost = frame[0]
            raise
        except RecursionError:
            raise EvaluationError("the value is nested too deep") from None
        finally:
            work.resume(outer)
        return value, frame[0]


def flat(values: ConcatList) -> list[Any]:
    """A shared list as a plain one. Raises CostExceeded where it is too long to be copied."""
    if len(values) > _LARGEST:
        raise CostExceeded(f"the result has {len(values)} elements, more than {_LARGEST}")
    return list(values)
