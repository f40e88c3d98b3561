"""What a policy saw (`Violation`), what the engine makes of it (`Finding`), and the whole outcome of a run (`Report`).

What a rule knows is a message and a pointer; the engine adds who, how bad, which file, which line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from gitopsml.model.origin import Origin
from gitopsml.model.pointer import Pointer
from gitopsml.model.resource import Resource, ResourceId


class Severity(Enum):
    """How bad a finding is; `OFF` policies are not executed."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    OFF = "off"

    @property
    def rank(self) -> int:
        """0 for error, growing as it matters less."""
        return ("error", "warning", "info", "off").index(self.value)


class Violation(NamedTuple):
    """What a policy saw: `message` says what to do (lower case, no full stop); `pointer` is the guilty field of the resource.

    `related` are further pointers of the same resource that a reader should see. `operands` explain the verdict for --explain:
    (text of a sub-expression, its value as text). `resource` says whose field it is, where a hook was given several; `origin` is
    for places that are in no resource (a kustomization, app.yaml).
    """

    message: str
    pointer: Pointer = ()
    related: tuple[Pointer, ...] = ()
    operands: tuple[tuple[str, str], ...] = ()
    resource: Resource | None = None
    origin: Origin | None = None


class Explained(NamedTuple):
    """Where a person can change the value of a generated field: in app.yaml, a cluster file, … ; `note` says how."""

    origin: Origin
    note: str = ""


class Location(NamedTuple):
    """A place in a file, only for printing. Lines and columns count from 1 (columns in code points); the end is exclusive."""

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1


class Step(NamedTuple):
    """One link of the chain "written here, overridden there": where, what stands there, and what happened there."""

    location: Location
    text: str  # the value as written there, one line, "" if there is none
    note: str  # "written here", "overridden here", "image set here", "from blueprint model-service@1", …


@dataclass(slots=True, frozen=True)
class Finding:
    """A violation with everything a person needs. `targets` are the paths of all targets in which it was seen, sorted."""

    policy: str
    severity: Severity
    message: str
    location: Location
    resource: ResourceId | None = None
    pointer: Pointer = ()
    targets: tuple[str, ...] = ()
    title: str = ""
    why: str = ""
    remedy: str = ""
    chain: tuple[Step, ...] = ()
    operands: tuple[tuple[str, str], ...] = ()
    suppressed: str = ""  # the reason given where the finding is allowed, "" while it is active
    origin: Origin | None = None


class Unevaluated(NamedTuple):
    """Input that could not be evaluated: a place, and what is wrong with it (exit code 3 unless listed as unchecked)."""

    location: Location
    message: str
    target: str = ""
    policy: str = ""  # the id of what could not be done: yaml-unreadable, kustomize-build-failed


class Unchecked(NamedTuple):
    """A target that was left out on purpose, with its reason."""

    path: str
    reason: str


@dataclass(slots=True, frozen=True)
class Report:
    """The outcome of a lint run, sorted by (path, line, column, policy)."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    unreadable: tuple[Unevaluated, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    targets: int = 0
    resources: int = 0
    policies: int = 0
    schemaless: tuple[tuple[str, int], ...] = ()  # kinds for which there is no schema, each with the number of its objects
    sources: dict[str, str] = field(default_factory=dict)  # path -> text, of the files that locations point into (for snippets)

    def count(self, severity: Severity) -> int:
        """How many active findings have this severity."""
        return sum(finding.severity is severity for finding in self.findings)


def sort_key(finding: Finding) -> tuple[Any, ...]:
    """The order of every output."""
    place = finding.location
    return (place.path, place.line, place.column, finding.policy, finding.message, finding.pointer.__repr__())


def sorted_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of every output."""
    return tuple(sorted(findings, key=sort_key))
