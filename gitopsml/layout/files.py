"""Factored objects -> the files of one app: one object per file, small patches, kustomizations that read in one glance."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from gitopsml.layout.factor import Factored, Overlay, Patch
from gitopsml.layout.sides import Key
from gitopsml.model.header import stamp

KUSTOMIZATION: Final = "kustomization.yaml"
_HEAD: Final = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}


@dataclass(slots=True, frozen=True)
class Place:
    """Where the files of an app go, and what their first lines name: `source` and `blueprint` (name@major)."""

    team: str
    app: str
    name: str  # of the app's main objects: left out of file names
    source: str
    blueprint: str

    @property
    def folder(self) -> str:
        """`deploy/<team>/<app>`."""
        return f"deploy/{self.team}/{self.app}"

    def overlay(self, environment: str) -> str:
        """The directory that Argo CD syncs."""
        return f"{self.folder}/overlays/{environment}"

    def built(self, environment: str, *, changed: bool) -> str:
        """The directory with what the blueprint says. Where people change it, that is one below: a component of the same
        kustomization would be applied before its images, replicas and patches, and lose against them.
        """
        return f"{self.overlay(environment)}/generated" if changed else self.overlay(environment)

    def local(self, environment: str) -> str:
        """The folder of people's own changes, a kustomize component."""
        return f"apps/{self.team}/{self.app}/local/{environment}"


def app_files(place: Place, factored: Factored, local: Iterable[str]) -> dict[str, str]:
    """The files of one app. `local` names the environments that have a folder of people's own changes."""
    files: dict[str, str] = {}
    names = _file_names(place.name, factored.base)
    if factored.base:
        for key, body in factored.base.items():
            files[f"{place.folder}/base/{names[key]}"] = text(body, place)
        listing = {**_HEAD, "resources": sorted(names.values())}
        files[f"{place.folder}/base/{KUSTOMIZATION}"] = text(listing, place)
    here = set(local)
    for environment, overlay in factored.overlays.items():
        files |= _overlay_files(place, overlay, names, changed=environment in here)
        if environment in here:
            component = f"../../../../../{place.local(environment)}"
            files[f"{place.overlay(environment)}/{KUSTOMIZATION}"] = text(
                {**_HEAD, "resources": ["generated"], "components": [component]}, place
            )
    return files


def text(data: Any, place: Place) -> str:
    """A generated file: header, then YAML in the order in which it was made."""
    from gitopsml.yamlio import write

    return stamp(write(data, keep_order=True), place.source, place.blueprint)


def _overlay_files(place: Place, overlay: Overlay, base: dict[Key, str], *, changed: bool) -> dict[str, str]:
    folder = place.built(overlay.side.environment, changed=changed)
    own = _file_names(place.name, overlay.objects, (*base.values(), *(f"patch-{name}" for name in base.values())))
    files = {f"{folder}/{own[key]}": text(body, place) for key, body in overlay.objects.items()}
    patches = sorted((f"patch-{base[patch.key]}", patch) for patch in overlay.patches)
    files |= {f"{folder}/{name}": text(patch.content, place) for name, patch in patches}
    resources = (["../../../base" if changed else "../../base"] if base else []) + sorted(own.values())
    files[f"{folder}/{KUSTOMIZATION}"] = text(_kustomization(overlay, resources, patches), place)
    return files


def _kustomization(overlay: Overlay, resources: list[str], patches: list[tuple[str, Patch]]) -> dict[str, Any]:
    side = overlay.side
    made: dict[str, Any] = dict(_HEAD)
    if side.sets_namespace:
        made["namespace"] = side.namespace
    made["resources"] = resources
    if side.labels:
        made["labels"] = [{"pairs": side.labels, **({"includeTemplates": True} if side.labels_templates else {})}]
    fields = (
        ("images", side.images),
        ("replicas", side.replicas),
        ("patches", [_entry(name, patch) for name, patch in patches]),
    )
    return made | {name: value for name, value in fields if value}


def _entry(name: str, patch: Patch) -> dict[str, Any]:
    """A strategic-merge patch names its object; operations need a target."""
    if isinstance(patch.content, dict):
        return {"path": name}
    group, slash, version = patch.key.api_version.rpartition("/")
    target = {"group": group} if slash else {}
    return {
        "path": name,
        "target": {**target, "version": version, "kind": patch.key.kind, "name": re.escape(patch.key.name).replace(r"\-", "-")},
    }


def _file_names(app: str, keys: Iterable[Key], used: Iterable[str] = ()) -> dict[Key, str]:
    """`deployment.yaml` for the object named like the app, `service-<rest>.yaml` for others; longer where two would clash."""
    names: dict[Key, str] = {}
    taken = {KUSTOMIZATION, *used}
    for key in sorted(keys, key=lambda key: (len(key.name), "." in key.api_version, key)):
        names[key] = next(name for name in _spellings(app, key) if name not in taken)
        taken.add(names[key])
    return names


def _spellings(app: str, key: Key) -> Iterable[str]:
    kind = key.kind.lower()
    name = re.sub(r"[^a-z0-9.-]", "-", key.name.lower())
    if name == app or kind == "namespace":
        yield f"{kind}.yaml"
    elif name.startswith(f"{app}-"):
        yield f"{kind}-{name.removeprefix(f'{app}-')}.yaml"
    yield f"{kind}-{name}.yaml"
    group = key.api_version.lower().replace("/", "-")
    yield f"{kind}-{group}-{name}.yaml"
    number = 2
    while True:
        yield f"{kind}-{group}-{name}-{number}.yaml"
        number += 1
