"""ValidatingAdmissionPolicies: refused where the API server refuses them, and the recorded verdicts of real ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import shared
from vapsuites import cases, document, outcome

from gitopsml.errors import UserError
from gitopsml.policy.compiled import compiled
from gitopsml.policy.vap import parse
from gitopsml.yamlio import read

RECORDED = "conformance", "vap"
# Suites of the server in which not every case is ours yet, and why.
KNOWN = {
    "s-match-policy-equivalent": "conversion between served API versions",
    "s-crd-default": "defaults of custom resources",
    "s-crd-metadata": "metadata that the server fills in",
    "s-crd-nullable-default": "defaults of custom resources",
    "s-crd-pruned": "pruning of custom resources",
    "s-object-metadata": "metadata that the server fills in",
    "s-object-timestamp": "metadata that the server fills in",
    "s-params-kind-unknown": "which custom kinds a cluster has is not known from a repository",
    "s-request-all-groups": "groups of the recording's users",
    "s-request-name-generated": "names that the server makes",
    "s-request-uid": "uids of the recording's users",
    "s-text-multi-line-warn": "a warning with a line break is not sent as a header; a finding is shown",
}


@pytest.mark.parametrize("source", ["kubescape", "kyverno"])
def test_recorded_verdicts(source: str) -> None:
    wrong, count = [], 0
    for path in sorted(shared(*RECORDED, source).glob("*.json")):
        for suite, case in cases(path):
            count += 1
            ours = outcome(suite, case)
            first = next(iter(case.get("failed") or []), {}).get("message")
            if ours.verdict != case["expect"] or (first and ours.messages[:1] != [first]):
                wrong.append(f"{path.stem} {case['name']}: {case['expect']}, ours {ours}")
    assert (wrong, count > 10) == ([], True)


def server_suites() -> list[Path]:
    return sorted(shared(*RECORDED, "server").glob("*.json"))


def is_asked(case: dict[str, object]) -> bool:
    """CREATE of whole objects that the server accepted."""
    request = case["request"]
    assert isinstance(request, dict)
    return case["expect"] != "refused" and request["operation"] == "CREATE" and not request.get("subresource")


def test_answers_of_a_real_server() -> None:
    wrong, count = set(), 0
    for path in server_suites():
        for suite, case in cases(path):
            if suite.get("policy_error") or not is_asked(case):
                continue
            count += 1
            ours, inner = outcome(suite, case), case.get("inner")
            text = ours.messages[0] if ours.messages else ""
            if ours.verdict != case["expect"] or (case["expect"] == "deny" and inner and text != inner):
                wrong.add(path.stem)
    assert wrong == set(KNOWN)
    assert count > 300


def test_policies_that_the_server_refuses_to_create() -> None:
    accepted, count = [], 0
    for path in server_suites():
        suite = json.loads(path.read_text("utf-8"))
        if suite.get("policy_error"):
            count += 1
            try:
                compiled(parse(document(suite["policy"])), (1, 36), reserved=False)
                accepted.append(path.stem)
            except UserError:
                continue
    assert (accepted, count > 30) == ([], True)


HEAD = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: p}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
"""
NAMES = [(7, "nothing"), (8, "nobody")]
REFUSED = {
    "unknown field": ("  validation: []\n", "policy.yaml:6:3: unknown field 'validation'; did you mean 'validations'?"),
    "nothing to validate": ("", "policy.yaml:4:1: the policy has neither validations nor auditAnnotations"),
    "no expression": ("  validations:\n    - message: a\n", "policy.yaml:7:7: spec.validations[0].expression is missing"),
    "failure policy": (
        "  failurePolicy: Maybe\n  validations: [{expression: 'true'}]\n",
        "policy.yaml:6:18: unknown failurePolicy 'Maybe'; use Fail or Ignore",
    ),
    "plain scalar": (
        "  validations:\n    - expression: object.a && nothing\n",
        "policy.yaml:7:31: undeclared reference to 'nothing' (in container '')",
    ),
    "quoted scalar": (
        '  validations:\n    - expression: "object.a && nothing"\n',
        "policy.yaml:7:32: undeclared reference to 'nothing' (in container '')",
    ),
    "block scalar": (
        "  validations:\n    - expression: |-\n        object.a\n          && nothing\n",
        "policy.yaml:9:14: undeclared reference to 'nothing' (in container '')",
    ),
    "not a bool": ("  validations:\n    - expression: object.a\n", "policy.yaml:7:19: must evaluate to bool but got dyn"),
    "two errors": (
        "  validations:\n    - expression: nothing == 1\n    - expression: nobody == 1\n",
        "\n".join(f"policy.yaml:{line}:19: undeclared reference to '{name}' (in container '')" for line, name in NAMES),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_place(name: str) -> None:
    spec, message = REFUSED[name]
    with pytest.raises(UserError) as caught:
        compiled(parse(read(HEAD + spec, "policy.yaml").documents[0]), (1, 36), reserved=False)
    assert str(caught.value) == message


RULES = {
    "rules are no list": ("{resourceRules: all}", "spec.matchConstraints.resourceRules is not a list"),
    "unknown word": ("{resourceRules: [{apigroups: ['']}]}", "unknown field 'apigroups'; did you mean 'apiGroups'?"),
    "nothing named": ("{resourceRules: [{apiGroups: ['']}]}", "resourceRules[0].apiVersions is not a list of texts"),
    "numbers": ("{resourceRules: [{apiGroups: [1]}]}", "resourceRules[0].apiGroups is not a list of texts"),
    "operation": (
        "{resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREAT], resources: [pods]}]}",
        "operations says 'CREAT'; did you mean 'CREATE'?",
    ),
    "scope": (
        "{resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods], scope: All}]}",
        "unknown scope 'All'; use Cluster, Namespaced or *",
    ),
    "selector": ("{objectSelector: {labels: {a: b}}}", "unknown field 'labels'"),
}


@pytest.mark.parametrize("name", RULES)
def test_rules_that_could_never_match_are_refused(name: str) -> None:
    written, message = RULES[name]
    text = HEAD.replace(HEAD.splitlines()[-1], f"  matchConstraints: {written}") + "  validations: [{expression: 'true'}]\n"
    with pytest.raises(UserError) as caught:
        parse(read(text, "policy.yaml").documents[0])
    assert str(caught.value).startswith("policy.yaml:5:")
    assert message in str(caught.value)
