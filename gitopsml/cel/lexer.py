"""Text -> tokens, by the lexical rules of the CEL grammar."""

from __future__ import annotations

import re
from typing import NamedTuple

from gitopsml.cel.errors import CompileError, Issue

MAX_CODE_POINTS = 100_000

_ESCAPE = r"""\\(?:[abfnrtv"'\\?`]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})"""
_STRING = (
    r'[rR](?:"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|"[^"\n\r]*"|\'[^\'\n\r]*\')'
    rf'|"""(?:{_ESCAPE}|[^\\])*?"""'
    rf"|'''(?:{_ESCAPE}|[^\\])*?'''"
    rf'|"(?:{_ESCAPE}|[^\\"\n\r])*"'
    rf"|'(?:{_ESCAPE}|[^\\'\n\r])*'"
)
_TOKEN = re.compile(
    r"(?P<space>[\t \r\n\f]+|//[^\n]*)"
    rf"|(?P<bytes>[bB](?:{_STRING}))"
    rf"|(?P<string>{_STRING})"
    r"|(?P<float>[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<uint>(?:0x[0-9a-fA-F]+|[0-9]+)[uU])"
    r"|(?P<int>0x[0-9a-fA-F]+|[0-9]+)"
    r"|(?P<word>true\b|false\b|null\b|in\b)"
    r"|(?P<ident>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<quoted>`[A-Za-z0-9_.\-/ ]+`)"
    r"|(?P<op>==|!=|<=|>=|&&|\|\||[-\[\]{}().,!?:+*/%<>])"
)


class Token(NamedTuple):
    """`kind` is the text itself for operators and key words, else string, bytes, int, uint, float, ident, quoted, end."""

    kind: str
    text: str
    pos: int


def tokenize(source: str) -> list[Token]:
    """The tokens of `source`, ending with one of kind `end`. Raises CompileError."""
    if len(source) > MAX_CODE_POINTS:
        text = f"expression code point size exceeds limit: size: {len(source)}, limit {MAX_CODE_POINTS}"
        raise CompileError([Issue(0, 0, text)])
    tokens: list[Token] = []
    match_at = _TOKEN.match
    pos, end = 0, len(source)
    while pos < end:
        match = match_at(source, pos)
        if match is None:
            raise _unrecognized(source, pos)
        kind = match.lastgroup or ""
        text = match.group()
        if kind != "space":
            tokens.append(Token(text if kind in {"op", "word"} else kind, text, pos))
        pos = match.end()
    tokens.append(Token("end", "<EOF>", end))
    return tokens


def _unrecognized(source: str, pos: int) -> CompileError:
    line, column = place(source, pos)
    bad = source[pos : pos + 1]
    if bad in {"'", '"', "`"}:
        bad = source[pos:].partition("\n")[0][:40]  # a text that does not end
    return CompileError([Issue(line, column, f"Syntax error: token recognition error at: '{bad}'")])


def place(source: str, pos: int) -> tuple[int, int]:
    """Line and column of an offset, both from 1."""
    start = source.rfind("\n", 0, pos) + 1
    return source.count("\n", 0, pos) + 1, pos - start + 1
