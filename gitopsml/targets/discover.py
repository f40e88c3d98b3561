"""Paths -> Targets: kustomizations that nothing else includes, what Argo CD deploys, folders of plain manifests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gitopsml.config import CLUSTERS, NAME
from gitopsml.errors import UserError
from gitopsml.files import Files, normal
from gitopsml.model.config import Config
from gitopsml.model.glob import covers
from gitopsml.model.target import Target, TargetKind
from gitopsml.targets.deploys import Repository, deployed
from gitopsml.targets.graph import Graph, graph
from gitopsml.targets.layout import APPS, TEAM_APP, Identity, decides, identity, namespace, specs
from gitopsml.targets.parsed import Parsed
from gitopsml.targets.plain import chart_folders, is_other, may_be_manifest, plain_folders
from gitopsml.targets.remotes import own_urls
from gitopsml.targets.walk import Tree, is_below, is_wanted, join, walk

STDIN = "-"
_KINDS = tuple(TargetKind)


@dataclass(slots=True, frozen=True, eq=False)
class Discovery:
    """Everything that a repository deploys. `reached` says for each target which files and folders decide on it."""

    tree: Tree
    graph: Graph
    parsed: Parsed
    config: Config
    targets: tuple[Target, ...]
    reached: dict[Target, frozenset[str]]

    def below(self, paths: Sequence[str]) -> list[Target]:
        """The targets that paths of files and folders mean: those below them, and those that reach something below them.

        Raises UserError for a path that does not exist.
        """
        chosen: set[Target] = set()
        for path in paths or ["."]:
            chosen.update(self._meant(path))
        known = chosen.intersection(self.targets)
        return _sorted([*known, *_together(chosen - known)])

    def choose(self, paths: Sequence[str], changed: Iterable[str] | None = None) -> list[Target]:
        """The targets below the paths, and of these, where `changed` is given, those on which a change of the files decides."""
        chosen = self.below(paths)
        if changed is None:
            return chosen
        reached = set(self.changed(changed))
        return [target for target in chosen if target in reached]

    def _meant(self, path: str) -> Iterable[Target]:
        if path == STDIN:
            return [Target(STDIN, TargetKind.STDIN)]
        clean = normal(path)
        kind = "other" if clean in self.tree.broken else self.parsed.files.kind(clean)
        if kind == "missing":
            raise UserError("no such file or directory", path=path, hint="give a path below the root of the repository")
        if kind == "file" and not _is_repository(self.parsed.files):
            return self._alone(clean)
        if clean == "." or self._governs(clean):
            return self.changed([clean]) if clean != "." else self.targets
        found = [target for target in self.targets if self._is_reached(target, {clean})]
        if kind == "directory":
            found += [target for target in self.targets if any(is_below(one, clean) for one in self.reached[target])]
        return found or self._orphan(clean, kind)

    def _governs(self, path: str) -> bool:
        """Whether a file decides on more than what it deploys: configuration, clusters, policies."""
        return path == NAME or (self.config.document is not None and is_other(path, self.config) and not is_below(path, APPS))

    def _alone(self, path: str) -> list[Target]:
        """A file outside of any repository stands for itself, whatever lies beside it."""
        owners = [
            target for target, reached in self.reached.items() if path in reached and target.kind is TargetKind.KUSTOMIZATION
        ]
        return owners or [Target(path, TargetKind.FILE, files=(path,))]

    def _orphan(self, path: str, kind: str) -> list[Target]:
        """A path that no target reaches: a Component that nothing includes, or a manifest that nothing deploys."""
        folder = path if kind == "directory" else _folder_of(path)
        if kind == "directory" and folder in self.graph.nodes:
            return [_kustomization(folder, self.config)]
        if kind == "file" and is_wanted(path) and folder in self.graph.nodes and may_be_manifest(self.parsed.content(path)):
            return [
                Target(path, TargetKind.FILE, unchecked=f"the kustomization in {folder} does not name it: it is not deployed")
            ]
        return []

    def changed(self, paths: Iterable[str]) -> list[Target]:
        """The targets on which a change of these files (deleted ones too) decides."""
        changed = {path for path in paths if path}
        if any(path == NAME or any(is_below(path, folder) for folder in self.config.policies) for path in changed):
            return list(self.targets)
        clusters = {path.removeprefix(f"{CLUSTERS}/").rpartition(".")[0] for path in changed if is_below(path, CLUSTERS)}
        found = {
            target for target in self.targets if self._is_reached(target, changed) or (clusters and target.cluster in clusters)
        }
        return _sorted(found | self._of_teams(found))

    def _is_reached(self, target: Target, changed: set[str]) -> bool:
        reached = self.reached[target]
        if not reached.isdisjoint(changed):
            return True
        if any(decides(path, _who(target)) for path in changed):
            return True
        return target.kind is TargetKind.FOLDER and any(self._was_in(path, target) for path in changed)

    def _was_in(self, path: str, target: Target) -> bool:
        """Whether a file that is gone may have been one of a folder's files."""
        if not is_wanted(path) or self.tree.has(path) or path in self.tree.broken:
            return False
        return _folder_of(path) == target.path or (bool(target.application) and is_below(path, target.path))

    def _of_teams(self, found: set[Target]) -> set[Target]:
        """Quotas, limits and network policies of a team's own target decide on all of its apps there."""
        teams = {(target.team, target.environment) for target in found if target.app == TEAM_APP and target.team}
        return {target for target in self.targets if (target.team, target.environment) in teams}


def _together(targets: set[Target]) -> Iterator[Target]:
    """Single files of one folder, named together, are deployed together: they may refer to each other."""
    loose: dict[str, list[Target]] = {}
    for target in targets:
        if target.kind is TargetKind.FILE and target.files and not target.unchecked:
            loose.setdefault(_folder_of(target.path), []).append(target)
        else:
            yield target
    for folder, found in loose.items():
        files = tuple(sorted(target.path for target in found))
        yield found[0] if len(files) == 1 else replace(found[0], path=folder, kind=TargetKind.FOLDER, files=files)


def survey(files: Files, config: Config) -> Discovery:
    """Looks at the whole repository once. Raises FileProblem where the root cannot be listed."""
    tree, parsed = walk(files), Parsed(files)
    includes = graph(tree, parsed)
    reached: dict[Target, frozenset[str]] = {}
    _add_deployed(Repository(tree, includes, parsed, config, own_urls(files, config)), reached)
    paths = {target.path for target in reached if not target.unchecked}
    for folder in includes.leaves():
        if folder not in paths:
            _add(_kustomization(folder, config), includes.reached(folder), reached)
    taken = {path for target in reached for path in target.files}
    for folder, names in plain_folders(tree, includes, parsed, config):
        left = tuple(path for path in names if path not in taken)
        if folder not in paths and left:
            _add(_folder(folder, left, config), frozenset((folder, *left)), reached)
    _add_rest(tree, paths, reached)
    reached = {judged: files for target, files in reached.items() for judged in _judged(target, config)}
    return Discovery(tree, includes, parsed, config, tuple(_sorted(reached)), reached)


def _add_deployed(repository: Repository, reached: dict[Target, frozenset[str]]) -> None:
    for target, inputs in deployed(repository):
        inner = repository.graph.reached(target.path) if target.kind is TargetKind.KUSTOMIZATION else frozenset(target.files)
        _add(target, inner | {target.path, target.application, *inputs}, reached)


def _add(target: Target, files: frozenset[str], reached: dict[Target, frozenset[str]]) -> None:
    reached[target] = reached.get(target, frozenset()) | files | frozenset(specs(_who(target)))


def _add_rest(tree: Tree, paths: set[str], reached: dict[Target, frozenset[str]]) -> None:
    """Charts, which only Helm can render, and what could not be followed."""
    for folder in chart_folders(tree):
        reason = "a Helm chart: only Helm can render it; keep the rendered manifests in Git to have them checked"
        if folder not in paths:
            _add(Target(folder, TargetKind.FOLDER, unchecked=reason), frozenset((folder, join(folder, "Chart.yaml"))), reached)
    for path in sorted(tree.broken):
        _add(Target(path, TargetKind.FILE, files=(path,)), frozenset((path,)), reached)


def _kustomization(folder: str, config: Config) -> Target:
    return _identified(Target(folder, TargetKind.KUSTOMIZATION), config)


def _folder(folder: str, files: tuple[str, ...], config: Config) -> Target:
    return _identified(Target(folder, TargetKind.FOLDER, files=files), config)


def _identified(target: Target, config: Config) -> Target:
    who = identity(target.path, config)
    known = config.environment(who.environment)
    return replace(
        target,
        team=who.team,
        app=who.app,
        environment=who.environment,
        cluster=known.cluster if known else "",
        namespace=namespace(who, config),
    )


def _judged(target: Target, config: Config) -> Iterator[Target]:
    """The target with what gitopsml.yaml leaves out, and its reasons, told apart."""
    reason = "" if target.unchecked else _reason(target.path, config)
    if target.unchecked or reason:
        yield replace(target, unchecked=target.unchecked or reason)
        return
    out = {path: reason for path in target.files if (reason := _reason(path, config))} if config.unchecked else {}
    yield replace(target, files=tuple(path for path in target.files if path not in out)) if out else target
    yield from (Target(path, TargetKind.FILE, unchecked=reason) for path, reason in out.items())


def _reason(path: str, config: Config) -> str:
    """Why a path is left out; "" where it is not."""
    return next((reason for pattern, reason in config.unchecked.items() if covers(pattern, path)), "")


def _who(target: Target) -> Identity:
    return Identity(target.team, target.app, target.environment)


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0] or "."


def _is_repository(files: Files) -> bool:
    return any(files.kind(name) != "missing" for name in (NAME, ".git"))


def _sorted(targets: Iterable[Target]) -> list[Target]:
    return sorted(targets, key=_order)


def _order(one: Target) -> tuple[str | int, ...]:
    return one.path, _KINDS.index(one.kind), one.application, one.namespace, one.cluster, one.unchecked


def discover(files: Files, paths: Sequence[str], config: Config) -> list[Target]:
    """What would be deployed below paths (relative to the root; none: everything), sorted.

    A base, a patch or a file of a kustomization stands for the targets that reach it. Content never raises: what cannot be read
    is a target that fails when it is evaluated. Raises UserError for a path that does not exist.
    """
    if list(paths) == [STDIN]:
        return [Target(STDIN, TargetKind.STDIN)]
    return survey(files, config).below(paths)


def reached_by(files: Files, config: Config, changed: Iterable[str]) -> list[Target]:
    """The targets on which a change of these files decides, through bases, patches, specs, clusters and configuration."""
    return survey(files, config).changed(changed)
