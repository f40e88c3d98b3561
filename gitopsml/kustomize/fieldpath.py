"""Field paths of replacements: `spec.template.spec.containers.[name=web].env.*.value` (facts: kustomize §6).

A source is looked up exactly; a target may mean many fields, matches list elements by regular expression, and can be made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

from gitopsml.kustomize.text import text_of
from gitopsml.model.pointer import Pointer
from gitopsml.yamlio import Dialect
from gitopsml.yamlio.scalars import ScalarError, resolve, value_of

_PLAIN: Final = re.compile(r"[A-Za-z0-9_/:@ =-]*\Z")
_NUMBER: Final = re.compile(r"\+?[0-9]+\Z")
MISSING: Final = object()


class PathProblem(ValueError):
    """A path that does not fit the object; `pointer` says how far it did."""

    def __init__(self, what: str, pointer: Pointer) -> None:
        super().__init__(what)
        self.pointer = pointer


class Reached(NamedTuple):
    """The fields a target path means, and the containers that must be made first (pointer, value), outermost first.

    `inside`: some are inside a text that holds JSON or YAML, where kustomize finds them without being able to write them.
    """

    pointers: list[Pointer]
    made: list[tuple[Pointer, Any]]
    inside: bool = False


Reader = Callable[[str], Any]  # a text -> the data in it; raises ValueError


@lru_cache(maxsize=4096)
def split(path: str) -> tuple[str, ...]:
    """A path -> its parts: `.` separates, a backslash before it keeps it; `[a.b]` is one key, `[k=v]` a list element."""
    pieces = _pieces(path)
    parts: list[str] = []
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        place += 1
        if piece.startswith("[") and not piece.endswith("]"):
            while place < len(pieces):
                piece += "." + pieces[place]
                place += 1
                if piece.endswith("]"):
                    break
            piece = piece if "=" in piece else piece.strip("[]")
        parts.append(piece)
    return tuple(parts)


def _pieces(path: str) -> list[str]:
    pieces = path.split(".")
    if len(pieces) > 1 and not pieces[0]:
        pieces = pieces[1:]
    kept = pieces[:1]
    for piece in pieces[1:]:
        if kept[-1].endswith("\\"):
            kept[-1] = f"{kept[-1][:-1]}.{piece}"
        else:
            kept.append(piece)
    return kept


def source(data: Any, path: str) -> Pointer | None:
    """The one field that a source's path means, or None where it is missing. Raises PathProblem."""
    return exactly(data, split(path))


def exactly(data: Any, parts: tuple[str, ...]) -> Pointer | None:
    """The one field that these parts of a path mean, list elements compared exactly; None where it is missing."""
    value: Any = data
    pointer: Pointer = ()
    for part in [part.strip() for part in parts if part.strip()]:
        if value is None:
            return None
        key = _exact(value, part, pointer)
        if key is None:
            return None
        value, pointer = value[key], (*pointer, key)
    return pointer


def _exact(value: Any, part: str, pointer: Pointer) -> str | int | None:
    """The key or index of one part, or None where it is missing."""
    if part == "*":
        raise PathProblem("a source cannot have `*` in its path", pointer)
    if _NUMBER.match(part) or part == "-":
        elements = _list(value, pointer)
        index = len(elements) - 1 if part == "-" else int(part)
        return index if 0 <= index < len(elements) else None
    if _is_element(part):
        name, wanted = _element(part, pointer)
        return next((number for number, element in enumerate(_list(value, pointer)) if _equal(element, name, wanted)), None)
    return part if part in _map(value, pointer) else None


def _equal(element: Any, name: str, wanted: str) -> bool:
    if not name:
        return not isinstance(element, dict | list) and text_of(element) == wanted
    return isinstance(element, dict) and element.get(name) is not None and text_of(element[name]) == wanted


def targets(data: Any, parts: tuple[str, ...], leaf: str = "", reader: Reader | None = None) -> Reached:
    """The fields that a target's path means. Raises PathProblem.

    `leaf` says what to make of missing fields: "" nothing, "scalar", "map" or "list". `reader`: look into texts too.
    """
    walk = _Walk(leaf, reader)
    return Reached(list(walk.step(data, parts, ())), walk.made, walk.inside)


class _Walk:
    """One search for target fields."""

    def __init__(self, leaf: str, reader: Reader | None) -> None:
        self.leaf = leaf
        self.reader = reader
        self.made: list[tuple[Pointer, Any]] = []
        self.inside = False

    def step(self, value: Any, parts: tuple[str, ...], pointer: Pointer) -> Iterator[Pointer]:
        if not parts:
            yield pointer
        elif _NUMBER.match(parts[0]):
            yield from self._index(value, int(parts[0]), parts[1:], pointer)
        elif _is_element(parts[0]):
            yield from self._matching(value, parts, pointer)
        elif parts[0] == "*":
            for number, element in enumerate(_list(value, pointer)):
                yield from self.step(element, parts[1:], (*pointer, number))
        else:
            yield from self._field(value, parts[0], parts[1:], pointer)

    def _field(self, value: Any, key: str, rest: tuple[str, ...], pointer: Pointer) -> Iterator[Pointer]:
        inner = _map(value, pointer).get(key, MISSING)
        if inner is MISSING and not self.leaf:
            return
        if inner is MISSING:
            inner = self._new((*pointer, key), rest)
        if rest and self.reader and inner is not None and not isinstance(inner, dict | list):
            self._look_into(text_of(inner), rest, (*pointer, key))
        else:
            yield from self.step(inner, rest, (*pointer, key))

    def _look_into(self, text: str, rest: tuple[str, ...], pointer: Pointer) -> None:
        assert self.reader
        try:
            data = self.reader(text)
        except ValueError as error:
            raise PathProblem(f"the text here cannot be read: {error}", pointer) from None
        self.inside = bool(targets(data, rest, self.leaf, self.reader).pointers) or self.inside

    def _index(self, value: Any, index: int, rest: tuple[str, ...], pointer: Pointer) -> Iterator[Pointer]:
        elements = _list(value, pointer)
        if index < len(elements):
            yield from self.step(elements[index], rest, (*pointer, index))
        elif index == len(elements) and self.leaf:
            yield from self.step(self._new((*pointer, index), rest), rest, (*pointer, index))
        else:
            raise PathProblem(f"index {index} is beyond the {len(elements)} elements of the list", pointer)

    def _matching(self, value: Any, parts: tuple[str, ...], pointer: Pointer) -> Iterator[Pointer]:
        """Elements by `[key=pattern]`; of `[=pattern]` the elements themselves, whatever comes behind it."""
        name, pattern = _element(parts[0], pointer)
        test = _pattern(pattern, pointer)
        elements = _list(value, pointer)
        rest = parts[1:] if name else ()
        found: list[Pointer] = []
        for number, element in enumerate(elements):
            text = element.get(name, MISSING) if name and isinstance(element, dict) else MISSING if name else element
            if text is not MISSING and test(_shown(text)):
                found.extend(self.step(element, rest, (*pointer, number)))
        if not found and self.leaf:
            new: Any = {name: _plain(pattern)} if name else _plain(pattern)
            if not test(pattern):
                raise PathProblem(f"an element made for {parts[0]} would not match it", pointer)
            self.made.append(((*pointer, len(elements)), new))
            found.extend(self.step(new, rest, (*pointer, len(elements))))
        yield from found

    def _new(self, pointer: Pointer, rest: tuple[str, ...]) -> Any:
        """What is made at a missing field: the container that the next part needs, or nothing yet for the field itself."""
        if not rest:
            return None
        value: Any = [] if _is_element(rest[0]) or _NUMBER.match(rest[0]) else {}
        self.made.append((pointer, value))
        return value


def _plain(text: str) -> Any:
    """A text as a scalar without quotes would be read."""
    try:
        return value_of(resolve(text, Dialect.KUSTOMIZE))
    except ScalarError:
        return text


def _shown(value: Any) -> str:
    """A scalar as one line; containers are compared in a form that is close to how kustomize prints them."""
    return text_of(value) if not isinstance(value, dict | list) else str(value)


def _is_element(part: str) -> bool:
    return part.startswith("[") and part.endswith("]")


def _element(part: str, pointer: Pointer) -> tuple[str, str]:
    name, equals, wanted = part.removeprefix("[").removesuffix("]").partition("=")
    if not equals:
        raise PathProblem(f"{part} is no list element: it needs [key=value]", pointer)
    return name, wanted


def _list(value: Any, pointer: Pointer) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise PathProblem("a list is expected here", pointer)
    return value


def _map(value: Any, pointer: Pointer) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise PathProblem("a map is expected here", pointer)
    return value


def _pattern(pattern: str, pointer: Pointer) -> Callable[[str], bool]:
    """A test whether the pattern matches somewhere in a text."""
    if _PLAIN.match(pattern):
        return lambda text: pattern in text
    from gitopsml.model.pattern import compile as compiled

    try:
        program = compiled(pattern)
    except ValueError as error:
        raise PathProblem(f"{pattern!r} is not a regular expression: {error}", pointer) from None
    return program.search
