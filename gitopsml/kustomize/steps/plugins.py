"""The built-in plugins, by kind: the steps, configured by an object (`apiVersion: builtin`) with field specs of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from gitopsml.kustomize.checking import FLAG, TEXT, TEXT_MAP, checked
from gitopsml.kustomize.fields import specs_of
from gitopsml.kustomize.kustomization import CONFIG_MAP, FIELD_SPEC, IMAGE, REPLICA, SECRET, fields_of
from gitopsml.kustomize.layer import Items, Layer, Setting, Step
from gitopsml.kustomize.specs import FieldSpec
from gitopsml.kustomize.steps import generators as made_by
from gitopsml.kustomize.steps import iam, images, names, namespace, replacements, replicas, valueadd
from gitopsml.kustomize.steps.absorb import absorbed
from gitopsml.kustomize.steps.entries import with_entries
from gitopsml.kustomize.steps.hashes import add_hashes

_METADATA: Final = {"metadata": {"name": TEXT, "namespace": TEXT}}
_SPECS: Final = [FIELD_SPEC]


def _checked(fields: dict[str, Any], step: Step) -> Step:
    """The step, its configuration checked first: unknown fields are passed over, as kustomize does."""
    known = {**_METADATA, **fields}

    def checked_step(items: Items, setting: Setting, layer: Layer) -> Items:
        return step(items, checked(setting, known, strict=False, texts=True), layer)

    return checked_step


def _optional(setting: Setting, key: str) -> Setting:
    """The part below a key; an empty text where it is missing."""
    return setting.part(key) if setting.has(key) else Setting("", setting.origin)


def _specs(setting: Setting) -> tuple[FieldSpec, ...]:
    return specs_of(setting.get("fieldSpecs"))


def _generator(what: made_by.Generator) -> Step:
    def step(items: Items, setting: Setting, layer: Layer) -> Items:
        return absorbed(items, made_by.made(setting, layer, what), setting, layer)

    return step


def _entries(key: str, name: str) -> Step:
    def step(items: Items, setting: Setting, _layer: Layer) -> Items:
        return with_entries(items, setting.part(key), _specs(setting), name) if setting.has(key) else items

    return step


def _affixes(keys: Iterable[str]) -> Step:
    def step(items: Items, setting: Setting, _layer: Layer) -> Items:
        if not setting.has("fieldSpecs"):
            raise setting.error("the transformer has no fieldSpecs", "add `fieldSpecs: [{path: metadata/name}]`")
        for key in keys:
            items = names.renamed(items, _optional(setting, key), _specs(setting), before=key == "prefix")
        return items

    return step


def _namespace(items: Items, setting: Setting, layer: Layer) -> Items:
    mode = setting.get("setRoleBindingSubjects") or "defaultOnly"
    if mode not in namespace.SUBJECTS:
        known = ", ".join(namespace.SUBJECTS)
        raise setting.part("setRoleBindingSubjects").error(f"{mode} is no way to treat subjects", f"write one of {known}")
    metadata = setting.get("metadata") or {}
    if not metadata.get("namespace"):
        return items
    wanted = namespace.Change(setting.part("metadata").part("namespace"), _specs(setting), bool(setting.get("unsetOnly")), mode)
    return namespace.change(items, wanted, layer)


def _images(items: Items, setting: Setting, layer: Layer) -> Items:
    if not setting.has("imageTag"):
        return items
    return images.with_images(items, [images.entry_of(setting.part("imageTag"), layer)], _specs(setting), layer)


def _replicas(items: Items, setting: Setting, _layer: Layer) -> Items:
    return replicas.with_count(items, setting.part("replica"), _specs(setting)) if setting.has("replica") else items


def _replacements(items: Items, setting: Setting, layer: Layer) -> Items:
    known = {"replacements": fields_of(layer.options.version)["replacements"]}
    setting = checked(setting, known, strict=False, texts=True)
    return replacements.replacements(items, setting.part("replacements"), layer) if setting.has("replacements") else items


def _hashes(items: Items, _setting: Setting, _layer: Layer) -> Items:
    """A name that has its hash keeps asking for one, as in kustomize: the last step adds another."""
    return add_hashes(items)


def _generated(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: kind for key, kind in fields.items() if key != "env"}


GENERATORS: Final[dict[str, Step]] = {
    "ConfigMapGenerator": _checked(_generated(CONFIG_MAP), _generator(made_by.CONFIG_MAP)),
    "SecretGenerator": _checked(_generated(SECRET), _generator(made_by.SECRET)),
    "IAMPolicyGenerator": _checked(iam.FIELDS, iam.service_account),
}
TRANSFORMERS: Final[dict[str, Step]] = {
    "AnnotationsTransformer": _checked(
        {"annotations": TEXT_MAP, "fieldSpecs": _SPECS}, _entries("annotations", "commonAnnotations")
    ),
    "HashTransformer": _checked({}, _hashes),
    "ImageTagTransformer": _checked({"imageTag": IMAGE, "fieldSpecs": _SPECS}, _images),
    "LabelTransformer": _checked({"labels": TEXT_MAP, "fieldSpecs": _SPECS}, _entries("labels", "labels")),
    "NamespaceTransformer": _checked({"fieldSpecs": _SPECS, "unsetOnly": FLAG, "setRoleBindingSubjects": TEXT}, _namespace),
    "PrefixSuffixTransformer": _checked({"prefix": TEXT, "suffix": TEXT, "fieldSpecs": _SPECS}, _affixes(("prefix", "suffix"))),
    "PrefixTransformer": _checked({"prefix": TEXT, "fieldSpecs": _SPECS}, _affixes(("prefix",))),
    "ReplacementTransformer": _replacements,
    "ReplicaCountTransformer": _checked({"replica": REPLICA, "fieldSpecs": _SPECS}, _replicas),
    "SuffixTransformer": _checked({"suffix": TEXT, "fieldSpecs": _SPECS}, _affixes(("suffix",))),
    "ValueAddTransformer": _checked(valueadd.FIELDS, valueadd.value_add),
}
