"""`namespace`: metadata.namespace of what is not known to be cluster-scoped, and the special cases (facts: kustomize §6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from gitopsml.kustomize.fields import of_item, reach, with_containers
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.layer import Items, Layer, Setting, located
from gitopsml.kustomize.scope import cluster_scoped
from gitopsml.kustomize.specs import FieldSpec
from gitopsml.kustomize.text import text_of
from gitopsml.kustomize.unique import demand_unique
from gitopsml.model.pointer import Pointer

STEP: Final = "namespace"
HELM: Final = "internal.config.kubernetes.io/helm-generated"
_BINDINGS: Final = ("RoleBinding", "ClusterRoleBinding")
_NAME: Final = "metadata/name"
_NAMESPACE: Final = "metadata/namespace"
_SUBJECTS: Final = "subjects/namespace"

# Which subjects of a role binding follow, by the transformer's word for it.
SUBJECTS: Final[dict[str, Callable[[Any], bool]]] = {
    "defaultOnly": lambda subject: subject.get("name") == "default",
    "allServiceAccounts": lambda subject: subject.get("kind") == "ServiceAccount",
    "none": lambda _: False,
}


class Change(NamedTuple):
    """What to do: `name` is where the namespace is written; `subjects` a key of SUBJECTS."""

    name: Setting
    specs: tuple[FieldSpec, ...]
    unset_only: bool = False
    subjects: str = "defaultOnly"


def namespace(items: Items, setting: Setting, layer: Layer) -> Items:
    """Move everything into a namespace. Raises RenderError where two objects get one id."""
    return change(items, Change(setting, layer.fields.namespace), layer) if setting.value else items


def change(items: Items, wanted: Change, layer: Layer) -> Items:
    """`namespace` with the options of a NamespaceTransformer."""
    release = layer.options.version
    result = [item if _is_helms(item, release) else _changed(item, wanted, release) for item in items]
    demand_unique(result, wanted.name.origin)
    return result


def _is_helms(item: Item, release: tuple[int, int, int]) -> bool:
    annotations = item.metadata.get("annotations")
    return release >= (5, 8, 1) and isinstance(annotations, dict) and annotations.get(HELM) == "true"


def _changed(item: Item, wanted: Change, release: tuple[int, int, int]) -> Item:
    new = item.remember()
    if not cluster_scoped(item.group, item.version, item.kind, release):
        new = written(new, ("metadata", "namespace"), wanted)
    binding = item.kind in _BINDINGS
    if binding:
        new = _with_subjects(new, wanted)
    for spec in of_item(wanted.specs, new):
        if not _is_special(spec, item.api_version, binding):
            for pointer in reach(new, spec, create=spec.create):
                new = written(new, pointer, wanted)
            new = with_containers(new, spec, wanted.name.origin, STEP, create=spec.create)
    return new


def _is_special(spec: FieldSpec, api_version: str, binding: bool) -> bool:
    """Fields that have rules of their own, whatever the tables say."""
    return (
        spec.path == _NAMESPACE
        or (spec.path == _NAME and api_version != "v1")
        or (binding and spec.kind in _BINDINGS and spec.path == _SUBJECTS)
    )


def written(item: Item, pointer: Pointer, wanted: Change) -> Item:
    """The item with the namespace in a field. Raises RenderError where that is no text."""
    old = item.at(*pointer)
    if isinstance(old, dict | list):
        raise located(
            f"{item.id}: a namespace is expected here", item.trail.at(pointer).origin, "correct the field spec or the object"
        )
    if wanted.unset_only and text_of(old):
        return item
    return item.put(pointer, wanted.name.value, wanted.name.origin, STEP)


def _with_subjects(item: Item, wanted: Change) -> Item:
    subjects = item.at("subjects")
    if subjects is None or wanted.subjects == "none":
        return item
    chosen = SUBJECTS[wanted.subjects]
    if not isinstance(subjects, list) or not all(isinstance(subject, dict) for subject in subjects):
        where = item.trail.at(("subjects",)).origin
        raise located(f"{item.id}: subjects must be a list of maps", where, "write kind, name and namespace of each")
    for number, subject in enumerate(subjects):
        if chosen(subject):
            item = written(item, ("subjects", number, "namespace"), wanted)
    return item
