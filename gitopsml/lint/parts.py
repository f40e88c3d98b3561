"""Many targets, in parts: each part is done by itself, by one process or several, and forgets what it rendered when it is done.

The outcomes are the same, and in the same order, however many processes there are.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from gitopsml.model.finding import Finding, Unevaluated
from gitopsml.model.target import Target

SMALLEST: Final = 90  # targets of a part: fewer are not worth a process
_Task: TypeAlias = Callable[[int], "Outcome"]


@dataclass(slots=True)
class Outcome:
    """What was seen in a part of the targets, ready to be handed to another process."""

    findings: list[Finding]
    failures: list[Unevaluated]
    resources: int
    executed: set[str]
    missing: Counter[str]
    owned: list[Any]  # what the specs of this part make, where they make more than this part
    problem: bool = False  # the specs are wrong: parts cannot be judged alone


def parts_of(targets: Sequence[Target], smallest: int) -> list[list[Target]]:
    """The targets in their order, cut where another team begins; between two apps where a team has very many targets."""
    parts: list[list[Target]] = [[]]
    for target in targets:
        part = parts[-1]
        if len(part) >= smallest and _may_cut(part[-1], target, between_apps=len(part) >= 2 * smallest):
            parts.append(part := [])
        part.append(target)
    return parts


def _may_cut(last: Target, target: Target, *, between_apps: bool) -> bool:
    return last.team != target.team or (between_apps and last.app != target.app)


def alone_the_same(outcomes: Sequence[Outcome]) -> bool:
    """Whether looking at parts was enough: no spec is wrong, and no two parts make the same object."""
    owned = [one for outcome in outcomes for one in outcome.owned]
    return len(owned) == len(set(owned)) and not any(outcome.problem for outcome in outcomes)


def by_processes(count: int, task: _Task, jobs: int) -> list[Outcome]:
    """The outcomes of parts 0, 1, … in order. A part whose process failed is done again here, where errors are seen."""
    jobs = min(jobs, count)
    if jobs < 2 or not hasattr(os, "fork"):
        return [task(number) for number in range(count)]
    sys.stdout.flush()
    sys.stderr.flush()
    gc.freeze()
    readers = [_start(range(number, count, jobs), task) for number in range(jobs)]
    received = [_received(*reader) for reader in readers]
    outcomes: list[Outcome] = []
    for number in range(count):
        found = received[number % jobs]
        outcomes.append(found[number // jobs] if found is not None else task(number))
    return outcomes


def _start(numbers: range, task: _Task) -> tuple[int, int]:
    """A process for these parts: its id, and where its outcomes can be read."""
    reader, writer = os.pipe()
    process = os.fork()
    if process:
        os.close(writer)
        return process, reader
    code = 1
    try:
        os.close(reader)
        outcomes = pickle.dumps([task(number) for number in numbers], pickle.HIGHEST_PROTOCOL)
        with open(writer, "wb") as file:
            file.write(outcomes)
        code = 0
    finally:
        os._exit(code)  # nothing of the parent's must run here twice, whatever happened


def _received(process: int, reader: int) -> list[Outcome] | None:
    with open(reader, "rb") as file:
        content = file.read()
    _, status = os.waitpid(process, 0)
    return pickle.loads(content) if status == 0 else None  # noqa: S301 - our own process wrote it


def slim(finding: Finding) -> Finding:
    """A finding without the texts behind its origin: what tells one place from another stays."""
    if finding.origin is None:
        return finding
    document = replace(finding.origin.document, text="", data=None)
    return replace(finding, origin=finding.origin._replace(document=document))


def apps_of(parts: Sequence[Iterable[Target]], known: Iterable[str]) -> list[set[str]]:
    """The `team/app`s of each part; the first one gets those that no target is of, so that all specs are looked at."""
    apps = [{f"{target.team}/{target.app}" for target in part if target.team} for part in parts]
    apps[0] |= set(known).difference(*apps)
    return apps
