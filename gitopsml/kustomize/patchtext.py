"""What a patch entry holds: objects to merge, or a list of JSON patch operations, whichever the text is (facts: kustomize §5)."""

from __future__ import annotations

import json
from typing import NamedTuple

from gitopsml.errors import UserError
from gitopsml.kustomize.inline import read_inline
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.jsonpatch import Operation, operations
from gitopsml.kustomize.layer import Layer, Setting
from gitopsml.kustomize.resources import items_of, refuse_duplicates
from gitopsml.model.origin import Origin
from gitopsml.yamlio import Dialect, Stream, read


class PatchText(NamedTuple):
    """A parsed patch: `objects` or `operations`, whichever the text turned out to be; `rest`: how many documents are ignored.

    `blank`: the text is empty.
    """

    objects: list[Item] | None
    operations: list[Operation] | None
    rest: int
    origin: Origin
    blank: bool


class _Source(NamedTuple):
    """Where the text of a patch stands: in a file, or in a field of the kustomization."""

    text: str
    origin: Origin
    setting: Setting | None  # None: the text is that of a file
    trimmed: bool = True

    def stream(self, dialect: Dialect, *, single: bool = False) -> Stream:
        if self.setting is not None:
            return read_inline(self.setting, dialect, single=single, trimmed=self.trimmed)
        return read(self.text, self.origin.document.path, dialect, single=single)


def from_file(path: Setting, layer: Layer) -> PatchText:
    """The patch in a file. Raises RenderError or YamlError."""
    file = layer.read(path.value, path)
    key = ("patch", file.path)
    known = layer.memo.get(key)
    if known is None:
        known = layer.memo[key] = _parsed(_Source(file.document.text, Origin(file.document), None))
    assert isinstance(known, PatchText)
    return known


def from_field(setting: Setting, layer: Layer, *, trimmed: bool = True) -> PatchText:
    """The patch in a field of the kustomization; `trimmed`: without white space around it. Raises RenderError or YamlError."""
    key = ("patch", setting.origin)
    known = layer.memo.get(key)
    if known is None:
        known = layer.memo[key] = _parsed(_Source(setting.value.strip(), setting.origin, setting, trimmed))
    assert isinstance(known, PatchText)
    return known


def _parsed(source: _Source) -> PatchText:
    objects, problem = _objects(source)
    listed, rest = _operations(source)
    if objects is None and listed is None:
        assert problem is not None
        raise problem
    return PatchText(objects, listed, rest, source.origin, not source.text)


def _objects(source: _Source) -> tuple[list[Item] | None, UserError | None]:
    try:
        stream = source.stream(Dialect.KUSTOMIZE)
        refuse_duplicates(stream, source.origin.document.path)
        return items_of(stream.documents), None
    except UserError as error:
        return None, error


def _operations(source: _Source) -> tuple[list[Operation] | None, int]:
    """The operations of the text's first document; None where it is no list of mappings."""
    if not source.text:
        return None, 0
    if source.text.startswith("["):
        try:
            json.loads(source.text)
        except ValueError:
            return None, 0
    try:
        stream = source.stream(Dialect.API, single=True)
    except UserError:
        return None, 0
    rest = sum(problem.kind == "trailing-content" for problem in stream.problems)
    return (operations(stream.documents[0]), rest) if stream.documents else ([], rest)
