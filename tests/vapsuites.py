"""The recorded suites of admission policies: one case -> our verdict and texts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from gitopsml.model import Deployed, Resource, Severity
from gitopsml.model.origin import Origin, Trail
from gitopsml.policy.binding import EVERYWHERE, Binding, parse
from gitopsml.policy.declarative import bound_policy
from gitopsml.policy.kinds import Kinds
from gitopsml.policy.subject import Subject
from gitopsml.yamlio import Document, read

# who sent the recorded requests, and how (see the README of the suites)
ADMIN = {"username": "admin", "groups": ["system:masters", "system:authenticated"]}
RECORDED = {"kind": "CreateOptions", "dryRun": ["All"], "fieldManager": "rec", "fieldValidation": "Ignore"}


class Outcome(NamedTuple):
    verdict: str  # allow, warn, deny, unknown
    messages: list[str]


def document(data: dict[str, Any]) -> Document:
    return read(json.dumps(data), "policy.yaml").documents[0]


def resource(data: dict[str, Any]) -> Resource:
    return Resource(data, Trail(Origin(Document("object.yaml", 0, "", data))))


def cases(path: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    suite = json.loads(path.read_text("utf-8"))
    for case in suite["cases"]:
        yield suite, case


def outcome(suite: dict[str, Any], case: dict[str, Any]) -> Outcome:
    bindings = [binding(data) for data in case.get("bindings", suite.get("bindings") or [])]
    params = case.get("params", suite.get("params") or [])
    policy = bound_policy(
        document(suite["policy"]), bindings or [EVERYWHERE], lambda version, kind: of_kind(params, version, kind), ""
    )
    subject = subject_of(suite, case)
    plural = subject.plural
    from gitopsml.policy.record import Kind

    own = subject.resource
    assert policy.check is not None
    if not policy.selects(Kind(own.group, own.version, own.kind, plural)):
        return Outcome("allow", [])
    seen = list(policy.check(subject, subject.deployed, {}))
    if any(saw.policy and saw.severity is None for saw in seen):
        return Outcome("unknown", [saw.violation.message for saw in seen])
    denied = [saw.violation.message for saw in seen if saw.severity is Severity.ERROR]
    warned = [saw.violation.message for saw in seen if saw.severity is Severity.WARNING]
    verdict = "deny" if denied else "warn" if warned else "allow"
    return Outcome(verdict, denied or warned)


def binding(data: dict[str, Any]) -> Binding:
    """Bindings of the suites may lack what the API server demands; it was completed with Deny when they were recorded."""
    return parse(document(data))


def of_kind(params: list[dict[str, Any]], version: str, kind: str) -> list[dict[str, Any]]:
    return [one for one in params if one.get("apiVersion") == version and one.get("kind") == kind]


def subject_of(suite: dict[str, Any], case: dict[str, Any]) -> Subject:
    request = dict(case["request"])
    request["userInfo"] = case.get("user_info") or suite.get("user_info") or ADMIN
    request["options"] = RECORDED
    namespaces = {one["metadata"]["name"]: one for one in suite.get("namespaces") or []}
    existing = suite.get("crds") or []
    deployed = Deployed()
    data = case.get("object") or case.get("old_object") or {}
    kinds = Kinds([resource(one) for one in existing])
    return Subject(resource(data), deployed, kinds, request=request, old=case.get("old_object"), namespaces=namespaces)
