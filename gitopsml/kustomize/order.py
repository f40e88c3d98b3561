"""The order of the output: `legacy` by kind, or `fifo` as the objects came (facts: kustomize §8)."""

from __future__ import annotations

from typing import Final

from gitopsml.kustomize.items import Item
from gitopsml.kustomize.layer import Items, Setting

FIRST: Final = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
]
LAST: Final = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]


def _ranks(first: list[str], last: list[str]) -> dict[str, int]:
    return {kind: number - len(first) for number, kind in enumerate(first)} | {
        kind: number + 1 for number, kind in enumerate(last)
    }


RANKS: Final = _ranks(FIRST, LAST)


def in_order(items: Items, setting: Setting | None) -> Items:
    """The items in the order that `sortOptions` asks for (None: legacy). Raises RenderError."""
    order = setting.get("order") if setting is not None else "legacy"
    given = setting.get("legacySortOptions") if setting is not None else None
    if order not in ("legacy", "fifo"):
        assert setting is not None
        raise setting.error(f"sortOptions.order is {order!r}", "write legacy or fifo")
    if order == "fifo":
        if given is not None and setting is not None:
            raise setting.part("legacySortOptions").error("legacySortOptions goes with `order: legacy` only", "remove it")
        return items
    ranks = RANKS if given is None else _ranks(given.get("orderFirst") or [], given.get("orderLast") or [])
    return sorted(items, key=lambda item: _key(item, ranks))


def _key(item: Item, ranks: dict[str, int]) -> tuple[int, bool, str, str]:
    """The sort key; of all kinds called Namespace the core one comes first."""
    group, version, kind, namespace, name = item.id
    text = "_".join((group or "~G", version or "~V", kind or "~K"))
    within = "|".join((".".join((kind or "[noKind]", version or "[noVer]", group or "[noGrp]")), namespace or "~X", name or "~N"))
    return ranks.get(kind, 0), kind == "Namespace" and group != "", text, within
