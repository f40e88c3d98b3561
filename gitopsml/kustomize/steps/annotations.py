"""`commonAnnotations`: annotations of objects and of the pod templates of built-in workloads."""

from __future__ import annotations

from typing import Final

from gitopsml.kustomize.layer import Items, Layer, Setting
from gitopsml.kustomize.steps.entries import with_entries

STEP: Final = "commonAnnotations"


def common_annotations(items: Items, setting: Setting, layer: Layer) -> Items:
    """Put the annotations into every object."""
    return with_entries(items, setting, layer.fields.common_annotations, STEP)
