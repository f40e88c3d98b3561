"""Report -> exit code."""

from __future__ import annotations

from typing import Final

from gitopsml.errors import EXIT_FINDINGS, EXIT_OK, EXIT_UNEVALUATED
from gitopsml.model.finding import Report, Severity

FAIL_ON: Final = {"error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO, "never": None}


def exit_code(report: Report, fail_on: str = "error") -> int:
    """3 where something could not be evaluated, else 1 for findings at or above `fail_on` ("never": none counts), else 0."""
    if report.unreadable:
        return EXIT_UNEVALUATED
    least = FAIL_ON[fail_on]
    if least is not None and any(finding.severity.rank <= least.rank for finding in report.findings):
        return EXIT_FINDINGS
    return EXIT_OK
