"""Values at run time where Python's own differ from CEL's.

null, bool, int, double, string, bytes, list and map are Python's None, bool, int, float, str, bytes, list and dict.
Everything else is here; values of rare libraries (quantity, URL, IP, …) live in their library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

MISSING: Final = object()
_COPY_UP_TO = 256


class Uint(int):
    """An unsigned 64-bit integer; equal to the int of the same value, as CEL compares across numeric types."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{int(self)}u"


class Duration(NamedTuple):
    """A length of time in nanoseconds."""

    nanos: int


class Timestamp(NamedTuple):
    """A point in time: nanoseconds since 1970 in UTC."""

    nanos: int


class TypeValue(NamedTuple):
    """A type as a value, as `type(1)` gives it."""

    name: str


class Optional:
    """A value that may be absent; `value` is MISSING in `NONE`."""

    __slots__ = ("value",)

    def __init__(self, value: Any = MISSING) -> None:
        self.value = value

    @property
    def present(self) -> bool:
        """Whether there is a value."""
        return self.value is not MISSING

    def __repr__(self) -> str:
        return f"optional.of({self.value!r})" if self.present else "optional.none()"


NONE: Final = Optional()


class ConcatList:
    """Two lists, one after the other, not copied: doubling a list forty times costs forty small objects."""

    __slots__ = ("left", "right", "size")

    def __init__(self, left: AnyList, right: AnyList) -> None:
        self.left = left
        self.right = right
        self.size = len(left) + len(right)

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: int) -> Any:
        node: AnyList = self
        while isinstance(node, ConcatList):
            split = len(node.left)
            node, index = (node.left, index) if index < split else (node.right, index - split)
        return node[index]

    def __iter__(self) -> Iterator[Any]:
        waiting: list[AnyList] = [self]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ConcatList):
                waiting += [node.right, node.left]
            else:
                yield from node


AnyList = list[Any] | ConcatList


def concat(left: AnyList, right: AnyList) -> AnyList:
    """`left + right`; short ones are copied, long ones shared."""
    if not right:
        return left
    if not left:
        return right
    if len(left) + len(right) <= _COPY_UP_TO:
        return [*left, *right]
    return ConcatList(left, right)


class KeyedMap(Mapping[Any, Any]):
    """A map whose keys are not all strings: 1, 1u and 1.0 are one key, true and 1 are two."""

    __slots__ = ("_entries",)

    def __init__(self, pairs: list[tuple[Any, Any]] | None = None) -> None:
        self._entries: dict[Any, tuple[Any, Any]] = {}
        for key, value in pairs or ():
            self.put(key, value)

    def put(self, key: Any, value: Any) -> None:
        """Set one entry; only for maps that nobody else holds yet."""
        self._entries[_normal(key)] = (key, value)

    def __getitem__(self, key: Any) -> Any:
        return self._entries[_normal(key)][1]

    def __iter__(self) -> Iterator[Any]:
        return (key for key, _ in self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"KeyedMap({list(self._entries.values())!r})"


def _normal(key: Any) -> Any:
    return (key,) if type(key) is bool else key


class LazyMap(Mapping[str, Any]):
    """A map whose values are computed when they are first read, once each."""

    __slots__ = ("_makers", "_values")

    def __init__(self, makers: Mapping[str, Callable[[], Any]]) -> None:
        self._makers = makers
        self._values: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        if key not in self._values:
            self._values[key] = self._makers[key]()
        return self._values[key]

    def __contains__(self, key: object) -> bool:
        return key in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def is_list(value: Any) -> bool:
    """Whether `value` is a CEL list."""
    return isinstance(value, list | ConcatList)


def is_map(value: Any) -> bool:
    """Whether `value` is a CEL map."""
    return isinstance(value, dict | Mapping)


def find(mapping: Any, key: Any) -> Any:
    """The value of `key`, or MISSING."""
    if key.__hash__ is None:  # a list or a map is no key
        return MISSING
    if type(mapping) is dict and type(key) is not bool:
        return mapping.get(key, MISSING)
    if isinstance(mapping, dict):
        # a dict of Python's takes True for 1
        return next((value for own, value in mapping.items() if own == key and type(own) is type(key)), MISSING)
    return mapping[key] if key in mapping else MISSING  # noqa: SIM401 - a lazy map computes what it reads


_NAMES: dict[type, str] = {
    type(None): "null_type", bool: "bool", int: "int", Uint: "uint", float: "double", str: "string", bytes: "bytes",
    list: "list", ConcatList: "list", dict: "map", KeyedMap: "map", LazyMap: "map", Optional: "optional_type",
    Duration: "google.protobuf.Duration", Timestamp: "google.protobuf.Timestamp", TypeValue: "type",
}  # fmt: skip


def type_name(value: Any) -> str:
    """The name of a value's type at run time: `int`, `map`, `google.protobuf.Duration`, `kubernetes.Quantity`."""
    name = _NAMES.get(type(value))
    if name is None:
        kind = "map" if is_map(value) else "list" if is_list(value) else type(value).__name__
        name = getattr(value, "cel_type", kind)
    return str(name)
