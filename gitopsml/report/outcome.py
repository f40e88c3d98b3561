"""Report -> exit code."""

from __future__ import annotations

from typing import Final

from gitopsml.errors import EXIT_FINDINGS, EXIT_OK, EXIT_UNEVALUATED
from gitopsml.model.finding import Report, Severity

FAIL_ON: Final = {"error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO, "never": None}


def exit_code(report: Report, fail_on: str = "error", *, fail_if_empty: bool = False) -> int:
    """3 where something could not be evaluated, else 1 for findings at or above `fail_on` ("never": none counts), else 0.

    `fail_if_empty`: 3 also where no target was found, so that a wrong path is not green.
    """
    if report.unreadable or (fail_if_empty and not report.targets):
        return EXIT_UNEVALUATED
    least = FAIL_ON[fail_on]
    if least is not None and any(finding.severity.rank <= least.rank for finding in report.findings):
        return EXIT_FINDINGS
    return EXIT_OK
