"""A kustomization's data -> every path that it names, whatever stands there."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any, Final

_LISTS: Final = frozenset(
    (
        "resources",
        "bases",
        "components",
        "crds",
        "configurations",
        "transformers",
        "generators",
        "validators",
        "patchesstrategicmerge",
    )
)
_ENTRIES: Final = frozenset(("patches", "patchesjson6902", "replacements"))
_GENERATORS: Final = frozenset(("configmapgenerator", "secretgenerator"))
_CHARTS: Final = frozenset(("helmcharts", "helmchartinflationgenerator"))
PATCHES: Final = frozenset(("patches", "patchesstrategicmerge", "patchesjson6902", "replacements", "configurations", "openapi"))
PLUGINS: Final = frozenset(("transformers", "generators", "validators"))


def references(data: Any, folder: str) -> Iterator[tuple[str, str]]:
    """(field in lower case, path from the root) of all that a kustomization in `folder` names.

    Remote references, inline YAML and paths that leave the root name nothing here.
    """
    for key, value in data.items() if isinstance(data, dict) else ():
        name = str(key).lower()  # kustomize takes its fields in any case
        for path in _named(name, value):
            clean = _clean(folder, path)
            if clean:
                yield name, clean


def plugin_references(data: Any, folder: str) -> Iterator[str]:
    """The paths that a generator's or transformer's own configuration names."""
    if not isinstance(data, dict):
        return
    wanted = [*_texts([data.get("path")]), *_texts(data.get("paths")), *_entry_paths(data.get("replacements"))]
    for path in [*wanted, *_generator_paths([data])]:
        clean = _clean(folder, path)
        if clean:
            yield clean


def _named(name: str, value: Any) -> Iterator[str]:
    if name in _LISTS:
        yield from _texts(value)
    elif name in _ENTRIES:
        yield from _entry_paths(value)
    elif name in _GENERATORS:
        yield from _generator_paths(value)
    elif name in _CHARTS:
        yield from _chart_paths(value)
    elif name == "openapi" and isinstance(value, dict):
        yield from _texts([value.get("path")])


def _texts(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else ():
        if isinstance(one, str) and one and "\n" not in one:
            yield one


def _entry_paths(value: Any) -> Iterator[str]:
    for entry in value if isinstance(value, list) else ():
        yield from _texts([entry.get("path")] if isinstance(entry, dict) else [])


def _generator_paths(value: Any) -> Iterator[str]:
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, dict):
            yield from (text.rpartition("=")[2] for text in _texts(entry.get("files")))
            yield from _texts(entry.get("envs"))
            yield from _texts([entry.get("env")])


def _chart_paths(value: Any) -> Iterator[str]:
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, dict):
            yield from _texts([entry.get("valuesFile")])
            yield from _texts(entry.get("additionalValuesFiles"))


def _clean(folder: str, path: str) -> str:
    if "://" in path or path.startswith(("/", "git@")) or "?ref=" in path or "\0" in path:
        return ""
    clean = posixpath.normpath(posixpath.join(folder, path))
    return "" if clean == ".." or clean.startswith("../") else clean
