"""What a repository deploys, and which of it paths and changes mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gitopsml.config import CLUSTERS, NAME
from gitopsml.errors import UserError
from gitopsml.files import normal
from gitopsml.model.config import Config
from gitopsml.model.target import Target, TargetKind
from gitopsml.targets.graph import Graph
from gitopsml.targets.layout import APPS, TEAM_APP, Identity, decides, identity, namespace
from gitopsml.targets.loose import STDIN, is_repository
from gitopsml.targets.parsed import Parsed
from gitopsml.targets.plain import is_other, may_be_manifest
from gitopsml.targets.walk import Tree, is_below, is_wanted

_KINDS = tuple(TargetKind)
SCHEMAS = "schemas"  # of custom resources: they decide on every target


@dataclass(slots=True, frozen=True, eq=False)
class Discovery:
    """Everything that a repository deploys. `inputs`: what decides on a target besides the files its kustomization reaches."""

    tree: Tree
    graph: Graph
    parsed: Parsed
    config: Config
    targets: tuple[Target, ...]
    inputs: dict[Target, frozenset[str]]

    def below(self, paths: Sequence[str]) -> list[Target]:
        """The targets that paths of files and folders mean: those below them, and those that reach something below them.

        Raises UserError for a path that does not exist.
        """
        chosen: set[Target] = set()
        for path in paths or ["."]:
            chosen.update(self._meant(path))
        known = chosen.intersection(self.targets)
        return ordered([*known, *_together(chosen - known)])

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
        if kind == "file" and not is_repository(self.parsed.files):
            return self._alone(clean)
        if clean == "." or self._governs(clean):
            return self.changed([clean]) if clean != "." else self.targets
        found = self._reached({clean})
        if kind == "directory":
            found |= self._below(clean)
        return found or self._orphan(clean, kind)

    def reached(self, target: Target) -> frozenset[str]:
        """Every file and folder that decides on a target, existing or not."""
        inner = self.graph.reached(target.path) if target.kind is TargetKind.KUSTOMIZATION else ()
        known = self.inputs.get(target)  # a loose file or an orphan was made for the asking
        return frozenset((target.path, *target.files, *inner)) if known is None else known.union(inner)

    def _below(self, folder: str) -> set[Target]:
        holders = self.graph.holders(self.graph.below(folder))
        return {
            target
            for target in self.targets
            if _is_built(target, holders) or any(is_below(one, folder) for one in self.inputs[target])
        }

    def _governs(self, path: str) -> bool:
        """Whether a file decides on more than what it deploys: configuration, clusters, policies."""
        return path == NAME or (self.config.document is not None and is_other(path, self.config) and not is_below(path, APPS))

    def _alone(self, path: str) -> list[Target]:
        """A file outside of any repository stands for itself, whatever lies beside it."""
        holders = self.graph.holders([path])
        owners = [target for target in self.targets if _is_built(target, holders)]
        return owners or [Target(path, TargetKind.FILE, files=(path,))]

    def _orphan(self, path: str, kind: str) -> list[Target]:
        """A path that no target reaches: a Component that nothing includes, or a manifest that nothing deploys."""
        folder = path if kind == "directory" else _folder_of(path)
        if kind == "directory" and folder in self.graph.nodes:
            return [kustomization(folder, self.config)]
        if kind == "file" and is_wanted(path) and folder in self.graph.nodes and may_be_manifest(self.parsed.content(path)):
            return [
                Target(path, TargetKind.FILE, unchecked=f"the kustomization in {folder} does not name it: it is not deployed")
            ]
        return []

    def changed(self, paths: Iterable[str]) -> list[Target]:
        """The targets on which a change of these files (deleted ones too) decides."""
        changed = {path for path in paths if path}
        everywhere = [*self.config.policies, SCHEMAS]
        if any(path == NAME or any(is_below(path, folder) for folder in everywhere) for path in changed):
            return list(self.targets)
        clusters = {path.removeprefix(f"{CLUSTERS}/").rpartition(".")[0] for path in changed if is_below(path, CLUSTERS)}
        found = self._reached(changed) | {target for target in self.targets if target.cluster and target.cluster in clusters}
        return ordered(found | self._of_teams(found))

    def _reached(self, changed: set[str]) -> set[Target]:
        holders = self.graph.holders(changed)
        return {target for target in self.targets if _is_built(target, holders) or self._is_decided(target, changed)}

    def _is_decided(self, target: Target, changed: set[str]) -> bool:
        """Whether files decide on a target by other ways than its kustomization."""
        if not self.inputs[target].isdisjoint(changed):
            return True
        who = identity_of(target)
        if who.team and any(decides(path, who) for path in changed):
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


def _is_built(target: Target, holders: set[str]) -> bool:
    return target.kind is TargetKind.KUSTOMIZATION and target.path in holders


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


def kustomization(folder: str, config: Config) -> Target:
    """The target of a folder with a kustomization, as far as its path tells."""
    return _identified(Target(folder, TargetKind.KUSTOMIZATION), config)


def plain_folder(folder: str, files: tuple[str, ...], config: Config) -> Target:
    """The target of a folder of plain manifests, as far as its path tells."""
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


def identity_of(target: Target) -> Identity:
    """Team, app and environment of a target."""
    return Identity(target.team, target.app, target.environment)


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0] or "."


def ordered(targets: Iterable[Target]) -> list[Target]:
    """Targets in the order of every output."""
    return sorted(targets, key=_order)


def _order(one: Target) -> tuple[str | int, ...]:
    return one.path, _KINDS.index(one.kind), one.application, one.namespace, one.cluster, one.unchecked
