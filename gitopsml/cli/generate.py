"""`gitopsml generate`: specs -> files, and one commit."""

from __future__ import annotations

import click

from gitopsml.errors import EXIT_FINDINGS
from gitopsml.publish import Prepared, Recorded, prepare, record, write


@click.command("generate")
@click.option("--repo", default=".", type=click.Path(exists=True, file_okay=False), help="The repository.", show_default=True)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 and list what is stale, edited by hand or orphaned.")
@click.option("--commit", "commits", is_flag=True, help="Make one commit of the generated files.")
@click.option("-m", "--message", default="", help="Message of the commit; default: which apps changed.")
@click.option("--discard-edits", is_flag=True, help="Replace generated files even where somebody edited them by hand.")
def command(repo: str, check: bool, commits: bool, message: str, discard_edits: bool) -> int:
    """Expand every app.yaml and team.yaml into deploy/ and argocd/.

    Only files that gitopsml wrote are ever changed or deleted.
    """
    prepared = prepare(repo)
    if check:
        return _check(prepared)
    write(prepared, discard_edits=discard_edits)
    click.echo(_summary(prepared))
    if commits:
        _report(record(prepared, message))
    return 0


def _check(prepared: Prepared) -> int:
    todo = prepared.todo
    for line in todo.lines():
        click.echo(line)
    if todo.empty:
        click.echo(f"up to date: {_count(len(todo.keep))}")
        return 0
    click.echo("run `gitopsml generate` and commit the result", err=True)
    return EXIT_FINDINGS


def _summary(prepared: Prepared) -> str:
    todo = prepared.todo
    if todo.empty:
        return f"nothing to do: {_count(len(todo.keep))} up to date"
    parts = (("created", todo.create), ("updated", todo.update), ("deleted", todo.delete), ("unchanged", todo.keep))
    return ", ".join(f"{len(paths)} {word}" for word, paths in parts if paths)


def _report(recorded: Recorded | None) -> None:
    if recorded is None:
        click.echo("nothing to commit: the branch holds these files already")
        return
    click.echo(f"committed {recorded.id[:10]} on {recorded.branch}: {recorded.subject} ({_count(recorded.files)})")
    for path in recorded.loose:
        click.echo(f"note: {path} is not committed yet; commit it too, or CI will call its files stale", err=True)


def _count(number: int) -> str:
    return f"{number} file{'' if number == 1 else 's'}"
