"""One compiled policy on one object: skipped, admitted, or refused, as the API server decides (facts: cel-and-vap §1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from gitopsml.cel import CelError, CostExceeded, EvaluationError, Program, Unknown
from gitopsml.policy.compiled import Compiled, Judged
from gitopsml.policy.podvars import Reserved, Variables
from gitopsml.policy.vap import Expression

PER_EXPRESSION: Final = 1_000_000
PER_BINDING: Final = 10_000_000
PER_CONDITIONS: Final = 2_500_000
_LONGEST_MESSAGE: Final = 5 * 1024
_OVER_BUDGET: Final = "validation failed due to running out of cost budget, no further validation rules will be run"


class Decision(NamedTuple):
    """One refusal. `kind` is "deny" (false), "error" (no value), "audit" (an audit annotation without value), or "unknown".

    Unknown is what depends on something that cannot be known here.

    `judged` is the validation behind it, None for match conditions and the like.
    """

    kind: str
    message: str
    judged: Judged | None = None


class Verdict(NamedTuple):
    """`matched`: the match conditions let the policy look. `decisions` () admits. `bindings` are kept for blame."""

    matched: bool
    decisions: tuple[Decision, ...]
    bindings: Mapping[str, Any]


SKIPPED: Final = Verdict(matched=False, decisions=(), bindings={})


class Judge:
    """The evaluation of one policy on one object (or one of its pod views), with one set of params."""

    def __init__(self, compiled: Compiled, base: Mapping[str, Any], params: Any, reserved: Reserved | None = None) -> None:
        self.compiled = compiled
        self.left = PER_BINDING
        self.bindings = {**base, "params": params}
        self._variables: Variables | None = None
        if compiled.reads_variables:
            self._variables = Variables(compiled.variables, self.bindings, reserved)
            self.bindings["variables"] = self._variables

    def verdict(self) -> Verdict:
        """All decisions, in order: match conditions, validations, audit annotations."""
        refused = self._conditions()
        if refused is None:
            return SKIPPED
        if refused:
            return Verdict(True, tuple(refused), self.bindings)
        decisions: list[Decision] = []
        for judged in self.compiled.judged:
            decision = self._validation(judged)
            if decision is not None:
                decisions.append(decision)
                if decision.message == _OVER_BUDGET:
                    return Verdict(True, tuple(decisions), self.bindings)
        decisions.extend(self._annotations())
        return Verdict(True, tuple(decisions), self.bindings)

    def close(self) -> None:
        """Let go of what the variables hold: they hold each other, and the collector would have to find that out."""
        if self._variables is not None:
            self._variables.bindings = {}

    def _conditions(self) -> list[Decision] | None:
        """None: one is false. Else the error that they end in together, or []."""
        errors: list[str] = []
        unknown: list[str] = []
        left = PER_CONDITIONS
        for expression, program in self.compiled.conditions:
            try:
                value, cost = program.evaluate_with_cost(self.bindings, min(PER_EXPRESSION, left))
            except (EvaluationError, CostExceeded) as error:
                left -= error.cost
                if left <= 0:
                    return [Decision("error", _OVER_BUDGET)]
                errors.append(_failed(expression, error))
                continue
            left -= cost
            if isinstance(value, Unknown):
                unknown.append(_unknown(expression, value))
            elif value is not True:
                return None
        if errors:
            return [Decision("error", errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]")]
        return [Decision("unknown", unknown[0])] if unknown else []

    def _validation(self, judged: Judged) -> Decision | None:
        expression = judged.validation.expression
        try:
            value = self._evaluate(judged.program)
        except (EvaluationError, CostExceeded) as error:
            return Decision("error", _OVER_BUDGET if self.left <= 0 else _failed(expression, error), judged)
        if isinstance(value, Unknown):
            return Decision("unknown", _unknown(expression, value), judged)
        return None if value is True else Decision("deny", self._message(judged), judged)

    def _evaluate(self, program: Program) -> Any:
        try:
            value, cost = program.evaluate_with_cost(self.bindings, min(PER_EXPRESSION, self.left))
        except (EvaluationError, CostExceeded) as error:
            self.left -= error.cost
            raise
        self.left -= cost
        return value

    def _message(self, judged: Judged) -> str:
        if judged.message is not None:
            try:
                value = self._evaluate(judged.message)
            except CelError:
                value = None
            text = value.strip() if isinstance(value, str) else ""
            if text and "\n" not in text and len(text.encode()) <= _LONGEST_MESSAGE:
                return text
        return judged.validation.message.strip() or f"failed expression: {judged.validation.expression.text.strip()}"

    def _annotations(self) -> list[Decision]:
        """Nothing is written here, but an error in a value denies like any other."""
        decisions: list[Decision] = []
        for expression, program in self.compiled.annotations:
            try:
                value = self._evaluate(program)
            except (EvaluationError, CostExceeded) as error:
                decisions.append(Decision("audit", _failed(expression, error)))
                continue
            if isinstance(value, Unknown):
                decisions.append(Decision("unknown", _unknown(expression, value)))
        return decisions


def _failed(expression: Expression, error: CelError) -> str:
    return f"expression '{expression.text}' resulted in error: {error}"


def _unknown(expression: Expression, value: Unknown) -> str:
    return f"expression '{expression.text}' needs what cannot be known here: {value.reason}"
