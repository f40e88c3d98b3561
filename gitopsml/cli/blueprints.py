"""`gitopsml blueprints`: list them, or show the manual page of one."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gitopsml.blueprint.publish import Word
    from gitopsml.blueprint.registry import Blueprint

_WIDTH = 100


@click.command("blueprints")
@click.argument("name", required=False, default="")
def command(name: str) -> None:
    """List the blueprints, or show the words of the blueprint NAME (or NAME@MAJOR)."""
    from gitopsml.blueprint.registry import walk
    from gitopsml.generate import bundled_registry

    registry = bundled_registry()
    if not name:
        for one in walk(registry):
            click.echo(f"{one!s:24}{one.stage:14}{one.summary}")
        return
    stem, _, major = name.partition("@")
    for line in _page(registry.get(stem, int(major) if major.isdigit() else 1)):
        click.echo(line)


def _page(blueprint: Blueprint) -> Iterator[str]:
    from gitopsml.blueprint.publish import words

    yield f"{blueprint}: {blueprint.title}"
    yield ""
    yield from textwrap.wrap(blueprint.summary, _WIDTH)
    for word in words(blueprint):
        yield ""
        yield _head(word)
        yield from textwrap.wrap(word.description, _WIDTH, initial_indent="    ", subsequent_indent="    ")
        if word.example is not None:
            yield f"    example: {_spelled(word.example)}"
    if blueprint.provides:
        yield ""
        yield f"other apps that use it see: {', '.join(blueprint.provides)}"


def _head(word: Word) -> str:
    default = f", default {_spelled(word.default)}" if word.default is not None else ", required" if word.required else ""
    return f"  {word.name} ({word.form}{default})"


def _spelled(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
