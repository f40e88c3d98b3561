"""Places of a document that the quick reader takes: its lines, remembered, say where a value stands when one asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gitopsml.yamlio.document import Dialect
from gitopsml.yamlio.place import Place, Pointer
from gitopsml.yamlio.quick import BLOCK, BRACKETS, ITEM, KEY_ONLY, LONG, LONG_QUOTED, PLAIN, quick

_Line = tuple[re.Match[str], int]  # and where the lines that continue it end


class QuickPlaces:
    """The lines of each collection, by its identity. `base` is added to all offsets. Raises Unusual."""

    def __init__(self, text: str, dialect: Dialect, base: int) -> None:
        self.text = text
        self.base = base
        self.lines: dict[int, list[_Line]] = {}
        self.data = quick(text, dialect, self._record)

    def _record(self, line: re.Match[str], stop: int, stack: list[tuple[int, Any]]) -> None:
        top = id(stack[-1][1])
        known = self.lines.get(top)
        if known is None:
            self.lines[top] = [(line, stop)]
        else:
            known.append((line, stop))

    def find(self, pointer: Pointer) -> Place:
        """The place of a value (without its parts), or of its nearest existing parent."""
        data, line = self.data, None
        for step in pointer:
            if line is not None and line[0].lastindex == BRACKETS:
                whole = self._written(data, line)
                return whole.parts.get(step, whole)
            found = self._part(data, step)
            if found is None:
                break
            data, line = found
        return self._bare(data, line)

    def whole(self) -> Place:
        """The place of the document, with all its parts."""
        return self._whole(self.data, None)

    def scalars(self) -> Iterator[tuple[int, int]]:
        """The stretches in which `#` begins no comment, in order."""
        for line, stop in sorted((one for lines in self.lines.values() for one in lines), key=lambda one: one[0].start()):
            kind = line.lastindex or KEY_ONLY
            if kind == BRACKETS:
                parts = self._written([], (line, stop)).parts.values()
                yield from ((part.start, part.end) for part in parts)
            elif kind != KEY_ONLY:
                start, end = self._extent(line, stop, kind)
                yield (self.text.find("\n", start) if kind == BLOCK else start) + self.base, end + self.base

    def _part(self, data: Any, step: str | int) -> tuple[Any, _Line | None] | None:
        if isinstance(data, dict) and step in data:
            return data[step], self.lines[id(data)][list(data).index(str(step))]
        if isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data):
            return data[step], self._item(data, step)
        return None

    def _item(self, data: list[Any], number: int) -> _Line | None:
        """The line of an item; a mapping behind a dash has lines of its own, the others are the list's."""
        if id(data[number]) in self.lines:
            return None
        return self.lines[id(data)][sum(id(part) not in self.lines for part in data[:number])]

    def _whole(self, data: Any, line: _Line | None) -> Place:
        place = self._bare(data, line)
        if line is None or line[0].lastindex == KEY_ONLY:
            steps = list(data) if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
            for step in steps:
                found = self._part(data, step)
                if found:
                    place.parts[step] = self._whole(*found)
        return place

    def _bare(self, data: Any, line: _Line | None) -> Place:
        if line is not None and line[0].lastindex != KEY_ONLY:
            return self._written(data, line)
        key = self._key(line)
        if not isinstance(data, (dict, list)):
            start = (line[0].end(3) + 1 if line else 0) + self.base
            return Place(start, start, "", key)
        return Place(self._start(data), self._end(data), None, key)

    def _start(self, data: Any) -> int:
        """A mapping begins with its first key, a list with its first dash."""
        if isinstance(data, dict):
            return self.lines[id(data)][0][0].start(3) + self.base
        first = self.lines.get(id(data[0])) or self.lines[id(data)]
        return first[0][0].end(1) + self.base

    def _end(self, data: Any) -> int:
        found = self._part(data, next(reversed(data)) if isinstance(data, dict) else len(data) - 1)
        return self._bare(*found).end if found else self.base

    def _key(self, line: _Line | None) -> tuple[int, int] | None:
        if line is None or not line[0][3]:
            return None
        start, end = line[0].span(3)
        return start + self.base, end + self.base

    def _written(self, data: Any, one: _Line) -> Place:
        """A value that stands on its line (and those that continue it)."""
        line, stop = one
        kind = line.lastindex or KEY_ONLY
        start, end = self._extent(line, stop, kind)
        place = Place(start + self.base, end + self.base, None, self._key(one))
        if kind == BRACKETS:
            found = ITEM.finditer(self.text, start, end) if isinstance(data, list) else ()
            items = enumerate(found)
            place.parts = {number: self._in_brackets(item) for number, item in items}
            return place
        source = self.text[start:end]
        place.text = source if kind == PLAIN and "\n" not in source else str(data)
        return place

    def _in_brackets(self, item: re.Match[str]) -> Place:
        return Place(item.start() + self.base, item.end() + self.base, item[item.lastindex or 0])

    def _extent(self, line: re.Match[str], stop: int, kind: int) -> tuple[int, int]:
        """Where a line's value begins and ends."""
        start, end = line.span(kind)
        if kind in (PLAIN, BLOCK):
            whole = self.text[start : end if stop == line.end() else stop]
            return start, start + len(whole.rstrip(" \n"))
        if kind == LONG:
            quoted = LONG_QUOTED[line[LONG]].match(self.text, start)
            return start, quoted.end(1) + 1 if quoted else end
        return (start, end) if kind == BRACKETS else (start - 1, end + 1)
