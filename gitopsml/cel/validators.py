"""Literals that can never be right, refused before anything runs: patterns, durations, timestamps, formats."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, Final

from gitopsml.cel import clock, nodes, regex
from gitopsml.cel.checked import Checked
from gitopsml.cel.clauses import FormatError, clauses
from gitopsml.cel.errors import CompileError, Issue
from gitopsml.cel.lexer import place
from gitopsml.cel.nodes import Call, ListLiteral, Literal, MapLiteral, Node
from gitopsml.cel.operators import TIME_MAX, TIME_MIN
from gitopsml.cel.types import Type


def validate(root: Node, source: str, checked: Checked, *, literals: bool) -> None:
    """Raises CompileError for literals of mixed types and, with `literals`, for arguments that can never be right."""
    issues = []
    for node, exempt in _with_exemption(root, checked):
        found: list[tuple[Node, str]] = [] if exempt else list(_mixed(node, checked))
        if literals and isinstance(node, Call) and node.id in checked.calls:
            found += _problems(node, checked.calls[node.id][0], checked)
        issues += [Issue(*place(source, part.pos), message) for part, message in found]
    if issues:
        raise CompileError(sorted(set(issues)))


def _with_exemption(root: Node, checked: Checked) -> Iterator[tuple[Node, bool]]:
    """Every node, and whether it is an argument of `format`, whose values may be of any types."""
    waiting = [(root, False)]
    seen: set[int] = set()
    while waiting:
        node, exempt = waiting.pop()
        if node.id in seen:
            continue
        seen.add(node.id)
        yield node, exempt
        exempt = exempt or (isinstance(node, Call) and checked.calls.get(node.id, ("",))[0] == "format")
        waiting += [(child, exempt) for child in reversed(nodes.children(node))]


def _mixed(node: Node, checked: Checked) -> Iterator[tuple[Node, str]]:
    """Of a list the first element, of a map every key and value that is of another type than the first one."""
    if isinstance(node, ListLiteral):
        yield from itertools.islice(_others([(part, at in node.optional) for at, part in enumerate(node.elements)], checked), 1)
    elif isinstance(node, MapLiteral):
        yield from _others([(entry.key, False) for entry in node.entries], checked)
        yield from _others([(entry.value, entry.optional) for entry in node.entries], checked)


def _others(parts: list[tuple[Node, bool]], checked: Checked) -> Iterator[tuple[Node, str]]:
    first: Type | None = None
    for part, optional in parts:
        kind = checked.types[part.id]
        if optional and kind.name == "optional_type":
            kind = kind.params[0]
        if first is None:
            first = kind
        elif kind != first:
            yield part, f"expected type '{first}' but found '{kind}'"


def _timestamp(value: Any) -> bool:
    nanos = clock.parse_timestamp(value) if isinstance(value, str) else value * clock.SECOND
    return nanos is not None and TIME_MIN <= nanos <= TIME_MAX


_TESTS: Final[dict[str, Callable[[Any], Any]]] = {
    "matches": regex.valid,
    "duration": lambda text: clock.parse_duration(text) is not None,
    "timestamp": _timestamp,
}


def _problems(node: Call, name: str, checked: Checked) -> list[tuple[Node, str]]:
    if name == "format":
        return list(_format_problems(node, checked))
    test = _TESTS.get(name)
    last = node.args[-1] if node.args else None
    if test is None or not isinstance(last, Literal):
        return []
    checkable = isinstance(last.value, str) or (name == "timestamp" and type(last.value) is int)
    if checkable and not test(last.value):
        return [(last, f"invalid {name} argument")]
    return []


def _format_problems(node: Call, checked: Checked) -> Iterator[tuple[Node, str]]:
    """A literal template and the types of its arguments."""
    if not (isinstance(node.target, Literal) and isinstance(node.target.value, str) and isinstance(node.args[0], ListLiteral)):
        return
    values = node.args[0].elements
    count = 0
    try:
        for part in clauses(node.target.value):
            if isinstance(part, str):
                continue
            if count >= len(values):
                yield node, f"index {count} out of range"
                return
            bad, message = _misfit(part.letter, values[count], checked)
            if message:
                yield bad, f"error during formatting: {message}"
                return
            count += 1
    except FormatError as error:
        yield node, f"could not parse formatting clause: {error}"
        return
    if len(values) > count:
        yield node, f"too many arguments supplied to string.format (expected {count}, got {len(values)})"


_NUMBER = frozenset({"int", "uint"})
_CLAUSES: Final[dict[str, tuple[frozenset[str], str]]] = {
    "d": (_NUMBER, "decimal clause can only be used on integers"),
    "f": (frozenset({"double", "string"}), "fixed-point clause can only be used on doubles"),
    "e": (frozenset({"double", "string"}), "scientific clause can only be used on doubles"),
    "b": (_NUMBER | {"bool"}, "only integers and bools can be formatted as binary"),
    "o": (_NUMBER, "octal clause can only be used on integers"),
    "x": (_NUMBER | {"string", "bytes"}, "only integers, byte buffers, and strings can be formatted as hex"),
    "s": (
        frozenset(["list", "map", "int", "uint", "double", "bool", "string", "timestamp", "bytes", "duration", "type", "null"]),
        "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps",
    ),
}
_SHOWN: Final = {"null": "null_type", "timestamp": "google.protobuf.Timestamp", "duration": "google.protobuf.Duration"}


def _misfit(letter: str, value: Node, checked: Checked) -> tuple[Node, str]:
    """The node of a type that the clause does not take, and the message; an empty one where all is well."""
    allowed, message = _CLAUSES[letter.lower()]
    kind = checked.types[value.id].name
    if kind != "dyn" and kind not in allowed:
        return value, f"{message}, was given {_SHOWN.get(kind, kind)}"
    if letter == "s" and isinstance(value, ListLiteral | MapLiteral):
        for part in nodes.children(value):
            found = _misfit(letter, part, checked)
            if found[1]:
                return found
    return value, ""
