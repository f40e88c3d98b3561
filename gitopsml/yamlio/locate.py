"""(Document, pointer) -> place in the text, text of a scalar, comments of a line: scanned on demand, once per document."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from weakref import WeakKeyDictionary

from gitopsml.yamlio.document import Document, Span
from gitopsml.yamlio.place import Pointer
from gitopsml.yamlio.places import Places, scan

_LINE_FEED = re.compile("\n")
_BEFORE_COMMENT = frozenset(" \t\n\r\"'[]{},|>+-0123456789")
_known: WeakKeyDictionary[Document, Places] = WeakKeyDictionary()


def locate(document: Document, pointer: Pointer, *, key: bool = False) -> Span:
    """Where the value at `pointer` is written; its nearest existing parent where it is missing. `key`: where its key is written.

    A pointer `("line", n)` into a document that is not YAML gives that line. Lines and columns count from 1.
    """
    if document.data is None:
        return _line_span(document, pointer)
    place = _places(document).find(pointer)
    start, end = place.key if key and place.key else (place.start, place.end)
    return Span(*_point(document.text, start), *_point(document.text, max(start, end)))


def scalar_text(document: Document, pointer: Pointer) -> str:
    """The text of the scalar at `pointer` before it was typed (`1.10`); "" where there is no scalar."""
    data = document.data
    for step in pointer:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return ""
    return _places(document).find(pointer).text or ""


def comments(document: Document) -> dict[int, str]:
    """Line -> the comment that begins in it, from `#` on. The first document's comments begin with the file's."""
    text = document.text
    found: dict[int, str] = {}
    place = 0 if document.index == 0 else document.start
    stop = len(text) if document.end is None else document.end
    scalars = _places(document).scalars() if text.find("#", place, stop) >= 0 else iter(())
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
        found[_point(text, place)[0]] = text[place:last].rstrip()
        place = last
    return found


def source_line(text: str, number: int) -> str:
    """Line `number` (from 1) of a text, without its end; "" beyond it."""
    lines = text.split("\n", number)
    return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""


def _line_span(document: Document, pointer: Pointer) -> Span:
    number = pointer[1] if len(pointer) > 1 and pointer[0] == "line" and isinstance(pointer[1], int) else 1
    return Span(number, 1, number, len(source_line(document.text, number)) + 1)


def _point(text: str, index: int) -> tuple[int, int]:
    starts = _line_starts(text)
    line = bisect_right(starts, index)
    return line, index - starts[line - 1] + 1


@lru_cache(maxsize=8)
def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in _LINE_FEED.finditer(text))]


def _places(document: Document) -> Places:
    known = _known.get(document)
    if known is None:
        known = _known[document] = scan(document)
    return known
