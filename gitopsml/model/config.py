"""What `gitopsml.yaml` says. Spec: the design's §3."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gitopsml.model.cluster import Cluster
from gitopsml.model.finding import Severity
from gitopsml.yamlio import Document


@dataclass(slots=True, frozen=True, eq=False)
class Environment:
    """One environment, in the order of promotion."""

    name: str
    cluster: str
    protected: bool = False


@dataclass(slots=True, frozen=True)
class SeverityRule:
    """`policy` gets `severity`, where `path` (see model.glob, "" = everywhere) and `environment` ("" = all) apply.

    Of several rules that apply the last one counts.
    """

    policy: str
    severity: Severity
    environment: str = ""
    path: str = ""


@dataclass(slots=True, frozen=True, eq=False)
class Config:
    """The repository's configuration; a repository without gitopsml.yaml has the defaults. `root` is its absolute directory."""

    root: str
    url: str = ""
    branch: str = "main"
    environments: tuple[Environment, ...] = ()
    clusters: dict[str, Cluster] = field(default_factory=dict)
    argocd: dict[str, Any] = field(default_factory=dict)  # namespace, version, …
    kustomize_version: str = ""  # as written; "" = that of the Argo CD version
    defaults: dict[str, Any] = field(default_factory=dict)  # by intent; merged below app.yaml
    severities: tuple[SeverityRule, ...] = ()
    options: dict[str, dict[str, Any]] = field(default_factory=dict)  # policy id -> options
    external: dict[str, tuple[str, ...]] = field(default_factory=dict)  # lint.external: objects that exist without being in Git
    unchecked: dict[str, str] = field(default_factory=dict)  # path -> reason
    policies: tuple[str, ...] = ()  # folders of the repository's own policies
    document: Document | None = None

    @property
    def kustomize(self) -> str:
        """The kustomize release to render like: `kustomizeVersion`, else that of the Argo CD version (`argocd_kustomize`)."""
        return self.kustomize_version or self.argocd_kustomize

    @property
    def argocd_kustomize(self) -> str:
        """The kustomize release that comes with the repository's Argo CD: 5.8.1 from Argo CD 3.5 on, 5.6.0 before."""
        parts = str(self.argocd.get("version") or "").removeprefix("v").split(".")
        numbers = [int(part) for part in parts[:2] if part.isdecimal()]
        return "5.8.1" if numbers >= [3, 5] else "5.6.0"

    def environment(self, name: str) -> Environment | None:
        """The environment of this name, or None."""
        return next((one for one in self.environments if one.name == name), None)

    def cluster_of(self, environment: str) -> Cluster | None:
        """The cluster on which an environment runs, or None."""
        known = self.environment(environment)
        return self.clusters.get(known.cluster) if known else None
