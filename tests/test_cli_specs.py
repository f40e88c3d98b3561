"""`gitopsml explain`, `blueprints` and `schema`: what a person sees."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from conftest import ROOT
from examples import repository

from gitopsml.cli.main import main
from gitopsml.yamlio import read


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """The repository of all examples, on disk."""
    for path, content in repository()._tree.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    code = main(list(argv))
    out, err = capsys.readouterr()
    return code, out, err


def test_explain(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "explain", "fraud-scorer", "prod", "--repo", str(repo))
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert code == 0
    assert lines[0] == "examples/fraud-scorer in prod: model-service@1 on cluster cloud, namespace examples-prod"
    replicas = next(line for line in lines if line.startswith("replicas "))
    assert replicas.startswith("replicas 2 environments.prod, apps/examples/fraud-scorer/app.yaml:")
    assert "over 1 (blueprint default, blueprints/model-service/schema.json:" in replicas
    assert "startupBudget 1m53s load 1m30s + 25 % (set health.startup)" in lines


def test_explain_as_json(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "explain", "examples/fraud-scorer", "prod", "--format", "json", "--repo", str(repo / "apps"))
    data = json.loads(out)
    assert (data["app"], data["environment"], data["cluster"]) == ("examples/fraud-scorer", "prod", "cloud")
    assert {row["name"]: row["value"] for row in data["derived"]}["startupBudget"] == "1m53s"


def test_explain_of_nothing(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "explain", "fraud-scorre", "prod", "--repo", str(repo))
    assert (code, out) == (2, "")
    assert err.startswith("there is no app fraud-scorre; did you mean 'examples/fraud-scorer'?")


def test_blueprints(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "blueprints")
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines()] == sorted([line.split()[:2] for line in out.splitlines()])
    assert "model-service@1 serving" in " ".join(out.split())


def test_the_page_of_a_blueprint(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "blueprints", "model-service")
    assert code == 0
    assert out.startswith("model-service@1: ")
    assert "\n  image (text or map)\n    The image to run" in out
    assert "other apps that use it see: " in out
    code, _, err = said(capsys, "blueprints", "model-servic")
    assert (code, err) == (2, "there is no blueprint model-servic@1; did you mean 'model-service@1'?\n")


@pytest.mark.parametrize("name", ["app", "team", "cluster", "repository", "report"])
def test_published_schemas(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "schema", name)
    assert code == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(out))


def test_the_schema_of_app_yaml_accepts_what_we_accept(capsys: pytest.CaptureFixture[str]) -> None:
    for kind in ("app", "team"):
        _, out, _ = said(capsys, "schema", kind)
        validator = jsonschema.Draft202012Validator(json.loads(out))
        files = sorted([*(ROOT / "blueprints").rglob(f"{kind}.yaml")])
        assert files
        for path in files:
            data = read(path.read_text("utf-8"), path.name).documents[0].data
            assert list(validator.iter_errors(data)) == [], path
            assert not validator.is_valid({**data, "unknwon": 1})
            assert not validator.is_valid({**data, "environments": {"dev": {"unknwon": 1}}})


def test_the_schema_of_one_blueprint(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "schema", "app", "--blueprint", "training-job")
    schema = json.loads(out)
    assert [one["const"] for one in schema["properties"]["blueprint"]["oneOf"]] == ["training-job@1"]
    code, _, err = said(capsys, "schema", "cluster", "--blueprint", "training-job")
    assert (code, err) == (2, "--blueprint is for the schemas of app and team; leave it out\n")
