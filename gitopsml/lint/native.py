"""What no policy file looks for: schemas of Kubernetes kinds, no-ops of kustomize, generated files that are not as generated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from gitopsml.kustomize import Note
from gitopsml.lint.render import Noticed, failures
from gitopsml.model.deployed import Deployed
from gitopsml.model.finding import Location, Severity, Unevaluated, Violation
from gitopsml.model.target import Target
from gitopsml.policy import BUILTIN, Raw
from gitopsml.schemas.kubernetes import check

if TYPE_CHECKING:
    from gitopsml.provenance import Provenance

_NOTES: Final = {
    "patch-document-ignored": "patch-documents-ignored",
    "patch-no-match": "patch-target-missing",
    "replacement-no-match": "replacement-target-missing",
    "image-no-match": "image-override-unused",
    "var-unused": "variable-unused",
}
_SCHEMAS: Final = {"schema-missing": "api-unknown"}
_STATES: Final = {
    "stale": ("generated-file-stale", "this file is not what app.yaml says now; run gitopsml generate"),
    "edited": ("generated-file-edited", "this file was edited by hand; change app.yaml or local/, then run gitopsml generate"),
    "orphan": ("generated-file-stale", "nothing generates this file any more; run gitopsml generate"),
}


def schema_problems(deployed: Deployed) -> Iterator[Raw]:
    """Objects that the API server of the target's Kubernetes version refuses, or reads otherwise than they are written."""
    release = ".".join(map(str, deployed.target.kubernetes))
    for resource in deployed:
        for problem in check(resource.data, release):
            policy = BUILTIN[_SCHEMAS.get(problem.kind, problem.kind)]
            message = f"{problem.message}; {problem.hint}" if problem.hint else problem.message
            yield Raw(policy, policy.severity, Violation(message, problem.pointer), resource)


def no_ops(notes: Iterable[Note]) -> Iterator[Noticed]:
    """What kustomize passes over in silence. A Component may be meant for several overlays: there it is only worth a hint."""
    for note in notes:
        whole = note.origin.document.data
        shared = isinstance(whole, dict) and whole.get("kind") == "Component"
        place = Location(note.origin.document.path)
        yield Noticed(_NOTES[note.kind], note.message, place, note.origin, Severity.INFO if shared else None)


def not_as_generated(provenance: Provenance, paths: Iterable[str]) -> Iterator[Noticed]:
    """Generated files that are stale, edited or orphaned."""
    for path in sorted(paths):
        found = _STATES.get(provenance.state(path))
        if found is not None:
            yield Noticed(found[0], found[1], Location(path, 1, 1, 1, 1))


def spec_failures(provenance: Provenance, target: Target) -> Iterator[Unevaluated]:
    """Specs that are wrong: nobody can say whether what was generated from them is still right."""
    if provenance.problem is not None:
        yield from (one._replace(target="") for one in failures(provenance.problem, target.path, target, "spec-invalid"))


def without_echo(refused: list[Raw], seen: Iterable[Raw]) -> Iterator[Raw]:
    """What the schema refuses and what policies see; that a policy has no value on a refused object says nothing new."""
    objects = {id(raw.resource) for raw in refused if raw.policy.id == "schema-invalid"}
    yield from refused
    for raw in seen:
        if raw.policy.id != "policy-not-evaluable" or id(raw.resource) not in objects:
            yield raw
