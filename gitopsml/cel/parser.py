"""Tokens -> syntax tree: a hand-written parser for the grammar of the CEL specification, with the API server's limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gitopsml.cel import nodes
from gitopsml.cel.errors import CompileError
from gitopsml.cel.literals import read_literal
from gitopsml.cel.macros import MacroError, Macros
from gitopsml.cel.nodes import Entry, Ident, ListLiteral, MapLiteral, Node, Select, Struct
from gitopsml.cel.token_stream import TokenStream

_BINARY = {
    "<": 1, "<=": 1, ">": 1, ">=": 1, "==": 1, "!=": 1, "in": 1, "+": 2, "-": 2, "*": 3, "/": 3, "%": 3,
}  # fmt: skip
_RESERVED = frozenset(
    {
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
        "namespace", "return", "var", "void", "while",
    }
)  # fmt: skip
_LITERALS = frozenset({"int", "uint", "float", "string", "bytes"})
_WORDS = {"true": True, "false": False, "null": None}


class Parsed:
    """A tree, the expression's text, and how deep the tree is."""

    __slots__ = ("depth", "root", "source", "spans")

    def __init__(self, root: Node, source: str, depth: int, spans: dict[int, tuple[int, int]]) -> None:
        self.spans = spans
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
    return Parsed(root, source, parser.deepest, parser.spans)


class _Parser(TokenStream):
    def __init__(self, source: str, macros: Macros, *, optionals: bool, quoted: bool) -> None:
        super().__init__(source)
        self.macros = macros
        self.optionals = optionals
        self.quoted = quoted

    def expression(self) -> Node:
        self.enter()
        start = self.token.pos
        node = self.logical(nodes.OR, "||")
        if self.token.kind == "?":
            op = self.advance()
            yes = self.logical(nodes.OR, "||")
            self.expect(":")
            no = self.expression()
            ternary = self.call(op.pos, nodes.TERNARY, None, (node, yes, no))
            node = self.mark(self.deeper(ternary, node, yes, no), start)
        self.nesting -= 1
        return node

    def logical(self, function: str, symbol: str) -> Node:
        """Terms joined by `||` or `&&`; one node for a whole chain, which evaluates like any nesting of it."""
        below = self.binary if function == nodes.AND else self.conjunction
        start = self.token.pos
        node = below()
        if self.token.kind != symbol:
            return node
        pos = self.token.pos
        terms = [node]
        while self.accept(symbol):
            terms.append(below())
        return self.mark(self.wrap(self.call(pos, function, None, tuple(terms)), *terms), start)

    def conjunction(self) -> Node:
        return self.logical(nodes.AND, "&&")

    def binary(self, level: int = 1) -> Node:
        start = self.token.pos
        left = self.unary()
        while (found := _BINARY.get(self.token.kind, 0)) >= level:
            op = self.advance()
            right = self.binary(found + 1)
            function = nodes.IN if op.kind == "in" else f"_{op.kind}_"
            left = self.mark(self.deeper(self.call(op.pos, function, None, (left, right)), left, right), start)
        return left

    def unary(self) -> Node:
        first = self.token
        if first.kind not in {"!", "-"}:
            return self.member()
        count = 0
        while self.accept(first.kind):
            count += 1
        if first.kind == "-" and count == 1 and self.token.kind in {"int", "float"}:
            return self.postfix(self.mark(self.literal(first.pos, "-"), first.pos), first.pos)
        node = self.member()
        if count % 2 == 0:
            return node
        function = nodes.NOT if first.kind == "!" else nodes.NEGATE
        return self.mark(self.wrap(self.call(first.pos, function, None, (node,)), node), first.pos)

    def member(self) -> Node:
        start = self.token.pos
        return self.postfix(self.mark(self.primary(), start), start)

    def postfix(self, node: Node, start: int) -> Node:
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
            self.mark(node, start)

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
        if kind in {"ident", "."}:
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
        return self.fail(f"Syntax error: mismatched input '{token.text}' expecting an expression")

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

    def entries(self, key: Callable[[], Any]) -> list[Entry]:
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
