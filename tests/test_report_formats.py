"""Each format against its golden file; the machine formats against their schemas. GITOPSML_UPDATE=1 writes the golden files."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
import reports
from conftest import ROOT

from gitopsml.model import Finding, Location, Report, Severity, Step, Unchecked, Unevaluated
from gitopsml.report import FORMATS, Style, exit_code, schema, wants_color

GOLDEN = ROOT / "tests" / "report"
REPORTS = {"full": reports.FULL, "clean": reports.CLEAN, "empty": reports.EMPTY}
SUFFIX = {"text": "txt", "json": "json", "sarif": "sarif.json", "github": "github.txt"}


def rendered(report: Report, name: str, **style: Any) -> str:
    return "".join(f"{line}\n" for line in FORMATS[name](report, Style(**style)))


def assert_golden(text: str, name: str) -> None:
    file = GOLDEN / name
    if os.environ.get("GITOPSML_UPDATE"):
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8")


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("name", FORMATS)
def test_golden(name: str, report: str) -> None:
    assert_golden(rendered(REPORTS[report], name), f"{report}.{SUFFIX[name]}")


def test_golden_colors() -> None:
    assert_golden(rendered(reports.FULL, "text", color=True, explain=True), "full.color.txt")


def test_colors_only_add_escapes() -> None:
    import re

    colored = rendered(reports.FULL, "text", color=True)
    assert re.sub("\x1b\\[[0-9;]*m", "", colored) == rendered(reports.FULL, "text")


@pytest.mark.parametrize("report", REPORTS)
def test_json_fits_its_schema(report: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    data = json.loads(rendered(REPORTS[report], "json"))
    jsonschema.Draft202012Validator(schema()).validate(data)


def test_json_has_the_promised_fields() -> None:
    data = json.loads(rendered(reports.FULL, "json"))
    assert {"version", "findings", "unreadable", "unchecked", "summary"} <= data.keys()
    one = data["findings"][0]
    promised = ("policy", "severity", "message", "path", "line", "column", "end_line", "end_column", "resource", "targets")
    assert {name: one[name] for name in promised} == {
        "policy": "replicas-below-two",
        "severity": "error",
        "message": "set replicas to at least 2",
        "path": reports.APP,
        "line": 3,
        "column": 20,
        "end_line": 3,
        "end_column": 21,
        "resource": {"group": "apps", "kind": "Deployment", "namespace": "risk-prod", "name": "fraud"},
        "targets": ["deploy/risk/fraud/overlays/prod"],
    }
    assert data["summary"] == {
        "targets": 12, "resources": 1148, "policies": 34, "errors": 1, "warnings": 1, "infos": 1,
        "suppressed": 1, "unreadable": 1, "unchecked": 2,
        "schemaless": 0,
    }  # fmt: skip


@pytest.mark.parametrize("report", REPORTS)
def test_sarif_fits_the_parts_of_the_standard_that_readers_need(report: str) -> None:
    data = json.loads(rendered(REPORTS[report], "sarif"))
    jsonschema.Draft202012Validator(json.loads((GOLDEN / "sarif-subset.schema.json").read_text("utf-8"))).validate(data)
    run = data["runs"][0]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} <= rules


def test_one_unreadable_file_in_many_targets_is_shown_once() -> None:
    place = Location("base/kustomization.yaml", 1, 1, 1, 2)
    many = tuple(Unevaluated(place, "no such file", f"overlays/{name}") for name in "abcdefg")
    text = rendered(Report(unreadable=many), "text")
    assert text.count("not evaluated: no such file") == 1
    assert "in 7 targets: overlays/a, overlays/b, overlays/c, overlays/d, overlays/e and 2 more" in text


def test_paragraphs_become_one_and_a_map_with_something_secret_is_still_a_map() -> None:
    chain = (
        Step(Location(reports.APP, 1, 8, 1, 9), "", "set here"),
        Step(Location(reports.BASE, 6, 3, 13, 60), '{"a": 1}', "written here"),
    )
    text = rendered(Report((replace(reports.MEMORY, why="One.\n\nTwo.", chain=chain),), sources=reports.SOURCES), "text")
    assert "= why:   One. Two.\n" in text
    assert "  {…}  written here" in text


def test_a_name_and_its_value_beside_it_are_one_place() -> None:
    where = Location("base/svc.yaml", 4, 3, 4, 11)
    chain = (Step(Location("base/svc.yaml", 4, 13, 4, 23), '{"app": "x"}', "written here"),)
    assert "from:" not in rendered(Report((replace(reports.MEMORY, location=where, chain=chain),)), "text")


def test_long_lists_of_what_is_left_out_are_cut() -> None:
    many = tuple(Unchecked(f"charts/{number:02}", "a Helm chart") for number in range(33))
    text = rendered(Report(unchecked=many), "text")
    assert text.count("a Helm chart") == 20
    assert "and 13 more: --format json lists them all" in text
    assert len(json.loads(rendered(Report(unchecked=many), "json"))["unchecked"]) == 33


def test_sarif_has_no_region_where_the_line_is_not_known() -> None:
    finding = replace(reports.MEMORY, location=Location("a b/ü.yaml", 0, 0, 0, 0))
    data = json.loads(rendered(Report((finding,)), "sarif"))
    place = data["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "a%20b/%C3%BC.yaml", "uriBaseId": "%SRCROOT%"}}


def test_sarif_cuts_what_matters_least_and_says_so() -> None:
    many = [replace(reports.NOTE, pointer=("spec", number)) for number in range(25_001)]
    run = json.loads(rendered(Report((*many, reports.REPLICAS)), "sarif"))["runs"][0]
    assert len(run["results"]) == 25_000
    assert run["results"][0]["ruleId"] == "replicas-below-two"
    notes = [one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]]
    assert notes == ["2 results of least severity were left out: the limit is 25,000"]


def test_sarif_category() -> None:
    run = json.loads(rendered(reports.CLEAN, "sarif", category="gitops"))["runs"][0]
    assert run["automationDetails"] == {"id": "gitops/"}


def fingerprints(*findings: Finding) -> list[str]:
    return [one["fingerprint"] for one in json.loads(rendered(Report(findings), "json"))["findings"]]


def test_fingerprints_do_not_depend_on_lines_and_files() -> None:
    moved = replace(reports.MEMORY, location=Location("elsewhere.yaml", 99, 1, 99, 2))
    assert fingerprints(moved) == fingerprints(reports.MEMORY)


def test_fingerprints_are_a_multiset() -> None:
    first, second = fingerprints(reports.MEMORY, reports.MEMORY)
    assert (first[-2:], second[-2:]) == (":1", ":2")
    assert first[:-2] == second[:-2]


@pytest.mark.parametrize(
    "other",
    [
        replace(reports.MEMORY, policy="other"),
        replace(reports.MEMORY, pointer=("spec",)),
        replace(reports.MEMORY, resource=reports.DEPLOYMENT._replace(name="b")),
        replace(reports.MEMORY, resource=None),
    ],
    ids=["policy", "field", "object", "no object"],
)
def test_fingerprints_tell_apart(other: Finding) -> None:
    assert fingerprints(other) != fingerprints(reports.MEMORY)


def test_github_shows_ten_annotations_of_a_level() -> None:
    many = tuple(replace(reports.REPLICAS, policy=f"policy-{number}") for number in range(13))
    lines = rendered(Report((*many, reports.MEMORY)), "github").splitlines()
    assert sum(line.startswith("::error ") for line in lines) == 10
    assert sum(line.startswith("error at ") for line in lines) == 3
    assert sum(line.startswith("::warning ") for line in lines) == 1


ERROR, WARNING, INFO = (
    Report((replace(reports.NOTE, severity=one),)) for one in (Severity.ERROR, Severity.WARNING, Severity.INFO)
)


@pytest.mark.parametrize(
    ("report", "fail_on", "code"),
    [
        (reports.CLEAN, "info", 0),
        (ERROR, "error", 1),
        (ERROR, "never", 0),
        (WARNING, "error", 0),
        (WARNING, "warning", 1),
        (INFO, "warning", 0),
        (INFO, "info", 1),
        (reports.FULL, "never", 3),
        (Report(unreadable=reports.FULL.unreadable), "error", 3),
        (Report(unchecked=reports.FULL.unchecked), "info", 0),
        (Report(suppressed=(reports.ALLOWED,)), "info", 0),
    ],
)
def test_exit_codes(report: Report, fail_on: str, code: int) -> None:
    assert exit_code(report, fail_on) == code


@pytest.mark.parametrize(
    ("report", "code"), [(reports.CLEAN, 0), (reports.EMPTY, 3), (Report(unchecked=reports.FULL.unchecked), 3)]
)
def test_an_empty_run_is_green_unless_it_must_not_be(report: Report, code: int) -> None:
    assert exit_code(report) == 0
    assert exit_code(report, fail_if_empty=True) == code


@pytest.mark.parametrize(
    ("environment", "terminal", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colors_are_for_terminals(environment: dict[str, str], terminal: bool, wanted: bool) -> None:
    assert wants_color(environment, terminal=terminal) is wanted
