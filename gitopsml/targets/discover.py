"""Paths -> Targets: kustomizations that nothing else includes, what Argo CD deploys, folders of plain manifests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from gitopsml.files import Files
from gitopsml.model.config import Config
from gitopsml.model.glob import covers
from gitopsml.model.target import Target, TargetKind
from gitopsml.targets.deploys import Repository, deployed
from gitopsml.targets.discovery import Discovery, identity_of, kustomization, ordered, plain_folder
from gitopsml.targets.graph import Graph, graph
from gitopsml.targets.layout import specs
from gitopsml.targets.loose import is_loose
from gitopsml.targets.parsed import Parsed
from gitopsml.targets.plain import CHART, chart_folders, plain_folders
from gitopsml.targets.remotes import own_urls, prefix_in_clone
from gitopsml.targets.walk import Tree, join, walk


def survey(files: Files, config: Config, paths: Sequence[str] = ()) -> Discovery:
    """Looks at the whole repository once. Raises FileProblem where the root cannot be listed.

    `paths` is what will be asked for; where that is only standard input or loose files, nothing else is looked at.
    """
    if is_loose(files, paths):
        return Discovery(Tree(), Graph({}), Parsed(files), config, (), {})
    tree, parsed = walk(files), Parsed(files)
    includes = graph(tree, parsed)
    inputs: dict[Target, frozenset[str]] = {}
    urls, prefix = own_urls(files, config), prefix_in_clone(files.root)
    _add_deployed(Repository(tree, includes, parsed, config, urls, prefix), inputs)
    known = {target.path for target in inputs if not target.unchecked}
    for folder in includes.leaves():
        if folder not in known:
            _add(kustomization(folder, config), frozenset(), inputs)
    taken = {path for target in inputs for path in target.files}
    for folder, names in plain_folders(tree, includes, parsed, config):
        left = tuple(path for path in names if path not in taken)
        if folder not in known and left:
            _add(plain_folder(folder, left, config), frozenset((folder, *left)), inputs)
    _add_rest(tree, known, inputs)
    inputs = {judged: files for target, files in inputs.items() for judged in _judged(target, config)}
    return Discovery(tree, includes, parsed, config, tuple(ordered(inputs)), inputs)


def _add_deployed(repository: Repository, inputs: dict[Target, frozenset[str]]) -> None:
    for target, others in deployed(repository):
        _add(target, frozenset((target.path, target.application, *target.files, *others)), inputs)


def _add(target: Target, files: frozenset[str], inputs: dict[Target, frozenset[str]]) -> None:
    inputs[target] = inputs.get(target, frozenset()).union(files, specs(identity_of(target)))


def _add_rest(tree: Tree, known: set[str], inputs: dict[Target, frozenset[str]]) -> None:
    """Charts, which only Helm can render, repositories inside of this one, and what could not be followed."""
    for folder in chart_folders(tree):
        reason = "a Helm chart: only Helm can render it; keep the rendered manifests in Git to have them checked"
        if folder not in known:
            _add(Target(folder, TargetKind.FOLDER, unchecked=reason), frozenset((folder, join(folder, CHART))), inputs)
    for folder in tree.nested:
        reason = "a repository of its own, with a gitopsml.yaml: lint it by itself"
        _add(Target(folder, TargetKind.FOLDER, unchecked=reason), frozenset((folder,)), inputs)
    for path in sorted(tree.broken):
        _add(Target(path, TargetKind.FILE, files=(path,)), frozenset((path,)), inputs)


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


def discover(files: Files, paths: Sequence[str], config: Config) -> list[Target]:
    """What would be deployed below paths (relative to the root; none: everything), sorted.

    A base, a patch or a file of a kustomization stands for the targets that reach it. Content never raises: what cannot be read
    is a target that fails when it is evaluated. Raises UserError for a path that does not exist.
    """
    return survey(files, config, paths).below(paths)


def reached_by(files: Files, config: Config, changed: Iterable[str]) -> list[Target]:
    """The targets on which a change of these files decides, through bases, patches, specs, clusters and configuration."""
    return survey(files, config).changed(changed)
