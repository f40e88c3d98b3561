"""A route to a Service that does not exist answers every request with an error."""

from collections.abc import Iterator
from typing import Any

from gitopsml.model import Deployed, Resource, Violation
from gitopsml.model.references import mappings

TITLE, SEVERITY = "Route to a Service that does not exist", "error"
KINDS = ["networking.k8s.io/Ingress", "HTTPRoute", "GRPCRoute"]
REMEDY = "Correct the backend's name, or add the Service."


def check(route: Resource, deployed: Deployed) -> Iterator[Violation]:
    for name, namespace, pointer in _ingress(route) if route.kind == "Ingress" else _routes(route):
        if not deployed.known("Service", name, namespace, group=""):
            yield Violation(f"there is no Service {name}: correct the name", pointer)


def _ingress(route: Resource) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    default = ("spec", "defaultBackend", "service", "name")
    yield from _named(route.at(*default), route.namespace, default)
    for index, rule in mappings(route.at("spec", "rules")):
        paths = rule.get("http", {}).get("paths") if isinstance(rule.get("http"), dict) else None
        for number, _ in mappings(paths):
            pointer = ("spec", "rules", index, "http", "paths", number, "backend", "service", "name")
            yield from _named(route.at(*pointer), route.namespace, pointer)


def _routes(route: Resource) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    for index, rule in mappings(route.at("spec", "rules")):
        for number, backend in mappings(rule.get("backendRefs")):
            if backend.get("kind", "Service") == "Service":
                pointer = ("spec", "rules", index, "backendRefs", number, "name")
                yield from _named(backend.get("name"), str(backend.get("namespace", route.namespace)), pointer)


def _named(name: Any, namespace: str, pointer: tuple[str | int, ...]) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    if isinstance(name, str) and not name.endswith(("-predictor", "-serve-svc")):  # KServe and KubeRay make those
        yield name, namespace, pointer
