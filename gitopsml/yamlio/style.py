"""A string -> how the emitter of sigs.k8s.io/yaml writes it: plain, quoted, or a literal block; folded behind column 80.

Written after the rules of go-yaml v2's emitter, so that our output equals kustomize's byte for byte (judge: every expected
output of the conformance suites).
"""

from __future__ import annotations

import re
from functools import lru_cache

from gitopsml.yamlio.document import Dialect
from gitopsml.yamlio.scalars import resolve

WIDTH = 80

_SPECIAL = re.compile("[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_SPACE_BREAK = re.compile(" [\n\u2028\u2029]")
_BREAK_SPACE = re.compile("[\n\u2028\u2029] ")
_SEPARATOR = re.compile("([\u2028\u2029]+)")
_INDICATORS = re.compile(r"---|\.\.\.|[#,\[\]{}&*!|>'\"%@`]|[?:-](?:[ ]|\Z)")
_INNER_INDICATORS = re.compile(r":(?:[ ]|\Z)|[ ]#")
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")
_ESCAPED = re.compile("[^ !#-\\[\\]-~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_ESCAPES = dict(zip('\0\a\b\t\n\v\f\r\x1b"\\\x85\u2028\u2029', '0abtnvfre"\\NLP', strict=True))
_LINE_START = re.compile("(?:\\A|(?<=[\n\u2028\u2029]))(?=[^\n\u2028\u2029])")
_BREAKABLE = {
    "": re.compile(r"(?<=[^ ]) (?=[^ ])"),
    "'": re.compile(r"(?<=[^ ])(?<!\A') (?=[^ ])(?!'\Z)"),
    '"': re.compile(r"(?<=[^ ])(?<!\A\") (?!\"\Z)"),
}


def scalar(text: str, column: int, indent: int) -> str:
    """A string as it stands behind `column` characters of its line; further lines stand at `indent`. With its end."""
    line = one_line(text)
    if not line:
        return block(text, indent)
    if line[0] == "'" and _SEPARATOR.search(line):
        return _separated(line, column, indent) + "\n"
    if column + len(line) <= WIDTH or " " not in line:
        return line + "\n"
    return _folded(line, column, indent) + "\n"


@lru_cache(maxsize=20_000)
def one_line(text: str) -> str:
    """A string on one line; "" for one that is written as a literal block."""
    if _SPECIAL.search(text) or _SPACE_BREAK.search(text):
        return double_quoted(text)
    if "\n" in text:
        # a block that ends with a separator would have no end: the tools write one, and cannot read it again
        return double_quoted(text) if text.endswith((" ", "\u2028", "\u2029")) else ""
    if not _stays_text(text):
        return double_quoted(text)
    if text[0] not in " \u2028\u2029" and text[-1] not in " \u2028\u2029" and not _breaks_out(text):
        return text
    return double_quoted(text) if _BREAK_SPACE.search(text) else "'" + text.replace("'", "''") + "'"


def _stays_text(text: str) -> bool:
    """Whether a YAML 1.1 reader takes the plain text for a string."""
    return bool(text) and resolve(text, Dialect.API).kind in ("str", "merge") and not _BASE_60.match(text)


def _breaks_out(text: str) -> bool:
    return bool(_INDICATORS.match(text) or _INNER_INDICATORS.search(text) or _SEPARATOR.search(text))


def double_quoted(text: str) -> str:
    """A string in double quotes, on one line."""
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    known = _ESCAPES.get(match[0])
    if known:
        return "\\" + known
    code = ord(match[0])
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def block(text: str, indent: int) -> str:
    """A string with line feeds as a literal block: header, and lines at `indent`."""
    hint = "2" if text[0] in " \n\u2028\u2029" else ""
    chomp = "-" if text[-1] not in "\n\u2028\u2029" else "+" if len(text) == 1 or text[-2] in "\n\u2028\u2029" else ""
    lines = _LINE_START.sub(" " * indent, text)
    return f"|{hint}{chomp}\n{lines}" + ("\n" if chomp == "-" else "")


def _folded(line: str, column: int, indent: int) -> str:
    """A line from `column` on, broken at spaces behind column 80 and continued at `indent`."""
    quote = line[0] if line[0] in "'\"" else ""
    pieces = _BREAKABLE[quote].split(line)
    pad = "\n" + " " * indent
    out = [pieces[0]]
    column += len(pieces[0])
    for piece in pieces[1:]:
        if column > WIDTH:
            out.append(f"{pad}\\{piece}" if piece[0] == " " else pad + piece)
            column = indent + len(piece) + (piece[0] == " ")
        else:
            out.append(" " + piece)
            column += 1 + len(piece)
    return "".join(out)


def _separated(line: str, column: int, indent: int) -> str:
    """A single-quoted text with line or paragraph separators: what follows one is indented."""
    pieces = _SEPARATOR.split(line)
    out = [_folded(pieces[0], column, indent) if pieces[0] != "'" else "'"]
    for separator, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        out.append(separator + (piece if piece == "'" else " " * indent + _folded(piece, indent, indent)))
    return "".join(out)
