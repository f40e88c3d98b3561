"""Reports of several repositories or shards -> one."""

from __future__ import annotations

from dataclasses import replace

import reports

from gitopsml.model import Location, Report, Unevaluated, sorted_findings
from gitopsml.report.join import below, joined


def test_every_path_moves() -> None:
    moved = below(reports.FULL, "fleet/eu")
    text = repr(replace(moved, sources={}))
    for path in (reports.APP, reports.BASE, reports.OVERLAY, "deploy/risk/fraud/overlays/dev", "vendor/legacy", "broken.yaml"):
        assert text.count(f"'{path}'") == 0
        assert f"'fleet/eu/{path}'" in text
    assert set(moved.sources) == {f"fleet/eu/{path}" for path in reports.SOURCES}


def test_the_root_and_standard_input() -> None:
    report = Report(unreadable=(Unevaluated(Location("<stdin>"), "bad", "-"), Unevaluated(Location("x"), "bad", ".")))
    assert [(one.location.path, one.target) for one in below(report, "a").unreadable] == [("<stdin>", "-"), ("a/x", "a")]
    assert below(report, "") is report


def test_shards_make_the_whole() -> None:
    whole = replace(reports.FULL, targets=2, resources=2)
    shards = [
        replace(whole, findings=whole.findings[number::2], suppressed=whole.suppressed[number::2], targets=1, resources=1)
        for number in (0, 1)
    ]
    assert joined(shards) == joined(shards[::-1])
    assert joined(shards) == replace(whole, findings=sorted_findings(whole.findings), unchecked=tuple(sorted(whole.unchecked)))
    assert joined([whole]) is whole
