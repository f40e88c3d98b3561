"""`gitopsml lint`: check what would be deployed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from gitopsml.cli.roots import STDIN, places
from gitopsml.errors import UserError

if TYPE_CHECKING:
    from gitopsml.model.finding import Report
    from gitopsml.report import Style

_FORMATS: Final = ("text", "json", "sarif", "github")


class _Output(NamedTuple):
    format: str
    file: str  # "-" is standard output


@click.command("lint")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--format", "formats", type=click.Choice(_FORMATS), multiple=True, help="How to report; may be given several times."
)
@click.option(
    "--output", "outputs", multiple=True, metavar="FILE", help="Where to; one for each --format, in their order ('-': here)."
)
@click.option("--fail-on", type=click.Choice(["error", "warning", "info", "never"]), default="error", show_default=True,
              help="The least severity of a finding that makes the exit code 1.")  # fmt: skip
@click.option(
    "--exit-zero", is_flag=True, help="Exit with 0 for findings too; the codes 2 and 3 stay. The same as --fail-on never."
)
@click.option("--fail-if-empty", is_flag=True, help="Exit with 3 where there is nothing to check below the paths.")
@click.option("--changed", is_flag=False, flag_value="", default=None, metavar="[BASE]",
              help="Only targets that files reach which differ from BASE (default: the remote's main branch).")  # fmt: skip
@click.option("--policies", multiple=True, type=click.Path(exists=True, file_okay=False), metavar="DIR",
              help="A folder with more policies; may be given several times.")  # fmt: skip
@click.option(
    "--kubernetes", default="", metavar="VERSION", help="The Kubernetes version to check for, whatever the cluster files say."
)
@click.option("--repo", default="", metavar="DIR", help="The root of the repository (default: found from the first PATH).")
@click.option("--jobs", type=click.IntRange(min=0), default=0, metavar="N",
              help="How many processes may work (default: one for each processor); the report is always the same.")  # fmt: skip
@click.option("--explain", is_flag=True, help="Show what each verdict was made from.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True,
              help="Colours in text; NO_COLOR and FORCE_COLOR are respected.")  # fmt: skip
@click.option("--category", default="", metavar="NAME", help="SARIF: the name that tells this upload from others.")
def command(  # noqa: PLR0917 - click hands the options over by name
    paths: tuple[str, ...],
    formats: tuple[str, ...],
    outputs: tuple[str, ...],
    fail_on: str,
    exit_zero: bool,
    fail_if_empty: bool,
    changed: str | None,
    policies: tuple[str, ...],
    kubernetes: str,
    repo: str,
    jobs: int,
    explain: bool,
    color: str,
    category: str,
) -> int:
    """Check what would be deployed below PATHs (default: here; '-' reads manifests from standard input).

    A base, a patch or an app.yaml stands for the targets that it reaches. Exit codes: 0 clean, 1 findings, 2 usage or
    configuration, 3 something could not be evaluated.
    """
    from gitopsml.report import Style, exit_code

    wanted = _pairs(formats, outputs)
    report = _report(paths, repo, changed, policies, kubernetes, jobs or _processors())
    _write(report, wanted, Style(explain=explain, category=category), color)
    return exit_code(report, "never" if exit_zero else fail_on, fail_if_empty=fail_if_empty)


def _processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _report(  # noqa: PLR0917 - the options of one command
    paths: Sequence[str], repo: str, changed: str | None, policies: Sequence[str], kubernetes: str, jobs: int
) -> Report:
    from gitopsml.lint import lint
    from gitopsml.report.join import below, joined

    stdin = _stdin() if STDIN in paths else None
    reports = []
    for place in places(paths or [repo or "."], repo):
        report = lint(
            place.root,
            place.paths,
            changed=None if changed is None else _changed(place.root, changed),
            policies=[os.path.realpath(path) for path in policies],
            kubernetes=kubernetes,
            stdin=stdin,
            jobs=jobs,
        )
        reports.append(below(report, place.prefix))
    return joined(reports)


def _stdin() -> bytes:
    from gitopsml.files import MAX_FILE

    content = sys.stdin.buffer.read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        raise UserError(f"standard input is larger than {MAX_FILE // 1024 // 1024} MiB", hint="lint files instead")
    return content


def _changed(root: str, base: str) -> set[str]:
    """Changed files from the root; what changed elsewhere in the work tree decides on nothing here."""
    from gitopsml.repo import changed_since, toplevel

    top = toplevel(root)
    if top is None:
        raise UserError("--changed needs a Git repository", path=root, hint="run it inside of a clone, or leave --changed out")
    prefix = os.path.relpath(root, os.path.realpath(top)).replace(os.sep, "/")
    prefix = "" if prefix == "." else prefix + "/"
    return {path.removeprefix(prefix) for path in changed_since(root, base) if path.startswith(prefix)}


def _pairs(formats: tuple[str, ...], outputs: tuple[str, ...]) -> list[_Output]:
    formats = formats or ("text",)
    if len(outputs) > len(formats):
        raise UserError("there are more --output than --format", hint="give one --format for each --output")
    files = [*outputs, *[STDIN] * (len(formats) - len(outputs))]
    if files.count(STDIN) > 1:
        raise UserError("only one format can go to standard output", hint="give one --output for each --format")
    return [_Output(*pair) for pair in zip(formats, files, strict=True)]


def _write(report: Report, wanted: list[_Output], style: Style, color: str) -> None:
    from gitopsml.report import FORMATS, wants_color

    for output in wanted:
        here = output.file == STDIN
        colored = color == "always" if color != "auto" else here and wants_color(os.environ, terminal=sys.stdout.isatty())
        lines = FORMATS[output.format](report, style._replace(color=colored, width=_width(here=here)))
        if here:
            _print(lines)
        else:
            _save(output.file, lines)


def _width(*, here: bool) -> int:
    """The width of the terminal, or what reads well elsewhere."""
    import shutil

    return max(shutil.get_terminal_size().columns - 6, 60) if here and sys.stdout.isatty() else 120


def _print(lines: Iterator[str]) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.writelines(f"{line}\n".encode("utf-8", "replace") for line in lines)
    sys.stdout.buffer.flush()


def _save(path: str, lines: Iterator[str]) -> None:
    try:
        with open(path, "wb") as file:
            file.writelines(f"{line}\n".encode("utf-8", "replace") for line in lines)
    except OSError as error:
        raise UserError((error.strerror or "cannot be written").lower(), path=path, hint="name another file") from None
