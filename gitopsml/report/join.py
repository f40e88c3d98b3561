"""Reports of several repositories or shards -> one report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from gitopsml.model.finding import Finding, Location, Report, Unchecked, Unevaluated, sorted_findings


def below(report: Report, folder: str) -> Report:
    """The report as seen from further up: every path lies below `folder` ("" changes nothing)."""
    if not folder:
        return report
    return replace(
        report,
        findings=tuple(_finding(one, folder) for one in report.findings),
        suppressed=tuple(_finding(one, folder) for one in report.suppressed),
        unreadable=tuple(
            Unevaluated(_location(one.location, folder), one.message, _path(one.target, folder) if one.target else "")
            for one in report.unreadable
        ),
        unchecked=tuple(Unchecked(_path(one.path, folder), one.reason) for one in report.unchecked),
        sources={_path(path, folder): text for path, text in report.sources.items()},
    )


def joined(reports: Sequence[Report]) -> Report:
    """Everything that several reports say, in the order of every output. What they share must be named the same."""
    if len(reports) == 1:
        return reports[0]
    return Report(
        findings=sorted_findings(one for report in reports for one in report.findings),
        suppressed=sorted_findings(one for report in reports for one in report.suppressed),
        unreadable=tuple(sorted({one for report in reports for one in report.unreadable})),
        unchecked=tuple(sorted({one for report in reports for one in report.unchecked})),
        targets=sum(report.targets for report in reports),
        resources=sum(report.resources for report in reports),
        schemaless=_counted(reports),
        policies=max((report.policies for report in reports), default=0),
        sources={path: text for report in reports for path, text in report.sources.items()},
    )


def _counted(reports: Sequence[Report]) -> tuple[tuple[str, int], ...]:
    total: Counter[str] = Counter()
    for report in reports:
        total.update(dict(report.schemaless))
    return tuple(sorted(total.items()))


def _finding(finding: Finding, folder: str) -> Finding:
    return replace(
        finding,
        location=_location(finding.location, folder),
        targets=tuple(_path(target, folder) for target in finding.targets),
        chain=tuple(step._replace(location=_location(step.location, folder)) for step in finding.chain),
    )


def _location(place: Location, folder: str) -> Location:
    return place._replace(path=_path(place.path, folder))


def _path(path: str, folder: str) -> str:
    if path in ("-", "<stdin>"):
        return path
    return folder if path == "." else f"{folder}/{path}"
