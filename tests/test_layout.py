"""Factoring: base and overlays render to exactly what each environment should be, whatever that is; and they stay readable."""

# ruff: noqa: E501 - one case, one line
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitopsml import prove
from gitopsml.kustomize.diff import same
from gitopsml.layout.factor import ABSENT, Given, common, factor
from gitopsml.layout.files import Place, app_files
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.resource import Resource
from gitopsml.yamlio import Document, read

PLACE = Place("t", "x", "x", "apps/t/x/app.yaml", "b@1")
Objects = list[dict[str, Any]]


def images_of(objects: Objects) -> frozenset[str]:
    pods = [one["spec"]["template"]["spec"] for one in objects if one["kind"] in ("Deployment", "StatefulSet")]
    return frozenset(container["image"] for pod in pods for container in pod["containers"])


def laid_out(environments: dict[str, Objects], *, by_hand: bool = True, whole: bool = False) -> dict[str, str]:
    """The files of an app, proved. `by_hand`: the images stand in app.yaml."""
    origin = Trail(Origin(Document("blueprints/b/x.yaml", 0, "", {})))
    sides = [
        Given(name, f"t-{name}", tuple(Resource(one, origin) for one in objects), images_of(objects) if by_hand else frozenset())
        for name, objects in environments.items()
    ]
    files = app_files(PLACE, factor(sides, whole=whole), ())
    prove.rendered_equal(files, {PLACE.overlay(side.environment): side.resources for side in sides})
    return {path.removeprefix("deploy/t/x/"): text.partition("\n")[2] for path, text in files.items()}


def data(files: dict[str, str], path: str) -> Any:
    return read(files[path], path).documents[0].data


# objects


def workload(
    environment: str, kind: str = "Deployment", name: str = "x", labels: dict[str, str] | None = None, **spec: Any
) -> dict[str, Any]:
    pods = {"labels": {"app": name, **(labels or {})}}
    inner = {"containers": spec.pop("containers", [{"name": "server", "image": "r/x:1"}]), **spec.pop("pod", {})}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": f"t-{environment}", **({"labels": labels} if labels else {})},
        "spec": {**spec, "selector": {"matchLabels": {"app": name}}, "template": {"metadata": pods, "spec": inner}},
    }


def custom(environment: str, spec: Any, name: str = "x") -> dict[str, Any]:
    return {
        "apiVersion": "x.example/v1",
        "kind": "Custom",
        "metadata": {"name": name, "namespace": f"t-{environment}"},
        "spec": spec,
    }


def config_map(environment: str, name: str, content: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": f"t-{environment}"},
        "data": {"a": content},
    }


# the law

NASTY = [
    "a", "b", "1", "true", "yes", "null", "~", "", " ", "x: y", "# z", "- a", "two\nlines\n", "\n", "a\n\n", " lead", "trail ", "0o17", "017", "1e3", "1.10",
    ".inf", "2001-01-01", "=", "<<", "*a", "&a", "!t", "%d", "@x", "`", "'", '"', "\t", "a\tb\n", "é", "\u2028", "\x85", "\x07", "😀", "---", "a" * 200, "[1]", "{", "0x1F", "1:30",
]  # fmt: skip
words = st.sampled_from(NASTY)
scalars = st.one_of(st.booleans(), st.integers(0, 3), words)
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)
env = st.lists(st.sampled_from("ABCD"), unique=True, min_size=1, max_size=4).flatmap(
    lambda names: st.tuples(
        *(st.builds(lambda value, name: {"name": name, "value": value}, words, st.just(name)) for name in names)
    ).map(list)
)
containers = st.lists(st.sampled_from(["main", "side", "log"]), unique=True, min_size=1, max_size=3).flatmap(
    lambda names: st.tuples(
        *(
            st.fixed_dictionaries(
                {"name": st.just(name), "image": st.sampled_from(["r/x:1", "r/x:2", "r/y:1@sha256:" + "0" * 64, "r/z"])},
                optional={
                    "env": env,
                    "args": st.lists(words, min_size=1, max_size=2),
                    "resources": st.just({"limits": {"memory": "1Gi"}}),
                },
            )
            for name in names
        )
    ).map(list)
)


@st.composite
def environment(draw: st.DrawFn, name: str) -> Objects:
    labels = {"team": "t", "environment": name} if draw(st.booleans()) else {"team": "t"}
    extra: dict[str, Any] = draw(
        st.fixed_dictionaries({}, optional={"replicas": st.integers(0, 3), "minReadySeconds": st.integers(0, 2)})
    )
    objects = [workload(name, labels=labels, containers=draw(containers), **extra)]
    objects += (
        [workload(name, "StatefulSet", draw(st.sampled_from(["x", "y"])), labels, replicas=1)] if draw(st.booleans()) else []
    )
    objects += (
        [custom(name, draw(st.dictionaries(st.sampled_from("abc"), trees, min_size=1, max_size=3)))]
        if draw(st.booleans())
        else []
    )
    objects += [config_map(name, draw(st.sampled_from(["x-a", "x-b"])), draw(words))] if draw(st.booleans()) else []
    objects += (
        [{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": f"x-{name}"}, "rules": []}]
        if draw(st.booleans())
        else []
    )
    return draw(st.permutations(objects))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_law_of_factoring(draw: st.DataObject) -> None:
    """Rendering the files gives what the blueprint said: `laid_out` proves it."""
    names = draw.draw(st.sampled_from([["dev"], ["dev", "prod"], ["dev", "staging", "prod"]]))
    laid_out({name: draw.draw(environment(name)) for name in names}, by_hand=draw.draw(st.booleans()))


@given(st.lists(trees, min_size=1, max_size=3), st.booleans())
def test_what_all_share_is_in_each(values: list[Any], indexed: bool) -> None:
    shared = common(values, indexed=indexed)
    assert shared is ABSENT or all(within(shared, value) for value in values)
    assert not all(same(values[0], value) for value in values) or same(shared, values[0])


def within(part: Any, whole: Any) -> bool:
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and within(value, whole[key]) for key, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) == len(whole) and all(map(within, part, whole))
    return same(part, whole)


# images


def image_fields(environments: dict[str, Objects], *, by_hand: bool = True) -> tuple[Any, dict[str, Any]]:
    files = laid_out(environments, by_hand=by_hand)
    base = data(files, "base/deployment.yaml")["spec"]["template"]["spec"]["containers"][0].get("image")
    return base, {name: data(files, f"overlays/{name}/kustomization.yaml").get("images") for name in environments}


def with_image(**images: str) -> dict[str, Objects]:
    return {name: [workload(name, containers=[{"name": "server", "image": image}])] for name, image in images.items()}


IMAGES: dict[str, tuple[dict[str, str], Any, dict[str, Any]]] = {
    "same everywhere": ({"dev": "r/x:1", "prod": "r/x:1"}, "r/x", {"dev": [{"name": "r/x", "newTag": "1"}], "prod": [{"name": "r/x", "newTag": "1"}]}),
    "another tag": ({"dev": "r/x:2", "prod": "r/x:1"}, "r/x", {"dev": [{"name": "r/x", "newTag": "2"}], "prod": [{"name": "r/x", "newTag": "1"}]}),
    "another name: the base has the last one": (
        {"dev": "m/x:2", "prod": "r/x:1"}, "r/x", {"dev": [{"name": "r/x", "newName": "m/x", "newTag": "2"}], "prod": [{"name": "r/x", "newTag": "1"}]},
    ),
    "a digest": ({"prod": "r/x@sha256:aa"}, "r/x", {"prod": [{"name": "r/x", "digest": "sha256:aa"}]}),
    "tag and digest": ({"prod": "r/x:1@sha256:aa"}, "r/x", {"prod": [{"name": "r/x", "newTag": "1", "digest": "sha256:aa"}]}),
    "a registry with a port": ({"prod": "r.example:5000/x:1"}, "r.example:5000/x", {"prod": [{"name": "r.example:5000/x", "newTag": "1"}]}),
    "no version: nothing to set": ({"dev": "r/x", "prod": "r/x"}, "r/x", {"dev": None, "prod": None}),
}  # fmt: skip


@pytest.mark.parametrize("case", IMAGES)
def test_images_go_into_the_field_that_promotion_reads(case: str) -> None:
    images, base, fields = IMAGES[case]
    assert image_fields(with_image(**images)) == (base, fields)


def test_an_image_of_the_blueprint_stays_where_it_is_unless_it_differs() -> None:
    assert image_fields(with_image(dev="r/x:1", prod="r/x:1"), by_hand=False) == ("r/x:1", {"dev": None, "prod": None})
    assert image_fields(with_image(dev="r/x:1", prod="r/x:2"), by_hand=False)[0] == "r/x"


def test_two_versions_of_one_image_cannot_be_one_entry() -> None:
    two = [{"name": "server", "image": "r/x:1"}, {"name": "side", "image": "r/x:2"}]
    assert image_fields({"prod": [workload("prod", containers=two)]}) == ("r/x:1", {"prod": None})


def test_run_objects_share_the_entry() -> None:
    files = laid_out({name: [workload(name), {**workload(name, name=f"x-run-{name}")}] for name in ("dev", "prod")})
    assert data(files, "overlays/dev/deployment-run-dev.yaml")["spec"]["template"]["spec"]["containers"][0]["image"] == "r/x"


# fields of the kustomization


def test_replicas_that_differ() -> None:
    files = laid_out({"dev": [workload("dev", replicas=1)], "prod": [workload("prod", replicas=3)]})
    assert "replicas" not in data(files, "base/deployment.yaml")["spec"]
    assert data(files, "overlays/prod/kustomization.yaml")["replicas"] == [{"name": "x", "count": 3}]
    assert "overlays/prod/patch-deployment.yaml" not in files


def test_replicas_that_an_autoscaler_owns_in_production() -> None:
    files = laid_out({"dev": [workload("dev", replicas=1)], "prod": [workload("prod")]})
    assert data(files, "overlays/dev/kustomization.yaml")["replicas"] == [{"name": "x", "count": 1}]
    assert "replicas" not in data(files, "overlays/prod/kustomization.yaml")


def test_replicas_of_two_workloads_of_one_name_are_patched() -> None:
    objects = {
        name: [workload(name, replicas=n), workload(name, "StatefulSet", replicas=n)] for name, n in (("dev", 1), ("prod", 2))
    }
    files = laid_out(objects)
    assert "replicas" not in data(files, "overlays/prod/kustomization.yaml")
    assert data(files, "overlays/prod/patch-statefulset.yaml")["spec"] == {"replicas": 2}


def test_equal_replicas_stay_in_the_base() -> None:
    files = laid_out({"dev": [workload("dev", replicas=2)], "prod": [workload("prod", replicas=2)]})
    assert data(files, "base/deployment.yaml")["spec"]["replicas"] == 2


def test_the_label_of_the_environment() -> None:
    files = laid_out(
        {name: [workload(name, labels={"a": "b", "environment": name}), config_map(name, "x", "")] for name in ("dev", "prod")}
    )
    assert "labels" not in data(files, "overlays/dev/kustomization.yaml"), "the ConfigMap does not have it"
    labelled = {"a": "b", "environment": "dev"}
    files = laid_out({name: [workload(name, labels={**labelled, "environment": name})] for name in ("dev", "prod")})
    assert data(files, "overlays/dev/kustomization.yaml")["labels"] == [
        {"pairs": {"environment": "dev"}, "includeTemplates": True}
    ]
    assert data(files, "base/deployment.yaml")["metadata"]["labels"] == {"a": "b"}


def test_labels_that_pods_do_not_have() -> None:
    objects = {name: [workload(name, labels={"environment": name})] for name in ("dev", "prod")}
    for one in objects.values():
        one[0]["spec"]["template"]["metadata"]["labels"] = {"app": "x"}
    assert data(laid_out(objects), "overlays/dev/kustomization.yaml")["labels"] == [{"pairs": {"environment": "dev"}}]


def test_objects_in_other_namespaces_stand_whole_in_the_overlays() -> None:
    files = laid_out({name: [workload(name), {**config_map("system", "x", name)}] for name in ("dev", "prod")})
    assert not [path for path in files if path.startswith("base/")]
    assert "namespace" not in data(files, "overlays/dev/kustomization.yaml")


def test_cluster_scoped_custom_resources_get_no_namespace() -> None:
    queue = {"apiVersion": "kueue.x-k8s.io/v1beta1", "kind": "ClusterQueue", "metadata": {"name": "x"}, "spec": {"a": 1}}
    files = laid_out({"dev": [workload("dev"), queue]})
    assert sorted(files) == ["overlays/dev/clusterqueue.yaml", "overlays/dev/deployment.yaml", "overlays/dev/kustomization.yaml"]


# patches and files


def test_only_some_environments_have_an_object() -> None:
    files = laid_out({"dev": [workload("dev")], "prod": [workload("prod"), config_map("prod", "x-extra", "1")]})
    assert data(files, "overlays/prod/kustomization.yaml")["resources"] == ["../../base", "configmap-extra.yaml"]
    assert sorted(path for path in files if path.startswith("base/")) == ["base/deployment.yaml", "base/kustomization.yaml"]


def test_a_custom_resource_is_patched_by_operations() -> None:
    files = laid_out(
        {name: [custom(name, {"steps": [{"name": "a", "n": n}, {"name": "b", "n": 1}]})] for name, n in (("dev", 1), ("prod", 2))}
    )
    assert data(files, "base/custom.yaml")["spec"] == {"steps": [{"name": "a"}, {"name": "b", "n": 1}]}
    assert data(files, "overlays/prod/patch-custom.yaml") == [
        {"op": "test", "path": "/metadata/name", "value": "x"},
        {"op": "test", "path": "/spec/steps/0/name", "value": "a"},
        {"op": "add", "path": "/spec/steps/0/n", "value": 2},
    ]
    target = {"group": "x.example", "version": "v1", "kind": "Custom", "name": "x"}
    assert data(files, "overlays/prod/kustomization.yaml")["patches"] == [{"path": "patch-custom.yaml", "target": target}]


def test_an_environment_says_only_what_is_its_own() -> None:
    shared = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    objects = {name: [workload(name, containers=[{"name": "server", "image": "r/x:1", "env": [{"name": "LEVEL", "value": level}, *shared]}])]
               for name, level in (("dev", "debug"), ("prod", "info"))}  # fmt: skip
    patch = data(laid_out(objects), "overlays/dev/patch-deployment.yaml")
    assert patch["spec"] == {
        "template": {"spec": {"containers": [{"name": "server", "env": [{"name": "LEVEL", "value": "debug"}]}]}}
    }


NAMES = {
    ("Deployment", "apps/v1", "x"): "deployment.yaml",
    ("Deployment", "apps/v1", "x-worker"): "deployment-worker.yaml",
    ("Service", "v1", "y"): "service-y.yaml",
    ("Service", "serving.knative.dev/v1", "y"): "service-serving.knative.dev-v1-y.yaml",
    ("Custom", "x.example/v1", "A:b"): "custom-a-b.yaml",
    ("Custom", "x.example/v1", "a_b"): "custom-x.example-v1-a-b.yaml",
}


def test_file_names() -> None:
    from gitopsml.layout.files import _file_names
    from gitopsml.layout.sides import Key

    keys = {Key(version, kind, name): file for (kind, version, name), file in NAMES.items()}
    assert _file_names("x", keys) == keys


def test_inputs_are_not_changed() -> None:
    import copy

    objects = {name: [workload(name, labels={"environment": name}, replicas=n)] for name, n in (("dev", 1), ("prod", 2))}
    before = copy.deepcopy(objects)
    laid_out(objects)
    assert objects == before
