"""Report -> text for people: what is wrong, where, why it is there, what to do; then what was checked and what was not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitopsml.model.finding import Finding, Location, Report, Severity, Step
from gitopsml.model.pointer import dotted
from gitopsml.model.words import count, listed
from gitopsml.report.escape import cells, printable
from gitopsml.report.redact import MASK, Redactor
from gitopsml.report.snippet import gutter_of, snippet
from gitopsml.report.style import Style

_TARGETS_SHOWN: Final = 5
_LEFT_OUT_SHOWN: Final = 20
_VALUE_WIDTH: Final = 40
_INDENT: Final = 13  # what stands before a note
_NARROWEST: Final = 40


def lines(report: Report, style: Style) -> Iterator[str]:
    """The whole report, without line ends."""
    redactor = Redactor(report.sources)
    explained: set[str] = set()
    last: Location | None = None
    for finding in report.findings:
        yield from _head(finding, redactor, style)
        if finding.location != last:
            yield from snippet(finding.location, redactor, style, finding.severity.value)
        yield from _tail(finding, redactor, style, first=finding.policy not in explained)
        yield ""
        explained.add(finding.policy)
        last = finding.location
    yield from _unreadable(report, redactor, style)
    yield from _unchecked(report, style)
    yield from _schemaless(report, style)
    yield summary(report, style)


def place(location: Location) -> str:
    """`path:line:column`, without what is not known."""
    parts = [printable(location.path), *(str(number) for number in (location.line, location.column) if number > 0)]
    return ":".join(parts)


def _head(finding: Finding, redactor: Redactor, style: Style) -> Iterator[str]:
    where, kind = finding.location, finding.severity.value
    message = printable(redactor.text(finding.message, where.path))
    yield f"{style.paint(kind, kind)}: {style.paint('bold', message)} {style.paint('faint', f'[{printable(finding.policy)}]')}"
    yield f"{' ' * gutter_of(where)}{style.paint('frame', '-->')} {place(where)}"


def _tail(finding: Finding, redactor: Redactor, style: Style, *, first: bool) -> Iterator[str]:
    """What is to be said of a finding below its snippet."""
    for label, texts in _notes(finding, redactor, style, first=first):
        yield from _noted(finding.location, label, texts, style)


def _noted(where: Location, label: str, texts: list[str], style: Style) -> Iterator[str]:
    edge = f"{' ' * gutter_of(where)} {style.paint('frame', '=')}"
    for number, text in enumerate(texts):
        head = f"{label}:" if number == 0 else ""
        yield f"{edge} {style.paint('bold', f'{head:<6}')} {text}"


def _notes(finding: Finding, redactor: Redactor, style: Style, *, first: bool) -> Iterator[tuple[str, list[str]]]:
    path = finding.location.path
    remedy = "" if _same(finding.remedy, finding.message) else printable(redactor.text(_flat(finding.remedy), path))
    yield "in", _about(finding)
    yield "from", _chain(finding, redactor, style)
    if style.explain:
        yield "saw", [f"{printable(text)} = {printable(redactor.text(value, path))}" for text, value in finding.operands]
    yield "fix", _wrapped(remedy, style)
    yield "why", _wrapped(printable(_flat(finding.why)) if first else "", style)
    yield "seen", _wrapped(_targets(finding.targets, path), style)


def _flat(text: str) -> str:
    """Paragraphs as one."""
    return " ".join(text.split())


def _same(remedy: str, message: str) -> bool:
    return remedy.rstrip(".").casefold() == message.casefold()


def _wrapped(text: str, style: Style) -> list[str]:
    import textwrap

    return textwrap.wrap(text, max(style.width - _INDENT, _NARROWEST), break_long_words=False, break_on_hyphens=False)


def _about(finding: Finding) -> list[str]:
    resource = finding.resource
    if resource is None:
        return []
    text = str(resource) + (f" in namespace {resource.namespace}" if resource.namespace else "")
    return [printable(f"{text}, {dotted(finding.pointer)}" if finding.pointer else text)]


def _chain(finding: Finding, redactor: Redactor, style: Style) -> list[str]:
    """One line for each place where the value was written or overridden, in columns."""
    chain = finding.chain
    if len(chain) < 2:
        return [f"{printable(step.note)} at {place(step.location)}" for step in chain if not _beside(step, finding.location)]
    rows = [(place(step.location), _value(step, redactor), printable(step.note)) for step in chain]
    first, second = (max(cells(row[column]) for row in rows) for column in (0, 1))
    return [
        f"{where}{' ' * (first - cells(where))}  {value}{' ' * (second - cells(value))}  {style.paint('faint', note)}".rstrip()
        for where, value, note in rows
    ]


def _beside(step: Step, where: Location) -> bool:
    """Whether a step is the value whose name the finding points at already, in its line or the next one."""
    there = step.location
    return there.path == where.path and 0 <= there.line - where.line <= 1


def _value(step: Step, redactor: Redactor) -> str:
    if step.text and redactor.hides(step.location):
        return {"{": "{…}", "[": "[…]"}.get(step.text[0], MASK)
    text = printable(redactor.text(step.text, step.location.path))
    return text if len(text) <= _VALUE_WIDTH else text[: _VALUE_WIDTH - 1] + "…"


def _targets(targets: tuple[str, ...], path: str) -> str:
    """Where it would be deployed; nothing where the place itself says so already."""
    if len(targets) < 2:
        return "".join(f"in {printable(target)}" for target in targets if not _is_in(path, target))
    shown = ", ".join(printable(target) for target in targets[:_TARGETS_SHOWN])
    more = len(targets) - _TARGETS_SHOWN
    return f"in {len(targets)} targets: {shown}" + (f" and {more} more" if more > 0 else "")


def _is_in(path: str, target: str) -> bool:
    return target in (path, "-", ".") or path.startswith(f"{target}/")


def _unreadable(report: Report, redactor: Redactor, style: Style) -> Iterator[str]:
    """One mistake that keeps several targets from being evaluated is shown once."""
    found: dict[tuple[Location, str], list[str]] = {}
    for one in report.unreadable:
        found.setdefault((one.location, one.message), []).extend([one.target] if one.target else [])
    for (where, message), targets in found.items():
        text = printable(redactor.text(message, where.path))
        yield f"{style.paint('error', 'not evaluated')}: {style.paint('bold', text)}"
        yield f"{' ' * gutter_of(where)}{style.paint('frame', '-->')} {place(where)}"
        yield from snippet(where, redactor, style, "error")
        yield from _noted(where, "seen", _wrapped(_targets(tuple(sorted(set(targets))), where.path), style), style)
        yield ""


def _unchecked(report: Report, style: Style) -> Iterator[str]:
    if not report.unchecked:
        return
    yield f"{style.paint('bold', 'left out')}: {count(len(report.unchecked), 'target')}"
    shown = report.unchecked[:_LEFT_OUT_SHOWN]
    width = min(max(cells(printable(one.path)) for one in shown), 60)
    for one in shown:
        path = printable(one.path)
        yield f"  - {path}{' ' * (width - cells(path))}  {style.paint('faint', printable(one.reason))}"
    if len(shown) < len(report.unchecked):
        yield f"  and {len(report.unchecked) - len(shown):,} more: --format json lists them all"
    yield ""


def _schemaless(report: Report, style: Style) -> Iterator[str]:
    """Kinds whose fields nobody looked at."""
    if not report.schemaless:
        return
    number = sum(each for _, each in report.schemaless)
    kinds = listed(printable(kind) for kind, _ in report.schemaless)
    yield f"{style.paint('bold', 'without a schema')}: {count(number, 'object')} ({kinds}); gitopsml schemas import adds one"
    yield ""


def summary(report: Report, style: Style) -> str:
    """The last line: what was checked, with what result."""
    checked = f"checked {count(report.targets, 'target')}, {count(report.resources, 'resource')} with {_policies(report)}"
    return f"{checked}: {', '.join(_results(report, style))}"


def _policies(report: Report) -> str:
    return count(report.policies, "policy", "policies")


def _results(report: Report, style: Style) -> Iterator[str]:
    if report.unreadable:
        yield style.paint("error", f"{len(report.unreadable):,} not evaluated")
    for severity in (Severity.ERROR, Severity.WARNING, Severity.INFO):
        number = report.count(severity)
        if number:
            text = count(number, severity.value) if severity is not Severity.INFO else f"{number:,} info"
            yield style.paint(severity.value, text)
    if not report.findings and not report.unreadable:
        yield style.paint("ok", "no findings") if report.targets else "nothing to check here"
    if report.suppressed:
        yield f"{len(report.suppressed):,} suppressed"
    if report.unchecked:
        yield f"{len(report.unchecked):,} left out"
