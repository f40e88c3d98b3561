"""The first files of a repository and of an app: what `gitopsml init` and `gitopsml new` write.

The texts are files: `repository/` beside this module, and `starter.yaml` of each blueprint. Words in capitals (TEAM, APP, …) are
replaced by checked names, nothing else is filled in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gitopsml import __version__
from gitopsml.bundled import directory
from gitopsml.errors import UserError

ENVIRONMENTS: Final = ("dev", "staging", "prod")
_HERE = Path(__file__).parent / "repository"
_PLACES: Final = {
    "gitopsml.yaml": "gitopsml.yaml",
    "README.md": "README.md",
    "CODEOWNERS": "CODEOWNERS",
    ".pre-commit-config.yaml": "pre-commit-config.yaml",
    ".github/workflows/gitopsml.yaml": "workflow.yaml",
}
_NAME = re.compile(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?\Z")
_URL = re.compile(r"(?:https|ssh)://[^\s\"'#]+\Z|[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:[^\s\"'#]+\Z")


def repository(team: str, app: str, url: str, provider: str) -> dict[str, str]:
    """Path -> text of a new repository with one team and one app. Raises UserError for an impossible name, URL or provider."""
    if not _URL.match(url):
        raise UserError(f"{url!r} is not the URL of a Git repository", hint="write https://… or ssh://… or user@host:path")
    if provider not in providers():
        raise UserError(f"there is no provider {provider!r}", hint=f"use one of {', '.join(providers())}")
    words = {"TEAM": name(team, "team"), "REPOSITORY_URL": url, "PROVIDER": provider, "VERSION": __version__}
    files = {path: _fill(_HERE / source, words) for path, source in _PLACES.items()}
    for environment in ENVIRONMENTS:
        files[f"clusters/{environment}.yaml"] = _fill(_HERE / "cluster.yaml", {**words, "CLUSTER": environment})
    files[f"apps/{team}/team.yaml"] = _fill(_starter("team"), words)
    return files | app_spec(team, app, "model-service")


def app_spec(team: str, app: str, blueprint: str) -> dict[str, str]:
    """Path -> text of a commented app.yaml. Raises UserError for an impossible name or an unknown blueprint."""
    words = {"TEAM": name(team, "team"), "APP": name(app, "app")}
    return {f"apps/{team}/{app}/app.yaml": _fill(_starter(blueprint), words)}


def name(text: str, what: str) -> str:
    """A DNS label of at most 40 characters, or UserError."""
    if not _NAME.match(text):
        hint = "use lower-case letters, digits and hyphens, at most 40 characters, beginning with a letter"
        raise UserError(f"{text!r} cannot be the name of {'an' if what[0] in 'aeiou' else 'a'} {what}", hint=hint)
    return text


def blueprints() -> list[str]:
    """The blueprints that an app can start from."""
    return sorted(path.parent.name for path in directory("blueprints").glob("*/starter.yaml") if path.parent.name != "team")


def providers() -> list[str]:
    """The clouds and machines that a cluster file can name."""
    return sorted(path.stem for path in (directory("blueprints") / "providers").glob("*.yaml"))


def _starter(blueprint: str) -> Path:
    path = directory("blueprints") / blueprint / "starter.yaml"
    if not re.fullmatch(r"[a-z0-9-]+", blueprint) or not path.is_file():
        raise UserError(f"there is no blueprint {blueprint!r}", hint=f"use one of {', '.join(blueprints())}")
    return path


def _fill(path: Path, words: Mapping[str, str]) -> str:
    return re.sub(r"\b(?:" + "|".join(words) + r")\b", lambda match: words[match[0]], path.read_text("utf-8"))
