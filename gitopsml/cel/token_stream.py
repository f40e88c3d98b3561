"""The tokens of an expression as a parser reads them: problems with their places, depth, and the text behind each node."""

from __future__ import annotations

import sys
from typing import Final, NoReturn

from gitopsml.cel.errors import CompileError, Issue
from gitopsml.cel.lexer import Token, place, tokenize
from gitopsml.cel.macros import Maker
from gitopsml.cel.nodes import Node

MAX_DEPTH: Final = 250
_DEEP: Final = 40
_FRAMES_NEEDED: Final = 12_000


def _allow_deep_calls() -> None:
    """250 levels of nesting take more frames than Python allows at first; ordinary expressions never come here."""
    if sys.getrecursionlimit() < _FRAMES_NEEDED:
        sys.setrecursionlimit(_FRAMES_NEEDED)


class TokenStream:
    """What every part of the parser shares."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = tokenize(source)
        self.at = 0
        self.token = self.tokens[0]
        self.maker = Maker()
        self.issues: list[Issue] = []
        self.nesting = 0
        self.deepest = 0
        self.depths: dict[int, int] = {}
        self.spans: dict[int, tuple[int, int]] = {}

    # tokens

    def advance(self) -> Token:
        """The current token, which is then left behind."""
        token = self.token
        self.at += 1
        if self.at < len(self.tokens):
            self.token = self.tokens[self.at]
        return token

    def accept(self, kind: str) -> Token | None:
        """The current token if it is of that kind, else None."""
        return self.advance() if self.token.kind == kind else None

    def expect(self, kind: str, shown: str = "") -> Token:
        """The current token, which must be of that kind."""
        if self.token.kind != kind:
            self.fail(f"Syntax error: mismatched input '{self.token.text}' expecting '{shown or kind}'")
        return self.advance()

    def fail(self, message: str) -> NoReturn:
        """Give up at the current token."""
        self.report(self.token.pos, message)
        raise CompileError(self.issues)

    def report(self, pos: int, message: str) -> Node:
        """Remember a problem and go on with a null in its place."""
        line, column = place(self.source, pos) if pos >= 0 else (0, 0)
        self.issues.append(Issue(line, column, message))
        return self.maker.literal(max(pos, 0), None)

    def too_deep(self, message: str) -> NoReturn:
        """Give up: the expression is beyond a limit of depth."""
        raise CompileError([Issue(0, 0, message)])

    def mark(self, node: Node, start: int) -> Node:
        """Remember that `node` is the text from `start` up to the last token read."""
        last = self.tokens[self.at - 1]
        self.spans[node.id] = start, last.pos + len(last.text)
        return node

    # depth: as the reference parser counts it, nested expressions and chains of operators

    def deeper(self, node: Node, *below: Node) -> Node:
        """A node that counts as one level above the nodes below it."""
        depth = 1 + max(self.depths.get(part.id, 0) for part in below)
        if depth > MAX_DEPTH:
            self.too_deep("max recursion depth exceeded")
        if depth == _DEEP:
            _allow_deep_calls()
        self.depths[node.id] = depth
        self.deepest = max(self.deepest, depth)
        return node

    def enter(self) -> None:
        """Begin a nested expression."""
        self.nesting += 1
        self.deepest = max(self.deepest, self.nesting)
        if self.nesting > MAX_DEPTH:
            self.too_deep(f"expression recursion limit exceeded: {MAX_DEPTH}")
        if self.nesting == _DEEP:
            _allow_deep_calls()

    def wrap(self, node: Node, *below: Node) -> Node:
        """A node that does not count as a level of its own."""
        self.depths[node.id] = max((self.depths.get(part.id, 0) for part in below), default=0)
        return node
