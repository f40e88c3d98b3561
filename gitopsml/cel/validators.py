"""Literals that can never be right, refused before anything runs: patterns, durations, timestamps, formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from gitopsml.cel import clock, nodes, regex
from gitopsml.cel.checker import Checked
from gitopsml.cel.errors import CompileError, Issue
from gitopsml.cel.lexer import place
from gitopsml.cel.nodes import Call, Literal, Node
from gitopsml.cel.operators import TIME_MAX, TIME_MIN


def validate(root: Node, source: str, checked: Checked) -> None:
    """Raises CompileError for literal arguments of `matches`, `duration`, `timestamp` and `format` that are wrong."""
    issues = []
    for node in walk(root):
        if isinstance(node, Call) and node.id in checked.calls:
            for part, message in _problems(node, checked.calls[node.id][0]):
                issues.append(Issue(*place(source, part.pos), message))
    if issues:
        raise CompileError(sorted(set(issues)))


def walk(root: Node) -> Iterator[Node]:
    """Every node once, parents first."""
    waiting = [root]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if node.id not in seen:
            seen.add(node.id)
            yield node
            waiting.extend(reversed(nodes.children(node)))


def _timestamp(text: str) -> bool:
    nanos = clock.parse_timestamp(text)
    return nanos is not None and TIME_MIN <= nanos <= TIME_MAX


_TESTS: Final[dict[str, Callable[[str], Any]]] = {
    "matches": regex.valid,
    "duration": lambda text: clock.parse_duration(text) is not None,
    "timestamp": _timestamp,
}


def _problems(node: Call, name: str) -> Iterator[tuple[Node, str]]:
    test = _TESTS.get(name)
    if test is not None and node.args:
        last = node.args[-1]
        if isinstance(last, Literal) and isinstance(last.value, str) and not test(last.value):
            yield last, f"invalid {name} argument"
