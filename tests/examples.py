"""The repository of all examples: `blueprints/example-repository/`, and every `examples/<case>/` of a blueprint in its place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from conftest import ROOT

from gitopsml import config
from gitopsml.files import MemoryFiles
from gitopsml.generate import Generated, generate

BLUEPRINTS = ROOT / "blueprints"


class Case(NamedTuple):
    """One example. `key` is the `team/app` that it becomes."""

    folder: Path
    key: str

    @property
    def name(self) -> str:
        return f"{self.folder.parent.parent.name}/{self.folder.name}"

    @property
    def deployed(self) -> str:
        """The folder of its generated files."""
        return f"deploy/{self.key}"


def cases() -> list[Case]:
    """Every example, sorted; a case with a team.yaml is a team of its name."""
    folders = sorted(path for path in BLUEPRINTS.glob("*/examples/*") if path.is_dir())
    return [Case(path, f"{path.name}/_team" if (path / "team.yaml").exists() else f"examples/{path.name}") for path in folders]


@cache
def repository() -> MemoryFiles:
    """The repository, in memory."""
    tree = dict(_files(BLUEPRINTS / "example-repository", ""))
    for case in cases():
        place = f"apps/{case.key.removesuffix('/_team')}/"
        tree |= {path: text for path, text in _files(case.folder, place) if not path.startswith(f"{place}expected/")}
    return MemoryFiles(tree)


def _files(folder: Path, place: str) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield place + path.relative_to(folder).as_posix(), path.read_text("utf-8")


@cache
def generated() -> Generated:
    """What all examples generate, proved."""
    files = repository()
    return generate(files, config.load(files))
