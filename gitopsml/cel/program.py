"""A compiled expression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from gitopsml.cel import work
from gitopsml.cel.checked import Checked
from gitopsml.cel.compiler import Compiler
from gitopsml.cel.errors import CostExceeded, EvaluationError, Unknown, UnknownFailure
from gitopsml.cel.frame import Frame, Step
from gitopsml.cel.nodes import OPT_SELECT, Call, Literal, Node, Select, children
from gitopsml.cel.parser import Parsed
from gitopsml.cel.values import MISSING, ConcatList

PER_CALL: Final = 1_000_000
_LARGEST = 1_000_000
_Failure = TypeVar("_Failure", EvaluationError, CostExceeded)


class Program:
    """An expression that can be evaluated any number of times, from any thread; it keeps no state between evaluations."""

    def __init__(self, parsed: Parsed, checked: Checked, compiler: Compiler, step: Step) -> None:
        self.source = parsed.source
        self.root: Node = parsed.root
        self.checked = checked
        self.compiler = compiler
        self.step = step
        self.type = str(checked.types[parsed.root.id])
        self._spans = parsed.spans
        self._slots = tuple((slot, name) for name, slot in compiler.slots.items())

    def text_of(self, node: Node) -> str:
        """The text of a part of the expression; that of the macro for what a macro made."""
        start, end = self._spans.get(node.id, (0, len(self.source)))
        return self.source[start:end]

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables that the expression mentions, sorted."""
        return tuple(sorted(self.compiler.slots))

    @property
    def reads(self) -> tuple[tuple[str, ...], ...]:
        """The fields that the text of the expression names, as (variable, field, field, …), sorted; indices are left out.

        Variables of loops are not followed: `object.spec.xs.all(x, x.y)` reads object.spec.xs.
        """
        found: set[tuple[str, ...]] = set()
        waiting: list[Node] = [self.root]
        while waiting:
            node = waiting.pop()
            path = self._path(node)
            if path:
                found.add(path)
            else:
                waiting.extend(children(node))
        return tuple(sorted(found))

    def _path(self, node: Node) -> tuple[str, ...]:
        name = self.checked.names.get(node.id, "")
        if name.startswith("."):
            return (name[1:],)
        if isinstance(node, Select):
            base = self._path(node.operand)
            return (*base, node.field) if base else ()
        if isinstance(node, Call) and node.function == OPT_SELECT and isinstance(node.args[1], Literal):
            base = self._path(node.args[0])
            return (*base, node.args[1].value) if base else ()
        return ()

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
        outermost = work.start()
        try:
            value = self.step(frame)
            if type(value) is ConcatList:
                value = flat(value)
        except UnknownFailure as failure:
            return Unknown(str(failure)), frame[0] + self._lazy_cost(frame)
        except EvaluationError as error:
            raise self._costing(error, frame)  # noqa: B904 - the same error
        except CostExceeded as error:
            raise self._costing(error, frame)  # noqa: B904 - the same error
        except RecursionError:
            raise EvaluationError("the value is nested too deep") from None
        finally:
            work.end(outermost)
        return value, frame[0] + self._lazy_cost(frame)

    def _costing(self, error: _Failure, frame: Frame) -> _Failure:
        error.cost = frame[0] + self._lazy_cost(frame)
        return error

    def _lazy_cost(self, frame: Frame) -> int:
        """What was spent in bindings that evaluate programs of their own."""
        return sum(frame[slot].take_cost() for slot, _ in self._slots if hasattr(frame[slot], "take_cost"))


def flat(values: ConcatList) -> list[Any]:
    """A shared list as a plain one. Raises CostExceeded where it is too long to be copied."""
    if len(values) > _LARGEST:
        raise CostExceeded(f"the result has {len(values)} elements, more than {_LARGEST}")
    return list(values)
