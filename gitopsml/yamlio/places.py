"""A document's events -> the places of all its values and keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Protocol

from gitopsml.errors import YamlError
from gitopsml.yamlio.collector import collector_off
from gitopsml.yamlio.compose import Composer
from gitopsml.yamlio.document import Document
from gitopsml.yamlio.events import ALIAS, MAPPING, MAPPING_END, SCALAR, SEQUENCE_END, parser, refusals
from gitopsml.yamlio.place import Place, Pointer
from gitopsml.yamlio.quickplaces import QuickPlaces
from gitopsml.yamlio.values import Unusual

_PROPERTIES = re.compile(r"(?:[&!][^ \t\n\r]*(?:[ \t\n\r]+|\Z))+")


class Places(Protocol):
    """The places of one document; offsets into the file's text."""

    def find(self, pointer: Pointer) -> Place:
        """The place of a value, or of its nearest existing parent; perhaps without its parts."""

    def whole(self) -> Place:
        """The place of the document, with all its parts."""

    def scalars(self) -> Iterator[tuple[int, int]]:
        """The stretches in which `#` begins no comment, in order."""


def scan(document: Document) -> Places:
    """The places of a document. Of a text that YAML does not understand (JSON may be such) only its beginning."""
    end = len(document.text) if document.end is None else document.end
    source = document.text[document.start : end]
    source = source if source.endswith("\n") else source + "\n"
    with collector_off():
        try:
            return QuickPlaces(source, document.dialect, document.start)
        except Unusual:
            return ComposedPlaces(document, source)


class ComposedPlaces:
    """The places that libyaml's events tell."""

    def __init__(self, document: Document, source: str) -> None:
        events = parser(source)
        scanner = _Scanner(Composer(events, document.text, document.start, document.path, document.dialect))
        try:
            with refusals(document.text, document.start, document.start + len(source), document.path):
                for _ in range(2):  # the stream's and the document's beginning
                    events.get_event()
                self.root = scanner.node(events.get_event())
        except YamlError:
            self.root = Place(document.start, document.start)
        finally:
            events.dispose()
        self.stretches = scanner.scalars

    def find(self, pointer: Pointer) -> Place:
        return self.root.find(pointer)

    def whole(self) -> Place:
        return self.root

    def scalars(self) -> Iterator[tuple[int, int]]:
        return iter(self.stretches)


class _Scanner:
    """Events -> places, with the keys, anchors and merges of the composer."""

    def __init__(self, composer: Composer) -> None:
        self.composer = composer
        self.text = composer.text
        self.start = composer.start
        self.anchors: dict[str, Place] = {}
        self.scalars: list[tuple[int, int]] = []

    def node(self, event: Any) -> Place:
        kind = event.__class__.__name__
        start, end = self.start + event.start_mark.index, self.start + event.end_mark.index
        if kind == ALIAS:
            target = self.anchors.get(event.anchor, Place(start, end))
            return Place(start, end, target.text, None, target.parts)
        if event.anchor is not None or event.tag is not None:
            match = _PROPERTIES.match(self.text, start, max(end, start))
            start = match.end() if match else start
        place = Place(start, end)
        if event.anchor is not None:
            self.anchors[event.anchor] = place
        if kind == SCALAR:
            self.scalar(event, place)
        elif kind == MAPPING:
            self.mapping(place, flow=event.flow_style)
        else:
            self.sequence(place, flow=event.flow_style)
        return place

    def scalar(self, event: Any, place: Place) -> None:
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

    def sequence(self, place: Place, *, flow: bool) -> None:
        get = self.composer.get
        number = 0
        while (event := get()).__class__.__name__ != SEQUENCE_END:
            place.parts[number] = part = self.node(event)
            place.end = max(place.end, part.end)
            number += 1
        if flow:  # a block collection ends with its last part; libyaml's mark stands at the next token
            place.end = self.end(event)

    def mapping(self, place: Place, *, flow: bool) -> None:
        get = self.composer.get
        merged: dict[str | int, Place] = {}
        while (event := get()).__class__.__name__ != MAPPING_END:
            key = self.composer.key(event, flow=flow)
            where = self.node(event)
            part = self.node(get())
            place.end = max(place.end, part.end, where.end)
            if key is None:
                self.merge(part, place, merged)
                continue
            part.key = (where.start, where.end)
            place.parts[key] = part
        place.parts.update({key: part for key, part in merged.items() if key not in place.parts})
        if flow:
            place.end = self.end(event)

    def merge(self, part: Place, place: Place, merged: dict[str | int, Place]) -> None:
        """Merged keys; what is explicit wins for kustomize, what stands later wins for kubectl."""
        sources = [part] if all(isinstance(key, str) for key in part.parts) else list(part.parts.values())
        for source in sources if self.composer.kustomize else sources[::-1]:
            if self.composer.kustomize:
                merged.update({key: value for key, value in source.parts.items() if key not in merged})
            else:
                place.parts.update(source.parts)
