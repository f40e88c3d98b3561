"""Every policy that comes with gitopsml: its cases, and what people read of it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from gitopsml.files import DiskFiles
from gitopsml.model import Deployed, Resource
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import Pointer
from gitopsml.policy import BUILTIN, Policy, Registry, bundled_source, check, load
from gitopsml.policy.selection import Active
from gitopsml.policy.testing import Outcome, run
from gitopsml.yamlio import Document, locate, read

CASES = ROOT / "tests" / "policies"
OLDEST = "1.30"


@cache
def registry() -> Registry:
    return load([bundled_source()])


@cache
def outcomes(id_: str) -> list[Outcome]:
    return list(run(registry().policies[id_], DiskFiles(str(CASES)), id_))


IDS = sorted(registry().policies)


def test_every_file_is_a_policy() -> None:
    assert [str(problem) for problem in registry().problems] == []
    files = {path.stem.replace("_", "-") for path in (ROOT / "policies").rglob("*") if path.suffix in (".yaml", ".py")}
    assert files == set(IDS)


def test_every_folder_of_cases_has_a_policy() -> None:
    assert sorted(path.name for path in CASES.iterdir() if path.is_dir()) == IDS


@pytest.mark.parametrize("id_", IDS)
def test_cases(id_: str) -> None:
    for outcome in outcomes(id_):
        assert (outcome.missing, outcome.unexpected) == ((), ()), outcome.case


@pytest.mark.parametrize("id_", IDS)
def test_cases_show_a_finding_and_silence(id_: str) -> None:
    found = {(line.path, line.line) for outcome in outcomes(id_) for line in outcome.found}
    assert found, "a case with at least one `# finding:`"
    groups = [group for path in case_files(id_) for group in siblings(path)]
    silent = [group for group in groups if any(not guilty(one, found) for one in group)]
    assert silent, "an object, or an element beside a guilty one, for which the policy stays silent"


Part = tuple[str, range]


def guilty(part: Part, found: set[tuple[str, int]]) -> bool:
    return any((part[0], line) in found for line in part[1])


def siblings(path: Path) -> Iterator[list[Part]]:
    """The lines of what a policy may tell apart: the objects of a case, the elements of each list, the entries of some maps."""
    shown = path.relative_to(CASES).as_posix()
    documents = [one for one in read(path.read_bytes(), shown).documents if one.data.get("kind") != "Case"]
    yield [(shown, lines_of(document, ())) for document in documents]
    for document in documents:
        for pointers in grouped(document.data, ()):
            yield [(shown, lines_of(document, pointer)) for pointer in pointers]


def grouped(data: Any, here: Pointer) -> Iterator[list[Pointer]]:
    pairs = list(enumerate(data)) if isinstance(data, list) else list(data.items()) if isinstance(data, dict) else []
    if len(pairs) > 1 and (isinstance(data, list) or here[-1:] in MAPS):
        yield [(*here, key) for key, _ in pairs]
    for key, value in pairs:
        yield from grouped(value, (*here, key))


MAPS = {("hard",), ("data",), ("stringData",), ("limits",), ("requests",), ("labels",)}


def lines_of(document: Document, pointer: Pointer) -> range:
    span = locate(document, pointer)
    return range(span.line, span.end_line + 1)


@pytest.mark.parametrize("policy", [*registry().policies.values(), *BUILTIN.values()], ids=lambda policy: policy.id)
def test_what_people_read(policy: Policy) -> None:
    assert policy.title
    assert not policy.title.endswith(".")
    assert policy.why
    assert policy.remedy
    assert policy.id not in policy.title
    assert policy.topic


@pytest.mark.parametrize("id_", IDS)
def test_messages_are_lower_case_and_say_what_to_do(id_: str) -> None:
    for outcome in outcomes(id_):
        for line in outcome.found:
            assert not line.message.endswith("."), line
            assert line.message[:1] == line.message[:1].lower(), line


def case_files(id_: str) -> list[Path]:
    return sorted(path for path in (CASES / id_).rglob("*") if path.suffix in (".yaml", ".yml"))


@pytest.mark.parametrize("id_", IDS)
def test_policies_change_nothing(id_: str) -> None:
    policy = registry().policies[id_]
    for path in case_files(id_):
        documents = read(path.read_bytes(), path.name).documents
        resources = [Resource(one.data, Trail(Origin(one))) for one in documents]
        before = copy.deepcopy([one.data for one in documents])
        list(check((Active(policy, policy.severity, policy.defaults()),), Deployed(resources)))
        assert [one.data for one in documents] == before


@pytest.mark.parametrize("id_", [id_ for id_ in IDS if registry().policies[id_].form == "cel"])
def test_expressions_compile_for_old_clusters(id_: str) -> None:
    from gitopsml.model import Cluster, Target, TargetInfo

    policy = registry().policies[id_]
    info = TargetInfo(Target("x"), Cluster("old", kubernetes=OLDEST))
    for path in case_files(id_):
        documents = read(path.read_bytes(), path.name).documents
        resources = [Resource(one.data, Trail(Origin(one))) for one in documents if one.data.get("kind") != "Case"]
        for raw in check((Active(policy, policy.severity, policy.defaults()),), Deployed(resources, info)):
            assert raw.policy is policy, raw.violation.message
