"""A location -> the lines around it with a mark under the guilty value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitopsml.model.finding import Location
from gitopsml.report.escape import cells, printable
from gitopsml.report.redact import Redactor
from gitopsml.report.style import Style

_BEFORE: Final = 2
_LEAST: Final = 40


def gutter_of(place: Location) -> int:
    """How many columns the line numbers of a snippet take."""
    return max(len(str(place.line)), 2)


def snippet(place: Location, redactor: Redactor, style: Style, kind: str) -> Iterator[str]:
    """The line of a place, up to two lines before it, and carets; nothing where the file has no such line.

    `kind` is the severity, for the colour of the carets.
    """
    lines = redactor.lines(place.path)
    if not 1 <= place.line <= len(lines):
        return
    gutter = gutter_of(place)
    edge = style.paint("frame", f"{' ' * gutter} |")
    yield edge
    for number in _context(lines, place.line):
        text = redactor.line(place.path, number)
        yield _numbered(number, _clipped(text, 0, style.width)[0], style, gutter)
    text = redactor.line(place.path, place.line)
    start, end = _marked(place, lines[place.line - 1], text)
    shown, before, marked = _window(text, start, end, style.width)
    yield _numbered(place.line, shown, style, gutter)
    yield f"{edge} {' ' * before}{style.paint(kind, '^' * marked)}"


def _context(lines: list[str], line: int) -> list[int]:
    """Numbers of the lines before that say where we are: up to two, no document marks, nothing before an empty line."""
    shown: list[int] = []
    for number in range(line - 1, max(line - 1 - _BEFORE, 0), -1):
        text = lines[number - 1].strip()
        if not text or text.startswith("---"):
            break
        shown.insert(0, number)
    return shown


def _marked(place: Location, raw: str, text: str) -> tuple[int, int]:
    """Where the marks begin and end in the shown line. A masked line is shorter: the mark stays inside it."""
    end = place.end_column - 1 if place.end_line == place.line else len(raw.rstrip())
    start = min(max(place.column - 1, 0), len(text))
    shorter = len(raw) - len(text)
    return start, max(min(end - max(shorter, 0), len(text)), start)


def _window(text: str, start: int, end: int, width: int) -> tuple[str, int, int]:
    """(the part of a long line around the marks, cells before the marks, cells marked)."""
    shown, offset = _clipped(text, start, width)
    lead = "…" if offset else ""
    before = cells(lead + _visible(text[offset:start]))
    marked = cells(_visible(text[start:end]))
    return shown, before, max(min(marked, cells(shown) - before), 1)


def _clipped(text: str, start: int, width: int) -> tuple[str, int]:
    """(a line cut to the width so that column `start` is in it, how many characters were cut before)."""
    room = max(width, _LEAST)
    if len(text) <= room:
        return _visible(text), 0
    offset = 0 if start < room * 2 // 3 else start - room // 3
    piece = text[offset : offset + room]
    tail = "…" if offset + room < len(text) else ""
    return ("…" if offset else "") + _visible(piece) + tail, offset


def _visible(text: str) -> str:
    return printable(text.replace("\t", "    "))


def _numbered(number: int, text: str, style: Style, gutter: int) -> str:
    return f"{style.paint('frame', f'{number:>{gutter}} |')} {text}".rstrip()
