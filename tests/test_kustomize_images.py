"""`images`: names and their parts, which images an entry means, what becomes of them, release by release."""

# ruff: noqa: E501 - tables, one case a row
from __future__ import annotations

from typing import Any

import pytest
from kustomize import built, objects, told
from trail_law import broken

from gitopsml.errors import UserError
from gitopsml.kustomize.imagename import Image, Wanted, changed, matcher, split

OLD, NEW = (5, 6, 0), (5, 8, 2)


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("nginx", Image("nginx")),
        ("nginx:1.25", Image("nginx", "1.25")),
        ("nginx@sha256:ab", Image("nginx", "", "sha256:ab")),
        ("nginx:1@sha256:ab", Image("nginx", "1", "sha256:ab")),
        ("host:5000/a/b", Image("host:5000/a/b")),
        ("host:5000/a/b:2", Image("host:5000/a/b", "2")),
        ("", Image("")),
    ],
)
def test_split(reference: str, parts: Image) -> None:
    assert split(reference) == parts
    assert str(parts) == reference


@pytest.mark.parametrize(
    ("reference", "wanted", "result"),
    [
        ("nginx:1", Wanted(new_tag="2"), "nginx:2"),
        ("nginx:1@sha256:ab", Wanted(new_tag="2"), "nginx:2"),
        ("nginx:1", Wanted(digest="sha256:cd"), "nginx@sha256:cd"),
        ("nginx", Wanted(new_tag="2", digest="sha256:cd"), "nginx:2@sha256:cd"),
        ("nginx:1", Wanted(new_name="my/nginx"), "my/nginx:1"),
        ("nginx:1@sha256:ab", Wanted(new_name="n"), "n:1@sha256:ab"),
        ("nginx:1@sha256:ab", Wanted(tag_suffix="-alpine"), "nginx:1-alpine"),
        ("nginx:1", Wanted(new_tag="2", tag_suffix="-x"), "nginx:2"),
        ("nginx:1", Wanted(), "nginx:1"),
    ],
)
def test_changed(reference: str, wanted: Wanted, result: str) -> None:
    assert changed(reference, wanted) == result


@pytest.mark.parametrize(
    ("name", "reference", "release", "meant"),
    [
        ("nginx", "nginx", OLD, True),
        ("nginx", "nginx:1.2", OLD, True),
        ("nginx", "nginx:1@sha256:ab", OLD, True),
        ("nginx", "nginx:", OLD, True),
        ("nginx", "my-nginx", OLD, False),
        ("nginx", "docker.io/library/nginx", OLD, False),
        ("ngin.", "nginx", OLD, True),
        ("nginx|busybox", "busybox:2", OLD, True),
        ("nginx|busybox", "nginx-unprivileged", OLD, True),
        ("nginx:1.2", "nginx:1.2", OLD, True),
        ("", "", OLD, True),
        ("", "nginx", OLD, False),
        ("nginx", "nginx:{tag}", OLD, True),
        ("nginx", "nginx@sha512:ab", OLD, False),
        ("nginx", "nginx@sha512:ab", NEW, True),
        ("(a|b)x", "bx:1", OLD, True),
    ],
)
def test_matcher(name: str, reference: str, release: tuple[int, int, int], meant: bool) -> None:
    assert matcher(name, release)(reference) is meant


def test_a_name_that_is_no_pattern() -> None:
    with pytest.raises(ValueError, match="error parsing regexp"):
        matcher("[")


POD = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers: [{name: a, image: "nginx:1"}, {name: b, image: "busybox:1"}]
  initContainers: [{name: i, image: nginx}]
  ephemeralContainers: [{name: e, image: nginx}]
  volumes: [{name: v, image: {reference: "nginx:1"}}]
"""
CUSTOM = """\
apiVersion: x.y/v1
kind: Foo
metadata: {name: f}
spec: {deep: [{containers: [{image: nginx}, null]}], image: nginx, container: {image: nginx}}
"""


def images(text: str, resource: str, version: str = "5.6.0") -> dict[str, Any]:
    (found,) = objects(
        built({"kustomization.yaml": f"resources: [r.yaml]\nimages: {text}\n", "r.yaml": resource}, version=version)
    )
    return dict(found["spec"])


def test_which_fields_are_reached() -> None:
    spec = images("[{name: nginx, newTag: '2'}]", POD)
    assert [one["image"] for one in spec["containers"] + spec["initContainers"] + spec["ephemeralContainers"]] == [
        "nginx:2",
        "busybox:1",
        "nginx:2",
        "nginx",
    ]
    assert images("[{name: nginx, newTag: '2'}]", CUSTOM) == {
        "deep": [{"containers": [{"image": "nginx:2"}, None]}],
        "image": "nginx",
        "container": {"image": "nginx"},
    }


@pytest.mark.parametrize(("version", "reference"), [("5.6.0", "nginx:1"), ("5.7.1", "nginx:2"), ("5.8.2", "nginx:2")])
def test_image_volumes(version: str, reference: str) -> None:
    assert images("[{name: nginx, newTag: '2'}]", POD, version)["volumes"][0]["image"]["reference"] == reference


@pytest.mark.parametrize(
    ("entries", "image"),
    [
        ("[{name: nginx, newName: b}, {name: b, newTag: '3'}]", "b:3"),
        ("[{name: nginx, tagSuffix: -x}]", "nginx:1-x-x"),
        ("[{name: nginx, newName: '12', newTag: ''}]", "12:1"),
    ],
)
def test_entries_apply_in_order(entries: str, image: str) -> None:
    assert images(entries, POD)["containers"][0]["image"] == image


@pytest.mark.parametrize(
    ("resource", "spec"),
    [
        ("spec: {containers: null}", {"containers": []}),
        ("spec: {template: {spec: {initContainers: null}}}", {"template": {"spec": {"initContainers": []}}}),
        ("spec: {other: {containers: null}}", {"other": {"containers": None}}),
        ("spec: {containers: {image: nginx}}", {"containers": {"image": "nginx:2"}}),
    ],
)
def test_shapes_that_are_not_usual(resource: str, spec: dict[str, Any]) -> None:
    assert images("[{name: nginx, newTag: '2'}]", f"apiVersion: x.y/v1\nkind: Foo\nmetadata: {{name: f}}\n{resource}\n") == spec


def test_numbers_stay_numbers() -> None:
    spec = images(
        "[{name: '12', newName: '13'}]",
        "apiVersion: x.y/v1\nkind: Foo\nmetadata: {name: f}\nspec: {containers: [{image: 12}, {image: '12'}]}\n",
    )
    assert [one["image"] for one in spec["containers"]] == [13, "13"]


def test_definitions_are_left_alone() -> None:
    definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: f}\nspec: {containers: [{image: nginx}]}\n"
    assert images("[{name: nginx, newTag: '2'}]", definition)["containers"] == [{"image": "nginx"}]


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ("spec: {containers: [a]}", "r.yaml:4:21: Foo f: kustomize expects a map with an image here"),
        ("spec: {containers: [{image: {a: 1}}]}", "r.yaml:4:29: Foo f: kustomize expects the text of an image here"),
    ],
)
def test_refused(resource: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        images("[{name: nginx, newTag: '2'}]", f"apiVersion: x.y/v1\nkind: Foo\nmetadata: {{name: f}}\n{resource}\n")
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("version", ["5.6.0", "5.8.1"])
def test_a_bad_pattern_is_an_error(version: str) -> None:
    with pytest.raises(UserError, match=r"kustomization.yaml:2:17: the image name is not a regular expression"):
        images("[{name: '[', newTag: '2'}]", POD, version)


def test_a_bad_pattern_matches_nothing_in_later_releases() -> None:
    assert images("[{name: '[', newTag: '2'}]", POD, "5.8.2")["containers"][0]["image"] == "nginx:1"


def test_an_entry_without_a_match_is_noted() -> None:
    found = built(
        {
            "kustomization.yaml": "resources: [r.yaml]\nimages: [{name: apache, newTag: x}, {name: nginx, newTag: '2'}]",
            "r.yaml": POD,
        }
    )
    assert [(note.kind, note.message, note.origin.pointer) for note in found.notes] == [
        ("image-no-match", "no image is called apache", ("images", 0))
    ]


def test_origins() -> None:
    tree = {"kustomization.yaml": "resources: [r.yaml]\nimages:\n- name: nginx\n  newTag: '2'\n", "r.yaml": POD}
    found = built(tree)
    assert [line for one in found.resources for line in broken(one)] == []
    image = next(iter(found.resources)).trail.at(("spec", "containers", 0, "image"))
    assert image.derived
    assert [(origin.document.path, origin.pointer) for origin in image.sources] == [
        ("kustomization.yaml", ("images", 0, "newTag")),
        ("r.yaml", ("spec", "containers", 0, "image")),
    ]
    assert told(found, "p", "spec.containers[0].image")[0].startswith("nginx:2 @ kustomization.yaml:4")
