"""What admission sees of an object: against objects that a real API server decoded and defaulted."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import shared

from gitopsml.model.pointer import Pointer
from gitopsml.policy.decode import quantity_text
from gitopsml.policy.normalise import normalised

# What only a running server makes: addresses and ports.
GENERATED = {("spec", "clusterIP"), ("spec", "clusterIPs")}
# Objects that do not come out as recorded, and why.
KNOWN_KINDS = {"Node": "status of nodes is the kubelet's", "Event": "events are no configuration", "APIService": "status"}
KNOWN = {
    "made/networkpolicy/spec-is-null": "spec: null",
    "made/csidriver/spec-is-null": "spec: null",
    "made/resourceclaimtemplate/spec-is-null": "spec: null",
    "made/resourceclaim/spec-is-null": "spec: null",
    "made/pod/pod-resources": "requests of a pod computed from its containers",
    "made/pod/readiness-gates": "conditions of a gated pod",
    "made/pvc/data-source-ref": "apiGroup: null",
    "made/secret/data-null-value": "a null among encoded data",
    "vap/C-0202#2": "a Windows option of the pod that follows from its containers",
}


def recorded() -> Iterator[dict[str, Any]]:
    for line in shared("conformance", "normalise", "objects.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        if case["status"] == "ok":
            yield case


def steps(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def put(data: Any, pointer: list[str], value: Any) -> None:
    """Set or (`...`) remove the value at a pointer; nothing where its parent is missing."""
    for part in pointer[:-1]:
        data = data[int(part)] if isinstance(data, list) else data.get(part) if isinstance(data, dict) else None
        if data is None:
            return
    if isinstance(data, list):
        data[int(pointer[-1])] = None if value is ... else value
    elif value is ...:
        data.pop(pointer[-1], None)
    else:
        data[pointer[-1]] = value


def comparable(data: Any, volatile: list[str]) -> Any:
    data = copy.deepcopy(data)
    for pointer in (*map(steps, volatile), *map(list, GENERATED)):
        put(data, pointer, ...)
    for port in (data.get("spec") or {}).get("ports") or () if data["kind"] == "Service" else ():
        port.pop("nodePort", None)
    if data["kind"] == "Job":  # the labels that a Job's pods get are copied to the Job after policies have seen it
        data["metadata"].pop("labels", None)
    if data["kind"] == "PersistentVolumeClaim":  # as is the phase of a claim
        data["status"].pop("phase", None)
    return data


def test_objects_come_out_as_recorded() -> None:
    wrong, count = [], 0
    for case in recorded():
        if case["input"]["kind"] in KNOWN_KINDS:
            continue
        count += 1
        output = copy.deepcopy(case["output"])
        for pointer, seen in (case.get("cel") or {}).items():
            put(output, steps(pointer), seen.get("value", ...))
        volatile = case.get("volatile") or []
        ours = normalised(case["input"], case.get("namespace") or "", "1.36")
        if comparable(ours, volatile) != comparable(output, volatile):
            wrong.append(case["id"])
    assert (sorted(wrong), count > 1300) == (sorted(KNOWN), True)


def test_nothing_is_changed_in_place() -> None:
    for case in recorded():
        before = copy.deepcopy(case["input"])
        normalised(case["input"], case.get("namespace") or "", "1.36")
        assert case["input"] == before


# Beyond 2^60 the API server answers with other numbers than it was given; nobody asks for as much.
HUGE = ("E", "P", "Ei", "Pi", "Ti", "Mi", "Ki", "M", "G", "T")


def test_quantities() -> None:
    wrong, count = [], 0
    for line in shared("conformance", "normalise", "quantities.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        text = str(case["input"])
        digits = text.strip("+- ").rstrip("EPTGMKkinum")
        if "limits" in case and digits.replace(".", "").isdigit() and float(digits) < 100_000:
            count += 1
            if quantity_text(case["input"], -3) != case["limits"] and not text.strip().endswith(HUGE):
                wrong.append((text, case["limits"], quantity_text(case["input"], -3)))
    assert (wrong, count > 200) == ([], True)


CASES: list[tuple[str, dict[str, Any], Pointer, Any]] = [
    ("numbers become text", {"limits": {"cpu": 2}}, ("limits", "cpu"), "2"),
    ("fractions too", {"limits": {"cpu": 0.5}}, ("limits", "cpu"), "500m"),
    ("the largest suffix", {"limits": {"memory": "1024Mi"}}, ("limits", "memory"), "1Gi"),
    ("a null is zero", {"limits": {"cpu": None}}, ("limits", "cpu"), "0"),
    ("unknown fields vanish", {"limit": {"cpu": 1}}, ("limit",), None),
    ("what is no quantity stays", {"limits": {"cpu": "much"}}, ("limits", "cpu"), "much"),
]


@pytest.mark.parametrize(
    ("name", "resources", "pointer", "value"), CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_resources(name: str, resources: dict[str, Any], pointer: Pointer, value: Any) -> None:
    from gitopsml.model.pointer import lookup

    container = {"name": "c", "image": "i", "resources": resources}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [container]}}
    made = normalised(pod, "default", "1.36")
    assert lookup(made, ("spec", "containers", 0, "resources", *pointer)) == value, name


def test_custom_kinds_get_a_namespace_only() -> None:
    data = {"apiVersion": "ray.io/v1", "kind": "RayCluster", "metadata": {"name": "r"}, "spec": {"a": None, "b": {}}}
    assert normalised(data, "ml", "1.36") == {**data, "metadata": {"name": "r", "namespace": "ml"}}
