"""What Argo CD is told: targets -> Applications, AppProjects and the root Application, by path.

One Application per app and environment; per team a project for its apps (only the kinds that blueprints make, only its
namespaces) and one for what the platform owns (namespace, quota, rights); the root Application, which deploys these objects,
has a project of its own. Each field answers a pitfall of Argo CD's documents and issue tracker; comments name them.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any, Final, NamedTuple

from gitopsml.argocd.names import Deployed, GroupKind, Kinds, destination, namespace_of, project_of, spelled
from gitopsml.argocd.projects import root_project, team_projects
from gitopsml.errors import ConfigError, Problems, SpecError, UserError
from gitopsml.model.config import Config
from gitopsml.model.resource import Resource

__all__ = ["Deployed", "GroupKind", "Kinds", "Made", "build"]

FOLDER: Final = "argocd"
CONFIG: Final = "gitopsml.yaml"
FINALIZER: Final = "resources-finalizer.argocd.argoproj.io"
WATCHED: Final = "argocd.argoproj.io/manifest-generate-paths"
QUEUE: Final = "kueue.x-k8s.io/queue-name"
WAVE: Final = "argocd.argoproj.io/sync-wave"


class Made(NamedTuple):
    """One object: its data in the order people read, the file it comes from, and the blueprint ("" for none)."""

    data: dict[str, Any]
    source: str
    blueprint: str = ""


def build(config: Config, deployed: Iterable[Deployed], kinds: Kinds) -> dict[str, Made]:
    """All objects below argocd/, by path from the root of the repository; nothing where nothing is deployed.

    `kinds` are those that the installed blueprints can make: a project that allowed only what is deployed today would stop
    Argo CD from pruning what was deployed yesterday. Raises ConfigError without repository.url, SpecError (or Problems) where two
    targets would get one name.
    """
    ordered = sorted(deployed, key=lambda one: (one.team, one.app, one.environment))
    if not ordered:
        return {}
    if not config.url:
        raise ConfigError(
            "repository.url is missing, so Argo CD would not know what to read", path=CONFIG, hint="add repository: {url: …}"
        )
    _names_are_unique(ordered)
    made = {
        f"{FOLDER}/root.yaml": Made(_root(config), CONFIG),
        f"{FOLDER}/projects/root.yaml": Made(root_project(config), CONFIG),
    }
    for team, targets in groupby(ordered, key=lambda one: one.team):
        made |= {f"{FOLDER}/projects/{data['metadata']['name']}.yaml": Made(data, source, blueprint)
                 for data, source, blueprint in team_projects(config, team, list(targets), kinds)}  # fmt: skip
    for one in ordered:
        made[f"{FOLDER}/applications/{one.application}.yaml"] = Made(_application(config, one), one.source, one.blueprint)
    return dict(sorted(made.items()))


def _names_are_unique(deployed: list[Deployed]) -> None:
    """`a-b` + `c` and `a` + `b-c` make one name: two objects would fight, two teams would share a namespace."""
    applications: dict[str, Deployed] = {}
    namespaces: dict[str, Deployed] = {}
    problems: list[UserError] = []
    for one in deployed:
        other = applications.setdefault(one.application, one)
        neighbour = namespaces.setdefault(one.namespace, one)
        if other is not one:
            problems.append(_clash(one, other, f"the Application {one.application}"))
        elif neighbour.team != one.team:
            problems.append(_clash(one, neighbour, f"the namespace {one.namespace}"))
    if problems:
        raise problems[0] if len(problems) == 1 else Problems(problems)


def _clash(one: Deployed, other: Deployed, what: str) -> SpecError:
    text = f"{spelled(one)} and {spelled(other)} would share {what}"
    return SpecError(text, path=one.source, line=1, hint=f"rename one of them (the other is {other.source})")


def _application(config: Config, one: Deployed) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "name": one.application,
        "namespace": namespace_of(config),
        "labels": {
            "app.kubernetes.io/managed-by": "gitopsml",
            "gitopsml.dev/team": one.team,
            "gitopsml.dev/app": one.app.lstrip("_"),
            "gitopsml.dev/environment": one.environment,
            "gitopsml.dev/cluster": one.cluster.name,
            "gitopsml.dev/blueprint": one.blueprint.replace("@", "-"),
        },
        "annotations": {WATCHED: ";".join([".", *(f"/{path}" for path in one.watched)])},
    }
    if one.app == "_team":
        metadata["annotations"][WAVE] = "-1"  # namespace and quota before the apps in them
    if not one.protected and one.app != "_team":
        metadata["finalizers"] = [FINALIZER]  # deleting the Application deletes its workloads; protected ones outlive a mistake
    spec: dict[str, Any] = {
        "project": project_of(one),
        "source": {"repoURL": config.url, "path": one.path, "targetRevision": _revision(config)},
        "destination": {**destination(one.cluster), "namespace": one.namespace},
        "syncPolicy": _sync_policy(["ApplyOutOfSyncOnly=true"]),
    }
    if info := [{"name": word, "value": text} for word, text in (("Description", one.description), ("Owner", one.owner)) if text]:
        spec["info"] = info
    if ignored := _ignored(one):
        spec["syncPolicy"]["syncOptions"].append("RespectIgnoreDifferences=true")
        spec["ignoreDifferences"] = ignored
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}


def _ignored(one: Deployed) -> list[dict[str, Any]]:
    """Fields that controllers own: replicas under an autoscaler, a queued run's start, the weights that a canary moves."""
    scaled = [{**target, "jsonPointers": ["/spec/replicas"]} for target in _scaled(one)]
    routes = {resource.name for resource in one.resources if resource.kind == "HTTPRoute"}
    moved = sorted({name for resource in one.resources for name in _moved(resource)} & routes)
    weights = ".spec.rules[].backendRefs[].weight"
    return [
        *scaled,
        *(rule for resource in one.resources for rule in _queued(resource)),
        *(
            {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": name, "jqPathExpressions": [weights]}
            for name in moved
        ),
    ]


def _queued(resource: Resource) -> list[dict[str, Any]]:
    """What Kueue writes into a run: it suspends it until its turn, and puts the flavour's nodes into a TrainJob as a patch."""
    if QUEUE not in resource.labels:
        return []
    rule: dict[str, Any] = {
        "group": resource.group,
        "kind": resource.kind,
        "name": resource.name,
        "jsonPointers": ["/spec/suspend"],
    }
    if resource.kind == "TrainJob":
        rule["jqPathExpressions"] = ['.spec.runtimePatches[]? | select(.manager == "kueue.x-k8s.io/manager")']
    return [rule]


def _moved(resource: Resource) -> list[str]:
    """The HTTPRoutes whose weights a Rollout changes through the Gateway API plugin."""
    if resource.kind != "Rollout":
        return []
    plugins = resource.at("spec", "strategy", "canary", "trafficRouting", "plugins", default={})
    return [str(plugin.get("httpRoute")) for plugin in plugins.values() if isinstance(plugin, dict)]


def _scaled(one: Deployed) -> list[dict[str, str]]:
    """What an autoscaler owns the replicas of; the group is mandatory, without it a rule for a grouped kind never matches."""
    targets = []
    for resource in one.resources:
        if resource.kind in ("HorizontalPodAutoscaler", "ScaledObject"):
            target = resource.at("spec", "scaleTargetRef", default={})
            group = str(target.get("apiVersion", "")).rpartition("/")[0]
            targets.append({"group": group, "kind": str(target.get("kind")), "name": str(target.get("name"))})
    return targets


def _sync_policy(options: list[str]) -> dict[str, Any]:
    return {
        "automated": {"enabled": True, "prune": True, "selfHeal": True, "allowEmpty": False},
        "syncOptions": ["FailOnSharedResource=true", "PruneLast=true", "PrunePropagationPolicy=foreground", *options],
        "retry": {
            "limit": 5,
            "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"},
        },  # without a limit: no retries at all
    }


def _revision(config: Config) -> str:
    return config.branch if config.branch.startswith("refs/") else f"refs/heads/{config.branch}"  # qualified: no scan of all refs


def _root(config: Config) -> dict[str, Any]:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {
            "name": "root",
            "namespace": namespace_of(config),
            "labels": {"app.kubernetes.io/managed-by": "gitopsml"},
            "annotations": {WATCHED: "."},
        },
        "spec": {
            "project": "root",
            "source": {
                "repoURL": config.url,
                "path": FOLDER,
                "targetRevision": _revision(config),
                "directory": {"recurse": True},
            },
            "destination": {"server": "https://kubernetes.default.svc", "namespace": namespace_of(config)},
            "syncPolicy": _sync_policy([]),
        },
    }
