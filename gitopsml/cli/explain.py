"""`gitopsml explain`: each value of an app in one environment, its layer and its reason."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gitopsml.explain import Explanation, Layer, Value

_WIDEST = 48


@click.command("explain")
@click.argument("app", metavar="APP")
@click.argument("environment", metavar="ENV")
@click.option("--repo", default=".", metavar="DIR", help="A directory of the repository (default: here).")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print.")
def command(app: str, environment: str, repo: str, form: str) -> None:
    """Show each value of APP in the environment ENV, where it was written, and each derived value with its reason.

    APP is TEAM/NAME, NAME where only one team has it, or TEAM for what its team.yaml says.
    """
    from gitopsml.config import find_root, load
    from gitopsml.explain import explain
    from gitopsml.files import DiskFiles

    files = DiskFiles(find_root(repo))
    explanation = explain(files, load(files), app, environment)
    for line in [_json(explanation)] if form == "json" else _text(explanation):
        click.echo(line)


def _text(one: Explanation) -> Iterator[str]:
    yield f"{one.app} in {one.environment}: {one.blueprint} on cluster {one.cluster}, namespace {one.namespace}"
    yield ""
    yield from _table([_row(value) for value in one.values])
    if one.derived:
        yield ""
        yield "derived"
        yield from _table(
            [
                (row.name, row.value, row.reason + (f" (set {'.'.join(map(str, row.field))})" if row.field else ""))
                for row in one.derived
            ]
        )


def _row(value: Value) -> tuple[str, str, str]:
    first, *below = value.layers
    over = "".join(f", over {layer.value} ({_where(layer)})" for layer in below)
    return value.field, first.value, f"{_where(first)}{over}"


def _where(layer: Layer) -> str:
    """The layer where the file's name does not say it, and the place."""
    return layer.place if layer.layer in layer.place else f"{layer.layer}, {layer.place}"


def _table(rows: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Columns as wide as their content, up to a limit; a wider cell pushes the rest of its line."""
    widths = [min(_WIDEST, max((len(row[column]) for row in rows), default=0)) for column in (0, 1)]
    for name, value, reason in rows:
        yield f"  {name.ljust(widths[0])}  {value.ljust(widths[1])}  {reason}".rstrip()


def _json(one: Explanation) -> str:
    values = [{"field": value.field, "layers": [layer._asdict() for layer in value.layers]} for value in one.values]
    derived = [{**row._asdict(), "field": ".".join(map(str, row.field))} for row in one.derived]
    return json.dumps({**one._asdict(), "values": values, "derived": derived}, indent=2, ensure_ascii=False)
