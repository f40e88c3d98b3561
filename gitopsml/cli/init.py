"""`gitopsml init`: lay out a repository."""

from __future__ import annotations

import os
from pathlib import Path

import click

from gitopsml.cli.write import create
from gitopsml.errors import UserError


@click.command("init")
@click.argument("directory", type=click.Path(file_okay=False), default=".")
@click.option("--team", default="research", show_default=True, help="Name of the first team.")
@click.option("--app", default="hello", show_default=True, help="Name of its first app.")
@click.option(
    "--url", default="https://git.example.com/ml/platform.git", show_default=True, help="Where Argo CD finds the repository."
)
@click.option("--provider", default="onprem", show_default=True, help="Whose Kubernetes it is: aks, eks, gke or onprem.")
def command(directory: str, team: str, app: str, url: str, provider: str) -> None:
    """Lay out a GitOps repository in DIRECTORY: configuration, clusters, a team, a first app, CI.

    Files that exist already stay as they are.
    """
    from gitopsml.scaffold import repository

    files = repository(team, app, url, provider)
    _make(directory)
    create(files, directory)
    place = "" if os.path.realpath(directory) == os.getcwd() else f" --repo {directory}"
    click.echo(f"next: edit apps/{team}/{app}/app.yaml and clusters/, then run: gitopsml generate{place}")


def _make(directory: str) -> None:
    try:
        Path(directory).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise UserError(
            f"cannot make this folder: {reason}", path=directory, hint="choose a place that you may write to"
        ) from None
