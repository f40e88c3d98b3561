"""Target -> what it deploys, and what is wrong with its text. What cannot be evaluated is listed, never raised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gitopsml.argocd.application import names_path
from gitopsml.errors import UserError, YamlError
from gitopsml.files import Files
from gitopsml.kustomize import Build, Cache, Note, build
from gitopsml.kustomize.kustomization import NAMES
from gitopsml.model.finding import Location, Severity, Unevaluated
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.place import location_of
from gitopsml.model.resource import Resource, ResourceSet
from gitopsml.model.target import Target, TargetKind
from gitopsml.policy.record import place_of_error
from gitopsml.yamlio import Document, Problem, read

STDIN: Final = "-"
_IDS: Final = {
    "duplicate-key": "yaml-duplicate-key",
    "unknown-tag": "yaml-unknown-tag",
    "byte-order-mark": "yaml-encoding",
    "encoding": "yaml-encoding",
    "ambiguous-scalar": "yaml-ambiguous-scalar",
    "ambiguous-merge": "yaml-ambiguous-scalar",
    "trailing-content": "yaml-trailing-content",
}


class Noticed(NamedTuple):
    """Something that the reader or renderer saw: the id of the check, what, and where."""

    policy: str
    message: str
    location: Location
    origin: Origin | None = None
    severity: Severity | None = None  # where it is not that of the check


@dataclass(slots=True)
class Rendered:
    """One target: everything it deploys, or why it could not be evaluated. `files` are all paths that were read for it."""

    target: Target
    resources: ResourceSet = field(default_factory=ResourceSet)
    noticed: list[Noticed] = field(default_factory=list)
    failures: list[Unevaluated] = field(default_factory=list)
    files: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()
    built: Build | None = None  # of a kustomization that builds


class Renderer:
    """Renders targets of one repository; files and bases are shared between them."""

    def __init__(self, files: Files, version: str) -> None:
        self.files = files
        self.version = version
        self.cache = Cache()
        self._noticed: dict[str, list[Noticed]] = {}

    def render(self, target: Target) -> Rendered:
        """Build a kustomization, or read the manifests of a folder, a file or standard input."""
        if target.kind is TargetKind.KUSTOMIZATION:
            return self._built(target)
        rendered = Rendered(target, files=frozenset(target.files or (STDIN,)))
        resources = [resource for path in sorted(rendered.files) for resource in self._manifests(path, rendered)]
        rendered.resources = ResourceSet(resources)
        return rendered

    def _built(self, target: Target) -> Rendered:
        if target.application and self._is_missing(target.path):
            return Rendered(target, failures=[self._nowhere(target)])
        try:
            found = build(self.files, target.path, cache=self.cache, version=self.version)
        except UserError as error:
            path = target.path if target.path != "." else ""
            id_ = "yaml-unreadable" if isinstance(error, YamlError) else getattr(error, "check", "") or "kustomize-build-failed"
            return Rendered(target, failures=list(failures(error, path, target, id_)))
        rendered = Rendered(target, found.resources, files=found.files, notes=found.notes, built=found)
        for path in sorted(found.files):
            if path.rpartition("/")[2] in NAMES:
                rendered.noticed.extend(self._text_of(path))
        return rendered

    def _is_missing(self, path: str) -> bool:
        try:
            return self.files.kind(path) == "missing"
        except UserError:
            return False  # the build says what is wrong with it

    def _nowhere(self, target: Target) -> Unevaluated:
        """An Argo CD object that deploys a folder that does not exist, at the line that names it."""
        message = f"there is no folder {target.path}; correct the path, or remove the Application"
        for document in read(self.files.read(target.application), target.application).documents:
            pointer = names_path(document.data, target.path)
            if pointer is not None:
                place = location_of(Origin(document, pointer))
                return Unevaluated(place, message, target.path, "kustomize-build-failed")
        return Unevaluated(Location(target.application), message, target.path, "kustomize-build-failed")

    def _text_of(self, path: str) -> list[Noticed]:
        """Problems of a kustomization file, which kustomize builds in silence (of manifests it refuses them)."""
        known = self._noticed.get(path)
        if known is None:
            problems = read(self.files.read(path), path, single=True).problems
            known = self._noticed[path] = [_noticed(problem, path) for problem in problems]
        return known

    def _manifests(self, path: str, rendered: Rendered) -> Iterator[Resource]:
        shown = "<stdin>" if path == STDIN else path
        try:
            stream = read(self.files.read(path), shown)
        except UserError as error:
            rendered.failures.extend(failures(error, shown, rendered.target, "yaml-unreadable"))
            return
        found = [one for document in stream.documents for one in _objects(document, rendered)]
        if found or rendered.target.kind is not TargetKind.FOLDER:
            rendered.noticed.extend(_noticed(problem, shown) for problem in stream.problems)
        yield from found


def failures(error: UserError, path: str, target: Target, id_: str) -> Iterator[Unevaluated]:
    """An error -> what could not be evaluated, at its place."""
    for one in getattr(error, "errors", [error]):
        place = place_of_error(one)._replace(path=one.path or path)
        yield Unevaluated(place, f"{one.what}; {one.hint}" if one.hint else one.what, target.path, id_)


def _noticed(problem: Problem, path: str) -> Noticed:
    message = problem.message
    if problem.related_line and str(problem.related_line) not in message:
        message += f" (first in line {problem.related_line})"
    place = Location(path, problem.line, problem.column, problem.line, problem.column)
    return Noticed(_IDS[problem.kind], message, place)


def _objects(document: Document, rendered: Rendered) -> Iterable[Resource]:
    """The objects of a document: itself, or the items of a List. What is no object at all is no manifest."""
    data = document.data
    if not isinstance(data, dict) or not ("apiVersion" in data or "kind" in data):
        return
    if str(data.get("kind")).endswith("List") and isinstance(data.get("items"), list):
        for index, item in enumerate(data["items"]):
            if isinstance(item, dict):
                yield from _object(Resource(item, Trail(Origin(document, ("items", index)))), rendered)
        return
    yield from _object(Resource(data, Trail(Origin(document))), rendered)


def _object(resource: Resource, rendered: Rendered) -> Iterable[Resource]:
    missing = [word for word in ("apiVersion", "kind") if not isinstance(resource.data.get(word), str)]
    metadata = resource.data.get("metadata")
    named = isinstance(metadata, dict) and (metadata.get("name") or metadata.get("generateName"))
    if not named:
        missing.append("metadata.name")
    if missing:
        origin = resource.trail.origin
        rendered.noticed.append(
            Noticed("object-invalid", f"give the object {' and '.join(missing)}", Location(origin.document.path), origin)
        )
        return
    yield resource
