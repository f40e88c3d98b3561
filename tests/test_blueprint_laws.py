"""Laws of the shipped blueprints: pods are whole, numbers agree, and one word of app.yaml changes only what it should."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitopsml import config
from gitopsml.blueprint.build import objects
from gitopsml.blueprint.functions import to_bytes
from gitopsml.blueprint.registry import Registry
from gitopsml.files import DiskFiles, MemoryFiles
from gitopsml.generate import Generated, generate
from gitopsml.model import Resource
from gitopsml.yamlio import write

REPOSITORY = ROOT / "blueprints" / "example-repository"
POD = ("spec", "template", "spec")
HEX = "0" * 40

COMMON: dict[str, list[Any]] = {
    "command": [["serve"]],
    "args": [["--a", "--b"]],
    "env": [{"LEVEL": "info"}, {"HOME": "/work", "URL": "$(F_URL)/x"}, {}],
    "config": [{"a.yaml": "x: 1\n"}, {}],
    "secrets": [{"T": "a/b"}, {"T": "a/b#c", "f.pem": {"key": "x", "mount": "/etc/s"}}, {"K": {"secret": "s", "key": "k"}}, {}],
    "cpu": [1, 0.25, "100m"],
    "cpuLimit": [8],
    "memory": ["2Gi", "8Gi", "64Gi"],
    "disk": ["10Gi"],
    "gpu": [{"product": "L4", "count": 1}, {"product": "L4", "count": 1, "sharedMemory": "1Gi"}],
    "access": ["fraud-models"],
    "uses": [{"f": "platform/features"}, {}],
    "egress": [[{"cidr": "10.0.0.0/8", "ports": [1, 2]}], []],
    "volumes": [
        {"v": {"volume": "1Gi", "path": "/v", "shared": True}},
        {"w": {"claim": "c", "path": "/w", "readOnly": False}},
        {},
    ],
    "user": [33],
    "writableRoot": [True, False],
}
SERVICE: dict[str, list[Any]] = COMMON | {
    "port": [80, 9000],
    "health": [
        {"path": "/x", "load": "5m"},
        {"port": 9100, "livePath": "/l"},
        {"startup": "20m", "stop": "50s", "deadline": "2h"},
    ],
    "model": [
        {"source": "hf://a/b", "version": HEX, "size": "1Gi"},
        {"source": "oci://r/m", "version": "v1"},
        {"source": "pvc://c", "version": "v1", "path": "/m"},
        {"source": "models:/m", "version": "3", "size": "2Gi", "load": "20m"},
        {"source": "s3://b/c", "version": "1", "size": "3Gi", "download": "1h", "fetch": "before"},
    ],
    "replicas": [1, 3, {"min": 1, "max": 2, "cpu": 50}, {"min": 2, "max": 4, "memory": 60, "cpu": 20}],
    "rollout": ["surge", "recreate"],
    "expose": [{"host": "h"}, {"timeout": "2m"}, {"allow": ["team:x", "app:a/b"]}, {}, {"host": "h.example.org", "path": "/p"}],
}
TRAINING: dict[str, list[Any]] = COMMON | {
    "gpu": [{"product": "L4", "count": 1}, {"product": "L4", "count": 4, "sharedMemory": "1Gi"}],
    "schedule": [{"cron": "0 1 * * *"}, {"cron": "@daily", "timezone": "Europe/Berlin", "paused": True}],
    "run": [1, 9],
    "deadline": ["1h"],
    "retries": [0, 5],
    "queue": ["q"],
    "spot": [True],
    "checkpoints": [{"volume": "1Gi", "path": "/c"}, {"volume": "1Gi", "path": "/c", "shared": True, "class": "k"}],
    "datasets": [
        {"d": {"source": "s3://b/d", "size": "1Gi"}, "e": {"source": "pvc://c/x", "path": "/e"}},
        {"f": {"source": "gs://b/f"}},
    ],
    "evaluate": [{"command": ["e"]}],
    "output": [{"path": "/out"}],
}


@cache
def repository() -> dict[str, str]:
    kept = [path for path in REPOSITORY.rglob("*.yaml") if "apps" not in path.parts or "platform" in path.parts]
    return {path.relative_to(REPOSITORY).as_posix(): path.read_text("utf-8") for path in kept}


@cache
def registry() -> Registry:
    return Registry(DiskFiles(str(ROOT / "blueprints")))


def generated(blueprint: str, spec: dict[str, Any], environments: dict[str, Any]) -> Generated:
    """What is generated for one app; the generator itself proves that the files render to what the blueprint said."""
    head = {"apiVersion": "gitopsml.dev/v1", "blueprint": f"{blueprint}@1", "image": "r.example.com/app:1"}
    text = write({**head, **spec, "environments": environments}, keep_order=True)
    files = MemoryFiles({**repository(), "apps/t/app/app.yaml": text})
    return generate(files, config.load(files), registry=registry(), only=["t/app"])


def words(table: dict[str, list[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={word: st.sampled_from(values) for word, values in table.items()})


def specs() -> st.SearchStrategy[tuple[str, dict[str, Any], dict[str, Any]]]:
    """A blueprint, values, and what one environment says otherwise."""
    kinds = (("model-service", SERVICE), ("training-job", TRAINING))
    return st.one_of([st.tuples(st.just(name), words(table), words(table)) for name, table in kinds])


def check_pod(resource: Resource, spec: dict[str, Any]) -> None:
    volumes = [volume["name"] for volume in spec["volumes"]]
    assert len(volumes) == len(set(volumes)), "a volume twice"
    for container in (*spec.get("initContainers", ()), *spec["containers"]):
        mounts = [mount["name"] for mount in container["volumeMounts"]]
        assert set(mounts) <= set(volumes), "a mount of nothing"
        paths = [mount["mountPath"] for mount in container["volumeMounts"]]
        assert len(paths) == len(set(paths)), "two mounts at one place"
        names = [variable["name"] for variable in container["env"]]
        assert len(names) == len(set(names)), "a variable twice"
        requests, limits = container["resources"]["requests"], container["resources"]["limits"]
        assert requests["memory"] == limits["memory"]
        assert requests.get("nvidia.com/gpu") == limits.get("nvidia.com/gpu")
        security = container["securityContext"]
        assert not security["allowPrivilegeEscalation"]
        assert security["capabilities"] == {"drop": ["ALL"]}
    memory = [to_bytes(volume["emptyDir"]["sizeLimit"]) for volume in spec["volumes"] if volume.get("emptyDir", {}).get("medium")]
    assert sum(memory) * 2 <= to_bytes(spec["containers"][0]["resources"]["limits"]["memory"]), resource.id
    assert bool(spec.get("tolerations")) == ("nvidia.com/gpu" in spec["containers"][0]["resources"]["limits"])
    assert spec["securityContext"]["runAsNonRoot"]
    assert spec["automountServiceAccountToken"] is False


def check_service(made: dict[str, Resource]) -> None:
    deployment, server = made["Deployment"], made["Deployment"].at(*POD, "containers", 0)
    assert ("HorizontalPodAutoscaler" in made) == (deployment.at("spec", "replicas") is None)
    most = (
        made["HorizontalPodAutoscaler"].at("spec", "maxReplicas")
        if "HorizontalPodAutoscaler" in made
        else deployment.at("spec", "replicas")
    )
    assert ("PodDisruptionBudget" in made) == (most >= 2)
    startup = server["startupProbe"]["periodSeconds"] * server["startupProbe"]["failureThreshold"]
    assert deployment.at("spec", "progressDeadlineSeconds") >= startup
    assert server["livenessProbe"] != server["readinessProbe"]
    ports = {port["name"] for port in server["ports"]}
    assert {server[probe]["httpGet"]["port"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")} <= ports
    assert deployment.at(*POD, "terminationGracePeriodSeconds") > server["lifecycle"]["preStop"]["sleep"]["seconds"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(specs())
def test_every_spec_makes_whole_pods_and_files_that_prove_themselves(case: tuple[str, dict[str, Any], dict[str, Any]]) -> None:
    blueprint, values, other = case
    if other.get("gpu") or values.get("gpu"):  # shared memory needs room
        values, other = {**values, "memory": "64Gi"}, {**other, "memory": "64Gi"}
    result = generated(blueprint, values, {"dev": other, "prod": {}})
    for environment in ("dev", "prod"):
        made = {resource.kind: resource for resource in result.resources["t/app", environment]}
        for resource in made.values():
            below = ("spec", "jobTemplate", *POD) if resource.kind == "CronJob" else POD
            if pod := resource.at(*below):
                check_pod(resource, pod)
        if blueprint == "model-service":
            check_service(made)


SCALED = {"min": 2, "max": 3, "cpu": 50}
SMALL = {"volume": "1Gi", "path": "/v"}
CHANGES: list[tuple[str, dict[str, Any], dict[str, Any], set[str]]] = [
    # blueprint, before, after, the kinds that may change
    ("model-service", {}, {"memory": "3Gi"}, {"Deployment"}),
    ("model-service", {}, {"image": "r.example.com/app:2"}, {"Deployment"}),
    ("model-service", {}, {"replicas": 2}, {"Deployment", "PodDisruptionBudget"}),
    ("model-service", {"replicas": 2}, {"replicas": 3}, {"Deployment"}),
    ("model-service", {}, {"replicas": SCALED}, {"Deployment", "PodDisruptionBudget", "HorizontalPodAutoscaler"}),
    ("model-service", {}, {"expose": {"host": "h"}}, {"HTTPRoute", "NetworkPolicy"}),
    ("model-service", {"expose": {"host": "h"}}, {"expose": {"host": "h", "allow": ["team:x"]}}, {"NetworkPolicy"}),
    ("model-service", {"expose": {"host": "h"}}, {"expose": {"host": "h", "timeout": "2m"}}, {"HTTPRoute", "Deployment"}),
    ("model-service", {}, {"egress": [{"cidr": "10.0.0.0/8", "ports": [5432]}]}, {"NetworkPolicy"}),
    ("model-service", {}, {"config": {"a": "b"}}, {"ConfigMap", "Deployment"}),
    ("model-service", {}, {"secrets": {"A": "b"}}, {"ExternalSecret", "Deployment"}),
    ("model-service", {}, {"access": "fraud-models"}, {"NetworkPolicy"}),
    ("model-service", {}, {"port": 9000}, {"Deployment"}),
    ("model-service", {}, {"description": "other words", "owner": "a@example.com"}, set()),
    ("model-service", {"volumes": {"v": SMALL}}, {"volumes": {"v": SMALL | {"volume": "2Gi"}}}, {"PersistentVolumeClaim"}),
    ("training-job", {}, {"deadline": "1h"}, {"Job"}),
    ("training-job", {}, {"run": 2}, {"Job"}),
    ("training-job", {}, {"evaluate": {"command": ["e"]}}, {"Job"}),
    ("training-job", {}, {"nodes": 2}, {"Job", "Service", "NetworkPolicy"}),
    ("training-job", {"nodes": 2}, {"nodes": 3}, {"Job"}),
    ("training-job", {"schedule": {"cron": "@daily"}}, {"schedule": {"cron": "@weekly"}}, {"CronJob"}),
    ("training-job", {"schedule": {"cron": "@daily"}}, {"schedule": {"cron": "@daily"}, "run": 5}, set()),
]  # fmt: skip


def name_of(value: object) -> str:
    """A short name that is the same in every process: sets have no order."""
    return str(sorted(value) if isinstance(value, set) else value)[:50]


@pytest.mark.parametrize(("blueprint", "before", "after", "kinds"), CHANGES, ids=name_of)
def test_a_word_changes_only_what_it_should(
    blueprint: str, before: dict[str, Any], after: dict[str, Any], kinds: set[str]
) -> None:
    old, new = (
        {one.id: one.data for one in generated(blueprint, words, {"prod": {}}).resources["t/app", "prod"]}
        for words in (before, after)
    )
    assert {one.kind for one in old.keys() | new.keys() if old.get(one) != new.get(one)} == kinds


def test_the_same_app_runs_on_both_providers() -> None:
    """One app.yaml, two providers: the objects differ only where a cluster file decides."""
    spec = {"gpu": {"product": "L4", "count": 1}, "memory": "8Gi", "expose": {"host": "h"}, "access": "fraud-models"}
    result = generated("model-service", spec, {"dev": {}, "prod": {}})
    lab, cloud = ({one.kind: one for one in result.resources["t/app", environment]} for environment in ("dev", "prod"))
    assert lab.keys() == cloud.keys()
    for kind in ("ServiceAccount", "Service"):
        assert lab[kind].at("spec") == cloud[kind].at("spec")
    ours, theirs = ({**one["Deployment"].at(*POD)} for one in (lab, cloud))
    assert {field for field in ours.keys() | theirs.keys() if ours.get(field) != theirs.get(field)} == {"nodeSelector"}


def test_objects_do_not_depend_on_the_order_of_words() -> None:
    spec = {"memory": "4Gi", "env": {"B": "1", "A": "2"}, "secrets": {"Z": "z", "Y": "y"}, "uses": {"f": "platform/features"}}
    shuffled = {
        word: dict(reversed(value.items())) if isinstance(value, dict) else value for word, value in reversed(spec.items())
    }
    first, second = (generated("model-service", words, {"prod": {}}).tree for words in (spec, shuffled))
    assert first == second


def test_nothing_is_left_of_what_an_environment_removes() -> None:
    result = generated(
        "model-service",
        {"gpu": {"product": "L4", "count": 1}, "memory": "8Gi", "config": {"a": "b"}},
        {"dev": {"gpu": None, "config": None}},
    )
    made = {one.kind: one for one in objects(result.instances["t/app", "dev"].blueprint, result.instances["t/app", "dev"].scope)}
    assert "ConfigMap" not in made
    assert made["Deployment"].at(*POD, "tolerations") is None
    assert [volume["name"] for volume in made["Deployment"].at(*POD, "volumes")] == ["tmp"]
