"""One object as admission sees it: what rules match on, and the variables that expressions read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from gitopsml.model.deployed import Deployed
from gitopsml.model.resource import Resource
from gitopsml.model.workload import PodView, pod_views
from gitopsml.policy.kinds import Kinds
from gitopsml.policy.normalise import normalised, typed
from gitopsml.policy.podvars import Reserved

_OPTIONS: Final = {
    "kind": "CreateOptions",
    "apiVersion": "meta.k8s.io/v1",
    "fieldManager": "gitopsml",
    "fieldValidation": "Strict",
    "dryRun": ["All"],
}
_USER: Final = {"username": "system:serviceaccount:argocd:argocd-application-controller", "groups": ["system:authenticated"]}


class Subject:
    """One object to judge. `request` and `old` are given where they are known (conformance suites, diffs); CREATE otherwise."""

    def __init__(
        self,
        resource: Resource,
        deployed: Deployed,
        kinds: Kinds,
        *,
        request: Mapping[str, Any] | None = None,
        old: dict[str, Any] | None = None,
        namespaces: Mapping[str, dict[str, Any]] | None = None,
    ) -> None:
        self.resource = resource
        self.deployed = deployed
        self.kinds = kinds
        self.old = old
        self._request = request
        self._namespaces = namespaces
        self._reserved: dict[int, Reserved] = {}

    @cached_property
    def object(self) -> dict[str, Any] | None:
        """What expressions see as `object`: decoded and defaulted; null on DELETE."""
        if self.operation == "DELETE":
            return None
        release = ".".join(map(str, self.deployed.kubernetes))
        return normalised(self.resource.data, self.namespace, release)

    @cached_property
    def pods(self) -> tuple[PodView, ...]:
        """The pod views of the object as expressions see it; their pointers are those of the file."""
        return typed(pod_views(self.object))

    def reserved(self, view: PodView | None) -> Reserved:
        """The reserved variables of the object, or of one of its views; all policies share them."""
        known = self._reserved.get(id(view))
        if known is None:
            known = self._reserved[id(view)] = Reserved(self.resource, view)
        return known

    @cached_property
    def operation(self) -> str:
        """CREATE, unless a request says otherwise."""
        return str((self._request or {}).get("operation", "CREATE"))

    @cached_property
    def plural(self) -> str:
        """The word that resource rules use."""
        given = (self._request or {}).get("resource")
        return str(given) if given else self.kinds.plural(self.resource.group, self.resource.kind)

    @cached_property
    def cluster_scoped(self) -> bool:
        """Whether the object has no namespace."""
        if self._request is not None:
            return not self._request.get("namespace") or self.resource.kind == "Namespace"
        return self.kinds.cluster_scoped(self.resource.group, self.resource.kind)

    @cached_property
    def namespace(self) -> str:
        """Where the object goes; "" for cluster-scoped ones and where nothing says."""
        if self.cluster_scoped:
            return ""
        given = (self._request or {}).get("namespace")
        return str(given) if given else self.resource.namespace or self.deployed.target.namespace

    @cached_property
    def namespace_object(self) -> dict[str, Any] | None:
        """What expressions see as `namespaceObject`: from the repository, else a stub with the name; null without a namespace."""
        if not self.namespace:
            return None
        if self._namespaces is not None:
            found = self._namespaces.get(self.namespace)
        else:
            known = self.deployed.look_up("Namespace", self.namespace)
            found = known.data if known else None
        return _namespace(self.namespace, found or {})

    @cached_property
    def namespace_labels(self) -> dict[str, Any]:
        """The labels that a namespaceSelector looks at: those of the object's namespace, or of a Namespace itself."""
        if self.resource.kind == "Namespace" and not self.resource.group:
            return {"kubernetes.io/metadata.name": self.resource.name, **self.resource.labels}
        labels = ((self.namespace_object or {}).get("metadata") or {}).get("labels")
        return labels if isinstance(labels, dict) else {}

    @cached_property
    def request(self) -> dict[str, Any]:
        """What expressions see as `request`."""
        resource, given = self.resource, self._request or {}
        kind = {"group": resource.group, "version": resource.version, "kind": resource.kind}
        what = {"group": resource.group, "version": resource.version, "resource": self.plural}
        made: dict[str, Any] = {
            "kind": kind,
            "resource": what,
            "requestKind": kind,
            "requestResource": what,
            "name": str(given.get("name") or resource.name),
            "operation": self.operation,
            "userInfo": given.get("userInfo") or _USER,
            "dryRun": given.get("dryRun", True),
            "options": given.get("options") or _OPTIONS,
        }
        namespace = resource.name if resource.kind == "Namespace" and not resource.group else self.namespace
        if namespace:
            made["namespace"] = namespace
        return made

    @cached_property
    def bindings(self) -> dict[str, Any]:
        """The variables of every expression, but for `params` and `variables`."""
        from gitopsml.cel.library.authorizer import Authorizer

        return {
            "object": self.object,
            "oldObject": self.old,
            "request": self.request,
            "namespaceObject": self.namespace_object,
            "authorizer": Authorizer(),
        }


def _namespace(name: str, data: dict[str, Any]) -> dict[str, Any]:
    metadata = data.get("metadata") or {}
    made = {"name": name, "labels": {**(metadata.get("labels") or {}), "kubernetes.io/metadata.name": name}}
    if metadata.get("annotations"):
        made["annotations"] = metadata["annotations"]
    spec = {"finalizers": (data.get("spec") or {}).get("finalizers") or ["kubernetes"]}
    return {"metadata": made, "spec": spec, "status": {"phase": "Active"}}
