"""Field specs: the tables, the walk from a path to fields, `configurations` files, and the hash and pair readers (pure functions)."""

# ruff: noqa: E501 - tables, one case a row
from __future__ import annotations

from typing import Any

import pytest
from kustomize import built, data, one

from gitopsml.errors import RenderError, UserError
from gitopsml.kustomize.fields import WrongShape, added, defaults, find, merged, missing_containers
from gitopsml.kustomize.specs import Fields, FieldSpec

POD = data("spec: {containers: [{image: a}, {name: b}, null, {image: null}], none: null, text: x}")


@pytest.mark.parametrize(
    ("path", "create", "pointers"),
    [
        ("spec/text", False, [("spec", "text")]),
        ("/spec/text", False, [("spec", "text")]),
        ("spec/containers[]/image", False, [("spec", "containers", 0, "image"), ("spec", "containers", 3, "image")]),
        ("spec/containers/image", False, [("spec", "containers", 0, "image"), ("spec", "containers", 3, "image")]),
        ("spec/containers/image", True, [("spec", "containers", number, "image") for number in (0, 1, 3)]),
        ("spec/missing", False, []),
        ("spec/missing", True, [("spec", "missing")]),
        ("a/b/c", True, [("a", "b", "c")]),
        ("a[]/b", True, []),
        ("spec/none", False, [("spec", "none")]),
        ("spec/none/x", False, []),
        ("spec/none/x", True, [("spec", "none", "x")]),
        (r"metadata/annotations/a\/b", True, [("metadata", "annotations", "a/b")]),
        ("spec/containers[]", False, [("spec", "containers")]),
    ],
)
def test_find(path: str, create: bool, pointers: list[tuple[str | int, ...]]) -> None:
    assert find(POD, path, create=create) == pointers


def test_a_path_through_a_scalar() -> None:
    with pytest.raises(WrongShape) as error:
        find(POD, "spec/text/more")
    assert error.value.pointer == ("spec", "text")


@pytest.mark.parametrize(
    ("text", "create", "made"),
    [
        ("spec: {containers: null}", False, [(("spec", "containers"), [])]),
        ("spec: {containers: []}", False, []),
        ("spec: {}", True, []),
        ("spec: [{containers: null}, {containers: [{}]}]", False, [(("spec", 0, "containers"), [])]),
        ("kind: Foo", False, []),
        ("kind: Foo", True, [(("spec",), {})]),
    ],
)
def test_missing_containers(text: str, create: bool, made: list[Any]) -> None:
    assert missing_containers(data(text), "spec/containers[]/image", create=create) == made


@pytest.mark.parametrize(
    ("release", "image_paths", "claims_are_templates"), [((5, 6, 0), 4, True), ((5, 7, 1), 6, True), ((5, 8, 2), 7, False)]
)
def test_tables_differ_by_release(release: tuple[int, int, int], image_paths: int, claims_are_templates: bool) -> None:
    fields = defaults(release)
    assert len(fields.images) == image_paths
    assert any("volumeClaimTemplates" in spec.path for spec in fields.template_labels) is claims_are_templates
    assert bool(fields.volume_claim_labels) is not claims_are_templates
    assert any("volumeClaimTemplates" in spec.path for spec in fields.common_labels)


LABELS = FieldSpec("metadata/labels", create=True)


@pytest.mark.parametrize(
    ("specs", "more", "count"),
    [
        ((LABELS,), (LABELS,), 1),
        ((LABELS,), (LABELS._replace(kind="Job"),), 2),
        ((LABELS._replace(kind="Job"),), (LABELS,), 1),  # a general spec counts as there when a narrow one is
        ((LABELS,), (LABELS._replace(path="spec/labels"),), 2),
    ],
)
def test_added(specs: tuple[FieldSpec, ...], more: tuple[FieldSpec, ...], count: int) -> None:
    assert len(added(specs, more)) == count


def test_specs_that_disagree() -> None:
    with pytest.raises(RenderError, match="two field specs of metadata/labels disagree on `create`"):
        added((LABELS,), (LABELS._replace(create=False),))
    assert merged(defaults(), Fields()) is defaults()


def test_configurations_reach_custom_resources() -> None:
    tree = {
        "kustomization.yaml": "resources: [f.yaml, c.yaml]\nconfigurations: [fields.yaml]\nnamePrefix: p-\nimages: [{name: nginx, newTag: '2'}]\ncommonAnnotations: {a: b}\n",
        "fields.yaml": "images: [{path: spec/image, kind: Foo}]\nnameReference: [{kind: ConfigMap, version: v1, fieldSpecs: [{path: spec/config, kind: Foo}]}]\ncommonAnnotations: [{path: spec/notes, kind: Foo, create: true}]\n",
        "f.yaml": "apiVersion: x.y/v1\nkind: Foo\nmetadata: {name: f}\nspec: {image: nginx, config: c}\n",
        "c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
    }
    spec = next(resource for resource in built(tree).resources if resource.kind == "Foo").data["spec"]
    assert spec == {"image": "nginx:2", "config": "p-c", "notes": {"a": "b"}}


@pytest.mark.parametrize(
    ("text", "version", "message"),
    [
        ("imagez: []", "5.6.0", "unknown field imagez; did you mean images?"),
        ("images: [{path: a, creat: true}]", "5.6.0", "unknown field creat; did you mean create?"),
        ("images: {path: a}", "5.6.0", "fields.yaml:1:9: images must be a list, not a mapping; write a list"),
        ("volumeClaimTemplateLabels: []", "5.8.1", "unknown field volumeClaimTemplateLabels"),
        ("varReference: [{path: metadata/labels, create: true}]", "5.6.0", "two field specs of metadata/labels disagree"),
    ],
)
def test_configurations_refused(text: str, version: str, message: str) -> None:
    tree = {
        "kustomization.yaml": "resources: [c.yaml]\nconfigurations: [fields.yaml]\n",
        "fields.yaml": text,
        "c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
    }
    with pytest.raises(UserError) as error:
        built(tree, version=version)
    assert message in str(error.value)
    assert "fields.yaml" in str(error.value) or "disagree" in message


def test_configurations_of_a_later_release() -> None:
    tree = {
        "kustomization.yaml": "resources: [f.yaml]\nconfigurations: [fields.yaml]\nlabels: [{pairs: {a: b}, includeVolumeClaimTemplates: true}]\n",
        "fields.yaml": "volumeClaimTemplateLabels: [{path: spec/claim/labels, kind: Foo, create: true}]\n",
        "f.yaml": "apiVersion: x.y/v1\nkind: Foo\nmetadata: {name: f}\n",
    }
    found: dict[str, Any] = one(tree, version="5.8.2")
    assert found["spec"] == {"claim": {"labels": {"a": "b"}}}


CM = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"


@pytest.mark.parametrize(
    ("specs", "labels"),
    [
        ("varReference: [{path: metadata/labels, kind: Foo, create: true}]", None),
        ("varReference: [{path: metadata/labels, kind: Foo}]", {"a": "b"}),
        ("commonLabels: [{path: metadata/labels, group: x.y, create: false}]", None),
        ("commonLabels: [{path: metadata/labels, group: x.y, create: true}]", {}),
    ],
)
def test_a_narrow_spec_meets_a_general_one(specs: str, labels: dict[str, str] | None) -> None:
    """One that kustomize sorts before its own general spec of the same path is in conflict with that, or hides it (measured)."""
    tree = {
        "base/kustomization.yaml": "resources: [c.yaml]\nconfigurations: [fields.yaml]\n",
        "base/c.yaml": CM,
        "base/fields.yaml": specs,
        "over/kustomization.yaml": "resources: [../base]\nlabels: [{pairs: {a: b}, includeSelectors: true}]\n",
    }
    if labels is None:
        for directory in ("base", "over"):
            with pytest.raises(UserError, match=r"base/kustomization.yaml:2:18: two field specs of metadata/labels disagree"):
                built(tree, directory)
    else:
        assert one(tree, "over")["metadata"].get("labels", {}) == labels


def test_a_general_reference_counts_as_known() -> None:
    """kustomize's own table has this path for Pods, so one for all kinds is not added."""
    tree = {
        "kustomization.yaml": "resources: [c.yaml, f.yaml]\nnamePrefix: p-\nconfigurations: [fields.yaml]\n",
        "c.yaml": CM,
        "f.yaml": "apiVersion: x.y/v1\nkind: Foo\nmetadata: {name: f}\nspec: {volumes: [{configMap: {name: c}}], more: {name: c}}\n",
        "fields.yaml": "nameReference: [{kind: ConfigMap, version: v1, fieldSpecs: [{path: spec/volumes/configMap/name}, {path: spec/more/name}]}]",
    }
    spec = next(resource for resource in built(tree).resources if resource.kind == "Foo").data["spec"]
    assert spec == {"volumes": [{"configMap": {"name": "c"}}], "more": {"name": "p-c"}}
