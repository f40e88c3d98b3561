"""`gitopsml schema`: the JSON Schema of a file that people write, or of the report."""

from __future__ import annotations

import json
from typing import Any

import click

from gitopsml.errors import ConfigError


@click.command("schema")
@click.argument("name", type=click.Choice(["app", "team", "cluster", "repository", "report"]))
@click.option("--blueprint", default="", metavar="NAME", help="Only the words of this blueprint (app and team).")
def command(name: str, blueprint: str) -> None:
    """Print the JSON Schema of app.yaml, team.yaml, a cluster file, gitopsml.yaml, or of `lint --format json`.

    Editors that read `# yaml-language-server: $schema=FILE` complete and explain with it.
    """
    click.echo(json.dumps(_schema(name, blueprint), indent=2, ensure_ascii=False))


def _schema(name: str, blueprint: str) -> dict[str, Any]:
    if name in ("app", "team"):
        return _spec_schema(name, blueprint)
    if blueprint:
        raise ConfigError("--blueprint is for the schemas of app and team", hint="leave it out")
    if name == "report":
        from gitopsml.report import schema as report_schema

        return report_schema()
    from gitopsml.config import schema

    return schema("cluster" if name == "cluster" else "repository")


def _spec_schema(kind: str, name: str) -> dict[str, Any]:
    from gitopsml.blueprint.publish import file_schema
    from gitopsml.blueprint.registry import walk
    from gitopsml.generate import bundled_registry

    registry = bundled_registry()
    if name:
        stem, _, major = name.partition("@")
        return file_schema([registry.get(stem, int(major) if major.isdigit() else 1)], kind)
    return file_schema([one for one in walk(registry) if (kind == "team") == (not one.intent)], kind)
