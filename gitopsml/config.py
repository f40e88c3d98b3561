"""gitopsml.yaml and clusters/*.yaml -> Config. Strict: every mistake is an error at its line with the nearest known name."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from gitopsml import bundled
from gitopsml.errors import ConfigError, Problems, UserError
from gitopsml.files import Files, MemoryFiles
from gitopsml.model.cluster import Cluster
from gitopsml.model.config import Config, Environment, SeverityRule
from gitopsml.model.finding import Severity
from gitopsml.model.mergepatch import Traced, merge_patch, traced
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import Pointer
from gitopsml.model.words import did_you_mean
from gitopsml.yamlio import Document

NAME: Final = "gitopsml.yaml"
CLUSTERS: Final = "clusters"
_OWN_POLICIES = "policies"


def find_root(path: str) -> str:
    """The absolute root of the repository around a path of the disk: the nearest folder with gitopsml.yaml or .git.

    A gitopsml.yaml in a hidden folder of a clone is something else: a workflow of that name. Without any mark the root is the
    path itself, or the folder of a file.
    """
    start = os.path.realpath(path)
    start = start if os.path.isdir(start) else os.path.dirname(start)
    marked: list[str] = []
    for here in _upwards(start):
        if os.path.lexists(os.path.join(here, NAME)):
            marked.append(here)
        if os.path.lexists(os.path.join(here, ".git")):
            return next((one for one in marked if not _is_hidden(one, here)), here)
    return marked[0] if marked else start


def _upwards(folder: str) -> Iterator[str]:
    yield folder
    while (parent := os.path.dirname(folder)) != folder:
        folder = parent
        yield folder


def _is_hidden(folder: str, top: str) -> bool:
    return any(part.startswith(".") and part != "." for part in os.path.relpath(folder, top).split(os.sep))


def schema(name: Literal["repository", "cluster"]) -> dict[str, Any]:
    """The JSON Schema of gitopsml.yaml or of a cluster file."""
    text = Path(__file__).with_name("config_schema").joinpath(f"{name}.json").read_text("utf-8")
    return dict(json.loads(text))


def load(files: Files) -> Config:
    """The repository's configuration; the defaults where there is no gitopsml.yaml (then no folder has a meaning of ours).

    Raises ConfigError, or Problems with one error for each mistake, all of them located.
    """
    if files.kind(NAME) == "missing":
        return Config(files.root)
    problems: list[UserError] = []
    clusters = _clusters(files, problems)
    document = _read(files, NAME, "repository", problems)
    _give_up(problems)
    problems.extend(_mistakes(document, clusters))
    _give_up(problems)
    return _config(files, document, clusters)


def _config(files: Files, document: Document, clusters: dict[str, Cluster]) -> Config:
    data = document.data
    repository, lint = data.get("repository") or {}, data.get("lint") or {}
    return Config(
        root=files.root,
        url=repository.get("url", ""),
        branch=repository.get("branch", "main"),
        environments=tuple(
            Environment(name, one["cluster"], one.get("protected", False))
            for name, one in (data.get("environments") or {}).items()
        ),
        clusters=clusters,
        argocd=data.get("argocd") or {},
        kustomize_version=data.get("kustomizeVersion") or "",
        defaults=data.get("defaults") or {},
        severities=tuple(_severities(lint)),
        options=lint.get("options") or {},
        external={kind: tuple(names) for kind, names in (lint.get("external") or {}).items()},
        unchecked={one["path"].rstrip("/"): one["reason"].strip() for one in lint.get("unchecked") or ()},
        policies=_policies(lint, files),
        document=document,
    )


def _policies(lint: dict[str, Any], files: Files) -> tuple[str, ...]:
    named = lint.get("policies")
    if named is not None:
        return tuple(name.rstrip("/") for name in named)
    return (_OWN_POLICIES,) if files.kind(_OWN_POLICIES) == "directory" else ()


def _severities(lint: dict[str, Any]) -> Iterator[SeverityRule]:
    """From the general to the special: for all environments, for one, for paths; the last one that applies counts."""
    named = (lint.get("severity") or {}).items()
    for policy, value in named:
        if not isinstance(value, dict):
            yield SeverityRule(policy, _severity(value))
    for policy, value in named:
        if isinstance(value, dict):
            for environment, one in value.items():
                yield SeverityRule(policy, _severity(one), environment)
    for entry in lint.get("paths") or ():
        for policy, value in entry["severity"].items():
            yield SeverityRule(policy, _severity(value), path=entry["path"])


def _severity(value: str | bool) -> Severity:
    """`off` without quotes is false in YAML 1.1; it means what it looks like."""
    return Severity.OFF if value is False else Severity(value)


def _mistakes(document: Document, clusters: dict[str, Cluster]) -> Iterator[ConfigError]:
    """What the schema cannot say: names that must exist elsewhere."""
    data = document.data
    environments = data.get("environments") or {}
    for name, one in environments.items():
        if one["cluster"] not in clusters:
            hint = did_you_mean(one["cluster"], clusters) or "write it"
            what = f"there is no {CLUSTERS}/{one['cluster']}.yaml"
            yield _error(document, ("environments", name, "cluster"), what, hint)
    lint = data.get("lint") or {}
    for policy, value in (lint.get("severity") or {}).items():
        for name in value if isinstance(value, dict) else ():
            if name not in environments:
                where = ("lint", "severity", policy, name)
                yield _error(document, where, f"there is no environment {name!r}", did_you_mean(name, environments), key=True)
    for number, folder in enumerate(lint.get("policies") or ()):
        if folder.startswith("/") or ".." in folder.split("/"):
            yield _error(document, ("lint", "policies", number), "the folder leaves the repository", "give a path from its root")


# clusters


def _clusters(files: Files, problems: list[UserError]) -> dict[str, Cluster]:
    if files.kind(CLUSTERS) != "directory":
        return {}
    clusters: dict[str, Cluster] = {}
    for file in files.names(CLUSTERS):
        name, dot, extension = file.rpartition(".")
        if not dot or extension not in ("yaml", "yml") or name.startswith("."):
            continue
        path = f"{CLUSTERS}/{file}"
        if name in clusters:
            problems.append(ConfigError(f"two files for the cluster {name!r}", path=path, hint="keep one of them"))
        before = len(problems)
        document = _read(files, path, "cluster", problems)
        if len(problems) == before:
            clusters[name] = _cluster(name, document, problems)
    return clusters


def _cluster(name: str, document: Document, problems: list[UserError]) -> Cluster:
    provider = document.data.get("provider", "")
    merged = traced(document)
    if provider and provider not in _providers():
        hint = did_you_mean(provider, _providers())
        problems.append(_error(document, ("provider",), f"there is no provider {provider!r}", hint))
    elif provider:
        merged = merge_patch(_provider(provider), merged, "cluster")
    data = {**merged.data, "name": name}
    return Cluster(name, provider, data.get("kubernetes", ""), data, document, _named(merged.trail, document))


def _named(trail: Trail, document: Document) -> Trail:
    """The name comes from the file's name, so its trail leads to the file as a whole."""
    return trail.with_part("name", Trail(Origin(document), step="file", derived=True))


@cache
def _providers() -> tuple[str, ...]:
    folder = bundled.directory("blueprints") / "providers"
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


@cache
def _provider(name: str) -> Traced:
    """The data of a provider, as blueprints/providers/<name>.yaml holds it."""
    path = f"blueprints/providers/{name}.yaml"
    file = bundled.directory("blueprints") / "providers" / f"{name}.yaml"
    return traced(_only_document(MemoryFiles({path: file.read_bytes()}), path))


# reading


def _read(files: Files, path: str, name: Literal["repository", "cluster"], problems: list[UserError]) -> Document:
    """The one document of a file, its mistakes added to `problems`."""
    from gitopsml.schemas.inputs import check

    empty = Document(path, 0, "", {})
    try:
        document = _only_document(files, path)
    except UserError as error:
        problems.extend(error.errors if isinstance(error, Problems) else [error])
        return empty
    found = [_error(document, one.pointer, one.message, one.hint, key=one.key) for one in check(schema(name), document.data)]
    problems.extend(found)
    return empty if found else document


def _only_document(files: Files, path: str) -> Document:
    from gitopsml.yamlio import read

    stream = read(files.read(path), path)
    serious = [one for one in stream.problems if one.kind not in _HARMLESS]
    if serious:
        raise Problems([ConfigError(one.message, path=path, line=one.line, column=one.column) for one in serious])
    documents = [one for one in stream.documents if one.data is not None]
    if len(documents) > 1:
        raise ConfigError("holds more than one document", path=path, hint="keep one")
    return documents[0] if documents else Document(path, 0, "", {})


_HARMLESS = ("byte-order-mark", "ambiguous-scalar")


def _error(document: Document, pointer: Pointer, what: str, hint: str = "", *, key: bool = False) -> ConfigError:
    from gitopsml.yamlio import locate

    if not document.text:
        return ConfigError(what, path=document.path, hint=hint)
    span = locate(document, pointer, key=key)
    return ConfigError(what, path=document.path, line=span.line, column=span.column, hint=hint)


def _give_up(problems: list[UserError]) -> None:
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise Problems(problems)
