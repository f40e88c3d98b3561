"""Specs -> every generated file, proved. The pipeline, top to bottom:

load, build: `expand` · factor, lay out: `layout` · prove: render the files again · Argo CD: `argocd.build`. It reads files
and gives a tree of texts; `plan` and `apply` compare and write.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby

from gitopsml import bundled, prove
from gitopsml.argocd.build import Deployed, GroupKind, Kinds, build
from gitopsml.blueprint.build import objects
from gitopsml.blueprint.context import Instance
from gitopsml.blueprint.registry import Registry
from gitopsml.errors import UserError
from gitopsml.expand import Expanded, Key, expand, stop_at
from gitopsml.files import DiskFiles, Files
from gitopsml.layout.factor import Given, factor
from gitopsml.layout.files import Place, app_files, text
from gitopsml.layout.images import promoted
from gitopsml.model.config import Config
from gitopsml.model.resource import Resource, ResourceId
from gitopsml.spec import TEAM, error_at

Owned = tuple[str, ResourceId]  # a cluster, and an object on it


@dataclass(slots=True, frozen=True, eq=False)
class Generated:
    """`tree` is every file that should exist: path -> text. `instances` and `resources` are what the blueprints said, by
    `team/app` and environment; `targets` leads from an overlay's directory to that key.

    The trails of `resources` are coarse (the template), those of `traced` are true.
    """

    tree: dict[str, str]
    instances: dict[Key, Instance]
    resources: dict[Key, tuple[Resource, ...]] = field(default_factory=dict)
    targets: dict[str, Key] = field(default_factory=dict)
    _traced: dict[Key, tuple[Resource, ...]] = field(default_factory=dict)

    def owned(self) -> Iterator[Owned]:
        """Every object that was made, with its cluster."""
        for key, resources in self.resources.items():
            yield from ((self.instances[key].cluster.name, resource.id) for resource in resources)

    def traced(self, key: Key) -> tuple[Resource, ...]:
        """The objects of an app in an environment, each field with where it was written: in app.yaml, in a template, …"""
        if key not in self._traced:
            one = self.instances[key]
            self._traced[key] = tuple(objects(one.blueprint, one.scope.traced()))
        return self._traced[key]


def generate(
    files: Files,
    config: Config,
    *,
    registry: Registry | None = None,
    only: Collection[str] | None = None,
    proof: bool = True,
    expanded: Expanded | None = None,
) -> Generated:
    """Everything that the specs of a repository make. `only` names the `team/app`s to lay out (all specs are read and checked).

    `proof=False` leaves out the proof, for a comparison with files that were proved when they were written. `expanded` is what
    the specs expand to, where that is known already.

    Raises Problems or one UserError, each at its line; InternalError where the files would not render to what the blueprint said.
    """
    with _uncollected():
        registry = registry or bundled_registry()
        expanded = expanded or expand(files, config, registry)
        wanted = {key: one for key, one in expanded.instances.items() if only is None or key[0] in only}
        resources = _objects(wanted)
        tree: dict[str, str] = {}
        for keys in _by_app(wanted):
            tree |= _lay_out({key: wanted[key] for key in keys}, resources, files, config.kustomize if proof else "")
        if only is None:
            tree |= _argocd(config, registry, expanded, resources, files)
        return Generated(tree, expanded.instances, resources, {_place(one).overlay(key[1]): key for key, one in wanted.items()})


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the cyclic garbage collector: everything made here is kept until the end, and walking it again and again costs."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _lay_out(app: dict[Key, Instance], resources: dict[Key, tuple[Resource, ...]], files: Files, proof: str) -> dict[str, str]:
    """The files of one app in all of its environments; `proof` is the kustomize release to prove them with, "" for no proof."""
    first = next(iter(app.values()))
    place = _place(first)
    given = [Given(key[1], one.namespace, resources[key], promoted(one.spec.values)) for key, one in app.items()]
    changed = {key[1] for key in app if files.kind(place.local(key[1])) == "directory"}
    made = app_files(place, factor(given, whole=place.app == TEAM), changed)
    if proof:
        directories = {place.built(key[1], changed=key[1] in changed): resources[key] for key in app}
        prove.rendered_equal(made, directories, proof)
    return made


def bundled_registry() -> Registry:
    """The blueprints that come with gitopsml."""
    return Registry(DiskFiles(str(bundled.directory("blueprints"))))


def _by_app(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """The keys of each app, in order of promotion."""
    return (list(group) for _, group in groupby(keys, key=lambda key: key[0]))


def _objects(instances: dict[Key, Instance]) -> dict[Key, tuple[Resource, ...]]:
    made: dict[Key, tuple[Resource, ...]] = {}
    problems: list[UserError] = []
    for key, one in instances.items():
        try:
            made[key] = tuple(objects(one.blueprint, one.scope))
        except UserError as error:
            problems.append(error)
    stop_at(problems or _collisions(instances, made))
    return made


def _collisions(instances: dict[Key, Instance], made: dict[Key, tuple[Resource, ...]]) -> Iterator[UserError]:
    """Objects that two apps would both make on one cluster: they would overwrite each other."""
    owners: dict[Owned, Key] = {}
    for key, resources in made.items():
        one = instances[key]
        for resource in resources:
            first = owners.setdefault((one.cluster.name, resource.id), key)
            if first != key:
                where = f" in namespace {resource.namespace}" if resource.namespace else ""
                what = f"{key[0]} and {first[0]} would both make {resource.id}{where}"
                yield error_at(one.spec.app.document, ("environments", key[1]), what, "rename one of the apps", key=True)


def _place(one: Instance) -> Place:
    app = one.spec.app
    return Place(app.team, app.app, one.name, app.document.path, str(one.blueprint))


def _argocd(
    config: Config, registry: Registry, expanded: Expanded, resources: dict[Key, tuple[Resource, ...]], files: Files
) -> dict[str, str]:
    kinds = {intent: frozenset(GroupKind(*kind) for kind in found) for intent, found in registry.kinds().items()}
    apps = frozenset[GroupKind]().union(*(found for intent, found in kinds.items() if intent))
    deployed = [_deployed(one, resources[key], files) for key, one in expanded.instances.items()]
    made = build(config, deployed, Kinds(apps, kinds.get("", frozenset())))
    return {path: text(one.data, Place("", "", "", one.source, one.blueprint)) for path, one in made.items()}


def _deployed(one: Instance, resources: tuple[Resource, ...], files: Files) -> Deployed:
    place, environment = _place(one), one.environment.name
    local = place.local(environment)
    watched = [f"{place.folder}/base"] if place.app != TEAM else []
    watched += [local] if files.kind(local) == "directory" else []
    return Deployed(
        team=place.team,
        app=place.app,
        environment=environment,
        namespace=one.namespace,
        cluster=one.cluster,
        protected=one.environment.protected,
        path=place.overlay(environment),
        watched=tuple(watched),
        blueprint=place.blueprint,
        intent=one.blueprint.intent,
        source=place.source,
        resources=resources,
        description=str(one.spec.values.get("description") or ""),
        owner=str(one.spec.values.get("owner") or ""),
    )
