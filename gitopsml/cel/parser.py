"""Tokens -> syntax tree: a hand-written parser for the grammar of the CEL specification, with the API server's limits."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

from gitopsml.cel import nodes
from gitopsml.cel.errors import CompileError, Issue
from gitopsml.cel.lexer import Token, place, tokenize
from gitopsml.cel.literals import read_literal
from gitopsml.cel.macros import MacroError, Macros, Maker
from gitopsml.cel.nodes import Entry, Ident, ListLiteral, MapLiteral, Node, Select, Struct

MAX_DEPTH = 250
_FRAMES_NEEDED = 12_000
_BINARY = {
    "<": 1, "<=": 1, ">": 1, ">=": 1, "==": 1, "!=": 1, "in": 1, "+": 2, "-": 2, "*": 3, "/": 3, "%": 3,
}  # fmt: skip
_RESERVED = frozenset(
    "as break const continue else for function if import let loop package namespace return var void while".split()
)
_LITERALS = frozenset({"int", "uint", "float", "string", "bytes"})
_WORDS = {"true": True, "false": False, "null": None}


class Parsed:
    """A tree, the expression's text, and how deep the tree is."""

    __slots__ = ("depth", "root", "source")

    def __init__(self, root: Node, source: str, depth: int) -> None:
        self.root = root
        self.source = source
        self.depth = depth


def parse(source: str, macros: Macros, *, optionals: bool = True, quoted: bool = False) -> Parsed:
    """The tree of `source`. `optionals` allows `?.`, `quoted` allows names in backticks. Raises CompileError."""
    parser = _Parser(source, macros, optionals=optionals, quoted=quoted)
    root = parser.expression()
    parser.expect("end", "<EOF>")
    if parser.issues:
        raise CompileError(parser.issues)
    return Parsed(root, source, parser.deepest)


class _Parser:
    def __init__(self, source: str, macros: Macros, *, optionals: bool, quoted: bool) -> None:
        self.source = source
        self.macros = macros
        self.optionals = optionals
        self.quoted = quoted
        self.tokens = tokenize(source)
        self.at = 0
        self.token = self.tokens[0]
        self.maker = Maker()
        self.issues: list[Issue] = []
        self.nesting = 0
        self.deepest = 0
        self.depths: dict[int, int] = {}

    # tokens

    def advance(self) -> Token:
        token = self.token
        self.at += 1
        if self.at < len(self.tokens):
            self.token = self.tokens[self.at]
        return token

    def accept(self, kind: str) -> Token | None:
        return self.advance() if self.token.kind == kind else None

    def expect(self, kind: str, shown: str = "") -> Token:
        if self.token.kind != kind:
            self.fail(f"Syntax error: mismatched input '{self.token.text}' expecting '{shown or kind}'")
        return self.advance()

    def fail(self, message: str) -> NoReturn:
        self.report(self.token.pos, message)
        raise CompileError(self.issues)

    def report(self, pos: int, message: str) -> Node:
        line, column = place(self.source, pos) if pos >= 0 else (0, 0)
        self.issues.append(Issue(line, column, message))
        return self.maker.literal(max(pos, 0), None)

    def too_deep(self, message: str) -> NoReturn:
        raise CompileError([Issue(0, 0, message)])

    # depth: as the reference parser counts it, nested expressions and chains of operators

    def deeper(self, node: Node, *below: Node) -> Node:
        depth = 1 + max(self.depths.get(part.id, 0) for part in below)
        if depth > MAX_DEPTH:
            self.too_deep("max recursion depth exceeded")
        self.depths[node.id] = depth
        self.deepest = max(self.deepest, depth)
        return node

    def enter(self) -> None:
        self.nesting += 1
        self.deepest = max(self.deepest, self.nesting)
        if self.nesting > MAX_DEPTH:
            self.too_deep(f"expression recursion limit exceeded: {MAX_DEPTH}")
        if self.nesting == 40 and sys.getrecursionlimit() < _FRAMES_NEEDED:
            sys.setrecursionlimit(_FRAMES_NEEDED)  # 250 levels of nesting take more frames than Python's default

    # grammar

    def expression(self) -> Node:
        self.enter()
        node = self.logical(nodes.OR, "||")
        if self.token.kind == "?":
            op = self.advance()
            yes = self.logical(nodes.OR, "||")
            self.expect(":")
            no = self.expression()
            node = self.deeper(self.call(op.pos, nodes.TERNARY, None, (node, yes, no)), node, yes, no)
        self.nesting -= 1
        return node

    def logical(self, function: str, symbol: str) -> Node:
        """Terms joined by `||` or `&&`; one node for a whole chain, which evaluates like any nesting of it."""
        below = self.binary if function == nodes.AND else self.conjunction
        node = below()
        if self.token.kind != symbol:
            return node
        pos = self.token.pos
        terms = [node]
        while self.accept(symbol):
            terms.append(below())
        return self.wrap(self.call(pos, function, None, tuple(terms)), *terms)

    def conjunction(self) -> Node:
        return self.logical(nodes.AND, "&&")

    def wrap(self, node: Node, *below: Node) -> Node:
        self.depths[node.id] = max((self.depths.get(part.id, 0) for part in below), default=0)
        return node

    def binary(self, level: int = 1) -> Node:
        left = self.unary()
        while (found := _BINARY.get(self.token.kind, 0)) >= level:
            op = self.advance()
            right = self.binary(found + 1)
            function = nodes.IN if op.kind == "in" else f"_{op.kind}_"
            left = self.deeper(self.call(op.pos, function, None, (left, right)), left, right)
        return left

    def unary(self) -> Node:
        first = self.token
        if first.kind not in {"!", "-"}:
            return self.member()
        count = 0
        while self.accept(first.kind):
            count += 1
        if first.kind == "-" and count == 1 and self.token.kind in {"int", "float"}:
            return self.postfix(self.literal(first.pos, "-"))
        node = self.member()
        if count % 2 == 0:
            return node
        function = nodes.NOT if first.kind == "!" else nodes.NEGATE
        return self.wrap(self.call(first.pos, function, None, (node,)), node)

    def member(self) -> Node:
        return self.postfix(self.primary())

    def postfix(self, node: Node) -> Node:
        while True:
            kind = self.token.kind
            if kind == ".":
                node = self.selection(node)
            elif kind == "[":
                node = self.index(node)
            elif kind == "{" and (name := qualified(node)):
                node = self.message(name)
            else:
                return node

    def selection(self, operand: Node) -> Node:
        dot = self.advance()
        question = self.accept("?")
        token = self.token
        if token.kind not in {"ident", "quoted"}:
            self.fail(f"Syntax error: mismatched input '{token.text}' expecting IDENTIFIER")
        self.advance()
        if token.kind == "ident" and not question and self.token.kind == "(":
            opening = self.advance()
            args = self.arguments()
            return self.deeper(self.call(opening.pos, token.text, operand, args), operand, *args)
        field = token.text
        if token.kind == "quoted":
            field = token.text[1:-1]
            if not self.quoted:
                self.report(token.pos, "unsupported syntax: '`'")
        if question:
            self.need_optionals(dot.pos, ".?")
            name = self.maker.literal(token.pos, field)
            return self.deeper(self.maker.call(dot.pos, nodes.OPT_SELECT, None, (operand, name)), operand)
        return self.deeper(self.maker.select(dot.pos, operand, field), operand)

    def index(self, operand: Node) -> Node:
        opening = self.advance()
        question = self.accept("?")
        if question:
            self.need_optionals(opening.pos, "[?")
        inner = self.expression()
        self.expect("]")
        function = nodes.OPT_INDEX if question else nodes.INDEX
        return self.deeper(self.maker.call(opening.pos, function, None, (operand, inner)), operand, inner)

    def need_optionals(self, pos: int, syntax: str) -> None:
        if not self.optionals:
            self.report(pos, f"unsupported syntax '{syntax}'")

    def primary(self) -> Node:
        token = self.token
        kind = token.kind
        if kind == "ident" or kind == ".":
            return self.name()
        if kind in _LITERALS:
            return self.literal(token.pos)
        if kind in _WORDS:
            self.advance()
            return self.maker.literal(token.pos, _WORDS[kind])
        if kind == "(":
            self.advance()
            node = self.expression()
            self.expect(")")
            return node
        if kind == "[":
            return self.list_literal()
        if kind == "{":
            return self.map_literal()
        self.fail(f"Syntax error: mismatched input '{token.text}' expecting an expression")

    def literal(self, pos: int, sign: str = "") -> Node:
        token = self.advance()
        try:
            return self.maker.literal(pos, read_literal(token.kind, sign + token.text))
        except ValueError as error:
            return self.report(pos, str(error))

    def name(self) -> Node:
        start = self.token.pos
        dot = "." if self.accept(".") else ""
        token = self.expect("ident", "IDENTIFIER")
        if token.text in _RESERVED:
            node = self.report(start, f"reserved identifier: {token.text}")
            if self.accept("("):
                self.arguments()
            return node
        if self.token.kind == "(":
            opening = self.advance()
            args = self.arguments()
            return self.wrap(self.call(opening.pos, dot + token.text, None, args), *args)
        return self.maker.ident(token.pos, dot + token.text)

    def arguments(self) -> tuple[Node, ...]:
        args: list[Node] = []
        if self.token.kind != ")":
            args.append(self.expression())
            while self.accept(","):
                args.append(self.expression())
        self.expect(")")
        return tuple(args)

    def list_literal(self) -> Node:
        opening = self.advance()
        elements: list[Node] = []
        optional: set[int] = set()
        while self.token.kind not in {"]", ","}:
            if question := self.accept("?"):
                self.need_optionals(question.pos, "?")
                optional.add(len(elements))
            elements.append(self.expression())
            if self.token.kind != "," or self.tokens[self.at + 1].kind == "]":
                break
            self.advance()
        self.accept(",")
        self.expect("]")
        node = ListLiteral(self.maker.next_id(), opening.pos, tuple(elements), frozenset(optional))
        return self.wrap(node, *elements)

    def map_literal(self) -> Node:
        opening = self.advance()
        entries = self.entries(self.expression)
        node = MapLiteral(self.maker.next_id(), opening.pos, tuple(entries))
        return self.wrap(node, *(part for entry in entries for part in (entry.key, entry.value)))

    def message(self, name: str) -> Node:
        opening = self.advance()
        entries = self.entries(self.field_name)
        node = Struct(self.maker.next_id(), opening.pos, name, tuple(entries))
        return self.wrap(node, *(entry.value for entry in entries))

    def field_name(self) -> str:
        token = self.accept("quoted")
        if token is None:
            return self.expect("ident", "IDENTIFIER").text
        if not self.quoted:
            self.report(token.pos, "unsupported syntax: '`'")
        return token.text[1:-1]

    def entries(self, key: Any) -> list[Entry]:
        found: list[Entry] = []
        while self.token.kind not in {"}", ","}:
            question = self.accept("?")
            if question:
                self.need_optionals(question.pos, "?")
            name = key()
            colon = self.expect(":")
            found.append(Entry(self.maker.next_id(), colon.pos, name, self.expression(), question is not None))
            if self.token.kind != "," or self.tokens[self.at + 1].kind == "}":
                break
            self.advance()
        self.accept(",")
        self.expect("}")
        return found

    def call(self, pos: int, function: str, target: Node | None, args: tuple[Node, ...]) -> Node:
        """A call, or what a macro of that name makes of it."""
        try:
            expanded = self.macros.expand(self.maker, pos, function, target, args)
        except MacroError as error:
            return self.report(error.pos, str(error))
        return expanded or self.maker.call(pos, function, target, args)


def qualified(node: Node) -> str:
    """`a.b.c` of a chain of plain selections; empty for anything else."""
    if isinstance(node, Ident):
        return node.name
    if isinstance(node, Select) and not node.test:
        prefix = qualified(node.operand)
        return f"{prefix}.{node.field}" if prefix else ""
    return ""
