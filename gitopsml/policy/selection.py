"""Config × policies × target -> the policies to run, with their final severity and options. Off means not executed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gitopsml.errors import ConfigError, Problems, UserError
from gitopsml.model.config import Config, SeverityRule
from gitopsml.model.finding import Severity
from gitopsml.model.glob import covers
from gitopsml.model.target import Target
from gitopsml.model.words import did_you_mean
from gitopsml.policy.record import Options, Policy
from gitopsml.policy.registry import Registry
from gitopsml.schemas.inputs import check
from gitopsml.yamlio import Document, locate


class Active(NamedTuple):
    """One policy to run: how bad its findings are, and its options."""

    policy: Policy
    severity: Severity
    options: Options


class Selection:
    """Which policies run where. Raises ConfigError or Problems for rules and options of policies that do not exist."""

    def __init__(self, registry: Registry, config: Config, only: Sequence[str] = ()) -> None:
        _demand_known(registry, config, only)
        self._rules = config.severities
        self._policies = [policy for policy in registry if policy.bound and (not only or policy.id in only)]
        self._options = {policy.id: _options(policy, config) for policy in self._policies}
        self._only = frozenset(only)
        self._known: dict[tuple[str, str], tuple[Active, ...]] = {}

    def active(self, target: Target) -> tuple[Active, ...]:
        """What runs on a target, sorted by id."""
        key = (target.environment, target.path if any(rule.path for rule in self._rules) else "")
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = tuple(self._active(target))
        return known

    def everywhere(self, targets: Iterable[Target]) -> list[Active]:
        """What runs on at least one of the targets, sorted by id, with its worst severity there."""
        found: dict[str, Active] = {}
        for target in targets:
            for one in self.active(target):
                known = found.get(one.policy.id)
                if known is None or one.severity.rank < known.severity.rank:
                    found[one.policy.id] = one
        return [found[id_] for id_ in sorted(found)]

    def _active(self, target: Target) -> Iterable[Active]:
        for policy in self._policies:
            severity = self.severity(policy, target)
            if severity is not Severity.OFF:
                yield Active(policy, severity, self._options[policy.id])

    def severity(self, policy: Policy, target: Target | None, path: str = "") -> Severity:
        """The final severity on a target, and where `path` is given, of a finding in that file.

        A policy that is asked for by name runs even if it is off by default.
        """
        severity = policy.severity
        if severity is Severity.OFF and policy.id in self._only:
            severity = Severity.WARNING
        return self.final(policy, severity, target, path)

    def final(self, policy: Policy, severity: Severity, target: Target | None, path: str = "") -> Severity:
        """A severity (the policy's own, or that of a binding) as the configuration changes it for a target and a file."""
        for rule in self._rules:
            if rule.policy == policy.id and _applies(rule, target, path):
                severity = rule.severity
        return severity


def _applies(rule: SeverityRule, target: Target | None, path: str) -> bool:
    environment = target.environment if target else ""
    if rule.environment and rule.environment != environment:
        return False
    places = [place for place in (target.path if target else "", path) if place]
    return not rule.path or any(covers(rule.path, place) for place in places)


def _options(policy: Policy, config: Config) -> dict[str, Any]:
    return {**policy.defaults(), **config.options.get(policy.id, {})}


def _demand_known(registry: Registry, config: Config, only: Sequence[str]) -> None:
    errors: list[UserError] = []
    known = registry.known()
    unknown = [id_ for id_ in only if id_ not in registry.policies]
    errors.extend(UserError(f"unknown policy {id_!r}", hint=did_you_mean(id_, registry.policies)) for id_ in unknown)
    for id_ in sorted({rule.policy for rule in config.severities} - known):
        at = ("lint", "severity", id_)
        errors.append(_error(config.document, at, f"unknown policy {id_!r}", did_you_mean(id_, known)))
    for id_, options in sorted(config.options.items()):
        errors.extend(_option_errors(registry, config, id_, options))
    if errors:
        raise errors[0] if len(errors) == 1 else Problems(errors)


def _option_errors(registry: Registry, config: Config, id_: str, options: Mapping[str, Any]) -> Iterable[UserError]:
    policy = registry.policies.get(id_)
    at = ("lint", "options", id_)
    if policy is None:
        yield _error(config.document, at, f"unknown policy {id_!r}", did_you_mean(id_, registry.policies))
        return
    for name, value in options.items():
        if name not in policy.options:
            hint = did_you_mean(name, policy.options) or f"{id_} has no options"
            yield _error(config.document, (*at, name), f"unknown option {name!r} of {id_}", hint)
            continue
        for problem in check(dict(policy.options[name]), value):
            yield _error(config.document, (*at, name, *problem.pointer), f"option {name}: {problem.message}", problem.hint)


def _error(document: Document | None, pointer: tuple[str | int, ...], what: str, hint: str) -> ConfigError:
    if document is None:
        return ConfigError(what, hint=hint)
    span = locate(document, pointer, key=True)
    return ConfigError(what, path=document.path, line=span.line, column=span.column, hint=hint)
