"""The schemas that Kubernetes publishes for its kinds, for each of its versions: data files of the kubernetes-validate package.

Only the data is used (the package's own module costs 160 ms to import and reads two files per object).
"""

from __future__ import annotations

import json
import os
import re
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import Any, NamedTuple

from gitopsml.errors import UserError

Schema = dict[str, Any]
Release = tuple[int, int]

_FOLDER = re.compile(r"v(\d+)\.(\d+)\.\d+-local\Z")
_RELEASE = re.compile(r"v?(\d+)\.(\d+)(?:[.+-].*)?\Z")
_KINDS = "x-kubernetes-group-version-kind"


class Kind(NamedTuple):
    """What `apiVersion` and `kind` name; the core group is ""."""

    group: str
    version: str
    kind: str

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version


def kind_of(data: Any) -> Kind | None:
    """The kind of an object; None where `apiVersion` or `kind` is no text."""
    if not isinstance(data, dict):
        return None
    api_version, kind = data.get("apiVersion"), data.get("kind")
    if not isinstance(api_version, str) or not isinstance(kind, str):
        return None
    group, _, version = api_version.rpartition("/")
    return Kind(group, version, kind)


@cache
def releases() -> tuple[Release, ...]:
    """The Kubernetes versions there are schemas for, oldest first."""
    found = (_FOLDER.match(name) for name in os.listdir(_folder()))
    return tuple(sorted((int(match[1]), int(match[2])) for match in found if match))


def release(kubernetes: str | None = None) -> Release:
    """`1.36`, `v1.36.2-eks` -> the newest known version that is not newer; the newest or oldest known one beyond them.

    Raises UserError for what is no version.
    """
    known = releases()
    if not kubernetes:
        return known[-1]
    match = _RELEASE.match(kubernetes)
    if match is None:
        raise UserError(f"{kubernetes!r} is no Kubernetes version", hint="write it like 1.36")
    wanted = (int(match[1]), int(match[2]))
    return max((one for one in known if one <= wanted), default=known[0])


def spelled(version: Release) -> str:
    """`1.36`."""
    return f"{version[0]}.{version[1]}"


@lru_cache(maxsize=4)
def definitions(version: Release) -> dict[str, Schema]:
    """All definitions of a version by name; `$ref`s are `#/$defs/<name>`."""
    with open(os.path.join(_folder(), f"v{spelled(version)}.0-local", "_definitions.json"), "rb") as stream:
        found: dict[str, Schema] = json.load(stream)["$defs"]
    return found


@lru_cache(maxsize=32)
def kinds(version: Release) -> dict[Kind, str]:
    """Every kind that has objects (with `metadata`, lists left out) -> the name of its definition."""
    found: dict[Kind, str] = {}
    for name, schema in definitions(version).items():
        if "metadata" not in schema.get("properties", ()) or "items" in schema["properties"]:
            continue
        for one in schema.get(_KINDS, ()):
            if one["kind"] != "Status":
                found[Kind(one["group"], one["version"], one["kind"])] = name
    return found


def served(kubernetes: str | None = None) -> frozenset[Kind]:
    """The built-in kinds of a Kubernetes version, those behind feature gates included."""
    return frozenset(kinds(release(kubernetes)))


def published(group: str, version: str, kind: str, kubernetes: str | None = None) -> Schema | None:
    """The schema of a built-in kind as it was published, complete (`$defs` holds what it refers to); None where there is none."""
    found = release(kubernetes)
    name = kinds(found).get(Kind(group, version, kind))
    if name is None:
        return None
    known = definitions(found)
    return {**known[name], "$defs": {each: known[each] for each in sorted(closure(name, known))}}


def closure(name: str, known: dict[str, Schema]) -> set[str]:
    """The names of all definitions that a definition refers to, directly or not, itself included."""
    found: set[str] = set()
    todo = [name]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(_references(known[name]))
    return found


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for part in schema for name in _references(part)]
    if not isinstance(schema, dict):
        return []
    reference = schema.get("$ref")
    own = [reference.rpartition("/")[2]] if isinstance(reference, str) else []
    return own + [name for part in schema.values() for name in _references(part)]


@cache
def _folder() -> str:
    spec = find_spec("kubernetes_validate")
    if spec is None or not spec.submodule_search_locations:
        raise UserError("the package kubernetes-validate is missing", hint="install gitopsml again")
    return os.path.join(spec.submodule_search_locations[0], "kubernetes-json-schema")
