"""Report -> one JSON object, one line for each finding; its schema is schema.json beside this file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final

from gitopsml.model.finding import Finding, Location, Report, Severity, Unchecked, Unevaluated
from gitopsml.model.pointer import json_pointer
from gitopsml.report.fingerprint import fingerprints
from gitopsml.report.jsontext import comma_separated, dump
from gitopsml.report.redact import MASK, Redactor
from gitopsml.report.style import Style

VERSION: Final = 1


def lines(report: Report, style: Style) -> Iterator[str]:  # noqa: ARG001 - every format takes a style
    """The whole report, without line ends."""
    redactor = Redactor(report.sources)
    marks = fingerprints(chain(report.findings, report.suppressed))
    yield f'{{"version": {VERSION},'
    yield from _array("findings", (_finding(one, redactor, next(marks)) for one in report.findings))
    yield from _array("suppressed", (_finding(one, redactor, next(marks)) for one in report.suppressed))
    yield from _array("unreadable", (_unreadable(one, redactor) for one in report.unreadable))
    yield from _array("unchecked", (_unchecked(one) for one in report.unchecked))
    yield f'"summary": {dump(_summary(report))}}}'


def _array(name: str, values: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield f'"{name}": ['
    yield from comma_separated(values)
    yield "],"


def _finding(finding: Finding, redactor: Redactor, fingerprint: str) -> dict[str, Any]:
    path = finding.location.path
    data = {
        "policy": finding.policy,
        "severity": finding.severity.value,
        "message": redactor.text(finding.message, path),
        **_location(finding.location),
        "resource": _resource(finding),
        "field": json_pointer(finding.pointer),
        "targets": list(finding.targets),
        "title": finding.title,
        "why": finding.why,
        "remedy": redactor.text(finding.remedy, path),
        "chain": [
            {**_location(step.location), "text": _step_text(step.text, step.location, redactor), "note": step.note}
            for step in finding.chain
        ],
        "operands": [{"expression": text, "value": redactor.text(value, path)} for text, value in finding.operands],
        "fingerprint": fingerprint,
    }
    return data | ({"suppressed": finding.suppressed} if finding.suppressed else {})


def _step_text(text: str, place: Location, redactor: Redactor) -> str:
    return MASK if text and redactor.hides(place) else redactor.text(text, place.path)


def _resource(finding: Finding) -> dict[str, str] | None:
    return None if finding.resource is None else dict(finding.resource._asdict())


def _location(place: Location) -> dict[str, Any]:
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def _unreadable(one: Unevaluated, redactor: Redactor) -> dict[str, Any]:
    message = redactor.text(one.message, one.location.path)
    return {"message": message, **_location(one.location), "target": one.target}


def _unchecked(one: Unchecked) -> dict[str, str]:
    return {"path": one.path, "reason": one.reason}


def _summary(report: Report) -> dict[str, int]:
    return {
        "targets": report.targets,
        "resources": report.resources,
        "policies": report.policies,
        "errors": report.count(Severity.ERROR),
        "warnings": report.count(Severity.WARNING),
        "infos": report.count(Severity.INFO),
        "suppressed": len(report.suppressed),
        "unreadable": len(report.unreadable),
        "unchecked": len(report.unchecked),
        "schemaless": sum(number for _, number in report.schemaless),
    }
