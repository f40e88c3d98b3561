"""ValidatingAdmissionPolicyBinding: where a policy applies, with which params, and how bad its refusals are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from gitopsml.model.finding import Severity
from gitopsml.model.pointer import lookup
from gitopsml.model.selector import matches
from gitopsml.policy.match import Match, matcher
from gitopsml.policy.subject import Subject
from gitopsml.policy.vap import Vap
from gitopsml.policy.writing import Writing
from gitopsml.yamlio import Document

SEVERITIES: Final = {"Deny": Severity.ERROR, "Warn": Severity.WARNING, "Audit": Severity.INFO}
Params = Callable[[str, str], Iterable[dict[str, Any]]]  # apiVersion, kind -> the objects there are
_FAILED: Final = "failed to configure binding: "


class Binding(NamedTuple):
    """A binding. `actions` in the order of the API: Deny, Warn, Audit; `params` is its paramRef, None without one."""

    name: str
    policy: str
    match: Match | None
    actions: tuple[str, ...]
    params: Mapping[str, Any] | None

    @property
    def severity(self) -> Severity:
        """That of its strongest action."""
        return min((SEVERITIES[action] for action in self.actions), key=lambda one: one.rank)


class NoParams(NamedTuple):
    """The params cannot be had: a refusal under failurePolicy Fail, whatever the binding's actions are."""

    message: str


EVERYWHERE: Final = Binding("", "", None, ("Deny",), None)


def parse(document: Document) -> Binding:
    """A document -> the binding. Raises PolicyError with path, line and column."""
    writing = Writing(document)
    spec = writing.map(("spec",), ("policyName", "paramRef", "matchResources", "validationActions"))
    actions = spec.get("validationActions") or ["Deny"]
    for index, action in enumerate(actions if isinstance(actions, list) else [actions]):
        if action not in SEVERITIES:
            at = ("spec", "validationActions", index)
            raise writing.error(f"unknown action {action!r}", at, hint="use Deny, Warn or Audit")
    if {"Deny", "Warn"} <= set(actions):
        raise writing.error("Deny and Warn exclude each other", ("spec", "validationActions"), hint="Deny warns too")
    resources = writing.match(("spec", "matchResources"))
    return Binding(
        writing.text(("metadata", "name"), required=True),
        writing.text(("spec", "policyName"), required=True),
        matcher(resources) if resources else None,
        tuple(action for action in SEVERITIES if action in actions),
        writing.map(("spec", "paramRef")) or None,
    )


def params(vap: Vap, binding: Binding, subject: Subject, known: Params) -> list[Any] | NoParams:
    """The params objects to evaluate with, [None] where there is no reference, [] where nothing is to be evaluated."""
    reference = binding.params
    if vap.param_kind is None or reference is None:
        return [None]
    candidates = list(known(*vap.param_kind))
    cluster_scoped = subject.kinds.cluster_scoped(vap.param_kind[0].rpartition("/")[0], vap.param_kind[1])
    namespace = reference.get("namespace")
    if cluster_scoped and namespace:
        return NoParams(_FAILED + "paramRef.namespace must not be provided for a cluster-scoped `paramKind`")
    if not cluster_scoped:
        if not namespace and not subject.namespace:
            return NoParams(_FAILED + "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources")
        wanted = namespace or subject.namespace
        candidates = [one for one in candidates if (lookup(one, ("metadata", "namespace")) or "default") == wanted]
    found = [one for one in candidates if _referred(one, reference)]
    if found or reference.get("parameterNotFoundAction") == "Allow":
        return found
    return NoParams(_FAILED + "no params found for policy binding with `Deny` parameterNotFoundAction")


def _referred(candidate: dict[str, Any], reference: Mapping[str, Any]) -> bool:
    if reference.get("name"):
        return bool(lookup(candidate, ("metadata", "name")) == reference["name"])
    return matches(reference.get("selector"), lookup(candidate, ("metadata", "labels")) or {})
