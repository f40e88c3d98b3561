"""An Argo CD Application -> what it deploys, from where, to where. Spec: facts, argocd §1."""

from __future__ import annotations

from typing import Any, NamedTuple

from gitopsml.model.pointer import Pointer, lookup
from gitopsml.yamlio import Document

GROUP = "argoproj.io"


class Directory(NamedTuple):
    """How a directory of plain manifests is read."""

    recurse: bool = False
    include: str = ""
    exclude: str = ""
    jsonnet: bool = False


class Source(NamedTuple):
    """One source. `tool` is the way to manifests that the Application names: "helm", "kustomize", "directory", "plugin" or ""."""

    url: str
    path: str  # normal, relative to that repository's root; "" where there is none
    revision: str
    chart: str = ""
    tool: str = ""
    reference: str = ""  # `ref`: other sources take values from it
    directory: Directory = Directory()
    overrides: tuple[str, ...] = ()  # what `kustomize:` changes on the way


class Application(NamedTuple):
    """One Application, as written or as an ApplicationSet makes it."""

    name: str
    project: str
    sources: tuple[Source, ...]
    namespace: str
    server: str
    cluster: str  # destination.name
    labels: dict[str, str]
    file: str
    inputs: tuple[str, ...] = ()  # other files that it was made of


class Unclear(NamedTuple):
    """Something that Argo CD deploys, but what cannot be told from the files alone."""

    file: str
    name: str
    reason: str


def is_argocd(data: Any) -> bool:
    """Whether an object is one of Argo CD's."""
    return isinstance(data, dict) and str(data.get("apiVersion") or "").partition("/")[0] == GROUP


def application(data: dict[str, Any], file: str) -> Application:
    """The content of an Application. Wrong types count as missing: the schema check speaks of them."""
    spec = _map(data.get("spec"))
    destination = _map(spec.get("destination"))
    return Application(
        name=_text(lookup(data, ("metadata", "name"))),
        project=_text(spec.get("project")),
        sources=tuple(_source(one) for one in _sources(spec)),
        namespace=_text(destination.get("namespace")),
        server=_text(destination.get("server")).rstrip("/"),
        cluster=_text(destination.get("name")),
        labels={key: _text(value) for key, value in _map(lookup(data, ("metadata", "labels"))).items()},
        file=file,
    )


def from_document(document: Document) -> Application:
    """The Application that a document holds."""
    return application(document.data, document.path)


def names_path(data: Any, path: str) -> Pointer | None:
    """Where an Application names a path of the repository (counted from its root, or from the top of the clone around it)."""
    fields: list[Pointer] = [("spec", "source"), ("spec", "sourceHydrator", "drySource")]
    several = lookup(data, ("spec", "sources"), default=[])
    fields += [("spec", "sources", number) for number in range(len(several) if isinstance(several, list) else 0)]
    for field in fields:
        named = clean_path(_text(lookup(data, (*field, "path"))))
        if named == path or named.endswith(f"/{path}"):
            return (*field, "path")
    return None


def _sources(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """`sources` wins over `source`, and a hydrator's dry source over both, as in Argo CD."""
    dry = lookup(spec, ("sourceHydrator", "drySource"))
    if isinstance(dry, dict):
        return [dry]
    several = spec.get("sources")
    if isinstance(several, list) and several:
        return [one for one in several if isinstance(one, dict)]
    return [spec["source"]] if isinstance(spec.get("source"), dict) else []


def _source(data: dict[str, Any]) -> Source:
    directory, kustomize = _map(data.get("directory")), _map(data.get("kustomize"))
    return Source(
        url=_text(data.get("repoURL")),
        path=clean_path(_text(data.get("path"))) if data.get("path") is not None else "",
        revision=_text(data.get("targetRevision")),
        chart=_text(data.get("chart")),
        tool=_tool(data),
        reference=_text(data.get("ref")),
        directory=Directory(
            directory.get("recurse") is True,
            _text(directory.get("include")),
            _text(directory.get("exclude")),
            bool(directory.get("jsonnet")),
        ),
        overrides=tuple(sorted(key for key, value in kustomize.items() if value and key != "version")),
    )


def _tool(data: dict[str, Any]) -> str:
    """A chart or `plugin` or `helm` decides; `directory` and `kustomize` only where they say something."""
    if data.get("chart"):
        return "helm"
    for tool in ("plugin", "helm", "kustomize", "directory"):
        if tool in data and (data[tool] or tool == "plugin"):
            return tool
    return ""


def clean_path(path: str) -> str:
    """A path as Argo CD takes it, relative to the repository's root; "." for the root."""
    import posixpath

    return posixpath.normpath(path.strip("/") or ".")


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None or isinstance(value, dict | list) else str(value)
