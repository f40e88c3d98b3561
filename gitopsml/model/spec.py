"""What an `app.yaml` or `team.yaml` says, before and after the merge for one environment. Spec: the design's §2."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gitopsml.model.origin import Trail
from gitopsml.yamlio import Document


@dataclass(slots=True, frozen=True, eq=False)
class AppSpec:
    """One spec file. The path is the identity: `apps/<team>/<app>/app.yaml`; a team.yaml has the app `_team`.

    `values` is the file without apiVersion, blueprint and environments; `environments` maps each listed environment to what
    is merged over them (RFC 7386).
    """

    team: str
    app: str
    blueprint: str  # name without the major
    major: int
    values: dict[str, Any]
    environments: dict[str, dict[str, Any]]
    document: Document

    @property
    def key(self) -> str:
        """`team/app`: how other specs name it in `uses`."""
        return f"{self.team}/{self.app}"


@dataclass(slots=True, frozen=True, eq=False)
class EnvironmentSpec:
    """The merged values of one app in one environment, and where each value was written.

    `trail` leads to app.yaml, gitopsml.yaml (`defaults`) or the blueprint's schema (a default).
    """

    app: AppSpec
    environment: str
    values: dict[str, Any]
    trail: Trail
    derived: dict[str, Any] = field(default_factory=dict)
