"""matchConstraints and matchResources: which objects a policy or binding looks at, as the API server decides it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from gitopsml.model.selector import matches
from gitopsml.policy.subject import Subject


class Rule(NamedTuple):
    """One resource rule. `names` () means any name."""

    groups: tuple[str, ...]
    versions: tuple[str, ...]
    resources: tuple[str, ...]
    operations: tuple[str, ...]
    scope: str
    names: tuple[str, ...]

    def kinds(self, group: str, version: str, plural: str) -> bool:
        """Whether objects of this kind can match at all: what the index of policies asks."""
        return _holds(self.groups, group) and _holds(self.versions, version) and any(_is(one, plural) for one in self.resources)

    def matches(self, subject: Subject) -> bool:
        """Whether the rule matches an object."""
        resource = subject.resource
        return (
            self.kinds(resource.group, resource.version, subject.plural)
            and _holds(self.operations, subject.operation)
            and (self.scope == "*" or (self.scope == "Cluster") == subject.cluster_scoped)
            and (not self.names or resource.name in self.names)
        )


class Match(NamedTuple):
    """`rules` () match everything (bindings only); selectors None match everything."""

    rules: tuple[Rule, ...]
    excluded: tuple[Rule, ...]
    namespaces: Mapping[str, Any] | None
    objects: Mapping[str, Any] | None

    @property
    def by_kind(self) -> bool:
        """Whether the kind alone decides, for objects that are created."""
        plain = all(rule.scope == "*" and not rule.names and _holds(rule.operations, "CREATE") for rule in self.rules)
        return plain and not (self.excluded or self.namespaces or self.objects)

    def kinds(self, group: str, version: str, plural: str) -> bool:
        """Whether objects of this kind can match at all."""
        return not self.rules or any(rule.kinds(group, version, plural) for rule in self.rules)

    def matches(self, subject: Subject) -> bool:
        """Namespace selector, object selector, excluded rules, rules: in the API server's order."""
        return (
            self._namespace(subject)
            and self._object(subject)
            and not any(rule.matches(subject) for rule in self.excluded)
            and (not self.rules or any(rule.matches(subject) for rule in self.rules))
        )

    def _namespace(self, subject: Subject) -> bool:
        is_namespace = subject.resource.kind == "Namespace" and not subject.resource.group
        if not self.namespaces or (subject.cluster_scoped and not is_namespace):
            return True
        return matches(dict(self.namespaces), subject.namespace_labels)

    def _object(self, subject: Subject) -> bool:
        if not self.objects:
            return True
        old = ((subject.old or {}).get("metadata") or {}).get("labels")
        candidates = [subject.resource.labels] if subject.object is not None else []
        candidates += [old or {}] if subject.old is not None else []
        return any(matches(dict(self.objects), labels) for labels in candidates)


def matcher(written: Mapping[str, Any]) -> Match:
    """What stands under matchConstraints or matchResources -> Match. Unknown shapes match nothing."""
    return Match(
        tuple(_rules(written.get("resourceRules"))),
        tuple(_rules(written.get("excludeResourceRules"))),
        written.get("namespaceSelector") or None,
        written.get("objectSelector") or None,
    )


def _rules(written: Any) -> Iterable[Rule]:
    for rule in written if isinstance(written, list) else ():
        if isinstance(rule, dict):
            yield Rule(
                _words(rule.get("apiGroups")),
                _words(rule.get("apiVersions")),
                _words(rule.get("resources")),
                _words(rule.get("operations")),
                str(rule.get("scope") or "*"),
                _words(rule.get("resourceNames")),
            )


def _words(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def _holds(wanted: tuple[str, ...], word: str) -> bool:
    return "*" in wanted or word in wanted


def _is(wanted: str, plural: str) -> bool:
    """`pods`, `*`, `*/*`, `pods/*`; a rule for a subresource alone matches no object."""
    resource, slash, sub = wanted.partition("/")
    return (not slash or sub == "*") and resource in ("*", plural)
