"""What a target is called in Argo CD, where it goes, and the records that describe it."""

from __future__ import annotations

from typing import Any, NamedTuple

from gitopsml.model.cluster import Cluster
from gitopsml.model.config import Config
from gitopsml.model.resource import Resource


class GroupKind(NamedTuple):
    """A kind, as AppProjects name it; the core group is ""."""

    group: str
    kind: str


class Kinds(NamedTuple):
    """The kinds that the installed blueprints can make: those of apps, and those of teams."""

    apps: frozenset[GroupKind]
    teams: frozenset[GroupKind]


class Deployed(NamedTuple):
    """One target. `app` is "_team" for the team's own; `watched` are the folders that its render reads besides `path`."""

    team: str
    app: str
    environment: str
    namespace: str
    cluster: Cluster
    protected: bool
    path: str  # deploy/<team>/<app>/overlays/<env>
    watched: tuple[str, ...]
    blueprint: str  # model-service@1
    intent: str
    source: str  # apps/<team>/<app>/app.yaml
    resources: tuple[Resource, ...]
    description: str = ""  # for people: what the app is for, who answers for it
    owner: str = ""

    @property
    def application(self) -> str:
        """The name of its Application."""
        parts = (self.team, self.environment) if self.app == "_team" else (self.team, self.app, self.environment)
        return "-".join(parts)


def spelled(one: Deployed) -> str:
    """A target, for people."""
    return f"team {one.team} in {one.environment}" if one.app == "_team" else f"{one.team}/{one.app} in {one.environment}"


def project_of(one: Deployed) -> str:
    """The project of a target. The prefixes keep a team called `root` or `platform-x` from taking the name of another project."""
    return f"platform-{one.team}" if one.app == "_team" else f"team-{one.team}"


def namespace_of(config: Config) -> str:
    """The namespace in which Argo CD and its objects live."""
    return str(config.argocd.get("namespace") or "argocd")


def destination(cluster: Cluster) -> dict[str, Any]:
    """How Argo CD calls the cluster: `server` or `name`, never both; its own cluster where the cluster file does not say."""
    given = cluster.data.get("destination") or {}
    return {"name": given["name"]} if "name" in given else {"server": given.get("server", "https://kubernetes.default.svc")}
