"""Folders -> policies. Registration is: the file exists. YAML anywhere, Python only from the installation or the user."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from gitopsml import bundled
from gitopsml.errors import PolicyError, UserError
from gitopsml.files import DiskFiles, Files
from gitopsml.policy import binding, declarative, python
from gitopsml.policy.builtin import BUILTIN
from gitopsml.policy.record import Policy
from gitopsml.policy.vap import BINDING, GROUP, POLICY
from gitopsml.yamlio import Document, read

BUNDLED: Final = "policies"
_SKIPPED: Final = frozenset(("__pycache__", "tests"))  # cases are no policies


class Source(NamedTuple):
    """A folder to load: its files, the folder in them, how its path is shown, and whether Python may be run from it."""

    files: Files
    folder: str
    shown: str
    trusted: bool


@dataclass(slots=True)
class Registry:
    """All policies by id, and what is wrong with files that should be policies."""

    policies: dict[str, Policy] = field(default_factory=dict)
    problems: list[UserError] = field(default_factory=list)

    def __iter__(self) -> Iterator[Policy]:
        return iter(sorted(self.policies.values(), key=lambda policy: policy.id))

    def known(self) -> set[str]:
        """Every id that a finding can have."""
        return {*self.policies, *BUILTIN}

    def find(self, id: str) -> Policy | None:  # noqa: A002 - the word for it
        """The policy or built-in check of an id."""
        return self.policies.get(id) or BUILTIN.get(id)


def bundled_source() -> Source:
    """The policies that come with gitopsml."""
    return disk_source(str(bundled.directory(BUNDLED)), BUNDLED)


def disk_source(path: str, shown: str = "") -> Source:
    """A folder that the user named on the command line, or that is installed: Python may be run."""
    return Source(DiskFiles(path), ".", shown or path, trusted=True)


def load(sources: Iterable[Source]) -> Registry:
    """Everything in these folders; one id may stand only once. Files that are no policies are listed in `.problems`."""
    loading = _Loading()
    for source in sources:
        loading.folder(source)
    return loading.result()


class _Loading:
    def __init__(self) -> None:
        self.registry = Registry()
        self.plain: list[tuple[Document, str]] = []
        self.bindings: list[binding.Binding] = []
        self.objects: list[dict[str, Any]] = []

    def folder(self, source: Source) -> None:
        for path in _walk(source.files, source.folder):
            topic = os.path.basename(os.path.dirname(path)) if path != os.path.basename(path) else ""
            shown = os.path.normpath(os.path.join(source.shown, os.path.relpath(path, source.folder)))
            try:
                if path.endswith(".py") and source.trusted:
                    self.add(python.policy(os.path.join(source.files.root, path), shown, topic))
                elif path.endswith((".yaml", ".yml")):
                    self.yaml(source, path, shown, topic)
            except UserError as error:
                self.registry.problems.append(error)

    def yaml(self, source: Source, path: str, shown: str, topic: str) -> None:
        for document in read(source.files.read(path), shown).documents:
            data = document.data
            if not isinstance(data, dict):
                raise PolicyError("not a Kubernetes object", path=shown, line=1)
            if not str(data.get("apiVersion")).startswith(f"{GROUP}/"):
                self.objects.append(data)
            elif data.get("kind") == BINDING:
                self.bindings.append(binding.parse(document))
            elif data.get("kind") == POLICY and declarative.is_own(document):
                self.own(document, topic)
            elif data.get("kind") == POLICY:
                self.plain.append((document, topic))

    def own(self, document: Document, topic: str) -> None:
        policy = declarative.own_policy(document, topic)
        error = declarative.name_error(policy, os.path.splitext(os.path.basename(document.path))[0])
        if error:
            raise error
        self.add(policy)

    def add(self, policy: Policy) -> None:
        other = self.registry.find(policy.id)
        if other is not None:
            where = other.path or "the engine"
            raise PolicyError(f"the id {policy.id!r} is taken by {where}", path=policy.path, hint="choose another name")
        self.registry.policies[policy.id] = policy

    def result(self) -> Registry:
        """Plain policies last, when all bindings and params are known."""
        for document, topic in self.plain:
            name = (document.data.get("metadata") or {}).get("name")
            own = sorted((one for one in self.bindings if one.policy == name), key=lambda one: one.name)
            try:
                self.add(declarative.bound_policy(document, own, self.params, topic))
            except UserError as error:
                self.registry.problems.append(error)
        return self.registry

    def params(self, api_version: str, kind: str) -> Sequence[dict[str, Any]]:
        return [one for one in self.objects if one.get("apiVersion") == api_version and one.get("kind") == kind]


def _walk(files: Files, folder: str) -> Iterator[str]:
    """The files below a folder, sorted; a missing folder has none."""
    if files.kind(folder) != "directory":
        return
    for entry in files.entries(folder):
        path = entry.name if folder == "." else f"{folder}/{entry.name}"
        if entry.kind == "directory" and entry.name not in _SKIPPED and not entry.name.startswith("."):
            yield from _walk(files, path)
        elif entry.kind == "file":
            yield path
