"""`labels` and `commonLabels`: labels of objects and, where asked for, of selectors and templates (facts: kustomize §6)."""

from __future__ import annotations

from typing import Final

from gitopsml.kustomize.fields import added, specs_of
from gitopsml.kustomize.layer import Items, Layer, Setting
from gitopsml.kustomize.specs import FieldSpec
from gitopsml.kustomize.steps.entries import with_entries

STEP: Final = "labels"
_OBJECT: Final = FieldSpec("metadata/labels", create=True)


def labels(items: Items, setting: Setting, layer: Layer) -> Items:
    """Every entry of `labels`, in order."""
    for entry in setting.parts():
        if entry.has("pairs"):
            items = with_entries(items, entry.part("pairs"), _specs(entry, layer), STEP)
    return items


def common_labels(items: Items, setting: Setting, layer: Layer) -> Items:
    """Labels of objects, templates and selectors."""
    return with_entries(items, setting, layer.fields.common_labels, STEP)


def _specs(entry: Setting, layer: Layer) -> tuple[FieldSpec, ...]:
    """The fields that an entry of `labels` means: its own, those of configurations, and what its switches include."""
    fields = layer.fields
    specs = added(specs_of(entry.get("fields")), fields.labels, entry)
    if entry.get("includeSelectors"):
        return added(specs, fields.common_labels, entry)
    if entry.get("includeTemplates"):
        specs = added(specs, fields.template_labels, entry)
    if entry.get("includeVolumeClaimTemplates"):
        specs = added(specs, fields.volume_claim_labels, entry)
    return added(specs, (_OBJECT,), entry)
