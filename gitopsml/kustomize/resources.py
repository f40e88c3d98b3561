"""A file of manifests -> Items: documents checked as kustomize checks them, lists unpacked (facts: kustomize §2).

Resource files and patches are read in kustomize's dialect (yaml.v3): a duplicate key is an error, empty documents are nothing.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from gitopsml.errors import RenderError
from gitopsml.kustomize.internal import adopt
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.layer import located
from gitopsml.kustomize.text import text_of
from gitopsml.model.origin import Origin, Trail
from gitopsml.yamlio import Dialect, Document, Stream, read

_LISTS: Final = ("List", "ResourceList")


class Found(NamedTuple):
    """An object in a document, before it becomes an Item."""

    data: Any
    origin: Origin


def items(content: bytes | str, path: str) -> list[Item]:
    """The objects of a file. Raises YamlError or RenderError with place."""
    return items_of(stream_of(content, path).documents)


def stream_of(content: bytes | str, path: str) -> Stream:
    """The documents of a file, and what the reader says of them. Raises YamlError, and RenderError for a duplicate key."""
    stream = read(content, path, Dialect.KUSTOMIZE)
    refuse_duplicates(stream, path)
    return stream


def refuse_duplicates(stream: Stream, path: str) -> None:
    """Raises RenderError for the first duplicate key."""
    for problem in stream.problems:
        if problem.kind == "duplicate-key":
            raise RenderError(problem.message, path=path, line=problem.line, column=problem.column)


def items_of(found: list[Document]) -> list[Item]:
    """The objects of some documents of one file."""
    queue = [one for one in _unwrapped(found) if _counts(one)]
    result: list[Item] = []
    while queue:
        one, queue = queue[0], queue[1:]
        if not _kind(one.data).endswith("List") or "items" not in one.data:
            result.append(adopt(Item(one.data, Trail(one.origin))))
            continue
        elements = one.data["items"]
        if elements is not None and not isinstance(elements, list):
            raise located("`items` of a list of objects must be a list", _at(one.origin, "items"))
        inner = [Found(value, _at(_at(one.origin, "items"), number)) for number, value in enumerate(elements or ())]
        queue += [each for each in inner if _counts(each)]
    return result


def _unwrapped(found: list[Document]) -> list[Found]:
    """A file that is one `List` gives its elements, at once."""
    if len(found) == 1 and isinstance(found[0].data, dict) and _kind(found[0].data) in _LISTS:
        elements = found[0].data.get("items")
        if isinstance(elements, list):
            return [Found(value, Origin(found[0], ("items", number))) for number, value in enumerate(elements)]
    return [Found(document.data, Origin(document)) for document in found]


def _counts(one: Found) -> bool:
    """Whether there is an object; checks it. Raises RenderError for what is not a Kubernetes object."""
    data, origin = one
    if data is None or data in ({}, [], ""):
        return False
    if not isinstance(data, dict):
        raise located("this is not a Kubernetes object", origin, "write apiVersion, kind and metadata")
    metadata = data.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        raise located("metadata must be a mapping", _at(origin, "metadata"))
    if not _kind(data):
        raise located("the object has no kind", origin, "write apiVersion, kind and metadata.name")
    if isinstance((metadata or {}).get("annotations"), list):
        raise located("metadata.annotations must be a mapping", _at(origin, "metadata", "annotations"))
    if not _kind(data).endswith("List") and not text_of((metadata or {}).get("name")):
        check = "generate-name" if (metadata or {}).get("generateName") else ""
        raise located(f"the {_kind(data)} has no metadata.name", _at(origin, "metadata"), "give it a name", check=check)
    return True


def _kind(data: Any) -> str:
    return text_of(data.get("kind")) if isinstance(data, dict) else ""


def _at(origin: Origin, *keys: str | int) -> Origin:
    return Origin(origin.document, (*origin.pointer, *keys))
