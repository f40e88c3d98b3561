"""`gitopsml new app TEAM/NAME --blueprint B`: a commented app.yaml."""

from __future__ import annotations

import click

from gitopsml.cli.write import create
from gitopsml.errors import UserError


@click.group("new")
def command() -> None:
    """Write a commented spec for something new."""


@command.command("app")
@click.argument("reference", metavar="TEAM/NAME")
@click.option("--blueprint", "-b", required=True, help="What kind of app: see `gitopsml blueprints`.")
@click.option("--repo", default=".", type=click.Path(exists=True, file_okay=False), help="The repository.")
def app(reference: str, blueprint: str, repo: str) -> None:
    """Write apps/TEAM/NAME/app.yaml, with a comment on every line that needs one."""
    from gitopsml.scaffold import app_spec

    team, slash, name = reference.partition("/")
    if not slash:
        raise UserError(
            f"{reference!r} is not TEAM/NAME", hint="for example: gitopsml new app risk/fraud-scorer -b model-service"
        )
    files = app_spec(team, name, blueprint)
    (path,) = files
    if create(files, repo):
        raise UserError("this app exists already", path=path, hint="choose another name, or edit the file")
    click.echo(f"next: edit {path}, then run: gitopsml generate")
