"""Targets of one cluster, by what they may share: a namespace, or the team that owns both."""

from __future__ import annotations

from collections.abc import Iterable

from gitopsml.model.target import Target


class Neighbours:
    """The targets of a repository, each with its place in their order."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self._on_cluster: dict[str, list[Target]] = {}
        self._sharing: dict[tuple[str, str, str], list[int]] = {}
        self._anywhere: dict[str, list[int]] = {}
        for target in targets:
            if target.cluster and not target.unchecked:
                self._add(target)

    def _add(self, target: Target) -> None:
        there = self._on_cluster.setdefault(target.cluster, [])
        number = len(there)
        there.append(target)
        if not target.namespace:
            self._anywhere.setdefault(target.cluster, []).append(number)
            return
        self._sharing.setdefault((target.cluster, "namespace", target.namespace), []).append(number)
        if target.team:
            self._sharing.setdefault((target.cluster, "team", target.team), []).append(number)

    def elsewhere(self, target: Target) -> list[Target]:
        """All other targets of the same cluster; none where the cluster is not known."""
        return [one for one in self._on_cluster.get(target.cluster, ()) if one is not target]

    def beside(self, target: Target) -> list[Target]:
        """Those of them that may share a namespace with it: by name, by team, or because nobody knows."""
        if not target.namespace:
            return self.elsewhere(target)
        numbers = set(self._anywhere.get(target.cluster, ()))
        numbers.update(self._sharing.get((target.cluster, "namespace", target.namespace), ()))
        if target.team:
            numbers.update(self._sharing.get((target.cluster, "team", target.team), ()))
        there = self._on_cluster.get(target.cluster, [])
        return [there[number] for number in sorted(numbers) if there[number] is not target]
