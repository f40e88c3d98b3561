r"""Text -> plain data without libyaml, for what nearly all manifests are made of; four times as fast as composing events.

Block mappings and lists, one-line plain and simply quoted scalars, literal blocks, lists of words in brackets. Whatever else a
text holds (anchors, tags, escapes, continued lines, tabs, a key twice, scalars that programs read differently, any error) is
`Unusual`: the composer then reads it from its beginning. The law, tested over every text we have: quick and composed are equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from gitopsml.yamlio.document import Dialect
from gitopsml.yamlio.values import KEYS, VALUES, Unusual, Values

MAX_NODES = 250_000
MAX_SCALAR = 8 * 1024 * 1024
_MAX_INDENT = 90  # a level takes one column at least

_STRANGE = re.compile("[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_START = re.compile(r"(?:(?:[ ]*|#[^\n]*)\n)*---[ ]*\n")
_WORD = r"[A-Za-z0-9_./][A-Za-z0-9_./-]*"
_QUOTED = r"\"[^\"\\\n]*\"|'[^'\n]*'"
_REST = r"[^:#\n]*(?:(?::(?=[^ \n])|(?<=[^ ])#)[^:#\n]*)*"  # of a plain scalar
_PLAIN = rf"(?:[A-Za-z0-9_./$(+=<~^;\\]|[-:?](?=[^ \n])){_REST}"
_LINE = re.compile(
    r"([ ]*)(?:-([ ]+))?"  # 1 indent, 2 behind a dash
    r"(?:([A-Za-z0-9_./$=+^<(][A-Za-z0-9_./$()-]{0,199}):(?=[ \n]))?[ ]*"  # 3 key
    rf"(?:({_PLAIN})"  # 4 plain
    r"|\"([^\"\\\n]*)\"|'((?:[^'\n]|'')*)'"  # 5, 6 quoted
    rf"|(\{{[ ]*\}}|\[[ ]*(?:(?:{_WORD}|{_QUOTED})(?:[ ]*,[ ]*(?:{_WORD}|{_QUOTED}))*)?[ ]*\])"  # 7 in brackets
    r"|([|>]-?)(?=[ ]*\n)"  # 8 block scalar
    r"|([\"'])[^\n]*)?"  # 9 quoted, over several lines or with escapes
    r"[ ]*(?:(?<![^ \n])#[^\n]*)?\n"
)
LONG_QUOTED = {
    "'": re.compile(r"'([^']*(?:''[^']*)*)'[ ]*(?:(?<= )#[^\n]*)?\n"),
    '"': re.compile(r"\"([^\"\\]*(?:\\.[^\"\\]*)*)\"[ ]*(?:(?<= )#[^\n]*)?\n", re.DOTALL),
}
_BREAKS = re.compile(r"[ ]*\n[ ]*((?:\n[ ]*)*)")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = dict(zip('ntr"\\0abefv', '\n\t\r"\\\0\a\b\x1b\f\v', strict=True))
_CONTINUED = re.compile(rf"([ ]*)((?:[^ :#\n]|:(?=[^ \n])){_REST})\n")
_BLANK = re.compile(r"(?:[ ]*\n)*")
ITEM = re.compile(rf"({_WORD})|\"([^\"]*)\"|'([^']*)'")
_INDENT = re.compile(r"[ ]*")
_FOLD = re.compile(r"(?<=[^\n])\n(\n*)(?=[^\n])")
_PADS = [" " * width for width in range(_MAX_INDENT + 3)]
KEY_ONLY, PLAIN, SINGLE, BRACKETS, BLOCK, LONG = 3, 4, 6, 7, 8, 9  # the last group of a line says what its value is

Record = Callable[[re.Match[str], int, list[tuple[int, Any]]], None]


class _Tree:
    """The open collections, outermost first, with their indents. `hole`: the innermost mapping's last key without a value."""

    __slots__ = ("hole", "indent", "root", "stack")

    def __init__(self) -> None:
        self.root: Any = None
        self.stack: list[tuple[int, Any]] = []
        self.indent = -1
        self.hole: str | None = None

    def push(self, indent: int, collection: Any) -> Any:
        if indent > _MAX_INDENT:
            raise Unusual
        if self.hole is not None:
            self.stack[-1][1][self.hole] = collection
            self.hole = None
        elif self.root is None:
            self.root = collection
        else:
            raise Unusual
        return self.open(indent, collection)

    def open(self, indent: int, collection: Any) -> Any:
        self.stack.append((indent, collection))
        self.indent = indent
        return collection

    def back(self, indent: int) -> Any:
        """The innermost collection that is not indented deeper."""
        stack = self.stack
        while stack and stack[-1][0] > indent:
            stack.pop()
            self.hole = None
        return stack[-1][1] if stack else None

    def mapping(self, indent: int) -> Any:
        """The mapping whose next key stands at `indent`."""
        top = self.back(indent)
        if top.__class__ is list and self.stack[-1][0] == indent:
            self.stack.pop()
            top = self.stack[-1][1] if self.stack else None
        if top is None or self.stack[-1][0] != indent:
            return self.push(indent, {})
        self.indent = indent
        return top

    def items(self, indent: int) -> Any:
        """The list whose next dash stands at `indent`."""
        top = self.back(indent)
        if top.__class__ is not list or self.stack[-1][0] != indent:
            return self.push(indent, [])
        self.indent = indent
        return top

    def item(self, indent: int, width: int, key: str | None) -> Any:
        """Where the value behind a dash goes: the list, or a new mapping in it."""
        found = self.items(indent)
        if key is None:
            return found
        mapping: dict[str, Any] = {}
        found.append(mapping)
        if indent + 1 + width > _MAX_INDENT:
            raise Unusual
        return self.open(indent + 1 + width, mapping)


def quick(text: str, dialect: Dialect, record: Record | None = None) -> Any:
    """The value of one document, None where it is empty; `record` is told of every line that holds something. Raises Unusual."""
    place, end = _beginning(text), len(text)
    plain, keys = VALUES[dialect], KEYS[dialect]
    tree = _Tree()
    top: Any = None
    read_line = _LINE.match
    while place < end:
        line = read_line(text, place)
        if line is None:
            raise Unusual
        place = line.end()
        kind = line.lastindex or 1
        if kind == 1:  # a blank line or a comment
            continue
        spaces, dash, key = line.group(1, 2, 3)
        if dash is not None:
            top = tree.item(len(spaces), len(dash), key)
        elif len(spaces) != tree.indent or top.__class__ is list:
            top = tree.mapping(len(spaces))
        if kind == PLAIN:
            value = line[4]
            if text.startswith(("\n", _PADS[tree.indent + 1]), place):
                value, place = _continued(text, line, tree.indent)
            value = plain[value]
        elif kind < SINGLE:
            value = line[kind]
        else:
            value, place = _rare(text, line, tree.indent, plain)
        _put(top, keys[key] if key else None, value, kind, tree)
        if record is not None:
            record(line, place, tree.stack)
    return tree.root


def _beginning(text: str) -> int:
    """Where the first line after a first `---` begins."""
    too_many = len(text) > MAX_SCALAR or 4 * text.count("\n") + text.count(",") > MAX_NODES
    if too_many or not text.endswith("\n") or _STRANGE.search(text):
        raise Unusual
    start = _START.match(text)
    return start.end() if start else 0


def _put(top: Any, key: str | None, value: Any, kind: int, tree: _Tree) -> None:
    if key is None:
        if top.__class__ is not list or kind <= KEY_ONLY:
            raise Unusual
        top.append(value)
        return
    if key in top:
        raise Unusual
    tree.hole = key if kind == KEY_ONLY else None
    top[key] = None if kind == KEY_ONLY else value


def _continued(text: str, line: re.Match[str], indent: int) -> tuple[str, int]:
    """A plain scalar with the lines that continue it, indented deeper than `indent`; and the place behind it."""
    value, place = line[PLAIN].rstrip(" "), line.end()
    while True:
        blank = _BLANK.match(text, place)
        content = blank.end() if blank else place
        width = _width(text, content)
        if width <= indent or text.startswith("#", content + width):
            return value, place
        more = _CONTINUED.match(text, content)
        if more is None or "#" in text[line.end(PLAIN) : line.end()]:
            raise Unusual
        value += ("\n" * text.count("\n", place, content) or " ") + more[2].rstrip(" ")
        place = more.end()


def _rare(text: str, line: re.Match[str], indent: int, plain: Values) -> tuple[Any, int]:
    """What stands in quotes, in brackets, or in the lines of a block scalar; and the place behind it."""
    kind = line.lastindex or 0
    value, place = line[kind], line.end()
    if kind == SINGLE:
        return value.replace("''", "'"), place
    if kind == BLOCK:
        return _block(text, place, value, indent)
    if kind == LONG:
        return _long_quoted(text, line.start(LONG), value)
    if value[0] == "{":
        return {}, place
    found = ITEM.finditer(value)
    return [plain[item[1]] if item.lastindex == 1 else item[item.lastindex or 0] for item in found], place


def _long_quoted(text: str, place: int, quote: str) -> tuple[str, int]:
    whole = LONG_QUOTED[quote].match(text, place)
    if whole is None or "\n---" in whole[1] or "\n..." in whole[1]:
        raise Unusual
    value = whole[1]
    if "\n" in value:
        value = _BREAKS.sub(lambda breaks: "\n" * breaks[1].count("\n") or " ", value)
    if quote == "'":
        return value.replace("''", "'"), whole.end()
    try:
        return _ESCAPE.sub(lambda escape: _ESCAPES[escape[1]], value), whole.end()
    except KeyError:
        raise Unusual from None


def _block(text: str, place: int, header: str, indent: int) -> tuple[str, int]:
    width = _width(text, place)
    if width <= indent or text.startswith("\n", place + width):
        raise Unusual
    pad = " " * width
    lines: list[str] = []
    while place < len(text):
        newline = text.find("\n", place)
        line = text[place:newline]
        if not line.startswith(pad) and line.strip(" "):
            break
        lines.append(line[width:])
        place = newline + 1
    if _width(text, place) > indent:
        raise Unusual  # less indented than the block, deeper than its key
    content = "\n".join(lines).rstrip("\n")
    if header[0] == ">":
        if any(line.startswith(" ") for line in lines):
            raise Unusual  # lines that are not folded
        content = _FOLD.sub(lambda breaks: breaks[1] or " ", content)
    return content + ("" if header.endswith("-") else "\n"), place


def _width(text: str, place: int) -> int:
    match = _INDENT.match(text, place)
    return match.end() - place if match else 0
