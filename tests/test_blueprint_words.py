"""The words of the shipped blueprints: what they derive, what they refuse and where, on both providers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from conftest import ROOT

from gitopsml import config
from gitopsml.blueprint.build import explained, objects
from gitopsml.blueprint.context import Instance
from gitopsml.blueprint.registry import Registry
from gitopsml.blueprint.schema import Schema
from gitopsml.errors import Problems, UserError
from gitopsml.expand import expand
from gitopsml.files import DiskFiles, MemoryFiles
from gitopsml.model import lookup
from gitopsml.model.pointer import Pointer, dotted, parse
from gitopsml.yamlio import read

BLUEPRINTS = ROOT / "blueprints"
REPOSITORY = BLUEPRINTS / "example-repository"
HEAD = "apiVersion: gitopsml.dev/v1\nblueprint: {blueprint}@1\n"
PROVIDER_WORDS = re.compile(r"amazonaws|\beks\b|karpenter|\bgke\b|\bgoogle\b|\baks\b|azure|onprem|longhorn", re.IGNORECASE)


@cache
def registry() -> Registry:
    return Registry(DiskFiles(str(BLUEPRINTS)))


@cache
def repository() -> dict[str, str]:
    """The example repository without its apps, and one app to use."""
    kept = [path for path in REPOSITORY.rglob("*.yaml") if "apps" not in path.parts or "platform" in path.parts]
    return {path.relative_to(REPOSITORY).as_posix(): path.read_text("utf-8") for path in kept}


def instances(text: str, blueprint: str, **files: str) -> dict[tuple[str, str], Instance]:
    """What becomes of one app (`t/app`) or team (`t`) of this text, beside the example repository."""
    path = "apps/t/team.yaml" if blueprint == "team" else "apps/t/app/app.yaml"
    tree = {
        **repository(),
        path: HEAD.format(blueprint=blueprint) + text,
        **{name.replace("__yaml", ".yaml").replace("__", "/"): body for name, body in files.items()},
    }
    memory = MemoryFiles(tree)
    return expand(memory, config.load(memory), registry()).instances


def made(text: str, environment: str = "prod", blueprint: str = "model-service", **files: str) -> dict[str, Any]:
    """Kind -> data of the (last) object of this kind."""
    key = ("t/_team" if blueprint == "team" else "t/app", environment)
    one = instances(text, blueprint, **files)[key]
    return {resource.kind: resource.data for resource in objects(one.blueprint, one.scope)}


SERVICE = "image: r.example.com/app:1\n"
ENVIRONMENTS = "environments: {dev: {}, prod: {}}\n"
LEAST = {
    "model-service": SERVICE,
    "llm-service": "image: vllm/vllm-openai:v0.33.0\nmodel: {source: s3://models/m, version: v1, size: 20Gi}\n"
    "gpu: {product: L4, count: 2}\nmemory: 32Gi\n",
    "training-job": SERVICE,
    "team": "members: {group: ml-risk}\nquota: {cpu: 8, memory: 64Gi, gpu: {L4: 2}}\n",
}
POD = ("spec", "template", "spec")


def rows(name: str) -> list[dict[str, Any]]:
    path = ROOT / "tests" / "words" / f"{name}.yaml"
    return list(read(path.read_bytes(), path.name).documents[0].data)


REFUSED = sorted((ROOT / "tests" / "words").glob("refused*.yaml"))


def complete(blueprint: str, words: str) -> str:
    """The words with what the blueprint cannot do without."""
    text = words if words.endswith("\n") or not words else f"{words}\n"
    least = "" if "image:" in text else LEAST[blueprint]
    return least + text + ("" if "environments:" in text else ENVIRONMENTS)


def pointer(field: str, data: Any) -> Any:
    long = field.replace("server.", "pod.containers[0].") if field.startswith("server.") else field
    return parse(long.replace("pod.", "spec.template.spec.") if long.startswith("pod.") else long, data)


@pytest.mark.parametrize(
    ("blueprint", "row"),
    [pytest.param(name, row, id=f"{name}: {row['name']}") for name in LEAST for row in rows(name)],
)
def test_derives(blueprint: str, row: dict[str, Any]) -> None:
    found = made(complete(blueprint, row.get("spec", "")), row.get("environment", "prod"), blueprint).get(row["kind"])
    if row.get("absent"):
        assert found is None
    else:
        assert lookup(found, pointer(row["field"], found)) == row["value"]


@pytest.mark.parametrize("row", [pytest.param(row, id=row["name"]) for path in REFUSED for row in rows(path.stem)])
def test_refused_at_its_line(row: dict[str, str]) -> None:
    path = "apps/t/team.yaml" if row["blueprint"] == "team" else "apps/t/app/app.yaml"
    with pytest.raises(UserError) as caught:
        instances(row["text"], row["blueprint"])
    errors = caught.value.errors if isinstance(caught.value, Problems) else [caught.value]
    texts = [str(error) for error in errors]
    assert any(text.startswith(f"{path}:{row['error']}") and row.get("says", "") in text for text in texts), "\n".join(texts)


def test_a_cluster_without_gateway_or_kueue_is_told_by_name() -> None:
    bare = {"clusters__lab__yaml": "apiVersion: gitopsml.dev/v1\nprovider: onprem\nkubernetes: '1.34'\n"}
    with pytest.raises(UserError, match=r"app\.yaml:4:16: cluster lab has no gateway.*add gateway to clusters/lab\.yaml"):
        instances(SERVICE + "expose: {host: shop}\nenvironments: {dev: {}}\n", "model-service", **bare)
    with pytest.raises(
        UserError, match=r"app\.yaml:4:8: cluster lab has no Kueue.*add kueue to controllers in clusters/lab\.yaml"
    ):
        instances(SERVICE + "queue: batch\nenvironments: {dev: {}}\n", "training-job", **bare)
    with pytest.raises(UserError, match=r"app\.yaml:4:17: Kubernetes 1\.34 of cluster lab cannot mount a model from oci://"):
        instances(SERVICE + "model: {source: oci://r/m, version: v1}\nenvironments: {dev: {}}\n", "model-service", **bare)
    with pytest.raises(UserError, match=r"app\.yaml:4:10: cluster lab has no storage that several nodes can mount"):
        instances(
            SERVICE + "volumes: {d: {volume: 1Gi, path: /d, shared: true}}\nenvironments: {dev: {}}\n", "model-service", **bare
        )


def test_a_cluster_without_gateway_has_an_ingress() -> None:
    lab = (
        "apiVersion: gitopsml.dev/v1\nprovider: onprem\nkubernetes: '1.36'\n"
        "ingress: {class: traefik, namespace: traefik, domain: lab.example.com, issuer: letsencrypt}\n"
    )
    found = made(SERVICE + "expose: {host: shop, path: /v1}\nenvironments: {dev: {}}\n", "dev", clusters__lab__yaml=lab)
    assert "HTTPRoute" not in found
    assert found["Ingress"]["spec"]["rules"][0]["host"] == "shop-dev.lab.example.com"
    assert found["Ingress"]["spec"]["tls"] == [{"hosts": ["shop-dev.lab.example.com"], "secretName": "app-tls"}]
    assert found["NetworkPolicy"]["spec"]["ingress"][0]["from"] == [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "traefik"}}}
    ]


TRAINING = SERVICE + ENVIRONMENTS


def run_name(words: str) -> str:
    name: str = made(SERVICE + words + "environments: {dev: {}}\n", "dev", "training-job")["Job"]["metadata"]["name"]
    return name


def test_what_a_job_cannot_change_makes_a_new_name() -> None:
    first = run_name("run: 1\n")
    assert re.fullmatch(r"app-r1-[0-9a-f]{8}", first)
    assert run_name("run: 1\ndescription: other words\n") == first
    others = [
        run_name(words) for words in ("run: 2\n", "cpu: 3\n", "args: [x]\n", "env: {A: b}\n", "retries: 1\n", "config: {a: b}\n")
    ]
    assert len({first, *others}) == 7


def test_an_engine_that_is_too_old_is_told_by_name() -> None:
    controllers = "{trainer: '2.1', kueue: '0.19', training-operator: '1.9'}"
    old = f"apiVersion: gitopsml.dev/v1\nprovider: onprem\nkubernetes: '1.36'\ncontrollers: {controllers}\n"
    too_old = r"app\.yaml:4:9: Kubeflow Trainer 2\.1 of cluster lab is too old, 2\.2\.0 and later are not"
    with pytest.raises(UserError, match=too_old):
        instances(SERVICE + "engine: trainer\nenvironments: {dev: {}}\n", "training-job", clusters__lab__yaml=old)
    with pytest.raises(UserError, match=r"app\.yaml:5:8: Kueue leaves PyTorchJobs alone.*kueue: \{kinds: \[PyTorchJob\]\}"):
        instances(SERVICE + "engine: pytorchjob\nqueue: q\nenvironments: {dev: {}}\n", "training-job", clusters__lab__yaml=old)


def test_spot_prefers_the_pool_that_may_go() -> None:
    words = "gpu: {product: A100-80GB, count: 1}\nmemory: 64Gi\n"
    text = SERVICE + words + "environments: {prod: {}}\n"
    calm, spot = (made(text + more, "prod", "training-job")["Job"] for more in ("", "spot: true\n"))
    assert "karpenter.sh/capacity-type" not in lookup(calm, (*POD, "nodeSelector"))
    assert lookup(spot, (*POD, "nodeSelector"))["karpenter.sh/capacity-type"] == "spot"


TEAM = LEAST["team"] + ENVIRONMENTS


def test_members_read_and_clean_up_but_change_nothing() -> None:
    role = made(TEAM, "prod", "team")["Role"]
    writes = {(verb, resource) for rule in role["rules"] for verb in rule["verbs"] for resource in rule["resources"]}
    assert {one for one in writes if one[0] not in ("get", "list", "watch")} == {("delete", "jobs")}
    assert not {resource for _, resource in writes} & {"secrets", "pods/exec", "pods/attach", "pods/portforward", "roles", "*"}


def test_both_sides_of_uses() -> None:
    every = instances(SERVICE + "port: 9000\nuses: {store: platform/features}\n" + ENVIRONMENTS, "model-service")

    def policy(key: tuple[str, str]) -> Any:
        made_of = objects(every[key].blueprint, every[key].scope)
        return next(one.data["spec"] for one in made_of if one.kind == "NetworkPolicy")

    user, used = policy(("t/app", "prod")), policy(("platform/features", "prod"))

    def peer(namespace: str, app: str) -> dict[str, Any]:
        return {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
            "podSelector": {"matchLabels": {"app.kubernetes.io/name": app}},
        }

    assert {"to": [peer("platform-prod", "features")], "ports": [{"protocol": "TCP", "port": 6566}]} in user["egress"]
    assert used["ingress"] == [{"from": [peer("t-prod", "app")], "ports": [{"protocol": "TCP", "port": 6566}]}]


def test_every_policy_lets_names_be_resolved() -> None:
    for blueprint, text in (("model-service", TRAINING), ("training-job", TRAINING)):
        egress = made(text, "prod", blueprint)["NetworkPolicy"]["spec"]["egress"]
        dns = next(rule for rule in egress if "namespaceSelector" in rule["to"][0])
        assert dns["ports"] == [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]


def test_every_label_of_the_design_is_on_every_object_and_pod() -> None:
    every = instances(
        SERVICE + "replicas: {min: 2, max: 3, cpu: 50}\nexpose: {host: x}\nconfig: {a: b}\n" + ENVIRONMENTS, "model-service"
    )
    one = every["t/app", "prod"]
    expected = {
        "app.kubernetes.io/name": "app",
        "app.kubernetes.io/part-of": "t",
        "app.kubernetes.io/component": "serving",
        "app.kubernetes.io/managed-by": "gitopsml",
        "gitopsml.dev/team": "t",
        "gitopsml.dev/environment": "prod",
        "gitopsml.dev/intent": "serving",
    }
    for resource in objects(one.blueprint, one.scope):
        assert resource.labels == expected, resource.id
        assert resource.namespace == "t-prod"
        if resource.kind == "Deployment":
            assert resource.at("spec", "template", "metadata", "labels") == expected


def test_explain_tells_value_reason_and_field() -> None:
    text = SERVICE + "gpu: {product: L4, count: 2}\nmemory: 16Gi\nhealth: {load: 12m}\n" + ENVIRONMENTS
    one = instances(text, "model-service")["t/app", "prod"]
    told = {row.name: (row.value, row.reason, ".".join(map(str, row.field))) for row in explained(one.blueprint, one.scope)}
    assert told["startupBudget"] == ("15m", "load 12m + 25 %", "health.startup")
    assert told["sharedMemory"] == ("/dev/shm of 4Gi", "a quarter of memory 16Gi, at least 1Gi, at most 64Gi", "gpu.sharedMemory")
    assert told["rollout"] == (
        "recreate",
        "one replica, no spare GPU; nobody is answered from stop to ready, about 12m",
        "rollout",
    )


def test_no_provider_word_in_any_blueprint_or_part() -> None:
    for path in sorted(BLUEPRINTS.rglob("*")):
        parts = path.relative_to(BLUEPRINTS).parts
        if path.suffix not in (".yaml", ".json") or parts[0] in ("providers", "example-repository") or "examples" in parts:
            continue
        found = PROVIDER_WORDS.search(path.read_text("utf-8"))
        assert found is None, f"{path.name}: {found and found[0]} belongs into providers/"


def every_word(schema: Schema, place: Pointer = (), above: Pointer = ()) -> Iterator[Pointer]:
    for name, inner in schema.properties(place).items():
        yield (*above, name)
        yield from every_word(schema, inner, (*above, name))


def test_every_word_of_every_schema_explains_itself() -> None:
    for name in registry().names():
        schema = registry().get(name.partition("@")[0]).schema
        silent = [dotted(word) for word in every_word(schema) if not schema.describe(word).get("description")]
        assert not silent, f"{name}: describe {silent}"


def test_every_field_that_explain_names_is_a_word() -> None:
    for name in registry().names():
        blueprint = registry().get(name.partition("@")[0])
        known = set(every_word(blueprint.schema))
        fields = {entry.field for entry in blueprint.part.derive.values() if entry.field}
        assert fields <= known, f"{name}: {sorted(fields - known)}"
