"""A path -> team, app, environment, as far as the layout of the repository tells. Spec: the design's §5."""

from __future__ import annotations

from typing import Final, NamedTuple

from gitopsml.model.config import Config

_STAGES: Final = frozenset(("overlays", "envs", "environments", "stages"))
APPS: Final = "apps"
DEPLOY: Final = "deploy"
TEAM_APP: Final = "_team"


class Identity(NamedTuple):
    """What a path says; "" where it says nothing."""

    team: str = ""
    app: str = ""
    environment: str = ""


def identity(path: str, config: Config) -> Identity:
    """`deploy/<team>/<app>/overlays/<env>`; elsewhere `…/<app>/overlays/<env>`, or a folder named like an environment."""
    parts = path.split("/")
    if len(parts) == 5 and parts[0] == DEPLOY and parts[3] == "overlays":
        return Identity(parts[1], parts[2], parts[4])
    if len(parts) >= 2 and parts[-2] in _STAGES:
        return Identity("", parts[-3] if len(parts) >= 3 else "", parts[-1])
    known = [part for part in parts if config.environment(part)]
    return Identity(environment=known[-1] if known else "")


def specs(one: Identity) -> tuple[str, ...]:
    """The folders and files in which people write what becomes this target: app.yaml and what stands beside it, team.yaml."""
    if not one.team:
        return ()
    team = f"{APPS}/{one.team}/team.yaml"
    return (team,) if one.app == TEAM_APP else (f"{APPS}/{one.team}/{one.app}", team)


def decides(path: str, one: Identity) -> bool:
    """Whether a file below `apps/` decides on a target: those of its app, of its own environment only below `local/`."""
    folder = f"{APPS}/{one.team}/{one.app}/"
    if not one.team or not path.startswith(folder):
        return False
    local, _, inner = path.removeprefix(folder).partition("/")
    return local != "local" or inner.partition("/")[0] == one.environment


def namespace(one: Identity, config: Config) -> str:
    """Where the generator deploys an app; "" in a repository of another layout."""
    if config.document is None or not one.team or config.environment(one.environment) is None:
        return ""
    return f"{one.team}-{one.environment}"
