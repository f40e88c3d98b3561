"""Findings -> active and suppressed ones, and suppressions that are wrong or hide nothing as findings of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from gitopsml.errors import UserError
from gitopsml.files import Files
from gitopsml.model.finding import Finding, Location, Severity
from gitopsml.policy import BUILTIN, Registry, Selection
from gitopsml.policy.suppress import MARK, Suppression, Wrong, mistakes, suppressions
from gitopsml.yamlio import read

_MARK: Final = MARK.encode()
_SUFFIXES: Final = (".yaml", ".yml", ".json", "Kustomization")


class Suppressions:
    """All suppressions in the files of a run."""

    def __init__(self, files: Files, paths: Iterable[str]) -> None:
        self._found = [one for path in sorted(set(paths)) for one in _in_file(files, path)]
        self._used: set[Suppression] = set()
        self._at: dict[tuple[str, int, str], Suppression] = {
            (one.path, one.covers, one.policy): one for one in reversed(self._found)
        }

    def split(self, findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
        """Active and suppressed findings; each of these has the reason."""
        active: list[Finding] = []
        suppressed: list[Finding] = []
        for finding in findings:
            one = self._of(finding)
            if one is None:
                active.append(finding)
            else:
                self._used.add(one)
                suppressed.append(replace(finding, suppressed=one.reason or "no reason given"))
        return active, suppressed

    def wrong(self, registry: Registry, selection: Selection) -> Iterator[Finding]:
        """Suppressions without a reason, and of what does not exist."""
        return (_finding(one, selection) for one in mistakes(self._found, registry.known()) if _counts(one, selection))

    def unused(self, executed: set[str], selection: Selection, folders: Sequence[str]) -> Iterator[Finding]:
        """Suppressions below the folders that hid nothing, of policies that ran."""
        for one in self._found:
            if one not in self._used and one.policy in executed and any(_below(one.path, folder) for folder in folders):
                message = f"remove this suppression: {one.policy} finds nothing here"
                wrong = Wrong("suppression-unused", one.path, one.line, one.column, message)
                if _counts(wrong, selection):
                    yield _finding(wrong, selection)

    def _of(self, finding: Finding) -> Suppression | None:
        places = [finding.location, *(step.location for step in finding.chain)]
        for place in places:
            one = self._at.get((place.path, place.line, finding.policy))
            if one is not None:
                return one
        return None


def _in_file(files: Files, path: str) -> Iterator[Suppression]:
    if not path.endswith(_SUFFIXES):
        return
    try:
        content = files.read(path)
        documents = read(content, path).documents if _MARK in content else []
    except UserError:
        return  # what cannot be read is reported where it is evaluated
    yield from suppressions(documents)


def _finding(wrong: Wrong, selection: Selection) -> Finding:
    policy = BUILTIN[wrong.policy]
    place = Location(wrong.path, wrong.line, wrong.column, wrong.line, wrong.column)
    severity = selection.severity(policy, None, wrong.path)
    return Finding(policy.id, severity, wrong.message, place, title=policy.title, why=policy.why, remedy=policy.remedy)


def _counts(wrong: Wrong, selection: Selection) -> bool:
    return selection.severity(BUILTIN[wrong.policy], None, wrong.path) is not Severity.OFF


def _below(path: str, folder: str) -> bool:
    return folder in (".", "", path) or path.startswith(folder.rstrip("/") + "/")
