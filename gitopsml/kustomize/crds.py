"""`crds`: OpenAPI definitions of custom resources -> field specs: which of their fields hold names, labels, annotations.

The files are what `openapi-gen` writes: type name -> {Schema: ...}, with `x-kubernetes-…` marks on properties; they are no
CustomResourceDefinition manifests (facts: kustomize §3).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from gitopsml.kustomize.layer import File, located
from gitopsml.kustomize.specs import Fields, FieldSpec, NameReference
from gitopsml.model.origin import Origin
from gitopsml.yamlio import Dialect, read

_REFERENCE: Final = "x-kubernetes-object-ref-"
_OWN: Final = ("kind", "apiVersion", "metadata")


class _Field(NamedTuple):
    kind: str
    path: tuple[str, ...]
    schema: dict[str, Any]

    def spec(self, *more: str) -> FieldSpec:
        return FieldSpec("/".join((*self.path, *more)), kind=self.kind)


def fields(file: File) -> Fields:
    """The field specs of a file of definitions. Raises YamlError or RenderError."""
    documents = read(file.content, file.path, Dialect.API, single=True).documents
    definitions = documents[0].data if documents else {}
    if not isinstance(definitions, dict):
        raise located("`crds` wants OpenAPI definitions", Origin(documents[0]), "write type names with their Schema")
    for name, definition in definitions.items():
        if not isinstance(definition, dict):
            hint = "write {Schema: …}; a CustomResourceDefinition is listed under `resources`"
            raise located(f"{name} is not an OpenAPI definition", Origin(documents[0], (name,)), hint)
    found = [
        one
        for name in definitions
        if all(own in _properties(definitions, name) for own in _OWN)
        for one in _walk(definitions, name, name.rpartition(".")[2], (), frozenset())
    ]
    return Fields(
        common_annotations=_marked(found, "x-kubernetes-annotation"),
        common_labels=_marked(found, "x-kubernetes-label-selector"),
        name_prefix=_marked(found, "x-kubernetes-identity"),
        name_references=tuple(_references(found)),
    )


def _properties(definitions: dict[str, Any], name: str) -> dict[str, Any]:
    definition = definitions.get(name)
    schema = definition.get("Schema", definition.get("schema")) if isinstance(definition, dict) else None
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return properties if isinstance(properties, dict) else {}


def _walk(definitions: dict[str, Any], name: str, kind: str, path: tuple[str, ...], above: frozenset[str]) -> Iterator[_Field]:
    if name in above:
        return  # a type that contains itself
    for key, schema in _properties(definitions, name).items():
        if isinstance(schema, dict):
            yield _Field(kind, (*path, key), schema)
            reference = schema.get("$ref")
            if isinstance(reference, str):
                yield from _walk(definitions, reference, kind, (*path, key), above | {name})


def _marked(found: list[_Field], mark: str) -> tuple[FieldSpec, ...]:
    return tuple(dict.fromkeys(one.spec() for one in found if isinstance(one.schema.get(mark), str)))


def _references(found: list[_Field]) -> Iterator[NameReference]:
    for one in found:
        version, kind = one.schema.get(f"{_REFERENCE}api-version"), one.schema.get(f"{_REFERENCE}kind")
        if isinstance(version, str) and isinstance(kind, str):
            key = one.schema.get(f"{_REFERENCE}name-key")
            yield NameReference(kind, version=version, specs=(one.spec(key if isinstance(key, str) else "name"),))
