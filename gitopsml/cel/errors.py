"""What can go wrong with an expression: when it is compiled, when it runs, when it costs too much.

::

    CelError
      x CompileError      every problem with its place: `.issues`
      x EvaluationError   the expression has no value: a missing key, an overflow, no such overload
      x CostExceeded      it was stopped: the budget of cost, or a bound on the work behind one step
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Issue(NamedTuple):
    """One problem of an expression; line and column count from 1, 0 where the problem has no place."""

    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.message}" if self.line else self.message


class CelError(Exception):
    """Base of all errors of this package."""


class CompileError(CelError):
    """The expression does not parse, does not type-check, or holds a literal that can never be right."""

    def __init__(self, issues: list[Issue]) -> None:
        super().__init__("; ".join(str(issue) for issue in issues))
        self.issues = issues


class EvaluationError(CelError):
    """The expression has no value on these bindings; `cost` is what was spent until then."""

    cost = 0


class CostExceeded(CelError):
    """The expression was stopped by its budget; `cost` is what was spent until then."""

    def __init__(self, message: str = "operation cancelled: actual cost limit exceeded", cost: int = 0) -> None:
        super().__init__(message)
        self.cost = cost


class UnknownFailure(EvaluationError):
    """A value that cannot be known here was needed; it travels like an error and ends as `Unknown`."""


class Unknown:
    """The result of an expression that depends on what cannot be known here, such as `authorizer`.

    Neither true nor false: callers must not read it as either, so it has no truth value.
    """

    __slots__ = ("reason",)

    def __init__(self, reason: str = "") -> None:
        self.reason = reason

    def __bool__(self) -> bool:
        raise TypeError("an unknown has no truth value; test with isinstance(value, Unknown)")

    def __repr__(self) -> str:
        return f"Unknown({self.reason!r})"


def no_such_overload(function: str = "", *arguments: Any) -> EvaluationError:
    """The error for values that no declaration of `function` takes; `arguments` are the names of their types."""
    if not function:
        return EvaluationError("no such overload")
    return EvaluationError(f"no such overload: {function}({', '.join(arguments)})")
