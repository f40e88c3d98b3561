"""Which fields of an object a step touches: the tables of field specs, and the one walk from a spec to the fields it reaches.

The default tables are data (`field_specs.tsv`, `name_references.tsv`); `configurations` files add to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any, Final

from gitopsml.errors import RenderError
from gitopsml.kustomize.checking import TEXT, checked
from gitopsml.kustomize.data import rows
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.kustomization import FIELD_SPEC
from gitopsml.kustomize.layer import Setting, located
from gitopsml.kustomize.order import RANKS
from gitopsml.kustomize.specs import Fields, FieldSpec, NameReference
from gitopsml.model.origin import Origin
from gitopsml.model.pointer import Pointer, lookup

Release = tuple[int, int, int]

# What `configurations` files call the tables, and what a file may hold.
KEYS: Final = {
    "namespace": "namespace",
    "namePrefix": "name_prefix",
    "nameSuffix": "name_suffix",
    "commonLabels": "common_labels",
    "labels": "labels",
    "templateLabels": "template_labels",
    "volumeClaimTemplateLabels": "volume_claim_labels",
    "commonAnnotations": "common_annotations",
    "varReference": "var_reference",
    "images": "images",
    "replicas": "replicas",
}
_FILE: Final[dict[str, Any]] = {
    **{key: [FIELD_SPEC] for key in KEYS},
    "nameReference": [{"group": TEXT, "version": TEXT, "kind": TEXT, "fieldSpecs": [FIELD_SPEC]}],
}


class WrongShape(ValueError):
    """A path leads through a value that is neither a map nor a list; `pointer` says where."""

    def __init__(self, pointer: Pointer) -> None:
        super().__init__("neither a map nor a list")
        self.pointer = pointer


@cache
def defaults(release: Release = (5, 6, 0)) -> Fields:
    """The tables that a release of kustomize comes with, in kustomize's order."""
    tables: dict[str, list[FieldSpec]] = {}
    for table, path, make, objects, releases in rows("field_specs.tsv"):
        if _within(release, releases):
            tables.setdefault(table, []).extend(_spec(path, one, make) for one in objects.split(","))
    return Fields(
        **{table: _in_order(specs) for table, specs in tables.items()},
        name_references=_default_references(),
    )


@cache
def _default_references() -> tuple[NameReference, ...]:
    table: list[NameReference] = []
    for target, path, referrers in rows("name_references.tsv"):
        group, version, kind = target.split("|")
        specs = [_spec(path, referrer, "-") for referrer in referrers.split(",")]
        if table and table[-1][:3] == (kind, group, version):
            specs = [*table.pop().specs, *specs]
        table.append(NameReference(kind, group, version, tuple(specs)))
    return tuple(table)


def _in_order(specs: Iterable[FieldSpec]) -> tuple[FieldSpec, ...]:
    """Field specs in kustomize's order, which decides whether two of them are in conflict."""
    return tuple(sorted(specs, key=_place))


def _place(spec: FieldSpec) -> tuple[int, str]:
    return RANKS.get(spec.kind, 0), "_".join((spec.group or "~G", spec.version or "~V", spec.kind or "~K"))


def _within(release: Release, releases: str) -> bool:
    first, _, last = releases.partition("-")
    return (not first or release >= _release(first)) and (not last or release <= _release(last))


def _release(text: str) -> Release:
    major, minor, patch = text.split(".")
    return int(major), int(minor), int(patch)


def _spec(path: str, objects: str, make: str) -> FieldSpec:
    group, version, kind = objects.split("/") if "/" in objects else ("", "", objects)
    return FieldSpec(path, group, version, "" if kind == "*" else kind, make == "+")


def read(setting: Setting, release: Release = (5, 6, 0)) -> Fields:
    """A `configurations` file -> the tables it adds. Raises RenderError for an unknown field or a wrong type."""
    known = {key: kind for key, kind in _FILE.items() if key != "volumeClaimTemplateLabels" or release >= (5, 8, 2)}
    file = checked(setting, known, texts=True)
    tables: dict[str, Any] = {KEYS[key]: specs_of(file.get(key)) for key in KEYS if file.has(key)}
    references = tuple(
        NameReference(one.get("kind") or "", one.get("group") or "", one.get("version") or "", specs_of(one.get("fieldSpecs")))
        for one in file.get("nameReference", ())
    )
    return Fields(**tables, name_references=references)


def specs_of(written: Any) -> tuple[FieldSpec, ...]:
    """Field specs as a file has them (checked) -> records."""
    return tuple(
        FieldSpec(
            one.get("path") or "",
            one.get("group") or "",
            one.get("version") or "",
            one.get("kind") or "",
            bool(one.get("create")),
        )
        for one in written or ()
    )


def merged(one: Fields, other: Fields, setting: Setting | None = None) -> Fields:
    """Both tables. Raises RenderError (at `setting`) where they disagree on whether a field is made."""
    if other is one or other == Fields():
        return one
    tables: dict[str, Any] = {
        table: _in_order(added(getattr(one, table), getattr(other, table), setting))
        for table in Fields._fields
        if table != "name_references"
    }
    return Fields(**tables, name_references=_references(one.name_references, other.name_references, setting))


def added(specs: tuple[FieldSpec, ...], more: tuple[FieldSpec, ...], setting: Setting | None = None) -> tuple[FieldSpec, ...]:
    """`specs` with those of `more` that it does not have. Raises RenderError where they disagree on whether a field is made.

    A spec for all kinds counts as there where one for some kind has its path; the first of several decides.
    """
    if not more:
        return specs
    by_path: dict[str, list[FieldSpec]] = {}
    for spec in specs:
        by_path.setdefault(spec.path, []).append(spec)
    result = list(specs)
    for spec in more:
        alike = by_path.setdefault(spec.path, [])
        known = next((one for one in alike if _selected(spec, one.group, one.version, one.kind)), None)
        if known is None:
            result.append(spec)
            alike.append(spec)
        elif known.create != spec.create:
            what = f"two field specs of {spec.path} disagree on `create`"
            hint = "write the same `create` as kustomize's own table, or leave the field out"
            raise setting.error(what, hint) if setting else RenderError(what, hint=hint)
    return tuple(result)


def _selected(selector: FieldSpec | NameReference, group: str, version: str, kind: str) -> bool:
    return (
        (not selector.kind or selector.kind == kind)
        and (not selector.group or selector.group == group)
        and (not selector.version or selector.version == version)
    )


def _references(
    references: tuple[NameReference, ...], more: tuple[NameReference, ...], setting: Setting | None
) -> tuple[NameReference, ...]:
    result = list(references)
    for reference in more:
        for number, one in enumerate(result):
            if one[:3] == reference[:3]:
                result[number] = one._replace(specs=added(one.specs, reference.specs, setting))
                break
        else:
            result.append(reference)
    return tuple(result)


@lru_cache(maxsize=256)
def _by_kind(specs: tuple[FieldSpec, ...]) -> tuple[dict[str, tuple[FieldSpec, ...]], tuple[FieldSpec, ...]]:
    """The specs that can apply to a kind, and those that can apply to every other kind."""
    kinds = dict.fromkeys(spec.kind for spec in specs if spec.kind)
    general = tuple(spec for spec in specs if not spec.kind)
    return {kind: tuple(spec for spec in specs if spec.kind in ("", kind)) for kind in kinds}, general


def of_item(specs: tuple[FieldSpec, ...], item: Item) -> list[FieldSpec]:
    """The specs that apply to an item, in order."""
    by_kind, general = _by_kind(specs)
    return [spec for spec in by_kind.get(item.kind, general) if applies(spec, item)]


def applies(spec: FieldSpec, item: Item) -> bool:
    """Whether a spec means objects of this item's group, version and kind."""
    return _selected(spec, item.group, item.version, item.kind)


def reach(item: Item, spec: FieldSpec, *, create: bool = False) -> list[Pointer]:
    """The fields of an item that a spec reaches (whether it `applies` is the caller's question).

    `create`: also where the field would be made. Raises RenderError where the path leads through a scalar.
    """
    try:
        return find(item.data, spec.path, create=create)
    except WrongShape as problem:
        raise located(
            f"{item.id}: kustomize looks for {spec.path} here, which is neither a map nor a list",
            item.trail.at(problem.pointer).origin,
            "write a map, or take the field spec out of the configuration",
        ) from None


def find(data: Any, path: str, *, create: bool = False) -> list[Pointer]:
    """Every pointer that a field path reaches: lists are stepped into, a slash in a key has a backslash before it.

    `create`: also pointers of missing fields below maps that exist or would be made; a list (`[]`) is never made.
    Raises WrongShape where the path leads through a scalar.
    """
    found: list[Pointer] = []
    _walk(data, _split(path), (), create, found)
    return found


def with_containers(item: Item, spec: FieldSpec, origin: Origin, step: str, *, create: bool = False) -> Item:
    """The item after a look for a spec's fields, with what that makes on the way."""
    for pointer, made in missing_containers(item.data, spec.path, create=create) if "[]" in spec.path else ():
        item = item.derive(pointer, made, (origin,), step)
    return item


def missing_containers(data: Any, path: str, *, create: bool = False) -> list[tuple[Pointer, Any]]:
    """What a look for a path with lists (`[]`) makes, though it reaches no field: a list of a null, maps on the way to a list."""
    parts = _split(path)
    lists = [length for length, part in enumerate(parts, 1) if part.endswith("[]")]
    found: list[Pointer] = []
    for length in lists:
        _walk(data, parts[:length], (), False, found)
    made: list[tuple[Pointer, Any]] = [(pointer, []) for pointer in found if lookup(data, pointer) is None]
    if create and lists and lists[0] > 1:
        way = find(data, "/".join(parts[: lists[0] - 1]), create=True)
        made += [(pointer, {}) for pointer in way if lookup(data, pointer) is None]
    return made


def _walk(value: Any, parts: tuple[str, ...], pointer: Pointer, create: bool, found: list[Pointer]) -> None:
    if not parts:
        found.append(pointer)
    elif isinstance(value, dict):
        name, rest = parts[0].removesuffix("[]"), parts[1:]
        inner = value.get(name)
        if inner is not None or (name in value and not rest and not create):
            _walk(inner, rest, (*pointer, name), create, found)
        elif create and not any(part.endswith("[]") for part in parts):
            found.append((*pointer, *parts))
    elif isinstance(value, list):
        for number, element in enumerate(value):
            _walk(element, parts, (*pointer, number), create, found)
    elif value is not None:
        raise WrongShape(pointer)


@lru_cache(maxsize=4096)
def _split(path: str) -> tuple[str, ...]:
    """A field path -> its keys."""
    pieces = path.split("/")
    if len(pieces) > 1 and not pieces[0]:
        pieces = pieces[1:]
    keys = pieces[:1]
    for piece in pieces[1:]:
        if keys[-1].endswith("\\"):
            keys[-1] = f"{keys[-1][:-1]}/{piece}"
        else:
            keys.append(piece)
    return tuple(keys)
