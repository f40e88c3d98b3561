"""`generators`, `transformers` and `validators`: the built-in ones, configured by objects; others are programs and are refused.

Each entry is a file, a directory with a kustomization, or the objects themselves. A configuration object has
`apiVersion: builtin` and the kind of a plugin; what it configures are the steps of `steps/` and the patches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from gitopsml.kustomize import patches
from gitopsml.kustomize.checking import TEXT, TEXTS, checked
from gitopsml.kustomize.items import Item, Made
from gitopsml.kustomize.jsonpatch import same
from gitopsml.kustomize.kustomization import PATCH, SELECTOR
from gitopsml.kustomize.layer import Items, Layer, Setting, Step, located
from gitopsml.kustomize.metadata import generated, transformed
from gitopsml.model.origin import Origin

VALIDATED: Final = "validated-by"
Noting = Callable[[Items, Items, Made, list[dict[str, Any]]], Items]


def generators(items: Items, setting: Setting, layer: Layer) -> Items:
    """`generators`: each configuration in order."""
    from gitopsml.kustomize.steps.plugins import GENERATORS

    return _run(items, setting, layer, GENERATORS, generated)


def transformers(items: Items, setting: Setting, layer: Layer) -> Items:
    """`transformers`: each configuration in order."""
    return _run(items, setting, layer, _transformers(), _transformed)


def validators(items: Items, setting: Setting, layer: Layer) -> Items:
    """`validators`: transformers that must not change anything (but the label `validated-by`). Raises RenderError."""
    after = _run(items, setting, layer, _transformers())
    if len(after) != len(items) or not all(same(_plain(one), _plain(other)) for one, other in zip(items, after, strict=True)):
        raise setting.error("a validator changes objects", "list it under `transformers`")
    return items


def _run(items: Items, setting: Setting, layer: Layer, known: dict[str, Step], note: Noting | None = None) -> Items:
    for config in layer.objects(setting):
        before, items = items, _step(config, known)(items, _setting(config), layer)
        if layer.tracked and note is not None:
            path = config.trail.origin.document.path
            made = Made(path, config.api_version, config.kind, config.name, config.namespace)
            items = note(before, items, made, [config.data])
    return items


def _transformed(before: Items, after: Items, made: Made, _config: list[dict[str, Any]]) -> Items:
    return transformed(before, after, made)


def _step(config: Item, known: dict[str, Step]) -> Step:
    origin = config.trail.origin
    if config.api_version != "builtin":
        what = f"{config.kind} is an external plugin; gitopsml runs no programs"
        raise located(what, origin, "list the target as unchecked", check="generator-unsupported")
    step = known.get(config.kind)
    if step is None:
        hint = f"these are covered here: {', '.join(sorted(known))}"
        raise located(
            f"the plugin {config.kind} is not covered",
            Origin(origin.document, (*origin.pointer, "kind")),
            hint,
            check="generator-unsupported",
        )
    return step


def _setting(config: Item) -> Setting:
    """The configuration as a setting; one that a kustomization changed is its own document, so that origins stay true."""
    origin = config.trail.origin
    if config.trail.parts:
        origin = Origin(replace(origin.document, data=config.data))
    return Setting(config.data, origin)


def _plain(item: Item) -> object:
    labels = item.metadata.get("labels")
    if not isinstance(labels, dict) or VALIDATED not in labels:
        return item.data
    return {**item.data, "metadata": {**item.metadata, "labels": {key: one for key, one in labels.items() if key != VALIDATED}}}


def _patch(items: Items, setting: Setting, layer: Layer) -> Items:
    return patches.patch(items, checked(setting, {**PATCH}, strict=False, texts=True), layer)


def _json_patch(items: Items, setting: Setting, layer: Layer) -> Items:
    return patches.json_patch(
        items, checked(setting, {"path": TEXT, "jsonOp": TEXT, "target": SELECTOR}, strict=False, texts=True), layer
    )


def _strategic(items: Items, setting: Setting, layer: Layer) -> Items:
    setting = checked(setting, {"paths": TEXTS, "patches": TEXT}, strict=False, texts=True)
    if not setting.get("paths") and not setting.get("patches"):
        raise setting.error("the patch has neither `paths` nor `patches`", "give it one of them")
    if setting.get("paths"):
        items = patches.strategic_merges(items, setting.part("paths"), layer)
    return patches.strategic_text(items, setting.part("patches"), layer) if setting.get("patches") else items


def _transformers() -> dict[str, Step]:
    from gitopsml.kustomize.steps.plugins import TRANSFORMERS

    return {**TRANSFORMERS, **_PATCHES}


_PATCHES: Final[dict[str, Step]] = {
    "PatchTransformer": _patch,
    "PatchJson6902Transformer": _json_patch,
    "PatchStrategicMergeTransformer": _strategic,
}
