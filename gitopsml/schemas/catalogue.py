"""Which schema a custom resource has, and what it breaks: the repository's own (`schemas/*.crd.json`) go before the packs.

Where several releases are known, the cluster file's `controllers` choose: the newest release that is not newer than the one
installed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Final, NamedTuple

from gitopsml.errors import UserError
from gitopsml.files import Files
from gitopsml.schemas import packs
from gitopsml.schemas.crd import Record, record
from gitopsml.schemas.explain import SchemaProblem
from gitopsml.schemas.published import Kind, Schema
from gitopsml.schemas.structural import problems

FOLDER: Final = "schemas"
SUFFIX: Final = ".crd.json"
_RELEASE: Final = re.compile(r"\d+(?:\.\d+)*")
_LIMIT: Final = 4096  # files of a repository

Numbers = tuple[int, ...]


class Known(NamedTuple):
    """A schema that is at hand: the kind it is for, and the release of what installs it, "" where that is not known."""

    kind: Kind
    plural: str
    scope: str
    release: str = ""
    controllers: tuple[str, ...] = ()
    path: str = ""  # in the repository; "" = comes with gitopsml
    packed: packs.Packed | None = None
    schema: Schema | None = None

    def structure(self) -> tuple[Schema, list[Schema]]:
        """The schema, and its shared parts."""
        if self.packed is not None:
            return packs.schema_of(self.packed)
        return self.schema or {}, []


class Catalogue:
    """All schemas of custom resources that one run knows. `problems` are files of the repository that cannot be used."""

    def __init__(self, files: Files | None = None) -> None:
        self._files = files

    def find(self, kind: Kind, controllers: Mapping[str, str] | None = None) -> Known | None:
        """The schema for objects of a kind on a cluster with these controllers; None where there is none."""
        own = [one for one in self._own if one.kind == kind]
        found = own or [one for one in _shipped(kind.group) if one.kind == kind]
        return _chosen(found, controllers or {}) if found else None

    def check(self, kind: Kind, data: object, controllers: Mapping[str, str] | None = None) -> list[SchemaProblem] | None:
        """The problems of an object, None where its kind has no schema here."""
        controllers = controllers or {}
        known = self.find(kind, controllers)
        if known is None:
            return self._gone(kind, controllers)
        schema, shared = known.structure()
        found = problems(schema, data, shared)
        return [_dated(one, known, controllers) for one in found] if found else found

    def everything(self) -> list[Known]:
        """What there is, by group, kind and version; the repository's own schemas hide those of gitopsml."""
        own = {one.kind for one in self._own}
        shipped = [one for group in sorted({one.group for one in packs.packed()}) for one in _shipped(group)]
        return sorted([*self._own, *(one for one in shipped if one.kind not in own)], key=lambda one: (one.kind, one.release))

    @property
    def errors(self) -> list[UserError]:
        """Schema files of the repository that cannot be used."""
        return self._read[1]

    @property
    def _own(self) -> list[Known]:
        return self._read[0]

    @cached_property
    def _read(self) -> tuple[list[Known], list[UserError]]:
        found: list[Known] = []
        errors: list[UserError] = []
        try:
            paths = self._paths()
        except UserError as error:
            return found, [error]
        for path in paths:
            try:
                found.append(_known(self._record(path), path))
            except UserError as error:
                errors.append(error)
        return found, errors

    def _paths(self) -> list[str]:
        if self._files is None or self._files.kind(FOLDER) != "directory":
            return []
        names = [name for name in self._files.names(FOLDER) if name.endswith(SUFFIX)]
        if len(names) > _LIMIT:
            raise UserError(f"more than {_LIMIT:,} schema files", path=FOLDER, hint="keep those of the kinds that are in use")
        return [f"{FOLDER}/{name}" for name in sorted(names)]

    def _record(self, path: str) -> Record:
        assert self._files is not None
        content = self._files.read(path)
        try:
            return record(json.loads(content))
        except (ValueError, RecursionError) as error:
            what = str(error) if type(error) is ValueError else "this is no JSON"
            hint = "import its CustomResourceDefinition again (gitopsml schemas import), or remove the file"
            raise UserError(what, path=path, hint=hint) from None

    def _gone(self, kind: Kind, controllers: Mapping[str, str]) -> list[SchemaProblem] | None:
        """A version that the installed release, or an earlier one, stopped to serve; None where that cannot be said."""
        others = [one for one in _shipped(kind.group) if one.kind.kind == kind.kind]
        if any(one.kind.kind == kind.kind and one.kind.group == kind.group for one in self._own):
            return None
        for one in others:
            name, installed = _installed(one, controllers)
            if installed and installed[:2] >= numbers(one.release)[:2] > ():
                what = f"{name} {controllers[name]} has no {kind.kind} in {kind.api_version}"
                return [SchemaProblem("api-removed", ("apiVersion",), what, f"write apiVersion: {others[-1].kind.api_version}")]
        return None


def numbers(release: str) -> Numbers:
    """`v0.20.1`, `knative-v1.23.0` -> their numbers; () where there are none."""
    match = _RELEASE.search(release)
    return tuple(map(int, match[0].split(".")))[:4] if match and len(match[0]) < 40 else ()


def _chosen(found: list[Known], controllers: Mapping[str, str]) -> Known:
    """The newest release that is not newer than the installed one; the oldest where all are newer."""
    ordered = sorted(found, key=lambda one: numbers(one.release))
    fitting = [one for one in ordered if not (wanted := _installed(one, controllers)[1]) or _not_newer(one, wanted)]
    return fitting[-1] if fitting else ordered[0]


def _not_newer(one: Known, wanted: Numbers) -> bool:
    return numbers(one.release)[: len(wanted)] <= wanted


def _installed(one: Known, controllers: Mapping[str, str]) -> tuple[str, Numbers]:
    """The cluster's word for what installs a kind, and its release."""
    name = next((name for name in one.controllers if name in controllers), "")
    return name, numbers(controllers[name]) if name else ()


def _dated(problem: SchemaProblem, known: Known, controllers: Mapping[str, str]) -> SchemaProblem:
    """A problem with the release of the schema, where the cluster has another one."""
    name, installed = _installed(known, controllers)
    if not installed or numbers(known.release)[:2] == installed[:2]:
        return problem
    return problem._replace(message=f"{problem.message} (by the schema of {name} {known.release})")


def _shipped(group: str) -> list[Known]:
    return [
        Known(
            Kind(one.group, one.version, one.kind), one.plural, one.scope, one.source.release, one.source.controllers, packed=one
        )
        for one in packs.of_group(group)
    ]


def _known(one: Record, path: str) -> Known:
    kind = Kind(one["group"], one["version"], one["kind"])
    controllers = (one["controller"],) if "controller" in one else ()
    return Known(kind, one["plural"], one["scope"], one.get("release", ""), controllers, path, schema=one["schema"])
