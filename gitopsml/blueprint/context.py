"""One app in one environment: which variables its blueprint sees, and what apps see of each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gitopsml.blueprint.registry import Blueprint
from gitopsml.blueprint.scope import Scope
from gitopsml.errors import SpecError, UserError
from gitopsml.files import Files
from gitopsml.model.cluster import Cluster
from gitopsml.model.config import Config, Environment
from gitopsml.model.origin import Trail
from gitopsml.model.spec import EnvironmentSpec

_OWN_FILES = ("app.yaml", "local")


@dataclass(slots=True, frozen=True, eq=False)
class Instance:
    """An app (or a team) in an environment. `team_spec` is what its team.yaml says there, None without one."""

    spec: EnvironmentSpec
    blueprint: Blueprint
    environment: Environment
    cluster: Cluster
    scope: Scope

    @property
    def key(self) -> tuple[str, str]:
        """`team/app` and environment."""
        return self.spec.app.key, self.environment.name

    @property
    def namespace(self) -> str:
        """Where its objects live."""
        return f"{self.spec.app.team}-{self.environment.name}"

    @property
    def name(self) -> str:
        """The name of its main objects."""
        return own_name(self.spec)


def own_name(spec: EnvironmentSpec) -> str:
    """The app's name; the team's for what a team.yaml makes."""
    return spec.app.team if spec.app.app.startswith("_") else spec.app.app


def instance(spec: EnvironmentSpec, blueprint: Blueprint, config: Config, files: Files, team: EnvironmentSpec | None) -> Instance:
    """The instance with all variables but those about other apps. The environment must exist and have a cluster."""
    environment, cluster = config.environment(spec.environment), config.cluster_of(spec.environment)
    assert environment is not None
    assert cluster is not None
    given = {
        "spec": spec.values,
        "name": own_name(spec),
        "app": _app(spec, blueprint),
        "team": {"name": spec.app.team, "spec": team.values if team else {}},
        "environment": {
            "name": environment.name,
            "protected": environment.protected,
            "index": config.environments.index(environment),
        },
        "cluster": {**cluster.data, "name": cluster.name},
        "repository": _repository(config),
        "files": Folder(files, f"apps/{spec.app.team}/{spec.app.app}"),
    }
    trails: dict[str, Trail] = {"spec": spec.trail}
    if cluster.trail is not None:
        trails["cluster"] = cluster.trail
    scope = Scope(blueprint.part, given, trails, f"{spec.app.key} in {environment.name}")
    return Instance(spec, blueprint, environment, cluster, scope)


def _app(spec: EnvironmentSpec, blueprint: Blueprint) -> dict[str, Any]:
    return {
        "name": own_name(spec),
        "namespace": f"{spec.app.team}-{spec.environment}",
        "team": spec.app.team,
        "blueprint": blueprint.name,
        "major": blueprint.major,
        "stage": blueprint.stage,
        "intent": blueprint.intent,
        "path": spec.app.document.path,
    }


def _repository(config: Config) -> dict[str, Any]:
    return {
        "url": config.url,
        "branch": config.branch,
        "environments": [one.name for one in config.environments],
        "argocd": config.argocd,
    }


class Folder(Mapping[str, str]):
    """The text files below an app's folder, read when they are asked for; app.yaml and local/ are not among them."""

    cel_type = "map"

    def __init__(self, files: Files, folder: str) -> None:
        self._files = files
        self._folder = folder

    @cached_property
    def _paths(self) -> tuple[str, ...]:
        return tuple(self._walk("")) if self._files.kind(self._folder) == "directory" else ()

    def _walk(self, below: str) -> Iterator[str]:
        for name in self._files.names(f"{self._folder}/{below}".rstrip("/")):
            path = f"{below}{name}"
            if path in _OWN_FILES:
                continue
            kind = self._files.kind(f"{self._folder}/{path}")
            if kind == "directory":
                yield from self._walk(f"{path}/")
            elif kind == "file":
                yield path

    def __getitem__(self, path: str) -> str:
        if path not in self._paths:
            raise KeyError(path)
        try:
            return self._files.read(f"{self._folder}/{path}").decode()
        except UnicodeDecodeError:
            raise SpecError(
                "not a text file", path=f"{self._folder}/{path}", hint="only UTF-8 text can be put into a spec"
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


Instances = Mapping[tuple[str, str], Instance]
Seen = Mapping[tuple[str, str], Mapping[str, Any]]


def uses_of(spec: EnvironmentSpec) -> dict[str, str]:
    """The apps that a spec uses: its own name for each -> `team/app`."""
    uses = spec.values.get("uses")
    if not isinstance(uses, dict):
        return {}
    return {name: target for name, target in uses.items() if isinstance(target, str)}


def check_uses(one: Instance, instances: Instances, everywhere: Mapping[str, list[str]]) -> Iterator[UserError]:
    """References to apps that are not in this environment. `everywhere`: each app -> the environments that list it."""
    from gitopsml.model.words import did_you_mean
    from gitopsml.yamlio import locate

    environment = one.environment.name
    for name, target in uses_of(one.spec).items():
        if (target, environment) in instances and target != one.spec.app.key:
            continue
        if target == one.spec.app.key:
            what, hint = f"{target} uses itself", "remove the line"
        elif target in everywhere:
            what = f"{target} is not deployed in {environment}"
            hint = f"list {environment} under environments of apps/{target}/app.yaml, or set uses.{name} to null here"
        else:
            what, hint = f"there is no app {target}", did_you_mean(target, everywhere)
        origin = one.spec.trail.at(("uses", name)).origin
        span = locate(origin.document, origin.pointer)
        yield SpecError(what, path=origin.document.path, line=span.line, column=span.column, hint=hint)


def connect(instances: Instances, seen: Seen) -> None:
    """Give every instance the variables about other apps: `uses`, `usedBy`, `apps`. `seen` is what each app provides."""
    used_by: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for key in sorted(instances):
        one = instances[key]
        uses = []
        for name, target in sorted(uses_of(one.spec).items()):
            uses.append(_view(name, instances[target, key[1]], seen))
            used_by.setdefault((target, key[1]), []).append(_view(name, one, seen))
        one.scope.variables["uses"] = uses
    members: dict[str, list[dict[str, Any]]] = {}
    for key in sorted(instances):
        one = instances[key]
        if not one.spec.app.app.startswith("_"):
            members.setdefault(key[1], []).append(_view("", one, seen))
    for key, one in instances.items():
        own = one.spec.app.app.startswith("_")
        everyone = members.get(key[1], [])
        one.scope.variables["usedBy"] = used_by.get(key, [])
        one.scope.variables["apps"] = [app for app in everyone if app["team"] == one.spec.app.team] if own else everyone


def _view(name: str, one: Instance, seen: Seen) -> dict[str, Any]:
    own = {
        "as": name,
        "app": one.spec.app.app,
        "team": one.spec.app.team,
        "namespace": one.namespace,
        "blueprint": one.blueprint.name,
        "intent": one.blueprint.intent,
    }
    return {**seen[one.key], **own}
