"""`gitopsml test`: policies against fixtures whose comments say what must be found."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gitopsml.errors import EXIT_FINDINGS, EXIT_OK, Problems, UserError

if TYPE_CHECKING:
    from gitopsml.policy import Registry
    from gitopsml.policy.testing import Outcome

_DEFAULT = "tests/policies"


@click.command("test")
@click.argument("directory", required=False, metavar="[DIR]", type=click.Path(exists=True, file_okay=False))
@click.option("--policies", multiple=True, type=click.Path(exists=True, file_okay=False), metavar="DIR",
              help="A folder with policies to test; may be given several times.")  # fmt: skip
@click.option("--verbose", "-v", is_flag=True, help="Name the cases that pass, too.")
def command(directory: str | None, policies: tuple[str, ...], verbose: bool) -> int:
    """Test policies against the cases in DIR (default: tests/policies, else here).

    A folder named like a policy holds its cases: manifests with `# finding: message` at the end of the exact line. Every line
    without such a comment must stay silent. Policies are those of gitopsml, those in DIR itself, and those of --policies.
    """
    from gitopsml.model.words import count

    start = directory or (_DEFAULT if os.path.isdir(_DEFAULT) else ".")
    registry = _registry(start, policies)
    cases = failed = 0
    for outcome in _outcomes(start, registry):
        cases += 1
        failed += not outcome.passed
        _print(outcome, verbose=verbose)
    if not cases:
        hint = "make a folder named like a policy, with manifests in it"
        raise UserError("no cases found", path=start, hint=hint)
    click.echo(f"{count(cases, 'case')}, {failed} failed" if failed else f"{count(cases, 'case')} passed")
    return EXIT_FINDINGS if failed else EXIT_OK


def _registry(start: str, policies: tuple[str, ...]) -> Registry:
    from gitopsml.policy import bundled_source, disk_source, load
    from gitopsml.policy.testing import holds_policies

    sources = [bundled_source()]
    known = {os.path.realpath(sources[0].files.root)}
    for folder in (*policies, *([start] if holds_policies(start) else [])):
        if os.path.realpath(folder) not in known:
            known.add(os.path.realpath(folder))
            sources.append(disk_source(folder))
    registry = load(sources)
    if registry.problems:
        raise Problems(registry.problems) if len(registry.problems) > 1 else registry.problems[0]
    return registry


def _outcomes(start: str, registry: Registry) -> Iterator[Outcome]:
    """The outcomes of every folder named like a policy, at `start` or below it."""
    from gitopsml.files import DiskFiles
    from gitopsml.policy.testing import case_folders, run

    for policy, folder in case_folders(registry, start):
        yield from run(policy, DiskFiles(os.path.dirname(folder)), os.path.basename(folder))


def _print(outcome: Outcome, *, verbose: bool) -> None:
    if outcome.passed:
        if verbose:
            click.echo(f"ok      {outcome.case}: {len(outcome.found)} found in {outcome.objects} objects")
        return
    click.echo(f"failed  {outcome.case}")
    for line in outcome.missing:
        click.echo(f"  expected, not found   {line}")
    for line in outcome.unexpected:
        click.echo(f"  found, not expected   {line}")
