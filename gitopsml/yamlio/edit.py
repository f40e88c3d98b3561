"""(text, changes) -> text in which only the changed places differ: comments, quotes, blank lines and order stay.

The text is cut at the places of the values (`places.scan`), never written anew. Every change is proved: what is read from the new
text must be the old data with that one change; a text where this cannot be had (a value behind an alias) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from typing import Any, Final, NoReturn

from gitopsml.errors import YamlError
from gitopsml.yamlio.document import Dialect, Document, position
from gitopsml.yamlio.flow import flow_text
from gitopsml.yamlio.place import Place, Pointer
from gitopsml.yamlio.places import scan
from gitopsml.yamlio.read import read
from gitopsml.yamlio.style import scalar
from gitopsml.yamlio.write import write

_DASH = re.compile(r"-(?:[ ]*(?:#[^\n]*)?\n)*[ ]*\Z")
_BLANKS = re.compile(r"[ ]*(?=\n|\Z)")
_FAR = 4000  # a dash stands not far before its value


class Remove:
    """The type of `REMOVE`, the value that takes a field away."""


REMOVE: Final = Remove()


def edit(text: str, path: str, changes: Iterable[tuple[Pointer, Any]], *, number: int = 0, dialect: Dialect = Dialect.API) -> str:
    """The text with the values at the pointers set (missing parents are made) or, for `REMOVE`, taken away.

    `number`: which document of the file. A list grows by a pointer to its length. Raises YamlError where the text cannot be read,
    or where a value cannot be changed without changing others (it stands behind an alias or a merge key).
    """
    text = _ended(text, path, number, dialect)
    for pointer, value in changes:
        document = _document(text, path, number, dialect)
        changed = _Cut(document).change(pointer, value)
        expected = _with(deepcopy(document.data), pointer, value)
        try:
            proved = _document(changed, path, number, dialect).data == expected
        except YamlError:
            proved = False
        if not proved:
            _refuse(document, pointer)
        text = changed
    return text


def _ended(text: str, path: str, number: int, dialect: Dialect) -> str:
    """With an end of the last line, where that means nothing."""
    ended = text if text.endswith("\n") else text + "\n"
    return ended if _document(ended, path, number, dialect).data == _document(text, path, number, dialect).data else text


def _document(text: str, path: str, number: int, dialect: Dialect) -> Document:
    documents = read(text, path, dialect).documents
    if number >= len(documents):
        raise YamlError(f"the file has no document {number}", path=path)
    return documents[number]


def _refuse(document: Document, pointer: Pointer) -> NoReturn:
    place = scan(document).find(pointer)
    line, column = position(document.text, place.start)
    what = f"cannot change {'.'.join(map(str, pointer))} without changing other values"
    raise YamlError(what, path=document.path, line=line, column=column, hint="edit it by hand; is it behind an alias?")


def _with(data: Any, pointer: Pointer, value: Any) -> Any:
    """The data with one change; shared parts are not shared any more."""
    if not pointer:
        return value
    step, rest = pointer[0], pointer[1:]
    if isinstance(data, list) and isinstance(step, int):
        head, tail = data[:step], data[step + 1 :]
        if value is REMOVE and not rest:
            return head + tail
        return [*head, _with(data[step] if step < len(data) else None, rest, value), *tail]
    mapping = dict(data) if isinstance(data, dict) else {}
    if value is REMOVE and not rest:
        mapping.pop(str(step), None)
        return mapping
    return {**mapping, str(step): _with(mapping.get(str(step)), rest, value)}


class _Cut:
    """A document's text and places, and the one change to make."""

    def __init__(self, document: Document) -> None:
        self.text = document.text
        self.root = scan(document).whole()

    def change(self, pointer: Pointer, value: Any) -> str:
        trail = [self.root]
        for step in pointer:
            part = trail[-1].parts.get(step)
            if part is None:
                break
            trail.append(part)
        known = len(trail) - 1
        if value is REMOVE:
            return self.remove(trail, pointer[-1]) if known == len(pointer) > 0 else self.text
        if known == len(pointer):
            return self.replace(trail, value)
        for step in reversed(pointer[known + 1 :]):
            value = [value] if isinstance(step, int) else {step: value}
        if trail[-1].parts:
            return self.insert(trail, pointer[known], value)
        step = pointer[known]
        return self.replace(trail, [value] if isinstance(step, int) else {step: value})

    def replace(self, trail: list[Place], value: Any) -> str:
        place = trail[-1]
        if any(self.is_flow(parent) for parent in trail[:-1]):
            return self.splice(place.start, place.end, flow_text(value))
        if len(trail) == 1:
            return self.splice(place.start, place.end, write(value, keep_order=True).removesuffix("\n"))
        begin, column = self.begin(place)
        end = self.end(place)
        if isinstance(value, (dict, list)) and value:
            stop = self.line_end(end)
            comment = self.text[end:stop].rstrip()
            if place.key is None and not comment:
                return self.splice(self.start_of(place), stop, "- " + self.block(value, column).lstrip(" "))
            if place.key is None:
                return self.splice(begin, end, self.lead(begin) + flow_text(value))
            begin = len(self.text[:begin].rstrip(" "))
            return self.splice(begin, stop, f"{comment}\n{self.block(value, column)}")
        return self.splice(begin, end, self.lead(begin) + self.scalar(value, place, column))

    def begin(self, place: Place) -> tuple[int, int]:
        """Where a value's text begins (behind the colon, where it is a block or nothing), and the column of its key or dash."""
        written = place.end > place.start
        if place.key is None:
            dash = self.start_of(place)
            return (place.start if written else dash + 1), self.column(dash)
        colon = self.text.find(":", place.key[1])
        is_block = place.text is None and not self.is_flow(place)
        return (place.start if written and not is_block else colon + 1), self.column(place.key[0])

    def end(self, place: Place) -> int:
        """Where a value's text ends: a block takes its last line along, nothing takes the blanks of its line."""
        if place.text is None and not self.is_flow(place):
            return self.line_end(place.end)
        blanks = _BLANKS.match(self.text, place.end)
        return blanks.end() if blanks and place.end == place.start else place.end

    def lead(self, begin: int) -> str:
        return " " if self.text[begin - 1 : begin] in (":", "-") else ""

    def scalar(self, value: Any, place: Place, column: int) -> str:
        """A value on its key's line, in the quotes that the old one had."""
        if not isinstance(value, str):
            return flow_text(value)
        rest = self.text[place.end : self.line_end(place.end)].strip()
        quote = self.text[place.start : place.start + 1]
        if "\n" in value and rest and (place.text is not None or self.is_flow(place)):  # a block would take in the comment
            return flow_text(value)
        if quote in ("'", '"') and place.end > place.start and "\n" not in value:
            return flow_text(value, quote=quote)
        return scalar(value, 0, column + 2).removesuffix("\n")

    def block(self, value: Any, column: int) -> str:
        """A collection on lines of its own, deeper than its key or dash."""
        return _indented(write(value, keep_order=True).removesuffix("\n"), column + 2)

    def insert(self, trail: list[Place], step: str | int, value: Any) -> str:
        parent = trail[-1]
        last = max(parent.parts.values(), key=lambda part: part.end)
        if any(self.is_flow(place) for place in trail):
            new = flow_text(value) if isinstance(step, int) else f"{flow_text(step)}: {flow_text(value)}"
            return self.splice(last.end, last.end, f", {new}")
        first = next(iter(parent.parts.values()))
        if isinstance(step, int):
            column = self.column(self.start_of(first))
            lines = write([value], keep_order=True)
        else:
            column = self.column(first.key[0] if first.key else first.start)
            lines = write({step: value}, keep_order=True)
        end = self.line_end(last.end)
        return self.splice(end, end, "\n" + _indented(lines.removesuffix("\n"), column))

    def remove(self, trail: list[Place], step: str | int) -> str:
        parent, place = trail[-2:]
        siblings = sorted(parent.parts.values(), key=self.start_of)
        if len(siblings) == 1:
            return self.replace(trail[:-1], [] if isinstance(step, int) else {})
        number = siblings.index(place)
        if self.is_flow(parent):
            if number + 1 < len(siblings):
                return self.splice(self.start_of(place), self.start_of(siblings[number + 1]), "")
            return self.splice(siblings[number - 1].end, place.end, "")
        start = self.start_of(place)
        line = self.text.rfind("\n", 0, start) + 1
        end = self.line_end(place.end)
        if not self.text[line:start].strip():
            return self.splice(line, min(end + 1, len(self.text)), "")
        return self.splice(start, self.start_of(siblings[number + 1]), "")  # the first key behind a dash: the next moves up

    def start_of(self, place: Place) -> int:
        """Where a part begins: its key, its dash, or itself in brackets."""
        if place.key is not None:
            return place.key[0]
        dash = _DASH.search(self.text, max(0, place.start - _FAR), place.start)
        return dash.start() if dash else place.start

    def is_flow(self, place: Place) -> bool:
        return place.text is None and self.text[place.start : place.start + 1] in ("{", "[")

    def column(self, index: int) -> int:
        return index - self.text.rfind("\n", 0, index) - 1

    def line_end(self, index: int) -> int:
        end = self.text.find("\n", index)
        return len(self.text) if end < 0 else end

    def splice(self, start: int, end: int, new: str) -> str:
        return self.text[:start] + new + self.text[end:]


def _indented(lines: str, indent: int) -> str:
    pad = " " * indent
    return "\n".join(pad + line if line else line for line in lines.split("\n"))
