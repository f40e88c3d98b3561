"""`gitopsml schemas`: what is known of custom resources, and how a repository adds its own."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import click

from gitopsml.errors import UserError

if TYPE_CHECKING:
    from gitopsml.schemas.catalogue import Known

_repo = click.option(
    "--repo", default=".", type=click.Path(exists=True, file_okay=False), help="The repository, or a folder in it."
)


@click.group("schemas")
def command() -> None:
    """The schemas by which lint checks custom resources."""


@command.command("list")
@click.argument("group", default="")
@_repo
def list_(group: str, repo: str) -> None:
    """List the API groups that are known; with GROUP its kinds, versions, and where their schemas come from."""
    from gitopsml.config import find_root
    from gitopsml.files import DiskFiles
    from gitopsml.schemas.catalogue import Catalogue

    catalogue = Catalogue(DiskFiles(find_root(repo)))
    for error in catalogue.errors:
        click.echo(f"not usable: {error}", err=True)
    known = catalogue.everything()
    for line in _kinds(known, group) if group else _groups(known):
        click.echo(line)


def _groups(known: Sequence[Known]) -> Iterator[str]:
    width = max(len(one.kind.group) for one in known)
    for group, members in groupby(known, key=lambda one: one.kind.group):
        kinds = sorted({one.kind.kind for one in members})
        yield f"{group:<{width}}  {', '.join(kinds)}"
    yield ""
    number = len({(one.kind.group, one.kind.kind) for one in known})
    own = sum(1 for one in known if one.path)
    yield f"{len(known)} schemas of {number} kinds, {own} of them from this repository; gitopsml schemas list GROUP shows more"


def _kinds(known: Sequence[Known], group: str) -> Iterator[str]:
    from gitopsml.model.words import did_you_mean

    groups = sorted({one.kind.group for one in known})
    found = [one for one in known if one.kind.group == group]
    if not found:
        raise UserError(f"there is no schema of the group {group!r}", hint=did_you_mean(group, groups))
    width = max(len(one.kind.kind) for one in found)
    for one in found:
        yield f"{one.kind.kind:<{width}}  {one.kind.version:<10}  {one.scope:<10}  {_source(one)}"


def _source(one: Known) -> str:
    if one.packed is not None:
        return f"{one.packed.source.repository} {one.release}" + ("  (deprecated version)" if one.packed.deprecated else "")
    return " ".join([one.path, *one.controllers, one.release]).rstrip()


@command.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--controller", default="", metavar="NAME", help="What installs them, by its word in the cluster files.")
@click.option("--release", default="", metavar="VERSION", help="The release of that controller.")
@_repo
def import_(files: tuple[str, ...], controller: str, release: str, repo: str) -> None:
    """Add CustomResourceDefinitions to the repository's folder schemas/: lint checks their objects from then on.

    Other documents in the files are passed over. With --controller and --release several releases can stand side by side: the
    cluster files choose.
    """
    from gitopsml.config import find_root
    from gitopsml.schemas.imports import imported, written

    if bool(controller) != bool(release):
        raise UserError("--controller and --release belong together", hint="give both, or none")
    root = find_root(repo)
    made: dict[str, str] = {}
    passed: Counter[str] = Counter()
    for file in files:
        with click.open_file(file, "rb") as stream:
            found = imported(stream.read(), "<stdin>" if file == "-" else file, controller, release)
        made.update(found.files)
        passed.update(found.passed)
    if not made:
        raise UserError("there is no CustomResourceDefinition in these files", hint="give files of kind CustomResourceDefinition")
    for path in written(root, made):
        click.echo(os.path.join(os.path.relpath(root), path) if os.path.relpath(root) != "." else path)
    if passed:
        click.echo(f"passed over: {', '.join(f'{number} {kind}' for kind, number in sorted(passed.items()))}", err=True)
