"""A pattern's tree -> instructions of a non-deterministic automaton."""

from __future__ import annotations

from typing import Final, NamedTuple

from gitopsml.cel.regex_classes import CharSet, RegexError
from gitopsml.cel.regex_syntax import Alt, Assert, Cat, Repeat, Tree

MAX_SIZE: Final = 60_000
MATCH, CHAR, SPLIT, ASSERT = 0, 1, 2, 3


class Instruction(NamedTuple):
    """MATCH; CHAR: one of `chars`, then `one`; SPLIT: try `one`, then `two`; ASSERT: `place` must hold, then `one`."""

    op: int
    one: int = 0
    two: int = 0
    chars: CharSet | None = None
    place: str = ""


class Program(NamedTuple):
    """Instructions, and where to begin."""

    code: tuple[Instruction, ...]
    start: int
    anchored: bool  # can match at the beginning of the text only


def assemble(tree: Tree) -> Program:
    """Instructions for a tree, built from the end. Raises RegexError when there are too many."""
    code = [Instruction(MATCH)]
    start = _emit(tree, 0, code)
    return Program(tuple(code), start, _anchored(tree))


def _add(code: list[Instruction], instruction: Instruction) -> int:
    if len(code) >= MAX_SIZE:
        raise RegexError("expression too large")
    code.append(instruction)
    return len(code) - 1


def _emit(tree: Tree, after: int, code: list[Instruction]) -> int:
    """Append the instructions of `tree`, which go on at `after`; returns where they begin."""
    if isinstance(tree, CharSet):
        return _add(code, Instruction(CHAR, after, chars=tree))
    if isinstance(tree, Assert):
        return _add(code, Instruction(ASSERT, after, place=tree.kind))
    if isinstance(tree, Repeat):
        return _emit_repeat(tree, after, code)
    if isinstance(tree, Cat):
        for part in reversed(tree.parts):
            after = _emit(part, after, code)
        return after
    begin = _emit(tree.parts[-1], after, code)
    for part in reversed(tree.parts[:-1]):
        begin = _add(code, Instruction(SPLIT, _emit(part, after, code), begin))
    return begin


def _emit_repeat(tree: Repeat, after: int, code: list[Instruction]) -> int:
    begin = after
    if tree.high is None:
        begin = _add(code, Instruction(SPLIT))
        body = _emit(tree.part, begin, code)
        code[begin] = Instruction(SPLIT, body, after) if tree.greedy else Instruction(SPLIT, after, body)
    else:
        for _ in range(tree.high - tree.low):
            body = _emit(tree.part, begin, code)
            begin = _add(code, Instruction(SPLIT, body, after) if tree.greedy else Instruction(SPLIT, after, body))
    for _ in range(tree.low):
        begin = _emit(tree.part, begin, code)
    return begin


def _anchored(tree: Tree) -> bool:
    if isinstance(tree, Assert):
        return tree.kind == "text-begin"
    if isinstance(tree, Cat):
        return bool(tree.parts) and _anchored(tree.parts[0])
    if isinstance(tree, Alt):
        return all(_anchored(part) for part in tree.parts)
    return isinstance(tree, Repeat) and tree.low > 0 and _anchored(tree.part)
