"""Field specs: which fields of which kinds a step touches. Records only; the default tables and their reading are in `fields`."""

from __future__ import annotations

from typing import NamedTuple


class FieldSpec(NamedTuple):
    """A field path (`spec/template/spec/containers[]/image`; lists are stepped into) of a kind; "" means any.

    `create`: missing maps on the way, and the field, are made.
    """

    path: str
    group: str = ""
    version: str = ""
    kind: str = ""
    create: bool = False


class NameReference(NamedTuple):
    """The fields that hold the name of an object of this group, version and kind ("" = any)."""

    kind: str
    group: str = ""
    version: str = ""
    specs: tuple[FieldSpec, ...] = ()


class Fields(NamedTuple):
    """All tables of field specs, one per step; named as in a `configurations` file."""

    namespace: tuple[FieldSpec, ...] = ()
    name_prefix: tuple[FieldSpec, ...] = ()
    name_suffix: tuple[FieldSpec, ...] = ()
    common_labels: tuple[FieldSpec, ...] = ()
    labels: tuple[FieldSpec, ...] = ()
    template_labels: tuple[FieldSpec, ...] = ()
    volume_claim_labels: tuple[FieldSpec, ...] = ()
    common_annotations: tuple[FieldSpec, ...] = ()
    var_reference: tuple[FieldSpec, ...] = ()
    images: tuple[FieldSpec, ...] = ()
    replicas: tuple[FieldSpec, ...] = ()
    name_references: tuple[NameReference, ...] = ()
