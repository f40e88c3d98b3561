"""A kustomization file -> a checked Setting, and whether it is a Component: what each field of each release may hold."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from gitopsml.errors import RenderError
from gitopsml.files import Files
from gitopsml.kustomize.checking import ANY, FLAG, NUMBER, TEXT, TEXT_MAP, TEXTS, Type, checked
from gitopsml.kustomize.layer import Note, Setting
from gitopsml.model.origin import Origin
from gitopsml.yamlio import Dialect, Document, read

NAMES: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")

ID: Final = {"group": TEXT, "version": TEXT, "kind": TEXT, "name": TEXT, "namespace": TEXT}
SELECTOR: Final = {**ID, "annotationSelector": TEXT, "labelSelector": TEXT}
FIELD_SPEC: Final = {"group": TEXT, "version": TEXT, "kind": TEXT, "path": TEXT, "create": FLAG}
PATCH: Final = {"path": TEXT, "patch": TEXT, "target": SELECTOR, "options": {"*": FLAG}}
IMAGE: Final = {"name": TEXT, "newName": TEXT, "tagSuffix": TEXT, "newTag": TEXT, "digest": TEXT}
REPLICA: Final = {"name": TEXT, "count": NUMBER}
OPTIONS: Final = {"labels": TEXT_MAP, "annotations": TEXT_MAP, "disableNameSuffixHash": FLAG, "immutable": FLAG}
CONFIG_MAP: Final = {
    "namespace": TEXT,
    "name": TEXT,
    "behavior": TEXT,
    "literals": TEXTS,
    "files": TEXTS,
    "envs": TEXTS,
    "env": TEXT,
    "options": OPTIONS,
}
SECRET: Final = {**CONFIG_MAP, "type": TEXT}
FIELD_OPTIONS: Final = {"delimiter": TEXT, "index": NUMBER, "encoding": TEXT, "create": FLAG}
SOURCE: Final = {**ID, "fieldPath": TEXT, "options": FIELD_OPTIONS}
TARGET: Final = {"select": SELECTOR, "reject": [SELECTOR], "fieldPaths": TEXTS, "options": FIELD_OPTIONS}
REPLACEMENT: Final = {"path": TEXT, "source": SOURCE, "targets": [TARGET]}
VAR: Final = {"name": TEXT, "objref": {"apiVersion": TEXT, **ID}, "fieldref": {"fieldPath": TEXT}}
LABEL: Final = {"pairs": TEXT_MAP, "includeSelectors": FLAG, "includeTemplates": FLAG, "fields": [FIELD_SPEC]}
SORT: Final = {"order": TEXT, "legacySortOptions": {"orderFirst": TEXTS, "orderLast": TEXTS}}
HELM: Final = {"*": ANY}
METADATA: Final = {"name": TEXT, "namespace": TEXT, "labels": TEXT_MAP, "annotations": TEXT_MAP}

FIELDS: Final[dict[str, Type]] = {
    "apiVersion": TEXT,
    "kind": TEXT,
    "metadata": METADATA,
    "openapi": TEXT_MAP,
    "namePrefix": TEXT,
    "nameSuffix": TEXT,
    "namespace": TEXT,
    "commonLabels": TEXT_MAP,
    "labels": [LABEL],
    "commonAnnotations": TEXT_MAP,
    "patchesStrategicMerge": TEXTS,
    "patchesJson6902": [PATCH],
    "patches": [PATCH],
    "images": [IMAGE],
    "imageTags": [IMAGE],
    "replacements": [REPLACEMENT],
    "replicas": [REPLICA],
    "vars": [VAR],
    "sortOptions": SORT,
    "resources": TEXTS,
    "components": TEXTS,
    "crds": TEXTS,
    "bases": TEXTS,
    "configMapGenerator": [CONFIG_MAP],
    "secretGenerator": [SECRET],
    "helmGlobals": HELM,
    "helmCharts": [HELM],
    "helmChartInflationGenerator": [HELM],
    "generatorOptions": OPTIONS,
    "configurations": TEXTS,
    "generators": TEXTS,
    "transformers": TEXTS,
    "validators": TEXTS,
    "buildMetadata": TEXTS,
}

_VERSIONS: Final = {"Kustomization": "kustomize.config.k8s.io/v1beta1", "Component": "kustomize.config.k8s.io/v1alpha1"}
_FIX: Final = "Run 'kustomize edit fix' to update your Kustomization automatically."
_DEPRECATED: Final = {
    "bases": f"# Warning: 'bases' is deprecated. Please use 'resources' instead. {_FIX}",
    "commonLabels": f"# Warning: 'commonLabels' is deprecated. Please use 'labels' instead. {_FIX}",
    "imageTags": f"# Warning: 'imageTags' is deprecated. Please use 'images' instead. {_FIX}",
    "patchesJson6902": f"# Warning: 'patchesJson6902' is deprecated. Please use 'patches' instead. {_FIX}",
    "patchesStrategicMerge": f"# Warning: 'patchesStrategicMerge' is deprecated. Please use 'patches' instead. {_FIX}",
    "vars": f"# Warning: 'vars' is deprecated. Please use 'replacements' instead. [EXPERIMENTAL] {_FIX}",
}


class Kustomization(NamedTuple):
    """A checked kustomization file: its path, its content, whether it is a Component, and kustomize's warnings on old fields."""

    path: str
    setting: Setting
    component: bool
    warnings: tuple[str, ...]
    twice: tuple[Note, ...] = ()  # keys that are there in two spellings


def find(files: Files, directory: str, *, links: bool = True) -> str:
    """The path of the one kustomization file in a directory. Raises RenderError where there is none, or more than one.

    `links`: whether it may be a link to a file elsewhere.
    """
    paths = [name if directory == "." else f"{directory}/{name}" for name in NAMES]
    found = [path for path in paths if files.kind(path) == "file" and (links or _inside(files, path, directory))]
    if not found:
        raise RenderError(
            "the directory has no kustomization file", path=directory, hint="add a kustomization.yaml, or name a file instead"
        )
    if len(found) > 1:
        names = " and ".join(path.rpartition("/")[2] for path in found)
        raise RenderError(f"the directory has several kustomization files: {names}", path=directory, hint="keep one of them")
    return found[0]


def _inside(files: Files, path: str, directory: str) -> bool:
    return directory == "." or files.resolve(path).startswith(directory + "/")


def load(content: bytes, path: str, version: tuple[int, int, int]) -> Kustomization:
    """The content of a kustomization file, checked. Raises RenderError or YamlError with place."""
    document = single(content, path)
    setting = checked(Setting(document.data, Origin(document)), fields_of(version))
    kind = setting.get("kind") or "Kustomization"
    if kind not in _VERSIONS:
        raise setting.part("kind").error(f"kind is {kind}", "write Kustomization or Component")
    if (setting.get("apiVersion") or _VERSIONS[kind]) != _VERSIONS[kind]:
        raise setting.part("apiVersion").error(
            f"apiVersion is {setting.value['apiVersion']}", f"write {_VERSIONS[kind]} for a {kind}"
        )
    if not any(_says_something(value) for key, value in setting.value.items() if key not in {"kind", "apiVersion"}):
        raise RenderError("the kustomization is empty", path=path, hint="add resources, or remove the file")
    warnings = [text for key, text in _DEPRECATED.items() if setting.has(key)]
    return Kustomization(path, setting, kind == "Component", tuple(warnings), tuple(_spelled_twice(document)))


def _spelled_twice(document: Document) -> Iterator[Note]:
    """Of two spellings of a key the lower-case one wins, in any order, and nothing is said."""
    first: dict[str, Any] = {}
    for key in document.data:
        other = first.setdefault(str(key).lower(), key)
        if other != key:
            yield Note("kustomize-key-duplicate", f"keep one of {other} and {key}", Origin(document, (key,)))


def single(content: bytes, path: str) -> Document:
    """A configuration file that is one YAML document with a mapping."""
    stream = read(content, path, Dialect.API, single=True)
    if not stream.documents:
        raise RenderError("the kustomization is empty", path=path, hint="add resources, or remove the file")
    document = stream.documents[0]
    if not isinstance(document.data, dict):
        raise RenderError(
            "a kustomization is a mapping of fields", path=path, line=1, column=1, hint="write `resources:` and a list"
        )
    return document


@cache
def fields_of(version: tuple[int, int, int]) -> dict[str, Type]:
    """The fields that this release of kustomize knows (facts: kustomize §12)."""
    fields = dict(FIELDS)
    if version >= (5, 7, 1):
        fields["replacements"] = [{**REPLACEMENT, "sourceValue": TEXT}]
    if version >= (5, 8, 1):
        patch = {**PATCH, "options": {"allowNameChange": FLAG, "allowKindChange": FLAG}}
        fields |= {"patches": [patch], "patchesJson6902": [patch]}
    if version >= (5, 8, 2):
        fields["labels"] = [{**LABEL, "includeVolumeClaimTemplates": FLAG}]
    return fields


def _says_something(value: Any) -> bool:
    """Whether kustomize keeps a value that it decoded: nulls, and empty texts are its zero values."""
    return value is not None and value != "" and value is not False
