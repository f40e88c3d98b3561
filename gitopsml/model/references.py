"""What pods refer to by name (ConfigMaps, Secrets, claims), and which objects make others that are not in Git."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from gitopsml.model.deployed import Deployed
from gitopsml.model.pointer import Pointer
from gitopsml.model.resource import Resource, ResourceSet
from gitopsml.model.workload import Container, PodView

_ALWAYS: Final = {("ConfigMap", "kube-root-ca.crt")}  # the controller manager puts it into every namespace


class Reference(NamedTuple):
    """A name in a pod: what kind it names, which key of it ("" = the whole), and where the name stands."""

    kind: str
    name: str
    key: str
    pointer: Pointer


def mappings(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """(index, element) of the elements of a list that are maps; nothing for anything else."""
    for index, element in enumerate(value if isinstance(value, list) else ()):
        if isinstance(element, dict):
            yield index, element


def environment_references(container: Container) -> Iterator[Reference]:
    """The ConfigMaps and Secrets that a container's environment needs; optional ones left out."""
    for index, entry in mappings(container.data.get("env")):
        source = entry.get("valueFrom")
        for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            place = (*container.at("env"), index, "valueFrom", field)
            yield from _reference(source.get(field) if isinstance(source, dict) else None, kind, "name", place)
    for index, entry in mappings(container.data.get("envFrom")):
        for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            yield from _reference(entry.get(field), kind, "name", (*container.at("envFrom"), index, field))


def volume_references(view: PodView) -> Iterator[Reference]:
    """The ConfigMaps, Secrets and claims that a pod's volumes need; optional ones left out."""
    for index, volume in mappings(view.spec.get("volumes")):
        place = (*view.pointer, "volumes", index)
        yield from _reference(volume.get("configMap"), "ConfigMap", "name", (*place, "configMap"))
        yield from _reference(volume.get("secret"), "Secret", "secretName", (*place, "secret"))
        yield from _reference(
            volume.get("persistentVolumeClaim"), "PersistentVolumeClaim", "claimName", (*place, "persistentVolumeClaim")
        )
        projected = volume.get("projected")
        for number, source in mappings(projected.get("sources") if isinstance(projected, dict) else None):
            inner = (*place, "projected", "sources", number)
            yield from _reference(source.get("configMap"), "ConfigMap", "name", (*inner, "configMap"))
            yield from _reference(source.get("secret"), "Secret", "name", (*inner, "secret"))


def _reference(source: Any, kind: str, field: str, place: Pointer) -> Iterator[Reference]:
    if not isinstance(source, dict) or source.get("optional") is True:
        return
    name, key = source.get(field), source.get("key")
    if isinstance(name, str) and name:
        yield Reference(kind, name, key if isinstance(key, str) else "", (*place, field))


def exists(deployed: Deployed, kind: str, name: str, namespace: str) -> bool:
    """Whether an object is in Git for this cluster, made by an object that is, or listed as external."""
    if (kind, name) in _ALWAYS or deployed.known(kind, name, namespace):
        return True
    return any((kind, name) in made(deployed, there, namespace) for there in (deployed, deployed.around))


def made(deployed: Deployed, resources: ResourceSet, namespace: str) -> set[tuple[str, str]]:
    """(kind, name) of what controllers make in a namespace from these resources."""
    return {pair for resource in resources if _same(deployed, resource, namespace) for pair in _products(resource)}


def _same(deployed: Deployed, resource: Resource, namespace: str) -> bool:
    own = deployed.target.namespace
    return (resource.namespace or own) == (namespace or own)


def _products(resource: Resource) -> Iterator[tuple[str, str]]:
    kind = resource.kind
    if kind == "ExternalSecret":
        yield "Secret", str(resource.at("spec", "target", "name", default=resource.name))
    elif kind == "SealedSecret":
        yield "Secret", str(resource.at("spec", "template", "metadata", "name", default=resource.name))
    elif kind == "Certificate":
        yield "Secret", str(resource.at("spec", "secretName", default=resource.name))
    elif kind == "Cluster" and resource.group == "postgresql.cnpg.io":
        yield from (("Secret", f"{resource.name}-{suffix}") for suffix in ("app", "superuser", "ca"))
    elif kind == "Bundle" and resource.group == "trust.cert-manager.io":
        yield "ConfigMap", resource.name
