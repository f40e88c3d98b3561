"""The `variables` of a policy: expressions under names, evaluated when they are first read, once each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitopsml.cel.errors import CostExceeded, EvaluationError, Unknown, UnknownFailure
from gitopsml.cel.program import PER_CALL, Program


class LazyVariables(Mapping[str, Any]):
    """A map to bind as `variables`; programs see `bindings` and, under `name`, this map itself.

    `Program.evaluate_with_cost` adds what an evaluation caused here. A
    variable that fails makes every expression that reads it fail, with the message of the API server.
    """

    def __init__(self, programs: Mapping[str, Program], bindings: Mapping[str, Any], name: str = "variables") -> None:
        self.programs = programs
        self.bindings = {**bindings, name: self}
        self._settled = 0  # cost that evaluations have taken
        self._pending = 0  # and not yet taken
        self._values: dict[str, Any] = {}
        self._running: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        if key not in self._values:
            if key in self._running:
                raise EvaluationError(f'composited variable "{key}" fails to evaluate: it reads itself')
            self._running.add(key)
            self._values[key] = self._evaluate(key)
            self._running.discard(key)
        value = self._values[key]
        if isinstance(value, EvaluationError):
            raise value
        return value

    def _evaluate(self, key: str) -> Any:
        program = self.programs[key]
        try:
            value, cost = program.evaluate_with_cost(self.bindings, PER_CALL)
        except (EvaluationError, CostExceeded) as error:
            self._pending += error.cost
            return EvaluationError(f'composited variable "{key}" fails to evaluate: {error}')
        self._pending += cost
        return UnknownFailure(value.reason) if isinstance(value, Unknown) else value

    def take_cost(self) -> int:
        """What was spent since this was last asked; a variable that reads another one takes it into its own cost."""
        taken, self._pending = self._pending, 0
        if not self._running:
            self._settled += taken
        return taken

    @property
    def cost(self) -> int:
        """What the variables have cost so far, each once."""
        return self._settled + self._pending

    def __contains__(self, key: object) -> bool:
        return key in self.programs

    def __iter__(self) -> Iterator[str]:
        return iter(self.programs)

    def __len__(self) -> int:
        return len(self.programs)
