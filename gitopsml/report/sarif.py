"""Report -> SARIF 2.1.0, within GitHub's limits (facts: git-and-ci §6)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

from gitopsml.model.finding import Finding, Location, Report, Severity, Unevaluated
from gitopsml.model.pointer import dotted
from gitopsml.report.escape import encodable
from gitopsml.report.fingerprint import fingerprints
from gitopsml.report.jsontext import comma_separated, dump
from gitopsml.report.redact import Redactor
from gitopsml.report.style import Style

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
UNREADABLE: Final = "input-not-evaluated"
_MOST: Final = 25_000
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note", Severity.OFF: "none"}


def lines(report: Report, style: Style) -> Iterator[str]:
    """The whole report as one JSON object, one line for each rule and result."""
    redactor = Redactor(report.sources)
    results = list(_results(report, redactor))
    kept = results[:_MOST]
    yield f'{{"$schema": {dump(SCHEMA)}, "version": "2.1.0", "runs": [{{'
    yield f'"tool": {{"driver": {{{_driver()}, "rules": ['
    yield from comma_separated(_rules(report))
    yield "]}},"
    if style.category:
        yield f'"automationDetails": {dump({"id": style.category.rstrip("/") + "/"})},'
    yield '"columnKind": "unicodeCodePoints",'
    yield f'"invocations": [{dump(_invocation(report, redactor, len(results) - len(kept)))}],'
    yield '"results": ['
    yield from comma_separated(kept)
    yield "]}]}"


def _driver() -> str:
    from gitopsml import __version__

    text = dump({"name": "gitopsml", "semanticVersion": __version__, "version": __version__})
    return text[1:-1]


def _rules(report: Report) -> Iterator[dict[str, Any]]:
    known = {finding.policy: finding for finding in chain(report.suppressed, report.findings)}
    for policy, finding in sorted(known.items()):
        title = finding.title or policy
        yield {
            "id": policy,
            "shortDescription": {"text": title},
            "fullDescription": {"text": finding.why or title},
            "help": {"text": finding.remedy or finding.why or title},
            "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        }
    if report.unreadable:
        yield {
            "id": UNREADABLE,
            "shortDescription": {"text": "Input that could not be evaluated"},
            "fullDescription": {"text": "A file that cannot be read, or a kustomization that does not build, was not checked."},
            "help": {"text": "Put the file right, or list it under lint.unchecked in gitopsml.yaml with a reason."},
            "defaultConfiguration": {"level": "error"},
        }


def _results(report: Report, redactor: Redactor) -> Iterator[dict[str, Any]]:
    """The worst first: what is cut at GitHub's limit is what matters least."""
    yield from (_unreadable(one, redactor) for one in report.unreadable)
    findings = [*report.findings, *report.suppressed]
    marked = zip(findings, fingerprints(findings), strict=True)
    for finding, mark in sorted(marked, key=lambda pair: (bool(pair[0].suppressed), pair[0].severity.rank)):
        yield _result(finding, mark, redactor)


def _result(finding: Finding, mark: str, redactor: Redactor) -> dict[str, Any]:
    path = finding.location.path
    result: dict[str, Any] = {
        "ruleId": finding.policy,
        "level": _LEVELS[finding.severity],
        "message": {"text": redactor.text(_message(finding), path)},
        "locations": [_location(finding.location, finding)],
        "partialFingerprints": {"gitopsml/v1": mark, "primaryLocationLineHash": mark},
        "properties": {"targets": list(finding.targets)},
    }
    if finding.chain:
        result["relatedLocations"] = [
            _location(step.location) | {"id": number, "message": {"text": step.note or "here"}}
            for number, step in enumerate(finding.chain, 1)
        ]
    if finding.suppressed:
        result["suppressions"] = [{"kind": "inSource", "justification": finding.suppressed}]
    return result


def _message(finding: Finding) -> str:
    return f"{finding.message}. {finding.remedy}" if finding.remedy else finding.message


def _unreadable(one: Unevaluated, redactor: Redactor) -> dict[str, Any]:
    finding = Finding(UNREADABLE, Severity.ERROR, one.message, one.location)
    return {
        "ruleId": UNREADABLE,
        "level": "error",
        "message": {"text": redactor.text(one.message, one.location.path)},
        "locations": [_location(one.location)],
        "partialFingerprints": dict.fromkeys(("gitopsml/v1", "primaryLocationLineHash"), next(fingerprints([finding]))),
    }


def _location(place: Location, finding: Finding | None = None) -> dict[str, Any]:
    """No region rather than a false one, where the line is not known."""
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.path), "uriBaseId": "%SRCROOT%"}}
    if place.line > 0:
        region = {"startLine": place.line, "startColumn": max(place.column, 1)}
        region |= {"endLine": max(place.end_line, place.line), "endColumn": max(place.end_column, 1)}
        if region["endLine"] == region["startLine"]:
            region["endColumn"] = max(region["endColumn"], region["startColumn"])
        physical["region"] = region
    location: dict[str, Any] = {"physicalLocation": physical}
    if finding is not None and finding.resource is not None:
        name = f"{finding.resource.namespace}/{finding.resource}".lstrip("/")
        field = dotted(finding.pointer)
        location["logicalLocations"] = [{"fullyQualifiedName": f"{name}/{field}" if field else name, "kind": "object"}]
    return location


def _uri(path: str) -> str:
    from urllib.parse import quote

    try:
        return quote(path.encode("utf-8", "surrogateescape"), safe="/")
    except UnicodeEncodeError:  # no name of a disk
        return quote(encodable(path), safe="/")


def _invocation(report: Report, redactor: Redactor, cut: int) -> dict[str, Any]:
    notes = [_note("error", redactor.text(one.message, one.location.path), one.location) for one in report.unreadable]
    notes += [_note("note", f"left out: {one.reason}", Location(one.path, 0)) for one in report.unchecked]
    if cut:
        notes.append(_note("warning", f"{cut:,} results of least severity were left out: the limit is {_MOST:,}"))
    return {"executionSuccessful": not report.unreadable, "toolExecutionNotifications": notes}


def _note(level: str, text: str, place: Location | None = None) -> dict[str, Any]:
    note: dict[str, Any] = {"level": level, "message": {"text": text}}
    return note if place is None else note | {"locations": [_location(place)]}
