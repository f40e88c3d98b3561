"""`openapi`: schemas of a user's, which say by which keys lists merge (facts: kustomize §3: they replace all built-in ones).

kustomize keeps one schema for a whole run: the first kustomization that names one decides, for everything built after it. Where
objects were read before that, the built-in schemas stay in force as well (measured).
"""

from __future__ import annotations

from typing import Any, Final

from gitopsml.errors import RenderError
from gitopsml.kustomize.layer import File, Setting, located
from gitopsml.kustomize.shapes import UNION, Schemas, Shape, shape_of
from gitopsml.model.origin import Origin
from gitopsml.yamlio import Dialect, read

BUILT_IN: Final = "v1.21.2"
_REF: Final = "#/definitions/"
Definitions = dict[str, Any]

# Kubernetes' definitions that hold merging lists -> a place where they are used: apiVersion, kind, fields ([] steps into a list)
_BUILT_IN: Final = {
    "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": "v1 Pod metadata",
    "io.k8s.api.core.v1.PodSpec": "v1 Pod spec",
    "io.k8s.api.core.v1.PodTemplateSpec": "v1 PodTemplate template",
    "io.k8s.api.core.v1.Container": "v1 Pod spec containers []",
    "io.k8s.api.core.v1.EphemeralContainer": "v1 Pod spec ephemeralContainers []",
    "io.k8s.api.core.v1.Volume": "v1 Pod spec volumes []",
    "io.k8s.api.core.v1.ServiceSpec": "v1 Service spec",
    "io.k8s.api.apps.v1.DeploymentSpec": "apps/v1 Deployment spec",
    "io.k8s.api.apps.v1.DaemonSetSpec": "apps/v1 DaemonSet spec",
    "io.k8s.api.apps.v1.ReplicaSetSpec": "apps/v1 ReplicaSet spec",
    "io.k8s.api.apps.v1.StatefulSetSpec": "apps/v1 StatefulSet spec",
    "io.k8s.api.batch.v1.JobSpec": "batch/v1 Job spec",
    "io.k8s.api.batch.v1.JobTemplateSpec": "batch/v1 CronJob spec jobTemplate",
    "io.k8s.api.batch.v1.CronJobSpec": "batch/v1 CronJob spec",
}


def choose(schemas: Schemas, setting: Setting, file: File | None) -> None:
    """What `openapi` asks for; `file` is the one at its `path`. Raises RenderError."""
    version = setting.get("version")
    if schemas.chosen or (file is None and not version):
        return
    if file is not None:
        if version is not None:
            raise setting.error("openapi has both `path` and `version`", "keep one of them")
        schemas.custom = shapes(file, with_built_in=schemas.used)
        schemas.with_built_in = schemas.used
    elif version != BUILT_IN:
        raise setting.part("version").error(f"kustomize has no schemas of {version}", f"write {BUILT_IN}, or remove it")
    schemas.chosen = True


def shapes(file: File, *, with_built_in: bool) -> dict[tuple[str, str], Shape]:
    """The shapes of the kinds in a file of OpenAPI definitions. Raises YamlError or RenderError.

    `with_built_in`: references to Kubernetes' own definitions lead to those, whatever the file says.
    """
    documents = read(file.content, file.path, Dialect.API, single=True).documents
    data = documents[0].data if documents else None
    if not isinstance(data, dict):
        raise RenderError("this is not an OpenAPI document", path=file.path, hint="write a mapping with `definitions`")
    definitions = data.get("definitions") or {}
    if not isinstance(definitions, dict):
        raise located("`definitions` must be a mapping", Origin(documents[0], ("definitions",)))
    known = {name: _inside(*place.split()) for name, place in _BUILT_IN.items()} if with_built_in else {}
    table: dict[tuple[str, str], Shape] = {}
    for name, definition in definitions.items():
        for kind in _kinds(definition):
            table[kind] = _named(name, definitions, known)
    return table


def _inside(api_version: str, kind: str, *fields: str) -> Shape:
    """The shape at a place of a built-in kind."""
    shape = shape_of(api_version, kind)
    for name in fields:
        assert shape is not None
        shape = shape.element if name == "[]" else shape.fields.get(name)
    assert shape is not None
    return shape


def _kinds(definition: Any) -> list[tuple[str, str]]:
    found = definition.get("x-kubernetes-group-version-kind") if isinstance(definition, dict) else None
    result = []
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict) and isinstance(one.get("version"), str) and isinstance(one.get("kind"), str):
            group = one.get("group")
            result.append((f"{group}/{one['version']}" if group else one["version"], one["kind"]))
    return result


def _named(name: str, definitions: Definitions, known: dict[str, Shape]) -> Shape:
    """The shape of a definition; definitions that contain themselves are one shape that contains itself."""
    shape = known.get(name)
    if shape is None:
        shape = known[name] = Shape()
        _fill(shape, definitions.get(name), definitions, known)
    return shape


def _shape(schema: Any, definitions: Definitions, known: dict[str, Shape]) -> Shape:
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    if isinstance(reference, str) and reference.startswith(_REF):
        return _named(reference.removeprefix(_REF), definitions, known)
    shape = Shape()
    _fill(shape, schema, definitions, known)
    return shape


def _fill(shape: Shape, schema: Any, definitions: Definitions, known: dict[str, Shape]) -> None:
    if not isinstance(schema, dict):
        return
    properties = schema.get("properties")
    for key, inner in properties.items() if isinstance(properties, dict) else ():
        shape.fields[key] = _shape(inner, definitions, known)
    if "merge" in str(schema.get("x-kubernetes-patch-strategy", "")).split(","):
        listed, key = schema.get("x-kubernetes-list-map-keys"), schema.get("x-kubernetes-patch-merge-key")
        shape.keys = tuple(map(str, listed)) if isinstance(listed, list) and listed else (str(key),) if key else UNION
    if isinstance(schema.get("items"), dict):
        shape.element = _shape(schema["items"], definitions, known)
