"""What every policy is, however it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from gitopsml.errors import UserError
from gitopsml.model.deployed import Deployed
from gitopsml.model.finding import Location, Severity, Violation
from gitopsml.model.resource import Resource
from gitopsml.policy.memo import Memo
from gitopsml.policy.subject import Subject

Options = Mapping[str, Any]


class Saw(NamedTuple):
    """What a check saw. `severity` and `policy` are set where they are not the policy's own: a binding's action, an engine id."""

    violation: Violation
    severity: Severity | None = None
    policy: str = ""


class Kind(NamedTuple):
    """The kind of an object, as policies choose by it; `pods`: it has pod views."""

    group: str
    version: str
    kind: str
    plural: str
    pods: bool = False


def _never(_: Kind) -> bool:
    return False


@dataclass(slots=True, frozen=True, eq=False)
class Policy:
    """One policy. Exactly one of the three hooks is there; `selects` belongs to `check` and is asked once for each kind.

    `options` maps each option's name to its JSON Schema. `path` is the file, as shown to people; `bound`: whether it does
    anything (a plain ValidatingAdmissionPolicy without a binding does not).
    """

    id: str
    title: str
    severity: Severity
    why: str
    remedy: str
    docs: str = ""
    topic: str = ""
    path: str = ""
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    form: str = "cel"  # "cel", "python" or "engine"
    selects: Callable[[Kind], bool] = _never
    check: Callable[[Subject, Deployed, Options], Iterator[Saw]] | None = None
    check_target: Callable[[Deployed, Options], Iterator[Saw]] | None = None
    check_repo: Callable[[list[Deployed], Options], Iterator[Saw]] | None = None
    bound: bool = True
    memo: Callable[[tuple[int, int]], Memo] | None = None  # where verdicts depend on the kind and what the memo sees alone

    def defaults(self) -> dict[str, Any]:
        """The options' default values."""
        return {name: schema["default"] for name, schema in self.options.items() if "default" in schema}


class Raw(NamedTuple):
    """A violation on its way to a finding: which policy, how bad, on which object (None: on none in particular).

    `place` is set where it is in a policy's own file.
    """

    policy: Policy
    severity: Severity
    violation: Violation
    resource: Resource | None
    place: Location | None = None


def place_of_error(error: UserError) -> Location:
    """Where an error is, for printing."""
    line, column = max(error.line, 1), max(error.column, 1)
    return Location(error.path, line, column, line, column)
