"""What a cluster file (`clusters/<cluster>.yaml`) says. Spec: the design's §3."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gitopsml.model.origin import Trail
from gitopsml.yamlio import Document


@dataclass(slots=True, frozen=True, eq=False)
class Cluster:
    """One cluster. `data` is the file's content with the provider's data merged below it, what blueprints see as `cluster`.

    `document` is where it was written (None for the default cluster of a repository without cluster files); `trail` is that of
    `data` and leads to the file or to the provider's data.
    """

    name: str
    provider: str = ""
    kubernetes: str = ""  # "1.36"; "" = the newest known
    data: dict[str, Any] = field(default_factory=dict)
    document: Document | None = None
    trail: Trail | None = None

    @property
    def gpu_pools(self) -> list[dict[str, Any]]:
        """The pools of accelerators; resource, labels and taints are the provider's where the file gives none."""
        return [self._effective(pool) for pool in self.data.get("gpuPools") or []]

    def _effective(self, pool: dict[str, Any]) -> dict[str, Any]:
        product = (self.data.get("gpuProducts") or {}).get(pool.get("product")) or {}
        spot = (self.data.get("spotNodes") or {}) if pool.get("spot") else {}
        given = {"resource": "nvidia.com/gpu", "taints": self.data.get("gpuTaints") or [], **product, **pool}
        labels = {**(given.get("labels") or {}), **(spot.get("labels") or {})}
        return {**given, "labels": labels, "taints": [*given["taints"], *(spot.get("taints") or [])]}

    @property
    def controllers(self) -> dict[str, str]:
        """Installed controllers -> version."""
        return dict(self.data.get("controllers") or {})
