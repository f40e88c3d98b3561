"""What kustomize passes over in silence in a kustomization file itself: settings without effect or with another one (facts: §10).

Each is a Note whose kind is the id of the check that reports it. Nothing here changes what is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gitopsml.kustomize.layer import Note, Options, Setting

INSTEAD: Final = {
    "bases": "resources",
    "commonLabels": "labels",
    "imageTags": "images",
    "patchesJson6902": "patches",
    "patchesStrategicMerge": "patches",
    "vars": "replacements",
    "helmChartInflationGenerator": "helmCharts",
}
_METADATA: Final = ("originAnnotations", "transformerAnnotations", "managedByLabel")
_BEHAVIORS: Final = ("create", "merge", "replace")
_OUTERMOST: Final = ("sortOptions", "buildMetadata")
_PATCH_OPTIONS: Final = ("allownamechange", "allowkindchange")
_PATTERN: Final = re.compile(r"[*+?()|\[\]{}^$\\]")


def of_file(setting: Setting, options: Options, *, outermost: bool) -> Iterator[Note]:
    """What is to be said of one kustomization file; `outermost`: it is the one that is built."""
    yield from _deprecated(setting)
    yield from _images(setting)
    yield from _generators(setting)
    yield from _metadata(setting)
    yield from _patch_options(setting, options)
    if setting.has("openapi") and setting.part("openapi").get("path"):
        message = "write JSON patches instead of openapi.path: it replaces all built-in schemas"
        yield Note("openapi-path-set", message, setting.part("openapi").part("path").origin)
    for key in () if outermost else _OUTERMOST:
        if setting.has(key):
            yield _ignored(setting.part(key), f"move {key} to the kustomization that is built: in a base it has no effect")


def _ignored(setting: Setting, message: str) -> Note:
    return Note("kustomize-setting-ignored", message, setting.origin)


def _deprecated(setting: Setting) -> Iterator[Note]:
    for key, instead in INSTEAD.items():
        if setting.has(key):
            yield Note("kustomize-field-deprecated", f"write {instead} instead of {key}", setting.part(key).origin)
    for key in ("configMapGenerator", "secretGenerator"):
        for entry in _entries(setting, key):
            if entry.get("env"):
                yield Note("kustomize-field-deprecated", "write envs, a list, instead of env", entry.part("env").origin)


def _images(setting: Setting) -> Iterator[Note]:
    for key in ("images", "imageTags"):
        for entry in _entries(setting, key):
            if _PATTERN.search(entry.get("name") or ""):
                message = f"write the plain name of one image: {entry.get('name')} is read as a pattern"
                yield Note("image-override-regex", message, entry.part("name").origin)


def _generators(setting: Setting) -> Iterator[Note]:
    for key in ("configMapGenerator", "secretGenerator"):
        for entry in _entries(setting, key):
            behavior = entry.get("behavior") or "create"
            if behavior not in _BEHAVIORS:
                yield _ignored(entry.part("behavior"), f"write create, merge or replace: {behavior} is taken for create")


def _metadata(setting: Setting) -> Iterator[Note]:
    for entry in _entries(setting, "buildMetadata"):
        if entry.value == "managedByLabel":
            message = "remove managedByLabel: its value depends on the program that builds"
            yield Note("build-metadata-unstable", message, entry.origin)
        elif entry.value not in _METADATA:
            yield _ignored(entry, f"write one of {', '.join(_METADATA)}: kustomize ignores {entry.value}")


def _patch_options(setting: Setting, options: Options) -> Iterator[Note]:
    if options.version >= (5, 8, 1):
        return  # an error there
    for key in ("patches", "patchesJson6902"):
        for entry in _entries(setting, key):
            for name in entry.get("options") or ():
                if str(name).lower() not in _PATCH_OPTIONS:
                    place = entry.part("options").part(name)
                    yield _ignored(place, f"write allowNameChange or allowKindChange: kustomize ignores {name}")


def _entries(setting: Setting, key: str) -> list[Setting]:
    return list(setting.part(key).parts()) if setting.has(key) else []
