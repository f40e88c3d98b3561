"""AppProjects: what a team's apps may be, where they may go, who may look at them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from gitopsml.argocd.names import Deployed, GroupKind, Kinds, destination, namespace_of
from gitopsml.model.config import Config

_PLATFORM_ONLY: Final = (
    GroupKind("", "LimitRange"),
    GroupKind("", "ResourceQuota"),
    GroupKind("rbac.authorization.k8s.io", "Role"),
    GroupKind("rbac.authorization.k8s.io", "RoleBinding"),
)
_CLUSTER_SCOPED: Final = frozenset({GroupKind("", "Namespace")})
FINALIZER: Final = "resources-finalizer.argocd.argoproj.io"


def team_projects(config: Config, team: str, targets: list[Deployed], kinds: Kinds) -> Iterable[tuple[dict[str, Any], str, str]]:
    """The team's two projects with their source and blueprint; each only where it has a target."""
    own = [one for one in targets if one.app == "_team"]
    apps = [one for one in targets if one.app != "_team"]
    source, blueprint = (own[0].source, own[0].blueprint) if own else ("gitopsml.yaml", "")
    if apps:
        spec: dict[str, Any] = {"description": f"Apps of team {team}", **_where(config, apps)}  # no cluster-scoped kind at all
        spec["namespaceResourceWhitelist"] = _listed(kinds.apps)
        spec["namespaceResourceBlacklist"] = _listed(_PLATFORM_ONLY)
        if groups := _groups(own):
            spec["roles"] = [_members(f"team-{team}", groups)]
        yield _project(config, f"team-{team}", spec), source, blueprint
    if own:
        namespaces = sorted({one.namespace for one in own})
        spec = {"description": f"What the platform owns of team {team}", **_where(config, own)}
        spec["clusterResourceWhitelist"] = [{"group": "", "kind": "Namespace", "name": name} for name in namespaces]
        spec["namespaceResourceWhitelist"] = _listed(kinds.teams - _CLUSTER_SCOPED)
        yield _project(config, f"platform-{team}", spec), source, blueprint


def root_project(config: Config) -> dict[str, Any]:
    """The project of the root Application: only Argo CD's own kinds, only in its own namespace."""
    own = {"server": "https://kubernetes.default.svc", "namespace": namespace_of(config)}
    spec = {
        "description": "Applications and projects, written by gitopsml",
        "sourceRepos": [config.url],
        "destinations": [own],
        "namespaceResourceWhitelist": _listed([GroupKind("argoproj.io", "AppProject"), GroupKind("argoproj.io", "Application")]),
    }
    return _project(config, "root", spec)


def _project(config: Config, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {
        "name": name,
        "namespace": namespace_of(config),
        "labels": {"app.kubernetes.io/managed-by": "gitopsml"},
        "annotations": {"argocd.argoproj.io/sync-wave": "-2"},  # before the Applications that name it
        "finalizers": [FINALIZER],  # deletion waits until no Application is left
    }
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": metadata, "spec": spec}


def _where(config: Config, targets: list[Deployed]) -> dict[str, Any]:
    places = {(*destination(one.cluster).popitem(), one.namespace) for one in targets}
    return {
        "sourceRepos": [config.url],
        "destinations": [{word: cluster, "namespace": namespace} for word, cluster, namespace in sorted(places)],
    }


def _listed(kinds: Iterable[GroupKind]) -> list[dict[str, str]]:
    return [{"group": one.group, "kind": one.kind} for one in sorted(kinds)]


def _groups(own: list[Deployed]) -> list[str]:
    """The groups that the team's RoleBindings name: who works in its namespaces may look at its Applications too."""
    bindings = [resource for one in own for resource in one.resources if resource.kind == "RoleBinding"]
    subjects = [subject for binding in bindings for subject in binding.at("subjects", default=[])]
    return sorted({str(subject.get("name")) for subject in subjects if subject.get("kind") == "Group"})


def _members(project: str, groups: list[str]) -> dict[str, Any]:
    """Members look, read logs and start a sync again: all of it stays what is in Git."""
    rights = (("applications", "get"), ("applications", "sync"), ("logs", "get"))
    policies = [f"p, proj:{project}:members, {kind}, {verb}, {project}/*, allow" for kind, verb in rights]
    return {"name": "members", "description": "Members of the team", "groups": groups, "policies": policies}
