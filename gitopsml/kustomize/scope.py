"""Which kinds kustomize knows to be cluster-scoped: those of Kubernetes 1.21; every other kind is treated as namespaced."""

from __future__ import annotations

from functools import cache
from typing import Final

from gitopsml.kustomize.data import rows

NEWEST: Final = (5, 8, 2)


def cluster_scoped(group: str, version: str, kind: str, release: tuple[int, int, int] = (5, 6, 0)) -> bool:
    """Whether kustomize of this release knows that objects of the kind have no namespace (facts: kustomize §4)."""
    since = _table().get((group, version, kind))
    return since is not None and since <= release


@cache
def _table() -> dict[tuple[str, str, str], tuple[int, int, int]]:
    table: dict[tuple[str, str, str], tuple[int, int, int]] = {}
    for group, kind, versions in rows("cluster_scoped.tsv"):
        for version in versions.split(","):
            late, colon, name = version.rpartition(":")
            table["" if group == "-" else group, name, kind] = NEWEST if colon and late else (0, 0, 0)
    return table
