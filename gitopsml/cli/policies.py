"""`gitopsml policies`: the list of policies, and the page of one."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Final

import click

from gitopsml.errors import UserError

if TYPE_CHECKING:
    from gitopsml.policy import Policy, Registry

_COLOURS: Final = {"error": "red", "warning": "yellow", "info": "blue", "off": "bright_black"}
_WIDTH: Final = 100
_LAST: Final = ("own", "engine")


@click.command("policies")
@click.argument("id", required=False, metavar="[ID]")
@click.option("--policies", multiple=True, type=click.Path(exists=True, file_okay=False), metavar="DIR",
              help="A folder with more policies; may be given several times.")  # fmt: skip
@click.option(
    "--repo", default=".", type=click.Path(exists=True, file_okay=False), help="The repository with policies of its own."
)
def command(id: str | None, policies: tuple[str, ...], repo: str) -> None:  # noqa: A002 - the argument's name
    """List the policies by topic, or show the page of one: why it exists, what to do, its options, an example."""
    registry = _registry(repo, policies)
    for error in registry.problems:
        click.echo(f"not usable: {error}", err=True)
    lines = _list(registry) if id is None else _page(_named(registry, id))
    for line in lines:
        click.echo(line)


def _registry(repo: str, folders: Iterable[str]) -> Registry:
    from gitopsml.config import find_root, load
    from gitopsml.files import DiskFiles
    from gitopsml.lint.policies import registry_of

    files = DiskFiles(find_root(repo))
    return registry_of(files, load(files), list(folders))


def _named(registry: Registry, id_: str) -> Policy:
    from gitopsml.model.words import did_you_mean

    found = registry.find(id_)
    if found is None:
        raise UserError(f"there is no policy {id_!r}", hint=did_you_mean(id_, registry.known()))
    return found


def _list(registry: Registry) -> Iterator[str]:
    from gitopsml.policy import BUILTIN

    everything = [*registry, *BUILTIN.values()]
    width = max(len(policy.id) for policy in everything)
    ordered = sorted(everything, key=lambda policy: (_topic(policy), policy.id))
    for topic, policies in groupby(ordered, key=_topic):
        yield click.style(topic, bold=True)
        for policy in policies:
            severity = policy.severity.value
            yield f"  {policy.id:<{width}}  {click.style(f'{severity:<7}', fg=_COLOURS[severity])}  {policy.title}"
        yield ""
    yield f"{len(everything)} policies; gitopsml policies ID shows one, lint.severity in gitopsml.yaml changes what it means"


def _topic(policy: Policy) -> str:
    return policy.topic or "own"


def _page(policy: Policy) -> Iterator[str]:
    severity = policy.severity.value
    yield f"{click.style(policy.id, bold=True)}  {click.style(severity, fg=_COLOURS[severity])}  {_topic(policy)}"
    yield policy.title
    yield from _section("why", policy.why)
    yield from _section("what to do", policy.remedy)
    yield from _options(policy)
    yield from _example(policy)
    yield from _section("allow it in one place", f"# gitopsml: allow {policy.id} -- the reason")
    yield from _section("more", policy.docs)
    yield from ("", click.style("written in", bold=True))
    yield f"  {policy.path} ({_FORMS[policy.form]})" if policy.path else f"  {_FORMS[policy.form]}"


_FORMS: Final = {"cel": "a ValidatingAdmissionPolicy", "python": "Python", "engine": "the linter itself"}


def _section(title: str, text: str) -> Iterator[str]:
    if text:
        yield ""
        yield click.style(title, bold=True)
        paragraphs = text.split("\n\n")
        for paragraph in paragraphs:
            yield from textwrap.wrap(" ".join(paragraph.split()), _WIDTH, initial_indent="  ", subsequent_indent="  ")


def _options(policy: Policy) -> Iterator[str]:
    if not policy.options:
        return
    yield ""
    yield click.style("options", bold=True) + f"  (lint.options.{policy.id} in gitopsml.yaml)"
    for name, schema in policy.options.items():
        description = schema.get("description", "")
        yield f"  {name}: {schema['default']}" + (f"   {description}" if description else "")


def _example(policy: Policy) -> Iterator[str]:
    """The lines around the first expected finding of the policy's own cases, where they are at hand."""
    text = _case(policy)
    if not text:
        return
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines) if _MARK in line)
    yield ""
    yield click.style("it finds", bold=True)
    yield from (f"  {line.rstrip()}" for line in lines[max(at - 4, 0) : at + 3])


_MARK: Final = "# finding:"


def _case(policy: Policy) -> str:
    """The text of the first case with a finding: cases lie in `tests/policies/<id>` beside the folder of policies."""
    from gitopsml import bundled

    folder = os.path.join(bundled.directory("policies").parent, "tests", "policies", policy.id)
    for where, _, names in os.walk(folder):
        for name in sorted(names):
            with open(os.path.join(where, name), encoding="utf-8") as file:
                text = file.read()
            if _MARK in text:
                return text
    return ""
