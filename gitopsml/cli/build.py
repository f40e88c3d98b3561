"""`gitopsml build`: what `kustomize build` prints."""

from __future__ import annotations

import sys

import click

from gitopsml.cli.where import place


@click.command("build")
@click.argument("directory", default=".", type=click.Path(exists=True, file_okay=False))
@click.option(
    "--load-restrictor",
    type=click.Choice(["rootOnly", "none", "LoadRestrictionsRootOnly", "LoadRestrictionsNone"]),
    default="rootOnly",
    help="Whether files may come from outside the kustomization's directory.",
)
@click.option("--kustomize-version", default="5.6.0", help="The release of kustomize to equal.")
@click.option("--root", default="", type=click.Path(file_okay=False), help="The repository: nothing outside it is read.")
def command(directory: str, load_restrictor: str, kustomize_version: str, root: str) -> None:
    """Print what `kustomize build` prints for DIRECTORY; fetches nothing and runs nothing."""
    from gitopsml.files import DiskFiles
    from gitopsml.kustomize import build, render_text

    base, path = place(directory, root)
    result = build(DiskFiles(base), path, version=kustomize_version, load_restrictor=load_restrictor)
    for warning in result.warnings:
        click.echo(warning, err=True)
    sys.stdout.write(render_text(result.resources))
