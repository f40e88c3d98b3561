"""What no policy file looks for: no-ops of kustomize, generated files that are not as generated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from gitopsml.kustomize import Build, Note
from gitopsml.kustomize.kustomization import NAMES
from gitopsml.lint.render import Noticed, failures
from gitopsml.model.finding import Location, Severity, Unevaluated
from gitopsml.model.target import Target

if TYPE_CHECKING:
    from gitopsml.provenance import Provenance

_NOTES: Final = {  # the others are called as the check that reports them
    "patch-document-ignored": "patch-documents-ignored",
    "patch-no-match": "patch-target-missing",
    "replacement-no-match": "replacement-target-missing",
    "image-no-match": "image-override-unused",
    "var-unused": "variable-unused",
    "env-line-too-long": "environment-line-ignored",
}
_SHARED: Final = ("patch-no-match", "replacement-no-match", "image-no-match")
_STATES: Final = {
    "stale": ("generated-file-stale", "this file is not what app.yaml says now; run gitopsml generate"),
    "edited": ("generated-file-edited", "this file was edited by hand; change app.yaml or local/, then run gitopsml generate"),
    "orphan": ("generated-file-stale", "nothing generates this file any more; run gitopsml generate"),
}


def no_ops(notes: Iterable[Note]) -> Iterator[Noticed]:
    """What kustomize passes over in silence. A Component may be meant for several overlays: there it is only worth a hint."""
    for note in notes:
        whole = note.origin.document.data
        shared = note.kind in _SHARED and isinstance(whole, dict) and whole.get("kind") == "Component"
        place = Location(note.origin.document.path)
        policy = _NOTES.get(note.kind, note.kind)
        yield Noticed(policy, note.message, place, note.origin, Severity.INFO if shared else None)


def empty(found: Build, target: Target) -> Iterator[Noticed]:
    """A kustomization that deploys nothing."""
    if not len(found.resources):
        folder = "" if target.path == "." else f"{target.path}/"
        own = next((folder + name for name in NAMES if folder + name in found.files), target.path)
        yield Noticed("target-empty", "this target deploys nothing; add resources, or remove it", Location(own))


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
