"""Targets that another release of kustomize renders differently: those that may are built again, and compared (facts: §12).

Few constructs mean something else in another release. Only targets that use one of them are built again, so a repository without
them pays for a look at its kustomizations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from gitopsml.errors import UserError
from gitopsml.files import Files
from gitopsml.kustomize import Build, Cache, build
from gitopsml.kustomize.kustomization import NAMES
from gitopsml.lint.render import Noticed
from gitopsml.model.finding import Location, Severity
from gitopsml.model.origin import Origin
from gitopsml.model.pointer import Pointer, dotted, exists, lookup
from gitopsml.model.references import mappings
from gitopsml.model.resource import Resource

RELEASES: Final = ("5.6.0", "5.7.1", "5.8.1", "5.8.2")
_ID: Final = "kustomize-version-differs"
_ALWAYS: Final = re.compile(
    rb"replacements|transformers|generators|configurations|includeVolumeClaimTemplates|tagSuffix|options\s*:", re.IGNORECASE
)
_IMAGES: Final = re.compile(rb"images|imageTags", re.IGNORECASE)
_LABELS: Final = re.compile(rb"includeTemplates", re.IGNORECASE)
_NAMESPACE: Final = re.compile(rb"namespace", re.IGNORECASE)
_SECRETS: Final = re.compile(rb"secretGenerator", re.IGNORECASE)
_MERGED: Final = re.compile(rb"merge", re.IGNORECASE)
_PATHS: Final = re.compile(rb"[^\s/.\"'\[,-][^\s/]*\.\.|\.\.\.")
_EMPTY: Final = re.compile(rb"\A(?:\s|#[^\n]*|-{3}|\[\]|\{\}|null)*\Z")
_HELM: Final = "internal.config.kubernetes.io/helm-generated"
_POLICIES: Final = ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")


class Releases:
    """The other releases of one run, each with a cache of its own."""

    def __init__(self, files: Files, version: str) -> None:
        self.files = files
        self.version = version
        self._caches = {one: Cache() for one in RELEASES if one != version}

    def differences(self, directory: str, found: Build) -> Iterator[Noticed]:
        """What other releases make of a target: one finding for the first release with each difference."""
        if self.version not in RELEASES or not self._may_differ(found):
            return
        told: set[str] = set()
        for release, cache in self._caches.items():
            noticed = self._compared(directory, release, cache, found)
            words = noticed.message.split(" ", 2)[2] if noticed is not None else ""  # without the release
            if noticed is not None and words not in told:
                told.add(words)
                newer = RELEASES.index(release) > RELEASES.index(self.version)
                yield noticed._replace(severity=None if newer else Severity.INFO)

    def _compared(self, directory: str, release: str, cache: Cache, found: Build) -> Noticed | None:
        try:
            other = build(self.files, directory, cache=cache, version=release)
        except UserError as error:
            place = Location(error.path or directory, error.line or 1, error.column or 1, error.line or 1, error.column or 1)
            return Noticed(_ID, f"kustomize {release} refuses this, {self.version} does not: {error.what}", place)
        difference = _first_difference(found, other)
        if difference is None:
            return None
        what, origin = difference
        message = f"kustomize {release} renders this differently than {self.version}: {what}"
        return Noticed(_ID, message, Location(origin.document.path), origin)

    def _may_differ(self, found: Build) -> bool:
        files = [self.files.read(path) for path in sorted(found.files) if path.rpartition("/")[2] in NAMES]
        text = b"\n".join(files)
        if _ALWAYS.search(text) or _PATHS.search(text):
            return True
        if _SECRETS.search(text) and _MERGED.search(text):
            return True
        watched = [
            *((_mounts_images,) if _IMAGES.search(text) else ()),
            *((_claims,) if _LABELS.search(text) else ()),
            *((_special_namespace,) if _NAMESPACE.search(text) else ()),
        ]
        if any(test(resource) for test in watched for resource in found.resources):
            return True
        return any(_EMPTY.match(self.files.read(path)) for path in found.files if path.endswith((".yaml", ".yml", ".json")))


def _mounts_images(resource: Resource) -> bool:
    """Whether images may stand in volumes, or have other digests than sha256."""
    for view in resource.pods:
        if any("image" in volume for _, volume in mappings(view.spec.get("volumes"))):
            return True
        images = (str(container.data.get("image")) for container in view.all_containers)
        if any("@" in image and "@sha256:" not in image for image in images):
            return True
    return False


def _claims(resource: Resource) -> bool:
    return resource.kind == "StatefulSet" and bool(resource.at("spec", "volumeClaimTemplates"))


def _special_namespace(resource: Resource) -> bool:
    annotations = resource.at("metadata", "annotations")
    return resource.kind in _POLICIES or (isinstance(annotations, dict) and _HELM in annotations)


def _first_difference(found: Build, other: Build) -> tuple[str, Origin] | None:
    """The first field that the two do not agree on, as text and place in ours (else in the other)."""
    ours, theirs = ({one.id: one for one in built.resources} for built in (found, other))
    for id_, resource in ours.items():
        if id_ not in theirs:
            return f"there is no {id_}", resource.trail.origin
        pointer = _differs(resource.data, theirs[id_].data, ())
        if pointer is not None:
            return _told(resource, theirs[id_], pointer)
    extra = next((one for id_, one in theirs.items() if id_ not in ours), None)
    return (f"there is also {extra.id}", extra.trail.origin) if extra is not None else None


def _told(ours: Resource, theirs: Resource, pointer: Pointer) -> tuple[str, Origin]:
    from gitopsml.model.chain import shown

    here, there = (shown(lookup(one.data, pointer)) if exists(one.data, pointer) else "nothing" for one in (ours, theirs))
    trail = (ours if exists(ours.data, pointer) else theirs).trail.at(pointer)
    return f"{dotted(pointer)} of {ours.id} is {there}, not {here}", trail.origin


def _differs(ours: Any, theirs: Any, pointer: Pointer) -> Pointer | None:
    if type(ours) is not type(theirs):
        return pointer
    if isinstance(ours, dict):
        for key in [*ours, *(key for key in theirs if key not in ours)]:
            if key not in ours or key not in theirs:
                return (*pointer, key)
            found = _differs(ours[key], theirs[key], (*pointer, key))
            if found is not None:
                return found
        return None
    if isinstance(ours, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return next((way for number, (one, two) in pairs if (way := _differs(one, two, (*pointer, number))) is not None), None)
    return None if ours == theirs else pointer
