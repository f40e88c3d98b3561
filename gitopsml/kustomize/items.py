"""What flows between the steps of a build: objects that know their origins, their former names and how they were made.

An `Item` is a value: `data` and `trail` are never changed in place, every change gives a new Item that shares what it did not
touch. Changing a field goes through `put`, `derive` and `remove`, which move data and trail together, so the origin law (the
value at a leaf's origin is the leaf, or the entry is derived) cannot be forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from gitopsml.kustomize.scope import cluster_scoped
from gitopsml.kustomize.text import text_of
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import Pointer, lookup
from gitopsml.model.resource import Resource

DEFAULT_NAMESPACE = "default"
NO_NAMESPACE = "_non_namespaceable_"  # what cluster-scoped kinds have in place of one


class Id(NamedTuple):
    """Group, version, kind, namespace, name. "" and "default" are the same namespace to `same`; the core group is ""."""

    group: str
    version: str
    kind: str
    namespace: str
    name: str

    @property
    def cluster_scoped(self) -> bool:
        """Whether the kind is known to have no namespace (kinds of Kubernetes 1.21 only)."""
        return cluster_scoped(self.group, self.version, self.kind)

    @property
    def effective_namespace(self) -> str:
        """The namespace to compare by: `default` for none, NO_NAMESPACE for cluster-scoped kinds."""
        return NO_NAMESPACE if self.cluster_scoped else self.namespace or DEFAULT_NAMESPACE

    @property
    def effective(self) -> Id:
        """The id to compare by."""
        return self._replace(namespace=self.effective_namespace)

    def same(self, other: Id) -> bool:
        """Whether both name one object."""
        return self[:3] == other[:3] and self.name == other.name and self.effective_namespace == other.effective_namespace

    def __str__(self) -> str:
        place = f" in namespace {self.namespace}" if self.namespace else ""
        return f"{self.kind} {self.name}{place}"


class Former(NamedTuple):
    """What an object was called before a renaming step."""

    kind: str
    namespace: str
    name: str


class Made(NamedTuple):
    """What made or changed an object, for `buildMetadata`: a file (no kind), or a plugin configured in a file."""

    path: str
    api_version: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""


@dataclass(frozen=True, eq=False)
class Item:
    """One object on its way through a build; compared by identity. Not slotted: it keeps its ids once they were asked for.

    `former` holds the ids before each renaming step, oldest first (`renamed` appends). `prefixes` and `suffixes` are what layers
    put around the name, in order of application; name references use them to choose between candidates.
    `needs_hash`: a generated ConfigMap or Secret whose name gets a hash at the end. `behavior` is the generator's word for
    how the object meets one of the same id ("" for objects that were not generated). `variables` names the `vars` that take
    their value from the object. `made` and `changes` are kept for `buildMetadata`: what made the object (None: the file of its
    trail), what saw it.
    """

    data: dict[str, Any]
    trail: Trail
    former: tuple[Former, ...] = ()
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    needs_hash: bool = False
    behavior: str = ""
    may_rename: bool = False
    may_change_kind: bool = False
    variables: tuple[str, ...] = ()
    made: Made | None = None
    changes: tuple[Made, ...] = ()

    @property
    def api_version(self) -> str:
        return text_of(self.data.get("apiVersion"))

    @property
    def group(self) -> str:
        group, slash, _ = self.api_version.partition("/")
        return group if slash else ""

    @property
    def version(self) -> str:
        group, slash, version = self.api_version.partition("/")
        return version if slash else group

    @property
    def kind(self) -> str:
        return text_of(self.data.get("kind"))

    @property
    def metadata(self) -> dict[str, Any]:
        metadata = self.data.get("metadata")
        return metadata if isinstance(metadata, dict) else {}

    @property
    def name(self) -> str:
        return text_of(self.metadata.get("name"))

    @property
    def namespace(self) -> str:
        return text_of(self.metadata.get("namespace"))

    @cached_property
    def id(self) -> Id:
        """The current id."""
        return Id(self.group, self.version, self.kind, self.namespace, self.name)

    @property
    def ids(self) -> list[Id]:
        """Every id it has had, oldest first, then the current one."""
        group, version = self.group, self.version
        return [Id(group, version, one.kind, one.namespace, one.name) for one in self.former] + [self.id]

    @cached_property
    def original(self) -> Id:
        """The oldest id."""
        if not self.former:
            return self.id
        first = self.former[0]
        return Id(self.group, self.version, first.kind, first.namespace, first.name)

    @property
    def resource(self) -> Resource:
        """The object as everything outside the renderer sees it."""
        return Resource(self.data, self.trail)

    def at(self, *pointer: str | int, default: Any = None) -> Any:
        """The value at a pointer, `default` where a step is missing."""
        return lookup(self.data, pointer, default)

    def remember(self) -> Item:
        """A copy that remembers the current id as a former one; call before changing name, namespace or kind."""
        return replace(self, former=(*self.former, Former(self.kind, self.id.effective_namespace, self.name)))

    def put(self, pointer: Pointer, value: Any, origin: Origin, step: str) -> Item:
        """A copy with `value` at `pointer`, written exactly so at `origin` (the value there IS the value).

        Missing maps on the way are made. A list index must exist, or be the length of the list (append).
        """
        return self.write(pointer, value, Trail(origin, step=step))

    def derive(self, pointer: Pointer, value: Any, sources: tuple[Origin, ...], step: str) -> Item:
        """A copy with a computed `value` at `pointer`; the first source is the one to show a person first."""
        return self.write(pointer, value, Trail(sources[0], step=step, derived=True, sources=sources))

    def write(self, pointer: Pointer, value: Any, trail: Trail) -> Item:
        """A copy with `value` and `trail` at `pointer`; what stood there before becomes `overrode` of the trail."""
        return self.but(set_at(self.data, pointer, value), _written(self.trail, self.data, pointer, trail))

    def insert(self, pointer: Pointer, value: Any, trail: Trail) -> Item:
        """A copy with `value` put into a list before the element at `pointer` (whose last key is at most the list's length)."""
        parent, place = pointer[:-1], pointer[-1]
        elements = lookup(self.data, parent)
        assert isinstance(place, int)
        longer = self.trail.at(parent)
        if place < len(elements):
            longer = moved(longer, [*range(place), len(elements), *range(place, len(elements))])
        longer = longer.with_part(place, trail)
        data = set_at(self.data, parent, [*elements[:place], value, *elements[place:]])
        return self.but(data, self.trail.with_at(parent, longer))

    def remove(self, pointer: Pointer, origin: Origin, step: str) -> Item:
        """A copy without the value at `pointer` (which must exist); a tombstone says that `origin` removed it."""
        return self.but(_unset(self.data, pointer), _removed(self.trail, self.data, pointer, origin, step))

    def but(self, data: dict[str, Any], trail: Trail) -> Item:
        """A copy with other data and trail (`dataclasses.replace`, at a third of its price)."""
        return Item(
            data,
            trail,
            self.former,
            self.prefixes,
            self.suffixes,
            self.needs_hash,
            self.behavior,
            self.may_rename,
            self.may_change_kind,
            self.variables,
            self.made,
            self.changes,
        )


def set_at(data: Any, pointer: Pointer, value: Any) -> Any:
    """`data` with `value` at `pointer`; copies only the containers on the way."""
    if not pointer:
        return value
    key, rest = pointer[0], pointer[1:]
    if isinstance(data, list):
        assert isinstance(key, int)
        elements = list(data)
        elements[key : key + 1] = [set_at(data[key] if key < len(data) else None, rest, value)]
        return elements
    table = dict(data) if data else {}
    table[key] = set_at(table.get(key), rest, value)
    return table


def _written(trail: Trail, data: Any, pointer: Pointer, new: Trail) -> Trail:
    known = trail.parts.get(pointer[0]) if pointer else trail
    if not pointer:
        return new.over(trail) if new.overrode is None else new
    key, rest = pointer[0], pointer[1:]
    here = key < len(data) if isinstance(data, list) and isinstance(key, int) else isinstance(data, dict) and key in data
    fresh = known is None and not here
    inner = _fresh(rest, new) if fresh else _written(trail.part(key), data[key] if here else None, rest, new)
    return trail.with_part(key, inner)


def _fresh(rest: Pointer, new: Trail) -> Trail:
    """The trail of a part that did not exist: made containers count as written by the step that needed them."""
    if not rest:
        return new
    made = Trail(new.origin, step=new.step, derived=True, sources=new.sources or (new.origin,))
    return made.with_part(rest[0], _fresh(rest[1:], new))


def _unset(data: Any, pointer: Pointer) -> Any:
    key, rest = pointer[0], pointer[1:]
    if rest:
        return set_at(data, (key,), _unset(data[key], rest))
    if isinstance(data, list):
        assert isinstance(key, int)
        return data[:key] + data[key + 1 :]
    return {name: value for name, value in data.items() if name != key}


def _removed(trail: Trail, data: Any, pointer: Pointer, origin: Origin, step: str) -> Trail:
    key, rest = pointer[0], pointer[1:]
    if rest:
        return trail.with_part(key, _removed(trail.part(key), data[key], rest, origin, step))
    tombstone = Trail(origin, step=step, gone=True, overrode=trail.part(key))
    if isinstance(data, list):
        kept = [number for number in range(len(data)) if number != key]
        left = moved(trail, kept).with_part(_label(data, key), tombstone)
    else:
        left = trail.with_part(key, tombstone)
    return left if len(data) > 1 else replace(left, derived=True, sources=(trail.origin, origin))


def _label(data: list[Any], key: str | int) -> str:
    """What the tombstone of a list element is kept under: `name=server`, or its value, or its index."""
    assert isinstance(key, int)
    element = data[key]
    if isinstance(element, dict):
        return f"name={element['name']}" if "name" in element else f"#{key}"
    return f"#{key}" if isinstance(element, list) else str(element)


def moved(trail: Trail, order: list[int]) -> Trail:
    """The trail of a list whose element `n` is now the former element `order[n]`."""
    parts: dict[str | int, Trail] = {name: part for name, part in trail.parts.items() if not isinstance(name, int)}
    for number, former in enumerate(order):
        if number != former or former in trail.parts:
            parts[number] = trail.part(former)
    return trail.with_parts(parts)
