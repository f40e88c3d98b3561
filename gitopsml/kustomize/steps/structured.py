"""Replacements into JSON or YAML that stands as text in a field (`data.settings.port`), from kustomize 5.8.1 on.

JSON is written anew (keys sorted, compact or with two spaces). In YAML only the scalar changes, so comments stay; the text loses
its last newline and all later documents. Facts: kustomize §12.
"""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from gitopsml.errors import UserError
from gitopsml.kustomize.fieldpath import PathProblem, exactly, split, targets
from gitopsml.kustomize.hash import go_json
from gitopsml.kustomize.items import Item, set_at
from gitopsml.kustomize.steps.sources import text_at
from gitopsml.model.pointer import Pointer, lookup
from gitopsml.yamlio import Dialect, Document, Span, locate, read, write

_NEVER: Final = object()


class Place(NamedTuple):
    """A text in an object: the pointer of its field, what it holds, and the rest of the path inside."""

    pointer: Pointer
    document: Document
    rest: tuple[str, ...]


class Unwritable(ValueError):
    """A change of a text that kustomize makes by writing the whole text anew, in a form of its own."""


def read_text(text: str) -> Any:
    """The data of a text, a key that is there twice notwithstanding. Raises ValueError where it is no YAML."""
    return _document(text, Dialect.API).data


def _document(text: str, dialect: Dialect) -> Document:
    try:
        stream = read(text, "text", dialect)
    except UserError as error:
        raise ValueError(error.what) from None
    if not stream.documents:
        raise ValueError("it is empty")
    return stream.documents[0]


def place_of(item: Item, path: str) -> Place | None:
    """The text that a path leads into, or None where it leads through none."""
    parts = split(path)
    for length in range(1, len(parts)):
        try:
            pointer = exactly(item.data, parts[:length])
        except PathProblem:
            continue
        if pointer is None or isinstance(item.at(*pointer), dict | list):
            continue
        try:
            return Place(pointer, _document(text_at(item, pointer), Dialect.KUSTOMIZE), parts[length:])
        except ValueError:
            continue
    return None


class Change(NamedTuple):
    """A new value of a field inside a text."""

    pointer: Pointer
    value: Any


def pointers_in(place: Place, leaf: str) -> tuple[list[Pointer], Any]:
    """The fields inside the text that the path means, and the data with the containers made that they need.

    Raises PathProblem.
    """
    reached = targets(place.document.data, place.rest, leaf)
    data = place.document.data
    for pointer, container in reached.made:
        data = set_at(data, pointer, container)
    return reached.pointers, data


def changed_text(place: Place, data: Any, changes: list[Change]) -> str:
    """The text with the changes. Raises Unwritable."""
    text = place.document.text
    if text.lstrip().startswith(("{", "[")):
        for pointer, value in changes:
            data = set_at(data, pointer, value)
        return go_json(data, "  " if "\n" in text and "  " in text else "")
    if data is not place.document.data:
        raise Unwritable("a field is made inside YAML text")
    edits = [(locate(place.document, change.pointer), _edit(place.document, change)) for change in changes]
    for span, new in sorted(edits, reverse=True):
        text = _replaced(text, span, new)
    return text[place.document.start : _end(place.document, text)].strip()


def _end(document: Document, text: str) -> int | None:
    """Where the first document ends in the changed text."""
    return None if document.end is None else document.end + len(text) - len(document.text)


def _edit(document: Document, change: Change) -> str:
    """The new text of a scalar, in the style of the old one."""
    old = lookup(document.data, change.pointer, _NEVER)
    simple = not isinstance(old, dict | list) and old is not _NEVER and not isinstance(change.value, dict | list)
    new = write(change.value).rstrip("\n") if simple else "\n"
    span = locate(document, change.pointer)
    if span.line != span.end_line or "\n" in new:
        raise Unwritable("a value of several lines changes inside YAML text")
    quote = _line(document.text, span.line)[span.column - 1 : span.column]
    if quote == '"' and isinstance(change.value, str):
        return json.dumps(change.value, ensure_ascii=False)
    if quote == "'" and isinstance(change.value, str):
        return "'" + change.value.replace("'", "''") + "'"
    return new


def _line(text: str, number: int) -> str:
    return text.split("\n")[number - 1]


def _replaced(text: str, span: Span, new: str) -> str:
    lines = text.split("\n")
    line = lines[span.line - 1]
    lines[span.line - 1] = line[: span.column - 1] + new + line[span.end_column - 1 :]
    return "\n".join(lines)
