"""Name references: when an object was renamed, the fields of other objects that hold its name follow (facts: kustomize §6).

The table says which fields of which kinds name which kind (`name_references.tsv`, and `configurations`). A name is rewritten only
where one object of that kind had that name and lives in a namespace that the referrer can mean.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple

from gitopsml.errors import RenderError
from gitopsml.kustomize.fields import defaults, reach
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.layer import Items, located
from gitopsml.kustomize.specs import FieldSpec, NameReference
from gitopsml.kustomize.steps.sources import retyped
from gitopsml.kustomize.text import text_of
from gitopsml.model.origin import Trail
from gitopsml.model.pointer import Pointer, lookup

STEP: Final = "name reference"


def fixed(items: Items, table: tuple[NameReference, ...], memo: dict[Any, Any]) -> Items:
    """The items with their references to renamed ones fixed.

    Raises RenderError where a name could mean several objects, and where a field of the table holds no name at all. `memo`
    remembers which objects were found sound, for the next overlay over the same base.
    """
    candidates = _Candidates(items, [item for item in items if item.former])
    by_kind = _referrers(table)
    general = by_kind.get("", ())
    result: Items = []
    for item in items:
        key = ("references", id(item.data), id(table))
        known = key in memo
        own = by_kind.get(item.original.kind, ())
        result.append(_Referrer(item, candidates).fixed(own, general, thoroughly=not known) if own or general else item)
        if not known:
            memo[key] = (item.data, table)  # both are kept, so that their ids stay their own
    return result


class _Rule(NamedTuple):
    """`spec` chooses the referrers by what they were; `path` is the same path in whatever they are now."""

    number: int
    target: NameReference
    spec: FieldSpec
    path: FieldSpec


def _by_referrer(table: tuple[NameReference, ...]) -> dict[str, tuple[_Rule, ...]]:
    """The rules by kind of the referrer ("" = any), in the order of the table."""
    grouped: dict[str, list[_Rule]] = {}
    for number, (owner, spec) in enumerate((one, spec) for one in table for spec in one.specs):
        grouped.setdefault(spec.kind, []).append(_Rule(number, owner, spec, FieldSpec(spec.path)))
    return {kind: tuple(rules) for kind, rules in grouped.items()}


def _referrers(table: tuple[NameReference, ...]) -> dict[str, tuple[_Rule, ...]]:
    """The rules of a table, worked out once for kustomize's own."""
    return _shipped_referrers() if table is defaults().name_references else _by_referrer(table)


@cache
def _shipped_referrers() -> dict[str, tuple[_Rule, ...]]:
    return _by_referrer(defaults().name_references)


class _Candidates:
    """The renamed objects of a build by each former name; all objects by namespace."""

    def __init__(self, items: Items, renamed: Items) -> None:
        self.by_name: dict[str, list[Item]] = {}
        for item in renamed:
            for name in dict.fromkeys(former.name for former in item.former):
                self.by_name.setdefault(name, []).append(item)
        self.kinds = {former.kind for item in renamed for former in item.former}
        self.items = items


class _Referrer:
    """One object whose references are fixed."""

    def __init__(self, item: Item, candidates: _Candidates) -> None:
        self._item = item
        self._id = item.id
        self._all = candidates

    def fixed(self, own: tuple[_Rule, ...], general: tuple[_Rule, ...], *, thoroughly: bool) -> Item:
        """The object; `thoroughly`: also the fields that name kinds of which nothing was renamed are looked at."""
        rules = sorted((*own, *general)) if general else own
        original = self._item.original if rules else None
        for rule in rules:
            if not thoroughly and rule.target.kind and rule.target.kind not in self._all.kinds:
                continue
            assert original is not None
            if (rule.spec.group and rule.spec.group != original.group) or (
                rule.spec.version and rule.spec.version != original.version
            ):
                continue
            for pointer in reach(self._item, rule.path):
                self._field(pointer, rule)
        return self._item

    def _field(self, pointer: Pointer, rule: _Rule) -> None:
        value = lookup(self._item.data, pointer)
        if isinstance(value, list):
            for number, element in enumerate(value):
                self._one((*pointer, number), element, rule)
        else:
            self._one(pointer, value, rule)

    def _one(self, pointer: Pointer, value: Any, rule: _Rule) -> None:
        if isinstance(value, dict):
            self._mapping(pointer, value, rule)
        elif isinstance(value, list):
            raise self._error(pointer, "a name, or a map with a name, is expected here")
        elif value is not None:
            found = self._choose(text_of(value), self._visible(), rule, pointer, _same_name)
            if found is not None and found.name != text_of(value):
                self._write(pointer, found.name, found, ("metadata", "name"))

    def _mapping(self, pointer: Pointer, value: dict[str, Any], rule: _Rule) -> None:
        if "name" not in value:
            raise self._error(pointer, "the map has no `name`, so kustomize cannot tell what it refers to")
        name = text_of(value["name"])
        found = self._choose(name, self._in_namespace(value), rule, pointer, _same_place)
        if found is None or (found.name == name and not found.namespace):
            return
        if found.name != name:
            self._write((*pointer, "name"), found.name, found, ("metadata", "name"))
        if found.namespace and value.get("namespace") != found.namespace:
            self._write((*pointer, "namespace"), found.namespace, found, ("metadata", "namespace"))

    def _write(self, pointer: Pointer, value: str, found: Item, source: Pointer) -> None:
        trail = found.trail.at(source)
        sources = trail.sources or (trail.origin,)
        old = self._item.trail.at(pointer)
        new = Trail(old.origin, step=STEP, derived=True, sources=(old.origin, *sources))
        self._item = self._item.write(pointer, retyped(value, old), new)

    def _visible(self) -> Callable[[Item], bool]:
        """Which objects the referrer could mean at all, by namespace."""
        if self._id.cluster_scoped:
            return lambda _: True
        own, bound = self._id.effective_namespace, self._bound_namespaces()
        return lambda item: item.id.cluster_scoped or item.id.effective_namespace == own or item.namespace in bound

    def _bound_namespaces(self) -> frozenset[str]:
        """Namespaces of the ServiceAccounts that a RoleBinding names."""
        if self._item.kind != "RoleBinding":
            return frozenset()
        subjects = self._item.at("subjects")
        return frozenset(
            subject["namespace"]
            for subject in (subjects if isinstance(subjects, list) else ())
            if isinstance(subject, dict) and subject.get("kind") == "ServiceAccount" and isinstance(subject.get("namespace"), str)
        )

    def _in_namespace(self, value: dict[str, Any]) -> Callable[[Item], bool]:
        visible = self._visible()
        if "namespace" not in value:
            return visible
        wanted = text_of(value["namespace"])
        if any(item.original.effective_namespace == wanted and visible(item) for item in self._all.items):
            return lambda item: visible(item) and item.original.effective_namespace == wanted
        return lambda item: visible(item) and item.id.effective_namespace == wanted

    def _choose(
        self, name: str, test: Callable[[Item], bool], rule: _Rule, pointer: Pointer, alike: Callable[[Items], bool]
    ) -> Item | None:
        """The object that a name means now, or None."""
        found = [
            item
            for item in self._all.by_name.get(name, ())
            if test(item) and _had(item, rule.target.group, rule.target.version, rule.target.kind)
        ]
        found = [item for item in found if self._role_fits(item, rule.spec) and self._reachable(item)]
        if len(found) > 1:
            found = [item for item in found if _affixes(item, self._item, loosely=True)]
        if len(found) > 1:
            found = [item for item in found if _affixes(item, self._item, loosely=False)]
        if not found:
            return None
        if len(found) > 1 and not alike(found):
            names = ", ".join(str(item.id) for item in found)
            raise self._error(pointer, f"the name {name} could mean {names}")
        return found[0]

    def _role_fits(self, item: Item, spec: FieldSpec) -> bool:
        """What `roleRef` says of group and kind counts."""
        if not spec.path.endswith("roleRef/name"):
            return True
        role = self._item.at("roleRef")
        if not isinstance(role, dict) or role.get("apiGroup") is None or role.get("kind") is None:
            return True
        return _had(item, text_of(role["apiGroup"]), "", text_of(role["kind"]))

    def _reachable(self, item: Item) -> bool:
        if self._id.cluster_scoped or item.kind == "ServiceAccount":
            return True
        other = item.id
        return other.cluster_scoped or other.effective_namespace == self._id.effective_namespace

    def _error(self, pointer: Pointer, what: str) -> RenderError:
        return located(f"{self._item.id}: {what}", self._item.trail.at(pointer).origin, "give the objects different names")


def _had(item: Item, group: str, version: str, kind: str) -> bool:
    """Whether one of the item's former ids is of this group, version and kind ("" = any)."""
    if (group and item.group != group) or (version and item.version != version):
        return False
    return not kind or any(former.kind == kind for former in item.former)


def _affixes(one: Item, other: Item, *, loosely: bool) -> bool:
    """Whether two objects were renamed by the same layers; loosely: one that was not renamed fits all."""
    for mine, theirs in ((one.prefixes, other.prefixes), (one.suffixes, other.suffixes)):
        if loosely and not (mine and theirs):
            continue
        count = min(len(mine), len(theirs))
        if (not mine) != (not theirs) or (count and mine[-count:] != theirs[-count:]):
            return False
    return True


def _same_name(found: Items) -> bool:
    return len({item.name for item in found}) == 1


def _same_place(found: Items) -> bool:
    return len({(item.name, item.namespace) for item in found}) == 1
