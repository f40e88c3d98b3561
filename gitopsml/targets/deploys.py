"""What Argo CD's objects in the repository deploy -> Targets. Spec: facts, argocd §1, §6."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from gitopsml.argocd.application import Application, Source, Unclear, clean_path, from_document, is_argocd
from gitopsml.argocd.applicationset import applications
from gitopsml.model.cluster import Cluster
from gitopsml.model.config import Config
from gitopsml.model.glob import covers, matches
from gitopsml.model.target import Target, TargetKind
from gitopsml.targets.graph import Graph
from gitopsml.targets.layout import Identity, identity, namespace
from gitopsml.targets.parsed import Parsed
from gitopsml.targets.plain import CHART, is_other
from gitopsml.targets.remotes import normal_url
from gitopsml.targets.walk import Tree, is_below, join

_MANIFESTS: Final = (".yaml", ".yml", ".json")


@dataclass(slots=True, eq=False)
class Repository:
    """The repository as Argo CD's generators and sources see it."""

    tree: Tree
    graph: Graph
    parsed: Parsed
    config: Config
    urls: frozenset[str]
    prefix: str = ""  # of the root in the clone: Argo CD counts paths from the clone's top
    _paths: list[str] = field(default_factory=list)

    def ours(self, url: str, revision: str) -> bool:
        """Whether a source is this repository at the branch that is linted. Without a known URL every one could be."""
        if self.urls and normal_url(url) not in self.urls:
            return False
        branch = revision.removeprefix("refs/heads/")
        return self.config.document is None or branch in ("", "HEAD", self.config.branch)

    def from_root(self, source: Source) -> Source:
        """A source with its path counted from our root, where it is written from the top of the clone."""
        known = source.path in self.tree.folders or not self.prefix or not f"{source.path}/".startswith(self.prefix)
        return source if known else source._replace(path=clean_path(f"{source.path}/".removeprefix(self.prefix)))

    def folders(self) -> list[str]:
        """All folders, sorted, without the root."""
        return sorted(folder for folder in self.tree.folders if folder != ".")

    def paths(self) -> list[str]:
        """All YAML and JSON files, sorted."""
        if not self._paths:
            self._paths = sorted(self.tree.paths())
        return self._paths

    def data(self, path: str) -> Any:
        """The content of a parameter file; None where it cannot be read."""
        documents = self.parsed.documents(path)
        return documents[0].data if documents else None


def deployed(repository: Repository) -> Iterator[tuple[Target, tuple[str, ...]]]:
    """(target, the other files that decide on it) for everything that Argo CD's objects in the repository deploy."""
    for found in _objects(repository):
        if isinstance(found, Unclear):
            reason = f"ApplicationSet {found.name}: {found.reason}"
            yield Target(found.file, TargetKind.FILE, unchecked=reason, application=found.file), ()
            continue
        for source in found.sources:
            targets = _targets(found, repository.from_root(source), repository)
            yield from ((target, found.inputs) for target in targets)


def _objects(repository: Repository) -> Iterator[Application | Unclear]:
    patches = repository.graph.patches()
    for path in repository.paths():
        content = repository.parsed.content(path)
        if b"argoproj.io" not in content or b"Application" not in content:
            continue
        if path in patches or is_other(path, repository.config):
            continue
        for document in repository.parsed.documents(path):
            kind = document.data.get("kind") if is_argocd(document.data) else ""
            if kind == "Application":
                yield from_document(document)
            elif kind == "ApplicationSet":
                yield from applications(document, repository)


def _targets(application: Application, source: Source, repository: Repository) -> Iterator[Target]:
    if source.reference and not source.path and not source.chart:
        return  # only lends its files to the other sources
    reason = _unknowable(source, repository)
    if reason:
        text = f"Application {application.name}: {reason}"
        yield Target(application.file, TargetKind.FILE, unchecked=text, application=application.file)
        return
    yield _target(application, source, repository)
    if source.overrides:
        changed = f"spec.source.kustomize changes {', '.join(source.overrides)}"
        text = f"Application {application.name}: {changed}; move it into the overlay"
        yield Target(application.file, TargetKind.FILE, unchecked=text, application=application.file)


def _unknowable(source: Source, repository: Repository) -> str:
    """Why the manifests of a source are not known here, "" where they are."""
    if source.chart:
        return f"it deploys the Helm chart {source.chart}"
    if not repository.ours(source.url, source.revision):
        if not repository.urls or normal_url(source.url) in repository.urls:
            return f"it deploys the revision {source.revision} of this repository"
        return f"it deploys another repository ({normal_url(source.url)})"
    if source.path == ".." or source.path.startswith("../"):
        return "its path leaves the repository"
    if source.tool == "plugin":
        return "a plugin makes its manifests"
    if source.directory.jsonnet:
        return "its manifests are made by Jsonnet"
    if source.tool == "helm" or CHART in repository.tree.folders.get(source.path, ()):
        return f"it deploys the Helm chart in {source.path}"
    return ""


def _target(application: Application, source: Source, repository: Repository) -> Target:
    config = repository.config
    who = _who(application, source.path, config)
    is_folder = source.tool == "directory" or (
        source.path not in repository.graph.nodes and source.path in repository.tree.folders
    )
    return Target(
        source.path,
        TargetKind.FOLDER if is_folder else TargetKind.KUSTOMIZATION,
        team=who.team,
        app=who.app,
        environment=who.environment,
        cluster=_cluster(application, who.environment, config),
        namespace=application.namespace or namespace(who, config),
        files=_files(source, repository) if is_folder else (),
        application=application.file,
    )


def _who(application: Application, path: str, config: Config) -> Identity:
    """The layout's word first, then the labels of the Application."""
    known = identity(path, config)
    label = application.labels.get
    environment = known.environment or label("gitopsml.dev/environment", "") or label("environment", "") or label("env", "")
    return Identity(known.team or label("gitopsml.dev/team", ""), known.app or application.name, environment)


def _cluster(application: Application, environment: str, config: Config) -> str:
    """The cluster file that an Application's destination means; that of the environment where several could be meant."""
    meant = [name for name, cluster in config.clusters.items() if _is_destination(application, cluster)]
    known = config.environment(environment)
    usual = known.cluster if known else ""
    if usual in meant or not meant:
        return usual
    return meant[0] if len(meant) == 1 else usual


def _is_destination(application: Application, cluster: Cluster) -> bool:
    destination = cluster.data.get("destination") or {}
    if application.cluster:
        return application.cluster in (destination.get("name"), cluster.name)
    return bool(application.server) and application.server == str(destination.get("server", "")).rstrip("/")


def _files(source: Source, repository: Repository) -> tuple[str, ...]:
    """The files that Argo CD reads of a directory, by its `recurse`, `include` and `exclude`."""
    tree, options = repository.tree, source.directory
    folders = [source.path]
    if options.recurse:
        folders = sorted(
            folder for folder in tree.folders if is_below(folder, source.path) and folder not in repository.graph.nodes
        )
    found: list[str] = []
    for folder in folders:
        for name in tree.folders.get(folder, ()):
            path = join(folder, name)
            inner = path if source.path == "." else path.removeprefix(source.path + "/")
            if name.endswith(_MANIFESTS) and _is_wanted(inner, options.include, options.exclude):
                found.append(path)
    return tuple(path for path in found if not is_other(path, repository.config))


def _is_wanted(path: str, include: str, exclude: str) -> bool:
    if exclude and any(matches(one, path, greedy=True) or covers(one, path) for one in _alternatives(exclude)):
        return False
    return not include or any(matches(one, path, greedy=True) for one in _alternatives(include))


def _alternatives(pattern: str) -> list[str]:
    """`{*.yml,*.yaml}` -> both; other patterns stand for themselves."""
    return pattern[1:-1].split(",") if pattern.startswith("{") and pattern.endswith("}") else [pattern]
