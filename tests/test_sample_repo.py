"""sample-repo is what gitopsml makes of its own specs: it regenerates to itself, lints clean, and real kustomize agrees.

`GITOPSML_UPDATE=1` with a kustomize binary in PATH records its builds anew.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT

from gitopsml.cli.main import main

SAMPLE = ROOT / "sample-repo"
RECORDED = ROOT / "tests" / "recorded" / "sample-repo"
OVERLAYS = sorted(path.parent for path in SAMPLE.glob("deploy/*/*/overlays/*/kustomization.yaml"))
KNOWN_VERSIONS = ("v5.6.0", "v5.7.1", "v5.8.1", "v5.8.2")  # kustomize releases that render these files alike


def name(overlay: Path) -> str:
    _, team, app, _, environment = overlay.relative_to(SAMPLE).parts
    return f"{team}-{app}-{environment}"


@cache
def kustomize() -> str | None:
    """A kustomize binary whose version we know, or None."""
    binary = shutil.which("kustomize")
    if binary is None:
        return None
    version = subprocess.run([binary, "version"], capture_output=True, text=True, check=True).stdout.strip()
    return binary if version in KNOWN_VERSIONS else None


def built(overlay: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["build", str(overlay)]) == 0
    return capsys.readouterr().out


def test_it_regenerates_to_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", "--repo", str(SAMPLE), "--check"]) == 0
    assert capsys.readouterr().out.startswith("up to date: ")


def test_it_lints_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(SAMPLE), "--fail-on", "warning"]) == 0
    assert ": no findings" in capsys.readouterr().out


def test_it_is_large_enough_to_show_something() -> None:
    apps = {path.parent.relative_to(SAMPLE / "apps").as_posix() for path in SAMPLE.glob("apps/*/*/app.yaml")}
    assert len(apps) >= 4
    assert len({app.split("/")[0] for app in apps}) >= 2
    assert {overlay.name for overlay in OVERLAYS} == {"dev", "staging", "prod"}


@pytest.mark.parametrize("overlay", OVERLAYS, ids=name)
def test_builds_equal_what_kustomize_recorded(overlay: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours, record = built(overlay, capsys), RECORDED / f"{name(overlay)}.yaml"
    binary = kustomize()
    if os.environ.get("GITOPSML_UPDATE") and binary:
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(subprocess.run([binary, "build", str(overlay)], capture_output=True, text=True, check=True).stdout)
    assert ours == record.read_text()


def test_no_record_is_left_over() -> None:
    assert sorted(path.stem for path in RECORDED.glob("*.yaml")) == sorted(map(name, OVERLAYS))


@pytest.mark.slow
@pytest.mark.parametrize("overlay", OVERLAYS, ids=name)
def test_builds_equal_a_live_kustomize(overlay: Path, capsys: pytest.CaptureFixture[str]) -> None:
    binary = kustomize()
    if binary is None:
        pytest.skip(f"no kustomize of a known version ({', '.join(KNOWN_VERSIONS)}) in PATH")
    theirs = subprocess.run([binary, "build", str(overlay)], capture_output=True, text=True, check=True).stdout
    assert built(overlay, capsys) == theirs
