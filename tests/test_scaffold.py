"""The first files of a repository and of an app."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitopsml.cli.main import main
from gitopsml.errors import UserError
from gitopsml.scaffold import app_spec, blueprints, repository


@pytest.mark.parametrize("blueprint", blueprints())
def test_starters_name_the_app(blueprint: str) -> None:
    (text,) = app_spec("risk", "fraud-scorer", blueprint).values()
    assert f"blueprint: {blueprint}@1" in text
    assert "fraud-scorer" in text
    assert "TEAM" not in text
    assert "APP" not in text


@pytest.mark.parametrize("name", ["", "X", "a_b", "-a", "a-", "a/b", "../a", "a" * 41, "a\n"])
def test_impossible_names(name: str) -> None:
    with pytest.raises(UserError, match="cannot be the name of an app; use lower-case"):
        app_spec("risk", name, "model-service")


@pytest.mark.parametrize("blueprint", ["nope", "../parts", "team/..", ""])
def test_unknown_blueprints(blueprint: str) -> None:
    with pytest.raises(UserError, match="there is no blueprint"):
        app_spec("risk", "a", blueprint)


@pytest.mark.parametrize("url", ["", "x", "ext::sh -c id", "https://x y", 'https://x"', "file:///x"])
def test_impossible_addresses(url: str) -> None:
    with pytest.raises(UserError, match="is not the URL of a Git repository"):
        repository("a", "b", url, "eks")


def test_init_keeps_what_exists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "README.md").write_text("mine\n")
    assert main(["init", str(tmp_path), "--team", "risk", "--app", "scorer"]) == 0
    assert (tmp_path / "README.md").read_text() == "mine\n"
    out = capsys.readouterr().out
    assert "kept     README.md" in out
    assert "created  apps/risk/scorer/app.yaml" in out


def test_new_never_replaces_an_app(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["new", "app", "risk/scorer", "-b", "model-service", "--repo", str(tmp_path)]
    assert main(arguments) == 0
    (tmp_path / "apps/risk/scorer/app.yaml").write_text("mine\n")
    assert main(arguments) == 2
    assert (tmp_path / "apps/risk/scorer/app.yaml").read_text() == "mine\n"
    assert "this app exists already" in capsys.readouterr().err
