"""A set of resources -> the text that `kustomize build` prints."""

from __future__ import annotations

from collections.abc import Iterable

from gitopsml.model.resource import Resource


def render_text(resources: Iterable[Resource]) -> str:
    """The objects as YAML documents, byte for byte as kustomize prints them. Raises RenderError for what has no YAML form."""
    from gitopsml.yamlio import write

    return "---\n".join(write(resource.data) for resource in resources)
