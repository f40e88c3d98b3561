"""Specs -> files: deterministic, idempotent, proved; trails lead from every field to app.yaml or to the template."""

# ruff: noqa: E501 - one case, one line
from __future__ import annotations

import pytest
from tiny import APP, DEPLOYMENT, app, load, made, registry, repository

from gitopsml import prove
from gitopsml.cli.schema import _schema
from gitopsml.errors import BlueprintError, InternalError, UserError
from gitopsml.explain import explain
from gitopsml.files import MemoryFiles
from gitopsml.generate import generate
from gitopsml.kustomize import build
from gitopsml.model.header import read as header
from gitopsml.model.pointer import exists, lookup
from gitopsml.plan import plan
from gitopsml.yamlio import locate, read

OVERLAYS = "deploy/risk/scorer/overlays"


def body(text: str) -> str:
    return text.partition("\n")[2]


def test_the_files_of_an_app() -> None:
    tree = made().tree
    assert sorted(path for path in tree if path.startswith("deploy/")) == [
        "deploy/risk/_team/overlays/dev/kustomization.yaml",
        "deploy/risk/_team/overlays/dev/namespace.yaml",
        "deploy/risk/_team/overlays/prod/kustomization.yaml",
        "deploy/risk/_team/overlays/prod/namespace.yaml",
        "deploy/risk/_team/overlays/staging/kustomization.yaml",
        "deploy/risk/_team/overlays/staging/namespace.yaml",
        "deploy/risk/scorer/base/deployment.yaml",
        "deploy/risk/scorer/base/kustomization.yaml",
        "deploy/risk/scorer/base/service.yaml",
        "deploy/risk/scorer/overlays/dev/kustomization.yaml",
        "deploy/risk/scorer/overlays/dev/patch-deployment.yaml",
        "deploy/risk/scorer/overlays/prod/kustomization.yaml",
        "deploy/risk/scorer/overlays/prod/patch-deployment.yaml",
    ]


def test_an_overlay_reads_in_one_glance() -> None:
    tree = made().tree
    assert (
        body(tree[f"{OVERLAYS}/prod/kustomization.yaml"])
        == """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: risk-prod
resources:
- ../../base
labels:
- pairs:
    gitopsml.dev/environment: prod
  includeTemplates: true
images:
- name: registry.example.com/scorer
  newTag: "1.1"
replicas:
- name: scorer
  count: 3
patches:
- path: patch-deployment.yaml
"""
    )
    assert (
        body(tree[f"{OVERLAYS}/prod/patch-deployment.yaml"])
        == """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: scorer
spec:
  template:
    spec:
      containers:
      - name: server
        env:
        - name: LOG_LEVEL
          value: warning
"""
    )


def test_every_file_says_what_it_is_made_of() -> None:
    for path, text in made().tree.items():
        found = header(text)
        assert found, path
        assert found.intact
        assert found.source.startswith(("apps/", "gitopsml.yaml"))
        if path.startswith("deploy/risk/scorer"):
            assert (found.source, found.blueprint) == (APP, "tiny@1")


def test_same_input_same_bytes() -> None:
    files = repository()
    shuffled = MemoryFiles(dict(sorted(files._tree.items(), reverse=True)))
    assert list(made().tree.items()) == list(generate(shuffled, load(shuffled), registry=registry()).tree.items())


def test_a_second_run_has_nothing_to_do() -> None:
    tree = made().tree
    again = repository(dict(tree))
    wanted = generate(again, load(again), registry=registry()).tree
    assert wanted == tree
    assert plan(wanted, again).empty


def test_the_files_render_to_what_the_blueprint_said() -> None:
    generated = made()
    files = MemoryFiles(generated.tree)
    for directory, key in generated.targets.items():
        rendered = {one.id: one.data for one in build(files, directory).resources}
        assert rendered == {one.id: one.data for one in generated.resources[key]}


def test_only_some_apps() -> None:
    files = repository()
    part = generate(files, load(files), registry=registry(), only={"risk/scorer"})
    whole = made()
    assert part.tree == {path: text for path, text in whole.tree.items() if path.startswith("deploy/risk/scorer/")}
    assert list(part.targets.values()) == [("risk/scorer", "dev"), ("risk/scorer", "prod")]


def test_peoples_own_component_has_the_last_word() -> None:
    component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nreplicas: [{name: scorer, count: 9}]\n"
    own = {"apps/risk/scorer/local/prod/kustomization.yaml": component}
    tree = made(dict(own)).tree
    assert (
        body(tree[f"{OVERLAYS}/prod/kustomization.yaml"])
        == """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- generated
components:
- ../../../../../apps/risk/scorer/local/prod
"""
    )
    assert "- ../../../base" in tree[f"{OVERLAYS}/prod/generated/kustomization.yaml"]
    assert "components" not in tree[f"{OVERLAYS}/dev/kustomization.yaml"]
    assert "/apps/risk/scorer/local/prod" in tree["argocd/applications/risk-scorer-prod.yaml"]
    rendered = build(MemoryFiles({**tree, **own}), f"{OVERLAYS}/prod").resources
    assert next(one for one in rendered if one.kind == "Deployment").at("spec", "replicas") == 9


def test_apps_that_use_each_other() -> None:
    other = "apiVersion: gitopsml.dev/v1\nblueprint: tiny@1\nimage: r/o:1\nport: 7000\nenvironments: {dev: {}}\n"
    generated = made(
        {"apps/risk/other/app.yaml": other, **app("image: r/x:1\nuses: {feature-store: risk/other}\nenvironments: {dev: {}}\n")}
    )
    deployment = next(one for one in generated.resources["risk/scorer", "dev"] if one.kind == "Deployment")
    env = deployment.at("spec", "template", "spec", "containers", 0, "env")
    assert env == [{"name": "FEATURE_STORE_URL", "value": "http://other.risk-dev.svc:7000"}]
    namespace = generated.resources["risk/_team", "dev"][0]
    assert namespace.labels["apps"] == "2"


def test_two_apps_that_would_make_one_object() -> None:
    part = DEPLOYMENT.replace('metadata: {name: "${name}"', 'metadata: {name: "${spec.?load.orValue(name)}"')
    other = "apiVersion: gitopsml.dev/v1\nblueprint: tiny@1\nimage: r/o:1\nport: 0\nload: 12m\nenvironments: {dev: {}}\n"
    with pytest.raises(UserError) as raised:
        made({"apps/risk/other/app.yaml": other}, deployment=part)
    what = "risk/scorer and risk/other would both make Deployment/12m in namespace risk-dev"
    assert str(raised.value) == f"{APP}:7:3: {what}; rename one of the apps"


def test_defaults_that_no_blueprint_knows() -> None:
    files = repository()
    config = files._tree["gitopsml.yaml"].decode().replace("port: 9000", "prot: 9000")
    with pytest.raises(UserError) as raised:
        made({"gitopsml.yaml": config})
    assert str(raised.value) == "gitopsml.yaml:7:22: no blueprint for serving knows prot; did you mean 'port'?"


# the proof


def test_the_proof_names_the_field() -> None:
    generated = made()
    said = {f"{OVERLAYS}/{name}": generated.resources["risk/scorer", name] for name in ("dev", "prod")}
    path = "deploy/risk/scorer/base/deployment.yaml"
    wrong = {**generated.tree, path: generated.tree[path].replace("periodSeconds: 10", "periodSeconds: 11")}
    with pytest.raises(
        InternalError, match=r"overlays/dev: Deployment/scorer spec.template.spec.containers\[0\].startupProbe.periodSeconds"
    ):
        prove.rendered_equal(wrong, said)
    missing = {**generated.tree, "deploy/risk/scorer/base/kustomization.yaml": "resources: [deployment.yaml]\n"}
    with pytest.raises(InternalError, match="Service/scorer is not rendered"):
        prove.rendered_equal(missing, said)
    broken = {**generated.tree, f"{OVERLAYS}/dev/patch-deployment.yaml": "kind: [\n"}
    with pytest.raises(InternalError, match="does not render"):
        prove.rendered_equal(broken, said)


# trails


def leaves(data: object, pointer: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else None
    return [pointer] if pairs is None else [leaf for key, inner in pairs for leaf in leaves(inner, (*pointer, key))]


def test_law_of_origins() -> None:
    """The value at a leaf's origin is the leaf, or the trail says that it was derived; every origin exists."""
    generated = made()
    for key in generated.resources:
        for resource in generated.traced(key):
            for leaf in leaves(resource.data):
                trail = resource.trail.at(leaf)
                assert exists(trail.origin.document.data, trail.origin.pointer), (leaf, trail.origin.pointer)
                assert trail.derived or lookup(trail.origin.document.data, trail.origin.pointer) == resource.at(*leaf), leaf


TRAILS = [
    (("spec", "replicas"), APP, "replicas", 9),
    (("spec", "template", "spec", "containers", 0, "image"), APP, "tag", 11),
    (("spec", "template", "spec", "containers", 0, "env", 0, "value"), APP, "LOG_LEVEL", 10),
    (("spec", "template", "spec", "containers", 0, "startupProbe", "failureThreshold"), APP, "load", 4),
    (("spec", "template", "spec", "containers", 0, "startupProbe", "tcpSocket", "port"), "gitopsml.yaml", "port", 7),
    (("spec", "template", "spec", "containers", 0, "name"), "blueprints/tiny/resources/deployment.yaml", "name", 12),
    (("metadata", "labels", "gitopsml.dev/environment"), "blueprints/parts/identity/part.yaml", "gitopsml.dev/environment", 5),
]


@pytest.mark.parametrize(
    ("pointer", "path", "key", "line"), TRAILS, ids=[case[2] + str(number) for number, case in enumerate(TRAILS)]
)
def test_where_a_field_comes_from(pointer: tuple[str | int, ...], path: str, key: str, line: int) -> None:
    deployment = next(one for one in made().traced(("risk/scorer", "prod")) if one.kind == "Deployment")
    origin = deployment.trail.at(pointer).origin
    assert (origin.document.path, locate(origin.document, origin.pointer).line) == (path, line), origin.pointer
    assert key in origin.pointer


def test_default_leads_to_the_schema() -> None:
    deployment = next(one for one in made().traced(("risk/scorer", "dev")) if one.kind == "Deployment")
    origin = deployment.trail.at(("spec", "replicas")).origin
    assert (origin.document.path, origin.pointer) == ("blueprints/tiny/schema.json", ("properties", "replicas", "default"))


# explain, schemas


def test_explain_shows_layers_and_reasons() -> None:
    files = repository()
    shown = explain(files, load(files), "scorer", "prod", registry=registry())
    values = {value.field: [(layer.value, layer.layer, layer.place) for layer in value.layers] for value in shown.values}
    assert values["replicas"] == [
        ("3", "environments.prod", f"{APP}:9"),
        ("1", "blueprint default", "blueprints/tiny/schema.json:5"),
    ]
    assert values["port"] == [
        ("9000", "gitopsml.yaml", "gitopsml.yaml:7"),
        ("8080", "blueprint default", "blueprints/tiny/schema.json:6"),
    ]
    assert values["image.tag"][0] == ("1.1", "environments.prod", f"{APP}:11")
    assert shown.derived == (("budget", "15m", "load 12m + 25 %", ("load",)),)


WRONG = {
    ("scorrer", "prod"): r"there is no app scorrer; did you mean 'risk/scorer'\?",
    ("risk/scorer", "staging"): r"risk/scorer is not deployed in staging; known: dev, prod",
}


@pytest.mark.parametrize("asked", WRONG)
def test_explain_of_what_does_not_exist(asked: tuple[str, str]) -> None:
    files = repository()
    with pytest.raises(UserError, match=WRONG[asked]):
        explain(files, load(files), *asked, registry=registry())


def test_explain_of_a_team() -> None:
    files = repository()
    shown = explain(files, load(files), "risk", "dev", registry=registry())
    assert (shown.app, shown.blueprint, shown.namespace) == ("risk", "team@1", "risk-dev")


@pytest.mark.parametrize("name", ["app", "team"])
def test_published_schemas_are_schemas(name: str) -> None:
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(_schema(name, ""))


# blueprints that are wrong


def test_two_objects_of_one_name() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: '${app.namespace}'}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: '${app.namespace}'}\n"
    with pytest.raises(BlueprintError, match=r"deployment.yaml:5:1: ConfigMap/x is made twice \(risk/scorer in dev\)"):
        made(deployment=text)


def test_an_object_without_a_name() -> None:
    with pytest.raises(BlueprintError, match=r"deployment.yaml:1:1: the object has no apiVersion, kind or metadata.name"):
        made(deployment="apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n")


def test_reading_a_generated_file_gives_its_data() -> None:
    for text in made().tree.values():
        assert not read(text, "x").problems
