"""Report -> workflow commands of GitHub Actions: annotations on the lines of a pull request.

GitHub shows ten annotations of a level for each step, so the rest are plain lines. No text from the repository can begin a line
or make up a command: everything is escaped as the runner expects it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from gitopsml.model.finding import Finding, Location, Report, Severity
from gitopsml.report.escape import command_data, command_property, printable
from gitopsml.report.redact import Redactor
from gitopsml.report.style import Style
from gitopsml.report.text import place, summary

_SHOWN: Final = 10
_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def lines(report: Report, style: Style) -> Iterator[str]:  # noqa: ARG001 - every format takes a style
    """The whole report, without line ends; the worst come first."""
    redactor = Redactor(report.sources)
    shown: Counter[str] = Counter()
    for one in report.unreadable:
        message = redactor.text(one.message, one.location.path)
        yield _line(shown, "error", one.location, "not evaluated", message)
    for finding in sorted(report.findings, key=lambda finding: finding.severity.rank):
        message = redactor.text(_message(finding), finding.location.path)
        yield _line(shown, _COMMANDS.get(finding.severity, "notice"), finding.location, finding.policy, message)
    yield from (f"left out: {printable(one.path)}: {printable(one.reason)}" for one in report.unchecked)
    yield summary(report, Style())


def _message(finding: Finding) -> str:
    """What to do, in full where the remedy only says more of the same, and where."""
    text, remedy = finding.message, finding.remedy
    if remedy:
        longer = remedy.casefold().startswith(text.casefold())
        text = remedy if longer else f"{text.rstrip('.')}. {remedy}"
    seen = _seen(finding)
    return f"{text} ({seen})" if seen else text


def _seen(finding: Finding) -> str:
    resource = str(finding.resource) if finding.resource else ""
    several = f"in {len(finding.targets)} targets" if len(finding.targets) > 1 else ""
    return ", ".join(part for part in (resource, several) if part)


def _line(shown: Counter[str], command: str, where: Location, title: str, message: str) -> str:
    shown[command] += 1
    if shown[command] > _SHOWN:
        return f"{command} at {place(where)}: {printable(message)} [{printable(title)}]"
    properties = ",".join(f"{name}={command_property(value)}" for name, value in _properties(where, title))
    return f"::{command} {properties}::{command_data(message)}"


def _properties(where: Location, title: str) -> Iterator[tuple[str, str]]:
    """A column is only allowed where the lines are the same."""
    yield "file", where.path
    if where.line > 0:
        yield "line", str(where.line)
        yield "endLine", str(max(where.end_line, where.line))
        if where.end_line <= where.line and where.column > 0:
            yield "col", str(where.column)
            yield "endColumn", str(max(where.end_column, where.column))
    yield "title", title
