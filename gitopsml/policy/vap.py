"""A ValidatingAdmissionPolicy as written -> records; what the API server would refuse to create is an error at its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from gitopsml.model.pointer import Pointer, lookup
from gitopsml.model.words import did_you_mean
from gitopsml.policy.match import Match, matcher
from gitopsml.policy.writing import Writing
from gitopsml.yamlio import Document

GROUP: Final = "admissionregistration.k8s.io"
POLICY, BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"
REASONS: Final = ("Forbidden", "Invalid", "RequestEntityTooLarge")
_SPEC: Final = (
    "paramKind", "matchConstraints", "validations", "failurePolicy", "auditAnnotations", "matchConditions", "variables",
)  # fmt: skip
_VALIDATION: Final = ("expression", "message", "reason", "messageExpression")

MOST_CONDITIONS, MOST_KEY = 64, 63
RESERVED: Final = frozenset((
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop", "package",
    "namespace", "null", "return", "true", "var", "void", "while",
))  # fmt: skip
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_NAME: Final = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\Z")


class Expression(NamedTuple):
    """An expression and where it stands in the policy."""

    text: str
    pointer: Pointer


class Variable(NamedTuple):
    """`variables.<name>`, computed when it is read."""

    name: str
    expression: Expression


class Condition(NamedTuple):
    """A matchCondition: false skips the object."""

    name: str
    expression: Expression


class Validation(NamedTuple):
    """One validation: false denies, with the message that messageExpression or message gives."""

    expression: Expression
    message: str
    message_expression: Expression | None
    reason: str


class Annotation(NamedTuple):
    """An auditAnnotation: evaluated for its errors and costs, written nowhere here."""

    key: str
    expression: Expression


class Vap(NamedTuple):
    """A whole policy."""

    name: str
    match: Match | None  # None: a pod policy of ours that matches every kind with pods
    conditions: tuple[Condition, ...]
    variables: tuple[Variable, ...]
    validations: tuple[Validation, ...]
    annotations: tuple[Annotation, ...]
    param_kind: tuple[str, str] | None  # apiVersion, kind
    fail: bool  # failurePolicy Fail: an error denies
    document: Document


def parse(document: Document, *, pods: bool = False) -> Vap:
    """A document -> the policy. `pods`: matchConstraints may be left out. Raises PolicyError with path, line and column."""
    writing = Writing(document)
    spec = writing.map(("spec",), _SPEC)
    _demand_limits(writing)
    failure = writing.text(("spec", "failurePolicy")) or "Fail"
    if failure not in ("Fail", "Ignore"):
        raise writing.error(f"unknown failurePolicy {failure!r}", ("spec", "failurePolicy"), hint="use Fail or Ignore")
    vap = Vap(
        name=writing.text(("metadata", "name"), required=True),
        match=_match(writing, spec, pods=pods),
        conditions=tuple(
            Condition(writing.text((*at, "name"), required=True), _expression(writing, (*at, "expression")))
            for at, _ in writing.maps(("spec", "matchConditions"), ("name", "expression"))
        ),
        variables=tuple(
            Variable(writing.text((*at, "name"), required=True), _expression(writing, (*at, "expression")))
            for at, _ in writing.maps(("spec", "variables"), ("name", "expression"))
        ),
        validations=tuple(_validation(writing, at) for at, _ in writing.maps(("spec", "validations"), _VALIDATION)),
        annotations=tuple(
            Annotation(writing.text((*at, "key"), required=True), _expression(writing, (*at, "valueExpression")))
            for at, _ in writing.maps(("spec", "auditAnnotations"), ("key", "valueExpression"))
        ),
        param_kind=_param_kind(writing, spec),
        fail=failure == "Fail",
        document=document,
    )
    if not vap.validations and not vap.annotations:
        raise writing.error("the policy has neither validations nor auditAnnotations", ("spec",), key=True)
    return vap


def _demand_limits(writing: Writing) -> None:
    """The numbers and names that the API server insists on."""
    conditions = writing.maps(("spec", "matchConditions"))
    if len(conditions) > MOST_CONDITIONS:
        at: Pointer = ("spec", "matchConditions")
        raise writing.error(f"{len(conditions)} matchConditions", at, hint=f"write at most {MOST_CONDITIONS}", key=True)
    for at, _ in writing.maps(("spec", "variables")):
        name = writing.text((*at, "name"))
        if not _IDENTIFIER.match(name) or name in RESERVED:
            raise writing.error(f"the variable {name!r} is not a CEL identifier", (*at, "name"), hint="choose another name")
    keys: set[str] = set()
    for at, _ in writing.maps(("spec", "auditAnnotations")):
        key = writing.text((*at, "key"))
        if not _NAME.match(key) or len(key) > MOST_KEY or key in keys:
            what = "stands twice" if key in keys else "is not a name"
            raise writing.error(f"the key {key!r} {what}", (*at, "key"), hint="choose another key")
        keys.add(key)


def _match(writing: Writing, spec: Mapping[str, Any], *, pods: bool) -> Match | None:
    constraints = writing.match(("spec", "matchConstraints"))
    if not constraints.get("resourceRules"):
        if pods and "matchConstraints" not in spec:
            return None
        at: Pointer = ("spec", "matchConstraints", "resourceRules")
        raise writing.error("matchConstraints has no resourceRules", at, hint="name the groups, versions and resources to match")
    return matcher(constraints)


def _expression(writing: Writing, pointer: Pointer) -> Expression:
    return Expression(writing.text(pointer, required=True), pointer)


def _validation(writing: Writing, at: Pointer) -> Validation:
    message = writing.text((*at, "message"))
    reason = writing.text((*at, "reason")) or "Invalid"
    if reason not in REASONS:
        raise writing.error(f"unknown reason {reason!r}", (*at, "reason"), hint=did_you_mean(reason, REASONS))
    if message and not message.strip():
        raise writing.error("the message is blank", (*at, "message"), hint="write one, or leave it out")
    if "\n" in message.strip():
        raise writing.error("a message has no line breaks", (*at, "message"))
    has_expression = lookup(writing.document.data, (*at, "messageExpression")) is not None
    return Validation(
        _expression(writing, (*at, "expression")),
        message,
        _expression(writing, (*at, "messageExpression")) if has_expression else None,
        reason,
    )


def _param_kind(writing: Writing, spec: Mapping[str, Any]) -> tuple[str, str] | None:
    if spec.get("paramKind") is None:
        return None
    at: Pointer = ("spec", "paramKind")
    writing.map(at, ("apiVersion", "kind"))
    return writing.text((*at, "apiVersion"), required=True), writing.text((*at, "kind"), required=True)
