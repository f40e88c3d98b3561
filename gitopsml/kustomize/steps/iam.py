"""IAMPolicyGenerator: a ServiceAccount that stands for one of Google Cloud."""

from __future__ import annotations

from typing import Any, Final

from gitopsml.kustomize.checking import TEXT
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.layer import Items, Layer, Setting
from gitopsml.kustomize.steps.absorb import absorbed
from gitopsml.model.origin import Origin, Trail

STEP: Final = "IAMPolicyGenerator"
FIELDS: Final[dict[str, Any]] = {
    "cloud": TEXT,
    "kubernetesService": {"name": TEXT, "namespace": TEXT},
    "serviceAccount": {"name": TEXT, "projectId": TEXT},
}
_ANNOTATION: Final = "iam.gke.io/gcp-service-account"


def service_account(items: Items, setting: Setting, layer: Layer) -> Items:
    """The items with the ServiceAccount. Raises RenderError for another cloud than `gke`."""
    if setting.get("cloud") != "gke":
        raise setting.error(f"the cloud {setting.get('cloud')} is not known to kustomize", "write `cloud: gke`")
    account, service = setting.get("serviceAccount") or {}, setting.get("kubernetesService") or {}
    address = f"{account.get('name') or ''}@{account.get('projectId') or ''}.iam.gserviceaccount.com"
    data: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"annotations": {_ANNOTATION: address}, "name": service.get("name") or ""},
    }
    if service.get("namespace"):
        data["metadata"]["namespace"] = service["namespace"]
    if not data["metadata"]["name"]:
        raise setting.error("the ServiceAccount has no name", "add kubernetesService.name")
    return absorbed(items, Item(data, _trail(setting)), setting, layer)


def _trail(setting: Setting) -> Trail:
    """Name and namespace were written so; the rest is made."""
    whole = Trail(setting.origin, step=STEP, derived=True, sources=(setting.origin,))
    for key in setting.get("kubernetesService") or {}:
        origin: Origin = setting.part("kubernetesService").part(key).origin
        whole = whole.with_at(("metadata", key), Trail(origin, step=STEP))
    return whole
