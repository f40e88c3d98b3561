"""Policies × what one target deploys -> violations. Policies are chosen by kind before any of them runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Final

from gitopsml.cel import CostExceeded
from gitopsml.errors import UserError
from gitopsml.model.deployed import Deployed
from gitopsml.model.finding import Severity, Violation
from gitopsml.model.resource import Resource
from gitopsml.policy.builtin import BUILTIN
from gitopsml.policy.crowd import Crowd
from gitopsml.policy.kinds import Kinds
from gitopsml.policy.record import Kind, Policy, Raw, Saw, place_of_error
from gitopsml.policy.selection import Active
from gitopsml.policy.subject import Subject

MOST: Final = 1000  # findings of one policy on one object: a flood says no more than this


class Index:
    """Kind -> the policies that look at it; each policy is asked once for each kind."""

    def __init__(self, active: tuple[Active, ...], kinds: Kinds | None = None) -> None:
        self.kinds = kinds or Kinds()
        self.whole = [one for one in active if one.policy.check_target is not None]
        self._active = [one for one in active if one.policy.check is not None]
        self._known: dict[tuple[str, str, bool, tuple[int, int]], Crowd] = {}

    def of(self, resource: Resource, version: tuple[int, int]) -> Crowd:
        """The policies that look at objects of this kind, in a Kubernetes version."""
        pods = bool(resource.pods)
        key = (resource.api_version, resource.kind, pods, version)
        known = self._known.get(key)
        if known is None:
            plural = self.kinds.plural(resource.group, resource.kind)
            kind = Kind(resource.group, resource.version, resource.kind, plural, pods)
            known = self._known[key] = Crowd([one for one in self._active if one.policy.selects(kind)], version)
        return known


def check(active: tuple[Active, ...], deployed: Deployed, index: Index | None = None) -> Iterator[Raw]:
    """Everything the policies see in one target, object by object, then what concerns the target as a whole.

    `index` may be shared by targets with the same active policies that define no kinds of their own.
    """
    if index is None or any(resource.kind == "CustomResourceDefinition" for resource in deployed):
        index = Index(active, Kinds(deployed))
    for resource in deployed:
        crowd = index.of(resource, deployed.kubernetes)
        yield from _of_object(crowd, Subject(resource, deployed, index.kinds), deployed)
    for one in index.whole:
        yield from _guarded(one, None, one.policy.check_target, deployed)


def _of_object(crowd: Crowd, subject: Subject, deployed: Deployed) -> Iterator[Raw]:
    key = crowd.key(subject)
    to_ask = crowd.to_ask(key)
    loud: set[int] = set()
    for one in to_ask:
        for raw in _guarded(one, subject.resource, one.policy.check, subject, deployed):
            loud.add(id(one))
            yield raw
    if to_ask is crowd.policies:
        crowd.remember(key, loud)


def check_repository(active: Iterable[Active], targets: list[Deployed]) -> Iterator[Raw]:
    """What policies see that look at all targets together."""
    for one in active:
        yield from _guarded(one, None, one.policy.check_repo, targets)


def _guarded(one: Active, resource: Resource | None, hook: Callable[..., Iterator[Saw]] | None, *given: Any) -> Iterator[Raw]:
    """The wall around a policy: whatever happens behind it becomes a finding and hides nothing else."""
    if hook is None:
        return
    try:
        seen = list(islice(hook(*given, one.options), MOST))
    except UserError as error:
        yield from _invalid(error)
        return
    except CostExceeded as error:
        yield _crash(one.policy, f"stopped: {error}", resource)
        return
    except Exception as error:  # noqa: BLE001 - the inner wall
        yield _crash(one.policy, f"{type(error).__name__}: {error}", resource)
        return
    for saw in seen:
        policy = BUILTIN[saw.policy] if saw.policy else one.policy
        severity = saw.severity or (policy.severity if saw.policy else one.severity)
        yield Raw(policy, severity, saw.violation, saw.violation.resource or resource)


def _crash(policy: Policy, what: str, resource: Resource | None) -> Raw:
    message = f"the policy {policy.id} failed here: {' '.join(what.split())}"
    return Raw(BUILTIN["policy-crashed"], Severity.ERROR, Violation(message), resource)


def _invalid(error: UserError) -> Iterator[Raw]:
    """A policy that does not compile: at the places in its own file."""
    policy = BUILTIN["policy-invalid"]
    for one in getattr(error, "errors", [error]):
        message = f"{one.what}; {one.hint}" if one.hint else one.what
        yield Raw(policy, policy.severity, Violation(message), None, place_of_error(one))
