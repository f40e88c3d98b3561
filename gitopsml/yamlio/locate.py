"""(Document, pointer) -> place in the text, text of a scalar, comments of a line: scanned on demand, once per document."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from gitopsml.errors import YamlError
from gitopsml.yamlio.compose import Composer
from gitopsml.yamlio.document import Document, Span
from gitopsml.yamlio.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    YAMLError,
    parser,
)

Pointer = tuple[str | int, ...]

_PROPERTIES = re.compile(r"(?:[&!][^ \t\n\r]*(?:[ \t\n\r]+|\Z))+")
_BEFORE_COMMENT = frozenset(" \t\n\r\"'[]{},|>+-0123456789")


@dataclass(slots=True)
class _Place:
    """Where a value and its key stand (offsets into the file's text), and the places of its parts."""

    start: int
    end: int
    text: str | None = None
    key: tuple[int, int] | None = None
    parts: dict[str | int, _Place] = field(default_factory=dict)


@dataclass(slots=True)
class _Map:
    """The places of one document. `scalars` are the stretches in which `#` begins no comment, in order."""

    root: _Place
    lines: list[int]
    scalars: list[tuple[int, int]]

    def point(self, index: int) -> tuple[int, int]:
        line = bisect_right(self.lines, index)
        return line, index - self.lines[line - 1] + 1


_maps: WeakKeyDictionary[Document, _Map] = WeakKeyDictionary()


def locate(document: Document, pointer: Pointer, *, key: bool = False) -> Span:
    """Where the value at `pointer` is written; its nearest existing parent where it is missing. `key`: where its key is written.

    A pointer `("line", n)` into a document that is not YAML gives that line. Lines and columns count from 1.
    """
    if document.data is None:
        return _line_span(document, pointer)
    places = _map(document)
    place = places.root
    for step in pointer:
        part = place.parts.get(step)
        if part is None:
            break
        place = part
    start, end = place.key if key and place.key else (place.start, place.end)
    return Span(*places.point(start), *places.point(max(start, end)))


def scalar_text(document: Document, pointer: Pointer) -> str:
    """The text of the scalar at `pointer` before it was typed (`1.10`); "" where there is no scalar."""
    place = _map(document).root
    for step in pointer:
        part = place.parts.get(step)
        if part is None:
            return ""
        place = part
    return place.text or ""


def comments(document: Document) -> dict[int, str]:
    """Line -> the comment that begins in it, from `#` on. The first document's comments begin with the file's."""
    places = _map(document)
    text = document.text
    found: dict[int, str] = {}
    place = 0 if document.index == 0 else document.start
    stop = len(text) if document.end is None else document.end
    scalars = iter(places.scalars)
    begin, end = next(scalars, (stop, stop))
    while (place := text.find("#", place, stop)) >= 0:
        while end <= place < stop and begin < stop:
            begin, end = next(scalars, (stop, stop))
        if begin <= place < end:
            place = end
            continue
        if place and text[place - 1] not in _BEFORE_COMMENT:
            place += 1
            continue
        newline = text.find("\n", place, stop)
        last = stop if newline < 0 else newline
        found[places.point(place)[0]] = text[place:last].rstrip()
        place = last
    return found


def source_line(text: str, number: int) -> str:
    """Line `number` (from 1) of a text, without its end; "" beyond it."""
    lines = text.split("\n", number)
    return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""


def _line_span(document: Document, pointer: Pointer) -> Span:
    number = pointer[1] if len(pointer) > 1 and pointer[0] == "line" and isinstance(pointer[1], int) else 1
    return Span(number, 1, number, len(source_line(document.text, number)) + 1)


def _map(document: Document) -> _Map:
    known = _maps.get(document)
    if known is None:
        known = _maps[document] = _scan(document)
    return known


def _scan(document: Document) -> _Map:
    text = document.text
    end = len(text) if document.end is None else document.end
    lines = [0, *(match.end() for match in re.finditer("\n", text))]
    source = text[document.start : end]
    events = parser(source if source.endswith("\n") else source + "\n")
    scanner = _Scanner(Composer(events, text, document.start, document.path, document.dialect))
    try:
        for _ in range(2):  # the stream's and the document's beginning
            events.get_event()
        root = scanner.node(events.get_event())
    except (YAMLError, YamlError):  # JSON that YAML does not understand, or a document that was made by hand
        root = _Place(document.start, document.start)
    finally:
        events.dispose()
    return _Map(root, lines, scanner.scalars)


class _Scanner:
    """Events -> places, with the keys, anchors and merges of the composer."""

    def __init__(self, composer: Composer) -> None:
        self.composer = composer
        self.text = composer.text
        self.start = composer.start
        self.anchors: dict[str, _Place] = {}
        self.scalars: list[tuple[int, int]] = []

    def node(self, event: Any) -> _Place:
        kind = event.__class__
        start, end = self.start + event.start_mark.index, self.start + event.end_mark.index
        if kind is AliasEvent:
            target = self.anchors.get(event.anchor, _Place(start, end))
            return _Place(start, end, target.text, None, target.parts)
        if event.anchor is not None or event.tag is not None:
            match = _PROPERTIES.match(self.text, start, max(end, start))
            start = match.end() if match else start
        place = _Place(start, end)
        if event.anchor is not None:
            self.anchors[event.anchor] = place
        if kind is ScalarEvent:
            self.scalar(event, place)
        elif kind is MappingStartEvent:
            self.mapping(place, flow=event.flow_style)
        else:
            self.sequence(place, flow=event.flow_style)
        return place

    def scalar(self, event: Any, place: _Place) -> None:
        place.text = event.value
        content = place.start
        if event.style in ("|", ">"):
            newline = self.text.find("\n", place.start, place.end)
            content = place.end if newline < 0 else newline
            place.end = place.start + len(self.text[place.start : place.end].rstrip())
        if content < place.end:
            self.scalars.append((content, place.end))

    def end(self, event: Any) -> int:
        return self.start + int(event.end_mark.index)

    def sequence(self, place: _Place, *, flow: bool) -> None:
        get = self.composer.get
        number = 0
        while (event := get()).__class__ is not SequenceEndEvent:
            place.parts[number] = part = self.node(event)
            place.end = max(place.end, part.end)
            number += 1
        if flow:  # a block collection ends with its last part; libyaml's mark stands at the next token
            place.end = self.end(event)

    def mapping(self, place: _Place, *, flow: bool) -> None:
        get = self.composer.get
        merged: dict[str | int, _Place] = {}
        while (event := get()).__class__ is not MappingEndEvent:
            typed, _ = self.composer.key(event, flow=flow)
            where = self.node(event)
            part = self.node(get())
            place.end = max(place.end, part.end, where.end)
            if typed.kind == "merge":
                self.merge(part, place, merged)
                continue
            part.key = (where.start, where.end)
            place.parts[self.composer.key_text(typed, event)] = part
        for key, part in merged.items():
            place.parts.setdefault(key, part)
        if flow:
            place.end = self.end(event)

    def merge(self, part: _Place, place: _Place, merged: dict[str | int, _Place]) -> None:
        """Merged keys; what is explicit wins for kustomize, what stands later wins for kubectl."""
        sources = [part] if all(isinstance(key, str) for key in part.parts) else list(part.parts.values())
        for source in sources if self.composer.kustomize else sources[::-1]:
            for key, value in source.parts.items():
                if self.composer.kustomize:
                    merged.setdefault(key, value)
                else:
                    place.parts[key] = value
