"""Schemas of Kubernetes' kinds: judged by what a real API server said of 1,669 objects, and the words of the problems."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from conftest import shared

from gitopsml.errors import UserError
from gitopsml.schemas.explain import SchemaProblem, explain
from gitopsml.schemas.kubernetes import check
from gitopsml.schemas.published import Kind, published, release, releases, served
from gitopsml.yamlio import read


@cache
def recorded(name: str) -> list[dict[str, Any]]:
    with shared("conformance", "normalise", name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def problems(text: str, kubernetes: str | None = "1.36") -> list[SchemaProblem]:
    return check(read(text, "f").documents[0].data, kubernetes)


def test_what_the_server_took_has_no_problem() -> None:
    objects = [case for case in recorded("objects.jsonl") if case["status"] == "ok" and not case["strict_error"]]
    assert len(objects) > 1300
    assert [(case["id"], found) for case in objects if (found := check(case["input"], "1.36"))] == []


def test_what_the_server_did_not_know_is_found() -> None:
    objects = [case for case in recorded("objects.jsonl") if case["status"] == "ok" and case["strict_error"]]
    assert len(objects) > 70
    for case in objects:
        names = {problem.pointer[-1] for problem in check(case["input"], "1.36") if problem.kind == "schema-unknown-field"}
        assert names, case["id"]
        assert all(str(name) in case["strict_error"] for name in names), (case["id"], names)


def test_what_the_server_could_not_decode_is_found() -> None:
    """Except whole floats (`2.0`), which are integers as soon as they come from YAML."""
    objects = [case for case in recorded("objects.jsonl") if case.get("code") == 400]
    assert len(objects) > 120
    missed = [case["id"] for case in objects if not check(case["input"], "1.36")]
    assert [name for name in missed if "float" not in name] == []


def test_kinds_the_server_did_not_know() -> None:
    objects = [case for case in recorded("objects.jsonl") if case.get("reason") == "NotServed"]
    behind_a_gate = {"made/resourceclaimtemplate/api-v1beta2"}
    assert {case["id"] for case in objects if not check(case["input"], "1.36")} <= behind_a_gate


def pod(**limits: str) -> dict[str, Any]:
    container = {"name": "c", "image": "i", "resources": {"limits": limits}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [container]}}


def test_quantities_as_the_server_reads_them() -> None:
    """It takes a suffix without digits for zero; we do not."""
    bare = {"n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "E3", "e-3", "e+3", "e03"}
    wrong = []
    for case in recorded("quantities.jsonl"):
        error = case.get("limits_error")
        refused = bool(error and error["code"] == 400)
        if bool(check(pod(cpu=case["input"]), "1.36")) != refused and case["input"] not in bare:
            wrong.append(case["input"])
    assert wrong == []


HEAD = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\n"
SPEC = HEAD + "spec:\n  selector: {}\n  template:\n    spec:\n      containers:\n      - name: c\n"

WORDED = [
    (
        HEAD + "spec: {replicas: 1}\n",
        [
            ("schema-invalid", ("spec",), "selector is missing", "set selector"),
            ("schema-invalid", ("spec",), "template is missing", "set template"),
        ],
    ),
    (
        SPEC.replace("selector: {}", "selector: {}\n  replicas: '3'"),
        [("schema-invalid", ("spec", "replicas"), "text, where a whole number is expected", "remove the quotes")],
    ),
    (
        SPEC.replace("selector: {}", "selector: {}\n  replicas: three"),
        [("schema-invalid", ("spec", "replicas"), "text, where a whole number is expected", "write a whole number")],
    ),
    (
        SPEC.replace("selector: {}", "selector: {}\n  replicas: 3000000000"),
        [("schema-invalid", ("spec", "replicas"), "the number is out of range", "write at most 2147483647")],
    ),
    (
        SPEC.replace("selector: {}", "selector: {}\n  paused: 'yes'"),
        [("schema-invalid", ("spec", "paused"), "text, where true or false is expected", "write true or false")],
    ),
    (
        SPEC + "        imagee: x\n",
        [
            (
                "schema-unknown-field",
                ("spec", "template", "spec", "containers", 0, "imagee"),
                "unknown field imagee",
                "did you mean image?",
            )
        ],
    ),
    (
        SPEC + "        env:\n        - name: a\n          value: 1\n",
        [
            (
                "schema-invalid",
                ("spec", "template", "spec", "containers", 0, "env", 0, "value"),
                "a whole number, where text is expected",
                "put it in quotes",
            )
        ],
    ),
    (
        SPEC + "        resources: {limits: {memory: 1gb}}\n",
        [
            (
                "schema-invalid",
                ("spec", "template", "spec", "containers", 0, "resources", "limits", "memory"),
                "not a quantity",
                "write it like 500m, 2 or 1.5Gi",
            )
        ],
    ),
    (
        SPEC + "        ports: [{containerPort: null}]\n",
        [
            (
                "schema-invalid",
                ("spec", "template", "spec", "containers", 0, "ports", 0),
                "containerPort is missing",
                "set containerPort",
            )
        ],
    ),
    (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {p: secret!}\n",
        [
            (
                "schema-invalid",
                ("data", "p"),
                "not base64",
                "encode it, or write it as text where there is a field for that (stringData)",
            )
        ],
    ),
    (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, creationTimestamp: now}\nspec: {containers: []}\n",
        [("schema-invalid", ("metadata", "creationTimestamp"), "not a point in time", "write it like 2026-01-31T12:00:00Z")],
    ),
    ("kind: Pod\n", [("schema-missing", (), "apiVersion is missing", "set apiVersion")]),
    ("apiVersion: 1\nkind: Pod\n", [("schema-missing", ("apiVersion",), "apiVersion is no text", "put it in quotes")]),
    (
        "apiVersion: v1\nkind: Deployment\n",
        [("schema-missing", ("apiVersion",), "Kubernetes 1.36 has no Deployment in v1", "write apiVersion: apps/v1")],
    ),
    (
        "apiVersion: apps/v1\nkind: Deploymnt\n",
        [("schema-missing", ("kind",), "Kubernetes 1.36 has no Deploymnt in apps/v1", "did you mean Deployment?")],
    ),
    (
        "apiVersion: batch/v1beta1\nkind: CronJob\n",
        [("api-removed", ("apiVersion",), "batch/v1beta1 CronJob was removed in Kubernetes 1.25", "write apiVersion: batch/v1")],
    ),
    (
        "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\n",
        [
            (
                "api-removed",
                ("apiVersion",),
                "policy/v1beta1 PodSecurityPolicy was removed in Kubernetes 1.25",
                "it has no replacement",
            )
        ],
    ),
    (
        "apiVersion: flowcontrol.apiserver.k8s.io/v1beta3\nkind: FlowSchema\n",
        [
            (
                "api-removed",
                ("apiVersion",),
                "flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema was removed in Kubernetes 1.32",
                "write apiVersion: flowcontrol.apiserver.k8s.io/v1",
            )
        ],
    ),
    ("apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec: 7\n", []),
    ("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nspec: 7\n", []),
]


@pytest.mark.parametrize(("text", "expected"), WORDED)
def test_problems_in_words(text: str, expected: list[tuple[str, tuple[str | int, ...], str, str]]) -> None:
    assert [tuple(problem) for problem in problems(text)] == expected


def test_a_rule_that_no_published_schema_has_is_explained_too() -> None:
    from jsonschema_rs import Draft202012Validator

    schema = {"properties": {"a": {"maxLength": 1}}}
    (problem,) = explain(Draft202012Validator(schema).iter_errors({"a": "xx"}), schema, {"a": "xx"})
    assert problem == ("schema-invalid", ("a",), "it breaks the rule maxLength of its schema", "see the API reference")


def test_problems_come_in_the_order_of_the_file() -> None:
    found = problems(HEAD + "spec:\n  replicas: x\n  selector: {}\n  template: {z: 1}\n  paused: x\nyy: 1\n")
    assert [problem.pointer for problem in found] == [
        ("spec", "replicas"),
        ("spec", "template", "z"),
        ("spec", "paused"),
        ("yy",),
    ]


def test_a_problem_never_repeats_a_value() -> None:
    found = problems("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {p: 4711}\ndata: {q: '47:11'}\ntype: 4711\n")
    assert len(found) == 3
    assert not any("4711" in problem.message + problem.hint or "47:11" in problem.message + problem.hint for problem in found)


def test_fields_and_kinds_belong_to_a_version() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostnameOverride: b, containers: [{name: c}]}\n"
    assert problems(text, "1.36") == []
    assert [problem.kind for problem in problems(text, "1.30")] == ["schema-unknown-field"]
    claim = "apiVersion: resource.k8s.io/v1\nkind: DeviceClass\nmetadata: {name: a}\nspec: {}\n"
    assert problems(claim, "1.34") == []
    (problem,) = problems(claim, "1.33")
    assert problem.message == "resource.k8s.io/v1 DeviceClass exists from Kubernetes 1.34 on, not in 1.33"
    assert problem.hint == "write apiVersion: resource.k8s.io/v1beta1"


@pytest.mark.parametrize(
    ("asked", "answer"), [("1.36", (1, 36)), ("v1.30.2-eks-1", (1, 30)), ("1.2", releases()[0]), ("9.9", releases()[-1])]
)
def test_releases(asked: str, answer: tuple[int, int]) -> None:
    assert release(asked) == answer


def test_a_version_that_is_none() -> None:
    assert release(None) == release("") == releases()[-1]
    with pytest.raises(UserError, match="is no Kubernetes version"):
        release("latest")


def test_published_and_served() -> None:
    schema = published("apps", "v1", "Deployment", "1.36")
    assert schema is not None
    assert schema["properties"]["spec"]["$ref"] == "#/$defs/io.k8s.api.apps.v1.DeploymentSpec"
    assert "io.k8s.api.core.v1.Container" in schema["$defs"]
    assert published("argoproj.io", "v1alpha1", "Rollout", "1.36") is None
    known = served("1.36")
    assert Kind("", "v1", "Pod") in known
    assert Kind("", "v1", "PodList") not in known
    assert Kind("batch", "v1", "CronJob").api_version == "batch/v1"


@pytest.mark.parametrize("version", releases())
def test_every_kind_of_every_version_can_be_checked(version: tuple[int, int]) -> None:
    """The schemas compile, for the kinds people write; a minimal object of each has no unknown fields."""
    name = f"{version[0]}.{version[1]}"
    for kind in sorted(served(name))[:: 1 if version == releases()[-1] else 12]:
        found = check({"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": "x"}}, name)
        assert all(problem.kind == "schema-invalid" for problem in found), (kind, found)
