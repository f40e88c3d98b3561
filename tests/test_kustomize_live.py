"""Random overlays over random bases, built by us and by the real kustomize where one is installed (`$KUSTOMIZE`, or on the path)."""

# ruff: noqa: E501 - strategies are tables
from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trail_law import broken

from gitopsml.errors import UserError
from gitopsml.files import DiskFiles
from gitopsml.kustomize.build import build
from gitopsml.kustomize.render import render_text
from gitopsml.yamlio import write

RELEASES = ("5.6.0", "5.7.1", "5.8.1", "5.8.2")


@cache
def real() -> tuple[str, str]:
    """The binary and its release; skips where there is none that we know."""
    binary = os.environ.get("KUSTOMIZE") or shutil.which("kustomize")
    if not binary:
        pytest.skip("no kustomize: set KUSTOMIZE to compare with the real one")
    said = subprocess.run([binary, "version"], capture_output=True, text=True, timeout=60, check=False).stdout
    release = re.search(r"\d+\.\d+\.\d+", said)
    if release is None or release[0] not in RELEASES:
        pytest.skip(f"kustomize {said.strip()} is none of {', '.join(RELEASES)}")
    return binary, release[0]


NAMES = st.sampled_from(["a", "b", "c"])
TEXTS = st.sampled_from(["x", "true", "1", "0x1", "", "a: b", "line\nline\n", "- x", "null", "1e3", "ü"])
SCALARS = TEXTS | st.integers(-2, 99) | st.booleans()
ENV = st.lists(st.fixed_dictionaries({"name": NAMES, "value": TEXTS}), max_size=3)
PORTS = st.lists(
    st.fixed_dictionaries(
        {"containerPort": st.integers(80, 82)}, optional={"protocol": st.sampled_from(["TCP", "UDP"]), "name": NAMES}
    ),
    max_size=3,
)
CONTAINER = st.fixed_dictionaries(
    {"name": NAMES},
    optional={
        "image": st.sampled_from(["r/x", "r/x:1", "r/y@sha256:aa", "y:2"]),
        "env": ENV,
        "ports": PORTS,
        "args": st.lists(TEXTS, max_size=2),
        "envFrom": st.just([{"configMapRef": {"name": "a"}}]),
        "$patch": st.sampled_from(["delete", "replace"]),
    },
)
PODS = st.fixed_dictionaries(
    {"containers": st.lists(CONTAINER, max_size=3)},
    optional={"serviceAccountName": NAMES, "nodeSelector": st.dictionaries(NAMES, TEXTS, max_size=2)},
)
LABELS = st.dictionaries(st.sampled_from(["app", "team"]), st.sampled_from(["x", "y", "true"]), min_size=1, max_size=2)


def undirected(value: Any) -> Any:
    """Without `$patch`: what a base may hold."""
    if isinstance(value, dict):
        return {key: undirected(inner) for key, inner in value.items() if key != "$patch"}
    return [undirected(inner) for inner in value] if isinstance(value, list) else value


def deployment(spec: Any, replicas: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "a"},
        "spec": {"replicas": replicas, "template": {"spec": spec}},
    }


def config_map(data: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data}


OVERLAY = st.fixed_dictionaries(
    {},
    optional={
        "namePrefix": st.just("p-"),
        "nameSuffix": st.just("-s"),
        "namespace": st.just("space"),
        "commonLabels": LABELS,
        "labels": st.lists(
            st.fixed_dictionaries(
                {"pairs": LABELS}, optional={"includeTemplates": st.booleans(), "includeSelectors": st.booleans()}
            ),
            max_size=2,
        ),
        "commonAnnotations": LABELS,
        "images": st.lists(
            st.fixed_dictionaries(
                {"name": st.sampled_from(["r/x", "y"])}, optional={"newTag": st.just("9"), "newName": st.just("z/z")}
            ),
            max_size=2,
        ),
        "replicas": st.just([{"name": "a", "count": 7}]),
        "configMapGenerator": st.lists(
            st.fixed_dictionaries({"name": st.sampled_from(["g", "h"]), "literals": st.just(["k=v"])}),
            max_size=2,
            unique_by=lambda one: one["name"],
        ),
    },
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    base=PODS,
    replicas=st.integers(0, 3),
    data=st.dictionaries(NAMES, SCALARS, max_size=3),
    overlay=OVERLAY,
    patch=PODS,
    changed=st.dictionaries(NAMES, SCALARS | st.none(), max_size=3),
)
def test_random_overlays(base: Any, replicas: int, data: Any, overlay: dict[str, Any], patch: Any, changed: Any) -> None:
    binary, release = real()
    files = {
        "base/kustomization.yaml": write({"resources": ["d.yaml", "c.yaml"]}),
        "base/d.yaml": write(deployment(undirected(base), replicas)),
        "base/c.yaml": write(config_map(data)),
        "over/kustomization.yaml": write(
            {"resources": ["../base"], "patches": [{"path": "d.yaml"}, {"path": "c.yaml"}], **overlay}
        ),
        "over/d.yaml": write(deployment(patch, replicas)),
        "over/c.yaml": write(config_map(changed)),
    }
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            target = Path(root) / path
            target.parent.mkdir(exist_ok=True)
            target.write_text(text)
        theirs = subprocess.run([binary, "build", f"{root}/over"], capture_output=True, text=True, timeout=60, check=False)
        refused = ""
        try:
            result = build(DiskFiles(root), "over", version=release)
            ours = render_text(result.resources)
        except UserError as error:
            ours, refused = "", str(error)
        assert bool(refused) == bool(theirs.returncode), refused or theirs.stderr
        assert ours == theirs.stdout
        assert refused or not [line for resource in result.resources for line in broken(resource)]
