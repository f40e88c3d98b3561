"""Fixtures: manifests whose comments say what a policy must find, on the exact line; every other line must stay silent.

A folder named like the policy holds the cases: a file is one target, a folder of files is several. `# finding: message` at the
end of a line expects that message there. An optional first document, `kind: Case`, says what surrounds the target.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from gitopsml.errors import PolicyError
from gitopsml.files import Files
from gitopsml.model.cluster import Cluster
from gitopsml.model.deployed import Deployed, TargetInfo
from gitopsml.model.finding import Severity
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.place import location_of, place_of
from gitopsml.model.resource import Resource, ResourceSet
from gitopsml.model.target import Target, TargetKind
from gitopsml.model.words import did_you_mean
from gitopsml.policy.engine import check, check_repository
from gitopsml.policy.record import Policy, Raw
from gitopsml.policy.registry import Registry
from gitopsml.policy.selection import Active
from gitopsml.yamlio import Document, comments, locate, read

MARK: Final = "# finding:"
CASE: Final = ("gitopsml.dev/v1", "Case")
_WORDS: Final = (
    "apiVersion", "kind", "environment", "namespace", "app", "team", "path", "protected", "cluster", "options", "values",
    "external", "around", "elsewhere",
)  # fmt: skip
_SUFFIXES: Final = (".yaml", ".yml")


class Line(NamedTuple):
    """A message at a line of a file."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class Outcome(NamedTuple):
    """One case: what was expected and seen, expected and not seen (`missing`), seen and not expected (`unexpected`)."""

    case: str
    found: tuple[Line, ...]
    missing: tuple[Line, ...]
    unexpected: tuple[Line, ...]
    objects: int

    @property
    def passed(self) -> bool:
        """Whether everything is as the comments say."""
        return not self.missing and not self.unexpected


class _Loaded(NamedTuple):
    deployed: Deployed
    documents: list[Document]
    options: Mapping[str, Any]


def run(policy: Policy, files: Files, folder: str) -> Iterator[Outcome]:
    """Every case of a policy's folder, sorted. Raises PolicyError or YamlError for a case that cannot be read."""
    for entry in files.entries(folder):
        path = f"{folder}/{entry.name}" if folder != "." else entry.name
        if entry.kind == "directory":
            inner = [f"{path}/{one.name}" for one in files.entries(path) if one.kind == "file"]
            yield _outcome(policy, path, [_load(files, one) for one in inner if one.endswith(_SUFFIXES)])
        elif entry.kind == "file" and path.endswith(_SUFFIXES):
            yield _outcome(policy, path, [_load(files, path)])


def case_folders(registry: Registry, start: str) -> Iterator[tuple[Policy, str]]:
    """(policy, folder of the disk) for each folder named like a policy, `start` itself or below it, sorted."""
    name = os.path.basename(os.path.realpath(start))
    if name in registry.policies:
        yield registry.policies[name], os.path.realpath(start)
        return
    with os.scandir(start) as entries:
        names = sorted(entry.name for entry in entries if entry.is_dir() and not entry.name.startswith("."))
    for name in names:
        yield from case_folders(registry, os.path.join(start, name))


def holds_policies(start: str) -> bool:
    """Whether a folder of the disk holds policies, beside cases: a Python file or an admission policy outside of `tests`."""
    for folder, folders, names in os.walk(start):
        folders[:] = sorted(name for name in folders if name != "tests" and not name.startswith((".", "__")))
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith(".py") or (name.endswith(_SUFFIXES) and _is_policy(path)):
                return True
    return False


def _is_policy(path: str) -> bool:
    with open(path, "rb") as file:
        return b"ValidatingAdmissionPolicy" in file.read()


def run_text(policy: Policy, text: str, path: str = "case.yaml") -> Outcome:
    """One case given as text."""
    return _outcome(policy, path, [_loaded(text, path)])


def _load(files: Files, path: str) -> _Loaded:
    return _loaded(files.read(path), path)


def _loaded(content: bytes | str, path: str) -> _Loaded:
    documents = read(content, path).documents
    case: dict[str, Any] = {}
    objects = documents
    if documents and isinstance(documents[0].data, dict) and documents[0].data.get("kind") == CASE[1]:
        case, objects = _checked(documents[0]), documents[1:]
    for document in objects:
        if not isinstance(document.data, dict):
            raise PolicyError("not a Kubernetes object", path=path, line=locate(document, ()).line)
    resources = [Resource(document.data, Trail(Origin(document))) for document in objects]
    return _Loaded(_deployed(case, resources, documents, path), documents, case.get("options") or {})


def _checked(document: Document) -> dict[str, Any]:
    data: dict[str, Any] = document.data
    for key in data:
        if key not in _WORDS:
            line = locate(document, (key,), key=True).line
            raise PolicyError(f"unknown field {key!r} of a Case", path=document.path, line=line, hint=did_you_mean(key, _WORDS))
    return data


def _deployed(case: dict[str, Any], resources: list[Resource], documents: list[Document], path: str) -> Deployed:
    cluster = case.get("cluster")
    known = None
    if cluster is not None:
        name = str(cluster.get("name") or "cluster")
        data = {**cluster, "name": name}
        known = Cluster(name, str(cluster.get("provider") or ""), str(cluster.get("kubernetes") or ""), data)
    target = Target(
        str(case.get("path") or path),
        TargetKind.FILE,
        team=str(case.get("team") or ""),
        app=str(case.get("app") or ""),
        environment=str(case.get("environment") or ""),
        cluster=known.name if known else "",
        namespace=str(case.get("namespace") or ""),
    )
    info = TargetInfo(target, known, bool(case.get("protected")), case.get("values") or {})
    beside = {word: _objects(case, word, documents[0]) for word in ("around", "elsewhere")}
    around = ResourceSet(beside["around"])
    elsewhere = ResourceSet([*beside["around"], *beside["elsewhere"]])
    external = {word: tuple(names) for word, names in (case.get("external") or {}).items()}
    return Deployed(resources, info, around=lambda: around, elsewhere=lambda: elsewhere, external=external)


def _objects(case: dict[str, Any], word: str, document: Document) -> list[Resource]:
    written = case.get(word) or []
    return [Resource(data, Trail(Origin(document, (word, index)))) for index, data in enumerate(written)]


def _outcome(policy: Policy, case: str, loaded: Sequence[_Loaded]) -> Outcome:
    expected = [line for one in loaded for line in _expected(one.documents)]
    seen = sorted(set(_seen(policy, loaded)))
    return Outcome(
        case,
        tuple(line for line in seen if line in expected),
        tuple(line for line in expected if line not in seen),
        tuple(line for line in seen if line not in expected),
        sum(len(one.deployed) for one in loaded),
    )


def _seen(policy: Policy, loaded: Sequence[_Loaded]) -> Iterator[Line]:
    for one in loaded:
        for raw in check((_active(policy, one.options),), one.deployed):
            yield _line(policy, raw, one.deployed.target.path)
    if policy.check_repo is not None:
        options = {name: value for one in loaded for name, value in one.options.items()}
        for raw in check_repository([_active(policy, options)], [one.deployed for one in loaded]):
            yield _line(policy, raw, os.path.dirname(loaded[0].deployed.target.path))


def _active(policy: Policy, options: Mapping[str, Any]) -> Active:
    severity = Severity.WARNING if policy.severity is Severity.OFF else policy.severity
    return Active(policy, severity, {**policy.defaults(), **options})


def _line(policy: Policy, raw: Raw, path: str) -> Line:
    """Where a violation is shown; what the engine says of the policy itself carries the id of that check."""
    violation = raw.violation
    message = violation.message if raw.policy is policy else f"{raw.policy.id}: {violation.message}"
    if violation.origin is not None:
        place = location_of(violation.origin)
    elif raw.resource is not None:
        place = place_of(raw.resource, violation.pointer).location
    else:
        return Line(path, 1, message)
    return Line(place.path, place.line, message)


def _expected(documents: Sequence[Document]) -> Iterator[Line]:
    for document in documents:
        if MARK in document.text:
            for line, comment in sorted(comments(document).items()):
                for message in comment.split(MARK)[1:]:
                    yield Line(document.path, line, message.strip())
