"""A target: one thing that Argo CD would sync, or that a person asked to have checked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class TargetKind(Enum):
    """How a target becomes resources."""

    KUSTOMIZATION = "kustomization"  # a directory with a kustomization file
    FOLDER = "folder"  # a directory of plain manifests
    FILE = "file"  # one file of plain manifests
    STDIN = "stdin"


@dataclass(slots=True, frozen=True)
class Target:
    """`path` is relative to the repository root (posix, "." for the root, "-" for standard input).

    `team`, `app`, `environment`, `cluster` are "" where the layout does not tell. `namespace` is where Argo CD puts objects
    that name none ("" = unknown). `unchecked` is the reason why a target is listed but not evaluated, "" otherwise. `files` are
    the files of a folder or file of plain manifests, sorted; `application` is the file of the Argo CD object that deploys it.
    """

    path: str
    kind: TargetKind = TargetKind.KUSTOMIZATION
    team: str = ""
    app: str = ""
    environment: str = ""
    cluster: str = ""
    namespace: str = ""
    unchecked: str = ""
    files: tuple[str, ...] = ()
    application: str = ""

    def __str__(self) -> str:
        return self.path
