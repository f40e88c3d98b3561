"""`gitopsml why`: where a field of a rendered object was written, and what overrode it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gitopsml.cli.where import place
from gitopsml.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitopsml.kustomize import Build
    from gitopsml.model.finding import Step
    from gitopsml.model.pointer import Pointer
    from gitopsml.model.resource import Resource


@click.command("why")
@click.argument("directory", type=click.Path(exists=True, file_okay=False))
@click.argument("resource", metavar="KIND/NAME")
@click.argument("field")
@click.option("--namespace", "-n", default=None, help="The object's namespace, where several have this kind and name.")
@click.option("--load-restrictor", default="rootOnly", type=click.Choice(["rootOnly", "none"]), help="As in `gitopsml build`.")
@click.option("--kustomize-version", default="5.6.0", help="The release of kustomize to equal.")
@click.option("--root", default="", type=click.Path(file_okay=False), help="The repository: nothing outside it is read.")
def command(  # noqa: PLR0917 - the options are named
    directory: str, resource: str, field: str, namespace: str | None, load_restrictor: str, kustomize_version: str, root: str
) -> None:
    """Show where FIELD of KIND/NAME was written, newest first, when DIRECTORY is built.

    FIELD is dotted (spec.template.spec.containers[name=server].image) or a JSON pointer (/spec/replicas).
    """
    from gitopsml.files import DiskFiles
    from gitopsml.kustomize import build

    base, path = place(directory, root)
    built = build(DiskFiles(base), path, version=kustomize_version, load_restrictor=load_restrictor)
    kind, _, name = resource.partition("/")
    for line in _lines(list(_story(built, kind, name, namespace, field))):
        click.echo(line)


def _story(built: Build, kind: str, name: str, namespace: str | None, field: str) -> Iterator[tuple[str, Step]]:
    """(field, step) pairs: of the field, or of every leaf below it. Raises ConfigError where there is nothing to tell."""
    from gitopsml.model.chain import chain, history

    found = _named(built, kind, name, namespace)
    if found is None:
        for deleted in built.deleted:
            if (deleted.id.kind, deleted.id.name) == (kind, name):
                yield from (("", step) for step in history(deleted.trail))
                return
        raise ConfigError(f"nothing is deployed as {kind}/{name}", hint=_known(built, kind))
    pointer = _pointer(field, found.data)
    told = False
    for leaf in _leaves(found.data, pointer):
        for step in chain(found, leaf):
            told = True
            yield _tail(leaf, pointer), step
    if not told:
        raise ConfigError(f"{kind}/{name} has no {field}, and nothing removed it", hint=_close(found.data, pointer))


def _named(built: Build, kind: str, name: str, namespace: str | None) -> Resource | None:
    found = [
        one
        for one in built.resources
        if one.kind == kind and one.name == name and (namespace is None or (one.namespace or "default") == namespace)
    ]
    if len(found) > 1:
        places = ", ".join(f"{one.namespace or 'default'} ({one.api_version})" for one in found)
        raise ConfigError(f"several objects are {kind}/{name}: {places}", hint="choose one with --namespace")
    return found[0] if found else None


def _known(built: Build, kind: str) -> str:
    same = sorted({f"{one.kind}/{one.name}" for one in built.resources if one.kind == kind})
    every = sorted({one.kind for one in built.resources})
    return (
        f"there is {', '.join(same)}"
        if same
        else f"there are objects of kind {', '.join(every)}"
        if every
        else "nothing is deployed at all"
    )


def _pointer(field: str, data: Any) -> Pointer:
    """The pointer of a field; a list element that is gone is looked for by the name its tombstone has (`name=server`)."""
    from gitopsml.model.pointer import parse

    try:
        return parse(field, data)
    except ValueError as error:
        head, bracket, rest = field.rpartition("[")
        key, closing, _ = rest.partition("]")
        if bracket and closing and "=" in key:
            return (*_pointer(head, data), key)
        raise ConfigError(str(error), hint="write spec.replicas, spec.containers[0] or /spec/replicas") from None


def _leaves(data: Any, pointer: Pointer) -> Iterator[Pointer]:
    from gitopsml.model.pointer import lookup

    value = lookup(data, pointer)
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    if not keys:
        yield pointer
    for key in keys:
        yield from _leaves(data, (*pointer, key))


def _tail(leaf: Pointer, pointer: Pointer) -> str:
    from gitopsml.model.pointer import dotted

    return dotted(leaf[len(pointer) :])


def _close(data: Any, pointer: Pointer) -> str:
    from difflib import get_close_matches

    from gitopsml.model.pointer import exists, lookup

    depth = next((number for number in range(len(pointer)) if not exists(data, pointer[: number + 1])), len(pointer))
    parent = lookup(data, pointer[:depth])
    close = (
        get_close_matches(str(pointer[depth]), [str(key) for key in parent], 1)
        if isinstance(parent, dict) and depth < len(pointer)
        else []
    )
    return f"did you mean {close[0]}?" if close else "see `gitopsml build`"


def _lines(story: list[tuple[str, Step]]) -> Iterator[str]:
    """Columns: field (of a whole map or list), value, place, what happened there."""
    rows = [(field, step.text, f"{step.location.path}:{step.location.line}", step.note) for field, step in story]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    last = None
    for field, *rest in rows:
        first = "" if field == last else field
        last = field
        cells = [cell.ljust(width) for cell, width in zip((first, *rest[:2]), widths, strict=True) if width]
        yield f"{'  '.join(cells)}  {rest[2]}".rstrip()
